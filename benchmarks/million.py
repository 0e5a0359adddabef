"""The chain of a wave at a million respondents: seconds and memory of whole commands.

Respondents are made at random from the shipped questionnaire, in unequal strata; the steps weight,
estimate and compare run as the workflow runs them, each a process of its own, and what they leave
is looked at: margins met, no more than 80 replicates. Beside them stands what a user would write
instead with pandas: read the same table, rake in a loop over `groupby`, a cross table a question.

    .venv/bin/python benchmarks/million.py                  # a million rows, a few minutes
    .venv/bin/python benchmarks/million.py --rows 50000

Times depend on the machine; the ratios hardly do. Nothing is written but to the terminal, or to
`--out` as Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from readiness.config import load_config  # noqa: E402
from readiness.plan.runs import PlannedRun  # noqa: E402
from readiness.plan.settings import told_of_answers  # noqa: E402
from readiness.provenance.digests import canonical_json  # noqa: E402
from readiness.questionnaire import TOTAL, Item, Questionnaire, load_questionnaire  # noqa: E402

SEED = 1_000_000
WAVE = "simulated-2026"
# Seconds and gigabytes that a step may take at a million rows.
LIMITS = {"weight": (10.0, 1.5), "estimate": (15.0, None), "compare": (10.0, None)}


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    seconds: float
    cpu: float
    gigabytes: float


def sample(questionnaire: Questionnaire, rows: int) -> tuple[pd.DataFrame, pd.DataFrame, dict]:  # type: ignore[type-arg]
    """Coded answers, counts of the checks and margins of a wave of so many respondents."""
    rng = np.random.Generator(np.random.PCG64([SEED, rows]))
    frame: dict[str, np.ndarray] = {}
    for variable in questionnaire.frame:
        codes = np.array(variable.codes, dtype=object)
        share = 1.0 / np.arange(1, len(codes) + 1)
        frame[variable.id] = codes[rng.choice(len(codes), rows, p=share / share.sum())]
    stratum = frame[questionnaire.frame[0].id]
    drawn = pd.Series(stratum).value_counts()
    people = {code: int(20 * n + 1000 * k) for k, (code, n) in enumerate(drawn.items())}
    group = questionnaire.groups.weighted[0] if questionnaire.groups else TOTAL
    base = {code: people[code] / (2 * n) for code, n in drawn.items()}
    table = {
        "respondent": np.array([f"R{k:08d}" for k in range(rows)], dtype=object),
        "group": np.full(rows, group, dtype=object),
        "stratum": stratum,
        **frame,
        "base_weight": pd.Series(stratum).map(base).to_numpy(),
    }
    for item in questionnaire.items:
        for column in item.columns:
            table[column] = _answers(item, rows, rng)
    counts = [
        (name, code, value)
        for code, n in drawn.items()
        for name, value in (("population", people[code]), ("invited", 2 * n), ("answered", n))
    ]
    total = sum(people.values())
    margins = {questionnaire.frame[0].id: {k: float(v) for k, v in people.items()}}
    for variable in questionnaire.frame[1:]:
        share = 1.0 / (2 + np.arange(len(variable.codes)))
        parts = dict(zip(variable.codes, total * share / share.sum(), strict=True))
        margins[variable.id] = parts
    return (
        pd.DataFrame(table),
        pd.DataFrame(counts, columns=["quantity", "group", "value"]),
        margins,
    )


def _answers(item: Item, rows: int, rng: np.random.Generator) -> np.ndarray:
    if item.kind.takes_several:
        codes = np.array(["1", "0", "_blank"], dtype=object)
    elif not item.kind.takes_options:
        codes = np.array([*map(str, range(20)), "_blank"], dtype=object)
    else:
        codes = np.array(
            [*item.codes, "_blank", *(["_dont_know"] if item.dont_know else [])], dtype=object
        )
    found: np.ndarray = codes[rng.integers(0, len(codes), rows)]
    return found


def write(folder: Path, questionnaire: Questionnaire, rows: int) -> None:
    """The files that the steps read."""
    answers, counts, margins = sample(questionnaire, rows)
    answers.to_csv(folder / "answers.csv", index=False, lineterminator="\n")
    counts.to_csv(folder / "counts.csv", index=False, lineterminator="\n")
    lines = [
        {
            "variable": variable,
            "category": code,
            "total": f"{total:.12g}",
            "status": "made",
            "note": "",
        }
        for variable, parts in margins.items()
        for code, total in parts.items()
    ]
    pd.DataFrame(lines).to_csv(folder / "margins.csv", index=False, lineterminator="\n")


WEIGHTS = ("weights.csv", "replicates.npz")


def command(run: PlannedRun, folder: Path, step: str) -> list[str]:
    """The command line of a step, as the rule has it."""
    questionnaire = ROOT / f"data/questionnaires/{run.section.questionnaire}.yaml"  # type: ignore[union-attr]
    inputs = {"answers": folder / "answers.csv", "questionnaire": questionnaire}
    if step == "weight":
        inputs |= {"counts": folder / "counts.csv", "margins": folder / "margins.csv"}
    else:
        inputs |= {n.partition(".")[0]: folder / "weight" / n for n in WEIGHTS}
    told = canonical_json(told_of_answers(ROOT, run, step))
    return [
        sys.executable,
        "-I",
        "-X",
        "utf8",
        str(ROOT / "workflow/readiness"),
        "step",
        step,
        "--log",
        str(folder / f"{step}.log"),
        "--code",
        "0" * 64,
        "--settings",
        told,
        *(part for name, path in inputs.items() for part in (f"--{name}", str(path))),
        "--out",
        str(folder / step),
    ]


def _frame(run: PlannedRun) -> list[str]:
    path = ROOT / f"data/questionnaires/{run.section.questionnaire}.yaml"  # type: ignore[union-attr]
    return [variable.id for variable in load_questionnaire(path).frame]


# Linux counts as a command's memory what its parent held when it began. So a small process begins
# it, and not this one, which may have held more than the command ever does.
MEASURED = """
import json, os, sys, time
start = time.monotonic()
actions = [(os.POSIX_SPAWN_DUP2, 2, 1)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, used = os.wait4(child, 0)
seconds = time.monotonic() - start
print(json.dumps([seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6]))
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def cost_of(line: list[str]) -> Cost:
    """Run a command; seconds, processor seconds and the most memory that it held."""
    small = [sys.executable, "-I", "-S", "-c", MEASURED, *line]
    ended = subprocess.run(small, stdout=subprocess.PIPE, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{line[6]} {line[5]} failed")
    return Cost(*json.loads(ended.stdout))


# What a user would write with pandas: no limits, no replicates, no standard error.
INSTEAD = """
import sys, pandas as pd
folder, step, by, items = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4].split(",")
table = pd.read_csv(f"{folder}/answers.csv", dtype=str)
margins = pd.read_csv(f"{folder}/margins.csv")
weight = table["base_weight"].astype(float)
for _ in range(10 if step == "weight" else 1):
    for variable, part in margins.groupby("variable", sort=False):
        target = part.set_index("category")["total"]
        weight *= table[variable].map(target / weight.groupby(table[variable]).sum())
if step == "weight":
    table[["respondent"]].assign(weight=weight).to_csv(f"{folder}/instead.csv", index=False)
else:
    for item in items:
        shares = pd.crosstab(table[by], table[item], weight, aggfunc="sum", normalize="index")
"""


def measure(rows: int) -> dict[str, tuple[Cost, Cost]]:
    """Each step and what stands in for it, at so many rows."""
    run = PlannedRun(f"waves/{WAVE}", WAVE, load_config(ROOT / "config.yaml").waves[WAVE])
    questionnaire = load_questionnaire(
        ROOT / f"data/questionnaires/{run.section.questionnaire}.yaml"  # type: ignore[union-attr]
    )
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, questionnaire, rows)
        for step in LIMITS:
            section = run.section.compare if step == "compare" else run.section.estimate  # type: ignore[union-attr]
            items = [n for n in section.items if questionnaire.item(n).kind.takes_one]
            instead = [sys.executable, "-c", INSTEAD, name, step, _frame(run)[0], ",".join(items)]
            found[step] = cost_of(command(run, folder, step)), cost_of(instead)
        check(folder)
    return found


def check(folder: Path) -> None:
    """What was weighted meets its margins, in replicates that are few."""
    margins = pd.read_csv(folder / "weight" / "margins.csv")
    assert (margins["gap"].abs() < 1e-6).all(), "a margin is not met"
    with np.load(folder / "weight" / "replicates.npz") as content:
        assert content["matrix"].shape[1] <= 80 or len(content["matrix"]) <= 2000
    facts = [json.loads(text) for text in pd.read_csv(folder / "weight" / "steps.csv")["fact"]]
    print("steps:", ", ".join(fact["fact"].rpartition(".")[2] for fact in facts))


def table(found: dict[str, tuple[Cost, Cost]], rows: int) -> str:
    """The costs as Markdown."""
    lines = [
        f"| step, {rows:,} rows | s | CPU s | GB | limit | pandas by hand, s | ratio |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for step, (own, instead) in found.items():
        seconds, gigabytes = LIMITS[step]
        limit = f"{seconds:.0f} s" + (f", {gigabytes} GB" if gigabytes else "")
        lines.append(
            f"| {step} | {own.seconds:.1f} | {own.cpu:.1f} | {own.gigabytes:.2f} | {limit} | "
            f"{instead.seconds:.1f} | {own.seconds / instead.seconds:.2f} |"
        )
    return "\n".join(lines)


def main(arguments: Iterable[str] | None = None) -> int:
    """Measure and print; exit code 1 where a step at a million rows is beyond its limits."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="respondents (a million)")
    parser.add_argument("--out", type=Path, help="also written there, as Markdown")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.rows < 1000:
        parser.error("at least 1000 rows")
    found = measure(options.rows)
    text = table(found, options.rows)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", "utf-8")
    beyond = [
        step
        for step, (own, _) in found.items()
        if own.cpu > LIMITS[step][0] or own.gigabytes > (LIMITS[step][1] or np.inf)
    ]
    return 1 if beyond and options.rows >= 1_000_000 else 0


if __name__ == "__main__":
    sys.exit(main())
