"""A draft proposes what the export bears, marks what it does not know, and can be read."""

from __future__ import annotations

import csv
import json
import re
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

from made_questionnaire import document, question
from readiness.commands.starting.beginnings import _draft_questionnaire
from readiness.commands.starting.export_tables import export_table
from readiness.drafting import (
    Codebook,
    Draft,
    ExportColumn,
    ExportTable,
    document_of,
    draft_text,
    make_draft,
    name_by_form,
    read_codebook,
    wave_section,
    with_section,
)
from readiness.drafting.following import follow
from readiness.drafting.joined import find_joined_options
from readiness.drafting.wordings import find_special, guess_language, order_numbers, order_scale
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.questionnaire import TICKED, Questionnaire, questionnaire_of
from readiness.questionnaire.writing import open_decisions, option_codes
from readiness.readers import read_export
from readiness.validation import first_reading, losses, write_sums
from readiness.validation.cells import read_cell

AGREE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
N = 60
LEVELS = yaml.safe_load((Path(__file__).parent / "levels.yaml").read_text("utf-8"))


def column(at: int, header: str, cells: Sequence[str], **known: Any) -> ExportColumn:
    codes = np.arange(len(cells), dtype=np.int64)
    return ExportColumn.from_codes(at, header, cells, codes, **known)


def table(**columns: Sequence[str]) -> ExportTable:
    return ExportTable(tuple(column(k, h, list(c)) for k, (h, c) in enumerate(columns.items())))


def cycle(*texts: str, n: int = N) -> list[str]:
    return [texts[k % len(texts)] for k in range(n)]


def drafted(columns: ExportTable, **how: Any) -> tuple[Draft, Questionnaire, str]:
    draft = make_draft(columns, "trial", "a test", **{"language": "en", **how})
    text = draft_text(document_of(draft), "a test")
    return draft, questionnaire_of(read_yaml_text(text, TextLoader), "draft"), text


def test_each_kind_is_proposed_by_its_cells() -> None:
    draws = np.random.default_rng(1)
    columns = table(
        **{
            "Timestamp": [f"2026/03/{k % 28 + 1:02d} 10:00:{k:02d} AM GMT+1" for k in range(N)],
            "I trust the news": cycle(*AGREE[::-1]),
            "Do you vote?": cycle("Yes", "No", "Don't know"),
            "Years of work": [str(k % 37) for k in range(N)],
            "What would you change?": [f"Word {k} and another one" for k in range(N)],
            "From 1 to 5, how good?": [str(n) for n in draws.integers(1, 5, N)],
            "Which media?": cycle(
                "Radio;Press, print", "Radio", "Press, print", "Radio;Web", "Web"
            ),
            "Born on": [f"{k % 28 + 1:02d}/0{k % 9 + 1}/1990" for k in range(N)],
            "Do you read?": [*cycle("Oui", n=N - 1), "Non"],
            "Is it good?": ["Good", "Bad", "Very good", *cycle("", n=N - 3)],
            "Sex": [*cycle("Male", n=N - 1), "Female"],
        }
    )
    _, asked, text = drafted(columns)
    kinds = {item.id: item.kind.name for item in asked.items}
    assert (
        " ".join(kinds.values())
        == "ordinal single number text ordinal multi date single ordinal text"
    )
    assert [c.text for c in asked.items[0].categories] == AGREE
    assert [c.text for c in asked.items[1].categories] == ["Yes", "No"]
    assert [(m.text, m.special) for m in asked.items[1].missing] == [("Don't know", "_dont_know")]
    assert asked.items[4].codes == ("p1", "p2", "p3", "p4", "p5")
    assert {c.text for c in asked.items[5].categories} == {"Radio", "Press, print", "Web"}
    assert asked.export.timestamp == "Timestamp"
    assert asked.draft
    # Whom somebody votes for is a secret of many.
    assert [item.id for item in asked.items if item.sensitive] == ["do_you_vote"]
    assert open_decisions(text) == 4 and "few different answers" in text


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        ("C++|C|C#", ("c_2", "c", "c_3")),
        ("A+|A|B", ("a_2", "a", "b")),
        ("F#|F", ("f_2", "f")),
        ("<5|5|>5", ("c5_2", "c5", "c5_3")),
        ("C|c++|Python", ("c", "c_2", "python")),
        ("نعم!|لا|ربما", ("c1", "c2", "c3")),
    ],
)
def test_no_option_is_drafted_with_a_code_that_is_the_text_of_another(
    texts: str, codes: tuple[str, ...]
) -> None:
    every = texts.split("|")
    assert tuple(option_codes(every)) == codes
    cells = [text for n, text in enumerate(reversed(every), 10) for _ in range(n)]
    [item] = drafted(table(tool=cells))[1].items
    assert len({option.code for option in item.categories}) == len(every)
    for option in item.categories:
        assert read_cell(item, option.text).values == (option.code,)
        others = {other.text.casefold() for other in item.categories if other is not option}
        assert option.code not in others


@pytest.mark.parametrize(
    "said",
    [
        *("I'm not sure", "Not sure", "Unsure", "No opinion", "Not sure / Don't know"),
        *("Je ne suis pas sûr(e)", "Sans opinion", "No estoy seguro/a", "Não tenho certeza"),
        *("Keine Meinung", "Non sono sicuro", "لا رأي لي", "غير متأكد"),
    ],
)
def test_who_is_not_sure_has_given_an_answer_that_is_asked_about(said: str) -> None:
    columns = table(
        vote=cycle("No", "Yes", "Yes", said),
        trust=cycle(*AGREE[::-1], said),
        good=cycle("1", "2", "3", "4", "5", said),
        media=cycle("Radio;Press", "Radio", "Press;Web", said, "Web;Radio", "Web"),
        hours=[*(str(k % 37) for k in range(N - 1)), said],
        colour=cycle("Red", "Green", "Blue", said),
        only=cycle("Yes", said),
    )
    _, asked, text = drafted(columns)
    rows = {item.id: [option.text for option in item.categories] for item in asked.items}
    assert rows["vote"] == ["Yes", "No", said]
    assert rows["trust"] == [*AGREE, said] and asked.item("trust").kind.name == "single"
    assert rows["good"] == ["1", "2", "3", "4", "5"]
    beside = asked.item("good").dont_know
    assert beside is not None and beside.text == said
    assert {*rows["media"]} == {"Radio", "Press", "Web", said}
    assert rows["only"] == ["Yes", said] and rows["colour"][-1] == said
    # Typed beside numbers, it is no number.
    assert [m.text for m in asked.item("hours").missing] == [said]
    lines = text.splitlines()
    for name in ("vote", "trust", "good", "media", "colour", "only"):
        at = next(k for k, line in enumerate(lines) if line.endswith(f"id: {name}"))
        comments = [c for c in lines[at - 6 : at] if repr(said) in c and "check:" in c]
        assert comments, name
        assert not asked.item(name).missing
    read = read_cell(asked.item("vote"), said)
    assert read.values == (asked.item("vote").codes[-1],) and not read.faults


def test_who_is_declared_missing_or_seen_by_interviewers_alone_gave_no_answer() -> None:
    labels = {"1": "Yes", "2": "No", "3": "Not sure"}
    cells = cycle("1", "2", "3")
    declared = ExportTable((column(0, "vote", cells, values=labels, missing=("3",)),))
    assert [m.text for m in drafted(declared)[1].items[0].missing] == ["Not sure"]
    offered = ExportTable((column(0, "vote", cells, values=labels),))
    [item] = drafted(offered)[1].items
    assert [option.text for option in item.categories] == ["Yes", "No", "Not sure"]
    assert not item.missing and item.categories[2].value == "3"
    volunteered = drafted(table(vote=cycle("Yes", "No", "[DO NOT READ] Not sure")))[1].items[0]
    assert [m.special for m in volunteered.missing] == ["_dont_know"]


def test_a_secret_is_no_lowest_level_and_is_asked_about() -> None:
    secret = "I prefer to keep it a secret"
    _, asked, text = drafted(table(age=cycle("18-24", "25-34", "35-44", secret)))
    [item] = asked.items
    assert item.kind.name == "single" and item.categories[-1].text == secret
    assert f"check: low to high but for {secret!r}" in text


def test_options_may_hold_what_joins_them() -> None:
    cells = Counter(
        {
            "Reading, at home, Sports": 4,
            "Sports": 3,
            "Reading, at home": 5,
            "Sports, Music": 2,
            "Music, Reading, at home": 2,
        }
    )
    found = find_joined_options(cells)
    assert found is not None
    assert (set(found.options), found.separator) == ({"Reading, at home", "Sports", "Music"}, ", ")
    alone = {"University, Research": 9, "Hospital, Clinic": 8, "Government": 4}
    assert find_joined_options(Counter(alone)) is None


def test_a_first_row_of_ticks_holds_answers() -> None:
    with pytest.raises(DataError, match="first row holds answers"):
        make_draft(
            table(**{"x": cycle("x", ""), "x (2)": cycle("", "x"), "Why": ["?"] * N}), "t", "t"
        )
    with pytest.raises(DataError, match="2 rows of 1 records"):
        export_table(Path("a.csv"), b"record_id,redcap_event_name,q\n1,a,x\n1,b,y\n")


