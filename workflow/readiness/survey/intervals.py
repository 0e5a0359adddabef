"""Confidence intervals of a proportion under a survey design, and the NCHS presentation standard.

All functions take arrays of one shape and return (lower, upper) in 0-1. Where a share is exactly 0
or 1, Korn-Graubard's interval, which then is Clopper-Pearson on n, replaces those that rest on its
standard error (Wald, logit, arcsine).

Sources: Korn and Graubard (1998); NCHS, Vital and Health Statistics 2(175) (2017); Wilson (1927);
Clopper and Pearson (1934); R survey `svyciprop`.
"""

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of

Interval: TypeAlias = Literal[
    "korn-graubard", "beta", "logit", "asin", "likelihood", "wilson", "wald", "clopper-pearson"
]
Limits: TypeAlias = tuple[FloatArray, FloatArray]


def proportion_interval(
    method: Interval,
    p: npt.ArrayLike,
    se: npt.ArrayLike,
    n: npt.ArrayLike,
    df: npt.ArrayLike,
    level: npt.ArrayLike = 0.95,
) -> Limits:
    """Return confidence limits of proportions by one of the methods.

    `method`: `korn-graubard` (NCHS: n_eff at most n), `beta` (n_eff not truncated), `logit`,
    `asin`, `likelihood`, `wilson` (on n_eff), `wald`, `clopper-pearson` (n as if a simple random
    sample). `p`: shares in 0-1. `se`: their design-based standard errors. `n`: unweighted bases.
    `df`: degrees of freedom; where below 1 the limits are NaN (clopper-pearson excepted). `level`:
    confidence level, in (0, 1); one, or one per share.

    Raises StatisticsError: unknown method, or a level outside (0, 1).
    """
    one_of(method, Interval, "interval")
    check_level(level)
    p, se, n, df = (np.asarray(a, dtype=np.float64) for a in (p, se, n, df))
    if method == "clopper-pearson":
        return clopper_pearson(p * n, n, level)

    def limits(*, truncate: bool) -> Limits:
        """Return Korn-Graubard limits: Clopper-Pearson on the effective size."""
        n_eff = nchs_effective_size(p, se, n, df, level, truncate=truncate)
        return clopper_pearson(p * n_eff, n_eff, level)

    truncated = limits(truncate=True)
    if method == "korn-graubard":
        return truncated
    if method == "beta":
        lower, upper = limits(truncate=False)
    elif method == "wilson":
        lower, upper = wilson(p, effective_size(p, se), t_quantile(level, df))
    elif method == "likelihood":
        lower, upper = likelihood(p, se, n, t_quantile(level, df))
    else:
        lower, upper = _transform_limits(method, p, se, t_quantile(level, df))
    certain = (p <= 0) | (p >= 1)
    return np.where(certain, truncated[0], lower), np.where(certain, truncated[1], upper)


def check_level(level: npt.ArrayLike) -> None:
    """Check that a confidence level (one, or an array of levels) is in (0, 1).

    Raises StatisticsError: the level is not between 0 and 1.
    """
    levels = np.asarray(level)
    if levels.dtype.kind not in "iuf" or not ((levels > 0) & (levels < 1)).all():
        raise StatisticsError(f"confidence level {level!r}; expected between 0 and 1, such as 0.95")


def t_quantile(level: npt.ArrayLike, df: npt.ArrayLike) -> FloatArray:
    """Return the two-sided quantile of Student's t; normal for infinite df, NaN for df < 1."""
    degrees = np.asarray(df, dtype=np.float64)
    safe = np.where(degrees >= 1, degrees, np.nan)
    tail = (1 - np.asarray(level, dtype=np.float64)) / 2
    normal = np.where(np.isinf(safe), scipy.special.ndtri(tail), scipy.special.stdtrit(safe, tail))
    return np.asarray(-normal, dtype=np.float64)


