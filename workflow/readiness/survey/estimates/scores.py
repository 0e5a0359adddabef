"""Summaries of an ordered scale: the share in some categories (top box), the net score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from readiness.errors import StatisticsError
from readiness.survey.estimates.proportions import Proportions, share_table
from readiness.survey.intervals import Interval, check_level, t_quantile
from readiness.survey.reliability import NchsRules


def top_box(
    estimates: Proportions,
    categories: Sequence[Any],
    *,
    level: float = 0.95,
    interval: Interval = "korn-graubard",
    rules: NchsRules | None = None,
) -> pd.DataFrame:
    """Share of each group in any of the categories (the two lowest levels, the top box).

    Returns:
        One row a group: `group`, `n`, `count` and the columns of `proportions`.

    Raises:
        StatisticsError: a category that is not declared, or given twice.
    """
    _distinct(categories)
    values, covariance = estimates.combined(categories)
    columns = [estimates.categories.index(c) for c in categories]
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    # All declared categories together are everyone: exactly 1, not 1 up to rounding.
    if len(columns) == len(estimates.categories):
        values, se = np.where(np.isnan(values), np.nan, 1.0), np.zeros_like(se)
    df = estimates.degrees_of_freedom
    table = share_table(values, se, estimates.n, df, level=level, interval=interval, rules=rules)
    table.insert(0, "group", list(estimates.groups))
    table.insert(2, "count", estimates.counts[:, columns].sum(axis=1))
    return table


def net_score(
    estimates: Proportions,
    positive: Sequence[Any],
    negative: Sequence[Any],
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share in the positive categories less the share in the negative ones, in -1 to 1.

    Returns:
        One row a group: `group`, `n`, `estimate`, `se`, `lower`, `upper` (t limits on the domain's
        degrees of freedom, cut at -1 and 1), `df`.

    Raises:
        StatisticsError: a category that is not declared, or on both sides.
    """
    check_level(level)
    _distinct([*positive, *negative])
    signs = [1.0] * len(positive) + [-1.0] * len(negative)
    values, covariance = estimates.combined([*positive, *negative], signs)
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    df = estimates.degrees_of_freedom
    se = np.where((df >= 1) & ~np.isnan(values), se, np.nan)
    half = t_quantile(level, df) * se
    return pd.DataFrame(
        {
            "group": list(estimates.groups),
            "n": estimates.n,
            "estimate": values,
            "se": se,
            "lower": np.maximum(values - half, -1.0),
            "upper": np.minimum(values + half, 1.0),
            "df": df,
        }
    )


def _distinct(categories: Sequence[Any]) -> None:
    for category in categories:
        if list(categories).count(category) > 1:
            raise StatisticsError(f"category {category!r} is given more than once")
