"""Covariance of the weighted totals of categories, without writing out their indicators.

At a million rows and forty categories the indicators alone take 320 MB. The same covariance follows
from sums of weights by stratum (or PSU) and category, and for calibrated weights by margin too.
"""

from __future__ import annotations

import numpy as np

from readiness.arrays import BoolArray, FloatArray, IntArray
from readiness.survey.coding import Codes
from readiness.survey.variance import CERTAIN, LonelyPsu, Projection, Stage, between_units


def code_covariance(
    codes: IntArray,
    size: int,
    weights: FloatArray,
    stage: Stage,
    *,
    in_domain: BoolArray | None,
    lonely_psu: LonelyPsu,
    adjust_domain_lonely: bool,
) -> FloatArray:
    """Covariance of the weighted totals of codes 0..size-1 (-1: nowhere), one stage.

    With rows as PSUs, sums of w and w^2 by stratum and code suffice; otherwise the totals of each
    PSU and code are written out. Shape (size, size).

    Raises:
        StatisticsError: a stratum has one PSU and the rule is `fail`.
    """
    rule = (lonely_psu, adjust_domain_lonely)
    ones = np.ones(stage.strata.size)
    if not stage.units.identity:
        totals = table(stage.units, codes, size, weights)
        return between_units(totals, stage, ones, in_domain, rule, "")
    if (stage.sampled == 1).any():
        indicators = (codes[:, None] == np.arange(size)[None, :]) * weights[:, None]
        return between_units(indicators, stage, ones, in_domain, rule, "")
    first = table(stage.strata, codes, size, weights)
    second = table(stage.strata, codes, size, weights**2)
    n = stage.sampled
    left = stage.fraction_left()
    scale = np.where(left >= CERTAIN, left, 0.0) * n / (n - 1)
    covariance = -(first.T @ (first * (scale / n)[:, None]))
    covariance[np.diag_indices(size)] += scale @ second
    return np.asarray(covariance)


def table(rows: Codes, codes: IntArray, size: int, weights: FloatArray) -> FloatArray:
    """Sums of weights by row category and code, shape (rows.size, size)."""
    # Code -1 falls into an extra last column, which is dropped.
    key = rows.codes * (size + 1) + np.where(codes < 0, size, codes)
    sums = np.bincount(key, weights=weights, minlength=rows.size * (size + 1))
    return np.asarray(sums.reshape(rows.size, size + 1)[:, :size], dtype=np.float64)


def calibrated_code_covariance(
    codes: IntArray, size: int, weights: FloatArray, stage: Stage, projection: Projection
) -> FloatArray:
    """The same after one calibration to categorical margins, rows as PSUs, no lonely PSU.

    The residual of row i is u_i = v_i (r_i e_i - B'x_i): e_i is the indicator of its code, x_i
    those of its margins, v_i the calibrated weight and v_i r_i the present one. With
    s_h = (1 - f_h) n_h / (n_h - 1) the covariance is sum_h s_h (sum_i u_i u_i' - U_h U_h' / n_h);
    multiplied out, each term is a sum of weights by code, by margin or by two margins. Shape
    (size, size).
    """
    v, margins = projection.weights, projection.margins
    ratio = np.divide(weights, v, out=np.zeros_like(v), where=v > 0)
    right = np.vstack([table(m, codes, size, projection.base * ratio) for m in margins])
    beta = np.linalg.pinv(projection.gram(), hermitian=True) @ right
    n = stage.sampled
    left = stage.fraction_left()
    scale = np.where(left >= CERTAIN, left, 0.0) * n / (n - 1)
    q = scale[stage.strata.codes] * v**2
    mixed = np.vstack([table(m, codes, size, q * ratio) for m in margins]).T @ beta
    cross = beta.T @ Projection(margins, None, v, q).gram() @ beta - mixed - mixed.T
    own = table(Codes.constant(len(codes)), codes, size, q * ratio**2)[0]
    cross[np.diag_indices(size)] += own
    by_margin = np.hstack([table(stage.strata, m.codes, m.size, v) for m in margins])
    totals = table(stage.strata, codes, size, weights) - by_margin @ beta
    return np.asarray(cross - totals.T @ (totals * (scale / n)[:, None]))


def can_calibrate(stages: tuple[Stage, ...], projections: tuple[Projection, ...]) -> bool:
    """Whether `calibrated_code_covariance` applies."""
    if len(stages) != 1 or len(projections) != 1:
        return False
    stage, projection = stages[0], projections[0]
    exact = projection.sweeps is None and projection.matrix is None
    return exact and stage.units.identity and bool((stage.sampled > 1).all())
