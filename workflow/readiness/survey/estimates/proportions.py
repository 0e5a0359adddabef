"""Proportions over declared categories, of a whole domain or by group; no category is dropped.

A declared category that nobody chose is a row with 0. In R: `svymean(~factor(y), d)`,
`svyby(~factor(y), ~g, d, svymean)`, and `svyciprop` for the limits. All shares of a question are
sums of the cells of one table (`Crossing`), counted once under the full weights and once under the
replicates of single respondents; the numbers are those of `proportion_estimates`.

Standard errors with few clusters are those of bias-reduced linearisation (CR2: Bell and McCaffrey
2002; weighted: Pustejovsky and Tipton 2018): the residuals of each PSU are multiplied by the
inverse square root of the covariance that estimating the mean leaves them, unbiased if answers are
independent and have equal variances; the degrees of freedom are Satterthwaite's under that model.
Without strata it is clubSandwich's `vcovCR(lm(y ~ 0 + domain, weights = w), cluster = psu, type =
"CR2")`; with strata, totals of PSUs are centred within each stratum, and the effect of this
centring is included.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Codes, Factorized, encode_declared, sort_labels
from readiness.survey.design import Column, Design
from readiness.survey.intervals import Interval, nchs, nchs_effective_size, proportion_interval

_ROUNDING = 1e-10


def reduce_bias(
    design: Design, codes: IntArray, size: int, residuals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the CR2 covariance of the means of k variables in each domain, and the model's spread.

    Args:
        design: one with few clusters (`Design.has_few_clusters`).
        codes: the domain of each row in 0..size-1, or -1.
        residuals: of each variable from its mean in the domain of the row, shape (rows, k).

    Returns covariance, shape (size * k, size * k), domain by domain; the covariance of the scores
    of PSUs under the model in each domain, shape (size, PSUs, PSUs), for `satterthwaite`.
    """
    scores_and_spread = [
        _reduce_domain(design, design.mask & (codes == g), residuals) for g in range(size)
    ]
    scores = np.hstack([score for score, _ in scores_and_spread])
    return scores.T @ scores, np.stack([spread for _, spread in scores_and_spread])


def satterthwaite(spread: FloatArray) -> FloatArray:
    """Return the degrees of freedom of variances that are sums of squares of scores.

    `spread`: covariance of the scores, shape (..., PSUs, PSUs); that of a difference of two domains
    is the sum of both. All 0: no degree of freedom.
    """
    trace = np.trace(spread, axis1=-2, axis2=-1)
    squares = (spread**2).sum(axis=(-2, -1))
    df = np.divide(trace**2, squares, out=np.zeros_like(trace), where=squares > 0)
    return np.where(df > 0, np.maximum(df, 1.0), 0.0)


