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

# Size in bytes of the largest table that is read; in memory a table takes a multiple of its size.
LARGEST = 1 << 30
# Size in bytes from which a table is read by pandas' faster parser, if `is_regular`.
LONG = 1 << 20
_BLOCK = 1 << 24
MEND = "Export it again, or mend it."
# First bytes of packed files, which are not CSV even if their name says so.
PACKED = {b"PK\x03\x04": "a spreadsheet or an archive", b"\x1f\x8b": "compressed (gzip)"}


class _LineWriter(list[str]):
    """List of lines that csv.writer writes to; each line ends in `\\n`."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix("\r\n") + "\n")


def rows_to_csv(rows: Iterable[Sequence[object]], *, quote_all: bool = False) -> str:
    """Return rows, the header first, as CSV text; None becomes an empty cell."""
    lines = _LineWriter()
    # Python before 3.13 quotes only the line ends that stand in the terminator: with a lone CR
    # unquoted, one row would be read as two.
    writer = csv.writer(
        lines, lineterminator="\r\n", quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    for row in rows:
        writer.writerow(row)
        if len(lines) == 1 and lines[0].startswith("\ufeff"):
            # Without quotes, U+FEFF at the beginning of a file would be read as a byte order mark.
            lines[0] = rows_to_csv([row], quote_all=True)
    return "".join(lines)


def records_to_csv(records: Sequence[Mapping[str, object]]) -> str:
    """Return records as CSV text; their keys, the same in each, become the header."""
    header = list(records[0]) if records else []
    return rows_to_csv([header, *([record[name] for name in header] for record in records)])


def to_csv(frame: pd.DataFrame) -> str:
    """Return a data frame as CSV text, without its index; floats with 12 significant digits."""
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
    """Write `frame` to `path` as CSV (`to_csv`), atomically.

    `private`: only the owner of the file can read it.
    """
    write_atomically(path, to_csv(frame), private=private)


def number_rows(
    path: Path, text: str, *, separator: str = ",", first: int = 1, advice: str = MEND
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of a delimited text with its number in a spreadsheet.

    `first`: number of the first row. A blank line is skipped, but it counts. Raises DataError,
    naming the row, for a row that csv.reader cannot read; `advice`: the end of that message.
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
            why = "a quote that is not closed; the file may be truncated"
        raise DataError(f"{path}, row {number + 1}: {why}. {advice}") from None


def read_rows(
    path: Path, what: str, content: bytes | None = None
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header of a CSV, and its rows with their numbers in a spreadsheet (header = 1).

    A blank line is skipped, but it counts. `what`: what the file is, for messages. `content`: the
    file's bytes if they were read already. Raises DataError, naming file and row, for a file that
    is missing, empty or not UTF-8, for a row with more or fewer cells than the header (in a file
    that was cut, say), for a quote that is not closed, and for a cell of more than 131072
    characters.
    """
    text = _read_content(path, what, read_bytes(path, what) if content is None else content)
    rows = list(number_rows(path, text))
    if not rows:
        raise DataError(f"{path}: {what} is empty; expected a CSV with a header row.")
    header = rows[0][1]
    # At least two names: a single column may have the name `;`.
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
    """Return a number of cells in words: "1 cell", "3 cells"."""
    return "1 cell" if cells == 1 else f"{cells} cells"


def read_bytes(path: Path, what: str) -> bytes:
    """Return the bytes of a table. Raises DataError: it is missing or cannot be read."""
    try:
        return read_file(path, LARGEST)
    except FileNotFoundError:
        raise DataError(
            f"{path}: {what}: file not found. Run `make`, or restore it with git."
        ) from None
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
    """Return whether pandas and `csv` read a table alike.

    Such a table has `width` cells in every row and a line end after the last row. Quotes are only
    around cells, or doubled within them, so that a line end in quotes does not end a row. Line ends
    are `\\n` or `\\r\\n`. pandas reads a table ten times as fast as `csv`, but fills up short rows
    silently.
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
            # The characters before opening and after closing quotes.
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
    """Return the header of a regular table, which pandas may read; [] for any other table.

    A regular table has no quotes in the header, no byte order mark, and distinct names.
    """
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

    `content`: the file's bytes if they were read already. `columns`: names of the columns to keep;
    names that the file lacks are ignored. Raises DataError as `read_rows` does, and when two
    columns have one name.
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
