"""Read workbooks (.xlsx, .xls, .xlsb, .ods): the cells of one sheet as text.

A cell of a workbook has a type. A number becomes its shortest decimal text (`3`, not `3.0`), a time
`YYYY-MM-DD HH:MM:SS`, a boolean `TRUE` or `FALSE`. A formula is the value that was saved with it:
nothing is computed.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from readiness.ground.errors import DataError
from readiness.ground.printable import quote_cell
from readiness.readers.table import (
    HEAD,
    Sheet,
    as_text,
    drop_empty_columns,
    find_header,
    hold_columns,
    refuse_oversized,
)

# Most bytes of all parts of a workbook, unpacked: a small archive may be huge unpacked.
LARGEST = 1 << 29
MOST_PARTS = 2000
# Errors of a damaged part.
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError)
_WORKBOOK = "xl/workbook.xml"
_OLD = b"\xd0\xcf\x11\xe0"
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,9})"')
# A character of no text: the second byte of a two-byte letter in an old workbook.
_HALF = re.compile(r"[\x00-\x08\x0e-\x1f]")
_CELL = re.compile(rb'\br="([A-Z]{1,4})\d{1,9}"')
SAVE = "Save it as an Excel workbook (.xlsx) or as CSV UTF-8."


def is_workbook(path: Path, content: bytes) -> bool:
    """Return whether the bytes are a workbook. Raises DataError for another kind of archive."""
    if content.startswith(_OLD):
        return True
    if not content.startswith(b"PK\x03\x04"):
        return False
    names = _list_parts(path, content)
    if names.keys() & {_WORKBOOK, "xl/workbook.bin", "content.xml"}:
        return True
    listed = [name for name in names if name.lower().endswith((".csv", ".tsv", ".xlsx", ".sav"))]
    held = f" that holds {quote_cell(listed[0])}" if listed else ""
    raise DataError(
        f"{path}: an archive{held}; expected a table. Unpack the archive and name the table."
    )


def _list_parts(path: Path, content: bytes) -> dict[str, int]:
    """Return the names of an archive's parts and their unpacked sizes, within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {info.filename: info.file_size for info in archive.infolist()}
    except _DAMAGED as error:
        raise DataError(
            f"{path}: the workbook or archive is damaged ({error}); it may be truncated. Export "
            "it again."
        ) from None
    if len(parts) > MOST_PARTS or sum(parts.values()) > LARGEST:
        raise DataError(
            f"{path}: a workbook of {len(parts)} parts, {sum(parts.values()) >> 20} MB unpacked; "
            f"at most {MOST_PARTS} and {LARGEST >> 20} MB are read. Export it as CSV."
        )
    return parts


def _check_extent(path: Path, content: bytes) -> None:
    """Raise DataError for a sheet whose cells span more than the memory can hold.

    Two cells at the far corners are enough for such a table.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if not info.filename.startswith("xl/worksheets/") or info.is_dir():
                continue
            try:
                with archive.open(info) as part:
                    xml = part.read(LARGEST + 1)
            except _DAMAGED as error:
                raise DataError(
                    f"{path}: the workbook is damaged ({error}). Export it again."
                ) from None
            if len(xml) > LARGEST:
                raise DataError(
                    f"{path}: a sheet is larger than {LARGEST >> 20} MB. Export it as CSV."
                )
            rows = max((int(found) for found in _ROW.findall(xml)), default=xml.count(b"<row"))
            letters = set(_CELL.findall(xml))
            refuse_oversized(path, rows, max(map(_read_column_number, letters), default=1))


def _read_column_number(letters: bytes) -> int:
    return reduce(lambda number, letter: 26 * number + letter - 64, letters, 0)


def read_workbook(path: Path, content: bytes, wanted: Collection[str], name: str | None) -> Sheet:
    """Read the sheet of that name, or the first visible sheet with cells.

    Hidden sheets are read only where all are hidden, for tools and people keep their lists there.
    Raises DataError for a damaged or protected workbook, an empty one, and a sheet that does not
    exist.
    """
    if not content.startswith(_OLD):
        _check_extent(path, content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        hidden = {m.name for m in book.sheets_metadata if m.visible != SheetVisibleEnum.Visible}
        names = book.sheet_names
        sheets = {title: book.get_sheet_by_name(title) for title in names}
        for book_sheet in sheets.values():
            refuse_oversized(path, book_sheet.total_height, book_sheet.total_width)
        cells = {
            title: book_sheet.to_python(skip_empty_area=False)
            for title, book_sheet in sheets.items()
        }
    except PasswordError:
        raise DataError(f"{path}: the workbook has a password. {SAVE}") from None
    except DataError:
        raise
    except (CalamineError, OSError, ValueError) as error:
        if content.startswith(_OLD):
            raise DataError(
                f"{path}: the old workbook (.xls) is damaged or has a password. {SAVE}"
            ) from None
        raise DataError(
            f"{path}: the workbook is damaged, or of a kind that is not read ({error}). Export "
            "it again, or as CSV."
        ) from None
    filled = [title for title in names if any(map(any, cells[title]))]
    if name is not None and name not in filled:
        raise DataError(
            f"{path}: no sheet {quote_cell(name)} with cells. The sheets with cells are "
            f"{', '.join(filled) or 'none'}."
        )
    if not filled:
        raise DataError(
            f"{path}: the export is empty; expected a header row and one row per person."
        )
    filled = [title for title in filled if title not in hidden] or filled
    chosen = name or filled[0]
    if content.startswith(_OLD):
        cells[chosen] = [[_join_halves(cell) for cell in row] for row in cells[chosen]]
    sheet = _make_sheet(path, cells[chosen], wanted)
    others = {title: len(cells[title]) - 1 for title in filled if title != chosen}
    return replace(sheet, format="xlsx", name=chosen, others=others)


def _join_halves(cell: Any) -> Any:
    """Return a cell of an old workbook with two-byte letters restored that were read as two."""
    if not isinstance(cell, str) or len(cell) % 2 or not _HALF.search(cell):
        return cell
    halves = b"".join(
        bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252", "replace") for c in cell
    )
    return halves.decode("utf-16-le", "replace")


def _make_sheet(path: Path, cells: list[list[Any]], wanted: Collection[str]) -> Sheet:
    texts = [[as_text(cell) for cell in row] for row in cells]
    head = texts[:HEAD]
    at = find_header(head, wanted)
    body = list(enumerate(texts[at + 1 :], at + 2))
    spare = len(body)
    while body and not any(body[-1][1]):
        body.pop()
    spare -= len(body)
    refuse_oversized(path, len(body), len(head[at]))
    columns = zip(*(row for _, row in body), strict=True) if body else [()] * len(head[at])
    numbers = np.array([number for number, _ in body], dtype=np.int64)
    above = tuple(tuple(row) for row in head[:at] if any(row))
    sheet = Sheet(path, tuple(head[at]), hold_columns(columns), numbers, above, spare=spare)
    return drop_empty_columns(sheet)
