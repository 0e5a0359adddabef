"""Round a register to published precision, and compare published values with recomputed ones.

The working register in `results/` has 12 digits (column `precision`: `working`): somebody who knows
who answered can compute suppressed counts from them. A ledger of the second seal format or later
has the published digits (`published`); one without the column has 12 digits.

Two values are the same number (docs/auditing.md) if they are equal to a relative 1e-9, or to an
absolute 1e-12 beside zero, because builds of numpy differ in last bits. The published text must be
one that the recomputed value rounds to; at a rounding boundary the value may first be moved by the
same 1e-9. Spaces, direction marks, and a language's minus and percent signs are ignored as
typography.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from readiness.ground.errors import StatisticsError
from readiness.ground.frames import list_rows
from readiness.language.rounding import ROUNDINGS, UNITS, round_amount
from readiness.register.figures import PRECISION, PUBLISHED

# Relative tolerance within which two values count as equal.
RELATIVE_TOLERANCE = 1e-9
# Absolute tolerance within which two values near zero count as equal.
ABSOLUTE_TOLERANCE = 1e-12

# float() also accepts underscores, blanks, digits of other scripts and "nan": no numbers here.
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
# Direction marks of CLDR's number patterns. Embeddings and overrides would reorder digits: kept.
_UNSEEN = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
_SIGNS = str.maketrans({"\u2212": "-", "\u2011": "-", "\u066a": "%"})


def number(text: str) -> float | None:
    """Return the number in a cell; None for a cell without a number."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def close(first: float, second: float) -> bool:
    """Return whether two values are equal except for the last bits of floating-point sums."""
    return math.isclose(first, second, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)


def same_cell(first: str, second: str) -> bool:
    """Return whether two cells hold the same number, or the same text."""
    values = number(first), number(second)
    return first == second or (None not in values and close(*values))  # type: ignore[arg-type]


def plain(text: str) -> str:
    """Return a display text without its typography, for comparison."""
    characters = (
        character
        for character in text.translate(_UNSEEN)
        if unicodedata.category(character) != "Zs"
    )
    return "".join(characters).translate(_SIGNS)


def gives(value: float, figure: str, digits: int, rounding: str = "half_even") -> bool:
    """Return whether a value, rounded to `digits` decimals, is the published `figure`.

    `figure`: the cell of a ledger, which holds no digit more.
    """
    published = number(figure)
    if published is None or rounding not in ROUNDINGS:
        return False
    figure_value = Decimal(figure)
    return any(
        round_amount(near, digits, rounding) == figure_value for near in (value, *around(value))
    )


def around(value: float) -> Iterator[float]:
    """Yield the value moved by the tolerances in both directions."""
    for tolerance in (value * RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE):
        yield from (value - tolerance, value + tolerance)


# Columns of a row that say how its numbers are rounded.
RULE = ("kind", "unit", "digits", "rounding")
# The columns of numbers beside a value, except the base, which is a count.
BESIDE = ("se", "lower", "upper", "n_eff", "deff")


def decimals(row: Mapping[Any, str], column: str) -> int | None:
    """Return the published decimals of a cell; None for a cell that is not rounded.

    A value and the limits of its interval have those shown (`digits`), a standard error one more,
    an effective base none, a design effect two. A share in a verdict's sentence has one decimal of
    a percentage, whatever its row says. Cells that are not numbers are not rounded.
    """
    if number(row[column]) is None or number(row["digits"]) is None:
        return None
    if column in ("n", "n_eff"):
        return 0
    if column == "deff":
        return 2
    if row["unit"] not in UNITS:
        return None  # a figure as somebody printed it
    if row["kind"] == "verdict":
        return 3 if row["unit"] == "share" else 0
    # The decimals of a percentage are two more than those of the value itself.
    more = 2 if row["unit"] in ("share", "points") else 0
    return int(row["digits"]) + more + (column == "se")


def _read_cell(row: Mapping[Any, str], column: str) -> str:
    """Return the cell of a row at its published precision."""
    digits = decimals(row, column)
    text = row[column]
    if digits is None:
        return text
    value = _round_as_published(float(text), row, column, digits)
    # A number that rounding leaves unchanged keeps its text.
    return text if Decimal(text) == value else format(value, "f")


def _round_as_published(value: float, row: Mapping[Any, str], column: str, digits: int) -> Decimal:
    """Return a value at its published precision.

    A p-value that is shown as below or above what its decimals can show (`p < 0.001`) is published
    as the middle of that range: rounding would give a p-value that is shown otherwise.
    """
    if column == "value" and row["unit"] == "p":
        step = Decimal(1).scaleb(-digits)
        exact = Decimal(repr(value))
        if exact < step:
            return step / 2
        if 1 - step < exact < 1:
            return 1 - step / 2
    return round_amount(value, digits, row["rounding"])


def round_register(register: pd.DataFrame) -> pd.DataFrame:
    """Return a register (as text) at its published precision, with the same rows and columns."""
    rows = list_rows(register)
    cells = {column: [_read_cell(row, column) for row in rows] for column in ("value", *BESIDE)}
    return register.assign(**cells, **{PRECISION: PUBLISHED})


def find_moved_columns(ledger: Mapping[Any, str], recomputed: Mapping[Any, str]) -> Iterator[str]:
    """Yield the columns of numbers in which a recomputed row does not give the ledger's cell.

    A cell at published precision is given by every value that rounds to it, with a relative 1e-9 of
    tolerance at a boundary; a cell of 12 digits by a value that is the same.
    """
    return (column for column in ("value", *BESIDE) if not gives_row(ledger, recomputed, column))


def read_as_published(ledger: Mapping[Any, str], recomputed: Mapping[Any, str], column: str) -> str:
    """Return the cell of a recomputed row at the precision of the ledger's row, for reading.

    The cell as it is, where rounding would hide that it differs from the ledger's.
    """
    rounded = recomputed[column]
    if ledger.get(PRECISION) == PUBLISHED:
        rounded = _read_cell({**recomputed, **{c: ledger[c] for c in RULE}}, column)
    return recomputed[column] if rounded == ledger[column] else rounded


def gives_row(
    ledger: Mapping[Any, str], recomputed: Mapping[Any, str], column: str = "value"
) -> bool:
    """Return whether a recomputed row gives the value of a ledger's row, at the ledger's digits."""
    digits = decimals(ledger, column) if ledger.get(PRECISION) == PUBLISHED else None
    value = number(recomputed[column])
    if digits is None or value is None:
        return same_cell(ledger[column], recomputed[column])
    try:
        if column == "value" and ledger["unit"] == "p":
            near = (
                _round_as_published(moved, ledger, column, digits)
                for moved in (value, *around(value))
            )
            if Decimal(ledger[column]) in near:
                return True
        return gives(value, ledger[column], digits, ledger["rounding"])
    except StatisticsError:
        return False
