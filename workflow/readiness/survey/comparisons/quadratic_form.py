"""Tail probabilities of weighted sums of chi-squares, with or without a chi-square denominator.

The null distribution of a Pearson or likelihood-ratio statistic under a complex design is
sum_j lambda_j chi2_1 (Rao and Scott 1984); with an estimated covariance on `ddf` degrees of freedom
it is compared with x * chi2_ddf / ddf. Three ways to its upper tail: Satterthwaite's F
(second-order Rao-Scott), Kuonen's saddlepoint (1999) as R survey uses it, and Imhof's inversion
(1961).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from readiness.arrays import FloatArray
from readiness.survey.options import one_of

Method = Literal["satterthwaite", "saddlepoint", "integration"]


def tail_probability(
    x: float, weights: FloatArray, ddf: float = np.inf, method: Method = "saddlepoint"
) -> float:
    """P(sum_j weights_j chi2_1 / (chi2_ddf / ddf) > x), between 0 and 1.

    Args:
        x: observed value of the statistic, >= 0.
        weights: eigenvalues (generalised design effects), shape (k,).
        ddf: denominator degrees of freedom; infinity: none.
        method: `satterthwaite`, `saddlepoint` (as R; some percent off), or `integration` (absolute
            error below 1e-10; smaller probabilities come from the saddlepoint).
    """
    from scipy import stats

    one_of(method, Method, "method")
    a = np.asarray(weights, dtype=np.float64)
    if x <= 0:
        return 1.0
    scale, df = float((a**2).sum() / a.sum()), float(a.sum() ** 2 / (a**2).sum())
    if np.isfinite(ddf):
        satterthwaite = float(stats.f.sf(x / (scale * df), df, ddf))
    else:
        satterthwaite = float(stats.chi2.sf(x / scale, df))
    if method == "satterthwaite":
        return satterthwaite
    if np.isfinite(ddf):
        # R repeats the denominator's term a whole number of times; its saddlepoint does the same.
        # A product of floats may miss its whole number by rounding: 397.99999999999994 is 398.
        times = np.floor(ddf * (1 + 1e-12)) if method == "saddlepoint" and ddf >= 1 else ddf
        form, count, point = np.append(a, -x / ddf), np.append(np.ones(len(a)), times), 0.0
    else:
        form, count, point = a, np.ones(len(a)), x
    if method == "integration":
        exact = _imhof(point, form, count)
        if exact > 1e-10:
            return exact
    p = _saddlepoint(point, form, count)
    return satterthwaite if p is None else p


def _saddlepoint(x: float, a: FloatArray, df: FloatArray) -> float | None:
    """Lugannani-Rice tail as in Kuonen (1999); None next to the mean, where it is 0/0."""
    from scipy import optimize, stats

    top = float(a.max())
    a, x = a / top, x / top

    def k0(z: float) -> float:
        return float(-(df * np.log1p(-2 * z * a)).sum() / 2)

    def k1(z: float) -> float:
        return float((df * a / (1 - 2 * z * a)).sum())

    if (a < 0).any():
        low = float((1 / (2 * a[a < 0])).max()) * 0.99999
    elif x > (df * a).sum():
        low = -0.01
    else:
        low = -float(df.sum()) / (2 * x)
    high = float((1 / (2 * a[a > 0])).min()) * 0.99999
    if (k1(low) - x) * (k1(high) - x) > 0:
        # So far in the tail that the root lies within 1e-5 of the end: step closer to it.
        high = float((1 / (2 * a[a > 0])).min()) * (1 - 1e-13)
    z = float(optimize.brentq(lambda s: k1(s) - x, low, high, xtol=1e-14, rtol=1e-14))
    if abs(z) < 1e-4:
        return None
    w = float(np.sign(z) * np.sqrt(2 * (z * x - k0(z))))
    v = z * np.sqrt(2 * (df * a**2 / (1 - 2 * z * a) ** 2).sum())
    return float(stats.norm.sf(w + np.log(v / w) / w))


def _imhof(x: float, a: FloatArray, df: FloatArray) -> float:
    """P(sum a_j chi2_{df_j} > x) by inversion of the characteristic function (Imhof 1961)."""
    from scipy import integrate

    scale = float(np.abs(a).max())
    a, x = a / scale, x / scale

    def integrand(u: float) -> float:
        theta = 0.5 * float((df * np.arctan(a * u)).sum()) - 0.5 * x * u
        log_rho = 0.25 * float((df * np.log1p((a * u) ** 2)).sum())
        return float(np.sin(theta) * np.exp(-log_rho) / u)

    total, start, width = 0.0, 0.0, 1.0
    for _ in range(200):  # panels of doubling width until the envelope is gone
        piece, _ = integrate.quad(
            integrand, start or 1e-300, start + width, epsabs=1e-12, epsrel=1e-10, limit=500
        )
        total += piece
        start, width = start + width, width * 2
        envelope = float(np.exp(-0.25 * (df * np.log1p((a * start) ** 2)).sum()))
        if envelope < 1e-13 or (envelope < 1e-9 and abs(piece) < 1e-12):
            break
    return float(min(max(0.5 + total / np.pi, 0.0), 1.0))
