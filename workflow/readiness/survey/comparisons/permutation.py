"""Permutation tests of studentised statistics within declared blocks.

Null hypothesis: the weighted answers are distributed alike in the groups. p = (b + 1) / (B + 1)
(Davison and Hinkley 1997, section 4.3; Phipson and Smyth 2010), so never 0. A permutation moves
pairs: an answer with its weight relative to the mean weight of its group. So a group keeps its mass
and the answers keep their correlation with the weights. Each permuted group has its own variance,
so that the test keeps its level where groups differ in dispersion (Chung and Romano 2013; Pauly,
Brunner and Konietschke 2015; R `GFD`, `rankFD`). Two statistics:

- `studentised` (Wald type): each group's distance in its own standard error, so that it detects a
  profession of 1 % of the population;
- `anova` (ANOVA type; Brunner, Dette and Munk 1997): the distances by the groups' masses, over
  their expectation, so that it detects a difference of large groups sooner.

Where clusters were drawn people are not exchangeable: a cluster moves within its stratum, its mean
scores with its weight, and variances are by PSU. Each cluster must belong to one group. There is no
finite population correction: the population is one outcome of the process that made groups differ
(Graubard and Korn 2002).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
import scipy

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of
from readiness.survey.comparisons.cells import ComparisonRow, Factor, factor, outcome_by_group
from readiness.survey.design import Column, Design

Studentised: TypeAlias = Literal["studentised", "anova"]
Clusters: TypeAlias = Literal["none", "permuted", "crossed", "few", "unknown"]

# Prior weight of the pooled variance in the variance of each group, in answers: a small group whose
# answers are all equal need not have a variance of 0.
_PRIOR = 2.0
# Largest correction factor of a group's variance: a group whose weight lies on one respondent has
# no variance.
_MOST = 10.0


def score_ranks(y: FloatArray, block: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return mid-ranks of the pooled answers (0-1), less the mean of their block: one score, weight
    1.
    """
    return _centre_scores(scipy.stats.rankdata(y)[:, None] / len(y), block), np.ones(1)


