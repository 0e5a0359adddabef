"""Raking and calibration to known totals, and trimming.

Raking (Deming and Stephan 1940; Deville, Särndal and Sautory 1993; R `rake`) runs on the cells that
the margins cross, not on the rows. A replicate starts from the main weights' solution: Newton's
method with their Hessian, kept fixed, needs a handful of steps; where it does not converge,
iterative proportional fitting is used, which has the same solution.

Calibration (R: `calibrate(calfun=...)`): the weight is base * F(x'b), with F(u) = 1 + u (linear,
GREG), exp(u) (raking) or the logit function of Deville and Särndal (1992), and b such that the
weighted totals of x are the known ones; Newton's method on b. Bounds truncate F (linear, raking;
their case 6) or are its asymptotes (logit).

Trimming, as R's `trimWeights`: weights beyond the limits are set to the limit and the excess is
spread equally over the other rows. The sum of the weights stays, the margins do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of
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
    """Raked weights with the effects of the categories.

    Attributes:
        weights: shape (rows,).
        effects: log of the raking factor of each category, one array per margin.
    """

    weights: FloatArray
    effects: tuple[FloatArray, ...]


def cross(margins: Sequence[Margin]) -> MarginCells:
    """Return the cells of the margins; of a large crossing only the cells that occur."""
    sizes = [m.codes.size for m in margins]
    key = margins[0].codes.codes
    for margin in margins[1:]:
        key = key * margin.codes.size + margin.codes.codes
    total = int(np.prod(np.array(sizes, dtype=np.float64)))
    values, of_row = np.arange(total), key
    if total > max(4 * len(key), 1024):
        values, of_row = np.unique(key, return_inverse=True)
    return MarginCells(of_row, len(values), np.unravel_index(values, sizes))


def rake_weights(
    base: FloatArray,
    margins: Sequence[Margin],
    *,
    cells: MarginCells | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Raked:
    """Rake base weights to margins.

    `base`: weights before raking, shape (rows,), >= 0 (0: a row left out of a replicate).
    `margins`: checked margins (`make_margins`). `cells`: their crossing, if available. `tolerance`:
    largest relative gap between a weighted and a population total. `max_iterations`: sweeps over
    all margins.

    Raises StatisticsError: a category whose base weights are all 0; no convergence. Both name the
    margin and the category.
    """
    crossing = cells or cross(margins)
    start = np.bincount(crossing.of_row, weights=base, minlength=crossing.size).astype(np.float64)
    cell = start.copy()
    factors = [np.ones(m.codes.size) for m in margins]
    sweeps, gap, where = 0, np.inf, ""
    # Incompatible margins drive factors to infinity: the sweeps end then.
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
    """Sweep once over the margins, changing `cell` and `factors`; return the largest gap and its
    place.

    The gap of a category is relative, before its margin's step. Raises StatisticsError: a category
    without weight.
    """
    largest, where = -1.0, ""
    for margin, category, total in zip(margins, crossing.categories, factors, strict=True):
        target = margin.totals
        current = np.bincount(category, weights=cell, minlength=margin.codes.size)
        if (empty := (current <= 0) & (target > 0)).any():
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
    """Raking of base weights near those of a main raking.

    The weights of a cell are base * exp(sum of the effects of its categories). Cells form a matrix
    with some margins crossed in its rows and the others in its columns (`left`, `right`), so that
    all margins of all cells cost two products with that matrix.
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
        self.margins, self.cells, self.main, self.of_row = margins, cells, main, cells.of_row
        self.tolerance, self.max_iterations = tolerance, max_iterations
        self.targets = np.concatenate([m.totals for m in margins])
        self.left, self.right = _split(margins, cells)
        left, right = self.left, self.right
        weights = np.bincount(cells.of_row, weights=main.weights, minlength=cells.size)
        table = weights.reshape(len(left), len(right))
        off_diagonal = left.T @ table @ right
        diagonal = (left.T * table.sum(axis=1)) @ left + (right.T * table.sum(axis=0)) @ right
        self.inverse = np.linalg.pinv(diagonal + off_diagonal + off_diagonal.T, hermitian=True)

    def __call__(self, base: FloatArray) -> FloatArray:
        """Return the raked weights of base weights (rows,).

        Raises StatisticsError: as `rake_weights`.
        """
        return np.asarray(base * self.cell_factors(self.find_effects(base))[self.of_row])

    def cell_factors(self, effects: FloatArray) -> FloatArray:
        """Return the factor of each cell's weights for these effects, shape (cells,)."""
        return np.outer(np.exp(self.left @ effects), np.exp(self.right @ effects)).ravel()

    def find_effects(self, base: FloatArray) -> FloatArray:
        """Return the log of the factor of each category for base weights (rows,).

        Raises StatisticsError: as `rake_weights`.
        """
        cells = self.cells
        start = np.bincount(cells.of_row, weights=base, minlength=cells.size).astype(np.float64)
        if (effects := self._solve(start.reshape(len(self.left), len(self.right)))) is not None:
            return effects
        cells_as_rows = MarginCells(np.arange(cells.size), cells.size, cells.categories)
        raked = rake_weights(
            start,
            self.margins,
            cells=cells_as_rows,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
        )
        return np.concatenate(raked.effects)

    def _solve(self, start: FloatArray) -> FloatArray | None:
        """Return effects by Newton's method, or None when the steps do not converge."""
        left, right = self.left, self.right
        effects, before = np.concatenate(self.main.effects), np.inf
        scale = np.where(self.targets > 0, self.targets, 1.0)
        for _ in range(_MOST_STEPS):
            u, v = np.exp(left @ effects), np.exp(right @ effects)
            gap = left.T @ (u * (start @ v)) + right.T @ (v * (u @ start)) - self.targets
            largest = float(np.abs(gap / scale).max())
            if largest <= self.tolerance:
                return effects
            # The gap does not shrink: an empty category, or a replicate too far from the main
            # weights.
            if not largest < 0.9 * before:
                return None
            before = largest
            effects = effects - self.inverse @ gap
        return None


