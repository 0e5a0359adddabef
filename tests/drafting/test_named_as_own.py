"""Questions under names that survey tools give columns of their own: each is there, and counted."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from readers.drafted import draft_of
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.readers import read_export
from readiness.validation import Validated, first_reading, write_sums

N = 120
LEVELS = {1.0: "Low", 2.0: "Middle", 3.0: "High"}
# Labelled questions of a file of SPSS, all but the first named as a tool names its own columns.
LABELLED = {
    "Q1": "How useful is it?",
    "SC1": "How clear is the first scale?",
    "SC2": "How clear is the second scale?",
    "status": "How do you see your status?",
    "progress": "How much progress do you see?",
    "seed": "How good is the seed that you bought?",
    "why_text": "How clear is the reason that was given?",
}


def each_moment(hour: int) -> list[str]:
    return [f"2025-03-{k % 28 + 1:02d} {hour:02d}:{k % 60:02d}:0{k % 10}" for k in range(N)]


def cycle(*texts: str) -> list[str]:
    return [texts[k % len(texts)] for k in range(N)]


def write_csv(path: Path, *heads: Sequence[str], columns: Sequence[Sequence[str]]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([*heads, *zip(*columns, strict=True)])
    path.write_text(text.getvalue(), "utf-8")
    return path


def read(path: Path, tool: str | None = None) -> tuple[Questionnaire, str, Validated, list[str]]:
    """The draft, its text, the answers as the draft reads them, and the sums of them."""
    asked, text = draft_of(path, path.read_bytes(), tool)
    raw = read_export(path, asked)
    result = first_reading(raw, asked)
    return asked, text, result, write_sums(result, raw.attrs, "en")


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_labelled_questions_of_a_file_are_questions_whatever_their_names(
    ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"export.{ending}"
    chance = random.Random(7)
    given = {name: [float(chance.randint(1, 3)) for _ in range(N)] for name in LABELLED}
    frame = pd.DataFrame(given)
    labels = dict.fromkeys(LABELLED, LEVELS)
    if ending == "sav":
        pyreadstat.write_sav(
            frame, str(path), column_labels=[*LABELLED.values()], variable_value_labels=labels
        )
    else:
        whole = {name: {int(k): text for k, text in LEVELS.items()} for name in LABELLED}
        pyreadstat.write_dta(
            frame.astype("int32"),
            str(path),
            column_labels=[*LABELLED.values()],
            variable_value_labels=whole,
        )
    asked, text, _, sums = read(path)
    assert {*asked.headers} == {*LABELLED} and len(asked.items) == len(LABELLED)
    assert not asked.export.ignored and "# check: questions, or" not in text
    n = N * len(LABELLED)
    assert f"Answers in the file: {n} = {n} used + 0 excluded" in sums[1]
    assert sums[1].endswith("+ 0 in columns that are not read.")


def test_a_labelled_question_that_is_not_read_is_counted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "export.sav"
    frame = pd.DataFrame({name: [1.0, 2.0, 3.0] * (N // 3) for name in LABELLED})
    labels = dict.fromkeys(LABELLED, LEVELS)
    pyreadstat.write_sav(
        frame, str(path), column_labels=[*LABELLED.values()], variable_value_labels=labels
    )
    _, text = draft_of(path, path.read_bytes())
    document = read_yaml_text(text, TextLoader)
    # A questionnaire of the first question alone: what a reader knows by name, it does not ask for.
    first = {**document["items"][0], "kind": "ordinal"}
    for each in (first, *document["items"]):
        each.pop("rows", None)
    first |= {"id": "q1", "column": "Q1", "categories": [{"text": t} for t in LEVELS.values()]}
    for number, category in enumerate(first["categories"], 1):
        category |= {"code": f"a{number}", "value": str(number)}
    for key in ("each", "label", "boxes"):
        first.pop(key, None)
    asked = questionnaire_of({**document, "items": [first]}, "made-1")
    raw = read_export(path, asked)
    sums = write_sums(first_reading(raw, asked), raw.attrs, "en")
    left = N * (len(LABELLED) - 1)
    assert f"Answers in the file: {N + left} = {N} used + 0 excluded" in sums[1]
    assert f"+ {left} in columns that are not read." in sums[1]
    assert sums[2].startswith("Columns that are not read: 'SC1: How clear is the first scale?', ")
    assert all(name in sums[2] for name in [*LABELLED][1:])


def test_the_other_of_several_answers_is_an_option(tmp_path: Path) -> None:
    heads = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    boxes = [cycle("Y", ""), cycle("", "Y", "Y"), cycle("", "", "", "Y")]
    typed = ["" if k % 5 else f"my own way {k % 7}" for k in range(N)]
    columns = [
        *([str(k + 1) for k in range(N)], each_moment(9), cycle("3"), cycle("en")),
        [str(9113511 + 17 * k) for k in range(N)],
        *boxes,
        typed,
        cycle("Good", "Bad", "-oth-"),
        cycle("", "", "neither of the two"),
        *(cycle("Y", ""), cycle("", "why so"), cycle("", "Y"), cycle("why not", "")),
    ]
    heads += ["q1[SQ001]", "q1[SQ002]", "q1[SQ003]", "q1[other]", "q2", "q2[other]"]
    heads += ["q3[SQ001]", "q3[SQ001comment]", "q3[SQ002]", "q3[SQ002comment]"]
    asked, _, result, sums = read(write_csv(tmp_path / "e.csv", heads, columns=columns))
    ticked = asked.item("q1")
    (other,) = (category for category in ticked.categories if category.other)
    assert ticked.kind.name == "multi" and other.column == "q1[other]"
    place = ticked.categories.index(other)
    given = result.answers[ticked.columns[place]]
    assert int((given == "1").sum()) == sum(map(bool, typed)) == 24
    # What is typed beside one answer, or beside each box, is a text: kept apart, and not lost.
    kinds = {item.column: item.kind.name for item in asked.items}
    assert kinds["q2[other]"] == kinds["q3[SQ001comment]"] == kinds["q3[SQ002comment]"] == "text"
    (boxed,) = (item for item in asked.items if item.column == "q3")
    assert boxed.kind.name == "multi" and len(boxed.categories) == 2
    assert sums[1].endswith("+ 0 in columns that are not read.") and len(sums) == 2


def kobo(path: Path, names: Mapping[str, Sequence[str]]) -> Path:
    own: dict[str, Sequence[str]] = {
        "start": each_moment(8),
        "end": each_moment(9),
        "username": cycle("collector"),
        "deviceid": [f"collect:{k % 4}aBc{k % 4}" for k in range(N)],
        "_uuid": [f"{k:08x}-aaaa-4bbb-8ccc-1234567890ab" for k in range(N)],
        "_submission_time": each_moment(10),
        "_status": cycle("submitted_via_web"),
        "_index": [str(k + 1) for k in range(N)],
    }
    columns = {**own, **names}
    return write_csv(path, list(columns), columns=[*columns.values()])


def test_a_column_is_the_tools_own_where_its_cells_are_what_the_tool_writes(tmp_path: Path) -> None:
    status = cycle("employed", "unemployed", "student")
    path = kobo(tmp_path / "kobo.csv", {"status": status, "like": cycle("yes", "no")})
    asked, text, result, sums = read(path)
    assert [item.id for item in asked.items] == ["status", "like"]
    assert result.answers["status"].value_counts().to_dict() == dict.fromkeys(
        [category.code for category in asked.item("status").categories], N // 3
    )
    # It is asked about, as are no columns that the tool wrote; of these nobody is told.
    assert "# check: questions, or columns that a survey tool" in text and "'status'?" in text
    assert not asked.export.ignored and len(sums) == 2
    # Without the tool's signature, a column of users is people's.
    bare = write_csv(
        tmp_path / "bare.csv",
        ["username", "status", "like"],
        columns=[[f"collector{k % 5}" for k in range(N)], status, cycle("yes", "no")],
    )
    asked, text, _, sums = read(bare)
    assert [item.id for item in asked.items] == ["status", "like"]
    assert asked.export.ignored == ("username",) and "set apart" in text
    assert f"+ {N} in columns that are not read." in sums[1]
    assert sums[2] == "Columns that are not read: 'username'."


@pytest.mark.parametrize("identified", [True, False])
def test_a_question_of_a_form_has_an_identifier_or_a_text_of_its_own(
    identified: bool, tmp_path: Path
) -> None:
    own = {
        "StartDate": ("Start Date", "startDate", each_moment(8)),
        "EndDate": ("End Date", "endDate", each_moment(9)),
        "Status": ("Response Type", "status", cycle("IP Address")),
        "Progress": ("Progress", "progress", cycle("100")),
        "Finished": ("Finished", "finished", cycle("True")),
        "RecordedDate": ("Recorded Date", "recordedDate", each_moment(9)),
        "ResponseId": ("Response ID", "_recordId", [f"R_{k:015d}" for k in range(N)]),
        "SC0": ("Score", "SC_0abc", [str(k % 9) for k in range(N)]),
        "why_text": ("Why did you choose it?", "QID1_TEXT", [f"because {k}" for k in range(N)]),
        "SC1": ("How clear do you find it?", "QID2", cycle("1", "2", "3")),
    }
    heads = [[*own], [text for text, _, _ in own.values()]]
    if identified:
        heads.append([f'{{"ImportId":"{name}"}}' for _, name, _ in own.values()])
    path = write_csv(tmp_path / "e.csv", *heads, columns=[cells for *_, cells in own.values()])
    asked, _, result, sums = read(path)
    assert {item.id: item.kind.name for item in asked.items}["why_text"] == "text"
    assert len(asked.items) == 2 and not asked.export.ignored and len(sums) == 2
    assert int((~result.answers["sc1"].str.startswith("_")).sum()) == N
