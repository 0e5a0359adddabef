"""Find groups that cost a wave more shares than they show, and what merging them would publish.

A small group shows hardly any share of its own. Shares of the other groups are suppressed with its
own, because its share could be computed from the total and theirs. To find the gain of a merger,
the shares are counted again with merged groups and protected by the same rules.
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
    """A merger of small groups of a variable, with the number of shares gained.

    `small`: the groups with too few people to show any share, with their sizes. `categories`: the
    codes of all groups after the merger, in the variable's order. `withheld`: number of shares of
    all and of the other groups that are suppressed for disclosure. `back`: number of these that
    would be published; a share of a merged group counts where that of its new group is published.
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
        """Return the merger as JSON, with labels of `language` instead of codes."""
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
    """Return the message on a merger's cost and gain, from a record of `Merger.label`."""
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
    """Return a merger of the groups too small to show a share; None where it gains too little.

    It gains enough if more suppressed shares would be published than the small groups publish now.
    `respondents`: coded answers with a column `weight`, one row for each respondent. `items`: ids
    of the items that are published by `variable`, a frame variable or an item with one answer.
    """
    grouping = questionnaire.grouping(variable)
    sizes = respondents[variable].value_counts()
    people = {code: int(sizes[code]) for code in grouping.codes if code in sizes.index}
    least = max(figures.minimum_base, figures.reliable_base)
    small = {code: size for code, size in people.items() if size < least}
    other_items = [name for name in items if name != variable]
    categories = merge_groups(people, least, ordered=grouping.ordered)
    if not (small and policy.protects and other_items and len(categories) > 1):
        return None
    settings = (questionnaire, other_items, variable, figures, policy)
    shares_now = _protect_shares(respondents, list(people), *settings)
    merged = {code: category[0] for category in categories for code in category}
    # People without an answer to the grouping question stay outside the groups.
    recoded = respondents.assign(**{variable: respondents[variable].replace(merged)})
    shares_merged = _protect_shares(recoded, [category[0] for category in categories], *settings)
    suppressed = shares_now[shares_now["withheld"] & ~shares_now["group"].isin(list(small))]
    cells = suppressed.assign(group=suppressed["group"].replace(merged))[CELL]
    published = pd.MultiIndex.from_frame(shares_merged.loc[shares_merged["shown"], CELL])
    gained = int(pd.MultiIndex.from_frame(cells).isin(published).sum())
    given_up = int(shares_now.loc[shares_now["group"].isin(list(small)), "shown"].sum())
    return (
        Merger(variable, small, categories, len(suppressed), gained) if gained > given_up else None
    )


def find_merger_of_answers(
    answers: pd.DataFrame,
    questionnaire: Questionnaire,
    variable: str,
    figures: FigureRules,
    policy: Policy,
) -> Merger | None:
    """Return the result of `find_merger` before weights exist: for all closed questions, by counts.

    `answers`: coded answers as validation writes them.
    """
    weighted_answers = answers[~answers["group"].isin(questionnaire.groups_apart)]
    respondents = weighted_answers.reset_index(drop=True).assign(weight=1.0)
    closed = [item.id for item in questionnaire.items if item.categories and not item.personal]
    return find_merger(respondents, questionnaire, closed, variable, figures, policy)


def merge_groups(
    people: Mapping[str, int], least: int, *, ordered: bool
) -> tuple[tuple[str, ...], ...]:
    """Return the groups merged until each has `least` people, in the order of `people`.

    The smallest group is joined to its smaller neighbour where the groups are ordered, else to the
    next smallest group. This is repeated until no group is too small or one group is left.
    """
    merged: list[tuple[str, ...]] = [(code,) for code in people]

    def count(category: tuple[str, ...]) -> int:
        return sum(people[code] for code in category)

    while len(merged) > 1 and count(smallest := min(merged, key=count)) < least:
        position = merged.index(smallest)
        neighbours = [
            *merged[max(position - 1, 0) : position],
            *merged[position + 1 : position + 2],
        ]
        partner = min(
            neighbours if ordered else [category for category in merged if category != smallest],
            key=count,
        )
        first, second = sorted((position, merged.index(partner)))
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
    """Return the shares of all and of each group: columns `CELL`, `n`, `withheld` and `shown`.

    `withheld`: suppressed for disclosure. `shown`: published, so neither suppressed nor on too
    small a base.
    """
    counts = pd.concat(list(_count_shares(respondents, codes, questionnaire, items, variable)))
    no_respondents = respondents.iloc[:0]
    digits = ShareDigits.of_wave(len(respondents), figures.rounding)
    suppressed_ids = withhold(
        counts, respondents, no_respondents, questionnaire, [variable], figures, digits, policy
    ).ids
    keys = counts[["item", "level", "group", "base"]].itertuples(index=False, name=None)
    has_large_base = counts["n"] >= max(figures.minimum_base, figures.reliable_base)
    is_suppressed = pd.Series(
        [share_id(*key) in suppressed_ids for key in keys], index=counts.index
    )
    return counts.assign(
        withheld=is_suppressed & has_large_base, shown=has_large_base & ~is_suppressed
    ).reset_index(drop=True)


def _count_shares(
    respondents: pd.DataFrame,
    codes: Sequence[str],
    questionnaire: Questionnaire,
    items: Sequence[str],
    variable: str,
) -> Iterator[pd.DataFrame]:
    """Yield the counts of each item and group, with columns of estimates and without means."""
    answers_of = {code: respondents[respondents[variable] == code] for code in codes}
    for name in items:
        item = questionnaire.item(name)
        columns = list(item.columns)
        for group, answers in {TOTAL: respondents, **answers_of}.items():
            table = count_apart(answers[columns].reset_index(drop=True), item, group)
            yield table[~table["level"].isin([*OF_NUMBERS])]