def test_grids_and_ticked_columns_are_one_question() -> None:
    columns = table(
        **{
            "How good was [the food]": cycle("Good", "Bad", "Very good"),
            "How good was [the room]": cycle("Bad", "Good", "Very good"),
            "How good was []": [*cycle("Bad", "Good", n=N - 1), "Very good"],
            "Uses [radio]": cycle("1", "0"),
            "Uses [press]": cycle("0", "1", "1"),
            "tools/a": cycle("1", "0", "0"),
            "tools/b": cycle("0", "1", "0"),
            "crops_1": cycle("1", "0", "0"),
            "crops_-96": cycle("0", "1", "0"),
        }
    )
    draft, asked, _ = drafted(columns)
    found = [(q.block.kind, q.kind) for q in draft.questions]
    assert found == [("grid", "ordinal"), *[("ticks", "multi")] * 3]
    assert [item.row.text for item in asked.items[:2] if item.row] == ["the food", "the room"]
    assert [c.column for c in asked.items[3].categories] == ["Uses [radio]", "Uses [press]"]
    again = table(**{"Well?": cycle("Yes", "No"), "Well? (2)": cycle("No", "Yes", "Yes")})
    assert [item.kind.name for item in drafted(again)[1].items] == ["single", "single"]


def test_labels_of_a_statistical_file_are_used_with_its_answers() -> None:
    yes_no, unknown = {"0": "No", "1": "Yes"}, {"99": "Dont know / no idea of it", "": ""}
    draft, asked, _ = drafted(
        ExportTable(
            (
                column(
                    0,
                    "Q1",
                    cycle("1", "2", "9"),
                    label="Do you vote?",
                    values={"1": "Yes", "2": "No", "8": "", "9": "Refused"},
                    missing=("9",),
                ),
                column(
                    1,
                    "AGE",
                    [str(20 + k) for k in range(N - 1)] + ["999"],
                    label="Age",
                    values={"999": "not known"},
                    missing=("990..999",),
                ),
                column(
                    2,
                    "Q3",
                    cycle("0", "5", "10", "7"),
                    label="0 to 10",
                    values={"0": "not at all", "10": "very"},
                ),
                column(3, "Q4_1", cycle("1", "0"), label="Do you use? - Radio", values=yes_no),
                column(4, "Q4_2", cycle("0", "1", "1"), label="Do you use? - Web", values=yes_no),
                column(5, "Q5_1", cycle("1", ""), label="Which fruit-Kiwi"),
                column(6, "Q5_2", cycle("", "1", "1"), label="Which fruit-Plum"),
                column(7, "Q5_3", [""] * N, label="Which fruit-Fig"),
                # Values that lie on the points, or far off, and a label of no value.
                column(8, "Q6", [*cycle(*map(str, range(11)), n=55), *["99"] * 5], values=unknown),
                column(9, "Q7", cycle("1", "2", "4", "8", "10"), values=yes_no, missing=("8",)),
            )
        )
    )
    kinds = " ".join(f"{item.id} {item.kind.name}" for item in asked.items)
    assert kinds == "q1 single age number q3 ordinal q4 multi q5 multi q6 ordinal q7 number"
    given = [(m.value or m.text, m.special) for i in asked.items[-2:] for m in i.missing]
    assert given == [("99", "_dont_know"), ("8", "_blank")]
    assert [m.special for m in asked.item("q1").missing] == ["_refused"]
    assert [(m.value, m.special) for m in asked.item("age").missing] == [("999", "_blank")]
    assert asked.item("q3").labels("en")["p10"] == "10 (very)"
    assert [c.text for c in asked.item("q5").categories] == ["Kiwi", "Plum", "Fig"]
    assert draft.questions[3].block.question == "Do you use?"


def test_an_spss_file_is_drafted_of_what_it_says_of_itself(tmp_path: Path) -> None:
    """Labels without any answer are enough, and sets of ticked variables are one question."""
    path = tmp_path / "My Survey.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"Q1": [1.0], "Q2": [3.0], "A": [1.0], "B": [0.0]}).iloc[:0],
        path,
        column_labels={"Q1": "Do you agree?", "Q2": "How good is the service?", "A": "Radio"},
        variable_value_labels={
            "Q1": {1.0: "Yes", 2.0: "No", 9.0: "Refused to say"},
            "Q2": {1.0: "poor", 2.0: "fair", 3.0: "good", 98.0: "Does not know the answer"},
            "A": {0.0: "No", 1.0: "Yes"},
            "B": {0.0: "No", 1.0: "Yes"},
        },
        missing_ranges={"Q1": [9.0], "Q2": [{"lo": 97.0, "hi": 99.0}]},
        variable_measure={"Q1": "nominal", "Q2": "ordinal"},
    )
    table = export_table(path, path.read_bytes())
    media = [replace(column, together="Which media?") for column in table.columns[2:]]
    _, asked, _ = drafted(ExportTable((*table.columns[:2], *media)))
    kinds = " ".join(f"{item.id} {item.kind.name}" for item in asked.items)
    assert kinds == "q1 single q2 ordinal which_media multi"
    assert [(m.text, m.value, m.special) for m in asked.item("q1").missing] == [
        ("Refused to say", "9", "_refused")
    ]
    assert [m.special for m in asked.item("q2").missing] == ["_blank"]
    assert [(c.text, c.column) for c in asked.items[2].categories] == [("Radio", "A"), ("B", "B")]


@pytest.mark.parametrize(
    ("labels", "missing", "read"),
    [
        # Two answers, two kinds of no answer, an answer and no answer that share a label.
        ({1: "Yes", 2: "Yes", 3: "No"}, (), "yes yes_2 no"),
        ({1: "Yes", 2: "No", 8: "Refused", 9: "Refused"}, (8, 9), "yes no _refused _refused"),
        ({1: "Perhaps", 2: "Perhaps", 3: "No"}, (2,), "perhaps _blank no"),
        # Nothing but two kinds of no answer; no answer between the two ends of a scale.
        ({1: "No answer", 2: "No answer"}, (), "_refused _refused"),
        ({0: "Low", 10: "High", 3: "Refused", 4: "Refused"}, (3, 4), "0 10 _refused _refused"),
    ],
)
def test_labels_of_an_spss_file_that_are_given_twice_stand_for_each_of_their_values(
    tmp_path: Path, labels: dict[int, str], missing: tuple[int, ...], read: str
) -> None:
    path = tmp_path / "twice.sav"
    cells = [*map(float, labels)]
    between = [6.0, 7.0] if 10 in labels else []
    pyreadstat.write_sav(
        pd.DataFrame({"Q": [*cells, *between] * 5}),
        path,
        variable_value_labels={"Q": {float(value): text for value, text in labels.items()}},
        missing_ranges={"Q": [float(value) for value in missing]} if missing else {},
    )
    _, asked, _ = drafted(export_table(path, path.read_bytes()))
    raw = read_export(path, asked)
    found = [read_cell(asked.items[0], text).values[0] for text in raw["q"][: len(cells)]]
    assert found == read.split()


def test_an_agency_writes_the_question_before_each_option_and_numbers_as_labels(
    tmp_path: Path,
) -> None:
    """As Ipsos does: the label of a set is cut short, an age of 18 is labelled 18."""
    asked, path = (
        "Which of these media do you use at least once in a usual week",
        tmp_path / "a.sav",
    )
    pleased = ("Very satisfied", "Fairly satisfied", "Neither satisfied nor dissatisfied")
    labels = dict(enumerate([*pleased, "Fairly dissatisfied", "Very dissatisfied"], 1))
    ages = {float(k): str(k) for k in range(18, 90)} | {999.0: "No answer"}
    rows = {
        "Q": [1.0, 2.0, 3.0, 4.0, 5.0],
        "A": [1.0, 0.0] * 2 + [1.0],
        "B": [0.0, 1.0] * 2 + [1.0],
    }
    pyreadstat.write_sav(
        pd.DataFrame({**rows, "age": [18.0, 33.0, 41.0, 66.0, 999.0]}),
        path,
        column_labels={"A": f"{asked}?: Radio", "B": f"{asked}?: Daily press"},
        variable_value_labels={
            **{"Q": {float(k): text for k, text in labels.items()}, "age": ages},
            **{box: {0.0: "No", 1.0: "Yes"} for box in "AB"},
        },
    )
    table = export_table(path, path.read_bytes())
    several = [
        replace(column, together=asked[:40]) if column.header in "AB" else column
        for column in table.columns
    ]
    draft, found, _ = drafted(ExportTable(tuple(several)))
    assert [(i.id, i.kind.name) for i in found.items][::2] == [("q", "ordinal"), ("age", "number")]
    assert [c.text for c in found.items[0].categories][1] == "Fairly dissatisfied"
    assert [c.text for c in found.items[1].categories] == ["Radio", "Daily press"]
    assert draft.questions[1].block.question == f"{asked}?"


