"""Weighting of any number of respondents: what is merged or left out, in a declared order.

What would stop the weighting of a small sample is mended in one order, which looks at frame counts
and at who responded, never at an answer, after what was declared (`Collapse`):

1. strata with fewer than two respondents are merged, the smallest first;
2. categories of a margin with fewer than `LEAST` respondents are merged, the smallest first, into
   the one that is next in size; a variable of one category is no margin any more;
3. the last margin is left out while they cannot be met together (declare the important ones first);
4. where no weights within the limits meet the margins, the weights are trimmed, and it is said how
   far that moves the margins; where by more than a tenth, the limits are left out;
5. a replicate that cannot be brought to the margins is calibrated linearly (`perturb`);
6. without a margin each stratum stands for its people.

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

# Respondents that a category of a margin needs.
LEAST = 5
# Relative gaps: up to which a margin counts as met, and beyond which trimming is given up.
NEGLIGIBLE, MOST_MOVED = 1e-3, 0.1
BASE, EVERYBODY = "_stratum", "_everybody"
# Names of the margins where there is none: the strata, or all respondents as one.
OWN = (BASE, EVERYBODY)


@dataclass(frozen=True)
class Sampled:
    """How respondents were drawn.

    `weight`: column of the base weights, population over drawn, > 0. `stratum`: column of the
    strata. `populations`: persons of each stratum on the frame, those without a respondent too;
    None: not known, and no finite population correction.
    """

    weight: str
    stratum: str
    populations: Mapping[str, float] | None = None


@dataclass(frozen=True, eq=False)
class Adapted:
    """A weighting, or none with the reason, and each step that was taken.

    Attributes:
        weighting: None where there is nobody to weight.
        margins: the variables that were kept, in their order; none: the strata alone.
        collapsed: the merges of categories, declared and automatic.
        steps: what was done, as facts of the domain `weighting`.
        raked: raked weights before any limit, shape (rows,).
        strata: the stratum of each row after merging, shape (rows,).
        limits: how limits were kept.
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
        """Persons of the stratum of each row; NaN: no finite population counts."""
        data = pd.DataFrame() if self.weighting is None else self.weighting.design.data
        known = "_population" in data
        return data["_population"].to_numpy(float) if known else np.full(len(self.raked), np.nan)

    @property
    def replicates(self) -> Replicates | None:
        """The replicate weights; None where nobody is weighted."""
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
    """Weights of the respondents in `data`, with as much of the margins as they bear.

    Args:
        data: one row a respondent.
        sampled: how they were drawn.
        totals: population totals by variable and category, the important variables first; empty:
            the strata alone; None: the base weights are the weights.
        collapse: merges that were declared beforehand; of strata under the name of their column.
        trim: limits of raked over base weight, in means of it; None: none.
        replicates: `JKn`, `groups` (80 random groups, or as many as there are respondents);
            `auto`: by the number of respondents, and None of many without margins; None: standard
            errors from the calibration's residuals.

    Raises StatisticsError: columns or totals that are wrong whatever the sample's size.
    """
    if len(data) < 2:
        nobody = Fact("weighting.step.none", {"n": len(data)})
        return Adapted(None, (), (), (nobody,), np.full(len(data), np.nan), np.full(len(data), ""))
    steps: list[Fact] = []
    base = _make_base(data, sampled, collapse, steps)
    kept, merges = _keep_margins(data, totals or {}, collapse, steps)
    found: Raking | None = None
    while kept and found is None:
        merged = tuple(c for c in merges if c.variable in kept)
        try:
            found = Raking.of(base, kept, merged)
        except StatisticsError:
            last = list(kept)[-1]
            steps.append(Fact("weighting.step.dropped_unmet", {"variable": last}))
            del kept[last]
    if found is None:
        alone = EVERYBODY if totals is None else BASE
        why = "weighting.step.strata_alone" if totals else "weighting.step.by_strata"
        steps.append(Fact("weighting.step.unweighted" if totals is None else why))
        found = Raking.of(base, {alone: _count_people(base, alone)}, ())
    else:
        steps.append(Fact("weighting.step.raked", {"variables": Listed(tuple(kept))}))
    recipe, final = _limit_weights(found, trim, steps)
    if totals is None and replicates == "auto" and len(data) > MOST_JACKKNIFE:
        # Nothing was fitted: linearization is exact, where random groups add their own noise.
        replicates = None
    made, limited = None, replace(found, recipe=recipe)
    if replicates is not None:
        made, told = repeat(base, limited, final, replicates)
        steps += told
    method = [f"raking to {', '.join(m.variable for m in recipe.margins)}"]
    if recipe.how is not Limits.NONE:
        method.append(recipe.how.value)
    return Adapted(
        make_weighting(base, limited, final, final, made, method),
        tuple(kept),
        tuple(c for c in merges if c.variable in kept),
        tuple(steps),
        found.one[found.pattern],
        base.data[BASE].to_numpy(dtype=str),
        recipe.how,
    )


