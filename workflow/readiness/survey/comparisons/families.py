"""Contrasts of shares, with pointwise limits and limits that hold for the whole family at once.

A difference of two shares takes its limits from those of the shares (MOVER: Newcombe 1998, method
10; Zou and Donner 2008), with the degrees of freedom of each group; p is 1 less the level at which
a limit touches 0.

Simultaneous limits for all pairs and adjusted p-values come from the same draws of the joint
distribution of the contrasts under the design (max-t, in one step; Hothorn, Bretz and Westfall
2008), so that they agree. The least adjusted p is that of the hypothesis that no pair differs. Each
of several answers of an item, or rows of a grid, has an equal part of the error (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import scipy

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.comparisons.cells import ComparisonRow, Factor, outcome_by_group, two_sided_t
from readiness.survey.design import Column, Design
from readiness.survey.estimates.proportions import Proportions, proportion_estimates
from readiness.survey.intervals import Interval, check_level, proportion_interval

# Logarithm of the smallest p that the inversion of limits can give.
_LEAST = float(np.log(1e-9))
# Lowest level at which limits are inverted for p.
_LOWEST = 1e-6

Limited: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]


def mover(a: Limited, b: Limited, correlation: Any = 0.0) -> tuple[FloatArray, FloatArray]:
    """Return limits of p_b - p_a from those of the shares (Zou and Donner 2008).

    Args:
        a, b: (share, lower, upper) of the two groups of each pair, in 0-1.
        correlation: of the two estimates of each pair.
    """
    _, low, high = combine_limits(((-1.0, a), (1.0, b)), correlation)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def combine_limits(
    parts: Sequence[tuple[float, tuple[Any, Any, Any]]], correlation: Any = 0.0
) -> tuple[Any, Any, Any]:
    """Return a weighted sum of estimates with MOVER limits (Zou, Huang and Zhang 2009).

    Args:
        parts: factor, and (estimate, lower, upper).
        correlation: of the first two estimates; all others are independent.

    Returns the sum, its lower and its upper limit.
    """
    whole = sum(factor * part[0] for factor, part in parts)
    # Distances of each part's limits from its estimate, signed by its factor.
    down = [f * ((e - low) if f > 0 else (high - e)) for f, (e, low, high) in parts]
    up = [f * ((high - e) if f > 0 else (e - low)) for f, (e, low, high) in parts]
    below, above = (
        np.sqrt(np.maximum(sum(x**2 for x in ends) + 2 * correlation * ends[0] * ends[1], 0.0))
        for ends in (down, up)
    )
    return whole, whole - below, whole + above


@dataclass(frozen=True, eq=False)
class GroupShares:
    """One share of each declared group with its precision; NaN for a group without answers.

    `p`: the shares, shape (G,), 0-1. `covariance`: of the shares, shape (G, G). `n`: answers of
    each group (unweighted), shape (G,). `df`: degrees of freedom of each group's own domain, shape
    (G,). `interval`: kind of the interval of a share. `replaced`: groups whose members all answer
    alike, whose variance in `covariance` is that of the Agresti-Coull share.
    """

    p: FloatArray
    covariance: FloatArray
    n: IntArray
    df: IntArray | FloatArray
    interval: Interval
    replaced: frozenset[int]

    @classmethod
    def of(cls, estimates: Proportions, category: int, interval: Interval) -> GroupShares:
        """Return the shares of one category, by its position, from existing estimates.

        The variance of a group whose members all answer alike rests on the number of answers.
        """
        k = len(estimates.categories)
        p = estimates.values[:, category]
        covariance = np.array(estimates.covariance[category::k, category::k])
        empty = estimates.n == 0
        covariance[empty], covariance[:, empty] = np.nan, np.nan
        has_variance = np.isfinite(np.diag(covariance))
        alike = np.flatnonzero(((p <= 0) | (p >= 1)) & (estimates.n > 1) & has_variance)
        n = estimates.n[alike]
        share = (n * p[alike] + 2) / (n + 4)
        covariance[alike, alike] = share * (1 - share) / (n + 4)
        replaced = frozenset(int(g) for g in alike)
        return cls(p, covariance, estimates.n, estimates.degrees_of_freedom, interval, replaced)

    @property
    def testable(self) -> Any:
        """Groups of two answers or more with a degree of freedom and a variance, shape (G,)."""
        return (self.n > 1) & (self.df >= 1) & np.isfinite(np.diag(self.covariance))

    @property
    def se(self) -> FloatArray:
        """Standard errors of the shares by the design: 0 where all answer alike; shape (G,)."""
        variances = np.diag(self.covariance).copy()
        variances[list(self.replaced)] = 0.0
        return np.asarray(np.sqrt(np.maximum(variances, 0.0)))

    def correlation(self, a: Any, b: Any) -> FloatArray:
        """Return the correlation of the two estimates of each pair, 0 where one does not vary."""
        product = self.se[a] * self.se[b]
        zeros = np.zeros_like(product)
        within = np.divide(self.covariance[a, b], product, out=zeros, where=product > 0)
        return np.asarray(np.clip(within, -1.0, 1.0))

    def limits(self, a: Any, b: Any, level: Any) -> tuple[FloatArray, FloatArray]:
        """Return MOVER limits of each pair at a level (one level, or one per pair)."""
        return mover(self._add_limits(a, level), self._add_limits(b, level), self.correlation(a, b))

    def _add_limits(self, g: Any, level: Any) -> Limited:
        """Return share, lower and upper limit of groups `g` at a level."""
        p = np.clip(self.p[g], 0.0, 1.0)
        precision = (p, self.se[g], self.n[g], self.df[g])
        return p, *proportion_interval(self.interval, *precision, level)

    def p_values(self, a: Any, b: Any) -> FloatArray:
        """Return 1 less the level at which a limit of each pair touches 0.

        So p and limits agree. The root is sought from 1e-9 on, on the log scale; for smaller p,
        where floats cannot hold the level, the p of t is used (at most 1e-9).
        """
        from scipy.optimize import elementwise

        sign = np.where(self.p[b] >= self.p[a], 1.0, -1.0)

        def beyond(log_p: Any, first: Any, second: Any, side: Any) -> Any:
            """Return the distance from 0 of the nearest limit: above 0 for a significant pair."""
            lower, upper = self.limits(first, second, -np.expm1(log_p))
            return np.where(side > 0, lower, -upper)

        # At a level of 0 quantiles of t are 0, and their ratio has no effective size.
        ends = np.full(len(sign), _LEAST), np.full(len(sign), -_LOWEST)
        never, always = (beyond(end, a, b, sign) for end in (ends[1], ends[0]))
        p = np.where(never <= 0, 1.0, np.nan)
        if (inside := (never > 0) & (always < 0)).any():
            root = elementwise.find_root(
                beyond,
                (ends[0][inside], ends[1][inside]),
                args=(a[inside], b[inside], sign[inside]),
                tolerances={"xatol": 1e-13, "xrtol": 1e-13},
            )
            p[inside] = np.exp(root.x)
        _, _, by_t = self.tests(a, b)
        return np.asarray(np.where(always >= 0, np.fmin(by_t, np.exp(_LEAST)), p))

    def tests(self, a: Any, b: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return t, its degrees of freedom (Satterthwaite, from both groups') and p of each
        pair.
        """
        va, vb = self.covariance[a, a], self.covariance[b, b]
        variance = va + vb - 2 * self.covariance[a, b]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(variance > 0, (self.p[b] - self.p[a]) / np.sqrt(variance), np.nan)
            df = (va + vb) ** 2 / (va**2 / self.df[a] + vb**2 / self.df[b])
        return t, df, np.asarray(two_sided_t(t, df))


