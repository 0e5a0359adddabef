"""Raking many times to the same margins from nearby base weights: the replicates.

A replicate's solution lies close to that of the main weights. From there Newton's method with the
main weights' Hessian, kept fixed, needs a handful of steps; each step works on the cells of the
crossed margins. The solution is the one that iterative proportional fitting has, which also stands
in when the steps do not converge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from readiness.arrays import FloatArray, IntArray
from readiness.survey.weighting.margins import Margin
from readiness.survey.weighting.raking import Cells, Raked, rake_weights

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
        cells: Cells,
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
        raked: FloatArray = base * factor.ravel()[self._cells.of_row]
        return raked

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


def _split(margins: Sequence[Margin], cells: Cells) -> tuple[FloatArray, FloatArray]:
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
        _indicators(sizes[:cut], starts[:cut], total),
        _indicators(sizes[cut:], starts[cut:-1], total),
    )


def _indicators(sizes: Sequence[int], starts: IntArray, total: int) -> FloatArray:
    """One row a combination of categories, last margin fastest; one column a category."""
    rows = int(np.prod(np.array(sizes, dtype=np.int64))) if len(sizes) else 1
    matrix = np.zeros((rows, total))
    rest = np.arange(rows)
    for size, start in zip(reversed(sizes), reversed(list(starts)), strict=True):
        matrix[np.arange(rows), start + rest % size] = 1.0
        rest = rest // size
    return matrix
