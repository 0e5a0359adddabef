"""Delimited text: commas, semicolons, tabs or bars; quotes as RFC 4180 has them.

A large regular file is read by pandas' parser, any other by Python's `csv`: both give the same
table, and a row that is cut or has more cells than the header is refused by either.
"""

import csv
import io
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from sys import intern

import numpy as np
import pandas as pd

from readiness.ground.errors import DataError
from readiness.ground.tables import LONG, describe_count, is_regular, number_rows
from readiness.questionnaire import match_key
from readiness.readers.encodings import decode
from readiness.readers.table import (
    AGAIN,
    HEAD,
    Sheet,
    drop_empty_columns,
    find_header,
    hold_columns,
    refuse_oversized,
)
from readiness.readers.texts import Texts

SEPARATORS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAMPLE = 1 << 16
# How files begin that are no table, in small letters without blanks, and what to do.
NO_TABLES = {
    b"\x1f\x8b": "compressed (gzip); unpack it, and give the table in it.",
    b"<!doctypehtml": "a page of the web; download the table itself, signed in.",
    b"<html": "a page of the web; download the table itself, signed in.",
    **dict.fromkeys(
        (
            b'<?xmlversion="1.0"encoding="utf-8"?><document><limesurveydoctype>survey',
            *(b"classtype/scale", b"idrelated_idclasstype/scale", b"related_ididclasstype/scale"),
        ),
        "the questions of a LimeSurvey form, which are not read; export the responses as CSV with "
        "the full texts of questions and answers, which need no form.",
    ),
    b"<?xml": "XML; export it as CSV or as an Excel workbook (.xlsx).",
    b"[[": "the questions of a Qualtrics form; export the answers as CSV.",
    b'{"surveyentry"': "the questions of a Qualtrics form; export the answers as CSV.",
    b"[{": "JSON; export it as CSV or as an Excel workbook (.xlsx).",
    b'{"': "JSON; export it as CSV or as an Excel workbook (.xlsx).",
    b"%pdf": "a PDF; export the answers as CSV or as an Excel workbook (.xlsx).",
    b"\x89png": "a picture; export the answers as CSV or as an Excel workbook (.xlsx).",
}

Row = tuple[int, list[str]]


def read_delimited(
    path: Path,
    content: bytes,
    wanted: Collection[str],
    letters: Collection[str],
    encoding: str | None,
) -> Sheet:
    """The table of a delimited text; `readers.read_sheet` says what is raised."""
    beginning = b"".join(content[:256].removeprefix(BOM_UTF8).split()).lower()
    for start, kind in NO_TABLES.items():
        if beginning.startswith(start):
            raise DataError(f"{path}: the export is {kind}")
    text, named = decode(path, content, letters, encoding)
    if not text.strip("\r\n \t;,|\0"):
        raise DataError(f"{path}: the export is empty; expected a header row and one row a person.")
    # What a first line `sep=;` says, as spreadsheets write it.
    first = text[:8].partition("\n")[0].strip().strip('"')
    said = first[4:] if first[:4].lower() == "sep=" and first[4:] in SEPARATORS else ""
    if said:
        text = text[text.find("\n") + 1 :]
    line, separator = 1 + bool(said), said or _find_separator(text, wanted)
    own = named == "UTF-8" and not said
    if separator == "\t" and '"' in text and (quoted := _quote_cells(text)):
        text, own = quoted, False
    sheet = None
    if len(text) >= LONG:
        # A copy less while the parser has its own.
        body = content.removeprefix(BOM_UTF8) if own else text.encode()
        text = ""
        sheet = _read_by_pandas(path, body, separator, line)
        text = text if sheet else body.decode("utf-8")
    sheet = drop_empty_columns(sheet or _read_by_csv(path, text, separator, wanted, line))
    return replace(sheet, encoding=named, separator=separator)


def _parse_rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _quote_cells(text: str) -> str:
    """Cells between tabs in which a quote is a sign like any other, each with one put in quotes.

    So spreadsheets on the web write them; "" where quotes stand around cells.
    """
    lines = re.split("\r\n|\r|\n", text)
    with suppress(csv.Error):
        if sum(map(bool, _parse_rows(text, "\t"))) == sum(map(bool, lines)):
            return ""
    if len({line.count("\t") for line in lines if line}) > 1:
        return ""
    cells = (line.replace('"', '""').split("\t") for line in lines)
    return "\n".join("\t".join(f'"{c}"' if '"' in c else c for c in row) for row in cells)


def _find_separator(text: str, wanted: Collection[str]) -> str:
    """What stands between the cells: what cuts the first rows into equally many, and most."""
    sample = text[:_SAMPLE]
    best, chosen = (0.0, 0.0, 0.0), ","
    for separator in SEPARATORS:
        if separator not in sample:
            continue
        rows: list[list[str]] = []
        with suppress(csv.Error):  # the sample may end within a quote
            rows.extend(row for row in islice(_parse_rows(sample, separator), HEAD) if row)
        if len(rows) > 2 and len(text) > len(sample):
            rows.pop()
        widths = Counter(len(row) for row in rows)
        width, times = max(
            widths.items(), key=lambda found: (found[1] * found[0], found[0]), default=(1, 0)
        )
        if width < 2:
            continue
        known = len({match_key(cell) for row in rows for cell in row} & set(wanted))
        score = (float(known), times / len(rows), float(width))
        if score > best:
            best, chosen = score, separator
    return chosen


