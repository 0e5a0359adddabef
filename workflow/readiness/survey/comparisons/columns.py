"""Column test of market research: a z test of two shares of a banner table, on effective bases.

Every pair of columns is tested by itself, without adjustment for the number of pairs. Weights enter
only through the effective base (Kish 1965); strata and clusters are ignored. The variance is that
of the pooled share, or the sum of those of both shares (unpooled).
"""

import numpy as np
from scipy.special import ndtr

from readiness.ground.arrays import FloatArray


def effective_base(weights: FloatArray) -> float:
    """Return the effective base of some respondents, (sum of weights)^2 / sum of squares; 0 of
    none.
    """
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def compare_two_shares(
    first: float, second: float, first_base: float, second_base: float, *, pooled: bool
) -> float:
    """Return the two-sided p of a z test of two shares, NaN where neither varies.

    Args:
        first: the share (0-1) of one column.
        second: the share (0-1) of the other.
        first_base: its effective base, above 0.
        second_base: that of the other, above 0.
        pooled: whether the variance is that of the share of both columns together.
    """
    if pooled:
        whole = (first * first_base + second * second_base) / (first_base + second_base)
        variance = whole * (1 - whole) * (1 / first_base + 1 / second_base)
    else:
        variance = first * (1 - first) / first_base + second * (1 - second) / second_base
    if not variance > 0:
        return float("nan")
    return float(2 * ndtr(-abs(first - second) / np.sqrt(variance)))