def _reduce_domain(
    design: Design, inside: BoolArray, residuals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the CR2 scores of PSUs, shape (PSUs, k), and their covariance under the model."""
    stage, k = design.stages[0], residuals.shape[1]
    m = stage.units.size
    scores, spread = np.zeros((m, k)), np.zeros((m, m))
    indicator = inside.astype(np.float64)
    w, e = design.full_weights * indicator, np.where(inside[:, None], residuals, 0.0)
    sums = stage.units.sums(np.column_stack([indicator, w, w**2, e, e * w[:, None]]))
    used = np.flatnonzero(sums[:, 0] > 0)
    n, psu_weight, squares = sums[used, :3].T
    plain, weighted = sums[used, 3 : 3 + k], sums[used, 3 + k :]
    same_stratum = np.equal.outer(stage.unit_stratum[used], stage.unit_stratum[used]).astype(
        np.float64
    )
    drawn, left = (x[stage.unit_stratum[used]] for x in (stage.sampled, stage.fraction_left()))
    # Estimating the mean subtracts one vector from each residual of a PSU: `near` times the weights
    # in its stratum, `far` times the weights elsewhere; g is its square.
    own_part = 1 / (drawn * psu_weight)
    far = (1 - same_stratum @ psu_weight * own_part) / psu_weight.sum()
    near = far + own_part
    g = far**2 * squares.sum() + (near**2 - far**2) * (same_stratum @ squares)
    # Only the plane of ones and weights changes; the rest of the PSU's space keeps its covariance.
    across = np.sqrt(np.maximum(squares - psu_weight**2 / n, 0.0))
    matrix = np.empty((len(used), 2, 2))
    matrix[:, 0, 0] = 1 - 2 * near * psu_weight + g * n
    matrix[:, 0, 1] = matrix[:, 1, 0] = -near * np.sqrt(n) * across
    matrix[:, 1, 1] = 1.0
    values, vectors = np.linalg.eigh(matrix)
    is_positive = values > _ROUNDING
    root = np.where(is_positive, 1 / np.sqrt(np.where(is_positive, values, 1.0)), 0.0)
    plane = np.stack([psu_weight / np.sqrt(n), across], axis=1)
    first, second = np.einsum("mij,mj,mkj,mk->im", vectors, root, vectors, plane)
    # The adjusted weights of a PSU are `slope` times its weights, plus `level`.
    alike = across <= _ROUNDING * np.sqrt(squares)
    slope = np.divide(second, across, out=np.zeros_like(second), where=~alike)
    level = first / np.sqrt(n) - slope * psu_weight / n
    x = slope * psu_weight + level * n
    centre = (same_stratum @ weighted) / drawn[:, None]
    finite = np.sqrt(left) / psu_weight.sum()
    adjusted_scores = (
        slope[:, None] * weighted + level[:, None] * plain - (x / psu_weight)[:, None] * centre
    )
    scores[used] = adjusted_scores * finite[:, None]
    removed = (slope * squares + level * psu_weight)[:, None] * (far + own_part * same_stratum) * x
    inner = np.outer(far, far) * squares.sum() + np.outer(own_part, own_part) * same_stratum * (
        same_stratum @ squares
    )
    mixed = np.outer(own_part * (same_stratum @ squares), far)
    covariance = np.outer(x, x) * (inner + mixed + mixed.T) - removed - removed.T
    covariance += np.diag(slope**2 * squares + 2 * slope * level * psu_weight + level**2 * n)
    spread[np.ix_(used, used)] = covariance * np.outer(finite, finite)
    return scores, spread


def group_codes(design: Design, by: Column, groups: Sequence[Any] | None = None) -> Codes:
    """Return the codes of a grouping column.

    `groups`: declared groups, in order; None: the groups that occur in the domain, sorted, or in
    the order of a pandas Categorical.

    Raises StatisticsError: no respondent has a group, or a value is not among the declared groups.
    """
    factorized = design.factorize(by)
    if groups is not None:
        codes = encode_declared(None, groups, factorized)
        _refuse_undeclared(design, factorized, codes, by, ())
        return codes
    raw, labels = factorized
    inside = raw if design.mask.all() else raw[design.mask]
    counts = np.bincount(inside + 1, minlength=len(labels) + 1)[1:]
    if not (
        occurring_labels := [label for label, count in zip(labels, counts, strict=True) if count]
    ):
        raise StatisticsError(f"nobody in the domain has a value of the grouping {_name(by)}")
    return encode_declared(
        None, sort_labels(occurring_labels, design.declared_order(by)), factorized
    )


def _refuse_undeclared(
    design: Design, known: Factorized, codes: Codes, values: Column, outside: Collection[Any]
) -> None:
    """Check that all values in the domain are declared, special or `outside`; else
    StatisticsError.
    """
    raw, labels = known
    unknown = design.mask & (codes.codes < 0) & (raw >= 0)
    if not unknown.any():
        return
    for code in np.unique(raw[unknown]):
        value = labels[code]
        if (isinstance(value, str) and value.startswith("_")) or value in outside:
            continue
        row = int(np.flatnonzero(unknown & (raw == code))[0])
        declared = ", ".join(repr(label) for label in (codes.labels or ())[:12])
        raise StatisticsError(
            f"{_name(values)} is {value!r} in row {row}, which is not declared; "
            f"declared: {declared}"
        )


def _name(values: Column) -> str:
    """Return the quoted name of a column, or "the variable" for an array."""
    return repr(values) if isinstance(values, str) else "the variable"


@dataclass(frozen=True, eq=False)
class Proportions:
    """Shares of G groups over K categories with their joint covariance.

    Attributes:
        groups, categories: labels, in declared order.
        values: shares in 0-1, shape (G, K); NaN where a group's base is empty.
        covariance: shape (G*K, G*K), group by group (row-major).
        counts: unweighted counts, shape (G, K).
        n: unweighted bases, shape (G,).
        weighted: weighted bases, the sum of the weights, shape (G,).
        degrees_of_freedom: of each group's domain, shape (G,).
    """

    groups: tuple[Any, ...]
    categories: tuple[Any, ...]
    values: FloatArray
    covariance: FloatArray
    counts: IntArray
    n: IntArray
    weighted: FloatArray
    degrees_of_freedom: IntArray | FloatArray

    @property
    def se(self) -> FloatArray:
        """Standard errors, shape (G, K); NaN where a group's base is empty or one respondent."""
        variances = np.maximum(np.diag(self.covariance), 0.0).reshape(self.values.shape)
        return np.where(self.n[:, None] < 2, np.nan, np.sqrt(variances))


def proportion_estimates(
    design: Design,
    values: Column,
    categories: Sequence[Any],
    *,
    by: Column | None = None,
    groups: Sequence[Any] | None = None,
    outside: Collection[Any] = (),
) -> Proportions:
    """Return shares of the declared categories with their covariance.

    `design`: the design, or a domain of it. `values`: column of answers; missing values and special
    codes that begin with `_` (blank, not asked, don't know) are outside the base. `categories`:
    declared categories, in order. `by`: grouping column. `groups`: declared groups, in order; None:
    the groups that occur, sorted. `outside`: further values that are outside the base.

    Raises StatisticsError: no respondent in the base; a value or group that is not declared; a
    category declared twice.
    """
    factorized = design.factorize(values)
    answer = encode_declared(None, categories, factorized)
    _refuse_undeclared(design, factorized, answer, values, outside)
    grouping = Codes.constant(design.rows) if by is None else group_codes(design, by, groups)
    cells = np.where(
        (answer.codes >= 0) & (grouping.codes >= 0), grouping.codes * answer.size + answer.codes, -1
    )
    domain = design.subset(cells >= 0)
    if domain.n == 0:
        raise StatisticsError(
            "the base is empty: nobody in the domain gave one of the declared categories "
            + ", ".join(map(repr, categories))
        )
    shape, size = (grouping.size, answer.size), grouping.size * answer.size
    inside = domain.mask
    counts = np.bincount(cells[inside], minlength=size).reshape(shape)
    totals = np.bincount(cells[inside], domain.full_weights[inside], size).reshape(shape)
    with np.errstate(invalid="ignore"):
        shares = totals / totals.sum(axis=1, keepdims=True)
    df: IntArray | FloatArray = domain.domain_degrees(grouping.codes, grouping.size)
    if domain.has_few_clusters:
        place = np.where(inside, grouping.codes, -1)
        chosen = answer.codes[:, None] == np.arange(answer.size)
        covariance, spread = reduce_bias(domain, place, grouping.size, chosen - shares[place])
        df = np.where(df > 0, satterthwaite(spread), 0.0)
    elif domain.replicates is None:
        # d share / d cell total, block by block: (I - p 1')/T of each group.
        jacobian = np.zeros((size, size))
        for g in np.flatnonzero(totals.sum(axis=1) > 0):
            group_block = slice(g * answer.size, (g + 1) * answer.size)
            jacobian[group_block, group_block] = (
                np.eye(answer.size) - shares[g][:, None]
            ) / totals[g].sum()
        covariance = jacobian @ domain.code_covariance(cells, size) @ jacobian.T
    else:
        totals_of = domain.replicate_code_totals(cells, size)
        covariance = replicated_covariance(domain, totals_of.reshape(-1, *shape), shares)
    return Proportions(
        grouping.labels or (),
        answer.labels or (),
        shares,
        covariance,
        counts.astype(np.int64),
        counts.sum(axis=1).astype(np.int64),
        totals.sum(axis=1),
        df,
    )


def replicated_covariance(domain: Design, table: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the covariance of shares (G, K) from cell totals under each replicate, (R, G, K).

    A group that some replicate leaves empty has no variance: its entries are NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        replicated = table / table.sum(axis=2, keepdims=True)
    empty = np.isnan(shares).all(axis=1)
    has_empty_replicate = ~np.isfinite(replicated).all(axis=(0, 2)) & ~empty
    # A group that is empty in the sample has no share to replicate.
    replicated[:, has_empty_replicate | empty] = 0.0
    estimate = np.where((has_empty_replicate | empty)[:, None], 0.0, shares)
    covariance = domain.replicate_covariance(replicated.reshape(len(table), -1), estimate.ravel())
    unknown = np.repeat(has_empty_replicate, shares.shape[1])
    covariance[unknown] = covariance[:, unknown] = np.nan
    return covariance


def no_proportions(categories: Sequence[Any], groups: Sequence[Any] | None = None) -> Proportions:
    """Return the shares of a design without rows: every base is empty."""
    names = ("all",) if groups is None else tuple(groups)
    shape, none = (len(names), len(categories)), np.zeros(len(names), dtype=np.int64)
    cells = len(names) * len(categories)
    return Proportions(
        names,
        tuple(categories),
        np.full(shape, np.nan),
        np.zeros((cells, cells)),
        np.zeros(shape, dtype=np.int64),
        none,
        none.astype(np.float64),
        none,
    )


def proportions(
    design: Design,
    values: Column,
    categories: Sequence[Any],
    *,
    by: Column | None = None,
    groups: Sequence[Any] | None = None,
    outside: Collection[Any] = (),
    level: float = 0.95,
    interval: Interval = "korn-graubard",
) -> pd.DataFrame:
    """Return the table of shares: one row per group and category, in declared order.

    Arguments as `proportion_estimates`, and `level` of confidence and method of `interval`
    (`readiness.survey.intervals`).

    Returns columns `group`, `category`, `n` (unweighted base of the group), `count` (unweighted
    answers), `estimate`, `se`, `lower`, `upper` (shares in 0-1), `n_eff` (NCHS effective size times
    n/(n-1), at most n), `deff` (against a simple random sample with replacement), `df` (of the
    domain), `reliability` (present, review, caution, suppress), `note` (the reason for a missing
    number), `weighted` (weighted base of the group).

    Raises StatisticsError: as `proportion_estimates`.
    """
    estimates = proportion_estimates(
        design, values, categories, by=by, groups=groups, outside=outside
    )
    return proportion_table(estimates, level=level, interval=interval)


def proportion_table(
    estimates: Proportions, *, level: float = 0.95, interval: Interval = "korn-graubard"
) -> pd.DataFrame:
    """Return the table of `proportions` from existing estimates."""
    k = len(estimates.categories)
    p, se = estimates.values.ravel(), estimates.se.ravel()
    n, df = np.repeat(estimates.n, k), np.repeat(estimates.degrees_of_freedom, k)
    lower, upper = proportion_interval(interval, p, se, n, df, level)
    n_eff = nchs_effective_size(p, se, n, df, level)
    # p(1-p)/SE^2 of n drawn one by one is n - 1, so the printed size is multiplied by n/(n - 1).
    kg_lower, kg_upper = proportion_interval("korn-graubard", p, se, n, df, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        printed_size = np.minimum(n_eff * n / (n - 1), n)
        deff = np.where((p > 0) & (p < 1), se**2 * (n - 1) / (p * (1 - p)), np.nan)
        deff = np.where(df < 1, np.nan, deff)
    note = np.where(n == 0, "no respondent in the base", "")
    has_empty_replicate = (n > 1) & (df >= 1) & np.isnan(se)
    note = np.where((n > 0) & (df < 1), "no more PSUs than strata: no variance", note)
    note = np.where(has_empty_replicate, "a replicate leaves the group empty: no variance", note)
    # The design gives one respondent a variance of 0, as if the answer represented the whole group.
    without_precision = (n > 0) & ((df < 1) | (n < 2)) | has_empty_replicate
    return pd.DataFrame(
        {
            "group": np.repeat(np.array(estimates.groups, dtype=object), k),
            "category": np.tile(np.array(estimates.categories, dtype=object), len(p) // k),
            "n": n,
            "count": estimates.counts.ravel(),
            "estimate": p,
            "se": np.where(without_precision, np.nan, se),
            "lower": np.where(without_precision, np.nan, lower),
            "upper": np.where(without_precision, np.nan, upper),
            "n_eff": np.where(without_precision, np.nan, printed_size),
            "deff": deff,
            "df": df,
            "reliability": nchs(
                p, n, n_eff, kg_lower, kg_upper, np.where(without_precision, 0, df)
            ),
            "note": note,
            "weighted": np.repeat(estimates.weighted, k),
        }
    )


def can_cross(design: Design) -> bool:
    """Return whether the design has replicates of single respondents, whose df are counts."""
    replicates = design.replicates
    return replicates is not None and replicates.kind != "given" and design.stages[0].units.identity


@dataclass(frozen=True, eq=False)
class Crossing:
    """The cells of an answer (K distinct values) and a grouping (G groups, and a row without
    group).

    `design`: the counted design. `groups`: labels of the G groups. `counts`: answers of each cell,
    shape (G + 1, K). `totals`: weighted counts, same shape. `replicated`: totals under each
    replicate, shape (R, G + 1, K). `strata`: whether a stratum has a respondent in the cell, shape
    (strata, G + 1, K).
    """

    design: Design
    groups: tuple[Any, ...]
    counts: IntArray
    totals: FloatArray
    replicated: FloatArray
    strata: BoolArray

    @classmethod
    def make(cls, design: Design, answers: Factorized, groups: Codes) -> Crossing:
        """Count the domain once; `answers`: the code of each row (-1: missing), and the values."""
        codes, values = answers
        k, rows = len(values), groups.size + 1
        place = np.where(groups.codes >= 0, groups.codes, groups.size)
        cells = np.where(design.mask & (codes >= 0), place * k + codes, -1)
        inside, size, shape = cells >= 0, rows * k, (rows, k)
        used = cells if inside.all() else cells[inside]
        weights = design.full_weights if inside.all() else design.full_weights[inside]
        first = design.stages[0].strata
        strata = np.bincount(first.codes[inside] * size + used, minlength=first.size * size)
        return cls(
            design,
            groups.labels or (),
            np.bincount(used, minlength=size).reshape(shape).astype(np.int64),
            np.bincount(used, weights=weights, minlength=size).reshape(shape).astype(np.float64),
            design.replicate_code_totals(cells, size).reshape(-1, *shape),
            strata.reshape(first.size, *shape) > 0,
        )

    def proportions(
        self, place: Sequence[int], categories: Sequence[Any], *, grouped: bool
    ) -> Proportions:
        """Return shares of categories, by group or in total.

        Args:
            place: the category of each distinct value of the answer, or -1 outside the base.
            categories: labels of the categories, in order.
            grouped: by group; else of everybody, including respondents without a group.
        """
        category_of_value = np.asarray(place, dtype=np.int64)
        merge = (category_of_value[:, None] == np.arange(len(categories))).astype(np.float64)

        def cut(table: Any) -> Any:
            whole = table[..., :-1, :] if grouped else table.sum(axis=-2, keepdims=True)
            return whole @ merge

        counts, totals = cut(self.counts).astype(np.int64), cut(self.totals)
        with np.errstate(invalid="ignore"):
            shares = totals / totals.sum(axis=1, keepdims=True)
        n = counts.sum(axis=1)
        strata = (cut(self.strata).sum(axis=2) > 0).sum(axis=0)
        degrees = np.minimum(n - strata, self.replicated.shape[0] - 1)
        return Proportions(
            self.groups if grouped else ("all",),
            tuple(categories),
            shares,
            replicated_covariance(self.design, cut(self.replicated), shares),
            counts,
            n,
            totals.sum(axis=1),
            np.where(n > 0, degrees, 0),
        )
