"""Replicate designs: made from a Taylor design, or from weights that came with the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.design import Design
from readiness.survey.options import one_of
from readiness.survey.replicates import (
    Adjustment,
    AnyReplicates,
    Kind,
    Replicates,
    StreamedReplicates,
    bootstrap_factors,
    group_factors,
    jackknife_factors,
)

Made = Literal["JKn", "groups", "subbootstrap"]
# Replicate weights beyond this number (160 MB) are made one replicate at a time.
_STREAMED = 20_000_000
# A jackknife beyond this number of weights (800 MB) is refused.
_LARGEST = 100_000_000


def make_replicates(
    design: Design,
    kind: Kind,
    *,
    n_replicates: int = 200,
    seed: int = 1,
    adjust: Adjustment | None = None,
) -> AnyReplicates:
    """Replicate weights of a design, each adjusted like the main ones when `adjust` is given.

    Raises:
        StatisticsError: a kind that the strata do not allow; an adjustment that fails, with the
            number of the replicate.
    """
    one_of(kind, Made, "kind of replicates")
    stage = design.stages[0]
    if kind != "JKn":
        made = _drawn(design, kind, n_replicates, seed)
    elif design.rows * stage.units.size > _LARGEST:
        raise StatisticsError(
            f"JKn would make {stage.units.size} replicates of {design.rows} rows; "
            "use groups (80 replicates) or subbootstrap with some hundred replicates"
        )
    else:
        factors, rscales = jackknife_factors(stage, lonely_fails=design.lonely_psu == "fail")
        made = Replicates(design.weights[:, None] * factors[design.psu], 1.0, rscales, kind=kind)
    return made if adjust is None else made.adjusted(adjust)


def _drawn(design: Design, kind: Kind, number: int, seed: int) -> AnyReplicates:
    """Replicates whose factors are made one at a time: bootstraps and random groups."""
    make = group_factors if kind == "groups" else bootstrap_factors
    scale, factors = make(design.stages[0], number, seed)
    base, psu = design.weights, design.psu
    identity = design.stages[0].units.identity

    def generate(r: int) -> FloatArray:
        return base * (factors(r) if identity else factors(r)[psu])

    streamed = StreamedReplicates(generate, scale, np.ones(number), kind=kind)
    # Groups are few and used often: only a matrix beyond the largest is made again each time.
    if design.rows * number > (_LARGEST if kind == "groups" else _STREAMED):
        return streamed
    return Replicates(streamed.matrix, scale, streamed.rscales, kind=kind)


def replicate(
    design: Design,
    kind: Kind,
    *,
    n_replicates: int = 200,
    seed: int = 1,
) -> Design:
    """A replicate design from a Taylor design. R equivalent: `as.svrepdesign`.

    Args:
        design: a design that has not been calibrated (calibrate the replicate design instead, and
            each replicate is calibrated too).
        kind: `JKn`, `groups` (delete a random group of PSUs), `subbootstrap` (Rao-Wu).
        n_replicates: number of bootstrap replicates, or of groups.
        seed: of a bootstrap, or of the dealing to groups.

    Raises:
        StatisticsError: a calibrated design; a kind that the strata do not allow.
    """
    if design.projections:
        raise StatisticsError(
            "replicates of calibrated weights would not be calibrated; "
            "call replicate() first and calibrate afterwards, or use weigh()"
        )
    made = make_replicates(design, kind, n_replicates=n_replicates, seed=seed)
    return replace(design, replicates=made)


def with_replicates(
    design: Design,
    weights: npt.ArrayLike,
    *,
    scale: float,
    rscales: npt.ArrayLike | None = None,
    combined: bool = True,
    mse: bool = False,
    degrees_of_freedom: int | None = None,
) -> Design:
    """A design with replicate weights that came with the data. R equivalent: `svrepdesign`.

    Args:
        design: its weights are the full-sample weights.
        weights: shape (rows, R).
        scale, rscales: constants of the variance; rscales 1 when None.
        combined: the weights include the sampling weight; else they multiply it.
        mse: deviations from the full estimate.
        degrees_of_freedom: None: rank of the weights less one.

    Raises:
        StatisticsError: another number of rows; weights that are negative or not finite.
    """
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != design.rows:
        raise StatisticsError(
            f"replicate weights of shape {matrix.shape}; expected ({design.rows}, replicates)"
        )
    if not (np.isfinite(matrix) & (matrix >= 0)).all():
        raise StatisticsError("replicate weights hold negative, missing or infinite values")
    if not combined:
        matrix = matrix * design.full_weights[:, None]
    factors = np.ones(matrix.shape[1]) if rscales is None else np.asarray(rscales, dtype=float)
    made = Replicates(matrix, scale, factors, mse, "given", degrees_of_freedom)
    return replace(design, replicates=made)
