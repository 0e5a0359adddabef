"""Links of the cumulative model, P(Y <= k) = F(zeta_k - x'beta), and their derivatives.

As in R's `polr`: logistic, probit, loglog (Gumbel, maxima), cloglog (Gumbel, minima), cauchit.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from readiness.arrays import FloatArray

Link = Literal["logistic", "probit", "loglog", "cloglog", "cauchit"]


def interval_probability(link: Link, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """F(upper) - F(lower) for lower < upper (either may be infinite), without cancellation."""
    if link == "loglog":  # the mirror of cloglog
        return interval_probability("cloglog", -lower, -upper)
    if link == "cloglog":
        with np.errstate(over="ignore"):
            a, b = np.exp(lower), np.exp(upper)
            gap = np.where(np.isinf(b), np.inf, b - a)
            result: FloatArray = -np.exp(-a) * np.expm1(-gap)
        return result
    # Symmetric distributions: take both tails on the side where F is small.
    flip = lower > 0
    u, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    difference: FloatArray = cdf(link, u) - cdf(link, low)
    return difference


def cdf(link: Link, x: FloatArray) -> FloatArray:
    """Distribution function F."""
    from scipy import special

    if link == "logistic":
        value = special.expit(x)
    elif link == "probit":
        value = special.ndtr(x)
    elif link == "cauchit":
        value = np.where(x < -1, np.arctan2(1.0, -x) / np.pi, 0.5 + np.arctan(x) / np.pi)
    elif link == "loglog":
        value = np.exp(-np.exp(-x))
    else:
        value = -np.expm1(-np.exp(x))
    return np.asarray(value, dtype=np.float64)


def density(link: Link, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Density f and its derivative f', both 0 at infinity."""
    finite = np.isfinite(x)
    z = np.where(finite, x, 0.0)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if link == "logistic":
            from scipy import special

            p = special.expit(z)
            f = p * special.expit(-z)
            slope = f * (1 - 2 * p)
        elif link == "probit":
            f = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
            slope = -z * f
        elif link == "cauchit":
            f = 1 / (np.pi * (1 + z * z))
            slope = -2 * z * f / (1 + z * z)
        elif link == "loglog":
            e = np.exp(-z)
            f = np.where(np.isinf(e), 0.0, np.exp(-z - e))
            slope = np.where(f > 0, f * (e - 1), 0.0)
        else:
            e = np.exp(z)
            f = np.where(np.isinf(e), 0.0, np.exp(z - e))
            slope = np.where(f > 0, f * (1 - e), 0.0)
    return np.where(finite, f, 0.0), np.where(finite, slope, 0.0)
