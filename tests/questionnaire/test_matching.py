"""Texts of options come before codes of others, and what two options claim is neither's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from made_questionnaire import document, question
from readiness.ground.errors import DataError
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.questionnaire.matching import match_options
from readiness.readers import read_export
from readiness.validation import Validated, losses, sentence, validate
from readiness.validation.losses import refuse_mass_loss

# As 1.0 drafted them: the options that most chose first, each with the code that was left.
OLD = {"c": "C++", "c_2": "C", "c_3": "C#"}
GRADES = {"a": "A+", "a_2": "A"}
BANDS = {"c5": "<5", "c5_2": "5"}
# Values of a tool that counts from 1 what people count from 0.
CHILDREN = [("None", "1"), ("1", "2"), ("2", "3"), ("3 or more", "4")]


def asked(*items: dict[str, Any]) -> Questionnaire:
    export = {"ignored": ["No"]}
    return questionnaire_of(document("club", *items, export=export), "club-1")


def valued(name: str, pairs: Sequence[tuple[str, str]], kind: str = "single") -> dict[str, Any]:
    options = [
        {"code": f"o{at}", "text": text, "value": value} for at, (text, value) in enumerate(pairs)
    ]
    blank = {"blank_means": "skipped"} if kind == "multi" else {}
    return {"id": name, "kind": kind, "column": name, "categories": options, **blank}


def read(folder: Path, questionnaire: Questionnaire, cells: Sequence[str]) -> Validated:
    path = folder / "export.csv"
    name = questionnaire.items[0].column.partition(" [")[0]
    rows = [f'{at},"{cell}"' for at, cell in enumerate(cells)]
    path.write_text("\n".join([f"No,{name}", *rows]) + "\n", "utf-8")
    return validate(read_export(path, questionnaire), questionnaire)


def count(found: Validated, column: str) -> Counter[str]:
    return Counter(found.answers[column])


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        (OLD, [*["C++"] * 6, *["C"] * 5, *["C#"] * 2, "c"]),
        (GRADES, [*["A"] * 4, *["A+"] * 3]),
        ({"f": "F#", "f_2": "F"}, ["F", "F", "F#"]),
        (BANDS, ["5", "<5", "<5"]),
    ],
)
@pytest.mark.parametrize("kind", ["single", "multi"])
def test_a_text_is_its_own_option_and_not_the_code_of_another(
    options: dict[str, str], cells: list[str], kind: str, tmp_path: Path
) -> None:
    more = {"blank_means": "skipped"} if kind == "multi" else {}
    item = question("tool", kind, "Which?", options, **more)
    found = read(tmp_path, asked(item), cells)
    for code, text in options.items():
        name, wanted = ("tool", code) if kind == "single" else (f"tool.{code}", "1")
        expected = sum(cell.lower() == text.lower() for cell in cells)
        assert count(found, name)[wanted] == expected, text
    assert not losses(found)


def test_ticked_texts_are_told_from_codes_of_others(tmp_path: Path) -> None:
    item = question("tool", "multi", "Which?", OLD, blank_means="skipped")
    found = read(tmp_path, asked(item), ["C;C++", "C", "C#;C", "C++", "C++;C#"])
    ticked = {text: count(found, f"tool.{code}")["1"] for code, text in OLD.items()}
    assert ticked == {"C": 3, "C++": 3, "C#": 2}
    # Boxes in columns that are headed by their options.
    path = tmp_path / "boxes.csv"
    path.write_text("No,Which? [C],Which? [C++],Which? [C#]\n1,1,0,0\n2,C,C++,\n3,1,0,1\n", "utf-8")
    found = validate(read_export(path, asked(item)), asked(item))
    ticked = {text: count(found, f"tool.{code}")["1"] for code, text in OLD.items()}
    assert ticked == {"C": 3, "C++": 1, "C#": 1}


def test_a_column_of_codes_is_read_by_codes(tmp_path: Path) -> None:
    item = question("tool", "single", "Which?", OLD)
    found = read(tmp_path, asked(item), ["c", "c", "c_2", "c_3"])
    assert count(found, "tool") == {"c": 2, "c_2": 1, "c_3": 1}
    assert not losses(found)
    # One stray code makes no column of codes: who wrote "C" chose C.
    found = read(tmp_path, asked(item), ["C", "C", "c_3"])
    assert count(found, "tool") == {"c_2": 2, "_invalid": 1}
    # Written alike to the letter, the text of one and the code of another are neither.
    small = question("tool", "single", "Which?", {"c": "c++", "c_2": "c"})
    found = read(tmp_path, asked(small), ["c", "c", "c_2"])
    assert list(found.issues["rule"]).count("two_options") == 2
    assert count(found, "tool")["_invalid"] == 3


def test_the_column_tells_values_from_texts(tmp_path: Path) -> None:
    questionnaire = asked(valued("children", CHILDREN))
    values = read(tmp_path, questionnaire, ["1", "2", "2", "3", "4", "1", "1"])
    assert count(values, "children") == {"o0": 3, "o1": 2, "o2": 1, "o3": 1}
    texts = read(tmp_path, questionnaire, ["None", "1", "2", "2", "3 or more"])
    assert count(texts, "children") == {"o0": 1, "o1": 1, "o2": 2, "o3": 1}
    joined = asked(valued("children", CHILDREN, "multi"))
    found = read(tmp_path, joined, ["1;2", "2;3", "4"])
    assert [count(found, f"children.o{k}")["1"] for k in range(4)] == [1, 2, 1, 1]


@pytest.mark.parametrize("kind", ["single", "multi"])
def test_what_two_options_claim_is_a_fault_that_is_named_and_counted(
    kind: str, tmp_path: Path
) -> None:
    questionnaire = asked(valued("children", CHILDREN, kind))
    name = "children" if kind == "single" else "children.o0"
    found = read(tmp_path, questionnaire, ["None", "4", "1", "2", "3 or more", "3", "2"])
    issues = found.issues[found.issues["rule"] == "two_options"]
    assert issues[["row", "column", "value"]].to_numpy().tolist() == [
        [4, "children", "1"],
        [5, "children", "2"],
        [8, "children", "2"],
    ]
    assert count(found, name)["_invalid"] == 3
    [loss] = losses(found)
    assert (loss.item, loss.reasons) == ("children", {"two_options": 3})
    for language, word in (
        ("en", "The answer matches two options"),
        ("fr", "La réponse correspond à deux options"),
        ("ar", "ينطبق الجواب على خيارين"),
    ):
        said = sentence(issues.iloc[0], language)
        assert word in said and "`value`" in said and "None" in said and "4" in said
    with pytest.raises(DataError, match=r"export.csv.*children.*matches two options: 3.*Row 4"):
        refuse_mass_loss(found, tmp_path / "export.csv", 0.05)


def test_a_label_of_a_statistical_file_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    pairs = [(str(k), str(k + 1)) for k in range(11)]
    frame = pd.DataFrame({"likely": [float(k) for k in (2, 3, 3, 8, 10, 9, 9, 2)]})
    labels = {float(k + 1): str(k) for k in range(11)}
    pyreadstat.write_sav(frame, path, variable_value_labels={"likely": labels})
    questionnaire = asked(valued("likely", pairs))
    found = validate(read_export(path, questionnaire), questionnaire)
    # Nobody chose 0 or 10: the cells alone, 1 to 9, are texts and values alike.
    assert count(found, "likely") == {"o1": 2, "o2": 2, "o7": 1, "o8": 2, "o9": 1}
    # Without labels in the file nothing tells them apart.
    pyreadstat.write_sav(frame, path)
    found = validate(read_export(path, questionnaire), questionnaire)
    assert count(found, "likely") == {"_invalid": 8}
    frame["likely"] = frame["likely"].replace(10.0, 11.0)
    pyreadstat.write_sav(frame, path)
    found = validate(read_export(path, questionnaire), questionnaire)
    assert count(found, "likely") == {"o1": 2, "o2": 2, "o7": 1, "o8": 2, "o10": 1}


def test_an_option_put_first_is_found_by_its_text(tmp_path: Path) -> None:
    rows = [{"code": code, "text": text} for code, text in OLD.items()]
    block = {"id": "q", "kind": "ranking", "column": "Best first?", "categories": rows}
    questionnaire = asked(block)
    found = read(tmp_path, questionnaire, ["C;C++;C#", "C;C#;C++", "C++;C;C#"])
    names = [item.id for item in questionnaire.items if item.row and item.row.text == "C"]
    assert sorted(Counter(found.answers[names[0]]).values()) == [1, 2]
    assert not losses(found)


def test_matches_of_what_is_missing() -> None:
    item = asked(
        {
            **question("rate", "single", "Rate?", {"nine": "9", "ten": "10"}),
            "missing": [{"text": "Refused", "value": "9", "means": "refused"}],
        }
    ).items[0]
    assert [*match_options(item, ["9"]).contested] == ["9"]
    assert match_options(item, ["9", "10"]).found["9"].text == "9"
