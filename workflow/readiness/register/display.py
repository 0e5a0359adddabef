"""The text of a register's row as readers of a language see it, made from its value.

A register holds no texts: which value, in which unit, with how many decimals and by which rounding
rule it is shown stands in the row, and the language says the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from readiness.errors import DataError, ReadinessError
from readiness.language import Language, joined, numbers, text
from readiness.register.figures import IN_PERCENT, REASON

SUPPRESSED_TEXT = "(…)"
"""What stands in place of a number that is not published, in every language."""
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
    )
)
"""What stands in place of a number that is not computable: why."""


def shown(row: Mapping[Any, Any], language: Language) -> str:
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
        figure = numbers.printed(value, language)
        return numbers.percent(figure, language) if row["statistic"] == IN_PERCENT else figure
    if row.get("kind") == "verdict":
        return _stated(value, row["unit"], language)
    if row["unit"] == REASON:
        return text(f"participation.reason.{value}", language)
    return numbers.number(value, row["unit"], int(row["digits"]), language, row["rounding"])


def _stated(value: str, unit: str, language: Language) -> str:
    """A number of a verdict's sentence: the sentence has the percent sign, where there is one."""
    if unit == "list":
        return joined([numbers.printed(item, language) for item in value.split()], "or", language)
    if unit == "share":
        return numbers.percentage(Fraction(value), language)
    return numbers.printed(value, language)


def said(row: Mapping[Any, Any], language: Language) -> str:
    """What a row's readers see; "" where a damaged row gives none."""
    try:
        return shown(row, language)
    except (ReadinessError, KeyError, ValueError):
        return ""