def score_categories(y: FloatArray, block: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return one score per category, 1 or 0 less the mean of the block, and 1 / share of the
    category.
    """
    hit = (y[:, None] == np.unique(y)).astype(np.float64)
    return _centre_scores(hit, block), 1 / hit.mean(axis=0)


def _centre_scores(scores: FloatArray, block: IntArray) -> FloatArray:
    """Return scores less the mean of their block, shape (n, K)."""
    _, place = np.unique(block, return_inverse=True)
    mean = np.zeros((int(place.max()) + 1, scores.shape[1]))
    np.add.at(mean, place, scores)
    return np.asarray(scores - (mean / np.bincount(place)[:, None])[place])


def studentised_statistics(
    scores: FloatArray, parts: FloatArray, code: IntArray, weight: FloatArray, groups: int
) -> Callable[..., dict[Studentised, FloatArray]]:
    """Return a function that computes both statistics of permutations.

    With m_g the weighted mean of a score in group g, v_g its variance (sum of squared weighted
    residuals, with n_g / (n_g - 1) and 1 / (1 - sum of squared relative weights) for small groups,
    averaged with that of two answers of the pooled variance) and s_g the group's share of the mass:

    - studentised: sum_g (m_g - m)^2 / v_g, with m the mean by 1/v_g; - anova: sum_g s_g (m_g - m)^2
    / sum_g s_g var(m_g - m), with m the mean by s_g.

    Several scores (categories) are added: studentised by 1 - share, anova by 1 / share, as in
    Pearson's statistic.

    `scores`: shape (n, K), mean 0 in each block. `parts`: factors by which the scores are added,
    shape (K,): 1, or 1 / share of each category. `code`: group of each answer, 0..groups-1, every
    one observed. `weight`: of each answer, > 0. `groups`: number of groups.

    The function takes rows in permuted order, shape (B, n); its values have shape (B,).
    """
    indicator = np.zeros((len(code), groups))
    indicator[np.arange(len(code)), code] = 1.0
    count = indicator.sum(axis=0)
    mass = weight @ indicator
    share = mass / mass.sum()
    relative = weight / (mass / count)[code]
    pooled = (scores**2).sum(axis=0) / max(len(scores) - 1, 1)
    wald_parts = np.ones(1) if len(parts) == 1 else 1 - 1 / parts

    def statistics(order: IntArray) -> dict[Studentised, FloatArray]:
        def summed(values: FloatArray) -> FloatArray:
            return np.asarray(values[order] @ indicator)

        total, squared = summed(relative), summed(relative**2)
        largest_share = squared / total**2
        with np.errstate(divide="ignore"):
            stretch = np.minimum(1 / np.maximum(1 - largest_share, 0.0), _MOST)
        wald = np.zeros(len(order))
        between, expected = np.zeros(len(order)), np.zeros(len(order))
        for k in range(scores.shape[1]):
            mean = summed(relative * scores[:, k]) / total
            weighted = relative * scores[:, k]
            crossed = 2 * mean * summed(relative * weighted)
            spread = (summed(weighted**2) - crossed + mean**2 * squared) / total**2
            spread_of_group = (count - 1) * stretch * np.maximum(spread, 0.0)
            variance = (spread_of_group + _PRIOR * pooled[k] * largest_share) / (count - 1 + _PRIOR)
            precision = 1 / variance
            centre = (precision * mean).sum(axis=1) / precision.sum(axis=1)
            wald += wald_parts[k] * ((mean - centre[:, None]) ** 2 * precision).sum(axis=1)
            between += parts[k] * ((mean - (mean @ share)[:, None]) ** 2 @ share)
            around = variance * (1 - 2 * share) + (variance @ share**2)[:, None]
            expected += parts[k] * (around @ share)
        return {"studentised": wald, "anova": between / expected}

    return statistics


Statistic = Literal["combined", "categories"]
_SCORES: dict[Statistic, str] = {"combined": "mid-ranks", "categories": "categories"}

_REFUSED: dict[Clusters, str] = {
    "crossed": "a cluster (PSU) holds several groups: neither persons nor clusters can be permuted",
    "few": "the strata hold too few clusters (PSUs) of different groups to be permuted",
    "unknown": "replicate weights were given: who was drawn together is not known",
}
# Smallest number of ways of dealing clusters to groups for a permutation test.
_WAYS = 200.0
_CHUNK = 2_000_000
# Relative distance up to which two weights, or sums of weights, count as equal.
_SAME = 1e-9


def permutation_test(
    design: Design,
    y: Column,
    group: Column | Factor,
    *,
    blocks: Column | Factor | None,
    permutations: int = 9999,
    seed: int,
    statistic: Statistic = "combined",
    group_levels: Sequence[Any] | None = None,
) -> ComparisonRow:
    """Return a permutation test of equal answers across groups.

    Args:
        design: the survey design; its weights, its domain and, where clusters were drawn, its
            strata and PSUs are used.
        y: numbers or ordered codes; NaN is missing.
        group: the groups.
        blocks: within which answers are exchangeable (strata, regions; never the groups
            themselves), or None: the whole sample.
        permutations: B, at least 99.
        seed: of the generator; the same seed gives the same p for any order of the rows.
        statistic: `combined` of mid-ranks for ordered answers, `categories` of their indicators
            for unordered ones: the smaller p of the Wald-type statistic (a group counts by its own
            standard error) and the ANOVA-type one (by its mass), which has its own permutation
            distribution (Tippett's combination; Pesarin and Salmaso 2010, section 4.2): nearly as
            good as the better one, whether a large or a small group differs.
        group_levels: declared groups, in order.

    Raises StatisticsError: fewer than two groups, one level, fewer than 99 permutations, blocks
    that fix every answer to its group (p would be 1 whatever the answers), clusters that cannot be
    permuted.
    """
    one_of(statistic, Statistic, "statistic")
    if permutations < 99:
        raise StatisticsError(f"{permutations} permutations; at least 99 are needed")
    values, groups = outcome_by_group(design, y, group, group_levels, "a permutation test")
    groups = groups.drop_unobserved()
    has_group = groups.has_level
    within = None if blocks is None else factor(design, blocks, None, "the blocks")
    if within is not None and (has_group & ~within.has_level).any():
        raise StatisticsError("a respondent has no block; declare a block for each or none at all")
    answers = values[has_group]
    if len(np.unique(answers)) < 2:
        raise StatisticsError("the outcome has one level: there is nothing to permute")
    block = np.zeros(len(answers), np.int64) if within is None else within.codes[has_group]
    code, weight = groups.codes[has_group], design.full_weights[has_group]
    if blocks is not None:
        # Stop when no permutation can change the statistic.
        table = pd.DataFrame({"b": block, "g": code, "y": answers}).groupby("b").nunique()
        if not ((table["g"] > 1) & (table["y"] > 1)).any():
            raise StatisticsError(
                "no block holds two groups and two answers: within these blocks nothing can be "
                "permuted and p would be 1; declare wider blocks (never the groups themselves)"
            )
    make_scores = score_categories if statistic == "categories" else score_ranks
    scores, parts = make_scores(answers, block)
    where = "the answers " + ("within the declared blocks" if within else "over the whole sample")
    clusters = judge_clusters(design, groups)
    if clusters in _REFUSED:
        raise StatisticsError(_REFUSED[clusters])
    if clusters == "permuted":
        where = "whole clusters within strata" + (" and declared blocks" if within else "")
        block = factorize_pairs(design.strata[has_group], block)
        unit = factorize_pairs(design.psu[has_group], block)
        _, first, inverse = np.unique(unit, return_index=True, return_inverse=True)
        mass = np.bincount(inverse, weights=weight).astype(np.float64)
        means = [np.bincount(inverse, weights=weight * s) / mass for s in (*scores.T, answers)]
        scores, answers, weight = np.array(means[:-1]).T, np.round(means[-1], 9), mass
        block, code = block[first], code[first]
    order = _order_respondents(block, code, weight, answers)
    observed, exceeding = _count(
        studentised_statistics(scores[order], parts, code[order], weight[order], groups.size),
        block[order],
        permutations,
        seed,
    )
    words = f"the smaller p of Wald-type and ANOVA-type statistic of {_SCORES[statistic]}"
    return ComparisonRow(
        f"permutation_{statistic}",
        observed,
        "min p",
        None,
        None,
        float((exceeding + 1) / (permutations + 1)),
        n=int(has_group.sum()),
        method=f"Permutation of {where} ({permutations} draws, seed {seed}), {words}",
    )


def judge_clusters(design: Design, groups: Factor) -> Clusters:
    """Return whether respondents were drawn in clusters, and whether these can be permuted.

    The result depends on the design and the groups, never on answers: `none` without clusters,
    `permuted` where they can be, `crossed` where a cluster holds several groups, `few` where its
    strata allow fewer than 200 ways of dealing clusters to the groups (p could not fall far below
    the usual levels), `unknown` where replicate weights were given.
    """
    if design.replicates is not None and design.replicates.kind == "given":
        return "unknown"
    has_level = groups.has_level
    units, first = np.unique(design.psu[has_level], return_index=True)
    if len(units) == has_level.sum():
        return "none"
    code, stratum = groups.codes[has_level], design.strata[has_level]
    if (np.bincount(factorize_pairs(design.psu[has_level], code)) > 0).sum() > len(units):
        return "crossed"
    dealt = np.zeros((int(stratum.max()) + 1, groups.size))
    np.add.at(dealt, (stratum[first], code[first]), 1)
    ways = (
        scipy.special.gammaln(dealt.sum(axis=1) + 1).sum() - scipy.special.gammaln(dealt + 1).sum()
    )
    return "permuted" if ways >= np.log(_WAYS) - _SAME else "few"


def factorize_pairs(a: IntArray, b: IntArray) -> IntArray:
    """Return one code for each pair of codes that occurs, shape (n,)."""
    pairs = a.astype(np.int64) * (int(b.max()) + 1) + b
    return np.asarray(np.unique(pairs, return_inverse=True)[1], dtype=np.int64)


def _order_respondents(
    block: IntArray, code: IntArray, weight: FloatArray, y: FloatArray
) -> IntArray:
    """Return an order of respondents that depends neither on the order of rows nor on labels."""
    size = np.bincount(code, weights=weight).astype(np.float64)
    mean = np.bincount(code, weights=weight * y) / size
    extent = np.bincount(block, weights=weight).astype(np.float64)
    inside = np.bincount(block, weights=weight * y).astype(np.float64)
    # The order of an order is the rank of each group, and of each block.
    group_rank, block_rank = (
        np.argsort(
            np.lexsort((_rank_places(first_key), _rank_places(second_key), np.bincount(codes)))
        )
        for first_key, second_key, codes in ((mean, size, code), (inside, extent, block))
    )
    return np.lexsort((y, _rank_places(weight), group_rank[code], block_rank[block]))


def _rank_places(values: FloatArray) -> IntArray:
    """Return the rank of each value; values that differ by rounding alone have the same rank.

    The last bits of a processor's sums must not decide the order.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    steps = np.diff(ordered) > _SAME * np.abs(ordered[1:])
    return np.concatenate([[0], np.cumsum(steps)])[np.argsort(order)]


def _count(
    both: Callable[..., dict[Studentised, FloatArray]],
    block: IntArray,
    permutations: int,
    seed: int,
) -> tuple[float, int]:
    """Return the observed statistic, and how many permuted ones reach it.

    Rows are ordered by block.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    starts = np.flatnonzero(np.diff(block, prepend=block[0] - 1) != 0)
    size = max(1, _CHUNK // len(block))
    # The observed order comes first.
    drawn = [both(np.arange(len(block))[None, :])]
    for done in range(0, permutations, size):
        order = np.tile(np.arange(len(block)), (min(size, permutations - done), 1))
        for start, stop in zip(starts, [*starts[1:], len(block)], strict=True):
            order[:, start:stop] = rng.permuted(order[:, start:stop], axis=1)
        drawn.append(both(order))
    # The share of all statistics that reach each one: its p-value among the permutations.
    shares = []
    for part in get_args(Studentised):
        values = np.concatenate([values_of_draw[part] for values_of_draw in drawn])
        reached = np.searchsorted(np.sort(values), values * (1 - 1e-10), side="left")
        shares.append((len(values) - reached) / len(values))
    smaller = np.minimum(*shares)
    return float(smaller[0]), int((smaller[1:] <= smaller[0]).sum())