def _split(margins: Sequence[Margin], cells: MarginCells) -> tuple[FloatArray, FloatArray]:
    """Return the indicators of the categories in the rows and in the columns of the matrix of
    cells.
    """
    sizes = [m.codes.size for m in margins]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    total = int(starts[-1])
    if cells.size < int(np.prod(np.array(sizes, dtype=np.float64))):
        # Only the cells that occur, with all margins in the rows.
        left = np.zeros((cells.size, total))
        for m, category in enumerate(cells.categories):
            left[np.arange(cells.size), starts[m] + category] = 1.0
        return left, np.zeros((1, total))
    # The last margin runs fastest in the crossing; the cut makes both sides about equal in size.
    products = np.cumprod(np.array(sizes, dtype=np.float64))
    cut = int(np.argmin(products + products[-1] / products)) + 1
    return (
        _make_indicators(sizes[:cut], starts[:cut], total),
        _make_indicators(sizes[cut:], starts[cut:-1], total),
    )


def _make_indicators(sizes: Sequence[int], starts: IntArray, total: int) -> FloatArray:
    """Return one row per combination of categories, last margin fastest; one column per
    category.
    """
    combinations = np.arange(int(np.prod(np.array(sizes, dtype=np.int64))))
    matrix = np.zeros((len(combinations), total))
    places = np.unravel_index(combinations, sizes) if len(sizes) else ()
    for place, start in zip(places, starts, strict=True):
        matrix[combinations, start + place] = 1.0
    return matrix


Distance: TypeAlias = Literal["linear", "raking", "logit"]
Bounds: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]


def calibrate_weights(
    base: FloatArray,
    x: FloatArray,
    totals: FloatArray,
    *,
    names: Sequence[str],
    distance: Distance = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-11,
    max_iterations: int = 500,
) -> FloatArray:
    """Return calibrated weights, shape (rows,).

    Args:
        base: weights before calibration, >= 0.
        x: auxiliaries, shape (rows, p).
        totals: their population totals, shape (p,).
        names: name of each auxiliary, for messages.
        distance: `linear`, `raking` or `logit` (needs bounds).
        bounds: lowest and highest ratio of calibrated to base weight, one number or one per row
            each; None: unbounded.
        tolerance: largest gap, relative to the total (absolute below 1).
        max_iterations: Newton steps.

    Raises StatisticsError: unknown distance, bounds that exclude the ratio 1 for logit, no
    convergence (naming the auxiliary with the largest gap).
    """
    one_of(distance, Distance, "distance")
    low, high = _check_bounds(distance, bounds)
    x = np.asarray(x, dtype=np.float64)
    unit = np.maximum(np.abs(totals), 1.0)
    b = np.zeros(x.shape[1])
    ratio, slope = _compute_ratio(distance, x @ b, low, high)
    gap = (totals - (base * ratio) @ x) / unit
    for _ in range(max_iterations):
        if np.abs(gap).max() <= tolerance:
            break
        hessian = (x * (base * slope)[:, None]).T @ x / unit[:, None]
        step = np.linalg.pinv(hessian, rcond=1e-12) @ gap
        # A step is halved until the gaps shrink; if they never do, the iteration ends.
        for length in 0.5 ** np.arange(27):
            trial = b + length * step
            trial_ratio, trial_slope = _compute_ratio(distance, x @ trial, low, high)
            trial_gap = (totals - (base * trial_ratio) @ x) / unit
            if np.linalg.norm(trial_gap) < np.linalg.norm(gap):
                b, ratio, slope, gap = trial, trial_ratio, trial_slope, trial_gap
                break
        else:
            break
    if not np.abs(gap).max() <= tolerance:
        j = int(np.argmax(np.abs(gap)))
        raise StatisticsError(
            f"calibration ({distance}) did not converge: {names[j]} is still off by "
            f"{np.abs(gap[j]):.2g} of its total {totals[j]:g}; widen the bounds, collapse "
            "categories or drop a total"
        )
    return np.asarray(base * ratio, dtype=np.float64)


