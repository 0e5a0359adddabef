"""One change at a time, over every kind there is: does the audit say what docs/tampering.md says?

Each change is drawn from a seed (kind, publication, file, position), made in a copy of the tree,
audited, judged, and undone. One line a change, then a tally; exit code 1 when an audit said
anything else than the table.

    .venv/bin/python benchmarks/tampering.py                       # 300 changes, levels 0 and 1
    .venv/bin/python benchmarks/tampering.py --changes 30 --level2 # reruns, kept where they can be
    .venv/bin/python benchmarks/tampering.py --each --level2       # every kind that a rerun sees
    .venv/bin/python benchmarks/tampering.py --page                # write docs/tampering.md
    .venv/bin/python benchmarks/tampering.py --list                # every kind, a line each

With --level2 the changes are those of kinds that a rerun has something to say of, each audited once
at the level that sees it last (2, or 3 for charts and pages).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

# One BLAS thread: the jobs of a rerun are the parallel part.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("workflow", "tests", "tests/publications")]

from tampering.catalogue import KINDS, list_kinds, write_page  # noqa: E402
from tampering.model import Case, Judged, draw_cases, list_applicable  # noqa: E402
from tampering.run import Bench, Kept  # noqa: E402

from readiness.ground.files import write_atomically  # noqa: E402

PAGE = ROOT / "docs/tampering.md"


def cases(bench: Bench, arguments: argparse.Namespace) -> list[Case]:
    kinds = KINDS
    if arguments.kind:
        kinds = tuple(k for k in KINDS if k.name.startswith(tuple(arguments.kind)))
    elif arguments.level2:
        kinds = tuple(kind for kind in kinds if kind.rerun is not None)
    identities = arguments.publication or bench.identities
    if arguments.each:
        every = list_applicable(kinds, bench.tree, identities)
        return [Case(kind, name, arguments.seed + k) for k, (kind, name) in enumerate(every)]
    return draw_cases(kinds, bench.tree, identities, arguments.changes, arguments.seed)


def levels(case: Case, arguments: argparse.Namespace) -> Sequence[int]:
    if arguments.level2:
        return [2 if case.kind.rerun is None else case.kind.rerun]
    return [0, 1]


def judged(bench: Bench, arguments: argparse.Namespace) -> Iterator[Judged]:
    for case in cases(bench, arguments):
        yield from bench.judge(case, levels(case, arguments))


def run(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="tampering-") as folder, Kept() as kept:
        bench = Bench.at(Path(folder) / "tree", kept)
        for one in judged(bench, arguments):
            print(one.line(), flush=True)
            tally["wrong" if one.faults else "right"] += 1
            tally[f"exit {one.status}"] += 1
    told = ", ".join(f"{count} {name}" for name, count in sorted(tally.items()))
    print(f"{tally['right'] + tally['wrong']} audits: {told}; {time.monotonic() - began:.0f} s")
    return int(tally["wrong"] > 0)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--changes", type=int, default=300, help="how many (default: 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--level2", action="store_true", help="run the numbers again")
    parser.add_argument("--each", action="store_true", help="every kind on every publication, once")
    parser.add_argument("--kind", nargs="+", help="only kinds whose name begins so")
    parser.add_argument("--publication", nargs="+", metavar="ID", help="only these (default: all)")
    parser.add_argument("--page", action="store_true", help="write docs/tampering.md and stop")
    parser.add_argument("--list", action="store_true", help="print every kind and stop")
    arguments = parser.parse_args()
    if arguments.list:
        print(list_kinds())
        return 0
    if arguments.page:
        write_atomically(PAGE, write_page())
        return 0
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
