"""Proportions over declared categories, of a whole domain or by group, nothing dropped in silence.

A declared category that nobody chose is a row with 0. R: `svymean(~factor(y), d)`, `svyby(~factor(
y), ~g, d, svymean)`, and `svyciprop` for the limits. All shares of a question are sums of the cells
of one table (`Crossing`), counted once under the full weights and once under the replicates of
single respondents; the numbers are those of `proportion_estimates`.

Standard errors where few clusters were drawn are those of bias-reduced linearisation (CR2: Bell and
McCaffrey 2002; weighted: Pustejovsky and Tipton 2018): the residuals of each PSU are multiplied by
the inverse square root of what estimating the mean left of their covariance, unbiased if answers
are independent and equally spread; the degrees of freedom are Satterthwaite's under that model.
Without strata it is clubSandwich's `vcovCR(lm(y ~ 0 + domain, weights = w), cluster = psu, type =
"CR2")`; with them totals of PSUs are centred within, and what that takes counts.
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
    """The covariance of the means of k variables in each domain, and what its df rest on.

    Args:
        design: one with few clusters (`Design.has_few_clusters`).
        codes: the domain of each row in 0..size-1, or -1.
        residuals: of each variable from its mean in the domain of the row, shape (rows, k).

    Returns covariance, shape (size * k, size * k), domain by domain; the covariance of the scores
    of PSUs under the model in each domain, shape (size, PSUs, PSUs), for `satterthwaite`.
    """
    found = [_reduce_domain(design, design.mask & (codes == g), residuals) for g in range(size)]
    scores = np.hstack([score for score, _ in found])
    return scores.T @ scores, np.stack([spread for _, spread in found])


def satterthwaite(spread: FloatArray) -> FloatArray:
    """Degrees of freedom of each variance that is the sum of squares of scores.

    `spread`: covariance of the scores, shape (..., PSUs, PSUs); that of a difference of two domains
    is the sum of theirs. All 0: no degree of freedom.
    """
    trace = np.trace(spread, axis1=-2, axis2=-1)
    squares = (spread**2).sum(axis=(-2, -1))
    df = np.divide(trace**2, squares, out=np.zeros_like(trace), where=squares > 0)
    return np.where(df > 0, np.maximum(df, 1.0), 0.0)


def _reduce_domain(
    design: Design, inside: BoolArray, residuals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The scores of PSUs, shape (PSUs, k), and their covariance under the model."""
    stage, k = design.stages[0], residuals.shape[1]
    m = stage.units.size
    scores, spread = np.zeros((m, k)), np.zeros((m, m))
    one = inside.astype(np.float64)
    w, e = design.full_weights * one, np.where(inside[:, None], residuals, 0.0)
    sums = stage.units.sums(np.column_stack([one, w, w**2, e, e * w[:, None]]))
    used = np.flatnonzero(sums[:, 0] > 0)
    n, own, squares = sums[used, :3].T
    plain, weighted = sums[used, 3 : 3 + k], sums[used, 3 + k :]
    same = np.equal.outer(stage.unit_stratum[used], stage.unit_stratum[used]).astype(np.float64)
    drawn, left = (x[stage.unit_stratum[used]] for x in (stage.sampled, stage.fraction_left()))
    # Estimating takes from each residual of a PSU one vector: `near` times the weights in its
    # stratum, `far` times those elsewhere; g is its square.
    mine = 1 / (drawn * own)
    far = (1 - same @ own * mine) / own.sum()
    near = far + mine
    g = far**2 * squares.sum() + (near**2 - far**2) * (same @ squares)
    # In the plane of ones and weights; the rest of the PSU's space keeps its covariance.
    across = np.sqrt(np.maximum(squares - own**2 / n, 0.0))
    matrix = np.empty((len(used), 2, 2))
    matrix[:, 0, 0] = 1 - 2 * near * own + g * n
    matrix[:, 0, 1] = matrix[:, 1, 0] = -near * np.sqrt(n) * across
    matrix[:, 1, 1] = 1.0
    values, vectors = np.linalg.eigh(matrix)
    known = values > _ROUNDING
    root = np.where(known, 1 / np.sqrt(np.where(known, values, 1.0)), 0.0)
    plane = np.stack([own / np.sqrt(n), across], axis=1)
    first, second = np.einsum("mij,mj,mkj,mk->im", vectors, root, vectors, plane)
    # The adjusted weights of a PSU: `slope` times its weights, and `level`.
    alike = across <= _ROUNDING * np.sqrt(squares)
    slope = np.divide(second, across, out=np.zeros_like(second), where=~alike)
    level = first / np.sqrt(n) - slope * own / n
    x = slope * own + level * n
    centre = (same @ weighted) / drawn[:, None]
    finite = np.sqrt(left) / own.sum()
    made = slope[:, None] * weighted + level[:, None] * plain - (x / own)[:, None] * centre
    scores[used] = made * finite[:, None]
    lost = (slope * squares + level * own)[:, None] * (far + mine * same) * x
    inner = np.outer(far, far) * squares.sum() + np.outer(mine, mine) * same * (same @ squares)
    mixed = np.outer(mine * (same @ squares), far)
    covariance = np.outer(x, x) * (inner + mixed + mixed.T) - lost - lost.T
    covariance += np.diag(slope**2 * squares + 2 * slope * level * own + level**2 * n)
    spread[np.ix_(used, used)] = covariance * np.outer(finite, finite)
    return scores, spread


