"""Replicate designs: made from a Taylor design, or from weights that came with the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.design import Design
from readiness.survey.patterned import AnyReplicates
from readiness.survey.replicates import (
    Adjustment,
    Factors,
    Kind,
    Replicates,
    StreamedReplicates,
    balanced_factors,
    bootstrap_factors,
    group_factors,
    jackknife_factors,
)

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
    rho: float = 0.3,
    mse: bool = False,
    adjust: Adjustment | None = None,
) -> AnyReplicates:
    """Replicate weights of a design, each adjusted like the main ones when `adjust` is given.

    Raises:
        StatisticsError: a kind that the strata do not allow; an adjustment that fails, with the
            number of the replicate.
    """
    if kind in ("bootstrap", "subbootstrap", "groups"):
        made: AnyReplicates = _drawn(design, kind, n_replicates, seed, mse)
    else:
        factors = _factors(design, kind, rho)
        matrix = design.weights[:, None] * factors.matrix[design.psu]
        made = Replicates(matrix, factors.scale, factors.rscales, mse, factors.kind)
    return made if adjust is None else made.adjusted(adjust)


def _drawn(design: Design, kind: Kind, number: int, seed: int, mse: bool) -> AnyReplicates:
    """Replicates whose factors are made one at a time: bootstraps and random groups."""
    if kind == "groups":
        scale, factors = group_factors(design.stages[0], number, seed)
    else:
        scale, factors = bootstrap_factors(design.stages[0], number, seed, kind)
    base, psu = design.weights, design.psu
    identity = design.stages[0].units.identity

    def generate(r: int) -> FloatArray:
        return base * (factors(r) if identity else factors(r)[psu])

    streamed = StreamedReplicates(generate, scale, np.ones(number), mse, kind)
    # Groups are few and used often: only a matrix beyond the largest is made again each time.
    if design.rows * number > (_LARGEST if kind == "groups" else _STREAMED):
        return streamed
    if kind == "groups":
        written = np.empty((design.rows, number))
        for r in range(number):
            written[:, r] = generate(r)
        return Replicates(written, scale, streamed.rscales, mse, kind)
    return Replicates(streamed.matrix, scale, streamed.rscales, mse, kind)


def _factors(design: Design, kind: Kind, rho: float) -> Factors:
    stage = design.stages[0]
    if kind in ("JK1", "JKn"):
        if design.rows * stage.units.size > _LARGEST:
            raise StatisticsError(
                f"{kind} would make {stage.units.size} replicates of {design.rows} rows; "
                "use groups (80 replicates) or subbootstrap with some hundred replicates"
            )
        return jackknife_factors(stage, kind, lonely_fails=design.lonely_psu == "fail")
    if kind in ("BRR", "Fay"):
        return balanced_factors(stage, rho=rho if kind == "Fay" else 0.0)
    raise StatisticsError(
        f"replicates {kind!r} are unknown; expected JK1, JKn, groups, BRR, Fay, bootstrap or "
        "subbootstrap"
    )


def replicate(
    design: Design,
    kind: Kind,
    *,
    n_replicates: int = 200,
    seed: int = 1,
    rho: float = 0.3,
    mse: bool = False,
) -> Design:
    """A replicate design from a Taylor design. R equivalent: `as.svrepdesign`.

    Args:
        design: a design that has not been calibrated (calibrate the replicate design instead, and
            each replicate is calibrated too).
        kind: `JK1`, `JKn`, `groups` (delete a random group of PSUs), `BRR`, `Fay` (with rho),
            `bootstrap`, `subbootstrap` (Rao-Wu).
        n_replicates: number of bootstrap replicates, or of groups.
        seed: of a bootstrap, or of the dealing to groups.
        rho: Fay's factor, 0 <= rho < 1.
        mse: deviations from the full estimate instead of the replicates' mean.

    Raises:
        StatisticsError: a calibrated design; a kind that the strata do not allow.
    """
    if design.projections:
        raise StatisticsError(
            "replicates of calibrated weights would not be calibrated; "
            "call replicate() first and calibrate afterwards, or use weigh()"
        )
    made = make_replicates(design, kind, n_replicates=n_replicates, seed=seed, rho=rho, mse=mse)
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
