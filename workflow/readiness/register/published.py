"""A register at the precision that is published, and whether two values are the same number.

The working register in `results/` holds 12 digits (column `precision`: `working`), from which who
knows who answered can work out withheld counts. A ledger of the second format of seals and later is
as it is released (`published`), one without the column has 12 digits.

Two values are the same number (docs/auditing.md) when they are equal to a relative 1e-9, or to an
absolute 1e-12 beside zero, as builds of numpy differ in last bits, and when the published text is
one that the recomputed value gives: at a rounding boundary it may be moved by the same 1e-9 first.
Spaces, direction marks, and a language's minus and percent signs are typography.
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

# How far two values may be apart, relative to the larger one, to be the same.
RELATIVE = 1e-9
# The same as an absolute distance: what is left of a difference of two equal numbers.
BESIDE_ZERO = 1e-12

# What float() takes besides (underscores, blanks, digits of other scripts, "nan") is no number.
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
# Direction marks of the CLDR's number patterns. No embedding or override: it would move the digits.
_UNSEEN = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
_SIGNS = str.maketrans({"\u2212": "-", "\u2011": "-", "\u066a": "%"})


def number(text: str) -> float | None:
    """The number that a cell holds, or None where it holds none."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def close(first: float, second: float) -> bool:
    """Whether two values are one, but for the last bits of a processor's sums."""
    return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=BESIDE_ZERO)


def same_cell(first: str, second: str) -> bool:
    """Whether two cells hold the same number, or the same text where one holds none."""
    values = number(first), number(second)
    return first == second or (None not in values and close(*values))  # type: ignore[arg-type]


def plain(text: str) -> str:
    """A display text without its typography: what has to be the same wherever it is written."""
    kept = (char for char in text.translate(_UNSEEN) if unicodedata.category(char) != "Zs")
    return "".join(kept).translate(_SIGNS)


def gives(value: float, figure: str, digits: int, rounding: str = "half_even") -> bool:
    """Whether a value, rounded to `digits` decimals, is the `figure` that was published, the cell
    of a ledger that holds no digit more.
    """
    published = number(figure)
    if published is None or rounding not in ROUNDINGS:
        return False
    stated = Decimal(figure)
    return any(round_amount(near, digits, rounding) == stated for near in (value, *around(value)))


def around(value: float) -> Iterator[float]:
    """The value moved as far as the same one may be."""
    for moved in (value * RELATIVE, BESIDE_ZERO):
        yield from (value - moved, value + moved)


# The columns of numbers that stand beside a value, all but the base, which is a count.
BESIDE = ("se", "lower", "upper", "n_eff", "deff")


def decimals(row: Mapping[Any, str], column: str) -> int | None:
    """How many decimals of a cell are released; None for what is no number, which stays as it is.

    A value and the ends of its interval as they are shown (`digits`), its standard error one more,
    an effective base whole, a design effect two. A share in a verdict's sentence is shown with one
    decimal of a percentage, whatever its row says.
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
    digits, text = decimals(row, column), row[column]
    if digits is None:
        return text
    value = _round_as_published(float(text), row, column, digits)
    # A whole number and one that is written in full keep their own writing.
    return text if Decimal(text) == value else format(value, "f")


def _round_as_published(value: float, row: Mapping[Any, str], column: str, digits: int) -> Decimal:
    """A value at its published precision.

    A p-value that is shown as below or above what its decimals can show (`p < 0.001`) is released
    as the middle of what that says: rounded it would be one that is shown otherwise.
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
    """The register, as text, at its published precision; the same rows and columns."""
    rows = list_rows(register)
    cells = {column: [_read_cell(row, column) for row in rows] for column in ("value", *BESIDE)}
    return register.assign(**cells, **{PRECISION: PUBLISHED})


def find_moved_columns(ledger: Mapping[Any, str], recomputed: Mapping[Any, str]) -> Iterator[str]:
    """The columns of numbers in which a recomputed row does not give what a ledger has published.

    A ledger at published precision is given by every value that rounds to it, with a relative 1e-9
    of grace at a boundary; one of 12 digits by a value that is the same.
    """
    return (c for c in ("value", *BESIDE) if not gives_row(ledger, recomputed, c))


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
            near = (_round_as_published(v, ledger, column, digits) for v in (value, *around(value)))
            if Decimal(ledger[column]) in near:
                return True
        return gives(value, ledger[column], digits, ledger["rounding"])
    except StatisticsError:
        return False
