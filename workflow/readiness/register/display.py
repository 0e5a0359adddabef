"""Format the numbers of a register for readers, or the reason why a number is not published.

A row holds value, unit, decimals and rounding rule; the language supplies the rest. A sign never
stands for zero. A number is suppressed because few people gave the answer or the number could
disclose such a count (one reason for both), or because its base is too small. A number that is
published though its precision is too low is marked, and no sentence states it.
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

# Placeholder of an unpublished number, in every language.
SUPPRESSED_TEXT = "(…)"
# Catalogue keys of the reasons for a number that cannot be computed.
KEYS = tuple(
    f"participation.reason.{reason}"
    for reason in (
        *("no_population", "no_frame", "routed", "few", "no_proxy", "no_ineligible"),
        *("unknown_eligibility", "all_alike", "by_chance"),
        *("unasked", "reworded", "routed_otherwise", "other_answers", "mapped"),
    )
)


def show_row(row: Mapping[Any, Any], language: Language) -> str:
    """Return the display text of a register's row (its cells as text) in a language.

    Raises StatisticsError where the value does not fit its unit (`language.numbers`), DataError
    where the row has neither a value nor a reason why it is missing.
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
    """Return the display text of a row; "" where a damaged row has none."""
    try:
        return show_row(row, language)
    except (ReadinessError, KeyError, ValueError):
        return ""


class Sign(Enum):
    """A letter or mark beside a number or in its place; the catalogue holds its meaning."""

    NONE = ""
    FEW = "c"
    BASE = "f"
    WEAK = "†"

    @property
    def replaces_number(self) -> bool:
        """True for a sign printed instead of the number."""
        return self in (Sign.FEW, Sign.BASE)

    @property
    def mark(self) -> str:
        """The sign in plain text, raised where it follows `(…)`."""
        return _RAISED.get(self, self.value)

    def words(self, language: Language) -> str:
        """Return the meaning of the sign, for readers and screen readers; "" for no sign."""
        return text(_WORDS[self], language) if self in _WORDS else ""


_WORDS = {Sign.FEW: "tables.sign.few", Sign.BASE: "tables.sign.base", Sign.WEAK: "tables.sign.weak"}
_RAISED = {Sign.FEW: "ᶜ", Sign.BASE: "ᶠ"}
# Signs that need an explanation on every page that shows them.
SIGNS = (Sign.FEW, Sign.BASE, Sign.WEAK)


def sign(row: Mapping[Any, Any]) -> Sign:
    """Return the sign of a register's row (its cells as text)."""
    if reason := row.get("suppressed"):
        return Sign.FEW if reason == WITHHELD else Sign.BASE
    return Sign.WEAK if row.get("reliability") == "suppress" else Sign.NONE


def show_with_sign(row: Mapping[Any, Any], language: Language) -> str:
    """Return the display text of a row with its sign: `(…)ᶜ`, `9,8†`, or the number alone."""
    row_sign = sign(row)
    return (
        f"{SUPPRESSED_TEXT if row_sign.replaces_number else show_row(row, language)}{row_sign.mark}"
    )


@dataclass(frozen=True)
class Limits:
    """Lower and upper limit of a number, in its own scale.

    None stands for a limit that is not published.
    """

    lower: float | None
    upper: float | None

    @classmethod
    def of(
        cls, value: float | None, lower: float | None, upper: float | None, *, inference: bool
    ) -> "Limits":
        """Return the limits of a published number.

        Without `inference`, where chance selected nobody, both limits are the number itself.
        """
        return cls(lower, upper) if inference else cls(value, value)


def compare_with_half(limits: Limits, digits: int) -> str:
    """Return whether a share is a `majority`, a `minority` or about `half` by its limits; else "".

    The limits are compared as printed, in percent with `digits` decimals: an interval printed as
    "50.0% to 60.8%" shows no majority. "" too where a limit is not published.
    """
    if limits.lower is None or limits.upper is None:
        return ""
    lower, upper = limits.lower, limits.upper
    lower, upper = round(lower, digits + 2), round(upper, digits + 2)
    if lower > 0.5:
        return "majority"
    if upper < 0.5:
        return "minority"
    printed_limits = (Fraction(str(limit)) for limit in (lower, upper))
    return "half" if all(limit in ABOUT_HALF for limit in printed_limits) else ""


def bound_hidden_share(shares: Iterable[float | None], *, exclusive: bool) -> float:
    """Return the largest share that an unpublished answer can have; 0 if all are published.

    `exclusive`: whether each person gave one answer, so that shares add to 1.
    """
    listed_shares = list(shares)
    if None not in listed_shares:
        return 0.0
    return 1.0 - sum(share or 0.0 for share in listed_shares) if exclusive else 1.0