def group_codes(design: Design, by: Column, groups: Sequence[Any] | None = None) -> Codes:
    """Codes of a grouping column; the groups are those that occur in the domain, sorted.

    The categories of a pandas Categorical come in their own order.

    Raises StatisticsError: no respondent has a group, or a value is not among the declared groups.
    """
    known = design.factorize(by)
    if groups is not None:
        codes = encode_declared(None, groups, known)
        _refuse_undeclared(design, known, codes, by, ())
        return codes
    raw, labels = known
    inside = raw if design.mask.all() else raw[design.mask]
    counts = np.bincount(inside + 1, minlength=len(labels) + 1)[1:]
    if not (seen := [label for label, count in zip(labels, counts, strict=True) if count]):
        raise StatisticsError(f"nobody in the domain has a value of the grouping {_name(by)}")
    return encode_declared(None, sort_labels(seen, design.declared_order(by)), known)


def _refuse_undeclared(
    design: Design, known: Factorized, codes: Codes, values: Column, outside: Collection[Any]
) -> None:
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
    """Shares of the declared categories with their covariance.

    `design`: the design, or a domain of it. `values`: column of answers; missing values and special
    codes that begin with `_` (blank, not asked, don't know) are outside the base. `categories`:
    declared categories, in order. `by`: grouping column. `groups`: declared groups, in order; None:
    those that occur, sorted. `outside`: further values that are outside the base.

    Raises StatisticsError: no respondent in the base; a value or group that is not declared; a
    category declared twice.
    """
    known = design.factorize(values)
    answer = encode_declared(None, categories, known)
    _refuse_undeclared(design, known, answer, values, outside)
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
            own = slice(g * answer.size, (g + 1) * answer.size)
            jacobian[own, own] = (np.eye(answer.size) - shares[g][:, None]) / totals[g].sum()
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
    """Covariance of shares (G, K) from the totals of their cells under each replicate, (R, G, K).

    A group that some replicate leaves empty has no variance: its entries are NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        replicated = table / table.sum(axis=2, keepdims=True)
    empty = np.isnan(shares).all(axis=1)
    bare = ~np.isfinite(replicated).all(axis=(0, 2)) & ~empty
    # A group that is empty in the sample has no share to replicate.
    replicated[:, bare | empty] = 0.0
    estimate = np.where((bare | empty)[:, None], 0.0, shares)
    covariance = domain.replicate_covariance(replicated.reshape(len(table), -1), estimate.ravel())
    unknown = np.repeat(bare, shares.shape[1])
    covariance[unknown] = covariance[:, unknown] = np.nan
    return covariance


def no_proportions(categories: Sequence[Any], groups: Sequence[Any] | None = None) -> Proportions:
    """The shares where there is nobody: every base is empty."""
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
    """The table of shares: one row a group and category, in declared order.

    Arguments as `proportion_estimates`, and `level` of confidence and method of `interval`
    (`readiness.survey.intervals`).

    Returns columns `group`, `category`, `n` (unweighted base of the group), `count` (unweighted
    answers), `estimate`, `se`, `lower`, `upper` (shares in 0-1), `n_eff` (NCHS effective size times
    n/(n-1), at most n), `deff` (against a simple random sample with replacement), `df` (of the
    domain), `reliability` (present, review, caution, suppress), `note` (why a number is missing),
    `weighted` (weighted base of the group).

    Raises StatisticsError: as `proportion_estimates`.
    """
    estimates = proportion_estimates(
        design, values, categories, by=by, groups=groups, outside=outside
    )
    return proportion_table(estimates, level=level, interval=interval)


def proportion_table(
    estimates: Proportions, *, level: float = 0.95, interval: Interval = "korn-graubard"
) -> pd.DataFrame:
    """The table of `proportions` from estimates that are already made."""
    k = len(estimates.categories)
    p, se = estimates.values.ravel(), estimates.se.ravel()
    n, df = np.repeat(estimates.n, k), np.repeat(estimates.degrees_of_freedom, k)
    lower, upper = proportion_interval(interval, p, se, n, df, level)
    n_eff = nchs_effective_size(p, se, n, df, level)
    # p(1-p)/SE^2 of n drawn one by one is n - 1: what is told is n over the design effect.
    kg_lower, kg_upper = proportion_interval("korn-graubard", p, se, n, df, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        told = np.minimum(n_eff * n / (n - 1), n)
        deff = np.where((p > 0) & (p < 1), se**2 * (n - 1) / (p * (1 - p)), np.nan)
        deff = np.where(df < 1, np.nan, deff)
    note = np.where(n == 0, "no respondent in the base", "")
    bare = (n > 1) & (df >= 1) & np.isnan(se)
    note = np.where((n > 0) & (df < 1), "no more PSUs than strata: no variance", note)
    note = np.where(bare, "a replicate leaves the group empty: no variance", note)
    # The design gives one respondent a variance of 0, as if the answer stood for the whole group.
    blank = (n > 0) & ((df < 1) | (n < 2)) | bare
    return pd.DataFrame(
        {
            "group": np.repeat(np.array(estimates.groups, dtype=object), k),
            "category": np.tile(np.array(estimates.categories, dtype=object), len(p) // k),
            "n": n,
            "count": estimates.counts.ravel(),
            "estimate": p,
            "se": np.where(blank, np.nan, se),
            "lower": np.where(blank, np.nan, lower),
            "upper": np.where(blank, np.nan, upper),
            "n_eff": np.where(blank, np.nan, told),
            "deff": deff,
            "df": df,
            "reliability": nchs(p, n, n_eff, kg_lower, kg_upper, np.where(blank, 0, df)),
            "note": note,
            "weighted": np.repeat(estimates.weighted, k),
        }
    )


def can_cross(design: Design) -> bool:
    """Whether the design has replicates of single respondents, whose df are counts."""
    replicates = design.replicates
    return replicates is not None and replicates.kind != "given" and design.stages[0].units.identity


@dataclass(frozen=True, eq=False)
class Crossing:
    """The cells of an answer (K distinct values) and a grouping (G groups, then who has none).

    `design`: the design that was counted. `groups`: labels of the G groups. `counts`: answers of
    each cell, shape (G + 1, K). `totals`: the same by weight. `replicated`: the same under each
    replicate, shape (R, G + 1, K). `strata`: whether a stratum has somebody in the cell, shape
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
        """Count the domain once. `answers`: the code of each row (-1: missing), and its values."""
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
        """Shares of categories, in each group or in all.

        Args:
            place: the category of each distinct value of the answer, or -1 outside the base.
            categories: labels of the categories, in order.
            grouped: by group; else of everybody, also of those who have no group.
        """
        of = np.asarray(place, dtype=np.int64)
        merge = (of[:, None] == np.arange(len(categories))).astype(np.float64)

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
