"""The bytes of a seeded export: a layout of a survey, and the traps that it went through."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat

from readers.seeded.surveys import WORDS, Survey, make_survey
from readers.seeded.tools import LAYOUTS, Made

EVERY = 400
Rows = list[list[object]]


@dataclass(frozen=True)
class SeededExport:
    """An export with its truth: the survey, and what stands for each option in the file.

    empty: rows of it that hold nothing.
    """

    name: str
    ending: str
    content: bytes
    survey: Survey
    made: Made
    traps: tuple[str, ...]
    empty: int


# --- traps of a table: its rows, how many of them are headers


def _empty_rows(rows: Rows, heads: int, chance: random.Random) -> None:
    for at in (len(rows), len(rows), chance.randint(heads + 1, len(rows) - 1)):
        rows.insert(at, [""] * len(rows[0]))


def _empty_columns(rows: Rows, heads: int, chance: random.Random) -> None:
    for row in rows:
        row += ["", ""]


def _index_column(rows: Rows, heads: int, chance: random.Random) -> None:
    for at, row in enumerate(rows):
        row.insert(0, "" if at < heads else str(at - heads))


def _spaces(rows: Rows, heads: int, chance: random.Random) -> None:
    for row in rows[heads:]:
        at = chance.randrange(len(row))
        if isinstance(row[at], str) and row[at]:
            row[at] = f"{row[at]} "


def _long_headers(rows: Rows, heads: int, chance: random.Random) -> None:
    at = next((k for k, head in enumerate(rows[0]) if len(str(head).split()) > 4), None)
    if at is not None:
        rows[0][at] = f'{rows[0][at]}\nPlease answer, "as you like".\n'


def _numbered(rows: Rows, heads: int, chance: random.Random) -> None:
    stems: list[str] = []
    for at, head in enumerate(map(str, rows[0])):
        if len(head.split()) > 4:
            stem = head.partition(" [")[0].partition(" (choice")[0]
            stems += [stem] if stem not in stems else []
            rows[0][at] = f"{stems.index(stem) + 1}. {head}"


def _duplicated(rows: Rows, heads: int, chance: random.Random) -> None:
    """A question that was put twice under one text, in two sections."""
    at = next((k for k, head in enumerate(rows[0]) if len(str(head).split()) > 4), None)
    if at is not None:
        for row in rows[:heads]:
            row.append(row[at])
        for row in rows[heads:]:
            row.append(chance.choice(("", "A", "B")))


def _not_available(rows: Rows, heads: int, chance: random.Random) -> None:
    """As R writes a table."""
    for row in rows[heads:]:
        row[:] = [cell if cell != "" else "NA" for cell in row]


def _floats(rows: Rows, heads: int, chance: random.Random) -> None:
    """As a table is written in which a column of whole numbers has gaps."""
    columns = list(zip(*rows[heads:], strict=True))
    whole = [all(c == "" or (str(c).isdigit() and len(str(c)) < 3) for c in x) for x in columns]
    for row in rows[heads:]:
        row[:] = [f"{c}.0" if c != "" and w else c for c, w in zip(row, whole, strict=True)]


def _serial(rows: Rows, heads: int, chance: random.Random) -> None:
    """Moments as a spreadsheet keeps them, their format lost: days since 1899."""
    for row in rows[heads:]:
        row[:] = [
            round((c - datetime(1899, 12, 30)) / timedelta(1), 6) if isinstance(c, datetime) else c
            for c in row
        ]


def _title(rows: Rows, heads: int, chance: random.Random) -> None:
    rows.insert(0, ["Answers of 2024", *[""] * (len(rows[0]) - 1)])


TABLE_TRAPS: dict[str, Callable[[Rows, int, random.Random], None]] = {
    "empty columns": _empty_columns,
    "index column": _index_column,
    "spaces": _spaces,
    "long headers": _long_headers,
    "numbered headers": _numbered,
    "one header twice": _duplicated,
    "empty rows": _empty_rows,
    "not available": _not_available,
    "floats": _floats,
    "title": _title,
    "serial moments": _serial,
}
# Where a trap cannot stand: what a tool never writes so.
_ONE_HEADER = ("long headers", "numbered headers", "one header twice")
_OF_TEXTS = (
    "google",
    "plain, c",
    "plain, s",
    "typeform",
    "microsoft",
    "eusurvey",
    "redcap, labels",
)
BYTE_TRAPS = (
    "mark",
    "utf-16",
    "windows",
    "macintosh",
    "sep line",
    "line feeds",
    "carriage returns",
    "all quoted",
    "semicolons",
)


def _fits(trap: str, layout: str, made: Made, language: str) -> bool:
    if made.ending in ("sav", "dta"):
        return False
    if trap in BYTE_TRAPS:
        if trap == "macintosh" and language == "ar":
            return False
        return made.ending == "csv" and not (trap == "semicolons" and made.separator == ";")
    if trap == "index column":
        return layout.startswith(("plain", "google", "typeform")) and made.ending == "csv"
    if trap in ("not available", "floats"):
        # Blank headers of one row below another are no answers; a workbook has its own numbers.
        return made.ending == "csv" and not layout.startswith("surveymonkey")
    if trap == "serial moments":
        return layout in ("google, workbook", "microsoft", "qualtrics, workbook")
    if trap == "title":
        return layout.startswith(("plain, c", "plain, s", "google", "redcap", "typeform"))
    if trap in _ONE_HEADER:
        return layout.startswith(_OF_TEXTS) and layout != "plain, codes below texts"
    return True


def _write_text(rows: Rows, made: Made, traps: tuple[str, ...], language: str) -> bytes:
    separator = ";" if "semicolons" in traps or "sep line" in traps else made.separator
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if made.quoted or "all quoted" in traps else csv.QUOTE_MINIMAL
    end = "\n" if "line feeds" in traps else "\r" if "carriage returns" in traps else "\r\n"
    csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end).writerows(rows)
    text = ("sep=;" + end if "sep line" in traps else "") + out.getvalue()
    encoding = made.encoding
    if "utf-16" in traps:
        encoding = "utf-16"
    elif "windows" in traps:
        encoding = "cp1256" if language == "ar" else "cp1252"
    elif "macintosh" in traps:
        encoding = "mac_roman"
    elif "mark" in traps and encoding == "utf-8":
        encoding = "utf-8-sig"
    # Digits of a language may have no place in its old letters.
    return text.encode(encoding, "replace")


def _write_workbook(rows: Rows, made: Made) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [*made.above, *rows]:
        sheet.append([None if cell == "" else cell for cell in row])
    for name, other in made.sheets.items():
        further = book.create_sheet(name, 0 if made.notes_first else None)
        for row in other:
            further.append(row)
    if made.merged:
        _merge_headers(sheet, [str(head[0]) for head, _ in made.columns])
    if made.hidden:
        lists = book.create_sheet("Lists", 0)
        lists.sheet_state = "hidden"
        for k in range(300):
            lists.append([f"City {k}", f"Region {k % 12}", k, f"Code {k}", "x", "y", k % 7])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _merge_headers(sheet: Any, heads: list[str]) -> None:
    """Each header over the columns without one behind it."""
    for at, head in enumerate(heads):
        width = 1 + next((k for k, h in enumerate(heads[at + 1 :]) if h), len(heads) - at - 1)
        if head and width > 1:
            sheet.merge_cells(start_row=1, end_row=1, start_column=at + 1, end_column=at + width)


def _write_labelled(made: Made) -> bytes:
    frame = pd.DataFrame({heads[0]: cells for heads, cells in made.columns})
    write = pyreadstat.write_sav if made.ending == "sav" else pyreadstat.write_dta
    labels = {name: values for name, (_, values) in made.labels.items() if values}
    if made.ending == "dta":
        labels = {name: {int(k): v for k, v in values.items()} for name, values in labels.items()}
        for name in labels:
            frame[name] = frame[name].astype("Int64")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{made.ending}"
        texts = {name: text[:80] for name, (text, _) in made.labels.items()}
        write(frame, path, column_labels=texts, variable_value_labels=labels)
        return path.read_bytes()


def _write(made: Made, traps: tuple[str, ...], language: str, chance: random.Random) -> bytes:
    if made.ending in ("sav", "dta"):
        return _write_labelled(made)
    rows = made.rows()
    for trap in TABLE_TRAPS:
        if trap in traps:
            TABLE_TRAPS[trap](rows, len(made.columns[0][0]), chance)
    if made.ending == "xlsx":
        return _write_workbook(rows, made)
    return _write_text(rows, made, traps, language)


def make_plain(layout: str, people: int) -> SeededExport:
    """An export of that layout without a trap, of a survey in English."""
    chance = random.Random(layout)
    survey = make_survey(14, "en", people)
    made = LAYOUTS[layout](survey, chance)
    content = _write(made, (), "en", chance)
    return SeededExport(layout, made.ending, content, survey, made, (), 0)


def make_export(seed: int) -> SeededExport:
    """The export of a seed: each layout and each language in turn, with up to three traps."""
    chance = random.Random(f"export {seed}")
    languages = list(WORDS)
    layout = list(LAYOUTS)[seed % len(LAYOUTS)]
    language = languages[(seed // len(LAYOUTS) + seed) % len(languages)]
    survey = make_survey(seed, language)
    made = LAYOUTS[layout](survey, chance)
    if made.ending == "xlsx" and not made.sheets and chance.random() < 0.3:
        notes = [["Notes of the office"], ["Read me", "Written by us"], ["Sent", "2024"]]
        made.sheets["Notes"], made.notes_first = notes, chance.random() < 0.5
    made.hidden = made.ending == "xlsx" and not made.sheets and chance.random() < 0.3
    known = [t for t in (*TABLE_TRAPS, *BYTE_TRAPS) if _fits(t, layout, made, language)]
    traps = tuple(chance.sample(known, min(chance.randint(0, 3), len(known))))
    content = _write(made, traps, language, chance)
    empty = 3 if "empty rows" in traps else 0
    return SeededExport(layout, made.ending, content, survey, made, traps, empty)
