"""Every publication, with today's code and its own, as another processor would make it.

    .venv/bin/python benchmarks/perturbation.py [--seeds 3] [--first 1] [ID ...]

Each number that a step writes is moved by up to 1e-12 (tests/publications/perturbed.py). Prints a
line an audit; exit code 1 when any number or page does not hold.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("workflow", "tests/publications")]

from perturbed import perturbed_runs  # noqa: E402

from readiness.publications.audit.audit import FROZEN, TODAY, Terms, audit  # noqa: E402
from readiness.publications.audit.model import Changes, Confine  # noqa: E402
from readiness.publications.ledger import publication_ids  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("ids", nargs="*")
    arguments = parser.parse_args()
    failed = 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        for identity in arguments.ids or publication_ids(ROOT):
            for code in (TODAY, FROZEN):
                with perturbed_runs(seed):
                    found = audit(
                        ROOT, identity, 3, changes=Changes(), code=code,
                        terms=Terms(confine=Confine.NEVER),
                    )  # fmt: skip
                moved = sum(one.published != one.recomputed for one in found.numbers)
                numbers = Counter(str(number.outcome) for number in found.numbers)
                pages = Counter(str(finding.outcome) for finding in found.report)
                failed += found.exit_code != 0 or set(numbers) - {"REPRODUCED", "JUDGED"} != set()
                print(
                    f"seed {seed} {identity} {code}: {found.verdict} {dict(numbers)}, "
                    f"{moved} stored otherwise, pages {dict(pages)} ({found.divergence or '-'})",
                    flush=True,
                )
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
