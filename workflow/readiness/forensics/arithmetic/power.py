"""How much a pass is worth: the share of arbitrary figures that would have passed the same check.

Most pairs of whole percentages that add to 100 fit some base up to 32: a pass then tells little,
while a refutation stands. Exact counting over all figures of the same shape: every pair that adds
to 100, every single figure, every three that add to 100.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np

from readiness.arrays import BoolArray, IntArray
from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    FigureSet,
    SetKind,
    fitting,
    with_missing,
)
from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding, counts_between, ends

MAX_ALTERNATIVES = 6_000
# Alternatives times bases tried at once; more is not counted.
MAX_CELLS = 4_000_000
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
        first = figures.figures[0]
        if any(figure.decimals != first.decimals for figure in figures.figures):
            return None
        alternatives = _masks(
            len(figures.figures), first.decimals, figures.kind, n_max, max_missing, tuple(allowed)
        )
        if alternatives is None or len(alternatives) * len(combined) > MAX_PAIRS:
            return None
        following: Counter[int] = Counter()
        for mask, ways in combined.items():
            for other, more in alternatives.items():
                following[mask & other] += ways * more
        combined = following
        total *= sum(alternatives.values())
    return Fraction(total - combined[0], total)


@lru_cache(maxsize=64)
def _masks(
    size: int,
    decimals: int,
    kind: SetKind,
    n_max: int,
    max_missing: int,
    allowed: tuple[Convention, ...],
) -> Counter[int] | None:
    """How many sets of a shape have each mask of bases, one bit a convention and base."""
    scale = PrintedFigure(0, decimals).scale
    free = size - 1 if kind is SetKind.EXHAUSTIVE and size > 1 else size
    if (scale + 1) ** free > 2 * MAX_ALTERNATIVES:
        return None
    digits = np.array(list(_digits(size, scale, kind)), dtype=np.int64)
    if len(digits) * n_max > MAX_CELLS:
        return None
    masks = [_feasible(digits, scale, kind, n_max, convention) for convention in allowed]
    if max_missing:
        masks = [with_missing(mask.T, max_missing).T for mask in masks]
    packed = np.packbits(np.concatenate(masks, axis=1), axis=1)
    return Counter(int.from_bytes(row.tobytes(), "big") for row in packed)


def _digits(size: int, left: int, kind: SetKind) -> Iterator[tuple[int, ...]]:
    """Digits of `size` figures: adding to `left` (exhaustive), at most (exclusive), or free.

    A single figure is never asked to be the whole.
    """
    if kind is SetKind.EXHAUSTIVE and size > 1:
        for first in _digits(size - 1, left, SetKind.EXCLUSIVE):
            yield (*first, left - sum(first))
        return
    if size == 0:
        yield ()
        return
    for digits in range(left + 1):
        rest = left if kind is SetKind.MULTI else left - digits
        for tail in _digits(size - 1, rest, kind if size > 1 else SetKind.MULTI):
            yield (digits, *tail)


def _feasible(
    digits: IntArray, scale: int, kind: SetKind, n_max: int, convention: Convention
) -> BoolArray:
    """For each row of digits and each base 0..n_max, whether the set fits (`bases._feasible`)."""
    n = np.arange(n_max + 1, dtype=np.int64)
    lows, highs = [], []
    for column in digits.T:
        low, high = _intervals(column, scale, n, convention.rounding)
        lows.append(np.maximum(low, 0))
        highs.append(np.minimum(high, n))
    pair = kind is SetKind.EXHAUSTIVE and len(lows) == 2
    return fitting(lows, highs, n, kind, either=convention.complement and pair)


def _intervals(
    column: IntArray, scale: int, n: IntArray, rounding: Rounding
) -> tuple[IntArray, IntArray]:
    """`figures.count_interval` for many figures (rows) and bases (columns) at once."""
    low = np.empty((len(column), len(n)), dtype=np.int64)
    high = np.empty_like(low)
    # Which ends belong depends on parity alone, and only for half-even.
    for parity in (0, 1):
        rows = column % 2 == parity
        start, stop, with_start, with_stop = ends(int(parity), rounding)
        shift = 2 * (column[rows] - parity)[:, None]
        low[rows], high[rows] = counts_between(
            n, start + shift, stop + shift, 2 * scale, with_start, with_stop
        )
    return low, high