# --- by csv
def _read_by_csv(
    path: Path, text: str, separator: str, wanted: Collection[str], line: int
) -> Sheet:
    rows: list[Row] = []
    for number, cells in number_rows(path, text, separator=separator, first=line, advice=AGAIN):
        rows.append((number, list(map(intern, cells))))
        refuse_oversized(path, len(rows), len(cells))
    if not rows:
        raise DataError(f"{path}: the export is empty; expected a header row and one row a person.")
    at = find_header([cells for _, cells in rows[:HEAD]], wanted)
    header = rows[at][1]
    other = [sign for sign in SEPARATORS if sign != separator and sign in header[0]]
    if len(header) == 1 and len(other) > 1:
        # One column only, and in its name another sign that separates: the wrong one was taken.
        raise DataError(
            f"{path}: what stands between the cells cannot be told; tried "
            f"{', '.join(_NAMES.values())}. {AGAIN}"
        )
    above = tuple(tuple(cells) for _, cells in rows[:at])
    return _fit_rows(path, header, rows[at + 1 :], above, text.endswith(("\n", "\r")))


def _fit_rows(
    path: Path, header: list[str], rows: list[Row], above: tuple[tuple[str, ...], ...], ended: bool
) -> Sheet:
    """The sheet of rows that are each as wide as the header; what cannot be fitted is a fault.

    The last rows may be short: what spreadsheets leave out at the end of a row is empty. Half
    the cells or fewer are another thing (a total, a remark): set aside. Where the file does not
    end with a line (`ended`) a short last row is cut: DataError.
    """
    width = len(header)
    least = max((at for at, cell in enumerate(header, 1) if cell.strip()), default=0)
    spare = len(rows)
    while rows and not any(rows[-1][1]):
        rows.pop()
    spare -= len(rows)
    whole = len(rows)
    while whole and (len(rows[whole - 1][1]) < least or not any(rows[whole - 1][1])):
        whole -= 1
    if whole < len(rows) and not ended:
        raise DataError(
            f"{path}, row {rows[-1][0]}: {describe_count(len(rows[-1][1]))} where the header has "
            f"{width}; the file ends within the row, so it is cut. {AGAIN}"
        )
    fitted: list[list[str]] = []
    faults: dict[int, str] = {}
    notes: tuple[str, ...] = ()
    for at, (_, cells) in enumerate(rows):
        short = len(cells) < least
        told = any(cells)
        if (short and (at < whole or not told or 2 * len(cells) <= least)) or any(
            cell.strip() for cell in cells[width:]
        ):
            # An empty row in place of one whose cells nobody can put below their headers.
            faults[at] = f"{describe_count(len(cells))} where the header has {width}"
            cells = []
        elif short:
            notes = (f"from row {rows[whole][0]} on, cells that are not there are read as empty",)
        fitted.append([*cells[:width], *[""] * (width - len(cells))])
    if len(faults) == len(rows) > 1:
        raise DataError(
            f"{path}, row {rows[0][0]}: {faults[0]}, as in every row. Put names of columns that "
            "hold the separator in quotes."
        )
    held = hold_columns(list(zip(*fitted, strict=True)) or [()] * width)
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    sheet = Sheet(path, tuple(header), held, numbers, above)
    return replace(sheet, faults=faults, notes=notes, spare=spare)


# --- by pandas
def _read_by_pandas(path: Path, content: bytes, separator: str, line: int) -> Sheet | None:
    """The same of a large file that any parser reads alike; None where one might not."""
    header = next(_parse_rows(content[:_SAMPLE].decode("utf-8", "ignore"), separator), [])
    if len(header) < 2 or not is_regular(content, separator, len(header)):
        return None
    refuse_oversized(path, 1, len(header))
    # A file that is cut in its last row has too few cells, so it is not regular, or a short cell.
    frame = pd.read_csv(
        io.BytesIO(content),
        sep=separator,
        header=None,
        skiprows=1,
        names=range(len(header)),
        dtype=object,
        na_filter=False,
        index_col=False,
        engine="c",
        encoding="utf-8",
    )
    refuse_oversized(path, len(frame), len(header))
    rows = tuple(Texts.of(frame[at]) for at in frame)
    filled = np.flatnonzero(np.logical_or.reduce([column.filled for column in rows]))
    size = int(filled[-1]) + 1 if len(filled) else 0
    if size < len(frame):
        rows = tuple(column.take(slice(size)) for column in rows)
    numbers = np.arange(line + 1, size + line + 1)
    return Sheet(path, tuple(header), rows, numbers, spare=len(frame) - size)
