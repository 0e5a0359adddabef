"""Delimited text: commas, semicolons, tabs or bars; quotes as RFC 4180 has them.

A large regular file is read by pandas' parser, any other by Python's `csv`: both give the same
table, and a row that is cut or has more cells than the header is refused by either.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from readiness.errors import DataError
from readiness.questionnaire import match_key
from readiness.readers.encodings import decode
from readiness.readers.table import (
    AGAIN,
    HEAD,
    Sheet,
    bounded,
    header_at,
    without_empty,
)
from readiness.tables import LONG, counted, is_regular, unreadable

SEPARATORS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAMPLE = 1 << 16
NO_TABLES = {
    b"\x1f\x8b": "compressed (gzip); unpack it, and give the table in it.",
    b"<!doctype html": "a page of the web; download the table itself, signed in.",
    b"<html": "a page of the web; download the table itself, signed in.",
    b"<?xml": "XML; export it as CSV or as an Excel workbook (.xlsx).",
    b"<stata_dta>": "a Stata file; export it as CSV or SPSS (.sav).",
    b"[{": "JSON; export it as CSV or as an Excel workbook (.xlsx).",
    b'{"': "JSON; export it as CSV or as an Excel workbook (.xlsx).",
    b"%pdf": "a PDF; export the answers as CSV or as an Excel workbook (.xlsx).",
    b"\x89png": "a picture; export the answers as CSV or as an Excel workbook (.xlsx).",
    b"ascii spss port file": "a portable SPSS file (.por); save it as .sav.",
}
"""How files begin that are no table, in small letters, and what to do."""
_CHUNK = 20_000

Row = tuple[int, list[str]]


def read(
    path: Path,
    content: bytes,
    wanted: Collection[str],
    letters: Collection[str],
    encoding: str | None,
) -> Sheet:
    """The table of a delimited text; `readers.read_sheet` says what is raised."""
    beginning = content[:64].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
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
    line, separator = 1 + bool(said), said or _separator(text, wanted)
    sheet = None
    if len(text) >= LONG:
        # A copy less while the parser has its own.
        body = content.removeprefix(BOM_UTF8) if named == "UTF-8" and not said else text.encode()
        text = ""
        sheet = _fast(path, body, separator, line)
        text = text if sheet else body.decode("utf-8")
    sheet = without_empty(sheet or _slow(path, text, separator, wanted, line))
    return replace(sheet, encoding=named, separator=separator)


def _parsed(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _separator(text: str, wanted: Collection[str]) -> str:
    """What stands between the cells: what cuts the first rows into equally many, and most."""
    sample = text[:_SAMPLE]
    best, chosen = (0.0, 0.0, 0.0), ","
    for separator in SEPARATORS:
        if separator not in sample:
            continue
        rows: list[list[str]] = []
        with suppress(csv.Error):  # the sample may end within a quote
            rows.extend(row for row in islice(_parsed(sample, separator), HEAD) if row)
        if len(rows) > 2 and len(text) > len(sample):
            rows.pop()
        widths = Counter(len(row) for row in rows)
        width, times = max(widths.items(), key=lambda found: (found[1] * found[0], found[0]),
                           default=(1, 0))  # fmt: skip
        if width < 2:
            continue
        known = len({match_key(cell) for row in rows for cell in row} & set(wanted))
        score = (float(known), times / len(rows), float(width))
        if score > best:
            best, chosen = score, separator
    return chosen


# --- by csv -------------------------------------------------------------------------------------


def _slow(path: Path, text: str, separator: str, wanted: Collection[str], line: int) -> Sheet:
    rows = _rows(path, text, separator, line)
    head = list(islice(rows, HEAD))
    if not head:
        raise DataError(f"{path}: the export is empty; expected a header row and one row a person.")
    at = header_at([cells for _, cells in head], wanted)
    header = head[at][1]
    other = [sign for sign in SEPARATORS if sign != separator and sign in header[0]]
    if len(header) == 1 and len(other) > 1:
        # One column only, and in its name another sign that separates: the wrong one was taken.
        raise DataError(
            f"{path}: what stands between the cells cannot be told; tried "
            f"{', '.join(_NAMES.values())}. {AGAIN}"
        )
    bounded(path, 1, len(header))
    body = _Body(path, header)
    body.take(head[at + 1 :])
    while chunk := list(islice(rows, _CHUNK)):
        body.take(chunk)
    ended = text.endswith(("\n", "\r"))
    above = tuple(tuple(cells) for _, cells in head[:at])
    return body.finish(Sheet(path, tuple(header), pd.DataFrame(), np.array([]), above), ended=ended)


def _rows(path: Path, text: str, separator: str, line: int) -> Iterator[Row]:
    """Rows with their numbers; a blank line is no row, but it counts."""
    number = line - 1
    try:
        for number, cells in enumerate(_parsed(text, separator), line):
            if cells:
                yield number, cells
    except csv.Error as error:
        raise DataError(f"{path}, row {number + 1}: {unreadable(error)}. {AGAIN}") from None


class _Body:
    """Rows below the header, as they come, each of the header's width."""

    def __init__(self, path: Path, header: list[str]) -> None:
        self.path, self.width = path, len(header)
        named = [at for at, cell in enumerate(header) if cell.strip()]
        self.least = named[-1] + 1 if named else 0
        self.known: list[dict[str, int]] = [{} for _ in header]
        self.parts: list[list[np.ndarray]] = [[] for _ in header]
        self.numbers: list[int] = []
        self.faults: dict[int, str] = {}
        self.short: list[Row] = []

    def take(self, rows: list[Row]) -> None:
        """Add rows; short and empty ones wait until it is known whether only the last are so."""
        fitted: list[list[str]] = []
        for number, cells in rows:
            if len(cells) < self.least or not any(cells):
                self.short.append((number, cells))
                continue
            for waiting in self.short:
                fitted.append(self._waited(*waiting))
            self.short.clear()
            if any(cell.strip() for cell in cells[self.width :]):
                fitted.append(self._fault(number, cells))
                continue
            fitted.append([*cells[: self.width], *[""] * (self.width - len(cells))])
            self.numbers.append(number)
        self._add(fitted)
        bounded(self.path, len(self.numbers), self.width)

    def _waited(self, number: int, cells: list[str]) -> list[str]:
        """A row that is not among the last: one without an answer, or a fault."""
        if len(cells) < self.least:
            return self._fault(number, cells)
        self.numbers.append(number)
        return [""] * self.width

    def _fault(self, number: int, cells: list[str]) -> list[str]:
        """An empty row in place of one whose cells nobody can put below their headers."""
        self.faults[len(self.numbers)] = f"{counted(len(cells))} where the header has {self.width}"
        self.numbers.append(number)
        return [""] * self.width

    def _add(self, rows: list[list[str]]) -> None:
        if not rows:
            return
        columns = zip(*rows, strict=True)
        for column, known, parts in zip(columns, self.known, self.parts, strict=True):
            for text in dict.fromkeys(column):
                known.setdefault(text, len(known))
            parts.append(
                np.fromiter(map(known.__getitem__, column), dtype=np.int32, count=len(column))
            )

    def finish(self, sheet: Sheet, *, ended: bool) -> Sheet:
        """The sheet with these rows.

        The last rows may be short: what spreadsheets leave out at the end of a row is empty. Half
        the cells or fewer are another thing (a total, a remark): set aside. Where the file ends
        within a row it is cut: DataError.
        """
        notes: tuple[str, ...] = ()
        while self.short and not any(self.short[-1][1]):
            self.short.pop()
        if self.short and not ended:
            number, cells = self.short[-1]
            raise DataError(
                f"{self.path}, row {number}: {counted(len(cells))} where the header has "
                f"{self.width}; the file ends within the row, so it is cut. {AGAIN}"
            )
        last: list[list[str]] = []
        for number, cells in self.short:
            if not any(cells):
                last.append(self._waited(number, cells))
                continue
            if 2 * len(cells) <= self.least:
                last.append(self._fault(number, cells))
                continue
            last.append([*cells, *[""] * (self.width - len(cells))])
            self.numbers.append(number)
            notes = (f"from row {self.short[0][0]} on, cells that are not there are read as empty",)
        self._add(last)
        made = {}
        for at, (known, parts) in enumerate(zip(self.known, self.parts, strict=True)):
            codes = np.concatenate(parts) if parts else np.array([], dtype=np.int32)
            made[at] = pd.Categorical.from_codes(codes, pd.Index(list(known), dtype=object))
        numbers = np.array(self.numbers, dtype=np.int64)
        return replace(
            sheet, rows=pd.DataFrame(made), numbers=numbers, faults=self.faults, notes=notes
        )


