"""How much a pass is worth: the share of arbitrary figures that would have passed the same check.

Most pairs of whole percentages that add to 100 fit some base up to 32: a pass then tells little,
while a refutation stands. Exact counting over all figures of the same shape: every pair that adds
to 100, every single figure, every three that add to 100.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from readiness.forensics.bases import NEAREST, Convention, FigureSet, SetKind, joint_mask
from readiness.forensics.figures import Figure

MAX_ALTERNATIVES = 6_000
MAX_PAIRS = 2_000_000


def joint_power(
    sets: Sequence[FigureSet],
    n_max: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> Fraction | None:
    """The share of arbitrary figures of the same shapes with a joint base up to `n_max`.

    None where counting would be too long (two decimals and more, four categories and more).
    """
    combined: Counter[int] = Counter({-1: 1})
    total = 1
    for figures in sets:
        alternatives = _masks(figures, n_max, max_missing, allowed)
        if alternatives is None or len(alternatives) * len(combined) > MAX_PAIRS:
            return None
        following: Counter[int] = Counter()
        for mask, ways in combined.items():
            for other, more in alternatives.items():
                following[mask & other] += ways * more
        combined = following
        total *= sum(alternatives.values())
    return Fraction(total - combined[0], total)


def _masks(
    figures: FigureSet, n_max: int, max_missing: int, allowed: Sequence[Convention]
) -> Counter[int] | None:
    """How many alternatives to a set have each mask of bases, one bit a convention and base."""
    alternatives = _alternatives(figures)
    if alternatives is None:
        return None
    found: Counter[int] = Counter()
    for alternative in alternatives:
        bits = [joint_mask([alternative], n_max, max_missing, [c]) for c in allowed]
        found[int.from_bytes(np.packbits(np.concatenate(bits)).tobytes(), "big")] += 1
    return found


def _alternatives(figures: FigureSet) -> Iterator[FigureSet] | None:
    """Every set of the same shape: same number of figures, decimals and kind. None if too many."""
    first = figures.figures[0]
    size, whole, decimals = len(figures.figures), first.scale, first.decimals
    if any(figure.decimals != decimals for figure in figures.figures):
        return None
    free = size - 1 if figures.kind is SetKind.EXHAUSTIVE and size > 1 else size
    if (whole + 1) ** free > 2 * MAX_ALTERNATIVES:
        return None
    return (
        FigureSet(tuple(Figure(digits, decimals) for digits in chosen), figures.kind)
        for chosen in _digits(size, whole, figures.kind)
    )


def _digits(size: int, left: int, kind: SetKind) -> Iterator[tuple[int, ...]]:
    """Digits of `size` figures: adding to `left` (exhaustive), at most (exclusive), or free."""
    if size == 0:
        yield ()
        return
    for digits in [left] if kind is SetKind.EXHAUSTIVE and size == 1 else range(left + 1):
        rest = left if kind is SetKind.MULTI else left - digits
        for tail in _digits(size - 1, rest, kind):
            yield (digits, *tail)
