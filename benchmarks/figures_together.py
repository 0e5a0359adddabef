"""Judge random tables whose making is known: honest ones, and figures beside a wrong number.

    python benchmarks/figures_together.py [--honest 20000] [--wrong 2000]

Prints how many honest tables of each kind do not fit the number printed with them, and how many of
these have no reading that says how they came about (expected: 0). Then, by the number of figures
and their decimals, how often a wrong number is found, and how often the true one is among those
named where it is: the power curve of docs/forensics.md.
"""

import argparse
import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from honest_tables import KINDS, honest_table, is_explained, wrong_base
from readiness.forensics.arithmetic.together import judge_together

# Decimals, and the largest number of people: every whole percentage fits any hundred people.
SHAPES = ((0, 100), (1, 600), (2, 600))
FIGURES = (1, 2, 3, 4, 6, 8, 12)


def judge_honest(tables: int) -> int:
    """Print a line for each kind of table; return how many have no reading that is true."""
    unexplained = 0
    print(f"{'honest tables':<20} {'judged':>7} {'not fit':>8} {'no true reading':>16}")
    for kind in KINDS:
        draw, refused, wrong = Random(f"honest {kind}"), 0, 0
        for _ in range(tables // len(KINDS)):
            table = honest_table(kind, draw)
            found = judge_together(table.sets, table.printed)
            refused += not found.fits
            wrong += not is_explained(table, found)
        print(f"{kind:<20} {tables // len(KINDS):>7} {refused:>8} {wrong:>16}")
        unexplained += wrong
    return unexplained


def judge_wrong(tables: int) -> None:
    """Print the power curve: the share of wrong numbers found, and that of true ones named."""
    each = -(-tables // (len(FIGURES) * len(SHAPES)))
    print(f"\n{'decimals':>8} {'figures':>8} {'tables':>7} {'found':>7} {'true one named':>15}")
    for decimals, largest in SHAPES:
        for figures in FIGURES:
            draw = Random(f"wrong {decimals} {figures}")
            results = [wrong_base(draw, figures, decimals, largest) for _ in range(each)]
            named = [true for refused, true in results if refused]
            told = f"{100 * sum(named) / len(named):.1f}" if named else "-"
            print(
                f"{decimals:>8} {figures:>8} {each:>7} {100 * len(named) / each:>7.1f} {told:>15}"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--honest", type=int, default=20_000)
    parser.add_argument("--wrong", type=int, default=2_000)
    arguments = parser.parse_args()
    unexplained = judge_honest(arguments.honest)
    judge_wrong(arguments.wrong)
    return 1 if unexplained else 0


if __name__ == "__main__":
    raise SystemExit(main())
