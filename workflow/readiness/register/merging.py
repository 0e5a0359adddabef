"""Find groups that cost a wave more shares than they show, and what merging gives back.

A group of few people shows hardly anything of itself, and shares of the other groups are withheld
with its own: from the total and the others it could be computed. The shares are counted again as if
its people were in another group, and protected by the same rules; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.analysis.estimating import count_apart
from readiness.config import FigureRules
from readiness.disclosure import Policy
from readiness.ground.facts import Fact, Listed
from readiness.ground.figure_id import share_id
from readiness.questionnaire import OF_NUMBERS, TOTAL, Questionnaire
from readiness.register.precision import ShareDigits
from readiness.register.withholding import withhold

CELL = ["item", "level", "base", "group"]


@dataclass(frozen=True)
class Merger:
    """Small groups of a variable joined to others, and the shares that come back with it.

    `small`: the groups of too few people to show anything, with how many each has. `categories`:
    the codes of all groups as they would be merged, in the variable's order. `withheld`: shares of
    all and of the other groups that are withheld for disclosure. `back`: those of them that would
    be published; a share of a group that is merged counts where the merged one is published.
    """

    variable: str
    small: Mapping[str, int]
    categories: tuple[tuple[str, ...], ...]
    withheld: int
    back: int

    @property
    def joined(self) -> list[tuple[str, ...]]:
        """The categories that join several groups."""
        return [category for category in self.categories if len(category) > 1]

    def label(self, questionnaire: Questionnaire, language: str) -> dict[str, Any]:
        """Return the same with the labels of `language` in the place of codes, as JSON holds it."""
        grouping = questionnaire.grouping(self.variable)
        labels = grouping.labels(language)
        return {
            "variable": grouping.label.text(language),
            "small": [[labels[code], n] for code, n in self.small.items()],
            "joined": [" + ".join(labels[code] for code in category) for category in self.joined],
            "back": self.back,
            "withheld": self.withheld,
        }


def describe_merger(labelled: Mapping[str, Any]) -> Fact:
    """Return what small groups cost and what joining them gives back; as `Merger.label` has it."""
    sizes = [
        Fact("report.merger.group", {"group": label, "n": n}) for label, n in labelled["small"]
    ]
    lists = {
        "small": Listed(tuple(sizes), "comma"),
        "joined": Listed((*labelled["joined"],), "comma"),
    }
    return Fact("report.merger", {**labelled, **lists})


def find_merger(
    respondents: pd.DataFrame,
    questionnaire: Questionnaire,
    items: Sequence[str],
    variable: str,
    figures: FigureRules,
    policy: Policy,
) -> Merger | None:
    """Return how to merge groups that show nothing; None where that would give back nothing.

    `respondents`: coded answers with a column `weight`, a row a respondent. `items`: ids of the
    items that are published by `variable`, a frame variable or an item with one answer.
    """
    grouping = questionnaire.grouping(variable)
    found = respondents[variable].value_counts()
    people = {code: int(found[code]) for code in grouping.codes if code in found.index}
    least = max(figures.minimum_base, figures.reliable_base)
    small = {code: n for code, n in people.items() if n < least}
    asked = [name for name in items if name != variable]
    categories = merge_groups(people, least, ordered=grouping.ordered)
    if not (small and policy.protects and asked and len(categories) > 1):
        return None
    known = (questionnaire, asked, variable, figures, policy)
    now = _protect_shares(respondents, list(people), *known)
    merged = {code: category[0] for category in categories for code in category}
    # Who left the question of the groups empty stays outside them.
    recoded = respondents.assign(**{variable: respondents[variable].replace(merged)})
    then = _protect_shares(recoded, [category[0] for category in categories], *known)
    withheld = now[now["withheld"] & ~now["group"].isin(list(small))]
    cells = withheld.assign(group=withheld["group"].replace(merged))[CELL]
    published = pd.MultiIndex.from_frame(then.loc[then["shown"], CELL])
    back = int(pd.MultiIndex.from_frame(cells).isin(published).sum())
    shown = int(now.loc[now["group"].isin(list(small)), "shown"].sum())
    return Merger(variable, small, categories, len(withheld), back) if back > shown else None


def find_merger_of_answers(
    answers: pd.DataFrame,
    questionnaire: Questionnaire,
    variable: str,
    figures: FigureRules,
    policy: Policy,
) -> Merger | None:
    """Return what `find_merger` finds before there are weights: of all closed questions, by counts.

    `answers`: coded answers as validation hands them on.
    """
    inside = answers[~answers["group"].isin(questionnaire.groups_apart)]
    respondents = inside.reset_index(drop=True).assign(weight=1.0)
    closed = [item.id for item in questionnaire.items if item.categories and not item.personal]
    return find_merger(respondents, questionnaire, closed, variable, figures, policy)


def merge_groups(
    people: Mapping[str, int], least: int, *, ordered: bool
) -> tuple[tuple[str, ...], ...]:
    """Return the groups merged until each has `least` people, in the order of `people`.

    The smallest group is joined to its smaller neighbour where the groups are ordered, else to the
    next smallest group; again, until none is too small or one is left.
    """
    merged: list[tuple[str, ...]] = [(code,) for code in people]

    def count(category: tuple[str, ...]) -> int:
        return sum(people[code] for code in category)

    while len(merged) > 1 and count(smallest := min(merged, key=count)) < least:
        place = merged.index(smallest)
        beside = [*merged[max(place - 1, 0) : place], *merged[place + 1 : place + 2]]
        partner = min(beside if ordered else [one for one in merged if one != smallest], key=count)
        first, second = sorted((place, merged.index(partner)))
        merged[first] = (*merged[first], *merged[second])
        del merged[second]
    return tuple(merged)


def _protect_shares(
    respondents: pd.DataFrame,
    codes: Sequence[str],
    questionnaire: Questionnaire,
    items: Sequence[str],
    variable: str,
    figures: FigureRules,
    policy: Policy,
) -> pd.DataFrame:
    """Return the shares of all and of each group: columns `CELL`, `n`, and two that say their fate.

    `withheld`: for disclosure. `shown`: published, so neither withheld nor on too small a base.
    """
    counts = pd.concat(list(_count_shares(respondents, codes, questionnaire, items, variable)))
    nobody = respondents.iloc[:0]
    digits = ShareDigits.of_wave(len(respondents), figures.rounding)
    hidden = withhold(
        counts, respondents, nobody, questionnaire, [variable], figures, digits, policy
    ).ids
    keys = counts[["item", "level", "group", "base"]].itertuples(index=False, name=None)
    large = counts["n"] >= max(figures.minimum_base, figures.reliable_base)
    withheld = pd.Series([share_id(*key) in hidden for key in keys], index=counts.index)
    return counts.assign(withheld=withheld & large, shown=large & ~withheld).reset_index(drop=True)


def _count_shares(
    respondents: pd.DataFrame,
    codes: Sequence[str],
    questionnaire: Questionnaire,
    items: Sequence[str],
    variable: str,
) -> Iterator[pd.DataFrame]:
    """Yield the counts of each item and group: columns of estimates, without numbers."""
    answers_of = {code: respondents[respondents[variable] == code] for code in codes}
    for name in items:
        item = questionnaire.item(name)
        columns = list(item.columns)
        for group, answers in {TOTAL: respondents, **answers_of}.items():
            table = count_apart(answers[columns].reset_index(drop=True), item, group)
            yield table[~table["level"].isin([*OF_NUMBERS])]
