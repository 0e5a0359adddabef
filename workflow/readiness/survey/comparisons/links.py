"""Links of the cumulative model, P(Y <= k) = F(zeta_k - x'beta): logistic and probit."""

from __future__ import annotations

from typing import Literal

import numpy as np

from readiness.arrays import FloatArray

Link = Literal["logistic", "probit"]


def interval_probability(link: Link, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """F(upper) - F(lower) for lower < upper (either may be infinite), without cancellation."""
    # Both are symmetric: take both tails on the side where F is small.
    flip = lower > 0
    u, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    difference: FloatArray = cdf(link, u) - cdf(link, low)
    return difference


def cdf(link: Link, x: FloatArray) -> FloatArray:
    """Distribution function F."""
    from scipy import special

    return np.asarray(special.expit(x) if link == "logistic" else special.ndtr(x), dtype=np.float64)


def quantile(link: Link, p: FloatArray) -> FloatArray:
    """The inverse of F."""
    from scipy import special

    value = special.logit(p) if link == "logistic" else special.ndtri(p)
    return np.asarray(value, dtype=np.float64)


def density(link: Link, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Density f and its derivative f', both 0 at infinity."""
    finite = np.isfinite(x)
    z = np.where(finite, x, 0.0)
    if link == "logistic":
        p = cdf(link, z)
        f = p * cdf(link, -z)
        slope = f * (1 - 2 * p)
    else:
        f = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        slope = -z * f
    return np.where(finite, f, 0.0), np.where(finite, slope, 0.0)