# Number of draws of the joint distribution, with which the simultaneous level is met to about 0.1
# point.
_DRAWS, _SEED = 50_000, 20_260


@dataclass(frozen=True)
class ContrastRow(ComparisonRow):
    """A contrast of a family, with pointwise limits `lower` and `upper`; `p_value` is 1 less the
    level at which they touch 0.

    `simultaneous_lower`, `simultaneous_upper`: limits that hold for all pairs of the family at
    once, and belong to `p_adjusted`. None where the pair has no test. `family`: number of contrasts
    in the family: pairs of declared groups, times answers. `untested`: number of these without a
    test (no answers, or one). `n_a`, `n_b`: answers of each of the two groups.
    """

    simultaneous_lower: float | None = None
    simultaneous_upper: float | None = None
    family: int = 0
    untested: int = 0
    n_a: int = 0
    n_b: int = 0


def share_contrasts(
    design: Design,
    y: Column,
    group: Column | Factor,
    *,
    group_levels: Sequence[Any] | None = None,
    interval: Interval = "korn-graubard",
    level: float = 0.95,
) -> tuple[ContrastRow, ...]:
    """Return the differences of a share between all pairs of declared groups, b less a.

    `design`: the survey design; rows with a missing value or group leave the base. `y`: 1 and 0;
    NaN is missing. `group`: the groups; pairs come in their declared (or sorted) order.
    `group_levels`: declared groups; every pair of these is a row, tested or not. `interval`: kind
    of interval of each share, from which the limits of the difference come. `level`: of the limits,
    0-1.

    Raises StatisticsError: values other than 0 and 1, fewer than two observed groups, unknown
    option.
    """
    values, groups = outcome_by_group(design, y, group, group_levels, "a contrast")
    answers = values[groups.has_level]
    if not ((answers == 0) | (answers == 1)).all():
        raise StatisticsError("a contrast of shares takes 0 and 1; for other numbers use pairwise")
    domain = design.subset(groups.has_level)
    codes, places = groups.codes, range(groups.size)
    estimates = proportion_estimates(domain, values, [1.0, 0.0], by=codes, groups=places)
    return family_of({"": GroupShares.of(estimates, 0, interval)}, groups.levels, level=level)[""]


