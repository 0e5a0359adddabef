"""Who is asked: by one answer, by ticks, by a number."""

import pandas as pd

from made_questionnaire import document, question
from readiness.questionnaire import NOT_ASKED, questionnaire_of
from readiness.validation import losses, validate

ASKED = document(
    "q",
    question("tools", "multi", options={c: c for c in "abc"}, blank_means="none"),
    question("age", "number", range={"low": 0, "high": 120}),
    question("why", "text", asked_if=[{"item": "tools", "one_of": ["a", "b"]}]),
    question("work", "text", asked_if=[{"item": "age", "at_least": 18, "at_most": 64}]),
)
ANSWERS = [
    ("a, c", "18", "so", "yes"),
    ("c", "64", "", "yes"),
    ("c", "65", "stray", ""),
    ("", "17", "", "stray"),
    ("b", "x", "", ""),
]


def test_routing_on_ticks_and_on_numbers() -> None:
    questionnaire = questionnaire_of(ASKED, "q-1.yaml")
    raw = pd.DataFrame(ANSWERS, columns=[item.id for item in questionnaire.items], dtype=object)
    raw["_row"], raw["_invitation"], raw["_timestamp"] = range(2, 7), list("ABCDE"), ""
    result = validate(raw, questionnaire)
    coded = result.answers
    assert coded["why"].tolist() == ["so", NOT_ASKED, NOT_ASKED, NOT_ASKED, "_blank"]
    # An age that cannot be read leaves open whether the question was asked.
    assert coded["work"].tolist() == ["yes", "yes", NOT_ASKED, NOT_ASKED, NOT_ASKED]
    out = result.issues[result.issues["rule"] == "routed_out"]
    assert sorted(out["respondent"]) == ["C", "D"]
    # What is not used because it was not asked is lost, and said.
    assert sorted(loss.item for loss in losses(result)) == ["age", "why", "work"]
    assert [routing.condition_terms for routing in questionnaire.item("work").asked_if] == [
        (">= 18", "<= 64")
    ]