def _check_bounds(distance: Distance, bounds: Bounds | None) -> tuple[FloatArray, FloatArray]:
    """Return both bounds, infinite without any; StatisticsError for invalid ones."""
    if bounds is None:
        if distance == "logit":
            raise StatisticsError("logit calibration needs bounds, such as (0.5, 2)")
        return np.array(-np.inf), np.array(np.inf)
    low, high = (np.asarray(v, dtype=np.float64) for v in bounds)
    if not (low < high).all():
        raise StatisticsError(f"calibration bounds {bounds}; expected the lower below the upper")
    if distance == "logit" and not ((low < 1) & (high > 1)).all():
        raise StatisticsError(f"logit calibration bounds {bounds}; expected lower < 1 < upper")
    return low, high


def _compute_ratio(
    distance: Distance, u: FloatArray, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return F(u) and F'(u), shape of u."""
    if distance == "logit":
        a = (high - low) / ((1 - low) * (high - 1))
        with np.errstate(over="ignore"):
            e = np.exp(np.clip(a * u, -700, 700))
        below = (high - 1) + (1 - low) * e
        ratio = (low * (high - 1) + high * (1 - low) * e) / below
        return ratio, (high - low) * (high - 1) * (1 - low) * a * e / below**2
    free = 1 + u if distance == "linear" else np.exp(np.clip(u, -700, 700))
    slope = np.ones_like(u) if distance == "linear" else free
    return np.clip(free, low, high), np.where((free >= low) & (free <= high), slope, 0.0)


def bounded_rake(
    base: FloatArray,
    start: FloatArray,
    margins: Sequence[Margin],
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
) -> FloatArray:
    """Return weights between two limits that meet the margins: raking with truncated factors.

    `base`: base weights; rows with 0 stay 0. `start`: their unbounded raking, which is close to the
    solution. `margins`: checked margins. `lower`, `upper`: limits, in the unit of the weights; one
    number, or one per row.

    Raises StatisticsError: no weights within the limits meet the margins (the category is named).
    """
    x, totals, names = indicators(margins)
    rows = base > 0
    low, high = (np.broadcast_to(np.asarray(v, float), base.shape)[rows] for v in (lower, upper))
    if not (low < high).all():
        raise StatisticsError(f"limits {low.min():g} and {high.max():g}; expected lower < upper")
    bounds: Bounds = (low / start[rows], high / start[rows])
    final = np.zeros_like(base)
    final[rows] = calibrate_weights(
        start[rows], x[rows], totals, names=names, distance="raking", bounds=bounds, tolerance=1e-10
    )
    return final


def indicators(margins: Sequence[Margin]) -> tuple[FloatArray, FloatArray, list[str]]:
    """Return a 0/1 column for each category of each margin, their totals, and their names."""
    blocks = [(m.codes.codes[:, None] == np.arange(m.codes.size)).astype(float) for m in margins]
    names = [
        f"margin {m.variable!r}, category {m.codes.label(k)},"
        for m in margins
        for k in range(m.codes.size)
    ]
    return np.hstack(blocks), np.concatenate([m.totals for m in margins]), names


def trim_weights(
    weights: FloatArray,
    lower: float = 0.0,
    upper: float = np.inf,
    *,
    strict: bool = True,
    counts: FloatArray | None = None,
) -> FloatArray:
    """Return trimmed weights, with the same sum.

    `weights`: shape (rows,); zeros (rows left out of a replicate) stay zero. `lower`, `upper`:
    limits, in the unit of the weights. `strict`: repeat until no weight is outside; else once, and
    the redistribution may push weights past a limit. `counts`: unit of each row's weight, for
    limits on its multiples; None: 1 each.

    Raises StatisticsError: lower >= upper, or limits that no weights with this sum can meet.
    """
    if not lower < upper:
        raise StatisticsError(f"trimming limits {lower:g} and {upper:g}; expected lower < upper")
    active = weights > 0
    share = np.ones(int(active.sum())) if counts is None else counts[active].astype(np.float64)
    total, n = float(weights.sum()), float(share.sum())
    if not lower * n <= total <= upper * n:
        raise StatisticsError(
            f"no weights between {lower:g} and {upper:g} can add up to {total:g} over {n:g} rows "
            f"(mean {total / n:g}); widen the limits"
        )
    result, slack = weights.copy(), 1e-12 * total / n
    values = result[active] / share
    free = np.ones(len(values), dtype=np.bool_)
    while (outside := (values < lower - slack) | (values > upper + slack)).any():
        # A trimmed row stays at its limit; the other rows take up the excess.
        free &= ~outside
        if not free.any():
            raise StatisticsError(
                f"every weight was outside {lower:g} to {upper:g} at some point; nothing can take "
                "up what is cut: widen the limits"
            )
        cut = np.clip(values, lower, upper)
        cut[free] += float(((values - cut) * share).sum()) / float(share[free].sum())
        values = cut
        if not strict:
            break
    result[active] = values * share
    return result