def effective_size(p: npt.ArrayLike, se: npt.ArrayLike) -> FloatArray:
    """Return p(1-p)/SE^2, in respondents; infinite where SE is 0 (NaN where p is 0 or 1 too)."""
    share, error = np.asarray(p, dtype=np.float64), np.asarray(se, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(share * (1 - share) / error**2, dtype=np.float64)


def nchs_effective_size(
    p: npt.ArrayLike,
    se: npt.ArrayLike,
    n: npt.ArrayLike,
    df: npt.ArrayLike,
    level: npt.ArrayLike = 0.95,
    *,
    truncate: bool = True,
) -> FloatArray:
    """Return p(1-p)/SE^2 times (t_{n-1}/t_df)^2, at most n with `truncate`.

    n itself where p is 0 or 1 or SE is 0.
    """
    share, error, size, degrees = (np.asarray(a, dtype=np.float64) for a in (p, se, n, df))
    with np.errstate(invalid="ignore"):
        ratio = t_quantile(level, size - 1) / t_quantile(level, degrees)
        n_eff = effective_size(share, error) * ratio**2
    without_variance = (share <= 0) | (share >= 1) | (error <= 0)
    n_eff = np.where(without_variance, np.where(np.isnan(share), np.nan, size), n_eff)
    return np.minimum(n_eff, size) if truncate else n_eff


def pooled_effective_size(
    p: npt.ArrayLike, se: npt.ArrayLike, n: float, df: float, level: float = 0.95
) -> float:
    """Return one effective sample size for all answers to a question in a domain.

    Args:
        p: shares (0-1) of the answers, shape (K,).
        se: their design-based standard errors, shape (K,).
        n: respondents in the base.
        df: degrees of freedom of the domain.
        level: confidence level, in (0, 1).

    The sum of p(1-p) over the sum of se^2, which divides n by the mean design effect of the answers
    (Rao and Scott 1981), times (t_{n-1} / t_df)^2 and at most n (Korn and Graubard 1998); n itself
    where every share is 0 or 1.
    """
    share, error = np.asarray(p, dtype=np.float64), np.asarray(se, dtype=np.float64)
    spread, variance = float((share * (1 - share)).sum()), float((error**2).sum())
    if spread <= 0 or variance <= 0:
        return n
    with np.errstate(invalid="ignore"):
        ratio = float(t_quantile(level, n - 1) / t_quantile(level, df))
    return float(min(spread / variance * ratio**2, n))


def clopper_pearson(count: npt.ArrayLike, n: npt.ArrayLike, level: npt.ArrayLike = 0.95) -> Limits:
    """Return Clopper-Pearson limits of count out of n; both may be fractional. NaN where n is 0."""
    x, size = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    # A share of exactly 1 times n_eff can miss n_eff in its last bit.
    rest = np.where(np.isclose(x, size, rtol=1e-14, atol=0), 0.0, size - x)
    tail = (1 - np.asarray(level, dtype=np.float64)) / 2
    with np.errstate(invalid="ignore"):
        least = scipy.special.betaincinv(np.where(x > 0, x, 1), rest + 1, tail)
        most = scipy.special.betainccinv(x + 1, np.where(rest > 0, rest, 1), tail)
        lower, upper = np.where(x > 0, least, 0.0), np.where(rest > 0, most, 1.0)
    empty = ~(size > 0)
    return np.where(empty, np.nan, lower), np.where(empty, np.nan, upper)


def wilson(p: npt.ArrayLike, n: npt.ArrayLike, quantile: npt.ArrayLike) -> Limits:
    """Return Wilson score limits of a share on an (effective) size, for a normal or t quantile."""
    share, size, q = (np.asarray(a, dtype=np.float64) for a in (p, n, quantile))
    with np.errstate(divide="ignore", invalid="ignore"):
        q2 = q**2 / size
        centre = (share + q2 / 2) / (1 + q2)
        half = q / (1 + q2) * np.sqrt(share * (1 - share) / size + q2 / (4 * size))
    low = np.where(share <= 0, 0.0, centre - half)
    high = np.where(share >= 1, 1.0, centre + half)
    return np.where(np.isnan(half), np.nan, low), np.where(np.isnan(half), np.nan, high)


def _transform_limits(method: str, p: FloatArray, se: FloatArray, t: FloatArray) -> Limits:
    """Return limits that are symmetric on the scale of the share, of its logit or of its
    arcsine.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "wald":
            return p - t * se, p + t * se
        if method == "logit":
            centre, half = np.log(p / (1 - p)), t * se / (p * (1 - p))
            return 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))
        centre, half = np.arcsin(np.sqrt(p)), t * se / (2 * np.sqrt(p * (1 - p)))
    low = np.sin(np.maximum(centre - half, 0.0)) ** 2
    return np.asarray(low), np.asarray(np.sin(np.minimum(centre + half, np.pi / 2)) ** 2)


def likelihood(p: npt.ArrayLike, se: npt.ArrayLike, n: npt.ArrayLike, t: npt.ArrayLike) -> Limits:
    """Return profile likelihood limits: the q at which 2 n KL(p, q) = t^2 deff n/(n-1).

    deff is n se^2 / (p (1-p)); n/(n-1) is the dispersion of the working quasi-binomial model, as in
    R's `svyciprop(method="likelihood")`; the root is exact (R reads it off a spline). NaN where p
    is 0 or 1.
    """
    share, error, size, quantile = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (p, se, n, t))
    )
    low, high = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    for i in np.ndindex(share.shape):
        if 0 < share[i] < 1 and size[i] > 1 and np.isfinite(quantile[i]):
            arguments = (float(a[i]) for a in (share, error, size, quantile))
            low[i], high[i] = _find_likelihood_roots(*arguments)
    return low, high


def _find_likelihood_roots(p: float, se: float, n: float, t: float) -> tuple[float, float]:
    """Return both profile likelihood limits of one share."""
    if se <= 0:
        return p, p
    reach = t**2 * n * se**2 / (p * (1 - p)) * n / (n - 1)

    def excess(q: float) -> float:
        divergence = scipy.special.rel_entr(p, q) + scipy.special.rel_entr(1 - p, 1 - q)
        return float(2 * n * divergence - reach)

    tiny, top = 1e-300, 1 - 1e-16
    low = scipy.optimize.brentq(excess, tiny, p, xtol=1e-15) if excess(tiny) > 0 else 0.0
    high = scipy.optimize.brentq(excess, p, top, xtol=1e-15) if excess(top) > 0 else 1.0
    return float(low), float(high)


# Presentation standards of the NCHS for proportions. `MINIMUM_N`: smallest base and effective size;
# `MINIMUM_DF`: degrees of freedom below which a statistician reviews; `WIDEST`: interval width from
# which a share is suppressed; `NARROW`: width up to which it is shown; `RELATIVE`: largest width
# over p (and over 1-p).
MINIMUM_N, MINIMUM_DF = 30, 8
WIDEST, NARROW, RELATIVE = 0.30, 0.05, 1.30


def nchs(
    p: npt.ArrayLike,
    n: npt.ArrayLike,
    n_eff: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    df: npt.ArrayLike,
) -> npt.NDArray[np.str_]:
    """Return the flag of each proportion by the NCHS standards.

    `suppress`: n or n_eff below 30, width >= .30, no limits, or width/p above 130 % where the width
    is above .05; `review`: p is 0 or 1, or df below 8; `caution`: width/(1-p) above 130 % (a
    footnote on the complement); else `present`.

    `p`: shares in 0-1. `n`: unweighted bases. `n_eff`: effective sizes. `lower`, `upper`:
    Korn-Graubard limits, in 0-1. `df`: degrees of freedom of the domain.
    """
    share, size, effective, low, high, degrees = (
        np.asarray(a, dtype=np.float64) for a in (p, n, n_eff, lower, upper, df)
    )
    width = high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = width > NARROW
        poor = wide & (width / share > RELATIVE) & (share > 0)
        complement = wide & (width / (1 - share) > RELATIVE) & (share < 1)
        suppressed = ~(size >= MINIMUM_N) | ~(effective >= MINIMUM_N) | ~(width < WIDEST) | poor
    review = (share <= 0) | (share >= 1) | (degrees < MINIMUM_DF)
    conditions, names = [suppressed, review, complement], ["suppress", "review", "caution"]
    return np.asarray(np.select(conditions, names, default="present"), dtype=np.str_)
