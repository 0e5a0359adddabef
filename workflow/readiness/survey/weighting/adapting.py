"""Weighting where respondents are few: what is merged or left out, in a declared order.

A margin category without enough respondents, a stratum of one, a replicate that no weights can
bring to the margins: each would stop the weighting of a small sample. Here they are mended in one
order, which looks at frame counts and at who responded, never at an answer:

1. strata with fewer than two respondents are merged, the smallest first;
2. categories of a margin with fewer than `least` respondents are merged, the smallest first, into
   the one that is next in size; a variable of which one category is left is no margin any more;
3. the last margin is left out while the margins cannot be met together (declare the important ones
   first);
4. limits of the weights that no weights can keep are left out;
5. where a replicate cannot be brought to the margins, standard errors rest on the residuals of the
   calibration (Deville and Särndal 1992) and not on replicates;
6. without a margin each stratum stands for its people.

What was declared beforehand (`Collapse`) is done first. Each step is a fact. Margins that are kept
are met to `tolerance`. Merging by size and never by outcome: Kalton and Flores-Cervantes (2003,
Weighting methods), section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from readiness.errors import StatisticsError
from readiness.facts import Fact, Listed
from readiness.survey.design import Design, design
from readiness.survey.replicates import Kind
from readiness.survey.weighting.margins import Collapse, Totals
from readiness.survey.weighting.recipe import Trim, Weighting, weigh

LEAST = 5
"""Respondents that a category of a margin needs."""


@dataclass(frozen=True)
class Sampled:
    """How respondents were drawn.

    Attributes:
        weight: column of the base weights, population over drawn, > 0.
        stratum: column of the strata.
        populations: persons of each stratum on the frame, those without a respondent too; None:
            not known, and no finite population correction.
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
    """

    weighting: Weighting | None
    margins: tuple[str, ...]
    collapsed: tuple[Collapse, ...]
    steps: tuple[Fact, ...]


def weigh_adapting(
    data: pd.DataFrame,
    sampled: Sampled,
    totals: Totals,
    *,
    collapse: Sequence[Collapse] = (),
    least: int = LEAST,
    trim: Trim | None = None,
    replicates: Kind | None = "JKn",
    tolerance: float = 1e-10,
    seed: int = 1,
) -> Adapted:
    """Weights of the respondents in `data`, with as much of the margins as they bear.

    Args:
        data: one row a respondent.
        sampled: how they were drawn.
        totals: population totals by variable and category, the important variables first.
        collapse: merges that were declared beforehand.
        least: respondents that a margin category needs, 1 or more.
        trim: limits of the weights; None: none.
        replicates: kind of replicates; None: standard errors from the calibration's residuals.
        tolerance: largest relative gap of a margin that is kept.
        seed: of replicates that are drawn.

    Raises:
        StatisticsError: columns or totals that are wrong whatever the sample's size.
    """
    if len(data) < 2:
        return Adapted(None, (), (), (Fact("weighting.step.none", {"n": len(data)}),))
    steps: list[Fact] = []
    base = _base(data, sampled, steps)
    kept: dict[str, Mapping[Any, float]] = {}
    merges = list(collapse)
    for variable, by_category in totals.items():
        declared = [c for c in collapse if c.variable == variable]
        found = _merged(data[variable], by_category, declared, least)
        if found is None:
            steps.append(
                Fact("weighting.step.dropped_small", {"variable": variable, "least": least})
            )
            continue
        kept[variable] = by_category
        merges += found
        steps += [_told(merge, least) for merge in found]
    weighting = None
    while kept and weighting is None:
        merged = tuple(c for c in merges if c.variable in kept)
        try:
            weighting = _weighed(base, kept, merged, trim, replicates, tolerance, seed, steps)
        except StatisticsError:
            last = list(kept)[-1]
            steps.append(Fact("weighting.step.dropped_unmet", {"variable": last}))
            del kept[last]
    if weighting is None:
        steps.append(Fact("weighting.step.strata_alone", {}))
        weighting = _strata_alone(base, replicates, seed)
    names = tuple(kept)
    return Adapted(weighting, names, tuple(c for c in merges if c.variable in names), tuple(steps))


def _base(data: pd.DataFrame, sampled: Sampled, steps: list[Fact]) -> Design:
    """The design, its strata of fewer than two respondents merged, the smallest first."""
    strata = data[sampled.stratum].astype(str)
    answered = {str(name): int(n) for name, n in strata.value_counts().items()}
    people = (
        dict(sampled.populations) if sampled.populations else dict.fromkeys(sorted(answered), 0.0)
    )
    alone: Groups = {(name,): (answered.get(name, 0), people[name]) for name in sorted(people)}
    groups = _grown(alone, 2)
    for members in sorted(groups):
        if len(members) > 1:
            steps.append(Fact("weighting.step.strata", {"strata": Listed(members)}))
    names = {members: "+".join(members) for members in groups}
    place = {member: name for members, name in names.items() for member in members}
    frame = data.assign(_stratum=strata.map(place))
    if sampled.populations is None:
        return design(frame, weights=sampled.weight, strata="_stratum")
    whole = {names[members]: total for members, (_, total) in groups.items()}
    frame = frame.assign(_population=frame["_stratum"].map(whole))
    return design(frame, weights=sampled.weight, strata="_stratum", fpc="_population")


Groups = dict[tuple[str, ...], tuple[int, float]]
"""Respondents and people of categories that count together, by their codes in order."""


def _grown(groups: Groups, least: int) -> Groups:
    """The groups, the smallest merged with the next until each has `least` respondents."""
    groups = dict(groups)
    while len(groups) > 1:
        one, other = sorted(groups, key=lambda members: (groups[members], members))[:2]
        if groups[one][0] >= least:
            break
        (a, b), (c, d) = groups.pop(one), groups.pop(other)
        groups[tuple(sorted((*one, *other)))] = (a + c, b + d)
    return groups


def _merged(
    column: pd.Series[Any], totals: Mapping[Any, float], declared: Sequence[Collapse], least: int
) -> list[Collapse] | None:
    """The merges that leave `least` respondents in every category; None where one would be left."""
    into = {str(category): str(merge.into) for merge in declared for category in merge.categories}
    people: dict[str, float] = {}
    for category, total in totals.items():
        name = into.get(str(category), str(category))
        people[name] = people.get(name, 0.0) + float(total)
    codes = column.astype(str)
    answered = codes.map(lambda code: into.get(code, code)).value_counts()
    # A category that nobody has, in the population and among respondents, asks for nothing.
    groups: Groups = {
        (name,): (int(answered.get(name, 0)), total)
        for name, total in people.items()
        if total > 0 or answered.get(name, 0)
    }
    groups = _grown(groups, least)
    if len(groups) < 2:
        return None
    return [
        Collapse(str(column.name), members, "+".join(members), "few respondents")
        for members in sorted(groups)
        if len(members) > 1
    ]


def _told(merge: Collapse, least: int) -> Fact:
    return Fact(
        "weighting.step.merged",
        {"variable": merge.variable, "least": least,
         "categories": Listed(merge.categories)},
    )  # fmt: skip


def _weighed(
    base: Design,
    totals: Totals,
    merges: Sequence[Collapse],
    trim: Trim | None,
    kind: Kind | None,
    tolerance: float,
    seed: int,
    steps: list[Fact],
) -> Weighting:
    """Raked within the limits and replicated, each of the two only where it can be."""
    options: dict[str, Any] = {"collapse": merges, "tolerance": tolerance, "seed": seed}
    made, limits = weigh(base, totals, **options), None  # what cannot be raked at all ends here
    if trim is not None:
        within = replace(trim, keep_margins=True)
        try:
            made, limits = weigh(base, totals, trim=within, **options), within
        except StatisticsError:
            steps.append(Fact("weighting.step.limits", {}))
    if kind is None:
        return made
    try:
        return weigh(base, totals, trim=limits, replicates=kind, **options)
    except StatisticsError:
        steps.append(Fact("weighting.step.residuals", {}))
        return made


def _strata_alone(base: Design, kind: Kind | None, seed: int) -> Weighting:
    """Without a margin: the respondents of each stratum stand for its people, as far as known."""
    frame = base.data.assign(_weight=base.weights).groupby("_stratum")
    finite = "_population" in base.data
    whole = frame["_population"].first() if finite else frame["_weight"].sum()
    return weigh(base, {"_stratum": whole.to_dict()}, replicates=kind, seed=seed)
