"""The tests that most people know, unweighted and as of people drawn one by one: scipy's.

R equivalents: `chisq.test(correct = FALSE)`, `kruskal.test`, `wilcox.test`. What scipy has not is
the exact distribution of ranks with ties (Streitberg and Roehmel 1986).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray, IntArray
from readiness.errors import StatisticsError
from readiness.survey.comparisons.results import ComparisonRow

# Names of the tests beside those of the design in a table of comparisons.
CLASSICAL = ("pearson_chi_square", "kruskal_wallis", "wilcoxon_exact", "wilcoxon_asymptotic")
# Answers of each group: with fewer, and no ties, R's Wilcoxon test is exact.
EXACT_BELOW = 50
# The expected count below which the chi-square distribution is a rough guide (Cochran, 1954).
SMALL = 5


def _two_samples(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(a) == 0 or len(b) == 0:
        raise StatisticsError("a group has no answers: there is nothing to compare")
    both = np.concatenate([a, b])
    if not np.isfinite(both).all():
        raise StatisticsError("a value is missing or infinite; expected finite numbers")
    if np.ptp(both) == 0:
        raise StatisticsError("all answers are the same: there is nothing to compare")
    return a, b


def exact_wilcoxon(x: npt.ArrayLike, y: npt.ArrayLike) -> ComparisonRow:
    """Exact Wilcoxon rank-sum test, ties included. R equivalent: `exactRankTests::wilcox.exact`.

    The statistic W is Mann-Whitney's U of x. Two-sided p: all W as far from its mean, or farther.

    Raises:
        StatisticsError: an empty group, missing or infinite values, all answers the same.
    """
    from scipy import stats

    a, b = _two_samples(x, y)
    ranks = stats.rankdata(np.concatenate([a, b]))
    scores = np.rint(2 * ranks).astype(np.int64)  # mid-ranks are halves
    p = _exact_two_sided(scores, len(a))
    w = float(ranks[: len(a)].sum() - len(a) * (len(a) + 1) / 2)
    return ComparisonRow(
        "wilcoxon_exact",
        w,
        "W",
        p_value=p,
        n=len(scores),
        method="Exact Wilcoxon rank-sum test with ties, unweighted",
    )


def exact_permutation(x: npt.ArrayLike, y: npt.ArrayLike) -> ComparisonRow:
    """Exact two-sample permutation test of whole numbers. R: `exactRankTests::perm.test`.

    The statistic is the sum of x.

    Raises:
        StatisticsError: values that are not whole; an empty group; all answers the same.
    """
    a, b = _two_samples(x, y)
    both = np.concatenate([a, b])
    if (both != np.round(both)).any() or np.ptp(both) > 100_000:
        raise StatisticsError("the exact permutation test takes whole numbers of a short range")
    scores = np.rint(both - both.min()).astype(np.int64)
    return ComparisonRow(
        "permutation_exact",
        float(a.sum()),
        "T",
        p_value=_exact_two_sided(scores, len(a)),
        n=len(scores),
        method="Exact two-sample permutation test, unweighted",
    )


def _exact_two_sided(scores: IntArray, m: int) -> float:
    """P(|S - E S| >= |s - E S|), S the sum of m of the scores drawn at random (shift algorithm).

    Counts are kept as probabilities of a sequential draw, so that they never overflow.
    """
    if 2 * m > len(scores):  # the other group's sum tells the same
        scores, m = scores[::-1], len(scores) - m
    scores = scores - scores.min()
    scores = scores // max(int(np.gcd.reduce(scores)), 1)
    observed, n = int(scores[:m].sum()), len(scores)
    top = int(np.sort(scores)[-m:].sum())
    ways = np.zeros((m + 1, top + 1))
    ways[0, 0] = 1.0
    reach = 0
    for i, score in enumerate(np.sort(scores)):
        # Of i + 1 scores, a subset of size j holds this one with probability j / (i + 1).
        sizes = min(m, i + 1)
        reach = min(reach + int(score), top)
        share = np.arange(1, sizes + 1)[:, None] / (i + 1)
        taken = np.zeros((sizes, reach + 1))
        taken[:, score:] = ways[:sizes, : reach + 1 - score]
        kept = ways[1 : sizes + 1, : reach + 1]
        ways[1 : sizes + 1, : reach + 1] = (1 - share) * kept + share * taken
    # n times the distance from the mean stays a whole number: no rounding in ties.
    centre = m * int(scores.sum())
    far = np.abs(np.arange(top + 1) * n - centre) >= abs(observed * n - centre)
    return float(min(ways[m, far].sum(), 1.0))


def kruskal_wallis(y: npt.ArrayLike, group: npt.ArrayLike) -> ComparisonRow:
    """Kruskal-Wallis test with ties, unweighted. R equivalent: `kruskal.test`.

    Raises:
        StatisticsError: fewer than two groups, missing values, all answers the same.
    """
    from scipy import stats

    values, labels = np.asarray(y, dtype=np.float64), np.asarray(group)
    groups = [values[labels == g] for g in np.unique(labels)]
    if len(groups) < 2:
        raise StatisticsError("Kruskal-Wallis needs two groups or more")
    _two_samples(groups[0], np.concatenate(groups[1:]))
    result = stats.kruskal(*groups)
    return ComparisonRow(
        "kruskal_wallis",
        float(result.statistic),
        "X2",
        float(len(groups) - 1),
        p_value=float(result.pvalue),
        n=len(values),
        method="Kruskal-Wallis test with ties, unweighted",
    )


def pearson_chi_square(y: npt.ArrayLike, group: npt.ArrayLike) -> ComparisonRow:
    """Pearson's chi-square of independence, without Yates' correction.

    Raises:
        StatisticsError: fewer than two answers or two groups that occur.
    """
    from scipy import stats

    _, table = stats.contingency.crosstab(np.asarray(y), np.asarray(group))
    if min(table.shape) < 2:
        raise StatisticsError("a chi-square test needs two answers and two groups that occur")
    found = stats.chi2_contingency(table, correction=False)
    few = int((found.expected_freq < SMALL).sum())
    return ComparisonRow(
        "pearson_chi_square",
        float(found.statistic),
        "X2",
        float(found.dof),
        p_value=float(found.pvalue),
        n=int(table.sum()),
        method="Pearson's chi-square test, unweighted, without continuity correction",
        note=f"{few} of {table.size} expected counts are below {SMALL}" if few else "",
    )


def wilcoxon(x: npt.ArrayLike, y: npt.ArrayLike, exact: bool | None = None) -> ComparisonRow:
    """The rank-sum test. R equivalent: `wilcox.test(x, y, exact=)`; W is that of x.

    Args:
        x, y: the answers of each group.
        exact: True: the exact distribution, which takes no ties; False: the normal one, with ties
            and continuity corrected; None: as R chooses, exact of small samples without ties.

    Raises:
        StatisticsError: an empty group, missing or infinite values, all answers the same.
    """
    from scipy import stats

    a, b = _two_samples(x, y)
    if exact is None:
        ties = len(np.unique(np.concatenate([a, b]))) < len(a) + len(b)
        exact = max(len(a), len(b)) < EXACT_BELOW and not ties
    result = stats.mannwhitneyu(a, b, method="exact" if exact else "asymptotic")
    how = "exact" if exact else "normal with ties and continuity"
    return ComparisonRow(
        "wilcoxon_exact" if exact else "wilcoxon_asymptotic",
        float(result.statistic),
        "W",
        p_value=float(result.pvalue),
        n=len(a) + len(b),
        method=f"Wilcoxon rank-sum test, {how}, unweighted",
    )
