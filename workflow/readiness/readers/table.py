"""A bounded table of text: the common form of all file formats, before any tool is known."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.errors import DataError
from readiness.questionnaire import match_key
from readiness.readers.texts import Texts

Format = Literal["csv", "xlsx", "sav"]
# Number of first rows in which the header is searched.
HEAD = 30
# Number of first rows from which the kind of a column is recognised.
SOME = 1000
MOST_COLUMNS = 16_384
MOST_CELLS = 60_000_000
AGAIN = "Download the export again; do not save it from a spreadsheet."


@dataclass(frozen=True)
class Variable:
    """Description of a column in an SPSS file.

    `values` are value labels by value, both as text; `missing` the values (or `low..high`) declared
    missing; `measure` is `nominal`, `ordinal`, `scale` or `unknown`; `together` the
    multiple-response question of the column, where the file declares such a set, and `counted` the
    value of a ticked column in it; "" in a set of first, second, ... answers.
    """

    label: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    measure: str = ""
    together: str = ""
    counted: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table of text.

    `columns`: the header row as written ("" for a column without a name). `rows`: the cells of each
    column below it, one row per submission. `numbers`: number of each row in a spreadsheet (the
    first line of the file is 1). `above`: the rows above the header, each with its own length.
    `under`: further header rows below the first, where a tool writes several. `format`, `encoding`,
    `separator`: of the file; the latter two "" where there is none. `labels`: of an SPSS file, by
    column name. `name`: sheet of a workbook. `others`: further sheets of a workbook with cells, and
    the number of rows below the first in each. `faults`: by position in `rows`, why a row cannot be
    used. `notes`: decisions in reading, for the log. `spare`: number of empty rows at the end.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Texts, ...]
    numbers: np.ndarray
    above: tuple[tuple[str, ...], ...] = ()
    under: tuple[tuple[str, ...], ...] = ()
    format: Format = "csv"
    encoding: str = ""
    separator: str = ""
    labels: Mapping[str, Variable] = field(default_factory=dict)
    name: str = ""
    others: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    spare: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def texts(self, at: int) -> npt.NDArray[np.object_]:
        """Return the cells of a column, as text."""
        return self.rows[at].cells

    def some(self, at: int) -> list[str]:
        """Return the distinct texts of a column among the first `SOME` rows."""
        return list(dict.fromkeys(self.rows[at].those(slice(SOME)).tolist()))

    def first(self, count: int) -> list[tuple[str, ...]]:
        """Return the cells of the first `count` rows."""
        return list(zip(*(column.those(slice(count)) for column in self.rows), strict=True))

    def names(self) -> list[str]:
        """Return the headers, made unique."""
        return name_each_once(self.columns)

    def frame(self) -> pd.DataFrame:
        """Return all cells as text (object), columns by `names`."""
        return pd.DataFrame({name: self.texts(at) for at, name in enumerate(self.names())})

    def below(self, count: int) -> "Sheet":
        """Return the sheet with its first `count` rows as further headers."""
        rows = tuple(column.take(slice(count, None)) for column in self.rows)
        faults = {at - count: why for at, why in self.faults.items() if at >= count}
        numbers, under = self.numbers[count:], tuple(self.first(count))
        return replace(self, rows=rows, numbers=numbers, faults=faults, under=under)


def as_text(value: object) -> str:
    """Return a value of a workbook or an SPSS file as text, numbers as short as possible."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if not np.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        # A workbook counts in days: seconds are read slightly too short or too long.
        return f"{value + timedelta(microseconds=500_000):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    return str(int(value.total_seconds())) if isinstance(value, timedelta) else str(value)


def is_missing(value: str, declared: Sequence[str]) -> bool:
    """Return whether a value is declared missing, by itself or within a range `low..high`."""
    for stated in declared:
        low, dots, high = stated.partition("..")
        if value == stated:
            return True
        with suppress(ValueError):
            if dots and float(low or "-inf") <= float(value) <= float(high or "inf"):
                return True
    return False


# A header that is empty, or was empty when pandas read it.
_UNNAMED = re.compile(r"(Unnamed: \d+)?")


def name_each_once(headers: Sequence[str]) -> list[str]:
    """Return unique headers: `column 4` for an empty one, `Again (2)` for the second of its
    name.
    """
    seen: Counter[str] = Counter()
    names = []
    for at, header in enumerate(headers, 1):
        key = match_key(header)
        seen[key] += 1
        unique_name = header if seen[key] == 1 else f"{header.strip()} ({seen[key]})"
        names.append(unique_name if key else f"column {at}")
    return names


def find_header(rows: Sequence[Sequence[str]], wanted: Collection[str] = ()) -> int:
    """Return the position of the header among the first rows.

    The row with most of the `wanted` match keys; without any, the first row filled at least half as
    much as the fullest. A row of questions above their rows and options (merged cells) is filled
    less, and names the columns that the row below leaves unnamed.
    """
    rows = rows[:HEAD]
    if wanted:
        wanted_counts = [len({match_key(cell) for cell in row} & set(wanted)) for row in rows]
        if max(wanted_counts, default=0) > 1 or (
            max(wanted_counts, default=0) == 1 and len(wanted) < 3
        ):
            return wanted_counts.index(max(wanted_counts))
    filled = [sum(1 for cell in row if not _UNNAMED.fullmatch(cell.strip())) for row in rows]
    at = next((at for at, n in enumerate(filled) if 2 * n >= max(filled) and n), 0)
    above, *below = rows[max(at - 1, 0) :]
    answered = {k for row in below[1:] for k, cell in enumerate(row) if cell.strip()}
    unnamed = {k for k in answered if below and not "".join(below[0][k : k + 1]).strip()}
    is_named = unnamed and all("".join(above[k : k + 1]).strip() for k in unnamed)
    return at - 1 if at and is_named and filled[at - 1] > len(unnamed) else at


def hold_columns(columns: Iterable[Sequence[str]]) -> tuple[Texts, ...]:
    """Return columns of text, each with its distinct texts stored once."""
    return tuple(Texts.of(pd.Series(column, dtype=object)) for column in columns)


def refuse_oversized(path: Path, rows: int, columns: int) -> None:
    """Raise DataError for a table too large for the memory."""
    if columns > MOST_COLUMNS:
        raise DataError(f"{path}: {columns} columns, more than the limit of {MOST_COLUMNS}.")
    if rows * columns > MOST_CELLS:
        raise DataError(
            f"{path}: {rows} rows of {columns} columns; at most {MOST_CELLS} cells are read."
        )


def drop_empty_columns(sheet: Sheet) -> Sheet:
    """Return the sheet without columns that have neither a name nor a cell."""
    both = zip(sheet.columns, sheet.rows, strict=True)
    filled = (match_key(name) or any(map(match_key, row.texts)) for name, row in both)
    kept = [at for at, is_filled in enumerate(filled) if is_filled]
    if len(kept) == len(sheet.columns):
        return sheet
    rows = tuple(sheet.rows[at] for at in kept)
    return replace(sheet, columns=tuple(sheet.columns[at] for at in kept), rows=rows)
