"""The labels of a .sav as a draft, and a draft as YAML that is a questionnaire."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from readiness.bounded import TextLoader, read_yaml_text
from readiness.errors import DataError
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.questionnaire.naming import form_name, item_id, option_code
from readiness.questionnaire.statistical import (
    Labels,
    TickedSet,
    Variable,
    from_labels,
    means,
    sav_labels,
)
from readiness.questionnaire.writing import write

DATA = pd.DataFrame(
    {
        "CaseID": [1.0, 2.0],
        "Q1": [1.0, 9.0],
        "Q2": [3.0, 98.0],
        "Q3": [0.0, 10.0],
        "AGE": [20.0, 999.0],
        "WHY": ["so", ""],
        "DAY": [date(2020, 1, 1), date(2020, 1, 2)],
        "SEX": ["f", "m"],
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "My Survey.sav"
    pyreadstat.write_sav(
        DATA,
        path,
        column_labels={"Q1": "Do you agree?", "Q2": "How good?", "Q3": "0 to 10", "AGE": "Age"},
        variable_value_labels={
            "Q1": {1.0: "Yes", 2.0: "No", 9.0: "Refused to say"},
            "Q2": {1.0: "bon", 2.0: "moyen", 3.0: "mauvais", 97.0: "?", 98.0: "Ne sait pas"},
            "Q3": {0.0: "not at all", 10.0: "very"},
            "AGE": {999.0: "N/A"},
            "SEX": {"f": "Woman", "m": "Man"},
        },
        missing_ranges={
            "Q1": [9.0],
            "Q2": [{"lo": 97.0, "hi": 99.0}],
            "AGE": [999.0, {"lo": -1000000.0, "hi": -1.0}],
        },
        variable_measure={"Q1": "nominal", "Q2": "ordinal", "Q3": "scale", "AGE": "scale"},
        variable_format={"AGE": "F3.0", "CaseID": "F8.2"},
    )
    return path


def read(document: dict[str, Any]) -> tuple[Questionnaire, str]:
    text = write(document)
    return questionnaire_of(read_yaml_text(text, TextLoader), "draft"), text


def test_labels_become_a_questionnaire(path: Path) -> None:
    questionnaire, text = read(from_labels(sav_labels(path), language="en"))
    assert (questionnaire.id, questionnaire.language) == ("my-survey-1", "en")
    kinds = {item.id: item.kind for item in questionnaire.items}
    assert kinds == {
        "caseid": "number", "q1": "single", "q2": "ordinal", "q3": "ordinal", "age": "number",
        "why": "text", "day": "date", "sex": "single",
    }  # fmt: skip
    q1 = questionnaire.item("q1")
    assert (q1.column, q1.label.root) == ("Q1", {"en": "Do you agree?"})
    assert [(c.code, c.text, c.value) for c in q1.categories] == [
        ("yes", "Yes", "1"), ("no", "No", "2"),
    ]  # fmt: skip
    assert [(m.text, m.value, m.special) for m in q1.missing] == [
        ("Refused to say", "9", "_refused")
    ]
    q2 = questionnaire.item("q2")
    assert [m.special for m in q2.missing] == ["_blank", "_dont_know", "_blank"]
    assert questionnaire.item("q3").labels("en")["p10"] == "10 (very)"
    assert questionnaire.item("age").missing[0].special == "_not_asked"
    # What the file does not say is a comment where it is to be decided.
    for words in ("what 97 (?), 99 means", "-1e+06 to -1", "range: the file gives none"):
        assert words in text


def test_a_set_of_ticked_variables_is_one_item() -> None:
    labels = Labels(
        "s",
        tuple(Variable(name, "Radio" if name != "c" else "Web") for name in "abc"),
        (TickedSet("media", "Which?", "1", ("a", "b", "c")),),
    )
    (item,) = read(from_labels(labels))[0].items
    assert (item.kind, item.label.root) == ("multi", {"en": "Which?"})
    assert [(c.text, c.column) for c in item.categories] == [
        ("Radio (a)", "a"), ("Radio (b)", "b"), ("Web", "c"),
    ]  # fmt: skip


BOX = {"0": "No", "1": "Yes"}
ALIKE = [
    (["t_SQ001", "t_SQ002"], ["Which? Sound, image", "Which? Text"], BOX,
     ["t", "Which?", "Sound, image", "Text"]),
    (["m1", "m2"], ["Media", "Media"], None, ["m", "Media", "Radio", "TV"]),
    (["m_a", "m_b"], ["Radio", "TV"], BOX, ["m", "m", "Radio", "TV"]),
    (["q1", "q2"], ["Are you well?", "Do you work?"], BOX, None),
    (["q1", "x2"], ["Media: A", "Media: B"], BOX, None),
    (["q1", "q2"], ["Media: A", "Media: B"], {"1": "Yes", "2": "No"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("names", "labels", "values", "expected"), ALIKE)
def test_neighbours_that_look_like_one_question(
    names: list[str], labels: list[str], values: dict[str, str] | None, expected: list[str] | None
) -> None:
    """One question with several answers is proposed, and marked as what is to be judged."""
    own = [values or {"1": text} for text in ("Radio", "TV")]
    variables = [Variable(n, text, values=v) for n, text, v in zip(names, labels, own, strict=True)]
    questionnaire, text = read(from_labels(Labels("s", tuple(variables)), language="en"))
    kinds = {item.kind for item in questionnaire.items}
    if expected is None:
        assert len(questionnaire.items) == 2 and kinds == {"single"}
        return
    (item,) = questionnaire.items
    shown = [item.id, item.label.text("en"), *(c.text for c in item.categories)]
    assert (kinds, shown) == ({"multi"}, expected)
    assert [c.column for c in item.categories] == names
    assert f"# kind: are {names[0]} to {names[1]} the options of one question?" in text


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("Refused to answer", "refused"),
        ("DON’T KNOW", "dont_know"),
        ("Ne sait pas", "dont_know"),
        ("رفض الإجابة", "refused"),
        ("N/A", "not_asked"),
        ("Sans réponse", "blank"),
        ("Skipjack", None),
        ("Autre", None),
    ],
)
def test_what_a_label_says_that_a_missing_value_means(label: str, meaning: str | None) -> None:
    assert means(label) == meaning


def test_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.sav"
    path.write_bytes(b"$FL2" + b"\0" * 40)
    with pytest.raises(DataError, match=r"x\.sav: no SPSS file .*expected a \.sav"):
        sav_labels(path)
    with pytest.raises(DataError):
        sav_labels(tmp_path / "none.sav")


def test_names_of_any_script() -> None:
    assert item_id("Âge (années)") == "age_annees" and item_id("group") == "group_2"
    assert [option_code("نعم", {"c1"}), option_code("2+"), option_code("Low")] == [
        "c2", "c2", "low_2",
    ]  # fmt: skip
    assert (
        option_code("a " * 40) == "a_" * 14 + "a" and form_name("Enquête 2027 !") == "enquete-2027"
    )


def test_what_is_written_is_read_as_it_was() -> None:
    """Texts that YAML takes for something else, options that items share, comments over lines."""
    categories = [{"code": "yes", "text": "yes", "value": "1"}, {"code": "no", "text": "no: # x"}]
    document = {
        "#": "two\nlines\x07",
        "name": "q", "version": "1", "language": "en", "title": {"en": "'Q' – نعم"},
        "items": [
            {"id": "a", "kind": "single", "column": "Why?, {x}", "categories": categories},
            {"#": "decide", "id": "b", "kind": "single", "categories": [*categories]},
        ],
    }  # fmt: skip
    questionnaire, text = read(document)
    assert text.startswith("# two\n# lines\nname: q\n") and "\n  # decide\n  - id: b\n" in text
    assert text.count("no: # x") == 1 and "categories: *a" in text
    assert questionnaire.item("b").codes == ("yes", "no")
    assert questionnaire.item("a").column == "Why?, {x}"
