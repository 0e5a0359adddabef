"""Publications with random harm, each through one command: no traceback, no hang, no false VALID.

Each case is drawn from a seed: a publication, a file of it (or of the data, pointers and settings
beside it), the harm, whether its seal is made to fit again, and one command. The command runs in a
child process with bounds; a share runs as a real command. Nothing may end in an exception that
nobody handles, take 10 s or 1 GB, or write what steers a terminal; and where a sealed file is
another one, no command may take the publication for whole. One line a fault, then a tally; exit
code 1 when there was one.

    .venv/bin/python benchmarks/fuzz_publications.py                       # 2,000 cases
    .venv/bin/python benchmarks/fuzz_publications.py --cases 1 --from 381  # one of them again
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

# One BLAS thread: the child is a fork.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("workflow", "tests", "tests/publications")]

from tampering.harmed import Range  # noqa: E402
from tampering.kept import Kept  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--from", dest="first", type=int, default=0, help="which case first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commands", type=float, default=0.03, help="share of real commands")
    parser.add_argument("--no-rerun", action="store_true", help="nothing that levels 2 and 3 see")
    parser.add_argument("--verbose", action="store_true", help="a line a case, and what it said")
    arguments = parser.parse_args()
    began = time.monotonic()
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, Kept() as kept:
        ground = Range.at(Path(folder), None if arguments.no_rerun else kept)
        for number in range(arguments.first, arguments.first + arguments.cases):
            one = ground.shoot(arguments.seed, number, arguments.commands)
            tally[f"exit {one.ended.status}"] += 1
            tally["faults"] += bool(one.faults)
            if one.faults or arguments.verbose:
                print(one.line(), flush=True)
            if arguments.verbose:
                print(one.ended.said[:4000])
    told = ", ".join(f"{count} {name}" for name, count in sorted(tally.items()))
    print(f"{arguments.cases} cases: {told}; {time.monotonic() - began:.0f} s")
    return int(tally["faults"] > 0)


if __name__ == "__main__":
    sys.exit(main())
