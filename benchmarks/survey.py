"""Time and peak memory of the survey core against its peers, on the same files, in one run.

    .venv/bin/python benchmarks/survey.py                        # 1e4, 1e5, 1e6 rows
    .venv/bin/python benchmarks/survey.py --sizes 10000          # a quick look
    .venv/bin/python benchmarks/survey.py --peers PATH/python    # peers of another environment

The data are invented from a seed: six strata, eight professions, six margins, an item of five
levels, a number. Every program starts from the same uncoded columns, in a fresh process; import and
reading of the file are not counted. Peers: R survey when `Rscript` is found; svy, ipfn and
weightipy when the interpreter given with --peers (this one by default) has them; pandas for
weighted means of 40 groups, without their standard errors, which ours have. The harder case has
2,000 PSUs and a continuous covariate. Each time is the best of --repeat runs (of one for R survey,
whose bootstrap takes minutes).

Writes a section of docs/measurements.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from measurements import MEASUREMENTS, write_section

ROOT = Path(__file__).parents[1]
PROGRAM = Path(__file__).with_name("survey_programs.py")
SIZES = {"profession": 8, "age": 6, "region": 12, "sex": 2, "employment": 3, "size": 5}
TASKS = ["rake", "proportions", "rao-scott", "ordinal logit", "means", "bootstrap"]
PEERS = ["svy", "ipfn", "weightipy", "pandas"]
CAN = {
    "readiness": set(TASKS),
    "R survey": set(TASKS) - {"means"},
    "svy": {"rake", "proportions", "rao-scott", "bootstrap"},
    "ipfn": {"rake"},
    "weightipy": {"rake"},
    "pandas": {"means"},
}
# Bootstraps of the peers hold every replicate weight: beyond this they do not fit.
BOOTSTRAP_LIMIT = 100_000
TIMEOUT = 900


def make_data(n: int, folder: Path, *, hard: bool, seed: int = 20260630) -> tuple[Path, Path]:
    """A file of n invented respondents and a file of margins that raking can reach."""
    generator = np.random.Generator(np.random.PCG64(seed))
    frame: dict[str, Any] = {"stratum": generator.integers(0, 6, n)}
    if hard:
        frame["psu"] = generator.integers(0, 334, n)
        frame["hours"] = np.round(generator.gamma(4, 3, n), 3)
    totals: dict[str, dict[str, float]] = {}
    for variable, k in SIZES.items():
        p = generator.dirichlet(np.full(k, 8.0))
        codes = generator.choice(k, n, p=p)
        names = [f"{variable}_{i}" for i in range(k)]
        frame[variable] = pd.Categorical.from_codes(codes, categories=names)
        target = p * np.exp(generator.normal(0, 0.15, k))
        shares = target / target.sum() * 2 * n
        totals[variable] = dict(zip(names, shares.tolist(), strict=True))
    tilt = np.asarray(frame["profession"].codes) / 40
    level = np.searchsorted([0.1, 0.4, 0.7, 0.9], np.clip(generator.random(n) + tilt - 0.1, 0, 1))
    frame["level"] = pd.Categorical.from_codes(level, ["none", "weak", "medium", "good", "full"])
    frame["weight"] = np.round(generator.uniform(0.5, 3, n), 4)
    frame["minutes"] = np.round(generator.gamma(3, 20, n), 2)
    table = pd.DataFrame(frame)
    table["cell"] = table["profession"].astype(str) + "/" + table["size"].astype(str)
    table["stratum"] = "s" + table["stratum"].astype(str)
    name = f"{'hard' if hard else 'plain'}-{n}"
    data, margins = folder / f"{name}.csv", folder / f"{name}.json"
    table.to_csv(data, index=False)
    margins.write_text(json.dumps(totals), "utf-8")
    return data, margins


def run(program: str, task: str, files: tuple[Path, Path], python: str, repeat: int) -> Any:
    """The best of some runs: seconds, peak memory in MB, result; None when it cannot."""
    data, margins = map(str, files)
    if program == "R survey":
        command = ["Rscript", str(PROGRAM.with_name("survey.R")), task, data, margins]
    else:
        interpreter = sys.executable if program == "readiness" else python
        command = [interpreter, str(PROGRAM), program, task, data, margins]
    best: dict[str, Any] | None = None
    # R takes minutes for what others do in seconds: it runs once.
    for _ in range(1 if program == "R survey" else repeat):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode != 0:
            print(f"  {program}, {task}: {done.stderr.strip().splitlines()[-1:]}")
            return None
        found = json.loads(done.stdout.strip().splitlines()[-1])
        if best is None or found["seconds"] < best["seconds"]:
            best = found
    return best


def available(python: str) -> list[str]:
    """The programs that can run here, ours first."""
    found = ["readiness"]
    if shutil.which("Rscript"):
        check = ["Rscript", "-e", "library(survey); library(jsonlite)"]
        if subprocess.run(check, capture_output=True, check=False).returncode == 0:
            found.append("R survey")
    for peer in PEERS:
        check = [python, "-c", f"import {peer}"]
        if subprocess.run(check, capture_output=True, check=False).returncode == 0:
            found.append(peer)
    return found


def versions(measured: set[str], python: str) -> str:
    """The peers that were measured, with their versions."""
    code = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
    peers = [name for name in PEERS if name in measured]
    command = [python, "-c", code, *peers]
    numbers = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    named = ", ".join(f"{name} {v}" for name, v in zip(peers, numbers, strict=True))
    if "R survey" not in measured:
        return f"Peers: {named or 'none'}. R survey was not measured."
    return f"Peers: R survey, {named}."


def measure(sizes: list[int], python: str, repeat: int) -> pd.DataFrame:
    """One row a case, size, task and program."""
    rows = []
    programs = available(python)
    with tempfile.TemporaryDirectory() as folder:
        for hard in (False, True):
            for n in sizes:
                files = make_data(n, Path(folder), hard=hard)
                for task in TASKS:
                    for program in programs:
                        if task not in CAN[program] or (hard and task == "rake"):
                            continue
                        if task == "bootstrap" and n > BOOTSTRAP_LIMIT:
                            continue
                        found = run(program, task, files, python, repeat)
                        if found is None:
                            continue
                        rows.append(
                            {
                                "case": "2,000 PSUs" if hard else "plain",
                                "task": task,
                                "n": n,
                                "program": program,
                                "seconds": found["seconds"],
                                "peak_mb": found["peak_mb"],
                            }
                        )
                        print(*rows[-1].values())
                for file in files:
                    file.unlink()
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> str:
    """Each task at its largest size, with the ratio of every peer's time to ours."""
    table = table[table["n"] == table.groupby(["case", "task"])["n"].transform("max")]
    ours = table[table["program"] == "readiness"].set_index(["case", "task", "n"])
    lines = [
        "| case | task | rows | program | seconds | peak MB | times ours |",
        "|---|---|---:|---|---:|---:|---:|",
    ]
    for row in table.itertuples():
        base = float(ours.loc[(row.case, row.task, row.n), "seconds"])
        ratio = "" if row.program == "readiness" else f"{row.seconds / base:.1f}"
        lines.append(
            f"| {row.case} | {row.task} | {row.n:,} | {row.program} | {row.seconds:.3f} | "
            f"{row.peak_mb:.0f} | {ratio} |"
        )
    return "\n".join(lines)