def family_of(
    shares: Mapping[str, GroupShares], groups: Sequence[str], *, level: float = 0.95, rows: int = 1
) -> dict[str, tuple[ContrastRow, ...]]:
    """Return the contrasts of one family: all pairs of `groups` for each of the shares, by name.

    p is adjusted over all contrasts, and the simultaneous limits hold for all. `rows`: number of
    rows of a grid that form one family, each with as many shares; `family` and `untested` count
    these shares alone.
    """
    check_level(level)
    answers = rows * len(shares)
    contrasts = {
        name: _make_contrasts(group_shares, groups, level, answers)
        for name, group_shares in shares.items()
    }
    all_rows = [row for rows in contrasts.values() for row in rows]
    untested = sum(row.p_value is None for row in all_rows)
    return {
        name: tuple(replace(row, family=len(all_rows), untested=untested) for row in rows)
        for name, rows in contrasts.items()
    }


def _make_contrasts(
    shares: GroupShares, groups: Sequence[str], level: float, answers: int
) -> list[ContrastRow]:
    """Return the contrasts of one share between all pairs of groups.

    `answers`: number of shares in the family.
    """
    first, second = np.triu_indices(len(groups), 1)
    tested = shares.testable[first] & shares.testable[second]
    rows = [_make_empty(shares, groups, int(i), int(j)) for i, j in zip(first, second, strict=True)]
    if not tested.any():
        return rows
    a, b = first[tested], second[tested]
    largest_statistics = _draw_largest(shares, a, b)
    pointwise = shares.limits(a, b, level)
    simultaneous = shares.limits(
        a, b, 1 - _share_error(largest_statistics, len(a), (1 - level) / answers)
    )
    t, df, _ = shares.tests(a, b)
    p = shares.p_values(a, b)
    adjusted = np.minimum(answers * _adjust_together(largest_statistics, p), 1.0)
    for k, place in enumerate(np.flatnonzero(tested)):
        rows[place] = replace(
            rows[place],
            statistic=_number(t[k]),
            statistic_name="t",
            df1=float(df[k]),
            p_value=_number(p[k]),
            p_adjusted=_number(adjusted[k]),
            lower=float(pointwise[0][k]),
            upper=float(pointwise[1][k]),
            simultaneous_lower=float(simultaneous[0][k]),
            simultaneous_upper=float(simultaneous[1][k]),
        )
    return rows


