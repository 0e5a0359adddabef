"""Weight any number of respondents: strata, categories and margins are merged or dropped in a
declared order.

Problems of small samples are solved in one order, which depends on frame counts and on who
responded, never on an answer, after the declared merges (`Collapse`):

1. strata with fewer than two respondents are merged, the smallest first;
2. categories of a margin with fewer than `LEAST` respondents are merged, the smallest first, into
   the next in size; a variable with one category left is dropped;
3. the last margin is dropped while the margins cannot be met together (declare the important ones
   first);
4. where no weights within the limits meet the margins, the weights are trimmed, and the resulting
   gap of the margins is reported; above a tenth, the limits are dropped;
5. a replicate that cannot be raked to the margins is calibrated linearly (`perturb`);
6. without a margin each stratum represents its people.

Each step is a fact. Margins are met to 1e-10 unless trimming moved them. Merging by size and never
by outcome: Kalton and Flores-Cervantes (2003, Weighting methods), section 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.ground.facts import Fact, Listed, Quantity, Value
from readiness.survey.design import Design, design
from readiness.survey.replicates import Replicates
from readiness.survey.weighting.condensed import (
    MOST_JACKKNIFE,
    Limits,
    Raking,
    Recipe,
    Repeats,
    repeat,
)
from readiness.survey.weighting.margins import (
    Collapse,
    Totals,
    join_codes,
    merged_categories,
    merged_strata,
)
from readiness.survey.weighting.recipe import Trim, Weighting, make_weighting

# Smallest number of respondents in a category of a margin.
LEAST = 5
# Relative gaps: up to which a margin counts as met, and above which trimming is abandoned.
NEGLIGIBLE, MOST_MOVED = 1e-3, 0.1
BASE, EVERYBODY = "_stratum", "_everybody"
# Names of the margins in a weighting without any: the strata, or all respondents as one.
OWN = (BASE, EVERYBODY)


@dataclass(frozen=True)
class Sampled:
    """Columns and populations of the sampling design.

    `weight`: column of the base weights, population over drawn, > 0. `stratum`: column of the
    strata. `populations`: persons of each stratum on the frame, those without a respondent too;
    None: unknown, and no finite population correction.
    """

    weight: str
    stratum: str
    populations: Mapping[str, float] | None = None


@dataclass(frozen=True, eq=False)
class Adapted:
    """A weighting, or none with the reason, and each step that was taken.

    Attributes:
        weighting: None where nobody can be weighted.
        margins: the variables used, in their order; empty: the strata alone.
        collapsed: the merges of categories, declared and automatic.
        steps: the steps, as facts of the domain `weighting`.
        raked: raked weights before any limit, shape (rows,).
        strata: the stratum of each row after merging, shape (rows,).
        limits: how limits were applied.
    """

    weighting: Weighting | None
    margins: tuple[str, ...]
    collapsed: tuple[Collapse, ...]
    steps: tuple[Fact, ...]
    raked: FloatArray
    strata: npt.NDArray[np.str_]
    limits: Limits = Limits.NONE

    @property
    def populations(self) -> FloatArray:
        """Persons of the stratum of each row, shape (rows,); NaN: no finite population
        correction.
        """
        data = pd.DataFrame() if self.weighting is None else self.weighting.design.data
        has_populations = "_population" in data
        return (
            data["_population"].to_numpy(float)
            if has_populations
            else np.full(len(self.raked), np.nan)
        )

    @property
    def replicates(self) -> Replicates | None:
        """Replicate weights; None where nobody is weighted."""
        return None if self.weighting is None else self.weighting.design.replicates


def weigh_adapting(
    data: pd.DataFrame,
    sampled: Sampled,
    totals: Totals | None,
    *,
    collapse: Sequence[Collapse] = (),
    trim: Trim | None = None,
    replicates: Repeats | None = "auto",
) -> Adapted:
    """Weight the respondents in `data`, with as many margins as they support.

    Args:
        data: one row per respondent.
        sampled: columns and populations of the sampling design.
        totals: population totals by variable and category, the important variables first; empty:
            the strata alone; None: the base weights are the weights.
        collapse: merges that were declared beforehand; of strata under the name of their column.
        trim: limits of raked over base weight, as multiples of its mean; None: none.
        replicates: `JKn`, `groups` (80 random groups, or as many as there are respondents);
            `auto`: by the number of respondents, and None for many without margins; None: standard
            errors from the calibration's residuals.

    Raises StatisticsError: columns or totals that are wrong whatever the sample's size.
    """
    if len(data) < 2:
        none_step = Fact("weighting.step.none", {"n": len(data)})
        return Adapted(
            None, (), (), (none_step,), np.full(len(data), np.nan), np.full(len(data), "")
        )
    steps: list[Fact] = []
    base = _make_base(data, sampled, collapse, steps)
    margins_kept, merges = _keep_margins(data, totals or {}, collapse, steps)
    raking: Raking | None = None
    while margins_kept and raking is None:
        merged = tuple(c for c in merges if c.variable in margins_kept)
        try:
            raking = Raking.of(base, margins_kept, merged)
        except StatisticsError:
            last = list(margins_kept)[-1]
            steps.append(Fact("weighting.step.dropped_unmet", {"variable": last}))
            del margins_kept[last]
    if raking is None:
        single_margin = EVERYBODY if totals is None else BASE
        why = "weighting.step.strata_alone" if totals else "weighting.step.by_strata"
        steps.append(Fact("weighting.step.unweighted" if totals is None else why))
        raking = Raking.of(base, {single_margin: _count_people(base, single_margin)}, ())
    else:
        steps.append(Fact("weighting.step.raked", {"variables": Listed(tuple(margins_kept))}))
    recipe, final = _limit_weights(raking, trim, steps)
    if totals is None and replicates == "auto" and len(data) > MOST_JACKKNIFE:
        # Without a fit, linearisation is exact, and random groups would add their noise.
        replicates = None
    replicate_weights, limited = None, replace(raking, recipe=recipe)
    if replicates is not None:
        replicate_weights, replicate_steps = repeat(base, limited, final, replicates)
        steps += replicate_steps
    method = [f"raking to {', '.join(m.variable for m in recipe.margins)}"]
    if recipe.how is not Limits.NONE:
        method.append(recipe.how.value)
    return Adapted(
        make_weighting(base, limited, final, final, replicate_weights, method),
        tuple(margins_kept),
        tuple(c for c in merges if c.variable in margins_kept),
        tuple(steps),
        raking.one[raking.pattern],
        base.data[BASE].to_numpy(dtype=str),
        recipe.how,
    )


def _make_base(
    data: pd.DataFrame, sampled: Sampled, collapse: Sequence[Collapse], steps: list[Fact]
) -> Design:
    """Return the design with strata of two respondents or more, declared merges first; add the
    steps.
    """
    strata = data[sampled.stratum].astype(str)
    respondents = {str(name): int(n) for name, n in strata.value_counts().items()}
    populations = (
        dict(sampled.populations)
        if sampled.populations
        else dict.fromkeys(sorted(respondents), 0.0)
    )
    declared = [tuple(map(str, c.categories)) for c in collapse if c.variable == sampled.stratum]
    groups = merged_strata(respondents, populations, declared)
    for members in sorted(groups):
        if len(members) > 1:
            as_declared = members in {tuple(sorted(merge)) for merge in declared}
            kind = "weighting.step.strata_declared" if as_declared else "weighting.step.strata"
            steps.append(Fact(kind, {"strata": Listed(members)}))
    names = {members: join_codes(members) for members in groups}
    place = {member: name for members, name in names.items() for member in members}
    frame = data.assign(_stratum=strata.map(place), _everybody="all")
    if sampled.populations is None:
        return design(frame, weights=sampled.weight, strata=BASE)
    merged_populations = {names[members]: total for members, (_, total) in groups.items()}
    frame = frame.assign(_population=frame[BASE].map(merged_populations))
    return design(frame, weights=sampled.weight, strata=BASE, fpc="_population")


def _keep_margins(
    data: pd.DataFrame, totals: Totals, collapse: Sequence[Collapse], steps: list[Fact]
) -> tuple[dict[str, Mapping[Any, float]], list[Collapse]]:
    """Return the margins with two categories or more of enough respondents, and their merges; add
    the steps.
    """
    margins_kept: dict[str, Mapping[Any, float]] = {}
    merges: list[Collapse] = []
    for variable, by_category in totals.items():
        declared = [c for c in collapse if c.variable == variable]
        steps += [Fact("weighting.step.declared", _describe_merge(merge)) for merge in declared]
        parts = {str(merge.into): merge.categories for merge in declared}
        small_merges = merged_categories(data[variable], by_category, declared, LEAST)
        values: dict[str, Value] = {"variable": variable, "least": LEAST}
        if small_merges is None:
            steps.append(Fact("weighting.step.dropped_small", values))
            continue
        margins_kept[variable] = by_category
        merges += [*declared, *small_merges]
        merge_values = ({**values, **_describe_merge(merge, parts)} for merge in small_merges)
        steps += [
            Fact("weighting.step.merged", values_of_merge) for values_of_merge in merge_values
        ]
    return margins_kept, merges


def _describe_merge(
    merge: Collapse, parts: Mapping[str, Sequence[Any]] | None = None
) -> dict[str, Value]:
    """Return a merge as the values of a fact; `parts`: members of declared categories."""
    codes = [str(c) for name in merge.categories for c in (parts or {}).get(str(name), (name,))]
    return {"variable": merge.variable, "categories": Listed(tuple(codes))}


def _count_people(base: Design, by: str) -> dict[str, float]:
    """Return the people of each category of `by`: the frame's if known, else the sum of base
    weights.
    """
    frame = base.data.assign(_weight=base.weights).groupby(by)
    has_population = by == BASE and "_population" in base.data
    people = frame["_population"].first() if has_population else frame["_weight"].sum()
    return {str(name): float(total) for name, total in people.items()}


def _limit_weights(
    found: Raking, trim: Trim | None, steps: list[Fact]
) -> tuple[Recipe, FloatArray]:
    """Return the recipe with feasible weight limits, and the weight of a respondent in each
    pattern.

    Falls back from bounded raking to trimming, then to no limits, and appends to `steps` which of
    the three was used.
    """
    if trim is None:
        return found.recipe, found.one
    limited = replace(found.recipe, lower=trim.lower, upper=trim.upper)
    for procedure in (Limits.BOUNDED, Limits.TRIMMED):
        recipe = replace(limited, how=procedure)
        try:
            totals = recipe.limit_totals(found.main.weights, found.base * found.count)
        except StatisticsError:
            continue
        sums = [np.bincount(m.codes.codes, totals, m.codes.size) for m in recipe.margins]
        target = np.concatenate([m.totals for m in recipe.margins])
        used = target > 0
        gap = float(np.abs(np.concatenate(sums)[used] / target[used] - 1).max())
        if gap <= MOST_MOVED:
            steps.append(_tell_limits(found, recipe, gap))
            return recipe, totals / found.count
    steps.append(Fact("weighting.step.limits"))
    return found.recipe, found.one


def _tell_limits(found: Raking, recipe: Recipe, gap: float) -> Fact:
    """Return a fact that says how the limits of the weights were met.

    Values of the fact: both limits, and the number of weights outside of the limits. After
    trimming, also `gap`: how far the weights miss the margins.
    """
    values: dict[str, Any] = {
        "lower": Quantity.of(recipe.lower, "number", 2),
        "upper": Quantity.of(recipe.upper, "number", 2),
        "n": recipe.outside(found.main.weights, found.base * found.count, found.count),
    }
    if not values["n"]:
        return Fact("weighting.step.inside", values)
    if recipe.how is Limits.BOUNDED or gap <= NEGLIGIBLE:
        return Fact("weighting.step.bounded", values)
    return Fact("weighting.step.trimmed", {**values, "gap": Quantity.of(gap, "share", 1)})
