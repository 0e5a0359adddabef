"""Trimming of extreme weights, as R's `trimWeights`.

Weights beyond the limits are set to them and what was cut is shared out equally over the other
rows: the sum of the weights stays, the margins do not (the weighting report shows by how much).
"""

from __future__ import annotations

import numpy as np

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError


def trim_weights(
    weights: FloatArray,
    lower: float = 0.0,
    upper: float = np.inf,
    *,
    strict: bool = True,
    counts: FloatArray | None = None,
) -> FloatArray:
    """Trimmed weights, with the same sum.

    Args:
        weights: shape (rows,); zeros (rows left out of a replicate) stay zero.
        lower, upper: limits, in the unit of the weights.
        strict: repeat until no weight is outside; else once, and the redistribution may push
            weights past a limit.
        counts: respondents behind each row, of which `weights` is the sum; None: one each.

    Raises:
        StatisticsError: lower >= upper, or limits that no weights with this sum can meet.
    """
    if not lower < upper:
        raise StatisticsError(f"trimming limits {lower:g} and {upper:g}; expected lower < upper")
    active = weights > 0
    share = np.ones(int(active.sum())) if counts is None else counts[active].astype(np.float64)
    total, n = float(weights.sum()), float(share.sum())
    if not lower * n <= total <= upper * n:
        raise StatisticsError(
            f"no weights between {lower:g} and {upper:g} can add up to {total:g} over {n:g} rows "
            f"(mean {total / n:g}); widen the limits"
        )
    result = weights.copy()
    values = result[active] / share
    free = np.ones(len(values), dtype=np.bool_)
    slack = 1e-12 * total / n
    while True:
        outside = (values < lower - slack) | (values > upper + slack)
        if not outside.any():
            break
        # A row that was cut stays at its limit; the others take up what was cut.
        free &= ~outside
        if not free.any():
            raise StatisticsError(
                f"every weight was outside {lower:g} to {upper:g} at some point; nothing can take "
                "up what is cut: widen the limits"
            )
        cut = np.clip(values, lower, upper)
        excess = float(((values - cut) * share).sum())
        cut[free] += excess / float(share[free].sum())
        values = cut
        if not strict:
            break
    result[active] = values * share
    return result
