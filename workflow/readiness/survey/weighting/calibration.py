"""Calibration to known totals: linear (GREG), raking and logit, with bounds; trimming.

The calibrated weight is base * F(x'b), with F(u) = 1 + u (linear), exp(u) (raking) or the logit
function of Deville and Särndal (1992), and b such that the weighted totals of x are the known
ones; Newton's method on b. Bounds cut F off (linear, raking; their case 6) or are its asymptotes
(logit). R: `calibrate(calfun=...)`.

Trimming, as R's `trimWeights`: weights beyond the limits are set to them and what was cut is shared
out equally over the other rows. The sum of the weights stays, the margins do not.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.options import one_of
from readiness.survey.weighting.margins import Margin

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
    """Calibrated weights, shape (rows,).

    Args:
        base: weights before calibration, >= 0.
        x: auxiliaries, shape (rows, p).
        totals: their population totals, shape (p,).
        names: name of each auxiliary, for messages.
        distance: `linear`, `raking` or `logit` (needs bounds).
        bounds: lowest and highest ratio of calibrated to base weight, each one number or one a
            row; None: unbounded.
        tolerance: largest gap, relative to the total (absolute below 1).
        max_iterations: Newton steps.

    Raises:
        StatisticsError: unknown distance, bounds that exclude the ratio 1 for logit, no
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
        # A step is halved until the gaps shrink; where none does, there is nothing left to try.
        for length in 0.5 ** np.arange(27):
            trial = b + length * step
            tried, its_slope = _compute_ratio(distance, x @ trial, low, high)
            left = (totals - (base * tried) @ x) / unit
            if np.linalg.norm(left) < np.linalg.norm(gap):
                b, ratio, slope, gap = trial, tried, its_slope, left
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
    """F(u) and F'(u)."""
    if distance == "logit":
        a = (high - low) / ((1 - low) * (high - 1))
        with np.errstate(over="ignore"):
            e = np.exp(np.clip(a * u, -700, 700))
        below = (high - 1) + (1 - low) * e
        ratio = (low * (high - 1) + high * (1 - low) * e) / below
        slope = (high - low) * (high - 1) * (1 - low) * a * e / below**2
        return ratio, slope
    free = 1 + u if distance == "linear" else np.exp(np.clip(u, -700, 700))
    slope = np.ones_like(u) if distance == "linear" else free
    inside = (free >= low) & (free <= high)
    return np.clip(free, low, high), np.where(inside, slope, 0.0)


def bounded_rake(
    base: FloatArray,
    start: FloatArray,
    margins: Sequence[Margin],
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
) -> FloatArray:
    """Weights between two limits that meet the margins: raking with the factors cut off.

    Args:
        base: base weights; rows with 0 stay 0.
        start: their unbounded raking, which is as near to the solution.
        margins: checked margins.
        lower, upper: limits, in the unit of the weights; one number, or one a row.

    Raises:
        StatisticsError: no weights within the limits meet the margins (the category is named).
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
    """A column of 0 and 1 for each category of each margin, their totals, and their names."""
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
    """Trimmed weights, with the same sum.

    Args:
        weights: shape (rows,); zeros (rows left out of a replicate) stay zero.
        lower, upper: limits, in the unit of the weights.
        strict: repeat until no weight is outside; else once, and the redistribution may push
            weights past a limit.
        counts: what a weight of 1 of each row is, for limits of its multiples; None: 1 each.

    Raises:
        StatisticsError: lower >= upper, or limits that no weights with this sum can meet.
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
    result = weights.copy()
    values = result[active] / share
    free = np.ones(len(values), dtype=np.bool_)
    slack = 1e-12 * total / n
    while True:
        outside = (values < lower - slack) | (values > upper + slack)
        if not outside.any():
            break
        # A row that was cut stays at its limit; the others take up what was cut.
        free &= ~outside
        if not free.any():
            raise StatisticsError(
                f"every weight was outside {lower:g} to {upper:g} at some point; nothing can take "
                "up what is cut: widen the limits"
            )
        cut = np.clip(values, lower, upper)
        excess = float(((values - cut) * share).sum())
        cut[free] += excess / float(share[free].sum())
        values = cut
        if not strict:
            break
    result[active] = values * share
    return result
