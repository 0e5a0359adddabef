"""The workbook of a wave: read back by LibreOffice, number by number, letter by letter."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from clinic_wave import ITEMS, Clinic, clinic, register, tables
from project_copy import PATIENCE, ROOT
from readiness.analysis.selection import Selection
from readiness.language import LANGUAGES, text
from readiness.questionnaire import load_questionnaire
from readiness.register.figures import read_register
from readiness.register.published import round_register
from readiness.reporting.banners import Contrasts, Gap, TableMaterial, banner, column_names, letters
from readiness.reporting.item import banner_table
from readiness.reporting.parts import Register
from readiness.reporting.workbooks.wave import (
    COLUMNS,
    codebook,
    cover_lines,
    tell_data,
    tidy,
    wave_book,
    wave_codes,
    wave_labels,
)
from readiness.reporting.workbooks.writing import Amount, Book, WorkbookSheet, write_workbook

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
# Every sheet as a CSV of its own, cells as they are stored (not as they are formatted).
FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
DRAWN = Selection.PROBABILITY
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic(tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="module")
def contrasts(wave: Clinic) -> pd.DataFrame:
    """Made up, so that both kinds of letters are there."""
    one = {"base": "answered", "by": "site", "a": "harbour", "b": "hill", "item": "rating"}
    rows = [
        {**one, "level": "top", "effect": "-0.2", "p_adjusted": "0.03", "lower": "", "upper": ""},
        {**one, "item": "shift", "level": "day", "effect": "0.2", "p_adjusted": "0.07"},
        {**one, "item": "tools", "level": "tablet", "effect": "0.1", "p_adjusted": "0.4"},
    ]
    return pd.DataFrame(rows).fillna("")


def material(wave: Clinic, rows: pd.DataFrame, found: pd.DataFrame, language: str) -> TableMaterial:
    return TableMaterial(
        Register(rows, language), wave.questionnaire, ("site",), DRAWN, Contrasts.of(found)
    )


@pytest.fixture(scope="module")
def rows(wave: Clinic) -> pd.DataFrame:
    made = register(wave, tables(wave), DRAWN).reset_index().assign(run="clinic")
    return round_register(made.astype(str))


def book(wave: Clinic, rows: pd.DataFrame, found: pd.DataFrame, language: str) -> Book:
    own = material(wave, rows, found, language)
    return wave_book(own, "=1+1", ITEMS, cover_lines(own, simulated=True, datasets=["a@1"]))


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice (soffice)")
def test_libreoffice_reads_the_register_and_the_letters(
    wave: Clinic, rows: pd.DataFrame, contrasts: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "book.xlsx").write_bytes(write_workbook(book(wave, rows, contrasts, "en")))
    subprocess.run(
        [
            str(OFFICE),
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/office",
            "--convert-to",
            FILTER,
            "--outdir",
            str(tmp_path),
            str(tmp_path / "book.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    values = dict(zip(rows["id"], rows["value"], strict=True))
    seen = 0
    for place, item in enumerate(ITEMS, 1):
        called = wave.questionnaire.item(item).label.text("en")
        with (tmp_path / f"book-{place} {called}.csv").open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        head = next(k for k, line in enumerate(lines) if line[:2] == ["Answer", "Measure"])
        table = banner(material(wave, rows, contrasts, "en"), wave.questionnaire.item(item))
        cells = iter(lines[head + 1 :])
        for line in table.lines:
            suffixes = [""] if line.kind == "base" else ["", ".lower", ".upper"]
            for suffix in suffixes:
                read = next(cells)
                for own, cell in zip(line.ids, read[2:], strict=True):
                    expected = values.get(own + suffix, "") if own else ""
                    if expected:
                        seen += 1
                        assert Decimal(cell.rstrip("%†")) / (100 if "%" in cell else 1) == Decimal(
                            expected
                        ), (own + suffix, cell, expected)
                    else:
                        assert cell in ("[c]", "[u]", "[x]"), (own + suffix, cell)
            if line.letters:
                read = next(cells)
                assert read[1] == "Higher than"
                # By hand: rating is lower on the hill (p = .03), shift higher there (p = .07).
                by_group = dict(zip((c.group for c in table.columns), read[2:], strict=True))
                wanted = {"rating": ("harbour", "A"), "shift": ("hill", "b")}[item]
                assert by_group.pop(wanted[0]) == wanted[1]
                assert set(by_group.values()) == {"–"}
        assert next(cells, None) is None
    assert seen > 120


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_letters_of_the_market_follow_their_p_and_say_how_they_differ(
    wave: Clinic, rows: pd.DataFrame, contrasts: pd.DataFrame, language: str
) -> None:
    found = contrasts.assign(p_pooled=["0.2", "0.01", "0.4"])
    asked = wave.questionnaire
    marks = {
        item: [
            set(line.letters) - {""}
            for line in banner(material(wave, rows, found, language), asked.item(item)).lines
            if line.letters
        ]
        for item in ("rating", "shift")
    }
    # By hand: p of the rating is .2, of the shift .01; adjusted they are .03 and .07.
    assert marks == {"rating": [], "shift": [{"B"}]}
    ours, market = "tables.note.letters", "tables.note.letters.market"
    for table, told in ((found, True), (contrasts, False)):
        made = book(wave, rows, table, language)
        said = {str(cell) for row in made.notes.rows for cell in row}
        said |= {line for sheet in made.sheets for line in sheet.lines}
        assert (text(market, language) in said) is told
        assert (text(ours, language) in said) is not told


def test_a_dash_stands_only_where_there_is_no_such_number() -> None:
    """Limits and effective n that are withheld have no row in a register: the sign says so."""
    path = max(ROOT.glob("publications/simulated-*/figures.csv"), key=lambda p: p.stat().st_size)
    asked = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")
    published = Register(round_register(read_register(path)), "en")
    own = TableMaterial(published, asked, ("profession",), DRAWN, Contrasts())
    items = [item for item in asked.items if not item.kind.is_free_text]
    book = wave_book(own, "A wave", [item.id for item in items], ())
    withheld = 0
    of_items = [sheet for sheet in book.sheets if any(sheet.name == item.id for item in items)]
    for sheet in of_items:
        item = asked.item(sheet.name)
        table = banner(own, item)
        for row in sheet.rows:
            limits = row[1] in ("Lower limit of the interval", "Upper limit of the interval")
            if not limits and row[0] != "Effective sample size":
                continue
            for column, cell in zip(table.columns, row[2:], strict=True):
                # Groups apart are not weighted, and have no interval.
                assert (cell == "[x]") == column.apart, (item.id, row[0], column.label, cell)
                withheld += isinstance(cell, str) and cell in ("[c]", "[u]")
    assert withheld > 50


def test_a_workbook_is_the_same_bytes_and_runs_nothing(
    wave: Clinic, rows: pd.DataFrame, contrasts: pd.DataFrame
) -> None:
    for language in LANGUAGES:
        made = write_workbook(book(wave, rows, contrasts, language))
        assert made == write_workbook(book(wave, rows, contrasts, language))
        with zipfile.ZipFile(BytesIO(made)) as parts:
            names = parts.namelist()
            sheets = [parts.read(n).decode() for n in names if n.startswith("xl/worksheets/sheet")]
            tables_ = [parts.read(n).decode() for n in names if n.startswith("xl/tables/")]
            core = parts.read("docProps/core.xml").decode()
            strings = parts.read("xl/sharedStrings.xml").decode()
        assert "2000-01-01T00:00:00Z" in core and "<dc:title>=1+1</dc:title>" in core
        # No formula, no merged cell; every table is marked as one, and its head stays in view.
        assert not any(re.search(r"<f[ >]|mergeCell", sheet) for sheet in sheets)
        assert "=1+1" in strings
        assert len(tables_) == len(sheets) - 1 and len(sheets) == 4 + len(ITEMS)
        assert all('state="frozen"' in sheet for sheet in sheets[1:])
        assert all(('rightToLeft="1"' in sheet) == (language == "ar") for sheet in sheets)
        for sheet in sheets:
            found = [
                int(row.get("r", "0")) for row in ElementTree.fromstring(sheet).iter(f"{SHEET}row")
            ]
            assert found == list(range(1, len(found) + 1))  # no blank row
        for each in tables_:
            heads = re.findall(r'<tableColumn id="\d+" name="([^"]+)"', each)
            assert len(heads) == len({head.casefold() for head in heads})


def test_texts_from_outside_stay_texts_and_weak_numbers_are_marked() -> None:
    sheet = WorkbookSheet(
        "=cmd|' /C calc'!A0",
        "+title",
        ("=head", "b"),
        (("@SUM(A1)", Amount(0.5, '0.0%"†"')), ("http://x.example", Amount(2, "0"))),
    )
    notes = WorkbookSheet("Notes", "Notes", ("a", "b"), (("c", "d"),))
    with zipfile.ZipFile(
        BytesIO(write_workbook(Book("t", "s", "en", (), notes, (sheet,))))
    ) as parts:
        whole = "".join(parts.read(name).decode() for name in parts.namelist())
    assert "<f>" not in whole and "TargetMode" not in whole
    assert "@SUM(A1)" in whole and "†" in whole


def test_the_tidy_table_has_every_number_and_its_words(wave: Clinic, rows: pd.DataFrame) -> None:
    labels = wave_labels(wave.questionnaire, "site", "en")
    table = tidy(rows, labels, "en").set_index("id")
    assert list(table.index) == list(rows["id"]) and [*COLUMNS][1:] == list(table.columns)
    one = table.loc["rating.top.hill"]
    words = one[["item_label", "answer_label", "group_label", "variable_label"]]
    assert list(words) == ["Rating", "Fine + Great", "Hill", "Site"]
    assert set(table.loc[table["suppressed"] != "", "value"]) <= {""}
    assert set(table.loc[table["suppressed"] != "", "sign"]) <= {"ᶜ", "ᶠ"}
    codes = codebook("en", wave_codes(wave.questionnaire, "en"))
    assert set(COLUMNS) == set(codes.loc[codes["part"] == "column", "code"])
    assert {"rating", "beds"} <= set(codes.loc[codes["part"] == "item", "code"])
    assert (codes["meaning"] != "").sum() > len(COLUMNS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_are_lettered_in_their_order_and_the_caption_alone_has_the_sign(
    wave: Clinic, rows: pd.DataFrame, contrasts: pd.DataFrame, language: str
) -> None:
    own = material(wave, rows, contrasts, language)
    for item in ITEMS:
        table = banner(own, wave.questionnaire.item(item))
        found = [column.letter for column in table.columns if column.letter]
        assert found == column_names(len(found))
        shown = banner_table(own, table, "tbl-x", "En %")
        assert "%" not in shown.replace("En %", "")
        assert set(re.findall(r"\]\{\.n data-id=\"(.*?)\"", shown)) <= own.register.spans().keys()
    shift = wave.questionnaire.item("shift")  # a withheld first answer takes no other's letters
    gone = rows["id"].str.startswith(f"shift.{shift.first_level}.")
    own = material(wave, rows.assign(value=rows["value"].mask(gone, "")), contrasts, language)
    assert any(column.letter for column in banner(own, shift).columns)


def test_letters_name_the_lower_columns_in_their_order() -> None:
    names = dict(zip("xyz", "CAB", strict=True))
    gaps = [
        Gap("x", "z", 0.3, None, 0.01),
        Gap("x", "y", 0.2, None, 0.06),
        Gap("z", "y", 0.1, None, 0.04),
    ]
    assert letters(gaps, names) == {"x": "aB", "z": "A"}
    assert column_names(28)[-3:] == ["Z", "AA", "AB"]
    assert letters([Gap("x", "y", 0.1, None, 0.01)], {"x": "A", "y": "AA"}) == {"x": "AA"}


def test_a_tab_says_the_question_and_the_cover_who_published(
    wave: Clinic, rows: pd.DataFrame, contrasts: pd.DataFrame
) -> None:
    own = material(wave, rows, contrasts, "en")
    stated = {"sponsor": {"en": "The clinic"}, "contact": "clinic@example.org"}
    cover = cover_lines(own, simulated=False, datasets=["clinic@1"], stated=stated)
    assert cover[:2] == ["Commissioned by: The clinic", "Contact: clinic@example.org"]
    made = wave_book(own, "A wave", ITEMS, cover)
    of_questions = made.sheets[: len(ITEMS)]
    assert [sheet.called for sheet in of_questions] == [
        wave.questionnaire.item(item).label.text("en") for item in ITEMS
    ]
    # Each table names the data that it rests on.
    source = tell_data(own.register.current_datasets, "en")
    assert all(sheet.lines[-1] == source for sheet in of_questions)
    with zipfile.ZipFile(BytesIO(write_workbook(made))) as parts:
        tabs = re.findall(r'<sheet name="([^"]*)"', parts.read("xl/workbook.xml").decode())
    assert all(len(tab) <= 31 for tab in tabs) and f"1 {made.sheets[0].called}" in tabs
