"""Weighted quantiles with Woodruff intervals. R equivalent: `svyquantile(interval.type="mean")`.

The limits of a quantile are the quantiles at the limits of the share of the population at or below
it (Woodruff 1952); the standard error is the width over twice the t quantile. Where a limit of the
share leaves [0, 1] the quantile has no such limit (NaN), and no standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.design import Column, Design
from readiness.survey.estimates.means import Missing, means
from readiness.survey.intervals import check_level, t_quantile
from readiness.survey.options import one_of

Rule: TypeAlias = Literal["math", "school", "hf2", "hf7"]

# A share of exactly 0 or 1 may come out this far outside.
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
    """Quantiles of a variable: columns `p`, `estimate`, `lower`, `upper`, `se`, `n`, `df`.

    Args:
        design: the design, or a domain of it.
        values: numeric column.
        probabilities: in (0, 1).
        rule: `math` (smallest value with cumulative share >= p), `school` = `hf2` (the mean of two
            values where the share is exactly p), `hf7` (linear interpolation, R's default).
        level: confidence level.
        missing: `fail` or `drop`.

    Raises:
        StatisticsError: a probability or a level outside (0, 1), an unknown rule, missing values
            with `fail`.
    """
    check_level(level)
    one_of(rule, Rule, "quantile rule")
    one_of(missing, Missing, "missing")
    for p in probabilities:
        if not 0 < p < 1:
            raise StatisticsError(f"quantile at {p}; expected probabilities between 0 and 1")
    y = design.numeric(values)
    domain = design.subset(~np.isnan(y)) if missing == "drop" else design
    means(domain, values, missing=missing)  # the checks of an empty base and of missing values
    used = domain.mask
    order = np.argsort(y[used], kind="stable")
    lookup = _lookup(rule, y[used][order], domain.full_weights[used][order])
    t = float(t_quantile(level, domain.degrees_of_freedom))
    rows = []
    for p in probabilities:
        estimate = lookup(p)
        share = means(domain, (y <= estimate).astype(np.float64))
        half = t * share.se[0]
        lower = _limit(lookup, share.values[0] - half)
        upper = _limit(lookup, share.values[0] + half)
        se = (upper - lower) / (2 * t)
        rows.append((p, estimate, lower, upper, se, domain.n, domain.degrees_of_freedom))
    return pd.DataFrame(rows, columns=["p", "estimate", "lower", "upper", "se", "n", "df"])


def _limit(lookup: Callable[[float], float], share: float) -> float:
    """The quantile at a limit of the share; NaN where the limit leaves [0, 1], as in R.

    The extreme of the sample would stand for a limit that the data do not reach, and the standard
    error, made of the width, would be that of a cut interval.
    """
    if not -_ROUNDING <= share <= 1 + _ROUNDING:
        return float("nan")
    return lookup(share)


def _lookup(rule: Rule, x: FloatArray, w: FloatArray) -> Callable[[float], float]:
    """The quantile function of sorted values; the extremes beyond 0 and 1."""
    cumulative = np.cumsum(w)
    total = float(cumulative[-1])

    def stepwise(p: float) -> float:
        # A share that misses p by rounding alone counts as p.
        reach = p * total * (1 - 1e-12)
        at = min(int(np.searchsorted(cumulative, reach, side="left")), len(x) - 1)
        exact = abs(cumulative[at] - p * total) <= 1e-12 * total
        if rule == "math" or not exact or at + 1 == len(x):
            return float(x[at])
        return float((x[at] + x[at + 1]) / 2)

    def interpolated(p: float) -> float:
        if len(x) == 1:
            return float(x[0])
        knots = np.concatenate([[0.0], cumulative[:-1]]) / cumulative[-2]
        return float(np.interp(p, knots, x))

    return interpolated if rule == "hf7" else stepwise
