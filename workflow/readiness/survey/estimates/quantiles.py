"""Weighted quantiles with Woodruff intervals. R twin: `svyquantile(interval.type="mean")`.

The limits of a quantile are the quantiles at the limits of the share of the population at or below
it (Woodruff 1952); the standard error is the width over twice the t quantile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.errors import StatisticsError
from readiness.survey.design import Column, Design
from readiness.survey.estimates.means import Missing, means
from readiness.survey.intervals import t_quantile

FloatArray: TypeAlias = npt.NDArray[np.float64]
Rule: TypeAlias = Literal["math", "school", "hf2", "hf7"]


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
        StatisticsError: a probability outside (0, 1), an unknown rule, missing values with `fail`.
    """
    if rule not in get_args(Rule):
        known = ", ".join(get_args(Rule))
        raise StatisticsError(f"quantile rule {rule!r}; expected one of {known}")
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
        lower = lookup(share.values[0] - half)
        upper = lookup(share.values[0] + half)
        se = (upper - lower) / (2 * t)
        rows.append((p, estimate, lower, upper, se, domain.n, domain.degrees_of_freedom))
    return pd.DataFrame(rows, columns=["p", "estimate", "lower", "upper", "se", "n", "df"])


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
