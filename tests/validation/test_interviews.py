"""What validation sees of whole interviews and whole columns, and of cells that tools write."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from made_questionnaire import document, question
from readiness.analysis.responding import dispositions, missing_table
from readiness.ground.errors import DataError
from readiness.language import LANGUAGES
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.site.faults import faults_page
from readiness.validation import RULES, Validated, sentence, validate
from readiness.validation.rows import mark_ineligible

LEVELS = ["Très faible", "Faible", "Moyen", "Bon"]
SCALE = [{"code": f"l{k}", "text": text, "value": str(k)} for k, text in enumerate(LEVELS, 1)]
MISSING = [
    {"text": "NSP", "means": "dont_know"},
    {"text": "888", "means": "not_asked"},
    {"text": "Refus", "means": "refused"},
]
TOOLS = [
    {"code": "pen", "text": "Stylo, crayon"},
    {"code": "ink", "text": "Encre"},
    {"code": "nothing", "text": "Aucun", "exclusive": True},
]
WHY = [
    {"code": "money", "text": "Argent"},
    {"code": "time", "text": "Temps"},
    {"code": "other", "text": "Autre", "other": True},
]
LED = [{"item": "why", "one_of": ["money"]}]
ROWS = [{"id": f"g{k}", "text": f"Avis {k}"} for k in range(1, 5)]
DOCUMENT: dict[str, Any] = document(
    "made",
    question("age", "number", "Age", range={"low": 0, "high": 120}),
    question("level", "ordinal", "Niveau", categories=SCALE, missing=MISSING),
    question("grid", "grid", "Avis", categories=SCALE, rows=ROWS),
    question("why", "single", "Pourquoi", required=True, categories=WHY),
    question("tools", "multi", "Outils", blank_means="none", categories=TOOLS),
    question("led", "single", "Lequel", categories=SCALE, asked_if=LED),
    question("born", "date", "Depuis"),
    question("cost", "number", "Prix", range={"low": 0, "decimals": 2}),
    question("said", "text", "Remarque"),
    language="fr",
    export={"dates": None, "timestamp": "Quand"},
)
PLAIN = {
    "age": "40",
    "level": "Faible",
    "g1": "Bon",
    "g2": "Bon",
    "g3": "Moyen",
    "g4": "Faible",
    "why": "Temps",
    "tools": "Encre",
    "led": "",
    "born": "2020-02-03",
    "cost": "2.5",
    "said": "",
}
ITEMS = list(PLAIN)


def made(**changes: Any) -> Questionnaire:
    return questionnaire_of({**DOCUMENT, **changes}, "made")


QUESTIONNAIRE = made()


def export(rows: Sequence[Mapping[str, str]], **columns: Sequence[str]) -> pd.DataFrame:
    """An export as readers hand it out; what a row does not say is as in `PLAIN`."""
    frame = pd.DataFrame([{**PLAIN, **row} for row in rows], dtype=object)
    frame.insert(0, "_row", range(2, len(rows) + 2))
    for name, values in columns.items():
        frame[name] = list(values)
    return frame.astype(dict.fromkeys(ITEMS, "category"))


def check(rows: Sequence[Mapping[str, str]], **columns: Any) -> Validated:
    return validate(export(rows, **columns), QUESTIONNAIRE)


def rules(found: Validated, item: str | None = None) -> list[tuple[int, str]]:
    issues = found.issues if item is None else found.issues[found.issues["item"] == item]
    return list(zip(issues["row"].tolist(), issues["rule"].tolist(), strict=True))


def test_a_wave_without_time_and_codes_is_named_by_its_rows() -> None:
    found = check([{}, {"age": "41"}])
    assert found.answers["respondent"].tolist() == ["row-2", "row-3"]
    assert found.issues.empty and found.count("kept") == found.count("received") == 2


def test_what_the_tool_calls_a_response_names_it_and_tells_a_second_one() -> None:
    found = check([{}, {"age": "41"}, {"age": "42"}], _id=["a", "b", "a"])
    assert found.answers["respondent"].tolist() == ["id-a", "id-b"]
    assert found.answers["age"].tolist() == ["42", "41"]
    assert found.quarantine[["row", "rule"]].to_numpy().tolist() == [[2, "duplicate"]]
    # Without moments nobody knows which row came last.
    assert "validation.duplicate.undated" in found.issues["fact"].iloc[0]


@pytest.mark.parametrize(
    ("item", "text", "code", "found"),
    [
        ("level", "3", "l3", []),
        ("level", "٣", "l3", []),
        ("level", "888", "_not_asked", []),
        ("level", "Refus", "_refused", []),
        ("level", "nsp", "_dont_know", []),
        ("level", "l3", "_invalid", ["unknown_option"]),
        ("why", "Le climat", "other", []),
        ("why", "Argents", "other", ["near_option"]),
        ("why", "Argent 2", "other", []),
        ("why", "", "_blank", ["required"]),
        ("born", "2021-02-30", "_invalid", ["impossible_date"]),
        ("born", "03/04/2021", "_invalid", ["not_a_date"]),
        ("born", "13/04/2021", "2021-04-13", ["spelling"]),
        ("born", "hier", "_invalid", ["not_a_date"]),
        ("cost", "2,50", "2.5", ["spelling"]),
        ("cost", "2.505", "_invalid", ["not_a_number"]),
        ("cost", "-1", "_invalid", ["out_of_range"]),
        ("cost", "9" * 5000, "_invalid", ["out_of_range"]),
        ("age", "12.0", "12", ["spelling"]),
        ("age", "12.5", "_invalid", ["not_a_number"]),
    ],
)
def test_cells_that_tools_write(item: str, text: str, code: str, found: list[str]) -> None:
    made_ = check([{item: text}, {}])
    assert made_.answers[item].tolist()[0] == code
    assert [rule for row, rule in rules(made_, item) if row == 2] == found


@pytest.mark.parametrize("stated", ["dmy", "mdy"])
def test_the_questionnaire_says_whether_the_day_stands_first(stated: str) -> None:
    own = made(export={"dates": stated})
    found = validate(export([{"born": "03/04/2021"}]), own)
    assert found.answers["born"].tolist() == ["2021-04-03" if stated == "dmy" else "2021-03-04"]


def test_a_column_of_codes_is_read_as_codes_and_one_with_texts_is_not() -> None:
    assert check([{"level": "l3"}, {"level": "l1"}]).answers["level"].tolist() == ["l3", "l1"]
    mixed = check([{"level": "l3"}, {"level": "Faible"}])
    assert mixed.answers["level"].tolist() == ["_invalid", "l2"]


@pytest.mark.parametrize(
    ("text", "ticked", "found"),
    [
        ("Stylo, crayon\x1fEncre", "110", []),
        ("Stylo, crayon", "100", []),
        ("Encre, Stylo, crayon", "110", []),
        ("Aucun", "001", []),
        ("Aucun\x1fEncre", "010", ["exclusive"]),
        ("Encre\x1fGomme", "010", ["unknown_option"]),
    ],
)
def test_ticked_options_of_any_tool(text: str, ticked: str, found: list[str]) -> None:
    result = check([{"tools": text}, {}])
    names = QUESTIONNAIRE.item("tools").columns
    assert "".join(result.answers.loc[0, list(names)]) == ticked
    assert [rule for row, rule in rules(result, "tools") if row == 2] == found


def test_a_near_option_is_suggested_and_never_applied() -> None:
    found = check([{"level": "Tres faible"}] * 14 + [{}] * 10)
    issues = found.issues[found.issues["item"] == "level"]
    unknown = issues[issues["rule"] == "unknown_option"]
    assert set(unknown["suggestion"]) == {"Très faible"} and len(unknown) == 14
    assert set(unknown["expected"]) == {" | ".join(LEVELS)}
    assert (found.answers["level"] == "_invalid").sum() == 14
    renamed = issues[issues["rule"] == "unseen_option"].iloc[0].to_dict()
    assert renamed["row"] == 0 and renamed["value"] == "Tres faible"
    assert sentence(renamed, "en") == (
        "Niveau: 'Tres faible'. Tres faible occurs (times: 14), but the option “Très faible” "
        "never does. Was the wording changed? If so, write a new version of the questionnaire."
    )


def test_options_that_nobody_gave_or_one_alone() -> None:
    found = check([{"level": "Bon"}] + [{}] * 25)
    issues = found.issues[found.issues["item"] == "level"]
    assert dict(zip(issues["value"], issues["rule"], strict=True)) == {
        "Très faible": "never_chosen",
        "Moyen": "never_chosen",
        "Bon": "one_case",
    }


STOPPED = dict.fromkeys(ITEMS[2:], "")


def test_who_stopped_is_told_from_who_skipped() -> None:
    found = check([STOPPED, {"g2": "", "cost": ""}, {}])
    answers = found.answers.set_index("respondent")
    assert set(answers.loc["row-2", ["g1", "why", "tools.pen", "born"]]) == {"_broken_off"}
    # What nobody is led to, and a remark, is as it was.
    assert answers.loc["row-2", ["led", "said"]].tolist() == ["_not_asked", "_blank"]
    assert answers.loc["row-3", ["g2", "cost"]].tolist() == ["_blank", "_blank"]
    assert answers.loc["row-3", "tools.pen"] == "0"
    assert rules(found) == [(2, "broken_off"), (3, "no_answer"), (3, "no_answer")]


def test_who_broke_off_is_a_partial_or_a_refusal() -> None:
    """AAPOR: at least half of what applied answered is a partial, less is a break-off."""
    later = {**PLAIN, **dict.fromkeys(["why", "tools", "born", "cost"], "")}
    found = check([STOPPED, later, {"g4": "Bon"}])
    sample = pd.DataFrame({"token": found.answers["respondent"]})
    assert dispositions(sample, found.answers, QUESTIONNAIRE).tolist() == [
        "refusal",
        "partial",
        "complete",
    ]
    states = missing_table(found.answers, QUESTIONNAIRE, ["g1"]).set_index("status")["n"]
    assert states["blank"] == 1 and states["answered"] == 2 and states["not_asked"] == 0


def test_the_word_of_the_tool_on_who_came_to_the_end_counts() -> None:
    one_left = {"cost": ""}
    found = check([STOPPED, one_left, {}], _complete=["yes", "no", "no"])
    broken = found.issues[found.issues["rule"] == "broken_off"]
    assert broken[["row", "item"]].to_numpy().tolist() == [[3, "cost"]]
    assert "_broken_off" not in set(found.answers.loc[0])


def test_a_question_that_an_answer_leads_to() -> None:
    found = check([{"why": "Argent"}, {"why": "Argent", "led": "Bon"}, {"led": "Bon"}])
    assert rules(found, "led") == [(2, "routed_blank"), (4, "routed_out")]
    assert found.answers["led"].tolist() == ["_blank", "l4", "_not_asked"]


def test_the_same_answers_twice() -> None:
    few = {**STOPPED, "age": ""}
    found = check([{}, {"age": "7"}, {}, few, few, {}])
    assert rules(found)[:1] == [(4, "same_content")]
    alike = found.issues[found.issues["rule"].str.startswith("same")]
    assert alike[["row", "rule"]].to_numpy().tolist() == [
        [4, "same_content"],
        [6, "same_few_answers"],
        [7, "same_content"],
    ]
    assert found.count("kept") == 6
    assert rules(check([{"why": "Le climat"}, {"why": "Le prix"}])) == []


def test_one_answer_to_a_whole_block() -> None:
    same = dict.fromkeys(["g1", "g2", "g3", "g4"], "Moyen")
    found = check([same, {**same, "g4": ""}, {}])
    straight = found.issues[found.issues["rule"] == "straight_line"]
    assert straight[["row", "item", "value"]].to_numpy().tolist() == [[2, "g1", "Moyen"]]


def test_interviews_that_are_too_fast() -> None:
    seconds = ["300"] * 30 + ["99", "101", "", "never"]
    rows = [{"age": str(k)} for k in range(len(seconds))]
    found = check(rows, _seconds=seconds)
    fast = found.issues[found.issues["rule"] == "speeder"]
    assert fast[["row", "value"]].to_numpy().tolist() == [[32, "99"]]
    # Of few interviews the median says nothing.
    assert rules(check(rows[:3], _seconds=["300", "300", "1"])) == []


def test_an_interview_that_ends_before_it_begins() -> None:
    found = check(
        [{}, {"age": "3"}],
        _started=["2026-03-01T10:00:00", "2026-03-01T10:00:00"],
        _submitted=["2026-03-01T09:00:00", "2026-03-01T10:00:00"],
    )
    assert [rule for _, rule in rules(found)] == ["impossible_time"]


def test_a_number_far_from_the_others_is_a_note() -> None:
    ages = [*map(str, range(20, 60)), "119"]
    found = check([{"age": age} for age in ages])
    assert rules(found, "age") == [(42, "outlier")]
    assert found.answers["age"].tolist()[-1] == "119"
    assert rules(check([{"age": "30"}] * 40 + [{"age": "31"}]), "age") == []


def test_rows_that_cannot_be_used_are_set_aside_with_their_reasons() -> None:
    ends = {"code": "none", "text": "Rien", "screens_out": True}
    why = question("why", "single", "Pourquoi", required=True, categories=[WHY[0], ends])
    screened = made(items=[why, DOCUMENT["items"][0]])
    raw = pd.DataFrame(
        {
            "_row": [2, 3, 4],
            "why": ["Argent", "Rien", "x"],
            "age": ["1", "", "2"],
            "_fault": ["", "", "7 cells where the header has 8."],
        }
    )
    found = validate(raw, screened)
    assert found.quarantine[["row", "rule", "why"]].to_numpy().tolist() == [
        [3, "screened_out", "Rien"],
        [4, "structure", "x"],
    ]
    assert found.count("received") == found.count("kept") + found.count("quarantined") == 3
    assert (found.count("screened_out"), found.count("structure")) == (1, 1)
    sample = pd.DataFrame({"token": ["row-2", "row-3", "row-9"]})
    ended = mark_ineligible(sample, found.quarantine)["disposition"].tolist()
    assert ended == ["", "ineligible", ""]
    assert mark_ineligible(sample, found.quarantine.iloc[1:]) is sample
    with pytest.raises(DataError, match="no submission of 1 can be kept"):
        validate(raw.iloc[[1]], screened)


ATTACK = '<script>alert(1)</script>"\u202eonload=x'


def every_fault() -> Validated:
    """An export with most of the faults there are, and something hostile in each cell."""
    rows = [{}] * 22 + [
        {"level": ATTACK, "why": ATTACK, "tools": ATTACK, "born": ATTACK, "cost": ATTACK},
        {"why": "", "age": "140"},
        {"why": "Argent"},
        {"led": "Bon"},
        STOPPED,
        {"level": "bon"},
        {"tools": "Aucun\x1fEncre"},
        {"level": "Tres faible"},
        {"level": "Tres faible"},
        {"born": "2021-13-41"},
        {"age": ATTACK},
        {"said": ATTACK},
    ]
    return check(rows, _fault=["<b>bad</b>", *[""] * (len(rows) - 1)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_every_fault_and_runs_nothing(language: str) -> None:
    found = every_fault()
    assert len(set(found.issues["rule"])) >= 14 and set(found.issues["rule"]) <= set(RULES)
    page = faults_page(QUESTIONNAIRE, found.issues, found.counts, found.quarantine, language)
    # No label is there in that language: the questionnaire's own stand in.
    assert "Pourquoi" in page and f'lang="{language}"' in page
    assert "default-src 'none'" in page and "script-src" not in page
    assert "<script" not in page and "\u202e" not in page and "<b>bad" not in page
    assert "&lt;script&gt;" in page
    assert "http-equiv" in page and "noindex" in page
    assert all(f">{rule}<" in page for rule in set(found.issues["rule"]))
    assert "{" not in page.partition("</style>")[2]
