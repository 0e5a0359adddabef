"""Bounded raking: weights between two limits that still meet every margin, or none.

The raking factors are cut off at the limits (Deville and Särndal 1992, case 6 of their distances).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.weighting.calibration import Bounds, calibrate_weights
from readiness.survey.weighting.margins import Margin


def bounded_rake(
    base: FloatArray,
    start: FloatArray,
    margins: Sequence[Margin],
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
) -> FloatArray:
    """Weights between two limits that meet the margins: raking with the factors cut off.

    Args:
        base: base weights; rows with 0 stay 0.
        start: their unbounded raking, which is as near to the solution.
        margins: checked margins.
        lower, upper: limits, in the unit of the weights; one number, or one a row.

    Raises:
        StatisticsError: no weights within the limits meet the margins (the category is named).
    """
    x, totals, names = indicators(margins)
    rows = base > 0
    low, high = (np.broadcast_to(np.asarray(v, float), base.shape)[rows] for v in (lower, upper))
    if not (low < high).all():
        raise StatisticsError(f"limits {low.min():g} and {high.max():g}; expected lower < upper")
    bounds: Bounds = (low / start[rows], high / start[rows])
    final = np.zeros_like(base)
    final[rows] = calibrate_weights(
        start[rows],
        x[rows],
        totals,
        names=names,
        distance="raking",
        bounds=bounds,
        tolerance=1e-10,
    )
    return final


def indicators(margins: Sequence[Margin]) -> tuple[FloatArray, FloatArray, list[str]]:
    """A column of 0 and 1 for each category of each margin, their totals, and their names."""
    blocks = [(m.codes.codes[:, None] == np.arange(m.codes.size)).astype(float) for m in margins]
    names = [
        f"margin {m.variable!r}, category {m.label(k)},"
        for m in margins
        for k in range(m.codes.size)
    ]
    return np.hstack(blocks), np.concatenate([m.totals for m in margins]), names
