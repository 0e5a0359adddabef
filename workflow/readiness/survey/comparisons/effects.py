"""Effect sizes with design-based intervals.

Cramer's V, probability of superiority, Cohen's kappa, Cronbach's alpha. Statistics of tables are
linearised on the weighted cell totals (delta method). Sources: Bergsma (2013) and Smithson (2003)
for V; Agresti (1980) and Newcombe (2006) for the probability of superiority; Lumley (2010) for
kappa; Cronbach (1951), Feldt (1965) and van Zyl et al. (2000); Rao and Wu (1988) for resamples.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import scipy

from readiness.ground.arrays import BoolArray, FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.comparisons.cells import (
    CellTotals,
    ComparisonRow,
    cell_totals,
    factor,
    t_quantile,
)
from readiness.survey.comparisons.rao_scott import RaoScott
from readiness.survey.design import Column, Design
from readiness.survey.intervals import check_level
from readiness.survey.replicates import draw_bootstrap


def cramers_v(test: RaoScott, level: float = 0.95) -> ComparisonRow:
    """Return Cramer's V of a table, corrected for bias by chance and design, with its interval.

    X2 exceeds n phi^2 by about the sum of the design effects even without association; this excess
    is subtracted (0 if the rest is negative). The interval inverts the noncentral F of the
    second-order Rao-Scott statistic; it may begin, or begin and end, at 0.

    `test`: from `rao_scott_test`. `level`: of the interval, 0-1.
    """
    check_level(level)
    smaller = min(test.cells.counts.shape) - 1
    scale = float((test.delta**2).sum() / test.delta.sum())
    d0 = test.satterthwaite_df
    f, ddf = test.pearson / test.trace, d0 * test.design_df
    # V is 1 at this noncentrality.
    low, high = noncentrality_interval(f, d0, ddf, level, test.n * smaller / scale)

    def v(excess: float) -> float:
        return float(np.sqrt(min(max(excess, 0.0) / (test.n * smaller), 1.0)))

    return ComparisonRow(
        "cramers_v",
        effect=v(test.pearson - test.trace),
        lower=v(low * scale),
        upper=v(high * scale),
        n=test.n,
        method="Cramer's V less its expectation without association, noncentral "
        "Rao-Scott F interval",
        note=test.note,
    )


def noncentrality_interval(
    f: float, df1: float, df2: float, level: float = 0.95, largest: float = 1e6
) -> tuple[float, float]:
    """Return the interval of the noncentrality of an F statistic, by inversion.

    `f`: the statistic. `df1`, `df2`: its degrees of freedom. `level`: of the interval, 0-1.
    `largest`: upper bound of the search for limits.
    """

    def limit(probability: float) -> float:
        def gap(nc: float) -> float:
            # Far outside its range the distribution function is NaN: the probability below f is
            # then 0.
            return float(np.nan_to_num(scipy.special.ncfdtr(df1, df2, nc, f))) - probability

        if gap(0.0) <= 0:
            return 0.0
        if gap(largest) >= 0:
            return largest
        return float(scipy.optimize.brentq(gap, 0.0, largest, xtol=1e-10))

    return limit((1 + level) / 2), limit((1 - level) / 2)


def superiority_of(cells: CellTotals, a: int, b: int, level: float = 0.95) -> ComparisonRow:
    """Return P(Y_b > Y_a) + P(Y_b = Y_a)/2 for one respondent of each group drawn by weight.

    One half: no tendency. The interval is symmetric on the logit scale, t on the design df.

    `cells`: the groups by the ordered answers. `a`, `b`: rows of the two groups. `level`: of the
    interval, 0-1.

    Raises StatisticsError: a group without answers, no degrees of freedom.
    """
    sizes = cells.totals[[a, b]].sum(axis=1)
    if (sizes <= 0).any():
        raise StatisticsError(
            f"{cells.rows[a if sizes[0] <= 0 else b]} has no answers: there is nothing to compare"
        )
    pa, pb = cells.totals[a] / sizes[0], cells.totals[b] / sizes[1]
    below_a = np.cumsum(pa) - pa / 2  # P(Y_a < k) + P(Y_a = k)/2
    above_b = 1 - (np.cumsum(pb) - pb / 2)
    theta = float(pb @ below_a)
    counts = cells.counts[[a, b]]
    row = ComparisonRow(
        "probability_of_superiority",
        effect=theta,
        n=int(counts.sum()),
        a=cells.rows[a],
        b=cells.rows[b],
        method="P(b answers higher than a) + half of ties, weighted; logit interval, design df",
    )
    jacobian = np.zeros((1, cells.totals.size))
    c = len(cells.columns)
    jacobian[0, a * c : (a + 1) * c] = (above_b - theta) / sizes[0]
    jacobian[0, b * c : (b + 1) * c] = (below_a - theta) / sizes[1]
    se = float(np.sqrt(max(cells.delta(jacobian)[0, 0], 0.0)))
    if counts.sum(axis=1).min() < 2:
        return replace(row, note="a group of one respondent: no interval")
    if se <= 0 or not 0 < theta < 1:
        return replace(row, note="no variance (complete separation or constant): no interval")
    half = t_quantile(level, cells.degrees_of_freedom) * se / (theta * (1 - theta))
    centre = float(np.log(theta / (1 - theta)))
    low, high = (float(1 / (1 + np.exp(-(centre + s * half)))) for s in (-1, 1))
    return replace(row, lower=low, upper=high)


def kappa(
    design: Design,
    a: Column,
    b: Column,
    *,
    levels: Sequence[Any] | None = None,
    level: float = 0.95,
) -> tuple[ComparisonRow, float]:
    """Return Cohen's kappa of two codings and its design-based standard error. R equivalent:
    `svykappa`.

    `a`, `b`: the two codings. `levels`: their common levels; None: all that occur in either.
    `level`: of the interval, 0-1.

    Returns the row (effect = kappa, -1 to 1) and the standard error.

    Raises StatisticsError: one level only, so that agreement by chance is 1.
    """
    first, second = factor(design, a, levels), factor(design, b, levels)
    if levels is None:
        shared = list(dict.fromkeys((*first.levels, *second.levels)))
        first, second = factor(design, a, shared), factor(design, b, shared)
    cells = cell_totals(design, first, second)
    p = cells.proportions
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    agreed, chance = float(np.trace(p)), float(rows @ columns)
    if chance >= 1:
        raise StatisticsError("both codings are constant: agreement by chance is 1, kappa is 0/0")
    value = (agreed - chance) / (1 - chance)
    # d kappa = d agreed / (1 - chance) - (1 - agreed) d chance / (1 - chance)^2
    d_chance = columns[:, None] + rows[None, :]
    gradient = np.eye(len(p)) / (1 - chance) - (1 - agreed) / (1 - chance) ** 2 * d_chance
    v = cells.proportion_covariance()
    se = float(np.sqrt(max(gradient.ravel() @ v @ gradient.ravel(), 0.0)))
    row = ComparisonRow(
        "kappa", effect=float(value), n=cells.n, method="Cohen's kappa, design-based"
    )
    if se < 1e-9:
        return replace(row, note="no variance under this design: no interval"), se
    half = t_quantile(level, cells.degrees_of_freedom) * se
    low, high = max(float(value - half), -1.0), min(float(value + half), 1.0)
    return replace(row, lower=low, upper=high), se


def cronbach_alpha(design: Design, items: FloatArray, level: float = 0.95) -> ComparisonRow:
    """Return Cronbach's alpha of a scale with a design-based interval on log(1 - alpha).

    Up to `MOST_RESAMPLED` PSUs its quantiles are those of the studentised alpha in resamples of
    PSUs within strata (bootstrap-t, seeded), because skewed items make it skewed; above, t
    quantiles.

    Args:
        items: numbers, shape (rows, k), k >= 2; respondents with a missing item leave the base.
        level: of the interval, 0-1.

    Raises StatisticsError: fewer than two items, items that are not numbers, a scale without
    variance, infinite values, fewer than two complete respondents.
    """
    try:
        x = np.asarray(items, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise StatisticsError(f"an item of the scale is not numeric: {error}") from None
    if x.ndim != 2 or x.shape[1] < 2 or len(x) != design.rows:
        raise StatisticsError(f"alpha needs two items or more, one row each of {design.rows} rows")
    is_complete = ~np.isnan(x).any(axis=1) & design.mask
    if np.isinf(x[is_complete]).any():
        raise StatisticsError("an item is infinite; expected finite numbers")
    if is_complete.sum() < 2:
        raise StatisticsError("fewer than two respondents answered all items of the scale")
    domain, k = design.subset(is_complete), x.shape[1]
    w, values = domain.full_weights[is_complete], x[is_complete]
    centred = values - (w @ values) / w.sum()
    items_part, scale_part = (centred**2).sum(axis=1), centred.sum(axis=1) ** 2
    within, whole = float(w @ items_part / w.sum()), float(w @ scale_part / w.sum())
    rounding = 1e-24 * float((values**2).max())
    if within <= rounding or whole <= max(rounding, 1e-12 * within):
        raise StatisticsError("the sum of the items has no variance: alpha does not exist")
    alpha = k / (k - 1) * (1 - within / whole)
    method = "Cronbach's alpha, design-based bootstrap-t interval on log(1 - alpha)"
    row = ComparisonRow(
        "cronbach_alpha", effect=float(alpha), n=int(is_complete.sum()), method=method
    )
    z = np.zeros(design.rows)
    # d alpha = -k/(k-1) (d within / whole - within d whole / whole^2)
    linear = (items_part - within) / whole - within * (scale_part - whole) / whole**2
    z[is_complete] = -k / (k - 1) / w.sum() * linear
    se = float(np.sqrt(domain.total_covariance(z)[0, 0]))
    if 1 - alpha <= 1e-12:
        return replace(row, note="the items are one and the same: no interval")
    low, high = _resample_alpha(domain, values, is_complete, float(alpha), level)
    scale = se / (1 - alpha)
    lower, upper = (1 - (1 - alpha) * np.exp(-q * scale) for q in (low, high))
    return replace(row, lower=float(lower), upper=float(upper))


# Largest number of PSUs with which alpha is resampled, and number of resamples.
MOST_RESAMPLED = 2_000
RESAMPLES = 999


def _resample_alpha(
    design: Design, values: FloatArray, known: BoolArray, alpha: float, level: float
) -> tuple[float, float]:
    """Return the lower and upper quantile of the studentised log(1 - alpha), in resamples of PSUs.

    `values`: the items of the rows `known`. Rao and Wu (1988): in each stratum one PSU fewer than
    sampled; the error of a resample is that of its linearised scores, by PSU within stratum. The t
    quantiles where resampling is impossible.
    """
    stage, k = design.stages[0], values.shape[1]
    t = float(t_quantile(level, design.degrees_of_freedom))
    has_given_weights = design.replicates is not None and design.replicates.kind == "given"
    if has_given_weights or stage.units.size > MOST_RESAMPLED or (stage.sampled < 2).any():
        return -t, t
    once, draw = draw_bootstrap(stage, RESAMPLES, 1)
    psu, owner, n = design.psu[known], stage.unit_stratum, stage.sampled
    weights, scores = design.full_weights[known], values.sum(axis=1)
    studentised = []
    for r in range(RESAMPLES):
        factor = once * draw(r)
        w = weights * factor[psu]
        w /= w.sum()
        items = ((values - w @ values) ** 2).sum(axis=1)
        scale = (scores - w @ scores) ** 2
        within, whole = w @ items, w @ scale
        if within <= 0 or whole <= 0 or within <= whole * 1e-12:
            continue
        z = w * ((items - within) / within - (scale - whole) / whole)
        totals = np.bincount(psu, z, len(owner))
        # A PSU that was drawn c times has c equal parts of its total.
        drawn = np.round(factor * (n - 1)[owner] / n[owner])
        squares = np.divide(totals**2, drawn, out=np.zeros_like(totals), where=drawn > 0)
        centre = np.bincount(owner, totals) ** 2 / np.maximum(n - 1, 1)
        error = np.sqrt(max(np.bincount(owner, squares).sum() - centre.sum(), 0.0))
        ratio = within / whole
        if (one_less_alpha := 1 - k / (k - 1) * (1 - ratio)) > 0 and error > 0:
            relative_error = k / (k - 1) * ratio * error / one_less_alpha
            studentised.append((np.log(one_less_alpha) - np.log(1 - alpha)) / relative_error)
    if len(studentised) < RESAMPLES / 2:
        return -t, t
    low, high = np.quantile(studentised, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
