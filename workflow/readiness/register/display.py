"""A register as its readers have it: each value with the digits that they are shown, and its text.

The working register in `results/` holds 12 digits (column `precision`: `working`). Of those of a
weighted share, whoever knows who answered can work out counts that were withheld: a ledger from the
second format of seals on is as it is released (`published`), one without the column has 12.

Two values are the same number (audits, reproductions, diffs and tests: docs/auditing.md) when they
are equal to a relative 1e-9, or to an absolute 1e-12 beside zero, as builds of numpy differ in last
bits, and when the published text is one that the recomputed value gives: at a rounding boundary it
may be moved by the same 1e-9 first. Spaces, direction marks, and a language's minus and percent
signs are typography; decimal commas and points are not.

A row holds value, unit, decimals and rounding rule, and the language says the rest. A sign never
stands for zero. A number is withheld because answers are few or could be worked out from it (one
reason for both), or because its base is too small. One that is published though its precision is
too low is marked, and no sentence is made of it.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import pandas as pd

from readiness.arrays import list_rows
from readiness.errors import DataError, ReadinessError, StatisticsError
from readiness.forensics.arithmetic.phrases import ABOUT_HALF
from readiness.language import Language, join_texts, numbers, text
from readiness.language.rounding import ROUNDINGS, UNITS, round_amount
from readiness.register.figures import IN_PERCENT, PRECISION, PUBLISHED, REASON, WITHHELD

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
    """Whether a value, rounded to `digits` decimals, is the figure that was published.

    For a ledger that holds what was published and no digit more: `figure` is its cell.
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
    """Whether a recomputed row gives the value of a ledger's row, and so what its readers see."""
    digits = decimals(recomputed, column) if ledger.get(PRECISION) == PUBLISHED else None
    value = number(recomputed[column])
    if digits is None or value is None:
        return same_cell(ledger[column], recomputed[column])
    try:
        if column == "value" and recomputed["unit"] == "p" and number(ledger[column]) is not None:
            near = (
                _round_as_published(v, recomputed, column, digits) for v in (value, *around(value))
            )
            if Decimal(ledger[column]) in near:
                return True
        return gives(value, ledger[column], digits, recomputed["rounding"])
    except StatisticsError:
        return False


# What stands in place of a number that is not published, in every language.
SUPPRESSED_TEXT = "(…)"
# What stands in place of a number that is not computable: why.
KEYS = tuple(
    f"participation.reason.{reason}"
    for reason in (
        *("no_population", "no_frame", "routed", "few", "no_proxy", "no_ineligible"),
        *("unknown_eligibility", "all_alike", "by_chance"),
        *("unasked", "reworded", "routed_otherwise", "other_answers", "mapped"),
    )
)


def show_row(row: Mapping[Any, Any], language: Language) -> str:
    """The display text of a register's row (its cells as text) in a language.

    Raises StatisticsError where the value is none of its unit (`language.numbers`), DataError where
    the row has neither a value nor a reason for its absence.
    """
    if row.get("suppressed"):
        return SUPPRESSED_TEXT
    value = str(row["value"])
    if value == "":
        raise DataError(f"figure {row['id']}: has neither a value nor a reason for its absence.")
    if row.get("kind") == "claim":
        figure = numbers.print_figure(value, language)
        return numbers.percent(figure, language) if row["statistic"] == IN_PERCENT else figure
    if row.get("kind") == "verdict":
        if row["unit"] == "list":
            figures = [numbers.print_figure(item, language) for item in value.split()]
            return join_texts(figures, "or", language)
        if row["unit"] == "share":
            return numbers.percentage(Fraction(value), language)
        return numbers.print_figure(value, language)
    if row["unit"] == REASON:
        return text(f"participation.reason.{value}", language)
    return numbers.number(value, row["unit"], int(row["digits"]), language, row["rounding"])


def show_safely(row: Mapping[Any, Any], language: Language) -> str:
    """What a row's readers see; "" where a damaged row gives none."""
    try:
        return show_row(row, language)
    except (ReadinessError, KeyError, ValueError):
        return ""


class Sign(Enum):
    """What stands beside a number or in its place: its letter or mark, and its word by a key."""

    NONE = ""
    FEW = "c"
    BASE = "f"
    WEAK = "†"

    @property
    def replaces_number(self) -> bool:
        """Whether it stands in place of the number."""
        return self in (Sign.FEW, Sign.BASE)

    @property
    def mark(self) -> str:
        """What a cell of plain text shows beside a number or after what stands in its place."""
        return _RAISED.get(self, self.value)

    @property
    def key(self) -> str:
        """The key of its words; "" for a number without a sign."""
        return _WORDS.get(self, "")

    def words(self, language: Language) -> str:
        """What it means, for readers and for who hears the page; "" for none."""
        return text(self.key, language) if self.key else ""


_WORDS = {Sign.FEW: "tables.sign.few", Sign.BASE: "tables.sign.base", Sign.WEAK: "tables.sign.weak"}
_RAISED = {Sign.FEW: "ᶜ", Sign.BASE: "ᶠ"}
# Those that are explained wherever one is shown.
SIGNS = (Sign.FEW, Sign.BASE, Sign.WEAK)


def sign(row: Mapping[Any, Any]) -> Sign:
    """The sign of a register's row (its cells as text)."""
    if reason := row.get("suppressed"):
        return Sign.FEW if reason == WITHHELD else Sign.BASE
    return Sign.WEAK if row.get("reliability") == "suppress" else Sign.NONE


def show_with_sign(row: Mapping[Any, Any], language: Language) -> str:
    """The display text of a row with its sign: `(…)ᶜ`, `9,8†`, or the number alone."""
    found = sign(row)
    return f"{SUPPRESSED_TEXT if found.replaces_number else show_row(row, language)}{found.mark}"


def compare_with_half(lower: float, upper: float, digits: int) -> str:
    """Whether all that a share can be is a `majority`, a `minority` or about `half`; else "".

    By the limits as they are printed, in per cent with `digits` decimals: who reads "between 50.0%
    and 60.8%" reads of no majority.
    """
    lower, upper = round(lower, digits + 2), round(upper, digits + 2)
    if lower > 0.5:
        return "majority"
    if upper < 0.5:
        return "minority"
    ends = (Fraction(str(end)) for end in (lower, upper))
    return "half" if all(end in ABOUT_HALF for end in ends) else ""


def bound_hidden_share(shares: Iterable[float | None], *, exclusive: bool) -> float:
    """The largest share that an answer which is not shown can have, by what is shown; 0 for none.

    `exclusive`: whether each person gave one answer, so that shares add to 1.
    """
    known = list(shares)
    if None not in known:
        return 0.0
    return 1.0 - sum(share or 0.0 for share in known) if exclusive else 1.0
