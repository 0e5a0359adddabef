"""Tables to and from CSV, the same bytes everywhere: the only writer and reader of the project.

UTF-8, `\\n`, RFC 4180 quoting, floats with 12 significant digits: the last bits of a float differ
between processors and BLAS kernels. A cell is written as it is, whatever it holds, also a text that
a spreadsheet would take for a formula (docs/design-decisions.md).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.ground.decimals import SIGNIFICANT_DIGITS
from readiness.ground.duplicates import find_repeated
from readiness.ground.errors import DataError
from readiness.ground.files import read_file, write_atomically

if TYPE_CHECKING:
    import pandas as pd

# Bytes of the largest table that is read: its cells take a multiple of that in memory.
LARGEST = 1 << 30
# From so many bytes on a table is read by the faster parser, where both read it alike.
LONG = 1 << 20
_BLOCK = 1 << 24
MEND = "Export it again, or mend it."
# How files begin that are no CSV, whatever their name says.
PACKED = {b"PK\x03\x04": "a spreadsheet or an archive", b"\x1f\x8b": "compressed (gzip)"}


class _LineWriter(list[str]):
    """Where csv.writer writes: each row ends in `\\n`."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix("\r\n") + "\n")


def rows_to_csv(rows: Iterable[Sequence[object]], *, quote_all: bool = False) -> str:
    """Rows, the header first, as CSV text; None is an empty cell."""
    lines = _LineWriter()
    # Python before 3.13 quotes only the line ends that stand in the terminator: with a lone CR
    # unquoted, one row would be read as two.
    writer = csv.writer(
        lines, lineterminator="\r\n", quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    for row in rows:
        writer.writerow(row)
        if len(lines) == 1 and lines[0].startswith("\ufeff"):
            # Bare at the beginning of a file, it would be taken for the file's own mark.
            lines[0] = rows_to_csv([row], quote_all=True)
    return "".join(lines)


def records_to_csv(records: Sequence[Mapping[str, object]]) -> str:
    """Records with the same keys, which become the header, as CSV text."""
    header = list(records[0]) if records else []
    return rows_to_csv([header, *([record[name] for name in header] for record in records)])


def to_csv(frame: pd.DataFrame) -> str:
    """The frame as CSV text, without its index; floats with 12 significant digits."""
    columns = [_write_cells(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return rows_to_csv([list(frame.columns), *zip(*columns, strict=True)])


def _write_cells(column: pd.Series[Any]) -> list[object]:
    """Return the cells of a column as they are written: "" for a missing value."""
    cells: list[object] = []
    for value, is_missing in zip(column.tolist(), column.isna().to_numpy(), strict=True):
        if is_missing:
            cells.append("")
        elif isinstance(value, float):
            cells.append(f"{value:.{SIGNIFICANT_DIGITS}g}")
        else:
            cells.append(value)
    return cells


def write_csv(frame: pd.DataFrame, path: Path, *, private: bool = False) -> None:
    """Write `frame` to `path` as `to_csv` renders it, atomically; `private`: for its owner."""
    write_atomically(path, to_csv(frame), private=private)


def number_rows(
    path: Path, text: str, *, separator: str = ",", first: int = 1, advice: str = MEND
) -> Iterator[tuple[int, list[str]]]:
    """Each row of a delimited text with its number as a spreadsheet counts, `first` for the first.

    A blank line is no row, but it counts. Raises DataError, naming the row, for what csv.reader
    cannot read; `advice` says what to do then.
    """
    number = first - 1
    try:
        parsed = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, cells in enumerate(parsed, first):
            if cells:
                yield number, cells
    except csv.Error as error:
        why = f"not a CSV table ({error})"
        if "field limit" in str(error):
            why = "a cell of more than 131072 characters (a quote left open?)"
        elif "unexpected end" in str(error):
            why = "a quote that is not closed; the file may be cut"
        raise DataError(f"{path}, row {number + 1}: {why}. {advice}") from None


def read_rows(
    path: Path, what: str, content: bytes | None = None
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header of a CSV, and each row with its number as a spreadsheet counts (header = 1).

    A blank line is no row, but it counts. `what` the file is stands in messages; `content` are its
    bytes where they are in hand already. Raises DataError, naming file and row, when it is missing,
    empty, not UTF-8, or no table: a row of more or fewer cells than the header (a file that was
    cut, say), a quote that is not closed, a cell of more than 131072 characters.
    """
    text = _read_content(path, what, read_bytes(path, what) if content is None else content)
    rows = list(number_rows(path, text))
    if not rows:
        raise DataError(f"{path}: {what} is empty; expected a CSV with a header row.")
    header = rows[0][1]
    # At least two names: `;` alone may be the name of an only column.
    names = [name for name in header[0].split(";") if name.strip()]
    if len(header) == 1 and len(names) > 1 and all(";" in cells[0] for _, cells in rows[:2]):
        raise DataError(
            f"{path}: {what} is separated by semicolons instead of commas. A spreadsheet probably "
            f"saved it and may have changed dates and codes. {MEND}"
        )
    for number, cells in rows[1:]:
        if len(cells) != len(header):
            raise DataError(
                f"{path}, row {number}: {describe_count(len(cells))} where the header has "
                f"{len(header)}. {MEND}"
            )
    return header, rows[1:]


def describe_count(cells: int) -> str:
    """So many cells, in words."""
    return "1 cell" if cells == 1 else f"{cells} cells"


def read_bytes(path: Path, what: str) -> bytes:
    """The bytes of a table; DataError when it is missing or cannot be read."""
    try:
        return read_file(path, LARGEST)
    except FileNotFoundError:
        raise DataError(f"{path}: {what} not found. Run `make`, or restore the file.") from None
    except OSError as error:
        raise DataError(f"{path}: {what} cannot be read ({error.strerror}).") from None


def _read_content(path: Path, what: str, content: bytes) -> str:
    for beginning, kind in PACKED.items():
        if content.startswith(beginning):
            raise DataError(f"{path}: {what} is {kind}; expected a CSV. {MEND}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}, line {line}: {what} is not UTF-8 (byte {error.start}). Export it again as "
            "UTF-8; a spreadsheet calls it CSV UTF-8."
        ) from None


def is_regular(content: bytes, separator: str, width: int) -> bool:
    """Whether any parser reads the table alike: `width` cells in every row, the last with its end.

    Quotes stand only around cells or doubled in them, so a line end in quotes is no end of a row;
    line ends are `\\n` or `\\r\\n`. pandas reads such a file ten times as fast as `csv`; it would
    fill up short rows in silence, `csv` says so.
    """
    import numpy as np

    if b"\0" in content or content.count(b"\r") != content.count(b"\r\n"):
        return False
    newline, sign, quote = 10, ord(separator), 34
    begin = 0
    while begin < len(content):
        end = content.rfind(b"\n", begin, begin + _BLOCK) + 1 or len(content)
        if end - begin > _BLOCK:
            return False
        block = np.frombuffer(content, dtype=np.uint8, count=end - begin, offset=begin)
        ends, signs, quotes = block == newline, block == sign, block == quote
        if len(at := np.flatnonzero(quotes)):
            inside = np.bitwise_xor.accumulate(quotes)
            # What stands before a quote that opens a cell, behind one that closes it.
            beside = np.where(inside[at], at - 1, at + 1)
            border = block[beside.clip(0, len(block) - 1)]
            border[(beside < 0) | (beside == len(block))] = newline
            if not np.isin(border, [newline, 13, sign, quote]).all():
                return False
            ends, signs = ends & ~inside, signs & ~inside
            if inside[-1]:  # the block ends within a cell: read it up to the row before
                rows = np.flatnonzero(ends)
                if end == len(content) or not len(rows):
                    return False
                end = begin + int(rows[-1]) + 1
                ends, signs = ends[: end - begin], signs[: end - begin]
        rows = np.flatnonzero(ends)
        if end == len(content) and (not len(rows) or rows[-1] < len(ends) - 1):
            return False  # the last line has no end: it may be cut
        marks = np.flatnonzero(ends | signs)
        uneven = len(marks) != width * len(rows) or (marks[width - 1 :: width] != rows).any()
        if uneven or int(np.diff(rows, prepend=-1).max()) > csv.field_size_limit():
            return False
        begin = end
    return True


def _read_plain_header(content: bytes) -> list[str]:
    """The header of a table as ours are, for pandas to read; nothing where another stands there."""
    first, _, _ = content[: 1 << 16].partition(b"\n")
    if b'"' in first or b"\r" in first or content.startswith(codecs.BOM_UTF8):
        return []
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return []
    names = first.decode("utf-8").split(",")
    plain = len(names) > 1 and len(set(names)) == len(names) and all(names)
    return names if plain and is_regular(content, ",", len(names)) else []


def read_text_table(
    path: Path, what: str, content: bytes | None = None, columns: Collection[str] | None = None
) -> pd.DataFrame:
    """Read a CSV with every cell as text and empty cells as "".

    `content` are the file's bytes where they are in hand already; `columns` are those to keep, of
    those that it has. Raises DataError as `read_rows` does, and when two columns have one name.
    """
    import pandas as pd

    content = read_bytes(path, what) if content is None else content
    if len(content) >= LONG and (names := _read_plain_header(content)):
        return pd.read_csv(
            io.BytesIO(content),
            dtype=str,
            na_filter=False,
            names=names,
            header=0,
            usecols=[name for name in names if columns is None or name in columns],
            index_col=False,
            engine="c",
            encoding="utf-8",
            low_memory=False,
        )
    header, rows = read_rows(path, what, content)
    names = [name or f"Unnamed: {at}" for at, name in enumerate(header)]
    if twice := find_repeated(names):
        raise DataError(f"{path}: two columns are named {twice[0]!r}; rename one.")
    table = pd.DataFrame([cells for _, cells in rows], columns=names, dtype=str)
    return table if columns is None else table[[name for name in names if name in columns]]
