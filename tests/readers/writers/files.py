"""Rows and cells of an export, and the files that hold them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import openpyxl

from readers.writers.interviews import Interview, Question, said, ticked

Row = list[str]
# A column: its header, and its cell of an interview.
Cell = tuple[str, Callable[[Interview], str]]


def written(
    rows: Sequence[Row],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    quoting: int = csv.QUOTE_MINIMAL,
    end: str = "\r\n",
) -> bytes:
    """Rows as a delimited file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def workbook(rows: Sequence[Sequence[object]], title: str) -> bytes:
    """Rows as the one sheet of a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(columns: Sequence[Cell], asked: Sequence[Interview]) -> Iterator[Row]:
    """The header, then a row an interview."""
    yield [header for header, _ in columns]
    for interview in asked:
        yield [cell(interview) for _, cell in columns]


def one(question: Question, key: str, values: bool) -> Callable[[Interview], str]:
    """The cell of a question with one answer."""
    return lambda interview: said(question, interview.answers[key], values)


def joined(question: Question, sign: str, values: bool) -> Callable[[Interview], str]:
    """The cell of ticked boxes, with what the tool puts between them."""
    return lambda interview: sign.join(
        option.value if values else option.text for option in ticked(question, interview)
    )


def box(question: Question, code: str, yes: str, no: str) -> Callable[[Interview], str]:
    """The cell of one box that has a column of its own."""
    return lambda interview: yes if code in interview.answers[question.id] else no


def at(moment: datetime) -> str:
    """A moment as most tools write it."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"
