"""Design-based rank tests: Wilcoxon, Kruskal-Wallis, van der Waerden, median.

R equivalent: `svyranktest`. Source: Lumley and Scott (2013), Biometrika 100, 831-842. The rank of a
respondent is the weighted share of the population below plus half of that tied with the answer
(mid-rank), so that the result does not depend on the order of the rows; R averages running sums
over tied rows and does depend on it when weights differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of
from readiness.survey.comparisons.cells import (
    ComparisonRow,
    Factor,
    f_row,
    outcome_by_group,
    t_quantile,
    two_sided_t,
    weighted_counts,
)
from readiness.survey.comparisons.rao_scott import quadratic
from readiness.survey.design import Column, Design

Score = Literal["wilcoxon", "kruskal_wallis", "van_der_waerden", "median"]

_FEW_VALUES = 20

_NAMES = {
    "wilcoxon": "Wilcoxon",
    "kruskal_wallis": "Kruskal-Wallis",
    "van_der_waerden": "van der Waerden",
    "median": "median",
}


def mid_ranks(y: FloatArray, weights: FloatArray) -> FloatArray:
    """Return weighted mid-ranks as shares of the population, 0 to 1.

    `y`: values, shape (n,), finite. `weights`: shape (n,), >= 0.

    Returns (weight below + half the weight tied) / total weight, shape (n,).
    """
    inverse, values = pd.factorize(y, sort=True)
    mass = weighted_counts(inverse.astype(np.int64), weights, len(values))
    return np.asarray(((np.cumsum(mass) - mass / 2) / mass.sum())[inverse])


def rank_test(
    design: Design,
    y: Column,
    group: Column | Factor,
    score: Score = "kruskal_wallis",
    *,
    group_levels: Sequence[Any] | None = None,
) -> ComparisonRow:
    """Test whether the groups answer equally high. R equivalent: `svyranktest(y ~ group, test=)`.

    Two groups: t on design df - 1, effect = difference in mean rank score (second group less the
    first; for `wilcoxon` on 0-1). More groups: F on (k-1, design df - k + 1).

    `design`: the survey design; rows with a missing value or group leave the base. `y`: numbers (or
    ordered codes); NaN is missing. `score`: the function of the mid-ranks that is averaged.
    `group_levels`: declared groups, in order; those without answers are named in the note.

    Raises StatisticsError: fewer than two groups, an outcome with one level, infinite values, an
    unknown score, too few degrees of freedom.
    """
    one_of(score, Score, "score")
    values, groups = outcome_by_group(design, y, group, group_levels, "a rank test")
    groups, note = without_single(groups)
    has_group = groups.has_level
    if np.ptp(values[has_group]) == 0:
        raise StatisticsError("the outcome has one level: there is nothing to rank")
    domain = design.subset(has_group)
    scores = mid_ranks(values[has_group], domain.full_weights[has_group])
    if score == "median":
        scores = (scores > 0.5).astype(np.float64)
    elif score == "van_der_waerden":
        scores = np.asarray(scipy.special.ndtri(scores), dtype=np.float64)
    means, covariance = group_means(domain, scores, groups)
    k = groups.size - 1
    ddf = domain.degrees_of_freedom - k
    if ddf <= 0:
        raise StatisticsError(
            f"a rank test of {groups.size} groups on {domain.degrees_of_freedom} degrees of "
            "freedom of the design does not exist; collapse groups or use the permutation test"
        )
    contrast = np.column_stack([-np.ones(k), np.eye(k)])
    difference, v = contrast @ means, contrast @ covariance @ contrast.T
    name, test = f"Design-based {_NAMES[score]} test on weighted mid-ranks", f"{score}_design"
    wald = quadratic(difference, v, f"the {_NAMES[score]} test")
    if k == 1:
        t = float(np.sign(difference[0]) * np.sqrt(wald))
        effect, half = float(difference[0]), float(t_quantile(0.95, ddf) * np.sqrt(v[0, 0]))
        return ComparisonRow(
            test,
            t,
            "t",
            float(ddf),
            p_value=float(two_sided_t(t, ddf)),
            effect=effect,
            lower=effect - half,
            upper=effect + half,
            n=domain.n,
            method=name,
            note=note,
            a=groups.levels[0],
            b=groups.levels[1],
        )
    return f_row(test, wald / k, k, ddf, domain.n, name, note)


def without_single(groups: Factor) -> tuple[Factor, str]:
    """Return the observed groups of two respondents or more, and the note that names the others.

    One respondent has no variance: a linearised test would take the answer as known exactly. Raises
    StatisticsError: fewer than two groups remain.
    """
    counts = groups.counts()
    notes = []
    for size, words in ((0, "no answers"), (1, "one respondent")):
        names = [level for level, n in zip(groups.levels, counts, strict=True) if n == size]
        if names:
            notes.append(f"{words}, left out of the test: {', '.join(names)}")
    kept_levels = [int(i) for i in np.flatnonzero(counts > 1)]
    if len(kept_levels) < 2:
        raise StatisticsError(
            f"{groups.name} has fewer than two groups of two respondents or more; "
            "collapse groups as declared beforehand"
        )
    return groups.keep(kept_levels), "; ".join(notes)


def group_means(design: Design, y: FloatArray, groups: Factor) -> tuple[FloatArray, FloatArray]:
    """Return the weighted mean of y in each group and the design covariance of the means.

    `design`: the survey design, restricted to the rows that have a group. `y`: values of these rows
    (in row order), shape (known,). `groups`: factor, every level observed.

    Returns means, shape (k,); covariance, shape (k, k).
    """
    has_level = groups.has_level
    codes, w = groups.codes[has_level], design.full_weights[has_level]
    size = weighted_counts(codes, w, groups.size)
    means = weighted_counts(codes, w * y, groups.size) / size
    if design.refits:

        def fit(weights: FloatArray) -> FloatArray:
            row_weights = weights[has_level]
            with np.errstate(invalid="ignore"):
                total = weighted_counts(codes, row_weights * y, groups.size)
                return total / weighted_counts(codes, row_weights, groups.size)

        return means, design.refit_covariance(fit, means)
    position, values = pd.factorize(y)
    if (k := len(values)) <= _FEW_VALUES:
        # Influence is equal for all rows with the same group and value, so cells suffice.
        cell = np.full(design.rows, -1, dtype=np.int64)
        cell[has_level] = codes * k + position
        influence = np.zeros((groups.size * k, groups.size))
        owner = np.repeat(np.arange(groups.size), k)
        spread = np.tile(np.asarray(values, dtype=np.float64), groups.size) - means[owner]
        influence[np.arange(groups.size * k), owner] = spread / size[owner]
        totals = design.code_covariance(cell, groups.size * k)
        return means, np.asarray(influence.T @ totals @ influence)
    z = np.zeros((design.rows, groups.size))
    z[np.flatnonzero(has_level), codes] = (y - means[codes]) / size[codes]
    return means, design.total_covariance(z)
