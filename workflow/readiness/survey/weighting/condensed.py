"""Rake patterns of identical respondents within limits, and make the replicates.

Respondents with the same categories, stratum and base weight (and random group) have the same
weight whatever the answers, so raking, its limits and each replicate work on patterns with their
number of respondents: hundreds, whether the sample has a hundred people or a million. A jackknife
leaves out one respondent at a time, of a large sample one random group at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.ground.facts import Fact
from readiness.survey.coding import Codes
from readiness.survey.design import Design
from readiness.survey.replicates import Replicates, deal
from readiness.survey.weighting.calibration import (
    MAX_ITERATIONS,
    MarginCells,
    Raked,
    Reraking,
    bounded_rake,
    cross,
    indicators,
    rake_weights,
    trim_weights,
)
from readiness.survey.weighting.margins import Collapse, Margin, Totals, make_margins


def condense(*keys: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pattern of each row, and a row of each pattern; keys are codes, 0 or more."""
    key = np.zeros(len(keys[0]), dtype=np.int64)
    for codes in keys:
        # Recoded after each key, because the product of all sizes may overflow.
        _, key = np.unique(key * (int(codes.max()) + 1) + codes, return_inverse=True)
        key = np.asarray(key, dtype=np.int64).reshape(-1)
    first = np.empty(int(key.max()) + 1, dtype=np.int64)
    first[key[::-1]] = np.arange(len(key))[::-1]
    return key, first


def of_patterns(margins: Sequence[Margin], first: IntArray) -> tuple[Margin, ...]:
    """Return margins of rows as margins of patterns; `first` is a row of each pattern."""
    return tuple(
        replace(m, codes=Codes(m.codes.codes[first], m.codes.size, m.codes.labels)) for m in margins
    )


class Limits(Enum):
    """Ways of limiting the weights."""

    NONE = "none"
    BOUNDED = "bounded raking"
    TRIMMED = "trimming"


@dataclass(frozen=True, eq=False)
class Recipe:
    """Raking of patterns to margins, within limits of the adjustment.

    The limits concern the ratio of raked to base weight (Deville and Särndal 1992), not the weight:
    inclusion probabilities are no error of raking, and limiting them causes bias.

    `margins`: margins whose codes are of patterns, not of rows. `lower`, `upper`: limits of raked
    over base weight, as multiples of their mean. `how`: way of limiting. `tolerance`: largest
    relative gap of raking. `max_iterations`: sweeps of raking.
    """

    margins: tuple[Margin, ...]
    lower: float = 0.0
    upper: float = float("inf")
    how: Limits = Limits.NONE
    tolerance: float = 1e-10
    max_iterations: int = MAX_ITERATIONS

    @cached_property
    def cells(self) -> MarginCells:
        """Crossing of the margins."""
        return cross(self.margins)

    def of(self, first: IntArray) -> "Recipe":
        """Return the recipe for finer patterns; `first`: the coarse pattern of each."""
        return replace(self, margins=of_patterns(self.margins, first))

    def rake(self, base: FloatArray, count: FloatArray) -> Raked:
        """Return the raked totals of the patterns; `base`: weight of one respondent of each.

        Raises StatisticsError: as `rake_weights`.
        """
        return rake_weights(
            base * count,
            self.margins,
            cells=self.cells,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
        )

    def rake_again(self, main: Raked) -> Reraking:
        """Return the raking of base weights near those of a main raking."""
        return Reraking(
            self.margins,
            self.cells,
            main,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
        )

    def limit_totals(self, raked: FloatArray, base: FloatArray) -> FloatArray:
        """Return totals of the patterns with every ratio to their `base` totals within the limits.

        Raises StatisticsError: no weights within the limits were found.
        """
        if self.how is Limits.NONE:
            return raked
        lower, upper = self.bounds(raked, base)
        if self.how is Limits.TRIMMED:
            return trim_weights(raked, lower, upper, counts=base)
        return bounded_rake(raked, raked, self.margins, lower * base, upper * base)

    def bounds(self, raked: FloatArray, base: FloatArray) -> tuple[float, float]:
        """Return the limits of raked over base weight."""
        mean = float(raked.sum() / base[raked > 0].sum())
        return self.lower * mean, self.upper * mean

    def outside(self, raked: FloatArray, base: FloatArray, count: FloatArray) -> int:
        """Return the number of respondents with an adjustment beyond the limits; `count`: of each
        pattern.
        """
        lower, upper = self.bounds(raked, base)
        beyond = (raked < lower * base) | (raked > upper * base)
        return int(count[(raked > 0) & beyond].sum())


