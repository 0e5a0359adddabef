"""Pairwise contrasts between groups, and the adjustments for testing many of them.

The covariance of the group means is that of the full design (groups that share PSUs are not
independent). R: `svyby(covmat=TRUE)`, `svycontrast`, `p.adjust`. The family of an adjustment
is the pairs of one item. Sources: Holm (1979); Hochberg (1988); Hommel (1988); Benjamini and
Hochberg (1995); Benjamini and Yekutieli (2001).
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.comparisons.cells import (
    ComparisonRow,
    Factor,
    factor,
    needs_degrees_of_freedom,
    t_quantile,
    two_or_more,
    two_sided_t,
)
from readiness.survey.comparisons.ranks import group_means
from readiness.survey.design import Column, Design
from readiness.survey.few_clusters import reduce_bias, satterthwaite
from readiness.survey.intervals import check_level
from readiness.survey.options import one_of

Adjustment = Literal["holm", "BH", "BY", "hochberg", "hommel", "bonferroni", "none"]

_STATSMODELS = {
    "holm": "holm",
    "BH": "fdr_bh",
    "BY": "fdr_by",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bonferroni": "bonferroni",
}


def adjust_p(p: npt.ArrayLike, method: Adjustment = "holm") -> FloatArray:
    """p-values adjusted for their family. R equivalent: `p.adjust`.

    Args:
        p: shape (m,), 0-1; NaN (no test) stays NaN and does not count in the family.
        method: `holm`, `hochberg`, `hommel`, `bonferroni` control the family-wise error rate; `BH`
            and `BY` the false discovery rate.

    Raises:
        StatisticsError: an unknown method, a p outside 0-1.
    """
    one_of(method, Adjustment, "p adjustment")
    values = np.asarray(p, dtype=np.float64)
    tested = ~np.isnan(values)
    if ((values[tested] < 0) | (values[tested] > 1)).any():
        raise StatisticsError("a p-value lies outside 0-1")
    adjusted = values.copy()
    if method == "none" or not tested.any():
        return adjusted
    from statsmodels.stats.multitest import multipletests

    # It collects garbage at each call; what is frozen is passed over.
    gc.freeze()
    try:
        adjusted[tested] = multipletests(values[tested], method=_STATSMODELS[method])[1]
    finally:
        gc.unfreeze()
    return adjusted


def pairwise(
    design: Design,
    y: Column,
    group: Column | Factor,
    *,
    group_levels: Sequence[Any] | None = None,
    adjust: Adjustment = "holm",
    level: float = 0.95,
) -> list[ComparisonRow]:
    """Differences of the mean (or share, for 0/1) of y between all pairs of groups, b less a.

    Args:
        design: the survey design; rows with a missing value or group leave the base.
        y: numbers; NaN is missing.
        group: the groups; pairs come in their declared (or sorted) order.
        adjust: adjustment of the p-values over all pairs.
        level: of the intervals, 0-1 (each by itself, not simultaneous).

    Raises:
        StatisticsError: fewer than two observed groups, an infinite value, no degrees of freedom.
    """
    check_level(level)
    values = design.numeric(y, "the outcome")
    groups = factor(design, group, group_levels, "the group").within(np.isfinite(values))
    two_or_more(groups, "a contrast")
    groups = groups.drop_unobserved()
    domain = design.subset(groups.has_level)
    df = domain.degrees_of_freedom
    needs_degrees_of_freedom(df, "a contrast")
    means, v = group_means(domain, values[groups.has_level], groups)
    degrees = np.full((groups.size, groups.size), float(df))
    if domain.has_few_clusters:
        residuals = np.where(groups.has_level, values - means[groups.codes], 0.0)[:, None]
        v, spread = reduce_bias(domain, groups.codes, groups.size, residuals)
        degrees = satterthwaite(spread[:, None] + spread)
    v, replaced = constant_shares(domain, values, groups, means, v)
    counts = groups.counts()
    rows = [
        _make_contrast(i, j, means, v, counts, float(degrees[i, j]), level, groups.levels, replaced)
        for i in range(groups.size)
        for j in range(i + 1, groups.size)
    ]
    p = np.array([np.nan if r.p_value is None else r.p_value for r in rows])
    adjusted = adjust_p(p, adjust)
    return [
        replace(row, p_adjusted=None if np.isnan(q) else float(q))
        for row, q in zip(rows, adjusted, strict=True)
    ]


def _make_contrast(
    i: int,
    j: int,
    means: FloatArray,
    v: FloatArray,
    counts: Any,
    df: float,
    level: float,
    names: tuple[str, ...],
    replaced: frozenset[int],
) -> ComparisonRow:
    """One contrast; no p and no interval where a group has no variance of its own."""
    difference = float(means[j] - means[i])
    base = ComparisonRow(
        "contrast",
        effect=difference,
        n=int(counts[i] + counts[j]),
        a=names[i],
        b=names[j],
        method="Difference of weighted means (b - a), design-based covariance, t on design df",
    )
    single = [names[g] for g in (i, j) if counts[g] < 2]
    if single:
        return replace(base, note=f"one respondent in {', '.join(single)}: no variance, no test")
    constant = [names[g] for g in (i, j) if v[g, g] <= 1e-24 * max(means[g] ** 2, 1e-300)]
    if constant:
        return replace(base, note=f"{', '.join(constant)} is constant: no variance, no test")
    shrunk = [names[g] for g in (i, j) if g in replaced]
    note = (
        f"all alike in {', '.join(shrunk)}: variance of the Agresti-Coull share" if shrunk else ""
    )
    variance = float(v[i, i] + v[j, j] - 2 * v[i, j])
    if not variance > 1e-20 * float(v[i, i] + v[j, j]):
        return replace(base, note="the difference has no variance under this design: no test")
    se = float(np.sqrt(variance))
    t = difference / se
    half = t_quantile(level, df) * se
    return replace(
        base,
        statistic=t,
        statistic_name="t",
        df1=df,
        p_value=float(two_sided_t(t, df)),
        lower=difference - half,
        upper=difference + half,
        note=note,
    )


def constant_shares(
    design: Design, y: FloatArray, groups: Factor, means: FloatArray, v: FloatArray
) -> tuple[FloatArray, frozenset[int]]:
    """The covariance with a variance also for groups whose share is 0 or 1.

    Linearisation gives them none, as if the share were known for sure. They get that of the
    Agresti-Coull share (1998) on Kish's effective number of answers; for 0/1 outcomes only.
    """
    known = groups.has_level
    if not ((y[known] == 0) | (y[known] == 1)).all():
        return v, frozenset()
    codes, w = groups.codes[known], design.full_weights[known]
    size = np.bincount(codes, weights=w, minlength=groups.size)
    effective = size**2 / np.bincount(codes, weights=w**2, minlength=groups.size)
    share = (effective * means + 2) / (effective + 4)
    constant = np.flatnonzero(((means <= 0) | (means >= 1)) & (groups.counts() > 1))
    v = v.copy()
    v[constant, constant] = (share * (1 - share) / (effective + 4))[constant]
    return v, frozenset(int(g) for g in constant)
