"""Single steps of weighting, each from a design to a new design.

The calibration that was done stays with the design, for its variance; replicate weights, where the
design has them, go through the same step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.design import Design
from readiness.survey.options import one_of
from readiness.survey.replicates import Adjustment
from readiness.survey.variance import Projection
from readiness.survey.weighting.calibration import Bounds, Distance, calibrate_weights, trim_weights
from readiness.survey.weighting.margins import Collapse, Totals, make_margins
from readiness.survey.weighting.raking import (
    MAX_ITERATIONS,
    TOLERANCE,
    Reraking,
    cross,
    rake_weights,
)

Residuals: TypeAlias = Literal["greg", "r-rake"]

# R's `rake` subtracts margin means in this many sweeps.
_R_SWEEPS = 10


def rake(
    design: Design,
    totals: Totals,
    *,
    residuals: Residuals = "greg",
    collapse: Sequence[Collapse] = (),
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Design:
    """Rake a design to margins. R equivalents: `rake`, and `calibrate(calfun="raking")`.

    Both give these weights; their standard errors differ. `residuals="greg"` (published) takes the
    calibration residuals, as R after `calibrate`; `"r-rake"` what R takes after `rake`.

    Raises:
        StatisticsError: as `weigh`.
    """
    one_of(residuals, Residuals, "residuals")
    mask = None if design.mask.all() else design.mask
    margins = make_margins(design.data, totals, collapse, mask)
    cells = cross(margins)
    base = design.weights
    main = rake_weights(
        base, margins, cells=cells, tolerance=tolerance, max_iterations=max_iterations
    )
    weights = main.weights
    codes = tuple(m.codes for m in margins)
    greg = residuals == "greg"
    regression = base if greg else np.ones(design.rows)
    projection = Projection(codes, None, weights, regression, None if greg else _R_SWEEPS)
    again = Reraking(margins, cells, main, tolerance=tolerance, max_iterations=max_iterations)
    return _adjusted(design, weights, projection, again)


def post_stratify(design: Design, variable: str, totals: Mapping[Any, float]) -> Design:
    """Scale the weights to the population total of each category. R equivalent: `postStratify`.

    Raises:
        StatisticsError: as `make_margins`.
    """
    return rake(design, {variable: totals})


def calibrate(
    design: Design,
    auxiliaries: Mapping[str, npt.ArrayLike],
    totals: Mapping[str, float],
    *,
    distance: Distance = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-11,
    max_iterations: int = 500,
) -> Design:
    """Calibrate to totals of numeric auxiliaries. R equivalent: `calibrate(calfun=...)`.

    Args:
        design: the design.
        auxiliaries: values by name, each of shape (rows,): a column of ones for the population
            size, 0/1 indicators, numbers.
        totals: population total of each, by the same names.
        distance: `linear`, `raking` or `logit`.
        bounds: lowest and highest ratio of the calibrated to the base weight.
        tolerance: largest gap, relative to each total.
        max_iterations: Newton steps.

    Raises:
        StatisticsError: names without total or without values; missing values; no convergence.
    """
    if set(auxiliaries) != set(totals):
        odd = sorted(set(auxiliaries) ^ set(totals))
        raise StatisticsError(f"calibration variable {odd[0]!r} has values or a total, not both")
    names = list(auxiliaries)
    x = np.column_stack([design.numeric(np.asarray(auxiliaries[k]), repr(k)) for k in names])
    if np.isnan(x).any():
        row, j = (int(i) for i in np.argwhere(np.isnan(x))[0])
        raise StatisticsError(f"calibration variable {names[j]!r} is missing in row {row}")
    target = np.array([totals[k] for k in names], dtype=np.float64)

    def adjust(base: FloatArray) -> FloatArray:
        return calibrate_weights(
            base,
            x,
            target,
            names=names,
            distance=distance,
            bounds=bounds,
            tolerance=tolerance,
            max_iterations=max_iterations,
        )

    base = design.weights
    weights = adjust(base)
    return _adjusted(design, weights, Projection((), x, weights, base), adjust)


def trim(design: Design, lower: float, upper: float, *, strict: bool = True) -> Design:
    """Trim the weights. R: `trimWeights(strict=)`. As in R, the variance afterwards still uses
    the calibration that was done; for one that knows of the trimming, use `weigh`.

    Raises:
        StatisticsError: limits that cannot be met.
    """

    def adjust(base: FloatArray) -> FloatArray:
        return trim_weights(base, lower, upper, strict=strict)

    return _adjusted(design, adjust(design.weights), None, adjust)


def _adjusted(
    design: Design, weights: FloatArray, projection: Projection | None, adjust: Adjustment
) -> Design:
    """The design with new weights; replicate weights, if any, go through the same adjustment."""
    adjusted = design.with_weights(weights, projection)
    if design.replicates is None:
        return adjusted
    return replace(adjusted, replicates=design.replicates.adjusted(adjust))
