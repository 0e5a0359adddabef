"""Which strata and categories count together where few responded: by size, never by an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from readiness.survey.weighting.margins import Collapse

Groups: TypeAlias = dict[tuple[str, ...], tuple[int, float]]
"""Respondents and people of categories that count together, by their codes in order."""
JOINED = "+"
"""Between the codes of categories that count together, in the name of what they became."""


def joined(codes: Sequence[str]) -> str:
    """The name of categories that count together."""
    return JOINED.join(codes)


def merged_strata(
    answered: Mapping[str, int],
    people: Mapping[str, float],
    declared: Sequence[Sequence[str]],
    least: int = 2,
) -> Groups:
    """Strata of `least` respondents or more each: the declared merges, then the smallest first.

    `answered` and `people` are counts by stratum; a stratum without respondents has people only.
    """
    alone = {name: (int(answered.get(name, 0)), float(total)) for name, total in people.items()}
    return _grown(_declared(alone, declared), least)


def merged_categories(
    column: pd.Series[Any],
    totals: Mapping[Any, float],
    declared: Sequence[Collapse],
    least: int,
) -> list[Collapse] | None:
    """The merges that leave `least` respondents in every category, after the declared ones; None
    where one category would be left."""
    into = {str(category): str(merge.into) for merge in declared for category in merge.categories}
    people: dict[str, float] = {}
    for category, total in totals.items():
        name = into.get(str(category), str(category))
        people[name] = people.get(name, 0.0) + float(total)
    answered: dict[str, int] = {}
    for category, n in column.value_counts().items():
        name = into.get(str(category), str(category))
        answered[name] = answered.get(name, 0) + int(n)
    # A category that nobody has, in the population and among respondents, asks for nothing.
    groups: Groups = {
        (name,): (answered.get(name, 0), total)
        for name, total in people.items()
        if total > 0 or answered.get(name, 0)
    }
    groups = _grown(groups, least)
    if len(groups) < 2:
        return None
    return [
        Collapse(str(column.name), members, joined(members), "few respondents")
        for members in sorted(groups)
        if len(members) > 1
    ]


def _declared(alone: Mapping[str, tuple[int, float]], declared: Sequence[Sequence[str]]) -> Groups:
    together = {name: tuple(sorted(merge)) for merge in declared for name in merge}
    groups: Groups = {}
    for name, (n, total) in sorted(alone.items()):
        members = tuple(m for m in together.get(name, (name,)) if m in alone)
        before = groups.get(members, (0, 0.0))
        groups[members] = (before[0] + n, before[1] + total)
    return groups


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
