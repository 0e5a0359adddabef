"""Standard errors of shares and means where few clusters were drawn.

Bias-reduced linearisation (CR2: Bell and McCaffrey 2002; weighted: Pustejovsky and Tipton 2018).
The residuals of each PSU are multiplied by the inverse square root of what estimating the mean left
of their covariance, so that the variance is unbiased if answers are independent and equally spread;
its degrees of freedom are Satterthwaite's under that model. Without strata it is clubSandwich's
`vcovCR(lm(y ~ 0 + domain, weights = w), cluster = psu, type = "CR2")` in R. Beyond the source,
totals of PSUs are centred within strata, as the design's variance has them, and what the centring
takes counts among what estimating took.
"""

from __future__ import annotations

import numpy as np

from readiness.arrays import BoolArray, FloatArray, IntArray
from readiness.survey.design import Design

_ROUNDING = 1e-10


def reduce_bias(
    design: Design, codes: IntArray, size: int, residuals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The covariance of the means of k variables in each domain, and what its df rest on.

    Args:
        design: one with few clusters (`Design.has_few_clusters`).
        codes: the domain of each row in 0..size-1, or -1.
        residuals: of each variable from its mean in the domain of the row, shape (rows, k).

    Returns:
        Covariance, shape (size * k, size * k), domain by domain; the covariance of the scores of
        PSUs under the model in each domain, shape (size, PSUs, PSUs), for `satterthwaite`.
    """
    found = [_reduce_domain(design, design.mask & (codes == g), residuals) for g in range(size)]
    scores = np.hstack([score for score, _ in found])
    return scores.T @ scores, np.stack([spread for _, spread in found])


def satterthwaite(spread: FloatArray) -> FloatArray:
    """Degrees of freedom of each variance that is the sum of squares of scores.

    Args:
        spread: covariance of the scores, shape (..., PSUs, PSUs); that of a difference of two
            domains is the sum of theirs. All 0: no degree of freedom.
    """
    trace = np.trace(spread, axis1=-2, axis2=-1)
    squares = (spread**2).sum(axis=(-2, -1))
    df = np.divide(trace**2, squares, out=np.zeros_like(trace), where=squares > 0)
    return np.where(df > 0, np.maximum(df, 1.0), 0.0)


def _reduce_domain(
    design: Design, inside: BoolArray, residuals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The scores of PSUs, shape (PSUs, k), and their covariance under the model."""
    stage, k = design.stages[0], residuals.shape[1]
    m = stage.units.size
    scores, spread = np.zeros((m, k)), np.zeros((m, m))
    one = inside.astype(np.float64)
    w, e = design.full_weights * one, np.where(inside[:, None], residuals, 0.0)
    sums = stage.units.sums(np.column_stack([one, w, w**2, e, e * w[:, None]]))
    used = np.flatnonzero(sums[:, 0] > 0)
    n, own, squares = sums[used, :3].T
    plain, weighted = sums[used, 3 : 3 + k], sums[used, 3 + k :]
    same = np.equal.outer(stage.unit_stratum[used], stage.unit_stratum[used]).astype(np.float64)
    drawn, left = (x[stage.unit_stratum[used]] for x in (stage.sampled, stage.fraction_left()))
    # Estimating takes from each residual of a PSU one vector: `near` times the weights in its
    # stratum, `far` times those elsewhere; g is its square.
    mine = 1 / (drawn * own)
    far = (1 - same @ own * mine) / own.sum()
    near = far + mine
    g = far**2 * squares.sum() + (near**2 - far**2) * (same @ squares)
    # In the plane of ones and weights; the rest of the PSU's space keeps its covariance.
    across = np.sqrt(np.maximum(squares - own**2 / n, 0.0))
    matrix = np.empty((len(used), 2, 2))
    matrix[:, 0, 0] = 1 - 2 * near * own + g * n
    matrix[:, 0, 1] = matrix[:, 1, 0] = -near * np.sqrt(n) * across
    matrix[:, 1, 1] = 1.0
    values, vectors = np.linalg.eigh(matrix)
    known = values > _ROUNDING
    root = np.where(known, 1 / np.sqrt(np.where(known, values, 1.0)), 0.0)
    plane = np.stack([own / np.sqrt(n), across], axis=1)
    first, second = np.einsum("mij,mj,mkj,mk->im", vectors, root, vectors, plane)
    # The adjusted weights of a PSU: `slope` times its weights, and `level`.
    alike = across <= _ROUNDING * np.sqrt(squares)
    slope = np.divide(second, across, out=np.zeros_like(second), where=~alike)
    level = first / np.sqrt(n) - slope * own / n
    x = slope * own + level * n
    centre = (same @ weighted) / drawn[:, None]
    finite = np.sqrt(left) / own.sum()
    made = slope[:, None] * weighted + level[:, None] * plain - (x / own)[:, None] * centre
    scores[used] = made * finite[:, None]
    lost = (slope * squares + level * own)[:, None] * (far + mine * same) * x
    inner = np.outer(far, far) * squares.sum() + np.outer(mine, mine) * same * (same @ squares)
    mixed = np.outer(mine * (same @ squares), far)
    covariance = np.outer(x, x) * (inner + mixed + mixed.T) - lost - lost.T
    covariance += np.diag(slope**2 * squares + 2 * slope * level * own + level**2 * n)
    spread[np.ix_(used, used)] = covariance * np.outer(finite, finite)
    return scores, spread
