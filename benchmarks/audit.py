"""How long an audit takes: each level, for 1, 10 and 100 publications, beside plain `sha256sum`.

    python benchmarks/audit.py --write                         level 3 for 1 and 10 only
    python benchmarks/audit.py --levels 3 --counts 1 10 100

The publications are the shipped ones, again and again under other ids (sealed again, for a seal
names its id). Each time is that of the whole command, Python's start included, the best of
`--repeat`. Prints a Markdown table; `--write` writes
docs/measurements.md.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from measurements import MEASUREMENTS, write_section  # noqa: E402
from readiness.publications.ledger import publication_ids  # noqa: E402
from readiness.publications.log import LOG, append, open_log  # noqa: E402
from readiness.publications.seal import RELEASED, SEAL, make_seal, read_seal  # noqa: E402

# Of the project's top folder.
NOT_COPIED = {".git", ".venv", ".snakemake", ".cache", "results", "tests", "publications"}
# The levels that run a workflow for each publication.
AGAIN = (2, 3)
# A hundred reports take twenty minutes.
SLOWEST = 3


def _not_copied(folder: str, names: list[str]) -> set[str]:
    left = NOT_COPIED if Path(folder) == ROOT else {"__pycache__"}
    return left.intersection(names)


def project(folder: Path, count: int) -> list[str]:
    """A copy of the project with `count` publications; returns their ids."""
    shutil.copytree(ROOT, folder, ignore=_not_copied)
    shipped = publication_ids(ROOT)
    (folder / LOG).parent.mkdir()
    shutil.copyfile(ROOT / LOG, folder / LOG)
    # Those that others revise stay under their own ids too.
    for name in shipped:
        shutil.copytree(ROOT / "publications" / name, folder / "publications" / name)
    ids = []
    for number, name in zip(range(count), itertools.cycle(shipped), strict=False):
        identity = name if number < len(shipped) else f"{name}-{number:03d}"
        if identity != name:
            _seal_under(ROOT / "publications" / name, folder / "publications" / identity)
            # No draft is in the log.
            if read_seal(folder / "publications" / identity)["status"] == RELEASED:
                append(folder, identity, open_log(folder))
        ids.append(identity)
    return ids


def _seal_under(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    sealed = read_seal(source)
    facts = {
        key: value
        for key, value in sealed.items()
        if key not in ("format", "files", "values", "digest")
    }
    files = {name: (target / name).read_bytes() for name in sealed["files"]}
    (target / SEAL).write_text(make_seal(files, {**facts, "id": target.name}), "utf-8")


def seconds(command: Sequence[str], folder: Path, repeat: int) -> float:
    """The shortest wall-clock time of a command that must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "workflow")}
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        best = min(best, time.perf_counter() - start)
        if done.returncode != 0:
            raise SystemExit(
                f"{' '.join(command[:6])}: exit {done.returncode}\n{done.stdout[-800:]}"
            )
    return best


def checksums(folder: Path, ids: Sequence[str]) -> list[str]:
    """What somebody without this program would do for level 0: `sha256sum --check`."""
    lines = [
        f"{digest}  publications/{identity}/{name}"
        for identity in ids
        for name, digest in read_seal(folder / "publications" / identity)["files"].items()
    ]
    (folder / "checksums.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return ["sha256sum", "--quiet", "--check", "checksums.txt"]


PAGE = """\
# Time of an audit

Written by `.venv/bin/python benchmarks/audit.py --write`. {machine}. Each time is that of the
whole command, Python's start included: of levels 0 and 1 the best of {repeat}, of 2 and 3, which
run a workflow of their own for each publication, one. The publications are the three that ship,
again and again under other ids. Beside level 0 stands what somebody without this program would do:
`sha256sum --check` over the same files.

{table}

Level 0 reads and hashes every file; a publication brings its code, report and charts, {size:.1f} MB
on average. Level 1 adds the datasets, hashed wherever a copy lies.
"""


def table(times: Mapping[str, Mapping[int, float]]) -> str:
    """The times as Markdown."""
    counts = sorted({count for row in times.values() for count in row})
    heads = (f"{count} publication{'s' if count > 1 else ''}" for count in counts)
    lines = ["| | " + " | ".join(heads) + " |", "|---" + "|--:" * len(counts) + "|"]
    for name, row in times.items():
        cells = (f"{row[count]:.2f} s" if count in row else "-" for count in counts)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page(times: Mapping[str, Mapping[int, float]], repeat: int) -> str:
    """docs/measurements.md."""
    sizes = [path.stat().st_size for path in (ROOT / "publications").rglob("*") if path.is_file()]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"
    return PAGE.format(
        machine=machine,
        repeat=repeat,
        table=table(times),
        size=sum(sizes) / len(publication_ids(ROOT)) / 1e6,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", type=int, nargs="+", default=[0, 1, 2, 3])
    parser.add_argument("--counts", type=int, nargs="+", help="default: 1 10 100; of level 3: 1 10")
    parser.add_argument("--repeat", type=int, default=3, help="for levels 0 and 1")
    parser.add_argument("--cores", default="2")
    parser.add_argument("--write", action="store_true", help="write docs/measurements.md")
    arguments = parser.parse_args()
    times: dict[str, dict[int, float]] = {}
    for level in arguments.levels:
        for count in arguments.counts or ((1, 10) if level == SLOWEST else (1, 10, 100)):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name) / "project"
                ids = project(folder, count)
                command = [
                    sys.executable,
                    "-m",
                    "readiness",
                    "audit",
                    *ids,
                    "--level",
                    str(level),
                    "--cores",
                    arguments.cores,
                ]
                repeat = 1 if level in AGAIN else arguments.repeat
                times.setdefault(f"level {level}", {})[count] = seconds(command, folder, repeat)
                if level == 0:
                    plain = seconds(checksums(folder, ids), folder, repeat)
                    times.setdefault("`sha256sum`, the same files", {})[count] = plain
    print(table(times))
    if arguments.write:
        write_section(MEASUREMENTS, page(times, arguments.repeat))


if __name__ == "__main__":
    main()