def test_a_household_survey_of_spss_is_read_by_its_labels(tmp_path: Path) -> None:
    """Letters that are ticked, codes among numbers, a class and the one below it."""
    path, void = tmp_path / "a.sav", {"?": "NO RESPONSE"}
    letters = {"UN1A": {"A": "Too old"}, "UN1B": {"B": "Health"}, "UN1X": {"X": "Other"}}
    ages = [*range(20, 60)] * 2
    rows = {
        **{box: cycle(box[-1], "", "?", n=80) if box != "UN1X" else cycle("", "", "?", n=80)
           for box in letters},
        "marry": [0, 111] * 25 + ages[:30],
        "times": cycle(1, 2, 3, 8, 9, n=80),
        "job": cycle(300, 310, n=80),
        "wed": cycle(1, 2, n=80),
        "gone": [np.nan] * 80,
        **{f"wed_{k}": cycle(1, 0, 8, n=80) for k in (1, 2)},
    }  # fmt: skip
    labels: dict[str, Any] = {box: said | void for box, said in letters.items()} | {
        "marry": {0: "No ideal age", 111: "Never"},
        "times": {7: "7+", 8: "Don't know"},
        "job": {300: "Armed forces", 310: "Armed forces"},
        "wed": {1: "Married", 2: "Never married"},
        "gone": {1: "Yes", 2: "No"},
        **{f"wed_{k}": {0: "Not selected", 1: "Selected", 8: "DK"} for k in (1, 2)},
    }
    pyreadstat.write_sav(
        pd.DataFrame(rows), path, variable_value_labels=labels, missing_ranges={"times": [9]},
        column_labels=[f"Your reason: {each}" for each in letters] + ["When?", "Times", "Job"]
        + ["Status", "Gone", "Status: Married", "Status: Never married"],
    )  # fmt: skip
    draft, asked, text = drafted(export_table(path, path.read_bytes()))
    assert draft.metadata["gone"].why == "empty throughout"
    kinds = ["multi", "number", "ordinal", "single", "single", "multi"]
    assert [item.kind.name for item in asked.items] == kinds
    assert {option.value for option in asked.items[-1].categories} == {None}
    assert "check: labelled are 0 is 'No ideal age', 111 is 'Never': numbers, or no answ" in text
    assert [m.special for m in asked.item("times").missing] == ["_dont_know", "_blank"]
    assert [c.text for c in asked.item("job").categories] == ["Armed forces", "Armed forces [310]"]
    read = [read_cell(asked.items[0], text) for text in read_export(path, asked)["un1"].head(3)]
    assert [cell.values[0] for cell in read] == ["1", "_blank", "_refused"]
    boxes = [read_cell(asked.items[-1], t) for t in read_export(path, asked)["wed_2"].head(3)]
    assert [cell.values[0] for cell in boxes] == ["1", "_blank", "_dont_know"]


def test_answers_with_labels_are_nobodys_name_and_columns_tell_labels_apart(tmp_path: Path) -> None:
    path, mayor = tmp_path / "a.sav", "Who is the mayor?"
    rows = {
        "q1": [1.0, 2.0] * 5,
        "q1_cod": [2.0, 1.0] * 5,
        "noted": [1.0, 2.0, 3.0, 1.0, 2.0] * 2,
        "home": [1.0, 2.0] * 5,
    }
    pyreadstat.write_sav(
        pd.DataFrame(rows),
        path,
        column_labels={"q1": mayor, "q1_cod": mayor, "noted": "Interviewer: complete"},
        variable_value_labels={
            **{key: {1.0: "A", 2.0: "B"} for key in ("q1", "q1_cod")},
            "noted": {1.0: "None", 2.0: "Some", 3.0: "All"},
            "home": {1.0: "Other (WRITE IN)", 2.0: "Others"},
        },
    )
    _, asked, _ = drafted(export_table(path, path.read_bytes()))
    assert {item.label.text("en") for item in asked.items} >= {f"{mayor} [q1]", f"{mayor} [q1_cod]"}
    assert asked.item("noted").kind.name == "single"
    assert [category.other for category in asked.item("home").categories] == [True, False]


@pytest.mark.parametrize("scale", LEVELS["scales"])
def test_scales_that_surveys_use_are_ordered_from_low_to_high(scale: str) -> None:
    levels = scale.split("|")
    assert order_scale(levels) == [*range(len(levels))][::-1]
    assert order_scale(["Nada", "Poco", "Algo", "No tengo celular", "Mucho"]) is None


@pytest.mark.parametrize(("text", "means"), LEVELS["specials"].items())
def test_what_says_twice_or_in_brackets_is_no_answer(text: str, means: str) -> None:
    assert find_special(text) == means


@pytest.mark.parametrize(("bands", "ordered"), LEVELS["bands"].items())
def test_bands_may_begin_with_a_word_and_hold_bare_numbers(bands: str, ordered: bool) -> None:
    texts = bands.split("|")
    assert order_numbers(texts) == ([*range(len(texts))] if ordered else None)


@pytest.mark.parametrize(
    ("channels", "options"),
    [
        ("Studio 1 to 4|Studio 5 to 6|Bus 7|Bus 8 and 9", 4),
        ("Studio 1-2|Studio 3-4|Bus 5|Bus 7", 3),
        ("Line 1 to 4|Line 5|Line 6|Line 7|Bus 10", 4),
    ],
)
def test_a_rare_band_is_an_option_where_most_options_are_bands(channels: str, options: int) -> None:
    """Where half or fewer of the texts span numbers, what one person gave may be typed."""
    *common, rare = channels.split("|")
    _, asked, text = drafted(table(where=[*cycle(*common, n=90), rare]))
    offered = [category.text for category in asked.items[0].categories if not category.other]
    assert len(offered) == options
    assert (rare in offered) == ("are no options here (1)" not in text)


@pytest.mark.parametrize(
    "bands",
    [
        "less than 5|5 to 9|10 to 19|20 or more",
        "moins de 5|5 à 9|10 à 19|20 et plus",
        "أقل من 5|5 إلى 9|10 إلى 19|20 فأكثر",
        "More than 20|11-20|1-10|None",
    ],
)
def test_an_open_band_that_one_person_gave_is_an_option(bands: str) -> None:
    """`less than 5` and `20 or more` have one number each, and are bands beside `5 to 9`."""
    texts = bands.split("|")
    rare = texts[-1]
    _, asked, _ = drafted(table(staff=[*cycle(*texts[:-1], n=90), rare]))
    item = asked.items[0]
    assert item.kind.name == "ordinal"
    assert {category.text for category in item.categories} == {*texts}
    assert rare in (item.categories[0].text, item.categories[-1].text)


def test_a_level_that_nobody_gave_is_one_where_other_questions_offer_it() -> None:
    """Else the two lowest of four levels would be told together, and one of them is the middle."""
    levels = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
    columns = table(
        **{
            "Is it useful?": cycle(*levels),
            "Is it easy?": cycle(*levels[1:]),
            "Is it fair?": cycle(*levels[1:4]),
        }
    )
    _, asked, text = drafted(columns)
    # Nobody was very dissatisfied: the middle is no low end of what is left.
    left = ("Dissatisfied", "Neither satisfied nor dissatisfied", "Satisfied", "Very satisfied")
    assert drafted(table(happy=cycle(*left)))[1].items[0].boxes["low"] == ("dissatisfied",)
    assert [len(item.categories) for item in asked.items] == [5, 5, 3]
    assert [c.text for c in asked.items[1].categories] == [*levels]
    assert "# decided: nobody gave 'Strongly disagree', which other questions offer" in text


def test_numbers_far_off_a_scale_are_no_answers_and_rare_bands_are_bands() -> None:
    ages = {"14-17": 13, "18-29": 300, "30-49": 150, "50-59": 6, "60-69": 4, "70+": 2}
    ages |= {"10-11": 2, "12": 1, "13": 1}
    towns = [f"Town {chr(55 + k)} (0{k}001)" for k in range(10, 50)]
    columns = table(
        mp=[*cycle("1", "2", "3", "4", n=472), *["98"] * 3, *["99"] * 4],
        party=[*cycle(*map(str, range(1, 31)), n=472), *["98"] * 3, *["99"] * 4],
        hours=[*cycle(*map(str, range(1, 61)), n=472), *["98"] * 3, *["99"] * 4],
        rooms=[*cycle(*(f"{k}.0" for k in range(1, 31)), n=472), *["999.0"] * 7],
        age=[band for band, n in ages.items() for _ in range(n)],
        typed=[*cycle("1", "2", "3", n=470), "3 or 4", *["99"] * 8],
        none=cycle("98", "99", n=479),
        pay=[*cycle("1", "2", "3", "4", n=470), *["-98"] * 9],
        place=[*cycle(*towns[:10], n=449), *towns[10:]],
        province=cycle("ON", "QC", "NS", "BC", n=479),
        agree=cycle("Yes", "No", "Maybe/I don't know", n=479),
        room=cycle("Room 5", "Room 8", "Room 12", n=479),
    )
    _, asked, text = drafted(columns)
    assert text.count("or names that have no order") == 1
    assert re.findall("is (.*) an answer, or none", text)[-2:] == [
        "'NS' (120 times)",
        '"Maybe/I don\'t know" (159 times)',
    ]
    assert [(m.text, m.special) for m in asked.item("mp").missing] == [
        ("98", "_blank"),
        ("99", "_blank"),
    ]
    assert [c.text for c in asked.item("mp").categories] == ["1", "2", "3", "4"]
    assert [len(asked.item(name).missing) for name in ("party", "hours", "rooms", "pay")] == [
        2,
        0,
        1,
        1,
    ]
    assert "is '98' (3 times), '99' (4 times) a number, or a missing answer?" in text
    assert [c.text for c in asked.item("age").categories][::8] == ["10-11", "70+"]
    assert (asked.item("typed").kind.name, asked.item("place").kind.name) == ("number", "single")


