"""Raking ratio estimation (iterative proportional fitting) to population margins.

Rows with the same categories get the same factor, so the iterations run on the cells that the
margins cross, not on the rows. Sources: Deming and Stephan (1940); Deville, Särndal and Sautory
(1993). R equivalent: `rake`.

A replicate's solution lies close to that of the main weights: from there Newton's method with the
main weights' Hessian, kept fixed, needs a handful of steps on the cells. Where they do not converge
iterative proportional fitting stands in, which has the same solution.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from readiness.arrays import FloatArray, IntArray
from readiness.errors import StatisticsError
from readiness.survey.weighting.margins import Margin

TOLERANCE = 1e-10
MAX_ITERATIONS = 1000


@dataclass(frozen=True, eq=False)
class MarginCells:
    """The crossing of the margins: cell of each row, and the margin categories of each cell."""

    of_row: IntArray
    size: int
    categories: tuple[IntArray, ...]


@dataclass(frozen=True, eq=False)
class Raked:
    """Raked weights and how they came about.

    Attributes:
        weights: shape (rows,).
        effects: log of the factor that each category of each margin came to.
    """

    weights: FloatArray
    effects: tuple[FloatArray, ...]


def cross(margins: Sequence[Margin]) -> MarginCells:
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
    return MarginCells(of_row, size, tuple(reversed(categories)))


def rake_weights(
    base: FloatArray,
    margins: Sequence[Margin],
    *,
    cells: MarginCells | None = None,
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
    sweeps, gap, where = 0, np.inf, ""
    # Margins that exclude one another drive factors beyond any number: no more sweeps then.
    while (
        gap > tolerance and sweeps < max_iterations and all(np.isfinite(f).all() for f in factors)
    ):
        gap, where = _pass_margins(cell, factors, crossing, margins)
        sweeps += 1
    if not gap <= tolerance:
        raise StatisticsError(
            f"raking did not converge in {sweeps} iterations: {where} is still off by {gap:.2g} of "
            "its total; collapse categories or drop a margin"
        )
    factor = np.divide(cell, start, out=np.zeros_like(cell), where=start > 0)
    return Raked(base * factor[crossing.of_row], tuple(np.log(f) for f in factors))


def _pass_margins(
    cell: FloatArray, factors: list[FloatArray], crossing: MarginCells, margins: Sequence[Margin]
) -> tuple[float, str]:
    """One pass over the margins, changing `cell` and `factors`; the largest relative gap of a
    category before its margin's step, and where it is.
    """
    largest, where = -1.0, ""
    for margin, category, total in zip(margins, crossing.categories, factors, strict=True):
        current = np.bincount(category, weights=cell, minlength=margin.codes.size)
        target = margin.totals
        empty = (current <= 0) & (target > 0)
        if empty.any():
            k = int(np.argmax(empty))
            raise StatisticsError(
                f"margin {margin.variable!r}, category {margin.codes.label(k)}: total "
                f"{target[k]:g} but no weight in the sample; collapse it into another category"
            )
        used = target > 0
        factor = np.divide(target, current, out=np.ones_like(target), where=used)
        gap = np.abs(np.divide(current, target, out=np.ones_like(target), where=used) - 1.0)
        with np.errstate(over="ignore"):
            cell *= factor[category]
            total *= factor
        worst = int(np.argmax(gap))
        if not gap[worst] <= largest:
            largest = float(gap[worst])
            where = f"margin {margin.variable!r}, category {margin.codes.label(worst)}"
    return largest, where


_MOST_STEPS = 40


class Reraking:
    """Raking of base weights (rows,) near those of a main raking that has been done.

    The weights of a cell are base * exp(sum of the effects of its categories). Cells are held as a
    matrix with some margins crossed in its rows and the others in its columns, so that all margins
    of all cells cost two products with that matrix.
    """

    def __init__(
        self,
        margins: Sequence[Margin],
        cells: MarginCells,
        main: Raked,
        *,
        tolerance: float,
        max_iterations: int,
    ) -> None:
        self._margins, self._cells = margins, cells
        self._tolerance, self._max_iterations = tolerance, max_iterations
        self._targets = np.concatenate([m.totals for m in margins])
        self._effects = np.concatenate(main.effects)
        left, right = _split(margins, cells)
        self._shape = (len(left), len(right))
        self._left, self._right = left, right
        weights = np.bincount(cells.of_row, weights=main.weights, minlength=cells.size)
        table = weights.reshape(self._shape)
        cross = left.T @ table @ right
        hessian = (
            (left.T * table.sum(axis=1)) @ left
            + (right.T * table.sum(axis=0)) @ right
            + cross
            + cross.T
        )
        self._inverse = np.linalg.pinv(hessian, hermitian=True)

    def __call__(self, base: FloatArray) -> FloatArray:
        """Raked weights, shape (rows,).

        Raises:
            StatisticsError: as `rake_weights`.
        """
        start = np.bincount(self._cells.of_row, weights=base, minlength=self._cells.size)
        factor = self._solve(start.astype(np.float64).reshape(self._shape))
        if factor is None:
            return rake_weights(
                base,
                self._margins,
                cells=self._cells,
                tolerance=self._tolerance,
                max_iterations=self._max_iterations,
            ).weights
        return np.asarray(base * factor.ravel()[self._cells.of_row])

    def _solve(self, start: FloatArray) -> FloatArray | None:
        """Factor of each cell, or None when the steps do not converge."""
        effects = self._effects
        scale = np.where(self._targets > 0, self._targets, 1.0)
        before = np.inf
        for _ in range(_MOST_STEPS):
            u, v = np.exp(self._left @ effects), np.exp(self._right @ effects)
            current = self._left.T @ (u * (start @ v)) + self._right.T @ (v * (u @ start))
            gap = current - self._targets
            largest = float(np.abs(gap / scale).max())
            if largest <= self._tolerance:
                return np.outer(u, v)
            # Not shrinking: an empty category, or a replicate too far from the main weights.
            if not largest < 0.9 * before:
                return None
            before = largest
            effects = effects - self._inverse @ gap
        return None


def _split(margins: Sequence[Margin], cells: MarginCells) -> tuple[FloatArray, FloatArray]:
    """Indicators of the categories in the rows and in the columns of the matrix of cells."""
    sizes = [m.codes.size for m in margins]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    total = int(starts[-1])
    if cells.size < int(np.prod(np.array(sizes, dtype=np.float64))):
        # Only the cells that occur: all margins in the rows.
        left = np.zeros((cells.size, total))
        for m, category in enumerate(cells.categories):
            left[np.arange(cells.size), starts[m] + category] = 1.0
        return left, np.zeros((1, total))
    # The crossing runs with the last margin fastest: cut it where both sides are about equal.
    products = np.cumprod(np.array(sizes, dtype=np.float64))
    cut = int(np.argmin(products + products[-1] / products)) + 1
    return (
        _make_indicators(sizes[:cut], starts[:cut], total),
        _make_indicators(sizes[cut:], starts[cut:-1], total),
    )


def _make_indicators(sizes: Sequence[int], starts: IntArray, total: int) -> FloatArray:
    """One row a combination of categories, last margin fastest; one column a category."""
    rows = int(np.prod(np.array(sizes, dtype=np.int64))) if len(sizes) else 1
    matrix = np.zeros((rows, total))
    rest = np.arange(rows)
    for size, start in zip(reversed(sizes), reversed(list(starts)), strict=True):
        matrix[np.arange(rows), start + rest % size] = 1.0
        rest = rest // size
    return matrix