def summary(table: pd.DataFrame) -> str:
    """A row a task at its largest size: ours, the fastest peer, what ten times the rows cost."""
    plain = table[table["case"] == "plain"]
    lines = [
        "| task | rows | seconds | peak MB | fastest peer | its seconds | times ours | "
        "time for 10 times the rows |",
        "|---|---:|---:|---:|---|---:|---:|---:|",
    ]
    for task in TASKS:
        part = plain[plain["task"] == task]
        ours = part[part["program"] == "readiness"].set_index("n")
        n = int(ours.index.max())
        peers = part[(part["program"] != "readiness") & (part["n"] == n)]
        seconds, peak = (float(ours.loc[n, c]) for c in ("seconds", "peak_mb"))
        growth = f"{seconds / ours.loc[n // 10, 'seconds']:.1f}" if n // 10 in ours.index else ""
        cells = ["none measured", "", ""]
        if len(peers):
            best = peers.loc[peers["seconds"].idxmin()]
            ratio = best["seconds"] / seconds
            cells = [str(best["program"]), f"{best['seconds']:.3f}", f"{ratio:.1f}"]
        row = [task, f"{n:,}", f"{seconds:.3f}", f"{peak:.0f}", *cells, growth]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the peers")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--note", default="", help="a sentence for the page, as on the load")
    parser.add_argument("--out", type=Path, default=MEASUREMENTS, help="the page")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sizes = [int(float(s)) for s in arguments.sizes.split(",")]
    write(measure(sizes, arguments.peers, arguments.repeat), arguments)


def write(table: pd.DataFrame, arguments: argparse.Namespace) -> None:
    """The page."""
    text = (
        "# Speed of the survey core\n\n"
        "Written by `benchmarks/survey.py`. Seconds are processor time in all threads and exclude "
        "imports and reading the data; peak memory is that of the whole process. `weightipy` does "
        "not support base weights. The bootstrap has 500 replicates; each is raked before "
        "proportions are computed. Means are of a number in 40 groups; pandas computes weighted "
        "means without standard errors.\n\n"
        f"{versions({*table['program']}, arguments.peers)} {arguments.note}".rstrip()
        + "\n\n"
        f"{summary(table)}\n\n## At the largest size\n\n"
    )
    write_section(arguments.out, text + markdown(table))


if __name__ == "__main__":
    main()