def test_boxes_end_in_their_option_and_rows_stand_behind_their_question() -> None:
    """Where nothing but the end of the question tells the two apart."""
    how, rate = "How do you read the news?&nbsp; ", "How much do you trust each of these. "
    columns = table(
        **{
            f'{how}<b style="color:red">On</b> paper (for press and books)': cycle(
                "On paper (for press and books)", ""
            ),
            f"{how}Not applicable": cycle("", "Not applicable", ""),
            f"{how}On stone": [""] * N,
            f"{how}Other (please specify):": cycle("Other", "", "", ""),
            f"{how}Other (please specify): (2)": [f"word {k} of mine" for k in range(N)],
            **{f"{rate}{row}": cycle("Low", "Medium", "High") for row in ("Press", "Web", "TV")},
            "Are you:- <span class='instr": cycle("tall", "small", "neither"),
        }
    )
    draft, asked, _ = drafted(columns)
    assert [q.block.kind for q in draft.questions] == ["ticks", "one", "grid", "one"]
    assert [c.text for c in asked.items[0].categories] == [
        "On paper (for press and books)",
        "Not applicable",
        "On stone",
        "Other (please specify)",
    ]
    assert [item.row.text for item in asked.items if item.row] == ["Press", "Web", "TV"]
    assert asked.items[-1].label.text("en") == "Are you"


def test_excel_tells_the_headers_of_a_table_apart_by_numbers() -> None:
    gained = cycle("Gained a lot", "Gained nothing", "Gained some")
    dishes = ["fish\\, fresh", "meat", "rice"]
    orders = [", ".join([*dishes[k:], *dishes[:k]]) for k in range(3)]
    columns = {"Dog": cycle("Dog", ""), "Cat": cycle("Cat"), "Dog2": gained, "Cat3": gained}
    columns |= {"Dog4": cycle("Dog", "Dog", ""), "Cat5": cycle("Cat", ""), "First?": cycle(*orders)}
    columns["Quel est le nombre de vos chats ?"] = [f"{k} ou {k + 1}" for k in range(N)]
    draft, asked, text = drafted(table(**columns))
    kinds = " ".join(f"{q.block.kind} {q.kind}" for q in draft.questions)
    assert kinds == "ticks multi one ordinal one ordinal ticks multi one ranking one text"
    assert asked.items[1].label.text("en") == "Dog"
    assert "labels: {en: 'fish, fresh'}" in text


def test_of_many_people_several_type_the_same() -> None:
    """Else a list with 41 things that two typed beside it was a text."""
    offered = cycle(*3 * ["Press"], *2 * ["Radio"], "Web", n=900)
    typed = [f"thing {k}" for k in range(41) for _ in (0, 1)]
    both = [*cycle("Press, Radio", "Radio, Web", "Press, Web", n=89), "Press, Web, Press"]
    columns = table(one=[*offered, *typed], several=[*offered[90:], *both, *typed])
    _, asked, text = drafted(columns)
    assert [item.kind.name for item in asked.items] == ["single", "multi"]
    assert [[c.text for c in item.categories] for item in asked.items] == 2 * [
        ["Press", "Radio", "Web", "Other"]
    ]
    assert "texts that few gave are no options here (41)" in text
    names = [f"Land {first}{last}" for first in "abcde" for last in "fghijklmn"]
    lands = [name for k, name in enumerate(names) for _ in range(60 - k)]
    assert len(drafted(table(land=lands))[1].items[0].categories) == 41


