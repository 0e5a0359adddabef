"""A Wald-type statistic of groups for the permutation test: each group by its own variance.

The between-group sum of squares weights a group by its mass, so that a profession of 1 % can move
as it likes unseen. Here each group's distance is measured in its own standard error, and the
permuted statistic keeps its distribution also where groups differ in dispersion (Chung and Romano
2013; Pauly, Brunner and Konietschke 2015; R `GFD`, `rankFD`). Scores are mid-ranks of the pooled
answers, less the mean score of their block: both stay the same under all permutations within
blocks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from readiness.survey.comparisons.results import FloatArray, IntArray

# The pooled variance counts as this many answers in each group: a small group in which all answer
# alike is not known for sure.
_PRIOR = 2.0


def studentised_statistic(
    y: FloatArray, code: IntArray, weight: FloatArray, block: IntArray, groups: int
) -> Callable[[IntArray], FloatArray]:
    """The statistic as a function of permutations.

    Q = sum_g (m_g - m)^2 / v_g, with m_g the weighted mean score of group g, m their mean by
    1/v_g, and v_g the variance of m_g, sum_i w_i^2 (e_i - m_g)^2 / (sum_i w_i)^2 within the group,
    averaged with that of two answers of the pooled variance.

    Args:
        y: answers, shape (n,).
        code: group of each, 0..groups-1, every one observed.
        weight: of each, > 0.
        block: of each, as whole numbers.
        groups: number of groups.

    Returns:
        A function of rows in permuted order, shape (B, n), with values of shape (B,).
    """
    from scipy import stats

    scores = stats.rankdata(y) / len(y)
    _, place = np.unique(block, return_inverse=True)
    size = np.bincount(place)
    e = scores - (np.bincount(place, weights=scores) / size)[place]
    pooled = float(e @ e / max(len(e) - len(size), 1))
    first = np.zeros((len(y), groups))
    first[np.arange(len(y)), code] = weight
    total = first.sum(axis=0)
    first /= total
    second = first**2
    count = np.bincount(code, minlength=groups).astype(np.float64)
    prior = _PRIOR * pooled * second.sum(axis=0)

    def statistic(order: IntArray) -> FloatArray:
        moved = e[order]
        mean = moved @ first
        spread = moved**2 @ second - 2 * mean * (moved @ second) + mean**2 * second.sum(axis=0)
        variance = (count * np.maximum(spread, 0.0) + prior) / (count + _PRIOR - 1)
        precision = 1 / variance
        centre = (precision * mean).sum(axis=1) / precision.sum(axis=1)
        value: FloatArray = ((mean - centre[:, None]) ** 2 * precision).sum(axis=1)
        return value

    return statistic
