"""What real exports do most often, in that order: each is read as the clean table is."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from broken_exports import (
    HEADER,
    IMPORT,
    KOBO,
    KOBO_ROW,
    LIME,
    LIME_ROW,
    MICROSOFT,
    MONKEY,
    MONKEY_BELOW,
    QUALTRICS,
    QUALTRICS_ROW,
    QUESTIONNAIRE,
    ROWS,
    book,
    data,
    text,
)
from drafted import draft

from made_questionnaire import document, question
from readiness.commands.starting.beginnings import _draft_questionnaire
from readiness.commands.starting.export_tables import export_table
from readiness.ground.decimals import write_out
from readiness.ground.errors import DataError
from readiness.questionnaire import Questionnaire, match_key, questionnaire_of
from readiness.questionnaire.items import Export, Missing
from readiness.readers import read_export, read_ignored, read_sheet
from readiness.readers.encodings import decode
from readiness.readers.export import recognise_export
from readiness.readers.tools.limesurvey import LimeSurvey
from readiness.readers.tools.spss import Spss
from readiness.readers.workbooks import _join_halves
from readiness.validation import losses, validate

NAME = Path("answers.csv")
# The same questions for tools that have moments and codes of their own.
OPEN = QUESTIONNAIRE.model_copy(
    update={
        "export": QUESTIONNAIRE.export.model_copy(update={"timestamp": None, "invitation": None})
    }
)
# The clean table's answers: visits, uses.read, uses.meet, age, remark.
CODED = [
    ["often", "1", "1", "34", "Été"],
    ["never", "0", "0", "51", "_blank"],
    ["never", "0", "1", "27", "Rien"],
]
ITEMS = ["visits", "uses.read", "uses.meet", "age", "remark"]


def coded(content: bytes, questionnaire: Questionnaire = QUESTIONNAIRE) -> list[list[str]]:
    """The answers of an export in the order of its rows."""
    raw = read_export(NAME, questionnaire, content)
    result = validate(raw, questionnaire)
    assert len(result.answers) == len(raw)
    order = result.answers.assign(at=result.answers["remark"] == "Rien")
    order = order.sort_values(["at", "visits"], ascending=[True, False])
    return order[ITEMS].to_numpy().tolist()


def of(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    return data([header, *rows])


def test_the_clean_table() -> None:
    assert coded(data()) == CODED
    raw = read_export(NAME, QUESTIONNAIRE, data())
    assert raw["_submitted"].tolist() == [
        "2026-03-02T08:00:00",
        "2026-03-02T09:30:00",
        "2026-03-14T10:00:00",
    ]


SPACED = [[f" {cell}\u00a0" for cell in row] for row in (HEADER, *ROWS)]
WIDER = [[*row, ""] for row in (HEADER, *ROWS)]
MAIL = [
    [row[0], mail, *row[1:]]
    for row, mail in zip((HEADER, *ROWS), ("Username", "a@b.ma", "c@d.ma", ""), strict=True)
]
IGNORED = [[*row, "x@y.ma" if k else "Adresse e-mail"] for k, row in enumerate((HEADER, *ROWS))]
SCORED = [[*row, "-- / 0" if k else "Quel âge ? [Score]"] for k, row in enumerate((HEADER, *ROWS))]
BROKEN_LINES = [[cell.replace("souvent ?", "souvent\n?") for cell in HEADER], *ROWS]
CUT = text([HEADER, *ROWS]).rstrip("\n")


@pytest.mark.parametrize(
    ("trap", "content"),
    [
        ("outer spaces in headers and answers", data(SPACED)),
        ("headers in capitals", of(ROWS, [cell.upper() for cell in HEADER])),
        ("a column without header or cell", data(WIDER)),
        ("the moment under the header of another language", of(ROWS, ["Timestamp", *HEADER[1:]])),
        ("a mail address that the form collected", data(MAIL)),
        ("a column that is ignored", data(IGNORED)),
        ("the score of a question of a quiz", data(SCORED)),
        ("UTF-8 with a mark", text([HEADER, *ROWS]).encode("utf-8-sig")),
        ("UTF-16 with a mark", text([HEADER, *ROWS]).encode("utf-16")),
        ("UTF-16, low byte first", text([HEADER, *ROWS]).encode("utf-16-le")),
        ("UTF-16, high byte first", text([HEADER, *ROWS]).encode("utf-16-be")),
        ("Windows-1252", text([HEADER, *ROWS], ";").encode("cp1252")),
        ("Mac Roman", text([HEADER, *ROWS]).encode("mac_roman")),
        ("semicolons", text([HEADER, *ROWS], ";").encode()),
        ("tabs", text([HEADER, *ROWS], "\t").encode()),
        ("tabs, and a quote by itself", text(MAIL, "\t").replace("a@b", '"a@b').encode()),
        ("bars", text([HEADER, *ROWS], "|").encode()),
        ("a line that says the separator", b"sep=;\r\n" + text([HEADER, *ROWS], ";").encode()),
        ("line ends of Windows", text([HEADER, *ROWS], end="\r\n").encode()),
        ("line ends of old Macs", text([HEADER, *ROWS], end="\r").encode()),
        ("letters taken apart", unicodedata.normalize("NFD", text([HEADER, *ROWS])).encode()),
        (
            "marks of direction",
            data([[f"\u200e{cell}\u202c" for cell in row] for row in (HEADER, *ROWS)]),
        ),
        (
            "digits of Arabic",
            text([HEADER, *ROWS])
            .translate({ord(str(n)): chr(0x660 + n) for n in range(10)})
            .encode(),
        ),
        ("line breaks in headers", data(BROKEN_LINES)),
        (
            "options joined by semicolons",
            of([[*row[:3], row[3].replace("r, R", "r;R"), *row[4:]] for row in ROWS]),
        ),
        (
            "options joined by semicolons and spaces",
            of([[*row[:3], row[3].replace("r, R", "r; R"), *row[4:]] for row in ROWS]),
        ),
        ("bars", of([[*r[:3], r[3].replace("r, R", "r | R"), *r[4:]] for r in ROWS])),
        ("a preamble", b"Library survey\nExported on 2026-03-20\n\n" + data()),
        ("a preamble as wide as the table", b"Library survey,,,,,\n,,,,,\n" + data()),
        ("blank rows before and after", data([[""] * 6, HEADER, *ROWS, [""] * 6, [""] * 6])),
        ("names below the headers", data([["t", "c", "v", "u", "a", "r"], HEADER, *ROWS])),
        (
            "names above and below",
            data([HEADER, ["", "", "visits", "uses", "age", "remark"], *ROWS]),
        ),
        ("last cells of the last row left out", of([ROWS[0], ROWS[2], ROWS[1][:-1]])),
        ("a workbook", book([HEADER, *([*row[:4], int(row[4]), row[5]] for row in ROWS)])),
        ("a workbook with a preamble", book([["Library"], [], HEADER, *ROWS])),
        ("a workbook whose second sheet it is", book([["Notes"], ["none"]], [HEADER, *ROWS])),
        (
            "row numbers of a data frame",
            data([["" if not at else str(at - 1), *row] for at, row in enumerate((HEADER, *ROWS))]),
        ),
    ],
)
def test_it_is_read_as_the_clean_table_is(trap: str, content: bytes) -> None:
    assert coded(content) == CODED, trap


MOMENTS = {
    "2026/03/02 8:00:05 AM GMT+1": "2026-03-02T08:00:05",
    "2026/03/02 8:00:05 PM UTC+5:30": "2026-03-02T20:00:05",
    "2026/03/02 12:00:05 AM CET": "2026-03-02T00:00:05",
    "2026-03-02T08:00:05.123+01:00": "2026-03-02T08:00:05",
    "2026-03-02T08:00:05.123Z": "2026-03-02T08:00:05",
    "2026-03-02 08:00:05": "2026-03-02T08:00:05",
    "2026-03-02 08:00": "2026-03-02T08:00:00",
    "46083.333391": "2026-03-02T08:00:05",
    "2026-03-02": "2026-03-02T00:00:00",
    "02/03/2026 08:00:05": "2026-03-02T08:00:05",
    "2/3/2026 8:00:05": "2026-03-02T08:00:05",
    "02.03.2026 08:00:05": "2026-03-02T08:00:05",
    "02-03-2026, 8:00:05": "2026-03-02T08:00:05",
    "02/03/2026 8.00.05": "2026-03-02T08:00:05",
    "2/3/2026 8:00:05 p. m.": "2026-03-02T20:00:05",
    "2026/03/02 8:00:05 \u0645 \u063a\u0631\u064a\u0646\u062a\u0634+1": "2026-03-02T20:00:05",
    "2569/03/02 8:00:05 หลังเที่ยง GMT+7": "2026-03-02T20:00:05",
    "2026/03/02 8:00:05 ÖS GMT+3": "2026-03-02T20:00:05",
    "2026/3/2 下午 8:00:05": "2026-03-02T20:00:05",
    "2026. 3. 2 오전 12:00:05": "2026-03-02T00:00:05",
    "Mar 2, 2026 8:00:05 AM": "2026-03-02T08:00:05",
    "2 March 2026 08:00": "2026-03-02T08:00:00",
    "lundi 2 févr. 2026 à 08:00": "2026-02-02T08:00:00",
    "1er août 2026 8h05": "2026-08-01T08:05:00",
    "2 غشت 2026": "2026-08-02T00:00:00",
    "2 people 2026": "",
    "00:05.0": "",
    "31/02/2026 08:00:05": "",
    "2026-03-02 25:00:05": "",
    "2026-03-02 13:00:05 PM": "",
    "yesterday": "",
}


@pytest.mark.parametrize("written", MOMENTS)
def test_a_moment_is_read_in_every_country_s_way(written: str) -> None:
    raw = read_export(NAME, QUESTIONNAIRE, of([[written, *ROWS[0][1:]], *ROWS]))
    assert raw["_submitted"].iloc[0] == MOMENTS[written]
    assert raw["_timestamp"].iloc[0] == written


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["3/4/2026 9:00:00", "3/13/2026 9:00:00"], "2026-03-04T09:00:00"),
        (["3/4/2026 9:00:00", "13/4/2026 9:00:00"], "2026-04-03T09:00:00"),
        (["1/2/2026 9:00:00", "1/3/2026 9:00:00", "2/1/2026 9:00:00"], "2026-01-02T09:00:00"),
        (["2/1/2026 9:00:00", "3/1/2026 9:00:00", "1/2/2026 9:00:00"], "2026-01-02T09:00:00"),
        (["03/04/2026 09:00:00", "03/04/2026 10:00:00"], "2026-04-03T09:00:00"),
    ],
)
def test_day_and_month_are_told_by_the_whole_column(cells: list[str], first: str) -> None:
    rows = [[cell, *ROWS[1][1:]] for cell in cells]
    assert read_export(NAME, QUESTIONNAIRE, of(rows))["_submitted"].iloc[0] == first
    stated = QUESTIONNAIRE.export.model_copy(update={"dates": "mdy"})
    said = QUESTIONNAIRE.model_copy(update={"export": stated})
    if "13/4" not in cells[1]:
        month = int(cells[0].split("/")[0])
        read = read_export(NAME, said, of(rows))["_submitted"].iloc[0]
        assert read.startswith(f"2026-{month:02d}-")


def test_many_moments_are_read_as_one_is() -> None:
    from readiness.readers import moments

    cells = [f"{1 + n % 28:02d}/03/2026 {n % 24:02d}:{n % 60:02d}:00" for n in range(6000)]
    cells += ["2026-03-02T08:00:05", "2026-03-02 08:00:05", "nothing", "2/3/26 8:00 PM", ""]
    for order in (moments.DAY_FIRST, moments.MONTH_FIRST):
        one_by_one = [moments.read_one(cell, order) for cell in cells]
        assert moments.read_all(cells, order) == one_by_one


def test_one_header_twice_is_two_questions_where_the_questionnaire_says_so() -> None:
    again = QUESTIONNAIRE.items[-1].model_copy(
        update={"id": "more", "column": "Une remarque ? (2)"}
    )
    two = QUESTIONNAIRE.model_copy(update={"items": (*QUESTIONNAIRE.items, again)})
    rows = [[*HEADER, HEADER[-1]], *([*row, "encore"] for row in ROWS)]
    raw = read_export(NAME, two, data(rows))
    assert raw["remark"].tolist() == ["Été", "", "Rien"]
    assert raw["more"].tolist() == ["encore"] * 3
    # Nobody's answer stands in a column without a cell.
    rows = [[*HEADER, HEADER[-1]], *([*row, ""] for row in ROWS)]
    assert read_export(NAME, QUESTIONNAIRE, data(rows))["remark"].tolist() == ["Été", "", "Rien"]


def test_columns_that_are_not_read_can_be_looked_at() -> None:
    rows = [[*row, "x@y.ma" if at else "Adresse e-mail"] for at, row in enumerate((HEADER, *ROWS))]
    found = read_ignored(NAME, QUESTIONNAIRE, data(rows))
    assert list(found.columns) == ["_row", "Adresse e-mail"]
    assert found["Adresse e-mail"].tolist() == ["x@y.ma"] * 3


def test_line_breaks_in_cells_stay() -> None:
    rows = [[*ROWS[0][:5], 'Une ligne,\n"deux" lignes;\r\ntrois'], *ROWS[1:]]
    assert read_export(NAME, QUESTIONNAIRE, of(rows))["remark"].iloc[0] == rows[0][5]


ARABIC = questionnaire_of(
    document(
        "maktaba",
        question("visits", "single", "هل تأتي كثيرا؟", {"often": "غالبا", "never": "أبدا"}),
        question("remark", "text", "ملاحظة"),
        language="ar",
    ),
    "maktaba-1",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1256"])
def test_arabic_letters_of_each_encoding(encoding: str) -> None:
    content = text([["هل تأتي كثيرا؟", "ملاحظة"], ["غالبا", "كتب جديدة"], ["أبدا", "لا"]], ";")
    raw = read_export(NAME, ARABIC, content.encode(encoding))
    assert raw["visits"].tolist() == ["غالبا", "أبدا"]
    assert read_sheet(NAME, content.encode(encoding)).texts(0).tolist() == ["غالبا", "أبدا"]


def test_the_questionnaire_s_own_words_tell_letters_of_other_countries() -> None:
    asked = document(
        "p",
        question("visits", "single", "Jak?", {"well": "Dobrze", "badly": "Źle"}),
        question("remark", "text", "Uwagi"),
        language="pl",
    )
    polish = ARABIC.model_copy(update={"items": questionnaire_of(asked, "p-1").items})
    content = text([["Jak?", "Uwagi"], ["Źle", "żółć"]]).encode("cp1250")
    assert read_export(NAME, polish, content)["remark"].tolist() == ["żółć"]


def test_letters_decide_between_the_encodings_that_hold_the_words() -> None:
    # Four letters side by side are an Arabic word as well, in which no expected text stands.
    word = "x\u00e1\u00e3\u00e4\u00e5"
    assert decode(NAME, word.encode("cp1252"), {match_key(word)}) == (word, "Windows-1252")
    assert decode(NAME, word.encode("cp1252"))[1] == "Windows-1256"
    assert decode(NAME, ("Tři děti. " * 3).encode("cp1250"))[0] == "Tři děti. " * 3
    # The space of a Mac is a capital to Windows, behind small letters.
    assert decode(NAME, b"a,b\nNot much\xca,1\n")[0] == "a,b\nNot much\xa0,1\n"


def test_letters_that_cannot_be_told_are_said_by_the_questionnaire() -> None:
    content = b"visits,remark\noften,x\xd4\n"
    said = ARABIC.model_copy(
        update={"export": ARABIC.export.model_copy(update={"encoding": "windows-1256"})}
    )
    assert read_export(NAME, said, content)["remark"].tolist() == ["x\u0634"]


def test_of_options_joined_and_spread_the_columns_tell() -> None:
    header = [*KOBO[:4], "main/uses/a", "main/uses/b", "spot-Latitude", *KOBO[4:]]
    raw = read_export(NAME, OPEN, data([header, [*KOBO_ROW[:4], "1", "1", "9.1", *KOBO_ROW[4:]]]))
    assert raw["uses"].tolist() == ["Lire, étudier\x1fRencontrer"]


def test_what_is_no_option_among_options_stays() -> None:
    rows = [[*KOBO_ROW[:3], "a zzz", *KOBO_ROW[4:]]]
    raw = read_export(NAME, OPEN, data([KOBO, *rows]))
    assert raw["uses"].tolist() == ["Lire, étudier\x1fzzz"]
    assert raw["_seconds"].tolist() == ["540"]
    # An option that holds the sign is whole beside one that nobody declared.
    export = QUESTIONNAIRE.export.model_copy(update={"tool": "plain"})
    plain = QUESTIONNAIRE.model_copy(update={"export": export})
    told = read_export(NAME, plain, of([[*ROWS[0][:3], "Lire, étudier, zzz", *ROWS[0][4:]]]))
    assert told["uses"].tolist() == ["Lire, étudier\x1fzzz"]
    # The words of what somebody typed are no options, where options are words.
    typed = read_export(NAME, plain, of([[*ROWS[0][:3], "qui rit Rencontrer", *ROWS[0][4:]]]))
    assert typed["uses"].tolist() == ["qui rit Rencontrer"]


def test_a_preview_and_a_rejected_row_are_no_answers() -> None:
    preview = [*QUALTRICS_ROW[:2], "Survey Preview", *QUALTRICS_ROW[3:]]
    raw = read_export(NAME, OPEN, data([QUALTRICS, QUALTRICS, IMPORT, QUALTRICS_ROW, preview]))
    assert raw["_fault"].tolist() == ["", "a test answer (Survey Preview)"]
    assert raw["_row"].tolist() == [4, 5]
    header = [*KOBO, "_validation_status"]
    rows = [[*KOBO_ROW, ""], [*KOBO_ROW, "validation_status_not_approved"]]
    raw = read_export(NAME, OPEN, data([header, *rows]))
    assert raw["_fault"].tolist() == ["", "rejected by a reviewer in the tool"]
    header = ["CASE", "SERIAL", "QUESTNNR", "MODE", "FINISHED", *HEADER[2:]]
    rows = [
        ["1", "", "a", "interview", "1", *ROWS[0][2:]],
        ["2", "", "a", "pretest", "0", *ROWS[1][2:]],
    ]
    raw = read_export(NAME, OPEN, data([header, *rows]))
    assert raw["_fault"].tolist() == ["", "a test answer (pretest)"]
    assert raw["_complete"].tolist() == ["yes", "no"]
    # Whoever tried the form is no loss.
    result = validate(raw, OPEN)
    assert result.count("test_answer") == 1 and not losses(result)


def test_answers_of_a_pilot_count_where_nobody_calls_them_real() -> None:
    preview = [*QUALTRICS_ROW[:2], "Survey Preview", *QUALTRICS_ROW[3:]]
    pilot = data([QUALTRICS, QUALTRICS, IMPORT, preview, preview])
    set_aside = ["a test answer (Survey Preview)"] * 2
    assert read_export(NAME, OPEN, pilot)["_fault"].tolist() == ["", ""]
    unmarked = OPEN.model_copy(update={"export": OPEN.export.model_copy(update={"marker": None})})
    assert read_export(NAME, unmarked, pilot, simulated=True)["_fault"].tolist() == ["", ""]
    assert read_export(NAME, OPEN, pilot, simulated=False)["_fault"].tolist() == set_aside


def test_codes_that_went_through_a_table_of_decimals() -> None:
    header = ["", "visits", "uses_a", "uses_b", "age", "remark"]
    rows = [
        ["0", "1.0", "1.0", "1.0", "34.0", "Été"],
        ["1", "2.0", "0.0", "", "51.0", ""],
        ["2", "2E+00", "0.0", "1.0", "2,7e+01", "Rien"],
    ]
    assert coded(data([header, *rows]), OPEN) == CODED
    assert list(map(write_out, ("1e+05", "-2.5E-01", "1e5", "2+3"))) == [
        *("100000", "-0.25", "1e5", "2+3")
    ]


def test_a_letter_behind_the_point_of_stata_is_no_answer(tmp_path: Path) -> None:
    path, frame = tmp_path / "a.dta", pd.DataFrame({"pay": [1.0, "a", 4.5]})
    pyreadstat.write_dta(frame, path, missing_user_values={"pay": ["a"]})
    assert read_sheet(path).labels["pay"].missing == ("a",)


def test_a_letter_stands_in_a_column_of_single_precision_too(tmp_path: Path) -> None:
    path = tmp_path / "single.dta"
    frame = pd.DataFrame({"pay": np.array([16.2, np.nan, 4.5], dtype=np.float32)})
    frame.to_stata(path, write_index=False, version=118)
    head, mark, cells = path.read_bytes().partition(b"<data>")
    # As Stata keeps them: `.` and `.a` of a float.
    none, letter = struct.pack("<I", 0x7F000000), struct.pack("<I", 0x7F000800)
    assert cells.count(none) == 1
    path.write_bytes(head + mark + cells.replace(none, letter))
    sheet = read_sheet(path)
    assert sheet.texts(0).tolist() == ["16.2", "a", "4.5"]
    assert sheet.labels["pay"].missing == ("a",)
    asked = questionnaire_of(
        document("club", question("pay", "number", range={"decimals": 1})), "club-1"
    )
    assert read_export(path, asked)["pay"].tolist() == ["16.2", "", "4.5"]


def test_the_codes_of_each_tool() -> None:
    kobo, lime, qualtrics = [KOBO], [LIME], [QUALTRICS, QUALTRICS, IMPORT]
    for visits, *ticks, age, remark in (
        ("1", "a", "b", "34", "Été"),
        ("2", "", "", "51", ""),
        ("2", "", "b", "27", "Rien"),
    ):
        ticked = list(filter(None, ticks))
        kobo.append([*KOBO_ROW[:2], visits, " ".join(ticked), age, remark, age, *KOBO_ROW[7:]])
        boxes = ["Y" if tick else "" for tick in ticks]
        lime.append([age, *LIME_ROW[1:4], visits, *boxes, f"{age}.0000000000", remark])
        qualtrics.append([*QUALTRICS_ROW[:5], age, visits, ",".join(ticked), age, remark])
    for rows in (kobo, lime, qualtrics):
        assert coded(data(rows), OPEN) == CODED, rows[0]


def test_limesurvey_with_underscores_for_spaces() -> None:
    full = [
        "id",
        "submitdate",
        "lastpage",
        "startlanguage",
        "Venez-vous_souvent_?",
        "Pour_quoi_faire_?_[Lire,_étudier]",
        "Pour_quoi_faire_?_[Rencontrer]",
        "Âge",
        "Une_remarque_?",
    ]
    raw = read_export(NAME, OPEN, data([full, [*LIME_ROW[:4], "Souvent", "Oui", "Non", "34", "x"]]))
    assert raw[["visits", "uses", "age"]].to_numpy().tolist() == [
        ["Souvent", "Lire, étudier", "34"]
    ]


def test_time_is_spent_on_the_question_of_that_code() -> None:
    header = [*LIME[:4], "use_ai", "use_aiTime", "use aiTime"]
    sheet = read_sheet(NAME, data([header, [*LIME_ROW[:4], "Yes", "12.5", "3.5"]]))
    own = [LimeSurvey().is_own(sheet, at) for at in range(4, 7)]
    assert own == [False, True, False]


@pytest.mark.parametrize(
    ("said", "means"),
    [("NS/NC", "dont_know"), ("N/A", "not_asked"), ("888", "blank"), ("Refus", "refused")],
)
def test_what_stands_for_no_answer_is_proposed_and_declared(said: str, means: str) -> None:
    content = of([[ROWS[0][0], "DDDD", said, ROWS[0][3], said, "x"], *ROWS])
    result = validate(read_export(NAME, QUESTIONNAIRE, content), QUESTIONNAIRE)
    faults = result.issues[result.issues["row"] == 2]
    proposed = f'missing: [{{text: "{said}", means: {means}}}]'
    assert set(faults.loc[faults["item"].isin(["visits", "age"]), "suggestion"]) == {proposed}
    declared = [
        item.model_copy(update={"missing": (Missing(text=said, means=means),)})  # type: ignore[arg-type]
        if item.id in ("visits", "age")
        else item
        for item in QUESTIONNAIRE.items
    ]
    stated = QUESTIONNAIRE.model_copy(update={"items": tuple(declared)})
    content = content.replace(b"888", b"888.0")  # through a table of decimals
    answers = validate(read_export(NAME, stated, content), stated).answers
    assert f"_{means}" in answers["visits"].tolist() and f"_{means}" in answers["age"].tolist()


def test_who_broke_off_is_told_by_the_tool() -> None:
    stopped = [LIME_ROW[0], "", *LIME_ROW[2:5], "N/A", "N/A", "", "N/A"]
    raw = read_export(NAME, OPEN, data([LIME, LIME_ROW, stopped]))
    assert raw["_complete"].tolist() == ["yes", "no"]
    assert raw["age"].tolist() == ["34", ""]
    assert raw["uses"].tolist() == ["Lire, étudier", ""]
    timed = [*LIME, "interviewtime", "groupTime8020", "visitsTime", "remarkTime"]
    raw = read_export(NAME, OPEN, data([timed, [*LIME_ROW, "61.5", "40.1", "3.2", "9"]]))
    assert raw["_seconds"].tolist() == ["61.5"]
    undated = [LIME_ROW[0], "1980-01-01 00:00:00", *LIME_ROW[2:]]
    raw = read_export(NAME, OPEN, data([LIME, undated]))
    assert (raw["_complete"].tolist(), raw["_submitted"].tolist()) == (["yes"], [""])


def test_rows_of_another_width_are_set_aside_with_their_reason() -> None:
    content = CUT.encode() + b"\nTotal: 3\n"
    raw = read_export(NAME, QUESTIONNAIRE, content)
    assert raw["_fault"].tolist() == ["", "", "", "1 cell where the header has 6"]
    surplus = data([HEADER, [*ROWS[0], "more"], *ROWS[1:]])
    assert read_export(NAME, QUESTIONNAIRE, surplus)["_fault"].iloc[0] == (
        "7 cells where the header has 6"
    )
    result = validate(read_export(NAME, QUESTIONNAIRE, surplus), QUESTIONNAIRE)
    assert (len(result.answers), result.quarantine["rule"].tolist()) == (2, ["structure"])


def test_surveymonkey_and_microsoft_forms() -> None:
    monkey = [
        [
            "11",
            "7",
            "03/02/2026 07:50:00 AM",
            "03/02/2026 08:00:00 AM",
            "Souvent",
            "Lire, étudier",
            "Rencontrer",
            "34",
            "Été",
        ],
        ["12", "7", "03/02/2026 09:00:00 AM", "03/02/2026 09:30:00 AM", "Jamais", "", "", "51", ""],
        [
            "13",
            "7",
            "03/14/2026 09:00:00 PM",
            "03/14/2026 10:00:00 PM",
            "Jamais",
            "",
            "Rencontrer",
            "27",
            "Rien",
        ],
    ]
    content = data([MONKEY, MONKEY_BELOW, *monkey])
    assert coded(content, OPEN) == CODED
    raw = read_export(NAME, OPEN, content)
    assert raw["_submitted"].iloc[2] == "2026-03-14T22:00:00"
    assert raw["_id"].tolist() == ["11", "12", "13"]
    # The number of the collector may be left out; the second row of headers stays none of answers.
    short = [row[:1] + row[2:] for row in (MONKEY, MONKEY_BELOW, *monkey)]
    assert recognise_export(NAME, data(short))[1].name == "surveymonkey"
    assert coded(data(short), OPEN) == CODED
    # Read and written by pandas, without the columns of the tool.
    pandas = ["", *(name or "Unnamed: 9" for name in MONKEY[4:])]
    short = [pandas, ["0", *MONKEY_BELOW[4:]], *(row[:1] + row[4:] for row in monkey)]
    assert recognise_export(NAME, data(short))[1].name == "surveymonkey"
    titled = b"Made,Unnamed: 1,Unnamed: 2\n2026,,\nAge,Sex,City\n30,f,Fes\n31,m,Fes\n"
    assert read_sheet(NAME, titled).columns == ("Age", "Sex", "City")
    # A row of questions that ends before the row below it is refused for what it lacks.
    with pytest.raises(DataError, match="missing 'Venez-vous souvent"):
        coded(data([MONKEY[:3], MONKEY_BELOW, *monkey]), OPEN)
    forms = [
        [
            at,
            f"3/2/26 7:0{at}:00",
            f"3/2/26 8:0{at}:00",
            "anonymous",
            "",
            row[2],
            row[3].replace("r, R", "r;R") + (";" if row[3] else ""),
            int(row[4]),
            row[5],
        ]
        for at, row in enumerate(ROWS, 1)
    ]
    content = book([MICROSOFT, *forms])
    assert coded(content, OPEN) == CODED
    assert recognise_export(NAME, content)[1].name == "microsoft-forms"
    # The tool's own headers are in the language of who exports; their cells tell them.
    french = ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", *HEADER[2:]]
    assert coded(book([french, *forms]), OPEN) == CODED


def test_options_put_in_order_in_one_cell_or_a_column_a_rank() -> None:
    options = [
        {"code": code, "text": text, "value": value}
        for code, text, value in (
            ("books", "Des livres", "A1"),
            ("quiet", "Du calme", "A2"),
            ("light", "De la lumière, le soir", "A3"),
        )
    ]
    ranking = {
        "id": "wish",
        "kind": "ranking",
        "column": "Que voulez-vous ?",
        "ranks": 2,
        "categories": options,
    }
    document = {"name": "wishes", "version": "1", "language": "fr", "title": {"fr": "Vœux"}}
    asked = questionnaire_of({**document, "items": [ranking]}, "wishes-1")
    ranks = {
        "wish_books": ["2", "", "1"],
        "wish_quiet": ["-", "", "2"],
        "wish_light": ["1", "", "-"],
    }
    joined = [
        ["Que voulez-vous ?"],
        ["De la lumière, le soir;Des livres;"],
        [" "],
        ["Des livres;Du calme"],
    ]
    apart = [["wish[1]", "wish[2]"], ["A3", "A1"], ["", ""], ["A1", "A2"]]
    for rows in (joined, apart):
        raw = read_export(
            NAME, asked, data([[str(n), *row] if n else ["", *row] for n, row in enumerate(rows)])
        )
        assert {name: raw[name].tolist() for name in ranks} == ranks
    # Where the list has no level for what was not ranked, that is no answer.
    del ranking["ranks"]
    asked = questionnaire_of({**document, "items": [ranking]}, "wishes-1")
    raw = read_export(NAME, asked, data([["", "wish[1]", "wish[2]"], ["1", "A3", "A1"]]))
    assert raw["wish_quiet"].tolist() == [""]


def test_a_row_without_a_cell_is_a_row_where_others_follow() -> None:
    for made in (data, book):
        raw = read_export(NAME, QUESTIONNAIRE, made([HEADER, ROWS[0], [""] * 6, *ROWS[1:]]))
        assert raw["_row"].tolist() == [2, 3, 4, 5]
        assert raw["visits"].tolist() == ["Souvent", "", "Jamais", "Jamais"]
        # And it is nobody's.
        result = validate(raw, QUESTIONNAIRE)
        assert (result.count("kept"), result.count("empty_row")) == (3, 1)
        content = made([HEADER, ROWS[0], [""] * 6, *ROWS[1:]])
        assert len(recognise_export(NAME, content)[0]) == 3


def test_a_large_file_is_read_as_a_small_one_is() -> None:
    rows = [[*ROWS[n % 3][:5], f'Réponse n° {n},\n"citée"'] for n in range(14_000)]
    content = text([HEADER, *rows], end="\r\n").encode("utf-8-sig")
    assert len(content) > 1 << 20
    large = read_export(NAME, QUESTIONNAIRE, content)
    # A file whose last line has no end is read by the other parser.
    small = read_export(NAME, QUESTIONNAIRE, content.removesuffix(b"\r\n"))
    assert len(large) == 14_000
    pd.testing.assert_frame_equal(large.astype(object), small.astype(object))


def test_a_ticked_box_that_repeats_its_header_is_an_answer() -> None:
    boxes = ["Radio", "Press", "Web", "Television"]
    texts = {"kind": "text", "label": {"en": "Ticked?"}}
    items = [{"id": f"b{at}", "column": box, **texts} for at, box in enumerate(boxes)]
    head = {"name": "media", "version": "1", "language": "en", "title": {"en": "Media"}}
    asked = questionnaire_of({**head, "items": items}, "media-1")
    rows = [boxes, ["Radio", "Press", "Web", ""], *[["", "", "Web", ""], ["Radio", "", "", ""]] * 3]
    assert len(read_export(NAME, asked, data([boxes, *rows]))) == 8
    # Names below names are no answers.
    assert len(read_export(NAME, asked, data([["b0", "b1", "b2", "b3"], boxes, *rows]))) == 8


def test_what_is_asked_several_times_is_left_out_with_a_note() -> None:
    content = data([[*KOBO, "child[1]/name"], [*KOBO_ROW, "x"]])
    sheet, tool = recognise_export(NAME, content)
    assert tool.is_own(sheet, len(KOBO))
    # The table of the form is the main one, however many more rows a repeat has.
    heads = ["name", "_index", "_parent_index", "_submission__uuid", "_uuid"]
    repeat = [heads, *([str(k)] * len(heads) for k in range(1, 30))]
    sheet, _ = recognise_export(NAME, book(repeat, [KOBO, KOBO_ROW]))
    assert len(sheet) == 1 and "left out: 29 rows of sheet Sheet1" in sheet.notes[-1]
    table = export_table(NAME, data([[*KOBO, "child[1]/name"], [*KOBO_ROW, "x"]]))
    assert table.notes[0].endswith("1 columns as 'child[1]/name'")


@pytest.mark.parametrize(
    ("header", "what"),
    [
        (["type", "name", "label::English (en)", "relevant"], "XLSForm"),
        (["list_name", "name", "label"], "options of an XLSForm"),
        (["type", "name", "label:English"], "XLSForm"),
        (["qid", "qname", "question", "force_resp", "type", "selector"], "codebook"),
        (["related_id", "id", "class", "type/scale", "name", "relevance", "text"], "LimeSurvey"),
        (["Variable / Field Name", "Form Name", "Field Type", "Field Label"], "REDCap"),
        (["Variable", "Question text", "Type", "Values"], "codebook"),
    ],
)
def test_a_form_is_told_from_answers(header: list[str], what: str) -> None:
    rows = [[f"q{k}", *["x"] * (len(header) - 1)] for k in range(9)]
    with pytest.raises(DataError, match=what):
        recognise_export(NAME, data([header, *rows]))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{\n "SurveyEntry": {"SurveyID": "SV_1"}}', "questions of a Qualtrics form"),
        (
            b'<?xml version="1.0" encoding="UTF-8"?>\n<document>\n <LimeSurveyDocType>Survey<',
            "questions of a LimeSurvey form",
        ),
        (b"id\trelated_id\tclass\ttype/scale\tname\n\t\tS\t\tsid\t1\n", "a LimeSurvey form"),
        (b'<?xml version="1.0"?>\n<rows/>', "the export is XML"),
    ],
)
def test_the_file_of_a_form_is_called_so(content: bytes, what: str) -> None:
    with pytest.raises(DataError, match=what):
        recognise_export(NAME, content)


def test_letters_of_two_bytes_in_an_old_workbook_are_one_each() -> None:
    for said in ("Name", "نعم", "Été 2024"):
        assert _join_halves(said.encode("utf-16-le").decode("latin-1")) == said
        assert _join_halves(said) == said


def test_rows_of_another_kind_are_headers() -> None:
    said = ["When?", "How old are you?", "What do you do?", "Which? - Radio"]
    rows = [[f"2026-03-0{k % 9 + 1} 10:00", str(20 + k), "ab"[k % 2], ""] for k in range(12)]
    sheet, _ = recognise_export(NAME, data([["d", "q1", "q2", "q3"], said, *rows]))
    assert sheet.under == (tuple(said),) and len(sheet) == 12
    # Who typed words in place of a number is no header.
    first = [["2026-03-01 10:00", "about 20", "a", "Radio"]]
    sheet, _ = recognise_export(NAME, data([["d", "q1", "q2", "q3"], *first, *rows]))
    assert not sheet.under and len(sheet) == 13
    sheet, _ = recognise_export(
        NAME, data([["d", "q1", "q2", "q3"], *first, *rows]), Export(header_rows=2)
    )
    assert len(sheet) == 12


TABLE = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]


@pytest.mark.parametrize(
    ("second", "headers"),
    [
        # One cell recurs below, or is a number among numbers.
        (["How old?", "Since when?", "Children?", "Job?", "Town?", "Other", "Radio", "Press"], 1),
        (["How old?", "Since when?", "2026", "Job?", "Town?", "Why?", "Radio", "Press"], 1),
        (["Wie alt?", "Seit wann?", "Kinder?", "Job?", " b ", "Warum?", "Radio", "Press"], 1),
        # Somebody: several cells that others gave, though some numbers are in words.
        (["forty", "long ago", "2", "a", "b", "Other", "Radio", ""], 0),
        (["forty", "long ago", "none", "a", "b", "Other", "Radio", "Press"], 0),
        (["forty", "long ago", "2", "farmer", "", "", "", ""], 0),
        (["forty", "long ago", "two", "", "", "", "Radio", ""], 0),
        (["forty", "9", "two", "a", "c", "Other", "", ""], 0),
    ],
)
def test_a_second_header_of_which_one_cell_recurs_is_nobody(
    second: list[str], headers: int
) -> None:
    answers = (("20", "4", "0", "a", "b"), ("31", "2", "3", "b", "c"), ("42", "9", "1", "b", "d"))
    said = (("Other", "Radio", ""), ("Because", "", "Press"))
    rows = [[*answers[k % 3], *said[k % 2]] for k in range(18)]
    content = data([TABLE, second, *rows])
    sheet, _ = recognise_export(NAME, content)
    assert (len(sheet.under), len(sheet)) == (headers, 19 - headers)
    # A wave is read as its draft was.
    asked = draft(NAME, content)
    assert len(read_export(NAME, asked, content)) == 19 - headers


def test_a_row_that_may_be_a_header_is_asked_about() -> None:
    rows = [[str(20 + k), str(k), ["Other", "Because"][k % 2]] for k in range(18)]
    said = ["How old?", "Since when?", "Other"]
    content = data([["q1", "q2", "q3"], said, *rows])
    table = export_table(NAME, content)
    assert (table.rows, table.doubted) == (19, "2")
    text = _draft_questionnaire(table, NAME.name, "made", [], "en")
    assert "check: row 2 is of another kind: somebody's answers, or a second row of" in text
    assert export_table(NAME, content, Export(header_rows=1)).doubted == ""
    assert export_table(NAME, content, Export(header_rows=2)).rows == 18
    assert export_table(NAME, data([["q1", "q2", "q3"], *rows])).doubted == ""


@pytest.mark.parametrize(
    ("second", "headers"),
    [
        # Nobody answers by one mark to everything.
        (["x"] * 5, 1),
        (["X", "1", "1", "1", "X"], 0),
        # Who has no numbers to give is somebody.
        (["Anna", "x", "x", "", ""], 0),
        (["Anna", "n/a", "-", "x", "x"], 0),
        (["", "", "", "x", "x"], 0),
        # Words above numbers are names.
        (["Who?", "How old?", "Since when?", "Radio", "Press"], 1),
    ],
)
def test_a_row_of_ticks_is_told_from_a_header(second: list[str], headers: int) -> None:
    rows = [[f"N {k}", str(20 + k), str(k), "x" * (k % 2), "x" * (k % 3 > 0)] for k in range(18)]
    sheet, _ = recognise_export(NAME, data([["who", "age", "years", "q_1", "q_2"], second, *rows]))
    assert (len(sheet.under), len(sheet)) == (headers, 19 - headers)


def test_the_main_table_of_a_form_with_repeats_has_no_parent() -> None:
    main = [[*KOBO_ROW, "-1", ""] for _ in range(2)]
    head = [*KOBO, "_parent_index", "_parent_table_name"]
    raw = read_export(NAME, OPEN, data([head, *main]))
    assert len(raw) == 2
    with pytest.raises(DataError, match="a repeat"):
        read_export(NAME, OPEN, data([head, [*KOBO_ROW, "1", "form"]]))


@pytest.mark.parametrize(
    ("started", "sent", "read"),
    [
        ("2026-03-02T10:00:00.000+03:00", "2026-03-02T07:09:01", ""),
        ("2026-03-02T07:00:00", "2026-03-02T07:09:01", "2026-03-02T07:00:00"),
    ],
)
def test_moments_of_two_clocks_are_not_compared(started: str, sent: str, read: str) -> None:
    raw = read_export(NAME, OPEN, data([KOBO, [started, *KOBO_ROW[1:-1], sent]]))
    assert (raw["_started"].tolist(), raw["_submitted"].tolist()) == (
        [read],
        ["2026-03-02T07:09:01"],
    )
    assert "impossible_time" not in set(validate(raw, OPEN).issues["rule"])


@pytest.mark.parametrize("ending", ["sav", "por", "dta"])
def test_files_of_statistics_say_their_labels(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"answers.{ending}"
    values = pd.DataFrame({"vote": [1, 2, 1], "why": ["duty", "", "habit"]})
    write = getattr(pyreadstat, f"write_{ending}")
    known = {} if ending == "por" else {"variable_value_labels": {"vote": {1: "Yes", 2: "No"}}}
    write(values, path, column_labels=["Do you vote?", "Why?"], **known)
    sheet = read_sheet(path)
    assert sheet.first(3) == [("1", "duty"), ("2", ""), ("1", "habit")]
    # Told by its bytes, whatever its name says.
    assert read_sheet(NAME, path.read_bytes()).first(3) == sheet.first(3)
    labels = list(sheet.labels.values())
    assert [variable.label for variable in labels] == ["Do you vote?", "Why?"]
    assert dict(labels[0].values) == ({} if ending == "por" else {"1": "Yes", "2": "No"})
    # Of a set of boxes the file says which value counts; its labels need not.
    lived = replace(labels[0], values={"1": "Lived there", "2": "Not lived there"}, counted="1")
    boxes = replace(sheet, labels={sheet.columns[0]: lived})
    assert [Spss().box("There", {}, boxes, 0, cell) for cell in "12"] == ["There", ""]


def test_a_form_that_keeps_its_own_moments_alone_is_told() -> None:
    content = data([["start", "end", "eats"], [*["2026-03-02T10:00:00+03:00"] * 2, "rice fish"]])
    assert recognise_export(NAME, content)[1].name == "kobotoolbox"


def test_letters_of_an_older_stata_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "old.dta"
    frame = pd.DataFrame({"town": ["Fès", "Salé"]})
    frame.to_stata(path, write_index=False, version=114)
    with pytest.raises(DataError, match="its text is not encoded in utf-8"):
        read_sheet(path, encoding="utf-8")
    assert read_sheet(path, encoding="windows-1252").first(2) == [("Fès",), ("Salé",)]
    # Its numbers have half of the digits that are read of them.
    pd.DataFrame({"bmi": [16.2, 0.1]}, dtype="float32").to_stata(path, write_index=False)
    assert read_sheet(path).first(2) == [("16.2",), ("0.1",)]


def test_a_spreadsheet_of_another_office_is_read() -> None:
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in (HEADER, *ROWS)
    )
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    body = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", body)
    assert coded(made.getvalue()) == CODED


def test_letters_that_stand_alone_in_french_are_of_no_other_language() -> None:
    """Windows-1256 has most of them, too: of the letters that differ, those in words tell."""
    text = "Âge;Avis\n" + "30;Tout à fait\n41;à peine, à mon avis\n" * 20
    assert decode(Path("avis.csv"), text.encode("cp1252"))[1] == "Windows-1252"
    # Polish and Turkish are Western letters, too, but words that no Western language has.
    for said, encoding in (("Było miło", "cp1250"), ("Kadın;Diğer", "cp1254")):
        assert decode(Path("avis.csv"), said.encode(encoding))[0] == said
