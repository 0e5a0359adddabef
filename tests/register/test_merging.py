"""Small groups that cost the others their shares, and what joining them gives back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from readiness.config import FigureRules
from readiness.disclosure import Policy
from readiness.language import tell
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.register.merging import Merger, describe_merger, find_merger, merge_groups

FIGURES = FigureRules()
ITEMS = [f"q{k}" for k in range(12)]


def questionnaire(groups: list[str]) -> Questionnaire:
    label = {"en": "x"}

    def closed(name: str, codes: list[str]) -> dict[str, object]:
        categories = [{"code": code, "text": code, "en": code.title()} for code in codes]
        return {"id": name, "label": label, "categories": categories}

    items = [{**closed(name, ["yes", "no"]), "kind": "single", "column": name} for name in ITEMS]
    document = {"name": "made-up", "version": "1", "title": label, "items": items}
    return questionnaire_of({**document, "frame": [closed("trade", groups)]}, "made up")


def respondents(people: dict[str, int]) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    trade = np.repeat([*people], [*people.values()])
    answers = {name: np.where(rng.random(len(trade)) < 0.4, "yes", "no") for name in ITEMS}
    return pd.DataFrame({"group": "", "trade": trade, "weight": 1.0, **answers})


PUBLIC = Policy.of({}, 5)


def find(people: dict[str, int], policy: Policy = PUBLIC) -> Merger | None:
    known = (questionnaire([*people]), ITEMS, "trade", FIGURES, policy)
    return find_merger(respondents(people), *known)


def test_a_group_of_eleven_costs_the_others_shares_that_come_back() -> None:
    merger = find({"bakers": 320, "millers": 280, "others": 11})
    assert merger is not None
    assert (merger.small, merger.joined) == ({"others": 11}, [("millers", "others")])
    assert 0 < merger.back <= merger.withheld
    told = tell(
        describe_merger(merger.label(questionnaire(["bakers", "millers", "others"]), "en")), "en"
    )
    assert "Others (11 people)" in told and "Millers + Others" in told


def test_what_comes_back_is_what_the_joined_groups_show() -> None:
    """Recoded by hand the shares of the two groups are all published: that many come back."""
    merger = find({"bakers": 320, "millers": 280, "others": 11})
    assert merger is not None and find({"bakers": 320, "millers": 291}) is None
    assert merger.back == merger.withheld


@pytest.mark.parametrize(
    "people", [{"bakers": 300, "millers": 280, "others": 40}, {"bakers": 20, "millers": 9}]
)
def test_groups_that_show_something_and_those_of_which_none_would_be_left(
    people: dict[str, int],
) -> None:
    assert find(people) is None


def test_who_names_no_group_stays_outside_the_joined_ones() -> None:
    people = {"bakers": 320, "millers": 280, "others": 11}
    asked = questionnaire([*people])
    everybody = respondents({**people, "_blank": 30})
    # Nobody knows what they answered, so the eleven cost the others nothing.
    assert find_merger(everybody, asked, ITEMS, "trade", FIGURES, PUBLIC) is None


def test_where_nobody_is_protected_nothing_is_withheld() -> None:
    internal = Policy.of({"preset": "internal"}, 5)
    assert find({"bakers": 320, "millers": 280, "others": 11}, internal) is None


@pytest.mark.parametrize(
    ("ordered", "expected"),
    [
        (True, (("young", "old"), ("older",), ("oldest",))),
        (False, (("young", "oldest"), ("old",), ("older",))),
    ],
)
def test_the_smaller_neighbour_or_the_next_smallest(
    ordered: bool, expected: tuple[tuple[str, ...], ...]
) -> None:
    people = {"young": 8, "old": 90, "older": 120, "oldest": 60}
    assert merge_groups(people, 30, ordered=ordered) == expected
