"""Trimming of extreme weights, as R's `trimWeights`.

Weights beyond the limits are set to them and what was cut is shared out equally over the other
rows: the sum of the weights stays, the margins do not (the weighting report shows by how much).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from readiness.errors import StatisticsError

FloatArray: TypeAlias = npt.NDArray[np.float64]


_MAX_PASSES = 10_000


def trim_weights(
    weights: FloatArray, lower: float = 0.0, upper: float = np.inf, *, strict: bool = True
) -> FloatArray:
    """Trimmed weights, with the same sum.

    Args:
        weights: shape (rows,); zeros (rows left out of a replicate) stay zero.
        lower, upper: limits, in the unit of the weights.
        strict: repeat until no weight is outside; else once, and the redistribution may push
            weights past a limit.

    Raises:
        StatisticsError: lower >= upper, or limits that no weights with this sum can meet.
    """
    if not lower < upper:
        raise StatisticsError(f"trimming limits {lower:g} and {upper:g}; expected lower < upper")
    result = weights.copy()
    active = weights > 0
    total, n = float(weights.sum()), int(active.sum())
    if not lower * n <= total <= upper * n:
        raise StatisticsError(
            f"no weights between {lower:g} and {upper:g} can add up to {total:g} over {n} rows "
            f"(mean {total / n:g}); widen the limits"
        )
    slack = 1e-12 * total / n
    # A row at a limit takes its share too and is cut again: what is left shrinks geometrically.
    for _ in range(_MAX_PASSES):
        values = result[active]
        outside = (values < lower - slack) | (values > upper + slack)
        if not outside.any():
            break
        if outside.all():
            raise StatisticsError(
                f"every weight is outside {lower:g} to {upper:g}; nothing can take up what is cut"
            )
        cut = np.clip(values, lower, upper)
        excess = float((values - cut).sum())
        cut[~outside] += excess / int((~outside).sum())
        result[active] = cut
        if not strict:
            break
    return result
