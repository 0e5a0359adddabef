"""The text of a register's row as readers of a language see it, made from its value.

A register holds no texts: which value, in which unit, with how many decimals and by which rounding
rule it is shown stands in the row, and the language says the rest.

A sign never stands for zero. Why a number is withheld is one of two: few answers, or that they
could be worked out from it (one reason for both: `register.protection`); or that its base is
smaller than a published one may be. A number that is published though its precision is too low is
marked, and no sentence is made of it.
"""

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Any

from readiness.errors import DataError, ReadinessError
from readiness.language import Language, join_texts, numbers, text
from readiness.register.figures import IN_PERCENT, REASON
from readiness.register.protection import WITHHELD

# What stands in place of a number that is not published, in every language.
SUPPRESSED_TEXT = "(…)"
# What stands in place of a number that is not computable: why.
KEYS = tuple(
    f"participation.reason.{reason}"
    for reason in (
        "no_population",
        "no_frame",
        "routed",
        "few",
        "no_proxy",
        "no_ineligible",
        "unknown_eligibility",
        "all_alike",
        "by_chance",
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
        unit = row["unit"]
        if unit == "list":
            return join_texts(
                [numbers.print_figure(item, language) for item in value.split()], "or", language
            )
        if unit == "share":
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


# The reliability of a share that official statistics would not publish (`survey.intervals`).
UNRELIABLE_FLAG = "suppress"


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
    reason = row.get("suppressed")
    if reason:
        return Sign.FEW if reason == WITHHELD else Sign.BASE
    return Sign.WEAK if row.get("reliability") == UNRELIABLE_FLAG else Sign.NONE


def show_with_sign(row: Mapping[Any, Any], language: Language) -> str:
    """The display text of a row with its sign: `(…)ᶜ`, `9,8†`, or the number alone."""
    found = sign(row)
    return f"{SUPPRESSED_TEXT if found.replaces_number else show_row(row, language)}{found.mark}"
