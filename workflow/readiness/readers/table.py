"""A bounded table of text: what each format of a file is read into, before any tool is known."""

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
# Rows among which the header is looked for.
HEAD = 30
# Rows by which it is told what a column is.
SOME = 1000
MOST_COLUMNS = 16_384
MOST_CELLS = 60_000_000
AGAIN = "Download the export again; do not save it from a spreadsheet."


@dataclass(frozen=True)
class Variable:
    """What an SPSS file says of a column.

    `values` are value labels by value, both as text; `missing` the values (or `low..high`) that the
    file declares missing; `measure` is `nominal`, `ordinal`, `scale` or `unknown`; `together` the
    question of which the column is one of several answers, where the file declares such a set, and
    `counted` the value that says that it was given; "" of those that hold the first, second, ...
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

    columns: the header row, as it is written ("" for a column without a name).
    rows: the cells of each column below it, one row a submission.
    numbers: the number of each row as a spreadsheet counts them (the first line of the file is 1).
    above: the rows above the header, each as long as it was.
    under: further header rows below the first, where a tool writes several.
    format, encoding, separator: what the bytes are; the latter two "" where there is none.
    labels: of an SPSS file, by column name.
    others: names of further tables in the file (sheets of a workbook) that hold cells, too, and how
        many rows below the first each has.
    faults: by position in `rows`, why a row is none (fewer or more cells than the header).
    notes: what was decided in reading, for the log.
    spare: how many rows stand below the last that holds a cell.
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
        """The cells of a column, as text."""
        return self.rows[at].cells

    def some(self, at: int) -> list[str]:
        """The distinct texts of a column among the first rows: enough to tell what it is."""
        return list(dict.fromkeys(self.rows[at].those(slice(SOME)).tolist()))

    def first(self, count: int) -> list[tuple[str, ...]]:
        """The cells of the first `count` rows."""
        return list(zip(*(column.those(slice(count)) for column in self.rows), strict=True))

    def names(self) -> list[str]:
        """The headers, each once."""
        return name_each_once(self.columns)

    def frame(self) -> pd.DataFrame:
        """All cells as text (object), columns by `names`."""
        return pd.DataFrame({name: self.texts(at) for at, name in enumerate(self.names())})

    def below(self, count: int) -> "Sheet":
        """The sheet with its first `count` rows as further headers."""
        rows = tuple(column.take(slice(count, None)) for column in self.rows)
        faults = {at - count: why for at, why in self.faults.items() if at >= count}
        numbers, under = self.numbers[count:], tuple(self.first(count))
        return replace(self, rows=rows, numbers=numbers, faults=faults, under=under)


def as_text(value: object) -> str:
    """A value of a workbook or an SPSS file as text, numbers as short as they can be."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if not np.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        # A workbook counts in days: seconds come back a little short or long.
        return f"{value + timedelta(microseconds=500_000):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    return str(int(value.total_seconds())) if isinstance(value, timedelta) else str(value)


def is_missing(value: str, declared: Sequence[str]) -> bool:
    """Whether a file declares a value as missing, by itself or within a range `low..high`."""
    for stated in declared:
        low, dots, high = stated.partition("..")
        if value == stated:
            return True
        with suppress(ValueError):
            if dots and float(low or "-inf") <= float(value) <= float(high or "inf"):
                return True
    return False


# A header that is empty, or was when pandas read it.
_UNNAMED = re.compile(r"(Unnamed: \d+)?")


def name_each_once(headers: Sequence[str]) -> list[str]:
    """Headers as a questionnaire names them: `column 4` for none, `Again (2)` for the second."""
    seen: Counter[str] = Counter()
    made = []
    for at, header in enumerate(headers, 1):
        key = match_key(header)
        seen[key] += 1
        again = header if seen[key] == 1 else f"{header.strip()} ({seen[key]})"
        made.append(again if key else f"column {at}")
    return made


def find_header(rows: Sequence[Sequence[str]], wanted: Collection[str] = ()) -> int:
    """Which of the first rows is the header.

    The one with most of the `wanted` match keys. Where there is none: the first that is filled at
    least half as much as the fullest. A row of questions above rows and options (merged cells) is
    filled less, and names what that one leaves without a name.
    """
    rows = rows[:HEAD]
    if wanted:
        found = [len({match_key(cell) for cell in row} & set(wanted)) for row in rows]
        if max(found, default=0) > 1 or (max(found, default=0) == 1 and len(wanted) < 3):
            return found.index(max(found))
    filled = [sum(1 for cell in row if not _UNNAMED.fullmatch(cell.strip())) for row in rows]
    at = next((at for at, n in enumerate(filled) if 2 * n >= max(filled) and n), 0)
    above, *below = rows[max(at - 1, 0) :]
    answered = {k for row in below[1:] for k, cell in enumerate(row) if cell.strip()}
    bare = {k for k in answered if below and not "".join(below[0][k : k + 1]).strip()}
    named = bare and all("".join(above[k : k + 1]).strip() for k in bare)
    return at - 1 if at and named and filled[at - 1] > len(bare) else at


def hold_columns(columns: Iterable[Sequence[str]]) -> tuple[Texts, ...]:
    """Columns of text, each distinct text once."""
    return tuple(Texts.of(pd.Series(column, dtype=object)) for column in columns)


def refuse_oversized(path: Path, rows: int, columns: int) -> None:
    """Refuse a table that no memory holds."""
    if columns > MOST_COLUMNS:
        raise DataError(f"{path}: {columns} columns; at most {MOST_COLUMNS} are read.")
    if rows * columns > MOST_CELLS:
        raise DataError(
            f"{path}: {rows} rows of {columns} columns; at most {MOST_CELLS} cells are read."
        )


def drop_empty_columns(sheet: Sheet) -> Sheet:
    """The sheet without columns that have neither a name nor a cell."""
    both = zip(sheet.columns, sheet.rows, strict=True)
    filled = (match_key(name) or any(map(match_key, row.texts)) for name, row in both)
    kept = [at for at, told in enumerate(filled) if told]
    if len(kept) == len(sheet.columns):
        return sheet
    rows = tuple(sheet.rows[at] for at in kept)
    return replace(sheet, columns=tuple(sheet.columns[at] for at in kept), rows=rows)
