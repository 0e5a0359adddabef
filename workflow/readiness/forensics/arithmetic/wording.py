"""Words compared with a figure: the fractions that a phrase allows, among those a figure allows.

What a phrase allows is read in `phrases`; what a figure allows is exact (`bases`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, SetKind, witnesses
from readiness.forensics.arithmetic.figures import Figure, Rounding, count_interval, shares_of
from readiness.forensics.arithmetic.phrases import Reading

MOST_WITNESSES = 1000


@dataclass(frozen=True)
class WordingResult:
    """Whether words and figure can both be true.

    `strict` and `loose` are (count, base) pairs that make them agree, by how words are read.
    """

    strict: tuple[tuple[int, int], ...]
    loose: tuple[tuple[int, int], ...]


def judge_wording(
    reading: Reading,
    figure: Figure,
    n_max: int,
    allowed: Sequence[Convention] = NEAREST,
) -> WordingResult:
    """Compare a phrase with the fractions that a printed figure allows on 1..n_max answers."""
    figures = FigureSet((figure,), SetKind.EXCLUSIVE)
    pairs = [
        (k, n)
        for n in range(1, n_max + 1)
        for k in sorted({k for c in allowed for (k,) in witnesses(figures, n, c)})
    ]
    found = (
        [(k, n) for k, n in pairs if Fraction(k, n) in read][:MOST_WITNESSES]
        for read in (reading.strict, reading.loose)
    )
    return WordingResult(*map(tuple, found))


def smallest_strict_base(
    reading: Reading, figure: Figure, rounding: Rounding, limit: int = 100_000
) -> int | None:
    """The smallest base on which the phrase, read strictly, goes with the figure.

    None when no share at all shows as the figure and satisfies the phrase, or none up to `limit`.
    """
    if not reading.strict.meets(shares_of(figure, rounding)):
        return None
    for n in range(1, limit + 1):
        lowest, highest = count_interval(figure, n, rounding)
        # The first and last counts are enough: the phrase allows an interval of shares.
        lowest = max(lowest, ceil(n * reading.strict.low))
        highest = min(highest, floor(n * reading.strict.high))
        if any(
            Fraction(k, n) in reading.strict for k in range(lowest, min(highest, lowest + 1) + 1)
        ):
            return n
    return None
