"""A register as its readers have it: each value with the digits that they are shown, and its text.

A row holds value, unit, decimals and rounding rule, and the language says the rest. A sign never
stands for zero. A number is withheld because answers are few or could be worked out from it (one
reason for both), or because its base is too small. One that is published though its precision is
too low is marked, and no sentence is made of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from readiness.forensics.arithmetic.phrases import ABOUT_HALF
from readiness.ground.errors import DataError, ReadinessError
from readiness.language import Language, join_texts, numbers, text
from readiness.register.figures import IN_PERCENT, REASON, WITHHELD

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
        raise DataError(
            f"figure {row['id']} has neither a value nor a reason why the value is missing."
        )
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

    def words(self, language: Language) -> str:
        """What it means, for readers and for who hears the page; "" for none."""
        return text(_WORDS[self], language) if self in _WORDS else ""


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


@dataclass(frozen=True)
class Limits:
    """Between what a number may lie, in its own scale; None for a limit that is not told."""

    lower: float | None
    upper: float | None

    @classmethod
    def of(
        cls, value: float | None, lower: float | None, upper: float | None, *, inference: bool
    ) -> "Limits":
        """Those of a published number; itself where the selection bears no `inference`, for it is
        not a matter of chance.
        """
        return cls(lower, upper) if inference else cls(value, value)


def compare_with_half(limits: Limits, digits: int) -> str:
    """Whether all that a share can be is a `majority`, a `minority` or about `half`; else "", as
    where a limit is not told.

    By the limits as they are printed, in per cent with `digits` decimals: who reads "between 50.0%
    and 60.8%" reads of no majority.
    """
    if limits.lower is None or limits.upper is None:
        return ""
    lower, upper = limits.lower, limits.upper
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