def _number(value: float) -> float | None:
    """Return a finite value as a float, None for any other."""
    return float(value) if np.isfinite(value) else None


def _draw_largest(shares: GroupShares, a: IntArray, b: IntArray) -> FloatArray:
    """Return sorted draws of the largest normal statistic of all pairs under no difference."""
    contrast = np.zeros((len(a), len(shares.p)))
    contrast[np.arange(len(a)), a] = -1.0
    contrast[np.arange(len(a)), b] = 1.0
    covariance = contrast @ np.nan_to_num(shares.covariance) @ contrast.T
    scale = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.Generator(np.random.PCG64(_SEED))
    used = values > 1e-12 * values[-1]
    draws = rng.standard_normal((_DRAWS, int(used.sum())))
    largest = [
        np.abs(part @ root[:, used].T).max(axis=1)
        for part in np.array_split(draws, _DRAWS // 5_000)
    ]
    return np.sort(np.concatenate(largest))


def _share_error(largest: FloatArray, pairs: int, error: float) -> float:
    """Return the error of each pair at which all together have at most `error`.

    The inverse of `_adjust_together`, between an equal part and the whole of the error, which draws
    miss by chance alone.
    """
    if pairs == 1:
        return error
    allowed = int(np.floor(error * (len(largest) + 1))) - 1
    pair_error = 2 * scipy.special.ndtr(-largest[-1 - allowed]) if allowed >= 0 else 0.0
    return float(min(max(pair_error, error / pairs), error))


def _adjust_together(largest: FloatArray, p: FloatArray) -> FloatArray:
    """Return p of each pair adjusted over all: how often the largest statistic reaches the
    pair's.
    """
    if len(p) == 1:
        return p
    reached = len(largest) - np.searchsorted(largest, -scipy.special.ndtri(p / 2), side="left")
    adjusted = (reached + 1) / (len(largest) + 1)
    return np.asarray(np.clip(adjusted, p, np.minimum(len(p) * p, 1.0)))


def _make_empty(shares: GroupShares, groups: Sequence[str], i: int, j: int) -> ContrastRow:
    """Return the row of a pair before its test: the difference, and the reasons against a test."""
    too_small = {
        words: [groups[g] for g in (i, j) if shares.n[g] == size]
        for size, words in ((0, "no answers in"), (1, "one respondent in"))
    }
    notes = [f"{words} {', '.join(names)}: no test" for words, names in too_small.items() if names]
    if without_df := [groups[g] for g in (i, j) if shares.n[g] > 1 and shares.df[g] < 1]:
        notes.append(f"no more PSUs than strata in {', '.join(without_df)}: no test")
    alike = [groups[g] for g in (i, j) if g in shares.replaced]
    if alike and not notes:
        notes.append(f"all alike in {', '.join(alike)}: variance of the Agresti-Coull share in t")
    difference = shares.p[j] - shares.p[i]
    return ContrastRow(
        "contrast",
        effect=_number(difference),
        n=int(shares.n[i] + shares.n[j]),
        n_a=int(shares.n[i]),
        n_b=int(shares.n[j]),
        a=groups[i],
        b=groups[j],
        method=f"Difference of shares (b - a), MOVER limits from {shares.interval} limits of the "
        "shares on each group's degrees of freedom, p by their inversion",
        note="; ".join(notes),
    )