def _make_base(
    data: pd.DataFrame, sampled: Sampled, collapse: Sequence[Collapse], steps: list[Fact]
) -> Design:
    """The design, with the strata that two respondents or more have, after what was declared."""
    strata = data[sampled.stratum].astype(str)
    answered = {str(name): int(n) for name, n in strata.value_counts().items()}
    people = (
        dict(sampled.populations) if sampled.populations else dict.fromkeys(sorted(answered), 0.0)
    )
    declared = [tuple(map(str, c.categories)) for c in collapse if c.variable == sampled.stratum]
    groups = merged_strata(answered, people, declared)
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
    whole = {names[members]: total for members, (_, total) in groups.items()}
    frame = frame.assign(_population=frame[BASE].map(whole))
    return design(frame, weights=sampled.weight, strata=BASE, fpc="_population")


def _keep_margins(
    data: pd.DataFrame, totals: Totals, collapse: Sequence[Collapse], steps: list[Fact]
) -> tuple[dict[str, Mapping[Any, float]], list[Collapse]]:
    """The margins with two categories or more of enough respondents, and the merges for it."""
    kept: dict[str, Mapping[Any, float]] = {}
    merges: list[Collapse] = []
    for variable, by_category in totals.items():
        declared = [c for c in collapse if c.variable == variable]
        steps += [Fact("weighting.step.declared", _describe_merge(merge)) for merge in declared]
        parts = {str(merge.into): merge.categories for merge in declared}
        found = merged_categories(data[variable], by_category, declared, LEAST)
        values: dict[str, Value] = {"variable": variable, "least": LEAST}
        if found is None:
            steps.append(Fact("weighting.step.dropped_small", values))
            continue
        kept[variable] = by_category
        merges += [*declared, *found]
        told = ({**values, **_describe_merge(merge, parts)} for merge in found)
        steps += [Fact("weighting.step.merged", said) for said in told]
    return kept, merges


def _describe_merge(
    merge: Collapse, parts: Mapping[str, Sequence[Any]] | None = None
) -> dict[str, Value]:
    """A merge as the values of a fact; `parts`: what declared categories were made of."""
    codes = [str(c) for name in merge.categories for c in (parts or {}).get(str(name), (name,))]
    return {"variable": merge.variable, "categories": Listed(tuple(codes))}


def _count_people(base: Design, by: str) -> dict[str, float]:
    """The people of each stratum, as far as known, or the sum of all base weights."""
    frame = base.data.assign(_weight=base.weights).groupby(by)
    known = by == BASE and "_population" in base.data
    whole = frame["_population"].first() if known else frame["_weight"].sum()
    return {str(name): float(total) for name, total in whole.items()}


def _limit_weights(
    found: Raking, trim: Trim | None, steps: list[Fact]
) -> tuple[Recipe, FloatArray]:
    """The recipe with the limits that can be kept, and the weight of one of each pattern."""
    if trim is None:
        return found.recipe, found.one
    within = replace(found.recipe, lower=trim.lower, upper=trim.upper)
    for how in (Limits.BOUNDED, Limits.TRIMMED):
        recipe = replace(within, how=how)
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
    """Within which limits the adjustments are, how many were outside, and what it cost."""
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
