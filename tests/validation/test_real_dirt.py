"""The dirt that is known of a real survey is found, no more and no less (Fiocruz)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from readiness.facts import from_json
from readiness.questionnaire import BLANK, BROKEN_OFF, Questionnaire, questionnaire_of
from readiness.readers import read_export
from readiness.validation import Validated, validate

FOLDER = Path(__file__).parents[2] / "../shared/microdata/fiocruz"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared microdata are not here")

# The answer to q5 that leads to each question.
ROUTED = {"q6": "1", "q7": "2", "q8": "3", "q9": "4"}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document() -> dict[str, Any]:
    """The questionnaire from the two files that came with the answers."""
    answers = table("ai_survey_answers.csv")
    items: list[dict[str, Any]] = []
    for question in table("ai_survey_questions.csv"):
        main, _, sub = question["question"].partition("_")
        number = main.removeprefix("q")
        options = [
            {"code": f"o{a['answer']}", "text": a["answer_label"], "value": a["answer"]}
            for a in answers
            if a["main_code"] == number
        ]
        row = {
            "text": question["sub_question"],
            "id": question["question"],
            "variable": question["question"],
            "column": question["question"],
        }
        if question["sub_question"]:
            if sub == "1":
                block = {"id": main, "kind": "grid", "each": "single", "rows": []}
                items.append({**block, "column": question["main_question"], "categories": options})
            items[-1]["rows"].append(row)
        else:
            led = [{"item": "q5", "one_of": [f"o{ROUTED[main]}"]}] if main in ROUTED else []
            items.append(
                {
                    "id": main,
                    "kind": "single",
                    "column": question["question"],
                    "label": {"en": question["main_question"]},
                    "categories": options,
                    **({"asked_if": led} if led else {}),
                }
            )
    return {
        "name": "fiocruz",
        "version": "1",
        "language": "en",
        "title": {"en": "AI"},
        "items": items,
    }


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    return questionnaire_of(document(), "fiocruz")


@pytest.fixture(scope="module")
def found(questionnaire: Questionnaire) -> Validated:
    return validate(read_export(FOLDER / "ai_survey_data.csv", questionnaire), questionnaire)


def count(found: Validated, rule: str) -> dict[str, int]:
    issues = found.issues[found.issues["rule"] == rule]
    return {str(item): int(n) for item, n in issues["item"].value_counts().items()}


def test_nobody_is_lost(found: Validated) -> None:
    assert found.count("received") == found.count("kept") == 1430
    assert found.count("quarantined") == 0 and found.quarantine.empty


def test_routing_is_looked_at_both_ways(found: Validated) -> None:
    assert count(found, "routed_out") == {"q6": 7, "q7": 3, "q8": 2}
    assert sum(count(found, "routed_blank").values()) == 7
    assert count(found, "routed_blank") == {"q6": 3, "q7": 1, "q8": 1, "q9": 2}


def test_the_same_answer_to_a_whole_block(found: Validated) -> None:
    assert count(found, "straight_line")["q3_1"] == 377


def test_the_same_content_twice(found: Validated) -> None:
    """77 rows are those of an earlier one; 58 of them stopped before the first block."""
    assert count(found, "same_content") == {"": 19}
    assert count(found, "same_few_answers") == {"": 58}
    raw = pd.read_csv(FOLDER / "ai_survey_data.csv", dtype=str, na_filter=False)
    twice = found.issues[found.issues["rule"].isin(["same_content", "same_few_answers"])]
    for issue in twice.to_dict("records"):
        other = int(str(from_json(issue["fact"]).values["row"]))
        assert other < issue["row"]
        assert raw.loc[issue["row"] - 2].equals(raw.loc[other - 2].rename(issue["row"] - 2))


def test_an_answer_of_one_alone(found: Validated, questionnaire: Questionnaire) -> None:
    alone = found.issues[found.issues["rule"] == "one_case"]
    assert alone[["item", "value", "row"]].to_numpy().tolist() == [["q11", "Policymaker", 0]]
    assert alone["question"].tolist() == [questionnaire.item("q11").label.text("en")]


def test_who_stopped_is_told_from_who_skipped(found: Validated) -> None:
    answers = found.answers
    # 66 answered nothing beyond q2.
    early = answers["q3_1"].eq(BROKEN_OFF) & answers["q14"].eq(BROKEN_OFF)
    assert early.sum() == 66
    assert (answers.loc[early, "q1"] == BLANK).sum() == 0
    ended = found.issues[found.issues["rule"] == "broken_off"]
    assert ended["row"].is_unique and len(ended) >= 66
    # A blank that is followed by an answer is item nonresponse.
    skipped = answers["q3_1"].eq(BLANK)
    assert skipped.any() and not (answers.loc[skipped] == BROKEN_OFF).all(axis=1).any()
