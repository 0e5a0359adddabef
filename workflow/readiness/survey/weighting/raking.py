"""Raking ratio estimation (iterative proportional fitting) to population margins.

Rows with the same categories get the same factor, so the iterations run on the cells that the
margins cross, not on the rows. Sources: Deming and Stephan (1940); Deville, Särndal and Sautory
(1993). R equivalent: `rake`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from readiness.arrays import FloatArray, IntArray
from readiness.errors import StatisticsError
from readiness.survey.weighting.margins import Margin

TOLERANCE = 1e-10
MAX_ITERATIONS = 1000


@dataclass(frozen=True, eq=False)
class Cells:
    """The crossing of the margins: cell of each row, and the margin categories of each cell."""

    of_row: IntArray
    size: int
    categories: tuple[IntArray, ...]


@dataclass(frozen=True, eq=False)
class Raked:
    """Raked weights and how they came about.

    Attributes:
        weights: shape (rows,).
        gaps: largest relative gap of each margin before its step, shape (iterations, margins).
        worst: category code where that gap was, shape (iterations, margins).
        effects: log of the factor that each category of each margin came to.
    """

    weights: FloatArray
    gaps: FloatArray
    worst: IntArray
    effects: tuple[FloatArray, ...]


def cross(margins: Sequence[Margin]) -> Cells:
    """The cells of the margins: only those that occur when the crossing is large."""
    sizes = [m.codes.size for m in margins]
    rows = len(margins[0].codes.codes)
    key = margins[0].codes.codes
    for margin in margins[1:]:
        key = key * margin.codes.size + margin.codes.codes
    total = int(np.prod(np.array(sizes, dtype=np.float64)))
    if total <= max(4 * rows, 1024):
        values = np.arange(total)
        of_row, size = key, total
    else:
        values, inverse = np.unique(key, return_inverse=True)
        of_row, size = np.asarray(inverse, dtype=np.int64).reshape(-1), len(values)
    categories = []
    rest = values
    for k in reversed(sizes):
        categories.append(np.asarray(rest % k, dtype=np.int64))
        rest = rest // k
    return Cells(of_row, size, tuple(reversed(categories)))


def rake_weights(
    base: FloatArray,
    margins: Sequence[Margin],
    *,
    cells: Cells | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Raked:
    """Rake base weights to margins.

    Args:
        base: weights before raking, shape (rows,), >= 0 (0: a row left out of a replicate).
        margins: checked margins (`make_margins`).
        cells: their crossing, when already made.
        tolerance: largest relative gap between a weighted and a population total.
        max_iterations: sweeps over all margins.

    Raises:
        StatisticsError: a category whose base weights are all 0; no convergence. Both name the
            margin and the category.
    """
    crossing = cells or cross(margins)
    start = np.bincount(crossing.of_row, weights=base, minlength=crossing.size).astype(np.float64)
    cell = start.copy()
    factors = [np.ones(m.codes.size) for m in margins]
    gaps: list[list[float]] = []
    worst: list[list[int]] = []
    for _ in range(max_iterations):
        row_gaps, row_worst = _sweep(cell, factors, crossing, margins)
        gaps.append(row_gaps)
        worst.append(row_worst)
        if max(row_gaps) <= tolerance:
            break
    else:
        m = int(np.argmax(gaps[-1]))
        raise StatisticsError(
            f"raking did not converge in {max_iterations} iterations: margin "
            f"{margins[m].variable!r}, category {margins[m].label(worst[-1][m])} is still off by "
            f"{gaps[-1][m]:.2g} of its total; collapse categories or drop a margin"
        )
    factor = np.divide(cell, start, out=np.zeros_like(cell), where=start > 0)
    return Raked(
        base * factor[crossing.of_row],
        np.array(gaps),
        np.array(worst, dtype=np.int64),
        tuple(np.log(f) for f in factors),
    )


def _sweep(
    cell: FloatArray, factors: list[FloatArray], crossing: Cells, margins: Sequence[Margin]
) -> tuple[list[float], list[int]]:
    """One pass over the margins, changing `cell` and `factors`; the gaps before each step."""
    gaps, worst = [], []
    for margin, category, total in zip(margins, crossing.categories, factors, strict=True):
        current = np.bincount(category, weights=cell, minlength=margin.codes.size)
        target = margin.totals
        empty = (current <= 0) & (target > 0)
        if empty.any():
            k = int(np.argmax(empty))
            raise StatisticsError(
                f"margin {margin.variable!r}, category {margin.label(k)}: total {target[k]:g} but "
                "no weight in the sample; collapse it into another category"
            )
        used = target > 0
        factor = np.divide(target, current, out=np.ones_like(target), where=used)
        gap = np.abs(np.divide(current, target, out=np.ones_like(target), where=used) - 1.0)
        cell *= factor[category]
        total *= factor
        worst.append(int(np.argmax(gap)))
        gaps.append(float(gap[worst[-1]]))
    return gaps, worst
