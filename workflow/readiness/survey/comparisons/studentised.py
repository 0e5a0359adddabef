"""Studentised statistics for the permutation test: each answer goes with its relative weight.

What moves is a pair, the answer and its weight relative to the mean weight of its group, so that a
group keeps its mass and the answers keep what ties them to their weights (where dispersion hangs on
what drives response, those who count most also lie farthest out). Each permuted group has its own
variance, so that the test keeps its level also where groups differ in dispersion (Chung and Romano
2013; Pauly, Brunner and Konietschke 2015; R `GFD`, `rankFD`). Two statistics of one kind:

- `studentised` (Wald type): each group's distance in its own standard error, so that a profession
  of 1 % of the population is seen;
- `anova` (ANOVA type; Brunner, Dette and Munk 1997): the distances by the groups' masses, over what
  is expected of them, so that a difference of large groups is seen sooner.

Where the strata's populations are known, the variances of what was observed count each respondent
by 1 - 1/w, w being how many of the stratum the answer stands for: the factor of a draw in which
each has a chance of 1/w (Hájek 1964; Särndal, Swensson and Wretman 1992, 3.5), 1 - f where all of a
stratum have one weight. Under unequal ones 1 - f would take off too much, for the effective number
of answers is smaller. The hypothesis is then that the population's own groups are alike. Permuted
answers have no population, so that their means vary in full, and so do their variances say. Each
statistic is thereby in standard errors of its own, and the permutations show how such statistics
are distributed (Janssen 1997; Chung and Romano 2013); without the factor the observed ones would be
too short. The variance of the prior stays whole: a small group of which all answered is not known
for sure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from readiness.arrays import FloatArray, IntArray

Studentised: TypeAlias = Literal["studentised", "anova"]

# The pooled variance counts as this many answers in each group: a small group in which all answer
# alike is not known for sure.
_PRIOR = 2.0
# A group whose weight lies on one respondent has no variance of its own; at most this factor.
_MOST = 10.0


def ranked(y: FloatArray, block: IntArray) -> tuple[FloatArray, FloatArray]:
    """Mid-ranks of the pooled answers (0-1), less the mean of their block: one score, weight 1."""
    from scipy import stats

    return _centred(stats.rankdata(y)[:, None] / len(y), block), np.ones(1)


def indicated(y: FloatArray, block: IntArray) -> tuple[FloatArray, FloatArray]:
    """One score a category, 1 or 0 less the mean of the block, and 1 / share of the category."""
    levels = np.unique(y)
    hit = (y[:, None] == levels).astype(np.float64)
    return _centred(hit, block), 1 / hit.mean(axis=0)


def _centred(scores: FloatArray, block: IntArray) -> FloatArray:
    _, place = np.unique(block, return_inverse=True)
    mean = np.zeros((int(place.max()) + 1, scores.shape[1]))
    np.add.at(mean, place, scores)
    centred: FloatArray = scores - (mean / np.bincount(place)[:, None])[place]
    return centred


def studentised_statistics(
    scores: FloatArray, parts: FloatArray, code: IntArray, weight: FloatArray, groups: int
) -> Callable[..., dict[Studentised, FloatArray]]:
    """Both statistics as functions of permutations.

    With m_g the weighted mean of a score in group g, v_g its variance (sum of squared weighted
    residuals, with n_g / (n_g - 1) and 1 / (1 - sum of squared relative weights) for small groups,
    averaged with that of two answers of the pooled variance) and s_g the group's share of the mass:

    - studentised: sum_g (m_g - m)^2 / v_g, with m the mean by 1/v_g;
    - anova: sum_g s_g (m_g - m)^2 / sum_g s_g var(m_g - m), with m the mean by s_g.

    Several scores (categories) are added: studentised by 1 - share, anova by 1 / share, as in
    Pearson's statistic.

    Args:
        scores: shape (n, K), mean 0 in each block.
        parts: by what the scores are added, shape (K,): 1, or 1 / share of each category.
        code: group of each, 0..groups-1, every one observed.
        weight: of each, > 0.
        groups: number of groups.

    Returns:
        A function of rows in permuted order, shape (B, n), and, for the observed order, of what
        each counts in the variances (0-1, shape (n,); None: 1); its values have shape (B,).
    """
    indicator = np.zeros((len(code), groups))
    indicator[np.arange(len(code)), code] = 1.0
    count = indicator.sum(axis=0)
    mass = weight @ indicator
    share = mass / mass.sum()
    relative = weight / (mass / count)[code]
    pooled = (scores**2).sum(axis=0) / max(len(scores) - 1, 1)
    wald_parts = np.ones(1) if len(parts) == 1 else 1 - 1 / parts

    def statistics(
        order: IntArray, left: FloatArray | None = None
    ) -> dict[Studentised, FloatArray]:
        def summed(values: FloatArray) -> FloatArray:
            return np.asarray(values[order] @ indicator)

        # The relative weights as they count in a variance.
        varied = relative if left is None else relative * np.sqrt(left)
        total, squared = summed(relative), summed(varied**2)
        alone = squared / total**2 if left is None else summed(relative**2) / total**2
        with np.errstate(divide="ignore"):
            stretch = np.minimum(1 / np.maximum(1 - alone, 0.0), _MOST)
        wald = np.zeros(len(order))
        between, expected = np.zeros(len(order)), np.zeros(len(order))
        for k in range(scores.shape[1]):
            mean = summed(relative * scores[:, k]) / total
            weighted = varied * scores[:, k]
            crossed = 2 * mean * summed(varied * weighted)
            spread = (summed(weighted**2) - crossed + mean**2 * squared) / total**2
            own = (count - 1) * stretch * np.maximum(spread, 0.0)
            variance = (own + _PRIOR * pooled[k] * alone) / (count - 1 + _PRIOR)
            precision = 1 / variance
            centre = (precision * mean).sum(axis=1) / precision.sum(axis=1)
            wald += wald_parts[k] * ((mean - centre[:, None]) ** 2 * precision).sum(axis=1)
            middle = mean @ share
            between += parts[k] * ((mean - middle[:, None]) ** 2 @ share)
            around = variance * (1 - 2 * share) + (variance @ share**2)[:, None]
            expected += parts[k] * (around @ share)
        return {"studentised": wald, "anova": between / expected}

    return statistics
