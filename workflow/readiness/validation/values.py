"""Numbers and days as people and tools write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from math import isinf

from readiness.facts import Fact
from readiness.questionnaire import Item, match_key

_WHOLE = re.compile(r"([+-]?)(\d+)(?:[.,]0+)? ?(\D*)")
_DECIMAL = re.compile(r"([+-]?)(\d+)(?:[.,\u066b](\d+))? ?(\D*)")
_MOST_DIGITS = 15
"""No range needs more, a float holds no more, and Python refuses to convert thousands of them."""
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[t ]\d{2}:\d{2}.*)?$")
_PARTS = re.compile(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})$")
ORDERS = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
"""Where year, month and day stand in a date of each order."""


@dataclass(frozen=True)
class Fault:
    """Why a cell was not read as it stands."""

    rule: str
    fact: Fact


def read_number(item: Item, text: str) -> str | Fault:
    """The number as the coded table holds it; its mark is a point or a comma, its unit may stay."""
    assert item.range is not None  # the questionnaire gives every number item its range
    low, high = item.range.bounds
    digits = item.range.decimals
    fact = _no_number(low, high, digits)
    match = (_DECIMAL if digits else _WHOLE).fullmatch(match_key(text))
    unit = match_key(item.range.written_unit)
    if match is None or match[match.re.groups] not in ("", unit, unit.removesuffix("s")):
        return Fault("not_a_number", fact)
    whole = _plain(match[2]).lstrip("0") or "0"
    behind = _plain(match[3] or "").rstrip("0") if digits else ""
    if len(behind) > digits:
        return Fault("not_a_number", fact)
    number = f"{whole}.{behind}" if behind else whole
    if match[1] == "-" and number != "0":
        number = f"-{number}"
    if len(whole) > _MOST_DIGITS or not low <= float(number) <= high:
        return Fault("out_of_range", _outside(low, high))
    return number


def _no_number(low: float, high: float, digits: int) -> Fact:
    if digits:
        return Fact("validation.not_a_decimal", {"digits": str(digits)})
    if isinf(low) or isinf(high):
        return Fact("validation.not_a_whole_number")
    return Fact("validation.not_a_number", {"low": f"{low:.12g}", "high": f"{high:.12g}"})


def _outside(low: float, high: float) -> Fact:
    if isinf(low) and isinf(high):
        return Fact("validation.too_long")
    if isinf(high):
        return Fact("validation.below", {"low": f"{low:.12g}"})
    if isinf(low):
        return Fact("validation.above", {"high": f"{high:.12g}"})
    return Fact("validation.out_of_range", {"low": f"{low:.12g}", "high": f"{high:.12g}"})


def _plain(digits: str) -> str:
    """Digits of any script as 0-9."""
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


def read_date(text: str, order: str | None) -> str | Fault:
    """The day, `2026-03-31`, of a date with or without a time behind it.

    `order` of day, month and year where the questionnaire says it (`ORDERS`). Where it does not, a
    date that is one day in one order and another in the other is not guessed.
    """
    key = match_key(text)
    if match := _ISO.match(key):
        return _day(match[1], match[2], match[3]) or _impossible()
    match = _PARTS.match(key.partition(":")[0].rpartition(" ")[0] if ":" in key else key)
    if match is None:
        return Fault("not_a_date", Fact("validation.not_a_date"))
    orders = [order] if order else ["ymd"] if len(match[1]) == 4 else ["dmy", "mdy"]
    days = {_day(*(match[k + 1] for k in ORDERS[each])) for each in orders} - {""}
    if not days:
        return _impossible()
    if len(days) > 1:
        return Fault("not_a_date", Fact("validation.ambiguous_date"))
    return days.pop()


def _impossible() -> Fault:
    return Fault("impossible_date", Fact("validation.impossible_date"))


def _day(year: str, month: str, day: str) -> str:
    """A day of the calendar, or "" where there is none such; years have four digits."""
    if len(year) != 4:
        return ""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
