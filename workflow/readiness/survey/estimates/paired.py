"""Differences between shares of the same people, with their design-based test.

Two options of one question, or one answer to two questions, are given by the same people: their
shares are correlated, so that overlapping intervals do not decide their order. The difference is a
mean of differences, person by person (McNemar 1947 for equal weights; `svycontrast` in R).
"""

import numpy as np
import scipy

from readiness.ground.arrays import FloatArray
from readiness.survey.design import Design
from readiness.survey.estimates.means import means, ratio_estimates


def test_differences(design: Design, first: FloatArray, others: FloatArray) -> FloatArray:
    """Return p of "the shares are equal" for one answer against each of k others, shape (k,).

    Args:
        design: the design, or a domain of it.
        first: 1 where a person gave the answer, 0 where not, NaN outside its base, shape (rows,).
        others: the indicators of the other answers in the same form, shape (rows, k).

    Two-sided, by t on the degrees of freedom of the design; 0 without sampling error, because
    everybody was asked or everybody answered alike; 1 for equal shares; NaN without degrees of
    freedom.

    Raises StatisticsError: an empty base.
    """
    return np.array([_test_pair(design, first, other) for other in others.T], dtype=np.float64)


def _test_pair(design: Design, first: FloatArray, second: FloatArray) -> float:
    """Return p of "the shares are equal" for two answers.

    A mean of differences where both have the same base, else a difference of ratios.
    """
    first_base, second_base = np.isfinite(first), np.isfinite(second)
    if np.array_equal(first_base, second_base):
        estimates = means(design, first - second, missing="drop")
        difference, error = float(estimates.values[0]), float(estimates.se[0])
    else:
        y = np.column_stack([np.nan_to_num(first), np.nan_to_num(second)]) * design.mask[:, None]
        inside = (
            np.column_stack([first_base, second_base]).astype(np.float64) * design.mask[:, None]
        )
        estimates = ratio_estimates(design, y, inside, ("first", "second"))
        difference = float(estimates.values[0] - estimates.values[1])
        covariance = estimates.covariance
        error = float(np.sqrt(max(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], 0.0)))
    df = float(np.min(estimates.degrees_of_freedom))
    if difference == 0:
        return 1.0
    if not df > 0 or np.isnan(error):
        return float("nan")
    return float(2 * scipy.special.stdtr(df, -abs(difference) / error)) if error > 0 else 0.0
