"""What a run with nothing to do costs, beside an empty dry run of Snakemake.

    .venv/bin/python benchmarks/noop.py [--pairs 11]

The project must have been run. Each round starts the three commands one after the other, in an
order that turns, so that what else the machine does falls on all of them; a ratio is taken within
each round. Prints the medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SNAKEMAKE = [sys.executable, "-m", "snakemake"]
EMPTY = "empty snakemake -n"
COMMANDS = {
    EMPTY: [*SNAKEMAKE, "-n", "--cores", "1"],
    "snakemake --cores 2": [*SNAKEMAKE, "--cores", "2"],
    "readiness run --cores 2": [sys.executable, "-m", "readiness", "run", "--cores", "2"],
}


def seconds(name: str, empty: Path) -> float:
    """Wall time of one command; it must have nothing to do."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    began = time.perf_counter()
    done = subprocess.run(
        COMMANDS[name],
        cwd=empty if name == EMPTY else ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - began
    assert done.returncode == 0, done.stderr
    assert name == EMPTY or "Nothing to be done" in done.stderr, done.stderr
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=11)
    pairs = parser.parse_args().pairs
    empty = Path(tempfile.mkdtemp())
    (empty / "Snakefile").write_text('rule all:\n    shell: ""\n', "utf-8")
    names = list(COMMANDS)
    rounds = []
    try:
        for name in names:
            seconds(name, empty)  # once for the caches
        for k in range(pairs):
            turned = names[k % 3 :] + names[: k % 3]
            rounds.append({name: seconds(name, empty) for name in turned})
    finally:
        shutil.rmtree(empty)
    print(f"{pairs} rounds, medians; load {os.getloadavg()[0]:.1f} at the end")
    for name in names:
        own = statistics.median(each[name] for each in rounds)
        ratio = statistics.median(each[name] / each[EMPTY] for each in rounds)
        print(f"{name:<24} {own:6.2f} s  {ratio:5.2f} times the empty one")


if __name__ == "__main__":
    main()
