"""Shares of groups with what a contrast needs of them: covariance, own interval, own df.

A difference of two shares takes its limits from those of the shares (MOVER: Newcombe 1998, method
10; Zou and Donner 2008), so that it stays within -1 and 1 and knows of skewness; the limits of a
share rest on the degrees of freedom of its own group, and p is where they touch 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from readiness.arrays import FloatArray, IntArray
from readiness.survey.comparisons.cells import Factor
from readiness.survey.comparisons.contrasts import constant_shares
from readiness.survey.comparisons.ranks import group_means
from readiness.survey.design import Design
from readiness.survey.estimates.proportions import Proportions
from readiness.survey.intervals import Interval, proportion_interval

_LEAST = float(np.log(1e-9))
"""Logarithm of the smallest p that limits can say."""
_LOWEST = 1e-6
"""The lowest level at which limits are asked for p."""

Limited: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]


def mover(a: Limited, b: Limited, correlation: Any = 0.0) -> tuple[FloatArray, FloatArray]:
    """Limits of p_b - p_a from those of the shares (Zou and Donner 2008).

    Args:
        a, b: (share, lower, upper) of the two groups of each pair, in 0-1.
        correlation: of the two estimates of each pair.
    """
    difference = b[0] - a[0]
    down_a, up_a = a[0] - a[1], a[2] - a[0]
    down_b, up_b = b[0] - b[1], b[2] - b[0]
    below = down_b**2 + up_a**2 - 2 * correlation * down_b * up_a
    above = up_b**2 + down_a**2 - 2 * correlation * up_b * down_a
    low = np.maximum(difference - np.sqrt(np.maximum(below, 0.0)), -1.0)
    high = np.minimum(difference + np.sqrt(np.maximum(above, 0.0)), 1.0)
    return np.asarray(low), np.asarray(high)


@dataclass(frozen=True, eq=False)
class Shares:
    """One share of each declared group with its precision; NaN where nobody answered.

    Attributes:
        p: the shares, shape (G,), 0-1.
        covariance: of the shares, shape (G, G).
        n: answers of each group (unweighted), shape (G,).
        df: degrees of freedom of each group's own domain, shape (G,).
        interval: kind of the interval of a share.
        replaced: groups that all answer alike, whose variance in `covariance` is that of the
            Agresti-Coull share.
    """

    p: FloatArray
    covariance: FloatArray
    n: IntArray
    df: IntArray
    interval: Interval
    replaced: frozenset[int]

    @classmethod
    def make(cls, design: Design, y: FloatArray, groups: Factor, interval: Interval) -> Shares:
        """The share of y = 1 (0/1; NaN: missing) in each group, by the design."""
        seen = np.flatnonzero(groups.counts() > 0)
        observed = groups.observed()
        domain = design.subset(observed.known)
        means, v = group_means(domain, y[observed.known], observed)
        v, replaced = constant_shares(domain, y, observed, means, v)
        p = np.full(groups.size, np.nan)
        covariance = np.full((groups.size, groups.size), np.nan)
        p[seen] = means
        covariance[np.ix_(seen, seen)] = v
        df = domain.domain_degrees(groups.codes, groups.size)
        constant = frozenset(int(seen[g]) for g in replaced)
        return cls(p, covariance, groups.counts(), df, interval, constant)

    @classmethod
    def of(cls, estimates: Proportions, category: int, interval: Interval) -> Shares:
        """The share of one category, by its place, from estimates that are already made.

        The variance where all answer alike rests on the number of answers.
        """
        k = len(estimates.categories)
        p = estimates.values[:, category]
        covariance = np.array(estimates.covariance[category::k, category::k])
        empty = estimates.n == 0
        covariance[empty], covariance[:, empty] = np.nan, np.nan
        known = np.isfinite(np.diag(covariance))
        alike = np.flatnonzero(((p <= 0) | (p >= 1)) & (estimates.n > 1) & known)
        n = estimates.n[alike]
        share = (n * p[alike] + 2) / (n + 4)
        covariance[alike, alike] = share * (1 - share) / (n + 4)
        replaced = frozenset(int(g) for g in alike)
        return cls(p, covariance, estimates.n, estimates.degrees_of_freedom, interval, replaced)

    @property
    def testable(self) -> Any:
        """Groups of two answers or more with a degree of freedom and a variance."""
        return (self.n > 1) & (self.df >= 1) & np.isfinite(np.diag(self.covariance))

    @property
    def se(self) -> FloatArray:
        """Standard errors of the shares by the design: 0 where all answer alike."""
        variances = np.diag(self.covariance).copy()
        variances[list(self.replaced)] = 0.0
        return np.asarray(np.sqrt(np.maximum(variances, 0.0)))

    def correlation(self, a: Any, b: Any) -> FloatArray:
        """Of the two estimates of each pair, 0 where one does not vary."""
        se = self.se
        product = se[a] * se[b]
        within = np.divide(
            self.covariance[a, b], product, out=np.zeros_like(product), where=product > 0
        )
        return np.asarray(np.clip(within, -1.0, 1.0))

    def limits(self, a: Any, b: Any, level: Any) -> tuple[FloatArray, FloatArray]:
        """MOVER limits of each pair at a level (one, or one a pair)."""
        return mover(self._limited(a, level), self._limited(b, level), self.correlation(a, b))

    def _limited(self, g: Any, level: Any) -> Limited:
        p = np.clip(self.p[g], 0.0, 1.0)
        lower, upper = proportion_interval(
            self.interval, p, self.se[g], self.n[g], self.df[g], level
        )
        return p, lower, upper

    def p_values(self, a: Any, b: Any) -> FloatArray:
        """1 less the level at which a limit of the pair touches 0.

        So p and limits say the same. It is sought from 1e-9 on, on the log scale; below,
        where no level is left to a float, p of t stands in (at most 1e-9).
        """
        from scipy.optimize import elementwise

        sign = np.where(self.p[b] >= self.p[a], 1.0, -1.0)

        def beyond(log_p: Any, first: Any, second: Any, side: Any) -> Any:
            """How far the limit nearest 0 is from it: above 0 where the pair is significant."""
            level = -np.expm1(log_p)
            lower, upper = self.limits(first, second, level)
            return np.where(side > 0, lower, -upper)

        # At a level of 0 quantiles of t are 0, and no effective size can be made of their ratio.
        ends = np.full(len(sign), _LEAST), np.full(len(sign), -_LOWEST)
        never, always = (beyond(end, a, b, sign) for end in (ends[1], ends[0]))
        p = np.where(never <= 0, 1.0, np.nan)
        inside = (never > 0) & (always < 0)
        if inside.any():
            at = (a[inside], b[inside], sign[inside])
            found = elementwise.find_root(
                beyond, (ends[0][inside], ends[1][inside]), args=at,
                tolerances={"xatol": 1e-13, "xrtol": 1e-13},
            )  # fmt: skip
            p[inside] = np.exp(found.x)
        _, _, by_t = self.tests(a, b)
        return np.asarray(np.where(always >= 0, np.fmin(by_t, np.exp(_LEAST)), p))

    def tests(self, a: Any, b: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
        """t, its degrees of freedom (Satterthwaite, of both groups' own) and p of each pair."""
        from scipy import stats

        va, vb = self.covariance[a, a], self.covariance[b, b]
        variance = va + vb - 2 * self.covariance[a, b]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(variance > 0, (self.p[b] - self.p[a]) / np.sqrt(variance), np.nan)
            df = (va + vb) ** 2 / (va**2 / self.df[a] + vb**2 / self.df[b])
        return t, df, np.asarray(2 * stats.t.sf(np.abs(t), df))
