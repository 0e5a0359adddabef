"""What the sandbox costs: the frozen code of a publication run again with it and without, in pairs.

python benchmarks/sandbox.py [--publication ID] [--pairs 5] [--cores 2]

Within a pair the two runs follow each other and take turns in going first; the figure is the median
over the pairs of the one's time over the other's, so that a busy machine counts on both sides.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from readiness.publications.audit.rerun import rerun  # noqa: E402

from readiness.datasets.store import find_object  # noqa: E402
from readiness.publications.ledger import read_datasets, read_inputs  # noqa: E402
from readiness.publications.sandbox import bubblewrap  # noqa: E402
from readiness.publications.seal import read_seal  # noqa: E402


def seconds(identity: str, cores: str, *, confined: bool) -> float:
    """The time of one rerun of the frozen code up to the register and the report."""
    folder = ROOT / "publications" / identity
    objects = {d.pointer: find_object(ROOT, d.version) for d in read_datasets(folder)}
    inputs = {path: (ROOT / path).read_bytes() for path in read_inputs(folder)}
    begin = time.monotonic()
    with rerun(
        ROOT,
        folder,
        str(read_seal(folder)["run"]),
        objects,
        inputs,
        frozen=True,
        report=True,
        cores=cores,
        confined=confined,
    ):
        return time.monotonic() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publication", default="simulated-2026-r5")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--cores", default="2")
    arguments = parser.parse_args()
    if bubblewrap() is None:
        sys.exit("bubblewrap cannot be used here.")
    ratios = []
    for pair in range(arguments.pairs):
        taken = {
            confined: seconds(arguments.publication, arguments.cores, confined=confined)
            for confined in ((True, False) if pair % 2 else (False, True))
        }
        ratios.append(taken[True] / taken[False])
        print(
            f"pair {pair + 1}: without {taken[False]:.1f} s, with {taken[True]:.1f} s", flush=True
        )
    print(f"with / without: median {statistics.median(ratios):.3f} of {len(ratios)} pairs")


if __name__ == "__main__":
    main()
