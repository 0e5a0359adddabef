"""Means, totals, ratios, variances, quantiles, of the whole domain or by group.

All but quantiles are ratios of weighted totals, or totals: linearised (Taylor), or recomputed under
each replicate weight. R equivalents: `svymean`, `svytotal`, `svyratio`, `svyvar`, `svyby(...,
covmat=TRUE)`, `svyquantile(interval.type="mean")`.

The limits of a quantile are the quantiles at the limits of the share of the population at or below
it (Woodruff 1952); the standard error is the width over twice the t quantile. Where a limit of the
share leaves [0, 1] the quantile has no such limit (NaN), and no standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Codes, one_of
from readiness.survey.design import Column, Design
from readiness.survey.estimates.proportions import group_codes, reduce_bias, satterthwaite
from readiness.survey.intervals import check_level, t_quantile


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates, in the unit of the variable, with their covariance.

    `names`: name of each estimate, k in number. `values`: the estimates, shape (k,). `covariance`:
    their design covariance, shape (k, k). `n`: unweighted base of each, shape (k,).
    `degrees_of_freedom`: of the design in the domain; one per estimate where few clusters were
    drawn. `deff`: design effect of each, when requested, shape (k,).
    """

    names: tuple[str, ...]
    values: FloatArray
    covariance: FloatArray
    n: IntArray
    degrees_of_freedom: int | FloatArray
    deff: FloatArray | None = None

    @property
    def se(self) -> FloatArray:
        """Standard errors, shape (k,); NaN where the base is one respondent."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    @property
    def cv(self) -> FloatArray:
        """Coefficients of variation, se over the absolute estimate (NaN for an estimate of 0),
        shape (k,).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.values == 0, np.nan, self.se / np.abs(self.values))

    def interval(
        self, level: float = 0.95, df: float | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return symmetric limits on `df` degrees of freedom (None: the design's; inf: normal).

        Raises StatisticsError: a level outside (0, 1).
        """
        check_level(level)
        half = t_quantile(level, self.degrees_of_freedom if df is None else df) * self.se
        return self.values - half, self.values + half

    def log_interval(
        self, level: float = 0.95, df: float | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return limits that are symmetric on the log scale, for totals of people: never below 0.

        exp(log(estimate) -/+ t se / estimate), by the delta method, as the NCHS prints limits of
        totals (Parker and others, Vital and Health Statistics 2(200), 2023); in R
        `exp(confint(svycontrast(svytotal(~y, d), quote(log(y)))))`. NaN for an estimate that is not
        above 0.

        Raises StatisticsError: a level outside (0, 1).
        """
        check_level(level)
        value = np.where(self.values > 0, self.values, np.nan)
        t = t_quantile(level, self.degrees_of_freedom if df is None else df)
        ratio = np.exp(t * self.se / value)
        return value / ratio, value * ratio

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row per estimate: name, n, estimate, se, lower, upper, cv, df (and deff)."""
        lower, upper = self.interval(level)
        frame = pd.DataFrame(
            {
                "name": self.names,
                "n": self.n,
                "estimate": self.values,
                "se": self.se,
                "lower": lower,
                "upper": upper,
                "cv": self.cv,
                "df": self.degrees_of_freedom,
            }
        )
        return frame if self.deff is None else frame.assign(deff=self.deff)


Missing: TypeAlias = Literal["fail", "drop"]
DesignEffect: TypeAlias = Literal["none", "without-replacement", "replace"]


def means(
    design: Design,
    values: Column,
    *,
    by: Column | None = None,
    groups: Sequence[Any] | None = None,
    missing: Missing = "fail",
    deff: DesignEffect = "none",
) -> Estimates:
    """Return weighted means with their design covariance, in the unit of the variable.

    `design`: the design, or a domain of it. `values`: numeric column. `by`: column of groups; one
    mean per group, with the covariance between the means. `groups`: declared groups, in order;
    None: the groups that occur, sorted. `missing`: rule for missing values inside the domain:
    `fail`, or `drop` (the base is then the domain of the known values). `deff`: design effect
    against a simple random sample `without-replacement` or with (`replace`).

    Raises StatisticsError: missing values with `fail`, an empty base, an empty declared group.
    """
    one_of(deff, DesignEffect, "deff")
    y, domain, codes = _prepare(design, values, by, groups, missing)
    place = Codes.constant(domain.rows) if codes is None else codes
    sums = GroupSums.make(domain, y, place)
    if domain.replicates is None:
        result = _estimate_means(domain, y, sums, _name_rows(codes, values))
    else:
        inside = _make_indicators(domain, codes)
        result = ratio_estimates(domain, y[:, None] * inside, inside, _name_rows(codes, values))
    if domain.has_few_clusters:
        residuals = (y - result.values[place.codes])[:, None]
        covariance, spread = reduce_bias(domain, place.codes, place.size, residuals)
        covariance[np.isnan(result.covariance)] = np.nan
        plain = domain.domain_degrees(place.codes, place.size)
        df = np.where(plain > 0, satterthwaite(spread), 0.0)
        result = replace(result, covariance=covariance, degrees_of_freedom=df)
    if deff == "none":
        return result
    return replace(result, deff=result.covariance.diagonal() / sums.srs_variances(y, deff))


def totals(
    design: Design,
    values: Column,
    *,
    by: Column | None = None,
    groups: Sequence[Any] | None = None,
    missing: Missing = "fail",
    deff: DesignEffect = "none",
) -> Estimates:
    """Return weighted totals with their design covariance; arguments and errors as for `means`."""
    one_of(deff, DesignEffect, "deff")
    y, domain, codes = _prepare(design, values, by, groups, missing)
    place = Codes.constant(domain.rows) if codes is None else codes
    sums = GroupSums.make(domain, y, place)
    covariance = domain.group_covariance(sums.codes, place.size, y)
    df = domain.degrees_of_freedom
    result = Estimates(_name_rows(codes, values), sums.total, covariance, sums.n, df)
    if deff == "none":
        return result
    per_mean = sums.srs_variances(y, deff)
    return replace(result, deff=covariance.diagonal() / (per_mean * sums.weight**2))


@dataclass(frozen=True, eq=False)
class GroupSums:
    """Sums of a variable by group, each row counted once whatever the number of groups.

    `codes`: group of each row, -1 outside the domain, shape (rows,). `weights`: weight of each row,
    0 outside, shape (rows,). `n`, `weight`, `total`: respondents, sum of weights and weighted total
    of the variable in each group, shape (groups,).
    """

    codes: IntArray
    weights: FloatArray
    n: IntArray
    weight: FloatArray
    total: FloatArray

    @classmethod
    def make(cls, domain: Design, y: FloatArray, groups: Codes) -> GroupSums:
        """Sum the values y, shape (rows,), of a domain by group."""
        codes = groups.codes
        if not domain.mask.all():
            codes = np.where(domain.mask, codes, -1)
        weights = domain.weights

        def add(values: FloatArray) -> FloatArray:
            # Code -1 counts in an extra first place, which is dropped.
            sums: FloatArray = np.bincount(codes + 1, values, groups.size + 1)[1:].astype(
                np.float64
            )
            return sums

        n = np.bincount(codes + 1, minlength=groups.size + 1)[1:].astype(np.int64)
        return cls(codes, weights, n, add(weights), add(weights * y))

    @property
    def mean(self) -> FloatArray:
        """Weighted mean of each group, shape (groups,); NaN for an empty group."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.total / self.weight)

    def srs_variances(self, y: FloatArray, kind: DesignEffect) -> FloatArray:
        """Return the variance of each mean under simple random sampling, shape (groups,)."""
        deviations = np.where(self.codes >= 0, y - self.mean[self.codes], 0.0)
        squares = np.bincount(self.codes + 1, self.weights * deviations**2, len(self.n) + 1)[1:]
        # A single value has no variance.
        n_less_one = np.where(self.n > 1, self.n - 1, np.nan)
        correction = 1.0 if kind == "replace" else (self.weight - self.n) / self.weight
        return np.asarray(squares / self.weight / n_less_one * correction)


def _estimate_means(
    domain: Design, y: FloatArray, sums: GroupSums, names: tuple[str, ...]
) -> Estimates:
    """Return the mean of each group of a design without replicates."""
    estimate = sums.mean
    inside = sums.codes >= 0
    # Rows outside the domain get a value, too, which is not used.
    influence = (y - estimate[sums.codes]) / sums.weight[sums.codes]
    influence = np.where(inside, influence, 0.0)
    covariance = domain.group_covariance(sums.codes, len(sums.n), influence)
    single = sums.n < 2
    covariance[single] = covariance[:, single] = np.nan
    return Estimates(names, estimate, covariance, sums.n, domain.degrees_of_freedom)


def ratio(design: Design, numerator: Column, denominator: Column) -> Estimates:
    """Return the ratio of two totals.

    Raises StatisticsError: missing values inside the domain, or a denominator whose total is 0.
    """
    top = _clear_missing(design, design.numeric(numerator), numerator)
    bottom = _clear_missing(design, design.numeric(denominator), denominator)
    if design.weights @ bottom == 0:
        raise StatisticsError(f"the total of the denominator {_name(denominator)!r} is 0; no ratio")
    return ratio_estimates(
        design, top[:, None], bottom[:, None], (f"{_name(numerator)}/{_name(denominator)}",)
    )


def variance(design: Design, values: Column, *, missing: Missing = "fail") -> Estimates:
    """Return the weighted population variance of a variable, n/(n-1) applied, with its SE.

    Raises StatisticsError: as `means`; fewer than two respondents.
    """
    y, domain, _ = _prepare(design, values, None, None, missing)
    if domain.n < 2:
        raise StatisticsError(f"a variance needs 2 respondents; the domain has {domain.n}")
    mean = float(domain.weights @ y / domain.weights.sum())
    deviations, unbiased = np.where(domain.mask, y - mean, 0.0), domain.n / (domain.n - 1)
    inside = domain.mask.astype(np.float64)
    squared, names = deviations**2 * unbiased, (f"variance {_name(values)}",)
    estimates = ratio_estimates(domain, squared[:, None], inside[:, None], names)
    if domain.replicates is None:
        return estimates
    # Each replicate has another mean.
    total, deviation_totals, spread = domain.replicate_totals(
        np.column_stack([inside, deviations, squared])
    ).T
    replicated = spread / total - unbiased * (deviation_totals / total) ** 2
    covariance = domain.replicate_covariance(replicated[:, None], estimates.values)
    return replace(estimates, covariance=covariance)


def ratio_estimates(
    design: Design, numerators: FloatArray, denominators: FloatArray, names: tuple[str, ...]
) -> Estimates:
    """Return the ratios of the weighted totals of k pairs of variables, with their covariance.

    `design`: the design, or a domain of it. `numerators`: shape (rows, k). `denominators`: shape
    (rows, k); its non-zero rows are the unweighted base. A base of one has an estimate and no
    variance (NaN): the design's would be 0.

    Raises StatisticsError: a denominator whose total is 0, by name.
    """
    weights = design.weights
    bottom = weights @ denominators
    if (bottom == 0).any():
        raise StatisticsError(f"{names[int(np.argmin(bottom != 0))]}: the base is empty")
    estimate = (weights @ numerators) / bottom
    has_no_variance = np.zeros(len(names), dtype=np.bool_)
    if design.replicates is None:
        covariance = design.total_covariance((numerators - estimate * denominators) / bottom)
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            replicated = design.replicate_totals(numerators) / design.replicate_totals(denominators)
        # A replicate that leaves a base empty (a base of one) has no value, so there is no
        # variance.
        has_no_variance = np.asarray(np.isnan(replicated).any(axis=0), dtype=np.bool_)
        covariance = design.replicate_covariance(
            np.where(has_no_variance, estimate, replicated), estimate
        )
    n = _count_bases(design, denominators)
    covariance[has_no_variance | (n < 2)] = covariance[:, has_no_variance | (n < 2)] = np.nan
    return Estimates(names, estimate, covariance, n, design.degrees_of_freedom)


def _prepare(
    design: Design,
    values: Column,
    by: Column | None,
    groups: Sequence[Any] | None,
    missing: Missing,
) -> tuple[FloatArray, Design, Codes | None]:
    """Return the values (0 outside), the domain of known values, and the codes of the groups.

    Raises StatisticsError: missing values with `fail`, an empty domain, an empty declared group.
    """
    one_of(missing, Missing, "missing")
    y = design.numeric(values)
    domain = design.subset(~np.isnan(y)) if missing == "drop" else design
    if domain.n == 0:
        raise StatisticsError(f"nobody in the domain has a value of {_name(values)}")
    y = _clear_missing(domain, y, values)
    if by is None:
        return y, domain, None
    codes = group_codes(domain, by, groups)
    counts = np.bincount(codes.codes[domain.mask & (codes.codes >= 0)], minlength=codes.size)
    if (counts == 0).any():
        raise StatisticsError(
            f"group {codes.label(int(np.argmin(counts)))} has no respondent with a value of "
            f"{_name(values)}; leave it out of `groups`"
        )
    return y, domain, codes


def _clear_missing(design: Design, y: FloatArray, name: Column) -> FloatArray:
    """Return values with 0 outside the domain; StatisticsError for missing values inside."""
    if (absent := np.isnan(y) & design.mask).any():
        raise StatisticsError(
            f"{_name(name)} is missing for {int(absent.sum())} respondents of the domain (first: "
            f"row {int(np.flatnonzero(absent)[0])}); give missing='drop' or restrict the domain"
        )
    return np.where(design.mask, y, 0.0)


def _make_indicators(design: Design, codes: Codes | None) -> FloatArray:
    """Return indicators of the domain, or of each group in it, shape (rows, groups)."""
    inside = design.mask[:, None]
    if codes is not None:
        inside = inside & (codes.codes[:, None] == np.arange(codes.size))
    return inside.astype(np.float64)


def _count_bases(design: Design, denominators: FloatArray) -> IntArray:
    """Return the number of non-zero rows of each denominator in the domain, shape (k,)."""
    return np.asarray(((denominators != 0) & design.mask[:, None]).sum(axis=0), dtype=np.int64)


def _name_rows(codes: Codes | None, values: Column) -> tuple[str, ...]:
    """Return the labels of the groups, or the name of the variable."""
    if codes is None or codes.labels is None:
        return (_name(values),)
    return tuple(str(label) for label in codes.labels)


def _name(values: Column) -> str:
    """Return the name of a column, or "the variable" for an array."""
    return values if isinstance(values, str) else "the variable"


Rule: TypeAlias = Literal["math", "school", "hf2", "hf7"]

# Largest rounding error by which a share of 0 or 1 may leave [0, 1].
_ROUNDING = 1e-12


def quantiles(
    design: Design,
    values: Column,
    probabilities: Sequence[float],
    *,
    rule: Rule = "math",
    level: float = 0.95,
    missing: Missing = "fail",
) -> pd.DataFrame:
    """Return quantiles of a variable: columns `p`, `estimate`, `lower`, `upper`, `se`, `n`, `df`.

    `design`: the design, or a domain of it. `values`: numeric column. `probabilities`: in (0, 1).
    `rule`: `math` (smallest value with cumulative share >= p), `school` = `hf2` (the mean of two
    values where the share is exactly p), `hf7` (linear interpolation, as R's `quantile`).
    `missing`: `fail` or `drop`.

    Raises StatisticsError: probability or level outside (0, 1), unknown rule, missing (`fail`).
    """
    check_level(level)
    one_of(rule, Rule, "quantile rule")
    one_of(missing, Missing, "missing")
    if wrong := [p for p in probabilities if not 0 < p < 1]:
        raise StatisticsError(f"quantile at {wrong[0]}; expected probabilities between 0 and 1")
    y, domain, _ = _prepare(design, values, None, None, missing)
    used = domain.mask
    lookup = quantile_function(y[used], domain.full_weights[used], rule)
    rows = []
    for p in probabilities:
        estimate = lookup(p)
        share = means(domain, (y <= estimate).astype(np.float64))
        df = np.broadcast_to(share.degrees_of_freedom, 1)[0]
        t = float(t_quantile(level, df))
        half = t * share.se[0]
        # As in R, no limit where a limit of the share leaves [0, 1]: the extreme of the sample
        # would pass for a limit that the data do not reach, and se would be that of a cut interval.
        limits = []
        for limit_share in (share.values[0] - half, share.values[0] + half):
            is_share = -_ROUNDING <= limit_share <= 1 + _ROUNDING
            limits.append(lookup(limit_share) if is_share else float("nan"))
        lower, upper = limits
        rows.append((p, estimate, lower, upper, (upper - lower) / (2 * t), domain.n, df))
    return pd.DataFrame(rows, columns=["p", "estimate", "lower", "upper", "se", "n", "df"])


def quantile_function(x: FloatArray, w: FloatArray, rule: Rule) -> Callable[[float], float]:
    """Return the function from a probability to the quantile of weighted values, by a `rule`.

    `x`, `w`: values and weights, shape (n,). Beyond 0 and 1 the function gives the smallest and the
    largest value.
    """
    order = np.argsort(x, kind="stable")
    x, cumulative = x[order], np.cumsum(w[order])
    total = float(cumulative[-1])

    def stepwise(p: float) -> float:
        # A share that misses p by rounding alone counts as p.
        reach = p * total * (1 - 1e-12)
        position = min(int(np.searchsorted(cumulative, reach, side="left")), len(x) - 1)
        exact = abs(cumulative[position] - p * total) <= 1e-12 * total
        if rule == "math" or not exact or position + 1 == len(x):
            return float(x[position])
        return float((x[position] + x[position + 1]) / 2)

    def interpolated(p: float) -> float:
        if len(x) == 1:
            return float(x[0])
        return float(np.interp(p, np.concatenate([[0.0], cumulative[:-1]]) / cumulative[-2], x))

    return interpolated if rule == "hf7" else stepwise