@dataclass(frozen=True, eq=False)
class Raking:
    """A sample raked to margins, by pattern of respondents.

    `recipe`: margins, limits. `pattern`: the pattern of each row, shape (rows,). `first`: a row of
    each pattern, shape (patterns,). `base`: base weight of one respondent of each pattern. `count`:
    respondents of each pattern. `main`: the raked totals of the patterns.
    """

    recipe: Recipe
    pattern: IntArray
    first: IntArray
    base: FloatArray
    count: FloatArray
    main: Raked

    @staticmethod
    def of(design: Design, totals: Totals, collapse: Sequence[Collapse]) -> "Raking":
        """Return the raking of a design. Raises StatisticsError: as `make_margins` and
        `rake_weights`.
        """
        margins = make_margins(design.data, totals, collapse)
        _, weight = np.unique(design.weights, return_inverse=True)
        keys = [m.codes.codes for m in margins]
        pattern, first = condense(*keys, design.strata, np.asarray(weight).reshape(-1))
        count = np.bincount(pattern).astype(np.float64)
        base = design.weights[first]
        recipe = Recipe(of_patterns(margins, first))
        return Raking(recipe, pattern, first, base, count, recipe.rake(base, count))

    @property
    def one(self) -> FloatArray:
        """Raked weight of one respondent of each pattern, shape (patterns,)."""
        return self.main.weights / self.count


def perturb(
    recipe: Recipe, main: Raked, final: FloatArray, patterns: IntArray
) -> Callable[[FloatArray, FloatArray, FloatArray], tuple[FloatArray, bool]]:
    """Return a function that weights the replicates: base weights near the main ones.

    Where no weights meet margins and limits in a replicate, its weights are the main ones,
    calibrated linearly (GREG): all distances of calibration have the same variance for many
    respondents (Deville and Särndal 1992, result 5), and linear calibration has a solution.

    `main`: the recipe's raking. `final`: its weights of one respondent of each pattern. `patterns`:
    those of the replicates, in which one may occur more than once.

    The function takes the base weight of one respondent of each pattern, its factor in the
    replicate (0 for a pattern left out) and the number of respondents that count; it returns the
    weight of one respondent of each pattern, and whether they are calibrated linearly.
    """
    finer, final_weights = recipe.of(patterns), final[patterns]
    weights = np.zeros(len(patterns))
    places, first = np.unique(patterns, return_index=True)
    weights[first] = main.weights[places]
    reraking = finer.rake_again(replace(main, weights=weights))

    def weigh(base: FloatArray, factor: FloatArray, count: FloatArray) -> tuple[FloatArray, bool]:
        try:
            start = base * factor * count
            # A pattern without counted respondents has no weight to share.
            return finer.limit_totals(reraking(start), start) / np.maximum(count, 1), False
        except StatisticsError:
            x, totals, _ = indicators(finer.margins)
            start = final_weights * factor
            weighted = x * (start * count)[:, None]
            gap = totals - weighted.sum(axis=0)
            change = np.linalg.pinv(weighted.T @ x, rcond=1e-10, hermitian=True) @ gap
            return start * (1 + x @ change), True

    return weigh


