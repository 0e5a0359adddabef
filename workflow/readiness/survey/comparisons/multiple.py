"""Multiple testing: contrasts of all pairs of groups, options of a multiple-response item.

The covariance of the group means is that of the full design. R: `svyby(covmat=TRUE)`,
`svycontrast`, `p.adjust`; the family of an adjustment is the pairs of one item. Sources: Holm
(1979); Hochberg (1988); Hommel (1988); Benjamini and Hochberg (1995); Benjamini and Yekutieli
(2001).

Each option of a multiple-response item makes one table, and the sum of their Pearson statistics is
compared with its distribution under the design. Sources: Agresti and Liu (1999); Bilder, Loughin
and Nettleton (2000); Bilder and Loughin (2004); Rao and Scott (1981, 1984). R, for simple random
samples within fixed groups: `MRCV::MI.test(I = 1)`.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from readiness.ground.arrays import BoolArray, FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Base, one_of, option_answers
from readiness.survey.comparisons.cells import (
    ComparisonRow,
    Factor,
    effective_sizes,
    factor,
    needs_degrees_of_freedom,
    outcome_by_group,
    t_quantile,
    two_or_more,
    two_sided_t,
    weighted_counts,
)
from readiness.survey.comparisons.ranks import group_means
from readiness.survey.comparisons.rao_scott import Corrected, correct_for_clusters, rao_scott_test
from readiness.survey.design import Column, Design
from readiness.survey.estimates.proportions import reduce_bias, satterthwaite
from readiness.survey.intervals import check_level

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
    """Return p-values adjusted for their family. R equivalent: `p.adjust`.

    Args:
        p: shape (m,), 0-1; NaN (no test) stays NaN and does not count in the family.
        method: `holm`, `hochberg`, `hommel`, `bonferroni` control the family-wise error rate; `BH`
            and `BY` the false discovery rate.

    Raises StatisticsError: an unknown method, a p outside 0-1.
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

    # `multipletests` collects garbage at each call; frozen objects are skipped.
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
    """Return the differences of the mean (or share, for 0/1) of y between all pairs of groups, b
    less a.

    `design`: the survey design; rows with a missing value or group leave the base. `y`: numbers;
    NaN is missing. `group`: the groups; pairs come in their declared (or sorted) order. `adjust`:
    adjustment of the p-values over all pairs. `level`: of the intervals, 0-1 (pointwise, not
    simultaneous).

    Raises StatisticsError: fewer than two observed groups, an infinite value, no degrees of
    freedom.
    """
    check_level(level)
    values, groups = outcome_by_group(design, y, group, group_levels, "a contrast")
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
    adjusted = adjust_p([np.nan if r.p_value is None else r.p_value for r in rows], adjust)
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
    """Return one contrast; no p and no interval where a group has no variance."""
    difference = float(means[j] - means[i])
    row_without_test = ComparisonRow(
        "contrast",
        effect=difference,
        n=int(counts[i] + counts[j]),
        a=names[i],
        b=names[j],
        method="Difference of weighted means (b - a), design-based covariance, t on design df",
    )
    if with_one_respondent := [names[g] for g in (i, j) if counts[g] < 2]:
        return replace(
            row_without_test,
            note=f"one respondent in {', '.join(with_one_respondent)}: no variance, no test",
        )
    least = {g: 1e-24 * max(means[g] ** 2, 1e-300) for g in (i, j)}
    if constant := [names[g] for g in (i, j) if v[g, g] <= least[g]]:
        return replace(
            row_without_test, note=f"{', '.join(constant)} is constant: no variance, no test"
        )
    note = ""
    if shrunk := [names[g] for g in (i, j) if g in replaced]:
        note = f"all alike in {', '.join(shrunk)}: variance of the Agresti-Coull share"
    variance = float(v[i, i] + v[j, j] - 2 * v[i, j])
    if not variance > 1e-20 * float(v[i, i] + v[j, j]):
        return replace(
            row_without_test, note="the difference has no variance under this design: no test"
        )
    se = float(np.sqrt(variance))
    t = difference / se
    half = t_quantile(level, df) * se
    return replace(
        row_without_test,
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
    """Return the covariance with a variance also for groups whose share is 0 or 1; and these
    groups.

    Linearisation gives them none, as if the share were known exactly. They get that of the
    Agresti-Coull share (1998) on Kish's effective number of answers; for 0/1 outcomes only.
    """
    has_level = groups.has_level
    if not ((y[has_level] == 0) | (y[has_level] == 1)).all():
        return v, frozenset()
    effective = effective_sizes(design, groups)
    share = (effective * means + 2) / (effective + 4)
    constant = np.flatnonzero(((means <= 0) | (means >= 1)) & (groups.counts() > 1))
    v = v.copy()
    v[constant, constant] = (share * (1 - share) / (effective + 4))[constant]
    return v, frozenset(int(g) for g in constant)


@dataclass(frozen=True, eq=False)
class MarginalIndependence(Corrected):
    """Tests of one multiple-response item across groups: a sum over its options.

    `options`: Rao-Scott F of each option (`b` is the option), p adjusted over the options.
    """

    name: ClassVar = "multiple_marginal"
    statistic: ClassVar = "Multiple marginal independence, sum of Pearson X2"
    options: tuple[ComparisonRow, ...]

    def first_order(self) -> ComparisonRow:
        """Return the first-order test with X2 over the mean design effect as its statistic."""
        return replace(super().first_order(), statistic=self.pearson / float(self.delta.mean()))


def multiple_marginal_independence(
    design: Design,
    options: Mapping[str, Column],
    group: Column,
    *,
    base: Base,
    group_levels: Sequence[Any] | None = None,
    adjust: Adjustment = "holm",
) -> MarginalIndependence:
    """Test whether groups tick the options of an item alike.

    `options`: column of each option, as for `option_answers`. `base`: `asked` or `answered`, as for
    `option_answers`; a respondent counts where every option is in the base. `adjust`: adjustment of
    the p-values of single options.

    Raises StatisticsError: no option, nobody in the base, fewer than two groups, every option
    ticked by all or by nobody, no degrees of freedom.
    """
    if not options:
        raise StatisticsError("no options given for the multi-response item")
    one_of(base, Base, "base")
    groups = factor(design, group, group_levels, "the group")
    answers = {
        name: option_answers(design.column(column), name, base) for name, column in options.items()
    }
    within = (np.isin(values, ("0", "1")) for values in answers.values())
    inside = np.logical_and.reduce([groups.has_level, *within])
    if not inside.any():
        raise StatisticsError("nobody in the domain has a group and is in the base of every option")
    groups = groups.within(inside)
    two_or_more(groups, "a test across groups")
    observed = groups.drop_unobserved()
    ticked = {name: inside & (values == "1") for name, values in answers.items()}
    notes = [f"no answers in {name}" for name in groups.levels if name not in observed.levels]
    varying_options = {
        name: t for name, t in ticked.items() if 0 < int(t.sum()) < int(inside.sum())
    }
    constant = [(name, "all" if t.any() else "nobody") for name, t in ticked.items()]
    notes += [f"{name} ticked by {who}" for name, who in constant if name not in varying_options]
    if not varying_options:
        raise StatisticsError("every option is ticked by all or by nobody: nothing to compare")
    domain = design.subset(inside)
    needs_degrees_of_freedom(domain.degrees_of_freedom, "a test across groups")
    pearson, delta = _test_joint(domain, observed, np.column_stack(list(varying_options.values())))
    delta, df = correct_for_clusters(domain, observed, delta, domain.degrees_of_freedom)
    note = f"left out: {'; '.join(notes)}" if notes else ""
    return MarginalIndependence(
        pearson,
        delta,
        df,
        domain.n,
        note,
        _test_single(design, observed, answers, varying_options, adjust),
    )


def _test_joint(domain: Design, groups: Factor, ticked: BoolArray) -> tuple[float, FloatArray]:
    """Return the sum of Pearson statistics and its generalised design effects.

    With P_gj the share of all that is in group g and ticked j, y_gj = P_gj - q_g pi_j and X2 = n
    sum y_gj^2 / (q_g pi_j (1 - pi_j)); the design effects are the eigenvalues of n times the
    covariance of y in this metric. Raises StatisticsError: no variance across groups.
    """
    r, c, n = groups.size, ticked.shape[1], domain.n
    codes, w = groups.codes[domain.mask], domain.weights[domain.mask]
    member = weighted_counts(codes, w, r)
    ticks = [weighted_counts(codes, w * option_ticks, r) for option_ticks in ticked[domain.mask].T]
    joint_totals, size = np.column_stack(ticks), float(member.sum())
    joint, q, pi = joint_totals / size, member / size, joint_totals.sum(axis=0) / size
    y = joint - np.outer(q, pi)
    metric = np.outer(q, pi * (1 - pi))
    if domain.replicates is not None:
        covariance = _estimate_replicate_covariance(domain, groups, ticked, (joint, q, pi))
    else:
        group_indicators = (groups.codes[:, None] == np.arange(r)).astype(np.float64)
        tick = ticked.astype(np.float64)
        joint_indicators = (group_indicators[:, :, None] * tick[:, None, :]).reshape(-1, r * c)
        z = (
            (joint_indicators - joint.ravel())
            - (group_indicators - q)[:, :, None].repeat(c, axis=2).reshape(-1, r * c)
            * np.tile(pi, r)
            - np.tile(tick - pi, (1, r)) * np.repeat(q, c)
        ) / size
        covariance = domain.total_covariance(np.where(domain.mask[:, None], z, 0.0))
    root = np.sqrt(n / metric.ravel())
    values = np.linalg.eigvalsh(covariance * np.outer(root, root))[::-1]
    delta = np.maximum(values[: c * (r - 1)], 0.0)
    if not delta.sum() > 1e-10 * len(delta):
        raise StatisticsError("the design gives the options no variance across groups")
    return float(n * (y**2 / metric).sum()), delta


def _estimate_replicate_covariance(
    domain: Design,
    groups: Factor,
    ticked: BoolArray,
    shares: tuple[FloatArray, FloatArray, FloatArray],
) -> FloatArray:
    """Return the covariance of y from the cells of each replicate.

    y is computed again, or, where the design does not refit, its linear part.
    """
    joint, q, pi = shares
    r, c = joint.shape
    codes = np.where(domain.mask, groups.codes, -1)
    member = domain.replicate_code_totals(codes, r)
    joint_totals = np.empty((len(member), r, c))
    for j in range(c):
        joint_totals[:, :, j] = domain.replicate_code_totals(np.where(ticked[:, j], codes, -1), r)
    size, ticks = member.sum(axis=1), joint_totals.sum(axis=1)
    if domain.refits:
        with np.errstate(divide="ignore", invalid="ignore"):
            part, share = member / size[:, None], ticks / size[:, None]
            replicated_y = joint_totals / size[:, None, None] - part[:, :, None] * share[:, None, :]
        values = replicated_y.reshape(len(replicated_y), -1)
        return domain.replicate_covariance(values, (joint - np.outer(q, pi)).ravel())
    linear = (
        (joint_totals - joint * size[:, None, None])
        - (member - q * size[:, None])[:, :, None] * pi
        - q[:, None] * (ticks - pi * size[:, None])[:, None, :]
    ) / float(domain.weights.sum())
    return domain.replicate_covariance(linear.reshape(len(linear), -1), np.zeros(r * c))


def _test_single(
    design: Design,
    groups: Factor,
    answers: Mapping[str, Any],
    kept: Mapping[str, BoolArray],
    adjust: Adjustment,
) -> tuple[ComparisonRow, ...]:
    """Return Rao-Scott's F of each option, p adjusted over the options."""
    rows = []
    for name in kept:
        answer = factor(design, answers[name], ["1", "0"], name).within(groups.has_level)
        rows.append(replace(rao_scott_test(design, groups, answer).second_order(), b=name))
    p = adjust_p([r.p_value for r in rows], adjust)  # type: ignore[arg-type]
    return tuple(replace(r, p_adjusted=float(q)) for r, q in zip(rows, p, strict=True))
