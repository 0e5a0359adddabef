"""Read delimited text: commas, semicolons, tabs or bars; quotes as in RFC 4180.

A large regular file is read by pandas' parser, any other by Python's `csv`: both give the same
table, and both refuse a row that is cut or has more cells than the header.
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
# Beginnings of files that are no table, in lower case without spaces, and advice.
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
    """Read a delimited text as a sheet. Raises DataError as `readers.read_sheet`."""
    beginning = b"".join(content[:256].removeprefix(BOM_UTF8).split()).lower()
    for start, kind in NO_TABLES.items():
        if beginning.startswith(start):
            raise DataError(f"{path}: the export is {kind}")
    text, named = decode(path, content, letters, encoding)
    if not text.strip("\r\n \t;,|\0"):
        raise DataError(
            f"{path}: the export is empty; expected a header row and one row per person."
        )
    # Separator declared by a first line `sep=;`, as spreadsheets write it.
    first = text[:8].partition("\n")[0].strip().strip('"')
    declared_separator = (
        first[4:] if first[:4].lower() == "sep=" and first[4:] in SEPARATORS else ""
    )
    if declared_separator:
        text = text[text.find("\n") + 1 :]
    line, separator = (
        1 + bool(declared_separator),
        declared_separator or _find_separator(text, wanted),
    )
    is_unchanged = named == "UTF-8" and not declared_separator
    if separator == "\t" and '"' in text and (quoted := _quote_cells(text)):
        text, is_unchanged = quoted, False
    sheet = None
    if len(text) >= LONG:
        # Frees a copy of the text while the parser has its own.
        body = content.removeprefix(BOM_UTF8) if is_unchanged else text.encode()
        text = ""
        sheet = _read_by_pandas(path, body, separator, line)
        text = text if sheet else body.decode("utf-8")
    sheet = drop_empty_columns(sheet or _read_by_csv(path, text, separator, wanted, line))
    return replace(sheet, encoding=named, separator=separator)


def _parse_rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _quote_cells(text: str) -> str:
    """Return tab-separated text with its cells in quotes, where a quote is an ordinary character.

    Web spreadsheets write such cells; "" where quotes enclose cells.
    """
    lines = re.split("\r\n|\r|\n", text)
    with suppress(csv.Error):
        if sum(map(bool, _parse_rows(text, "\t"))) == sum(map(bool, lines)):
            return ""
    if len({line.count("\t") for line in lines if line}) > 1:
        return ""
    quoted_lines = []
    for line in lines:
        cells = line.replace('"', '""').split("\t")
        quoted_lines.append("\t".join(f'"{cell}"' if '"' in cell else cell for cell in cells))
    return "\n".join(quoted_lines)


def _find_separator(text: str, wanted: Collection[str]) -> str:
    """Return the separator that splits the first rows into the most cells of equal number.

    Rows with wanted headers go first.
    """
    sample = text[:_SAMPLE]
    best, chosen = (0.0, 0.0, 0.0), ","
    for separator in SEPARATORS:
        if separator not in sample:
            continue
        rows: list[list[str]] = []
        with suppress(csv.Error):  # the sample may end inside a quoted cell
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


def _read_by_csv(
    path: Path, text: str, separator: str, wanted: Collection[str], line: int
) -> Sheet:
    rows: list[Row] = []
    for number, cells in number_rows(path, text, separator=separator, first=line, advice=AGAIN):
        rows.append((number, list(map(intern, cells))))
        refuse_oversized(path, len(rows), len(cells))
    if not rows:
        raise DataError(
            f"{path}: the export is empty; expected a header row and one row per person."
        )
    at = find_header([cells for _, cells in rows[:HEAD]], wanted)
    header = rows[at][1]
    other = [sign for sign in SEPARATORS if sign != separator and sign in header[0]]
    if len(header) == 1 and len(other) > 1:
        # A single column whose header contains another separator: the wrong separator was chosen.
        raise DataError(
            f"{path}: the delimiter cannot be recognised; tried {', '.join(_NAMES.values())}. "
            f"{AGAIN}"
        )
    above = tuple(tuple(cells) for _, cells in rows[:at])
    return _fit_rows(path, header, rows[at + 1 :], above, text.endswith(("\n", "\r")))


def _fit_rows(
    path: Path, header: list[str], rows: list[Row], above: tuple[tuple[str, ...], ...], ended: bool
) -> Sheet:
    """Return a sheet of rows as wide as the header; rows that cannot be fitted are faults.

    The last rows may be short: spreadsheets omit empty cells at the end of a row. A last row with
    half the cells or fewer (a total, a remark) is a fault. Where the file does not end with a line
    break (`ended`), a short last row is cut: DataError.
    """
    width = len(header)
    filled_width = max((at for at, cell in enumerate(header, 1) if cell.strip()), default=0)
    empty_at_end = len(rows)
    while rows and not any(rows[-1][1]):
        rows.pop()
    empty_at_end -= len(rows)
    first_short = len(rows)
    while first_short and (
        len(rows[first_short - 1][1]) < filled_width or not any(rows[first_short - 1][1])
    ):
        first_short -= 1
    if first_short < len(rows) and not ended:
        raise DataError(
            f"{path}, row {rows[-1][0]}: {describe_count(len(rows[-1][1]))} where the header has "
            f"{width}. The file is truncated: it ends within this row. {AGAIN}"
        )
    fitted: list[list[str]] = []
    faults: dict[int, str] = {}
    notes: tuple[str, ...] = ()
    for at, (_, cells) in enumerate(rows):
        short = len(cells) < filled_width
        has_cells = any(cells)
        if (short and (at < first_short or not has_cells or 2 * len(cells) <= filled_width)) or any(
            cell.strip() for cell in cells[width:]
        ):
            # An empty row replaces one whose cells cannot be assigned to headers.
            faults[at] = f"{describe_count(len(cells))} where the header has {width}"
            cells = []
        elif short:
            notes = (
                f"from row {rows[first_short][0]} on, cells that are not there are read as empty",
            )
        fitted.append([*cells[:width], *[""] * (width - len(cells))])
    if len(faults) == len(rows) > 1:
        raise DataError(
            f"{path}, row {rows[0][0]}: {faults[0]}, as in every row. If a column name contains "
            "the delimiter, put the name in quotes."
        )
    columns = hold_columns(list(zip(*fitted, strict=True)) or [()] * width)
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    sheet = Sheet(path, tuple(header), columns, numbers, above)
    return replace(sheet, faults=faults, notes=notes, spare=empty_at_end)


def _read_by_pandas(path: Path, content: bytes, separator: str, line: int) -> Sheet | None:
    """Read a large regular file with pandas; None where pandas might read it differently."""
    header = next(_parse_rows(content[:_SAMPLE].decode("utf-8", "ignore"), separator), [])
    if len(header) < 2 or not is_regular(content, separator, len(header)):
        return None
    refuse_oversized(path, 1, len(header))
    # A file cut in its last row is not regular, as cells are missing, or has a short last cell.
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