def test_people_are_not_read_and_ids_are_no_questions() -> None:
    columns = table(
        **{
            "Response ID": [str(k) for k in range(1, N + 1)],
            "Full name (optional)": [f"Person {k}" if k < 9 else "##N/A##" for k in range(N)],
            "How to reach you": [f"p{k}@example.org" for k in range(N)],
            "Do you vote?": cycle("Yes", "No"),
            "Tête de série": [str(1_000_003 + 7_919 * k * k) for k in range(N)],
            "Telephone": cycle("1", "0", "NA"),
            "Unnamed: 0": [str(k + k // 9) for k in range(N)],
            "Form": cycle("1a4ee8a0-1111-4222-8333-0123456789ab", "1a4ee8a0" + "0b" * 12),
            "Empty": [""] * N,
        }
    )
    draft, asked, text = drafted(columns)
    assert [item.column for item in asked.items] == ["Do you vote?", "Telephone"]
    assert asked.item("telephone").missing[0].means == "blank"  # nothing says that nobody asked
    few = table(**{"column 1": list("1234"), "Vote?": cycle("Yes", "No", n=4)})
    assert [item.column for item in drafted(few)[1].items] == ["Vote?"]
    assert asked.export.respondent == "Response ID"
    people = {"Full name (optional)", "How to reach you", "Tête de série"}
    assert set(asked.export.ignored) == {*people, "Unnamed: 0", "Form", "Empty"}
    assert "example.org" not in text
    assert draft.metadata["How to reach you"].role == "personal"


def test_a_name_that_two_rows_share_costs_nobody() -> None:
    """Two who were given one number are two, until the analyst says who answered twice."""
    rows = [f"{k % (N - 1)},2026-03-01 10:00:00,{'Yes' if k % 2 else 'No'}" for k in range(N)]
    content = "\n".join(["_id,_submission_time,Do you vote?", *rows]).encode()
    draft, asked, text = drafted(export_table(Path("export.csv"), content))
    assert draft.metadata["_id"].role == "repeated" and asked.export.ignored == ("_id",)
    assert "# check: not read, for rows share a value" in text
    assert "_id" not in read_export(Path("export.csv"), asked, content)


def test_rows_behind_empty_ones_and_one_of_several_sheets_are_asked_about() -> None:
    rows = [f"{k},{'Yes' if k % 2 else 'No'}" for k in range(20, 40)]
    sums = (["", "Sheet,20"], "23 to 23"), (["Total:,20"], "22 to 22")
    for below, apart in (*sums, (["40,Yes"], "")):
        content = "\n".join(["Age,Do you vote?", *rows, *below]).encode()
        read = export_table(Path("export.csv"), content)
        assert read.apart == apart
        several = replace(read, sheet="Sums")
        text = _draft_questionnaire(several, "export.csv", "votes", [], "en")
        assert "# check: read is the largest sheet, 'Sums'" in text
        assert (f"# check: rows {apart} stand behind empty rows" in text) == bool(apart)


def test_boxes_say_so_in_words_of_their_own_and_to_those_who_were_asked() -> None:
    """`Not selected` in words, and NA of those who were not asked."""
    boxes = {
        f"q10_000{k}": [
            "NA" if at % 3 == 0 else text if at % k == 0 else "Not selected" for at in range(N)
        ]
        for k, text in ((1, "Money"), (2, "Choice"), (5, "Friends"))
    }
    work = cycle("Retired", "Full time", "Part time")
    weights = [f"{1 + (k % 7 - 3) / 10:.2f}" for k in range(N // 7 * 7)] + ["1.0"] * (N % 7)
    rating = "Rate us, where 10 is best and 0 - worst"
    # Scales of numbers are asked of once, together.
    ratings = {rating: cycle("7", "8", "10"), f"{rating} ...": cycle("7", "8", "10")}
    columns = table(
        work=work,
        **boxes,
        **{
            "w_LV": weights,
            "pweight": ["0", *(f"{float(w) * 2:.2f}" for w in weights[1:])],
            "wgt": [str(1000 + 7 * k) for k in range(N)],
            **ratings,
        },
        refusal=cycle("Yes", "No", "[DO NOT READ] Refused"),
        stars=cycle("2", "4", "5"),
    )
    _, asked, text = drafted(columns)
    multi = asked.item("q10")
    assert [(c.text, c.column) for c in multi.categories] == [
        ("Money", "q10_0001"),
        ("Choice", "q10_0002"),
        ("Friends", "q10_0005"),
    ]
    assert [(c.item, c.one_of) for c in multi.asked_if] == [("work", ("full_time", "part_time"))]
    assert re.search(
        r"# check: not read: weights \(.*given: ITEM.*\): 'w_LV', 'pweight', 'wgt'\?", text
    )
    assert text.count("scale: {low: 0, high: 10}") == 2 and "scale: {low: 1, high: 5}" in text
    assert text.count("which end is high?") == 1
    assert [m.means for m in asked.item("refusal").missing] == ["refused"]


@pytest.mark.parametrize(("levels", "low"), [(3, 1), (4, 2), (5, 2), (7, 3)])
def test_the_low_end_of_a_scale_is_below_its_middle(levels: int, low: int) -> None:
    words = [*AGREE[:2], "Somewhat disagree", AGREE[2], "Somewhat agree", *AGREE[3:]]
    chosen = {3: [1, 3, 5], 4: [0, 1, 5, 6], 5: [0, 1, 3, 5, 6], 7: [*range(7)]}[levels]
    cells = cycle(*(words[k] for k in chosen))
    item = drafted(table(**{"How often?": cells}))[1].items[0]
    assert item.kind.name == "ordinal" and len(item.codes) == levels
    assert item.levels_of == {"low": item.codes[:low]}


def test_levels_of_a_scale_and_boxes_that_were_not_asked() -> None:
    columns = table(
        **{
            "How is it?": cycle("Poor", "Average", "Good", "Very Good"),
            "Media [Radio]": cycle("Yes", "No", "N/A"),
            "Media [Press]": cycle("No", "N/A", "Yes"),
            "Gone [Web]": cycle("N/A"),
        }
    )
    draft, asked, _ = drafted(replace(columns, signs=(" ",)))
    assert draft.metadata["Gone [Web]"].why == "nobody was asked"
    assert [item.kind.name for item in asked.items] == ["ordinal", "multi"]
    assert [c.text for c in asked.items[0].categories] == ["Poor", "Average", "Good", "Very Good"]
    parts = [f"Saga: {part} of the long film" for part in ("Start", "Middle", "End")]
    films = [column(k, f"Seen? [{p}]", cycle(p, ""), label=p) for k, p in enumerate(parts)]
    (seen,) = drafted(ExportTable(tuple(films)))[1].items  # a second row of headers names the row
    assert (seen.kind.name, seen.column, seen.categories[0].text) == ("multi", "Seen?", parts[0])


def test_decimals_of_doubles_are_the_numbers_that_were_given() -> None:
    cells = cycle("0.98740000000000006", "0.7", "0.25", "1.5")
    _, asked, _ = drafted(table(points=[f"{k % 20}{c[1:]}" for k, c in enumerate(cells)]))
    (item,) = asked.items
    assert item.range is not None and (item.kind.name, item.range.decimals) == ("number", 4)
    assert read_cell(item, "7.98740000000000006").values == ("7.9874",)
    _, asked, _ = drafted(table(height=[f"{k}.299999999999999" for k in range(10, 30)]))
    assert read_cell(asked.items[0], "12.299999999999999").values == ("12.3",)
    # As R writes 100,000 and as it writes 120,000.
    _, asked, _ = drafted(table(income=[*cycle("1e+05", "120000", "95000", "2e+05"), "87000"]))
    (item,) = asked.items
    assert item.range is not None and (item.kind.name, item.range.decimals) == ("number", 0)


def test_what_lies_apart_from_points_is_none_of_them() -> None:
    cells = {"a": ("1", "2", "3", "4", "-1"), "b": ("1", "3", "5", "9"), "c": ("-1", "0", "1")}
    cells["d"] = ("-2", "-1", "0", "1", "2")
    items = drafted(table(**{name: cycle(*texts) for name, texts in cells.items()}))[1].items
    assert [[m.text for m in item.missing] for item in items] == [["-1"], ["9"], [], []]
    assert [len(item.codes) for item in items] == [4, 5, 0, 5]
    few = table(record_id=["0001", "0002", "0003"], month=["01", "02", "02"])
    draft, asked, _ = drafted(few)
    assert draft.metadata["record_id"].role == "respondent"
    assert read_cell(asked.item("month"), "01").values == ("1",)
    two = table(q_1=cycle("Low", "Average", "High"), q_2=cycle("Car", "Bus", "Train"))
    assert [question.block.kind for question in drafted(two)[0].questions] == ["one", "one"]


def test_options_below_their_own_names_are_one_question() -> None:
    boxes = {name: cycle(name, "", *[""] * k) for k, name in enumerate(("Radio", "Press", "Web"))}
    _, asked, text = drafted(table(**{"Do you vote?": cycle("Yes", "No")}, **boxes))
    assert [item.kind.name for item in asked.items] == ["single", "multi"]
    assert [c.column for c in asked.items[1].categories] == ["Radio", "Press", "Web"]
    assert "what was asked?" in text


def test_one_label_of_two_missing_values_is_said_once() -> None:
    values = {"1": "Yes", "2": "No", "8": "Not applicable", "9": "Not applicable"}
    one = column(0, "q1", cycle("1", "2", "8", "9"), label="Do you vote?", values=values)
    _, asked, _ = drafted(ExportTable((one,)))
    assert [(m.text, m.value) for m in asked.items[0].missing] == [
        ("Not applicable", "8"),
        ("9", None),
    ]


def test_what_one_person_wrote_beside_options_is_no_option() -> None:
    """Nor are the rare ends of a scale taken for typed ones."""
    jobs = [
        *cycle("Editor", "Producer", "Camera", n=57),
        "Other: ask Anas, room 12",
        "Law",
        "Sound",
    ]
    trust = [*cycle(*AGREE[1:], n=N - 1), AGREE[0]]
    # Most answers in own words: open. Given by ten alike: an option, however rare.
    few = cycle("at home", "near", n=200)
    own = [*few, *(f"own words {k % 30}" for k in range(240))]
    alike = [*few, *few, *cycle("boat", n=10), *cycle("raft", "swam", "by foot", n=3)]
    kinds = [drafted(table(question=answers))[1].items[0] for answers in (own, [*alike, *few])]
    assert kinds[0].kind.name == "text"
    assert [c.text for c in kinds[1].categories] == ["at home", "near", "boat", "Other"]
    asked, text = drafted(table(**{"Your job?": jobs, "I trust the news": trust}))[1:]
    assert [c.text for c in asked.items[0].categories if not c.other] == [
        "Camera",
        "Editor",
        "Producer",
    ]
    assert "Anas" not in text and "texts that few gave are no options here (3)" in text
    assert [c.text for c in asked.items[1].categories] == AGREE
    asked, text = drafted(table(trust=[*cycle(*AGREE), "in cash"]))[1:]
    assert [c.text for c in asked.items[0].categories] == AGREE
    assert "cash" not in text and "no levels of the scale (1)" in text


def test_who_asked_and_who_answered_are_no_items() -> None:
    people = [f"Person {k} Amina" for k in range(N)]
    asked_by = ("Name of the enumerator", "Enquêteur", "Encuestador", "اسم الباحث")
    own = ("What is your name?", "Quel est votre nom ?", "Nome completo do inquirido: nome")
    columns = {name: cycle("Amina", "Omar", "Sara") for name in asked_by}
    columns |= dict.fromkeys(own, people)
    columns["Mobile number"] = [f"06 12 34 5{k % 10} {k:02d}" for k in range(N)]
    columns["Where?"] = [f"33.57{k:02d}31 -7.58{k:02d}43 0 4.5" for k in range(N)]
    kept = {
        "Do you have a telephone?": cycle("Yes", "No"),
        "Was the interviewer polite, as you see it?": cycle("Yes", "No"),
        "Name one thing that you would change": [f"The bus of line {k}" for k in range(N)],
    }
    sent = {"Quando": [f"17/01/2025 18.{k:02d}.40" for k in range(N)]}
    draft, asked, _ = drafted(table(**columns, **kept, **sent))
    assert [item.column for item in asked.items] == list(kept)
    assert {role.role for role in draft.metadata.values()} == {"personal", "timestamp"}


@pytest.mark.parametrize("gate", ["No", ""])
def test_routing_is_proposed_where_it_discards_no_answer(gate: str) -> None:
    votes = ["Yes" if k % 3 == 0 else "No" if k % 3 == 1 else gate for k in range(N)]
    why = [("Habit" if k % 2 else "Duty") if v == "Yes" else "" for k, v in enumerate(votes)]
    _, asked, text = drafted(table(**{"Do you vote?": votes, "Why?": why}))
    (routing,) = asked.items[1].asked_if
    assert (routing.item, routing.one_of) == (asked.items[0].id, ("yes",))
    assert "100.0% of them answered, and nobody who answered do_you_vote otherwise" in text
    why[2] = "Duty"  # one who was not to be asked, or who left the gate blank
    _, asked, text = drafted(table(**{"Do you vote?": votes, "Why?": why}))
    if gate:
        assert asked.items[1].asked_if == ()
        assert "# check: asked only where do_you_vote is yes?" in text
        assert "would discard the answers of 1 others" in text
    else:
        # Validation keeps an answer where it is unclear whether the question was asked.
        assert asked.items[1].asked_if == (routing,)
    # More answered without it than with it: no condition of theirs.
    votes = ["Yes" if k % 6 == 0 else "No" if k % 6 == 1 else "" for k in range(N)]
    why = ["" if v == "No" else "Habit" if k % 2 else "Duty" for k, v in enumerate(votes)]
    assert "asked only where" not in drafted(table(**{"Do you vote?": votes, "Why?": why}))[2]


@pytest.mark.parametrize("scattered", [False, True])
def test_what_many_left_empty_is_no_routing(scattered: bool) -> None:
    votes = cycle("Yes", "No")
    why = ["Habit" if k % (3 if scattered else 7) else "" for k in range(N)]
    why = [w if k % 4 else w and "Duty" for k, w in enumerate(why)]
    _, asked, _ = drafted(table(**{"Do you vote?": votes, "Why?": why}))
    assert asked.items[1].asked_if == ()


EXPORT = table(
    q1=cycle("1", "2"), q3_1=cycle("1", "2", "3"), q3_2=cycle("3", "2", "1"), q10=cycle("1", "7")
)


def test_codebooks_are_known_by_their_content() -> None:
    questions = table(
        name=["q1", "", "q3_1", "q3_2", "q10"],
        text=["Know it?", "On time", *2 * ["It will ..."], "Where do you work, and as what?"],
        part=["", "", "... save time", "... save money", ""],
        sort=["single", "", "grid", "grid", "single"],
    )
    answers = table(
        code=["1", "1", "3", "3", "3", "10", "10"],
        value=["1", "2", "1", "2", "3", "1", "2"],
        label=["Well", "A little", "Disagree", "Neutral", "Agree", "Office", "Field"],
    )
    book = Codebook()
    for codebook in (questions, answers):
        book = book.and_also(read_codebook(codebook, EXPORT, "codebook.csv"))
    draft, asked, text = drafted(EXPORT, codebook=book)
    assert [q.id for q in draft.questions] == ["q1", "q3", "q10"]
    assert asked.item("q1").label.root == {"en": "Know it?"}
    assert [i.row.text for i in asked.items if i.row] == ["... save time", "... save money"]
    assert [(c.value, c.text) for c in asked.item("q3_1").categories] == [
        ("1", "Disagree"),
        ("2", "Neutral"),
        ("3", "Agree"),
    ]
    assert "no label for '7' (30 times)" in text
    assert "nobody answered 'Field'" in text
    # One table of both: answers below their question, which is not named again.
    both = table(
        name=["q1", "", "q3_1", "q10", ""],
        text=["Know it?", "", "It will ...", "Where do you work?", ""],
        value=["1", "2", "", "1", "7"],
        label=["Well", "A little", "", "Office", "Field"],
    )
    pandas = replace(EXPORT, columns=(*EXPORT.columns[:3], column(3, "q10", cycle("1.0", "7.0"))))
    book = read_codebook(both, pandas, "codebook.csv")
    assert [
        (c.value, c.text) for c in drafted(pandas, codebook=book)[1].item("q10").categories
    ] == [("1", "Office"), ("7", "Field")]
    assert book.questions["q10"] == ("Where do you work?", "")
    # REDCap's dictionary, whose boxes have a column each.
    fields = {
        "Variable / Field Name": ["q1", "uses"],
        "Field Type": ["yesno", "checkbox"],
        "Field Label": ["<b>Know it?</b>", "What for?"],
        "Choices, Calculations, OR Slider Labels": ["", "1, Work, mostly | 2, Fun"],
    }
    export = table(q1=cycle("1", "0"), uses___1=cycle("1", "0"), uses___2=cycle("0", "1"))
    book = read_codebook(table(**fields), export, "dictionary.csv")
    known, boxes = drafted(export, codebook=book)[1].items
    assert [(c.value, c.text) for c in known.categories] == [("1", "Yes"), ("0", "No")]
    assert [c.text for c in boxes.categories] == ["Work, mostly", "Fun"]
    with pytest.raises(DataError, match=r"other.csv: not a codebook for the export"):
        read_codebook(table(a=["x", "y"], b=["1", "2"]), EXPORT, "other.csv")


def test_the_language_is_found_or_asked_for() -> None:
    french = {"Quel est votre métier dans la presse ?": cycle("Rédacteur", "Photographe")}
    assert make_draft(table(**french), "trial", "f").language == "fr"
    arabic = {"ما هي مهنتك في الصحافة؟": cycle("محرر", "مصور")}
    assert make_draft(table(**arabic), "trial", "f").language == "ar"
    assert guess_language(["\u062c\u0646\u0633\u06cc\u062a"]) == ("ar", False)  # Persian
    # Codes are of no language: the draft says that it must be looked at.
    untold = make_draft(table(q1=cycle("1", "2")), "trial", "f")
    assert "is en the language of its texts?" in draft_text(document_of(untold), "f")
    # Turkish headers above names in English.
    mixed = {"Hangi filmleri severek izlediniz ve neden bu filmler?": cycle("Out of the", "In a")}
    draft = make_draft(table(**mixed), "trial", "f")
    assert (draft.language, draft.told) == ("tr", False)
    thai = ["คุณใช้เครื่องมืออะไรในการทำงานของคุณ", "the tools and what we do"]
    assert guess_language(thai) == ("", False) != guess_language(thai[1:])


def test_texts_of_an_export_stay_texts() -> None:
    nasty = "yes: [no] # {x} \u2028 *&\x07 'quoted' \"twice\""
    _, asked, _ = drafted(table(**{nasty: cycle("off", "- a: b # c", "~ no")}))
    assert {c.text for c in asked.items[0].categories} == {"off", "- a: b # c", "~ no"}


CONFIG = """# head
report:
  languages: [en]

waves:
  first:  # kept
    title: {en: First}

studies: {}
"""
SECTION = wave_section(
    "second", language="en", selection="opt-in", answers="second@1", questionnaire="second-1"
)


@pytest.mark.parametrize(
    "config", [CONFIG, "waves: {}\n", "# nothing\n", "waves:\n  a: {title: {en: A}}", "waves:\n"]
)
def test_a_wave_is_put_into_the_configuration_and_nothing_else_moves(config: str) -> None:
    after = with_section(config, "waves", "second", SECTION)
    loaded, before = (read_yaml_text(text) or {} for text in (after, config))
    assert loaded["waves"].pop("second")["answers"] == "second@1"
    assert loaded["waves"] == (before.get("waves") or {})
    assert all(line in after for line in config.splitlines() if not line.startswith("waves"))
    with pytest.raises(ConfigError, match=r"waves\.second already exists"):
        with_section(after, "waves", "second", SECTION)


def test_what_cannot_be_added_to_is_left_alone() -> None:
    with pytest.raises(ConfigError, match="on a line of its own"):
        with_section("{waves: {a: {}}, report: {}}", "waves", "second", SECTION)


def test_units_typed_pieces_and_boxes_beside_none_are_seen() -> None:
    years = [f"{k % 40} years" if k % 3 else str(k % 40) for k in range(N)]
    media = cycle("Radio; Web", "Web", "Radio; Press", "Press; Web; None", "Radio")
    media[3], media[8] = "Radio; a blog", "Web; my aunt"
    part = [text.replace(" years", " %") for text in years]
    pay = [f"${k + 10},{k + 100}" for k in range(N)]
    columns = {"How long?": years, "Which?": media, "What part?": part, "What pay?": pay}
    _, asked, _ = drafted(table(**columns))
    which, money = asked.items[1], asked.items[3]
    assert [i.range.written_unit for i in asked.items if i.range] == ["years", "%", "$"]
    assert read_cell(money, "$ 10,100").values == ("10100",) == read_cell(money, "10,100$").values
    assert {c.text for c in which.categories} == {"Radio", "Web", "Press", "None", "Other"}
    assert [c.text for c in which.categories if c.other or c.exclusive] == ["Other"]


@pytest.mark.parametrize(("answers", "order"), LEVELS["orders"].items())
def test_options_have_an_order_where_their_words_say_one(
    answers: str, order: list[int] | None
) -> None:
    (item,) = drafted(table(question=cycle(*answers.split("|"))))[1].items
    given = [text for text in answers.split("|") if "know" not in text]
    if order is None:
        assert (item.kind.name, {c.text for c in item.categories}) == ("single", set(given))
    else:
        ordered = [given[k] for k in order]
        assert (item.kind.name, [c.text for c in item.categories]) == ("ordinal", ordered)


def test_what_joins_options_is_told_from_the_words_of_one() -> None:
    scale = cycle("Somewhat agree", "Agree", "Agree quite", "Disagree", "Somewhat disagree")
    names = cycle("food shelter cash", "food", "cash food", "shelter", "cash")
    known = replace(table(opinion=scale, needs=names), signs=(";", ",", " "))
    kinds = {item.id: item.kind.name for item in drafted(known)[1].items}
    assert kinds == {"opinion": "single", "needs": "multi"}
    assert "'Sí', 'Si' differ by accents" in drafted(table(home=cycle("Sí", "No", "Si", "Sí")))[2]
    assert "begin with 0: codes" in drafted(table(area=cycle("003", "014", "101", "250")))[2]
    assert "is '0' (20 times) an answer, or" in drafted(table(home=cycle("Own", "Rent", "0")))[2]
    # One spelling of an option, wherever it stands; and no options in what a program wrote.
    found = find_joined_options(Counter(["Web, radio", "Radio, Press", "Web", "web, Press"] * 9))
    assert found is not None
    assert sorted(text.casefold() for text in found.options) == ["press", "radio", "web"]
    assert find_joined_options(Counter({"Easy": 40, "Not Easy": 9}), (" ",)) is None
    found = find_joined_options(Counter({"Alone": 60, "In a group": 50, "Alone;In a group": 2}))
    assert found is not None and found.options == ("Alone", "In a group")
    small = ["numpy", "numpy, scipy", "pandas, numpy, scipy", "pandas", "numpy, pandas"]
    found = find_joined_options(Counter(small * 9))
    assert found is not None and set(found.options) == {"numpy", "pandas", "scipy"}
    # Options share a part, before or behind the sign, which a cell of both repeats.
    for asked in (
        ["Online, Text", "Online, Video", "Print"],
        ["Daily, Press", "Local, Press", "TV"],
    ):
        several = [", ".join(pair) for pair in combinations(asked, 2)]
        found = find_joined_options(Counter([*asked, *several, *several]))
        assert found is not None and set(found.options) == {*asked}
    # Somebody's own words beside options part none that hold the sign.
    whole = ["A car, SUV or van", "A boat", "A car, SUV or van, A boat", "None"] * 60
    found = find_joined_options(Counter([*whole, "A car, and a cat"]))
    assert found is not None and set(found.options) == {"A car, SUV or van", "A boat", "None"}
    assert find_joined_options(Counter(['{"a":1,"b":2}', '{"a":2,"b":2}', '{"b":1}'] * 9)) is None


def test_options_before_their_question_are_those_of_one() -> None:
    asked = "What moves you (all that apply)?"
    boxes = {f"{o}:{asked}": cycle(o, "", "") for o in ("my job", "a hobby ", "to learn")}
    rows = {f"{row} : How important was it to you": cycle(*AGREE) for row in ("Price", "Taste")}
    items = drafted(table(**boxes, **rows))[1].items
    assert [item.kind.name for item in items] == ["multi", "ordinal", "ordinal"]
    assert items[0].column == asked
    assert [item.label.root["en"] for item in items[1:]] == ["Price", "Taste"]


def read_blocks(columns: ExportTable) -> list[tuple[str, list[str]]]:
    """What each question is called, with the texts of its rows or options."""
    made = document_of(make_draft(columns, "trial", "a test", language="en"))["items"]
    return [
        (
            item.get("label", {"en": item["column"]})["en"],
            [each["text"] for each in item.get("rows", item.get("categories", ()))],
        )
        for item in made
    ]


SCALES = [f"Rate. [{row}][{scale}]" for row in ("Plan (it)", "Web") for scale in ("Use", "Harm")]


@pytest.mark.parametrize(
    ("headers", "cells", "asked"),
    [
        (
            ["What news? _Print and/or radio", "What news? _Web: sites"],
            ["Selected", "Not Selected"],
            "What news?",
        ),
        (["Rank these :: Print and/or radio:", "Rank these :: Web: sites:"], AGREE, "Rank these"),
        (SCALES, AGREE, "Rate. [Use]"),
    ],
)
def test_what_stands_behind_a_question_is_its_own(
    headers: list[str], cells: list[str], asked: str
) -> None:
    """As panels and LimeSurvey write it; a table of two scales is two tables."""
    first, *more = read_blocks(table(**{header: cycle(*cells) for header in headers}))
    rows = ["Plan (it)", "Web"] if more else ["Print and/or radio", "Web: sites"]
    assert first == (asked, rows) and more in ([], [("Rate. [Harm]", rows)])


def test_a_question_above_its_options_is_theirs_and_no_other_s(tmp_path: Path) -> None:
    above = ["", "Which do you use?", "", "Which do you read?", "", ""]
    names = ["#", "Radio", "Press", "Press", "Other", "How old are you?"]
    rows = [
        [str(k), *(n if (k + at) % 3 else "" for at, n in enumerate(names[1:5])), str(20 + k % 9)]
        for k in range(N)
    ]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(",".join(row) for row in [above, names, *rows]), "utf-8")
    found = export_table(path, path.read_bytes())
    assert read_blocks(found) == [
        ("Which do you use?", ["Radio", "Press"]),
        ("Which do you read?", ["Press", "Other"]),
        ("How old are you?", []),
    ]
    assert len(read_export(path, drafted(found)[1])) == N


@pytest.mark.parametrize("way", ["a list", "minus one", "merged above"])
def test_ticks_are_read_in_each_way_to_hold_them(way: str, tmp_path: Path) -> None:
    names = ["Radio, TV", "Press", "Web", "Wall", "Post"]
    picked = [[n for k, n in enumerate(names) if row >> k & 1] for row in range(32)]
    below = [["1" if n in own else "" for n in names] + ["40"] for own in picked]
    rows = [["Which do you use?", *[""] * 4, "Age"], [*names, ""], *below]
    if way == "a list":
        rows = [["id", "uses"], *([str(k), json.dumps(own)] for k, own in enumerate(picked))]
    elif way == "minus one":
        rows = [
            [f"uses_{k}" for k in range(5)],
            *([str(-(n in own)) for n in names] for own in picked),
        ]
    path = tmp_path / "ticks.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    asked = drafted(export_table(path, path.read_bytes()))[1]
    read = read_export(path, asked)[asked.items[0].id]
    assert [len(cell.split(TICKED)) if cell else 0 for cell in read] == [*map(len, picked)]


def test_what_draws_one_text_is_told_apart_and_asked_together() -> None:
    """A text of two tables is that of both; a value without a label is one decision."""
    sets = (cycle(*AGREE), cycle(*AGREE), cycle("Never", "Always"), cycle("Always", "Never"))
    columns = [
        column(k, f"{'AB'[k // 2]}[{k}]", cells, label=f"Here, I feel [{k}]")
        for k, cells in enumerate(sets)
    ]
    assert [asked for asked, _ in read_blocks(ExportTable(tuple(columns)))] == [
        "Here, I feel",
        "Here, I feel [b]",
    ]
    known: dict[str, Any] = {"values": {"1": "Yes", "2": "No"}, "missing": ("-77",)}
    two = [column(k, f"q{k}", cycle("1", "2", "-77"), **known) for k in (0, 1)]
    text = drafted(ExportTable(tuple(two)))[2]
    assert text.count("or not asked (not_asked)? q0, q1") == 1 and "no label for" not in text


def test_options_behind_a_dash_are_one_question_and_what_is_typed_beside_them_none() -> None:
    dishes, other = "Which dishes? All that apply.", "Other (please specify)"
    typed = cycle("rice, peas", "peas", "rice", "")
    made = drafted(
        table(
            **{
                f"{dishes} - Corn": cycle("Corn", "", ""),
                f"{dishes} - Roast - beef": cycle("Roast - beef", ""),
                f"{dishes} - None": [""] * N,
                f"{dishes} - {other}": cycle(other, "", "", "", ""),
                f"{dishes} - {other} (2)": typed,
                "Pie?": cycle("Apple", "Pecan", other),
                f"Pie? - {other}": typed,
                **{f"How was it? - {row}": cycle(*AGREE) for row in ("Price", "Taste", "Size")},
            }
        )
    )[1]
    assert [item.kind.name for item in made.items] == [
        "multi",
        "text",
        "single",
        "text",
        *3 * ["ordinal"],
    ]
    assert [c.text for c in made.items[0].categories] == ["Corn", "Roast - beef", "None", other]


def test_tags_of_a_form_are_no_words_of_a_question() -> None:
    header = "<p>How <b>well</b>&nbsp;do 3 < 4 go?<br></p>"
    (item,) = drafted(table(**{header: cycle("Yes", "No")}))[1].items
    assert (item.id, item.column, item.label.root["en"]) == (
        "how_well_do_3_4_go",
        header,
        "How well do 3 < 4 go?",
    )
    boxes = {f"Media [{name}]": cycle("Yes", "No") for name in ("Press &amp; web", "Radio")}
    (item,) = drafted(table(**boxes))[1].items
    assert [c.text for c in item.categories] == ["Press & web", "Radio"]


def test_comments_beside_options_leave_these_together() -> None:
    asked = "Are you content, and why?"
    columns = {
        f"{asked} [Yes]": cycle("Yes", "No", "No"),
        f"{asked} [Comment]": [f"because {k}" if k % 3 == 0 else "" for k in range(N)],
        f"{asked} [No]": cycle("No", "Yes", "Yes"),
        f"{asked} [Comment] (2)": [f"since {k}" if k % 3 else "" for k in range(N)],
        "Total time :": [str(40 + k % 9) for k in range(N)],
    }
    draft, made, _ = drafted(table(**columns))
    assert [
        (item.kind.name, len(item.columns)) for item in made.items if item.kind.name != "text"
    ] == [("multi", 2)]
    assert draft.metadata["Total time :"].role == "duration"


def test_a_header_of_the_file_is_read_though_others_begin_with_it() -> None:
    marks = {f"wr_4_{k}": cycle(*AGREE) for k in (1, 2, 3)}
    headers = {
        item.column for item in drafted(table(**marks, wr_4=cycle("3", "12", "40")))[1].items
    }
    assert headers == {*marks, "wr_4"}


def test_a_file_without_a_row_of_names_is_refused() -> None:
    with pytest.raises(DataError, match="first row holds answers"):
        make_draft(table(Yes=cycle("Yes", "No"), Radio=cycle("Web", "Radio")), "trial", "f")
    # Boxes that hold their own header, and NA beside it, are options.
    boxes = {name: cycle(name, "NA") for name in ("Daily papers", "Web sites")}
    _, made, _ = drafted(table(**boxes, often=cycle(*AGREE)))
    assert [(item.kind.name, len(item.columns)) for item in made.items] == [
        ("multi", 2),
        ("ordinal", 1),
    ]


def test_a_draft_takes_the_answers_of_its_own_file() -> None:
    trust = ["1"] * 20 + ["5"] * 20 + ["2", "3", "4", "4", "9"] * 4
    cause = ["1"] * 30 + ["2"] * 20 + ["8"] * 10
    sent = ["2026-03-02 10:00:00"] * 30 + [""] * 30
    ends = {"1": "Disagree", "5": "Agree", "9": "Don't know"}
    columns = (
        column(0, "sent", [f"{day}{k % 9}" if day else "" for k, day in enumerate(sent)]),
        column(1, "trust", trust, values=ends),
        column(2, "cause", cause, values={"1": "Work", "2": "Family"}),
        column(3, "tool", cycle("Web", "Radio", "?", "Prefer not to say")),
    )
    draft, asked, text = drafted(ExportTable(columns))
    assert draft.metadata["sent"].role == "ignored"
    assert [c.text for c in asked.item("trust").categories][1:4] == ["2", "3", "4"]
    assert [c.text for c in asked.item("cause").categories] == ["Work", "Family", "8"]
    assert "no label for '8' (10 times)" in text
    assert {m.means for m in asked.item("tool").missing} == {"blank", "refused"}


def test_what_a_program_writes_for_nothing_is_no_answer() -> None:
    numbers = [str(k) for k in range(40)] + ["NULL"] * 10 + ["No responde"] * 10
    _, asked, _ = drafted(table(visits=numbers, twelfths=[f"{k / 7:.15g}" for k in range(N)]))
    assert [item.kind.name for item in asked.items] == ["number", "number"]
    assert {m.means for m in asked.items[0].missing} == {"blank", "refused"}
    assert read_cell(asked.items[1], "1.42857142857143").values == ("1.42857142857143",)
    assert read_cell(asked.items[1], "-1.25e-05").values == ("-0.0000125",)
    # A code beside bands, and who gave it was not asked what follows.
    _, asked, text = drafted(table(staff=cycle("-1", "1-5", "6-25", "More than 25")))
    assert (asked.items[0].kind.name, [m.text for m in asked.items[0].missing]) == (
        "ordinal",
        ["-1"],
    )
    assert "not answered (blank), or not asked" in text


@pytest.mark.parametrize(
    "headers",
    [
        ("Your roles: Teacher&nbsp;", "Your roles: Pupil"),
        *((f"roles{sign}Teacher", f"roles{sign}Pupil") for sign in "._"),
    ],
)
def test_boxes_are_told_by_what_their_cells_say(headers: tuple[str, str]) -> None:
    one, other = ["Teacher", "", "Teacher"] * 9, ["", "Pupil", "Pupil"] * 9
    columns = dict(zip(headers, (one, other), strict=True))
    if "." in headers[0]:
        joined = [f"{a} {b}".strip() for a, b in zip(one, other, strict=True)]
        columns = {"roles": joined} | {
            k: ["1" if c else "0" for c in v] for k, v in columns.items()
        }
    if "_" in headers[0]:
        columns = {k: [c and "1" for c in v] for k, v in columns.items()}
    (item,) = drafted(table(**columns))[1].items
    assert item.kind.name == "multi" and [c.text for c in item.categories] == ["Teacher", "Pupil"]


def test_options_that_several_questions_list_are_of_each() -> None:
    """Typeform: a column an option, its text in each cell, the second question's called again."""
    headers = ("Music", "Dance", "Music (2)", "Dance (2)", "Other (2)")
    cells = ("Music", "Dance", "Music", "Dance", "Song")
    columns = {
        header: ["" if row % (at + 2) else cell for row in range(30)]
        for at, (header, cell) in enumerate(zip(headers, cells, strict=True))
    }
    first, second = drafted(table(**columns))[1].items
    assert [c.column for c in first.categories] == ["Music", "Dance"]
    assert [(c.text, c.column) for c in second.categories] == [
        ("Music", "Music (2)"),
        ("Dance", "Dance (2)"),
        ("Other", "Other (2)"),
    ]


def test_a_list_put_in_order_is_no_multiple_choice() -> None:
    orders = [*permutations(("Pay", "Rights, and duties", "Tools"))]
    joined = [";".join(orders[k % 6]) + ";" for k in range(N)]
    ranks = {f"Aims? [Rank {r + 1}]": [orders[k % 6][r] for k in range(N)] for r in range(3)}
    ranks["Aims? [Rank 3]"][0] = ranks["Aims? [Rank 2]"][0] = ""
    _, asked, text = drafted(replace(table(Order=joined, **ranks), signs=(";",)))
    assert [len(item.codes) for item in asked.items] == [3, 3, 3, 4, 4, 4]
    assert {block.kind.name for block in asked.grids} == {"ranking"} and text.count(
        "put in order"
    ) == 2


def test_columns_of_a_first_and_second_answer_are_one_question(tmp_path: Path) -> None:
    media, none = ["Radio", "Press", "Web", "Film"], "None of these"
    rows = [[media[k % 4], media[(k + 1 + k // 4 % 3) % 4] if k % 3 else ""] for k in range(N)]
    rows[0] = rows[30] = [none, ""]
    path = tmp_path / "slots.csv"
    pd.DataFrame(rows, columns=["First answer", "Second answer"]).to_csv(path, index=False)
    content = path.read_bytes()
    text = _draft_questionnaire(export_table(path, content), "slots.csv", "slots", [], "en")
    asked = questionnaire_of(read_yaml_text(text, TextLoader), "draft")
    (item,) = asked.items
    assert (item.kind.name, item.slots) == ("multi", ("First answer", "Second answer"))
    assert [option.text for option in item.categories if option.exclusive] == [none]
    result = first_reading(raw := read_export(path, asked, content), asked)
    ticked = (result.answers[[*item.columns]] == "1").sum().sum()
    assert ticked == sum(map(bool, chain(*rows))) and not losses(result)
    assert "'First answer', 'Second answer'" in write_sums(result, raw.attrs, "en")[-1]
    skipped = [["skipped" if k % 3 == n else f"{'ab'[k % 2]}{n}" for n in (0, 1)] for k in range(N)]
    # One option twice: asked about. All of a list: an order. Codes: numbers, for all that is said.
    twice = [["Web", "Web"], *rows[1:]]
    whole = [[*each] for each in cycle(*permutations(media))]
    codes = [[str(media.index(t) + 1) if t in media else "" for t in row] for row in rows]
    for said, number, cells in ((1, 1, twice), (0, 4, whole), (0, 2, codes), (0, 2, skipped)):
        columns = {f"q_O{k}": own for k, own in enumerate(zip(*cells, strict=True))}
        _, asked, text = drafted(table(**columns))
        assert len(asked.items) == number
        assert text.count("check: 'q_O0' to 'q_O1'") == said
    # A set of an SPSS file says so, whatever stands between (record 7, subtype 7).
    sav, labels = tmp_path / "set.sav", {1.0: "Radio", 2.0: "Press", 9.0: "Refused"}
    frame = pd.DataFrame([[1.0, 20.0, 9.0], [2.0, 31.0, 1.0]], columns=["a", "age", "x"])
    pyreadstat.write_sav(frame, sav, variable_value_labels={"a": labels, "x": labels})
    begin, end, rest = sav.read_bytes().partition(struct.pack("<ii", 999, 0))
    said = b"$media=C 5 Media a x\n"
    sav.write_bytes(begin + struct.pack("<4i", 7, 7, 1, len(said)) + said + end + rest)
    _, asked, _ = drafted(export_table(sav, sav.read_bytes()))
    assert [(i.column, i.slots) for i in asked.items if i.slots] == [("Media", ("a", "x"))]


def test_short_numbers_beside_words_have_no_mean() -> None:
    codes = [*cycle("1", "2", "3", "10", n=96), "depends", "depends", "in my own words"]
    hours = [*map(str, range(2, 99)), "many", "it depends"]
    _, asked, text = drafted(table(reason=codes, hours=hours))
    assert [item.kind.name for item in asked.items] == ["single", "number"]
    texts = ["1", "2", "3", "10", "depends", "Other"]
    assert [option.text for option in asked.items[0].categories] == texts
    assert text.count("a number? 3 answers are words") == 1 and "own words" not in text


def test_numbers_that_nobody_rounds_are_of_people() -> None:
    drawn = [str(3_000_000 + 7_919 * (k // 2)) for k in range(N)]
    rent = [str(1_000_000 + 50_000 * k) for k in range(N)]
    _, asked, text = drafted(table(register=drawn, rent=rent))
    assert [item.id for item in asked.items] == ["rent"] and "who somebody is: 'register'" in text


def test_a_form_names_what_an_export_holds_by_other_names() -> None:
    """Whoever edits a form changes its labels, and seldom the names behind them."""
    likely = [{"code": c, "value": c, "text": t} for c, t in (("always", "Never"), ("x", "Often"))]
    needs = [{"code": c, "value": c, "text": c.title()} for c in ("food", "cash", "shelter")]
    form = {
        "name": "form",
        "version": "1",
        "language": "en",
        "title": {"en": "Form"},
        "items": [
            {"id": "buys", "kind": "single", "column": "Do you buy?", "categories": likely},
            {
                "id": "needs",
                "kind": "multi",
                "column": "You need?",
                "blank_means": "none",
                "categories": needs,
            },
            {"id": "gone", "kind": "text", "column": "In the next version alone"},
        ],
    }
    joined = cycle("food tent cash", "food", "cash food", "tent", "cash")
    known = table(
        **{"group_a/buys": cycle("always", "x"), "group_a/needs": joined, "more": ["9"] * N}
    )
    book = name_by_form(questionnaire_of(form, "form"), known)
    _, asked, text = drafted(replace(known, signs=(" ",)), codebook=book)
    buys, several = asked.items[:2]
    assert (buys.label.text("en"), buys.labels("en")["never"]) == ("Do you buy?", "Never")
    assert buys.categories[0].value == "always" and several.kind.name == "multi"
    assert [c.text for c in several.categories] == ["Food", "Cash", "Shelter", "tent"]
    assert "no label for 'tent'" in text


def test_a_slash_in_a_question_is_no_group() -> None:
    heads = ["_id", "_uuid", "_submission_time", "Is the aid/service good?", "Part A/Are you well?"]
    rows = [[str(k), f"u{k}", "2024-01-02T03:04:05", "Yes", "No", "No"] for k in range(9)]
    content = "\n".join(map(",".join, [[*heads, "Part A/Are you ill?"], *rows])).encode()
    columns = export_table(Path("export.csv"), content).columns
    assert [column.label for column in columns[3:]] == ["", "Are you well?", "Are you ill?"]
    # Nor are the words of Qualtrics behind a question a part of it.
    heads = ["StartDate,Finished,Q1", "Start Date,Finished,Are you well? - Selected Choice"]
    under = [
        '"{""ImportId"":""startDate""}","{""ImportId"":""finished""}","{""ImportId"":""QID1""}"'
    ]
    given = ["2024-01-02 03:04:05,True,Yes", "2024-01-02 03:05:05,True,No"]
    content = "\n".join([*heads, *under, *given]).encode()
    assert export_table(Path("export.csv"), content).columns[2].label == "Are you well?"


def test_an_option_that_is_new_is_added_and_one_that_was_there_is_not() -> None:
    before = document(
        "trial", question("use", "single", "Use?", {"often": "Often", "never": "Never"})
    )
    more = question("use", "single", "Use?", {"a": "Often", "b": "Never", "daily": "Every day"})
    followed = follow(document("trial", more), before)
    [item] = followed["items"]
    assert [option["text"] for option in item["categories"]] == ["Often", "Never", "Every day"]
    assert [option["code"] for option in item["categories"]][:2] == ["often", "never"]
    assert follow(document("trial", before["items"][0]), before)["items"] == before["items"]
