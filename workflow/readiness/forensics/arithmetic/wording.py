"""Words compared with a figure: the fractions that a phrase allows, among those a figure allows.

What a phrase allows is read in `phrases`; what a figure allows is exact (`bases`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, SetKind, witnesses
from readiness.forensics.arithmetic.figures import Figure, Rounding, count_interval, share_interval
from readiness.forensics.arithmetic.phrases import Reading, read_phrase
from readiness.forensics.arithmetic.shares import Shares

__all__ = [
    "Reading",
    "Shares",
    "WordingResult",
    "judge_wording",
    "read_phrase",
    "smallest_strict_base",
]


@dataclass(frozen=True)
class WordingResult:
    """Whether words and figure can both be true.

    `strict` and `loose` tell whether some base up to n_max makes them agree (None when the bases
    were not searched); `witnesses` are (count, base) pairs under the strict reading.
    """

    strict: bool
    loose: bool
    witnesses: tuple[tuple[int, int], ...]
    loose_witnesses: tuple[tuple[int, int], ...]

    @property
    def verdict(self) -> str:
        """compatible (read strictly), compatible_loosely, or incompatible."""
        if self.strict:
            return "compatible"
        return "compatible_loosely" if self.loose else "incompatible"


def judge_wording(
    reading: Reading,
    figure: Figure,
    n_max: int,
    n_min: int = 1,
    allowed: Sequence[Convention] = NEAREST,
    limit: int = 1000,
) -> WordingResult:
    """Compare a phrase with the fractions that a printed figure allows on n_min..n_max answers."""
    strict: list[tuple[int, int]] = []
    loose: list[tuple[int, int]] = []
    figures = FigureSet((figure,), SetKind.EXCLUSIVE)
    for n in range(n_min, n_max + 1):
        counts = sorted({k for c in allowed for (k,) in witnesses(figures, n, c)})
        for k in counts:
            if Fraction(k, n) in reading.strict and len(strict) < limit:
                strict.append((k, n))
            if Fraction(k, n) in reading.loose and len(loose) < limit:
                loose.append((k, n))
    return WordingResult(bool(strict), bool(loose), tuple(strict), tuple(loose))


def smallest_strict_base(
    reading: Reading, figure: Figure, rounding: Rounding, limit: int = 100_000
) -> int | None:
    """The smallest base on which the phrase, read strictly, goes with the figure.

    None when no share at all shows as the figure and satisfies the phrase, or none up to `limit`.
    """
    low, high, with_low, with_high = share_interval(figure, rounding)
    if not reading.strict.meets(Shares(low, high, with_low, with_high)):
        return None
    for n in range(1, limit + 1):
        lowest, highest = count_interval(figure, n, rounding)
        # The first and last counts are enough: the phrase allows an interval of shares.
        lowest = max(
            lowest, -(-(n * reading.strict.low.numerator) // reading.strict.low.denominator)
        )
        highest = min(highest, n * reading.strict.high.numerator // reading.strict.high.denominator)
        if any(
            Fraction(k, n) in reading.strict for k in range(lowest, min(highest, lowest + 1) + 1)
        ):
            return n
    return None
