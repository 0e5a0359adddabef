"""Variables that are computed of answers: what each way makes, and of whom it makes nothing."""

from typing import Any

import pandas as pd
import pytest

from made_questionnaire import document, question
from readiness.analysis.derived_items import with_derived
from readiness.analysis.deriving import derive
from readiness.analysis.weighting import UNKNOWN, with_unknown
from readiness.config import DerivedVariable, parse
from readiness.ground.errors import ConfigError
from readiness.questionnaire import questionnaire_of

LEVELS = ("bad", "fair", "fine", "great")
JOBS = {code: code for code in ("farm", "shop", "none")}
DOCUMENT: dict[str, Any] = document(
    "made",
    question("one", "ordinal", "One?", {code: code for code in LEVELS}),
    question("two", "ordinal", "Two?", {f"p{k}": str(k) for k in range(5)}),
    question("job", "single", "Job?", JOBS, dont_know={"text": "No idea"}),
    question("tools", "multi", "Tools?", {"saw": "saw", "pen": "pen"}, blank_means="skipped"),
    question("age", "number", "Age?", range={"low": 0, "high": 99}),
)
ANSWERS = pd.DataFrame(
    {
        "respondent": list("abcdefg"),
        "one": ["bad", "fine", "great", "_blank", "_refused", "fair", "_not_asked"],
        "two": ["p0", "p3", "p4", "p2", "_refused", "_blank", "_not_asked"],
        "job": ["farm", "shop", "none", "_dont_know", "_blank", "shop", "_broken_off"],
        "tools.saw": ["1", "0", "0", "_blank", "_not_asked", "1", "_broken_off"],
        "tools.pen": ["0", "0", "1", "_blank", "_not_asked", "1", "_broken_off"],
        "age": ["17", "34.5", "35", "_invalid", "60", "_blank", "99"],
    }
)


def parts(item: str, **each: dict[str, object]) -> dict[str, object]:
    """Categories that are made of an item, each of these answers or within these ends."""
    named = [{"code": code, "label": {"en": code}, **way} for code, way in each.items()]
    return {"item": item, "categories": named}


def derived(**way: object) -> DerivedVariable:
    return parse(DerivedVariable, {"id": "new", "label": {"en": "New"}, **way}, "the test")


def made(*each: DerivedVariable) -> pd.DataFrame:
    document = with_derived(DOCUMENT, each, "the test")
    return derive(ANSWERS, questionnaire_of(document, "the test"), each)


def column(**way: object) -> list[str]:
    return made(derived(**way))["new"].tolist()


def test_a_box_is_missing_as_its_answers_are() -> None:
    assert column(any=[{"item": "one", "top": 2}]) == [
        "no",
        "yes",
        "yes",
        "_blank",
        "_refused",
        "no",
        "_not_asked",
    ]
    assert column(any=[{"item": "one", "low": 1}]) == column(any=[{"item": "one", "of": ["bad"]}])


def test_parts_of_a_condition_follow_three_valued_logic() -> None:
    either = [{"item": "one", "top": 2}, {"item": "tools", "of": ["saw"]}]
    # One part that is met decides; a part that was not asked is not met beside one that was.
    assert column(any=either) == ["yes", "yes", "yes", "_blank", "_blank", "yes", "_blank"]
    assert column(all=either) == ["no", "no", "no", "_blank", "no", "no", "no"]
    ticked = [{"item": "tools", "of": ["saw", "pen"]}]
    assert column(any=ticked) == ["yes", "no", "yes", "_blank", "_not_asked", "yes", "_broken_off"]


def test_a_recode_joins_answers_and_leaves_out_the_rest() -> None:
    recode = parts("job", outside={"of": ["farm"]}, inside={"of": ["shop"]})
    assert column(recode=recode) == [
        "outside",
        "inside",
        "_not_asked",
        "_dont_know",
        "_blank",
        "inside",
        "_broken_off",
    ]
    document = with_derived(DOCUMENT, [derived(recode=recode)], "the test")
    item = questionnaire_of(document, "the test").item("new")
    assert (
        item.derived_from == ("job",) and item.dont_know is not None and item.kind.name == "single"
    )


def test_bands_take_their_lower_end_and_leave_the_upper_one() -> None:
    bands = parts("age", young={"at_least": 17, "below": 35}, old={"at_least": 35, "below": 99})
    assert column(bands=bands) == [
        "young",
        "young",
        "old",
        "_invalid",
        "old",
        "_blank",
        "_not_asked",
    ]


def test_a_scale_counts_levels_reverses_them_and_asks_for_enough_answers() -> None:
    # Levels that are numbers count as they are (0 to 4), others from 1 on.
    assert column(scale={"items": ["one", "two"]})[:3] == ["0.5", "3", "4"]
    assert column(scale={"items": ["one", "two"], "reverse": ["two"]})[:3] == ["2.5", "2", "2"]
    assert column(scale={"items": ["one", "two"]})[3:] == [
        "_blank",
        "_refused",
        "_blank",
        "_not_asked",
    ]
    some = {"items": ["one", "two"], "measure": "sum", "answered": 1}
    # A sum of some is their mean times the number of items.
    assert column(scale=some) == ["1", "6", "8", "4", "_refused", "4", "_not_asked"]
    document = with_derived(DOCUMENT, [derived(scale=some)], "the test")
    item = questionnaire_of(document, "the test").item("new")
    assert item.kind.name == "number" and item.range is not None and item.range.bounds == (1, 8)


def test_one_is_derived_of_another() -> None:
    scale = {"id": "score", "label": {"en": "Score"}, "scale": {"items": ["one", "two"]}}
    bands = parts("score", little={"below": 3}, much={"at_least": 3})
    both = made(parse(DerivedVariable, scale, "the test"), derived(bands=bands))
    assert both["new"].tolist()[:4] == ["little", "much", "much", "_blank"]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ({"any": [{"item": "one"}]}, "one of `of`, `top` and `low`"),
        ({}, "one of any, all, recode, bands, scale"),
        ({"any": [{"item": "one", "top": 1}], "scale": {"items": ["one", "two"]}}, "one of any"),
        ({"scale": {"items": ["one", "two"], "reverse": ["three"]}}, "three is none"),
        ({"scale": {"items": ["one", "two"], "answered": 3}}, "at most the 2 items"),
        ({"bands": parts("age", a={"below": 40}, b={"at_least": 30})}, "b begins before a ends"),
        ({"recode": parts("job", a={"of": ["farm"]}, b={"of": ["farm"]})}, "farm is repeated"),
    ],
)
def test_what_cannot_be_derived_is_refused_in_one_line(way: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        derived(**way)
    assert "\n" not in str(caught.value)


def test_who_gave_no_answer_to_a_margin_keeps_the_share_of_all() -> None:
    table = pd.DataFrame({"job": ["farm", "shop", "_blank", "shop"]})
    answered, margins, missing = with_unknown(table, {"job": {"farm": 30.0, "shop": 70.0}})
    assert missing == ("job",)
    assert answered["job"].tolist() == ["farm", "shop", UNKNOWN, "shop"]
    assert margins["job"] == pytest.approx({"farm": 22.5, "shop": 52.5, UNKNOWN: 25.0})
    again, same, none = with_unknown(table[:2], {"job": {"farm": 30.0, "shop": 70.0}})
    assert none == () and same == {"job": {"farm": 30.0, "shop": 70.0}} and len(again) == 2