# --- by pandas ----------------------------------------------------------------------------------


def _fast(path: Path, content: bytes, separator: str, line: int) -> Sheet | None:
    """The same of a large file that any parser reads alike; None where one might not."""
    header = next(_parsed(content[:_SAMPLE].decode("utf-8", "ignore"), separator), [])
    if len(header) < 2 or not is_regular(content, separator, len(header)):
        return None
    bounded(path, 1, len(header))
    # A file that is cut in its last row has too few cells, so it is not regular, or a short cell.
    frame = pd.read_csv(
        io.BytesIO(content), sep=separator, header=None, skiprows=1, names=range(len(header)),
        dtype="category", na_filter=False, index_col=False, engine="c", encoding="utf-8",
    )  # fmt: skip
    bounded(path, len(frame), len(header))
    empty = np.ones(len(frame), dtype=bool)
    for at in frame:
        blank = np.flatnonzero(frame[at].cat.categories == "")
        empty &= np.isin(frame[at].cat.codes.to_numpy(), blank)
    filled = np.flatnonzero(~empty)
    if last := len(frame) - (filled[-1] + 1 if len(filled) else 0):
        frame = frame.iloc[:-last].apply(lambda column: column.cat.remove_unused_categories())
    numbers = np.arange(line + 1, len(frame) + line + 1)
    return Sheet(path, tuple(header), frame, numbers)