Repeats: TypeAlias = Literal["auto", "JKn", "groups"]

# Number of random groups: their variance has 79 degrees of freedom, and a t quantile 1 % above the
# normal's.
GROUPS = 80
# Largest number of respondents, or PSUs, with which each is left out once.
MOST_JACKKNIFE = 2000


def repeat(
    design: Design, raking: Raking, final: FloatArray, kind: Repeats
) -> tuple[Replicates, list[Fact]]:
    """Return replicates of a raked design, and the steps, as facts of the domain `weighting`.

    `design`: the design before raking, with two rows or more in each stratum. `raking`: the raking,
    with its recipe. `final`: the weight of one respondent of each pattern after limits, shape
    (patterns,). `kind`: `auto` is `JKn` up to 2,000 respondents, `groups` above.
    """
    if kind == "auto":
        kind = "JKn" if design.rows <= MOST_JACKKNIFE else "groups"
    leave_out, step = _leave_groups_out, "weighting.step.groups"
    if kind == "JKn":
        leave_out, step = _leave_one_out, "weighting.step.jackknife"
    replicates, linear = leave_out(design, raking, final)
    steps = [Fact(step, {"n": replicates.count})]
    return replicates, [*steps, Fact("weighting.step.linear", {"n": linear})] if linear else steps


def _leave_one_out(design: Design, raking: Raking, final: FloatArray) -> tuple[Replicates, int]:
    """Return replicates that leave out one respondent each, and how many are calibrated
    linearly.
    """
    stage = design.stages[0]
    stratum = design.strata[raking.first]
    up = stage.sampled / np.maximum(stage.sampled - 1, 1)
    perturbed = perturb(raking.recipe, raking.main, final, np.arange(len(final)))
    left_out = np.empty((len(final), len(final)))
    linear = np.zeros(len(final), dtype=np.int64)
    for p in range(len(final)):
        factor = np.where(stratum == stratum[p], up[stratum[p]], 1.0)
        count = raking.count - (np.arange(len(final)) == p)
        left_out[:, p], linear[p] = perturbed(raking.base, factor, count)
    matrix = left_out[raking.pattern][:, raking.pattern]
    np.fill_diagonal(matrix, 0.0)
    rscales = ((stage.sampled - 1) / stage.sampled * stage.fraction_left())[design.strata]
    return Replicates(matrix, 1.0, rscales, kind="JKn"), int(linear[raking.pattern].sum())


def _leave_groups_out(design: Design, raking: Raking, final: FloatArray) -> tuple[Replicates, int]:
    """Return the delete-a-group jackknife, and how many replicates are calibrated linearly.

    Each pattern appears twice per replicate: members kept, members left out.
    """
    stage, patterns = design.stages[0], len(final)
    number = min(GROUPS, design.rows)
    dealt = deal(stage, number, seed=1)
    fine, first = condense(raking.pattern, dealt.group)
    coarse, group = raking.pattern[first], dealt.group[first]
    count = np.bincount(fine, minlength=len(first)).astype(np.float64)
    stratum = design.strata[raking.first]
    twice = np.tile(np.arange(patterns), 2)
    perturbed = perturb(raking.recipe, raking.main, final, twice)
    table, linear = np.empty((len(first), number)), np.zeros(number, dtype=np.int64)
    for r in range(number):
        place = coarse + patterns * (group == r)
        factor = np.concatenate([dealt.kept[stratum, r], dealt.gone[stratum]])
        counts = np.bincount(place, weights=count, minlength=2 * patterns).astype(np.float64)
        weights, linear[r] = perturbed(raking.base[twice], factor, counts)
        table[:, r] = weights[place]
    replicates = Replicates(table, dealt.scale, np.ones(number), kind="groups", pattern=fine)
    if len(table) == len(fine):  # no two rows share a pattern
        replicates = replace(replicates, matrix=table[fine], pattern=None)
    return replicates, int(linear.sum())
