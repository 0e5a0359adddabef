"""Moments as survey tools write them, of any country: read by the whole column, not by one cell.

`3/4/2024` is March or April. What decides is, in this order: a cell of the column that can be only
one; that submissions stand in the order in which they came; how the day is written in the language
of the questionnaire. A moment stays that of the clock that the tool shows: zones are not moved.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from babel.dates import get_month_names

from readiness.questionnaire import match_key
from readiness.readers.tools import words

_TIME = (
    rf"(?:(?:[ ,]+|t)(?:(?:{'|'.join(words.AT)}) )?(?:(?P<before>[^\W\d_]{{2}}) ?)?"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?(?P<rest>.*))?"
)
_ZONE = re.compile(r"z|[^\W\d_]{0,20} ?[+-]\d{1,2}(?::?\d{2})?|[^\W\d_]{2,20}")
_WRITTEN_ZONE = re.compile(r":\d{2}(?:[.,]\d{1,9})?[^\d:]*?(z|[+-]\d{1,2}(?::?\d{2})?)$")
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})[-/.] ?(?P<one>\d{{1,2}})[-/.] ?(?P<two>\d{{1,2}})\.?{_TIME}"
)
_YEAR_LAST = re.compile(
    rf"(?P<one>\d{{1,2}})([-/.])(?P<two>\d{{1,2}})\2 ?(?P<year>\d{{4}}|\d\d){_TIME}"
)
_NAMED = re.compile(
    r"(?:[^\W\d_]{2,10}[.,]{0,2} )?(?:(?P<name>[^\W\d_]{2,10})\.? (?P<day>\d{1,2}),? |"
    r"(?P<day2>\d{1,2})(?:\.|er)?[ -](?:de )?(?P<name2>[^\W\d_]{2,10})\.?[ -](?:de )?)"
    rf"(?P<year>\d{{4}}){_TIME}"
)
_BEGINS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2}")
_CLOCK = re.compile(r"[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
_COUNTED = re.compile(r"[34]\d{4}\.\d{2,12}", re.ASCII)
_DAY_0 = datetime(1899, 12, 30)
# By how much the years of the Thai calendar are more than others.
BUDDHIST = 543
DAY_FIRST, MONTH_FIRST = "day first", "month first"


def match_moment(text: str) -> re.Match[str] | None:
    """The parts of a moment or day as it is written; None where the text is none."""
    key = match_key(text) if len(text) < 60 else ""
    if found := _YEAR_FIRST.fullmatch(key) or _YEAR_LAST.fullmatch(key):
        return found
    found = _NAMED.fullmatch(key)
    return found if found and _read_month(found) else None


@cache
def _list_months() -> dict[str, int]:
    """The number of each month by its names, long and short, as match keys."""
    return {
        match_key(name).strip("."): number
        for place in words.MONTHS_OF
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=place).items()
    }


def _read_month(found: re.Match[str]) -> int:
    """The month that is named; 0 where it is none. Of an English name three letters tell."""
    name = found["name"] or found["name2"]
    return _list_months().get(name) or _list_months().get(name[:3], 0)


def make_moment(found: re.Match[str], order: str) -> datetime | None:
    """The moment of matched parts; None where there is no such day or hour."""
    groups = found.groupdict()
    if "one" not in groups:
        month, day = _read_month(found), int(groups["day"] or groups["day2"])
    elif found.re is _YEAR_LAST and order == DAY_FIRST:
        day, month = int(groups["one"]), int(groups["two"])
    else:
        month, day = int(groups["one"]), int(groups["two"])
    half = _read_half(f"{groups['before'] or ''} {groups['rest'] or ''}")
    hour = int(groups["hour"] or 0)
    if half is None or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    year = int(groups["year"]) + 2000 * (len(groups["year"]) == 2)
    try:
        return datetime(
            year - (BUDDHIST if year > 2400 else 0),
            month,
            day,
            hour,
            int(groups["minute"] or 0),
            int(groups["second"] or 0),
        )
    except ValueError:
        return None


def _read_half(rest: str) -> str | None:
    """`am`, `pm` or "" of what stands after the hour; None where that is no part of a moment."""
    said = rest.strip()
    for names, half in ((words.MORNING, "am"), (words.EVENING, "pm")):
        for name in names:
            if said == name or said.startswith(name + " "):
                zone = said[len(name) :].strip()
                return half if not zone or _ZONE.fullmatch(zone) else None
    return "" if not said or _ZONE.fullmatch(said) else None


def looks_like_moments(texts: Sequence[str]) -> bool:
    """Whether most of the texts that are not blank are moments, and there is one."""
    given = [text for text in texts if match_key(text)][:200]
    return bool(given) and sum(match_moment(text) is not None for text in given) >= 0.8 * len(given)


def order_of(texts: Sequence[str], first: Sequence[str], language: str) -> str:
    """Whether day or month stands first in `texts`; `first` are the first cells of the file."""
    beginnings = {text[:12] for text in texts}  # of a million moments, few thousand hours
    numbers = [hit.groups() for text in beginnings if (hit := _BEGINS.match(text.lstrip()))]
    day = any(int(one) > 12 for one, _ in numbers)
    month = any(int(two) > 12 for _, two in numbers)
    if day != month:
        return DAY_FIRST if day else MONTH_FIRST
    found = [match for text in first if (match := match_moment(text)) and match.re is _YEAR_LAST]
    if not day and len(found) > 2:
        sorted_by = []
        for order in (DAY_FIRST, MONTH_FIRST):
            known = [moment for match in found if (moment := make_moment(match, order))]
            if known in (sorted(known), sorted(known, reverse=True)):
                sorted_by.append(order)
        if len(sorted_by) == 1:
            return sorted_by[0]
    padded = all(len(match["one"]) == 2 and len(match["two"]) == 2 for match in found)
    return MONTH_FIRST if language == "en" and not padded else DAY_FIRST


def read_one(text: str, order: str) -> str:
    """Text -> `YYYY-MM-DDTHH:MM:SS`; "" where it is no moment."""
    if _COUNTED.fullmatch(text.strip()):  # the days that a spreadsheet counts
        return (_DAY_0 + timedelta(seconds=round(float(text) * 86_400))).isoformat()
    found = match_moment(text)
    moment = make_moment(found, order) if found else None
    return "" if moment is None else moment.isoformat()


def read_all(texts: Sequence[str], order: str) -> list[str]:
    """Each text as `read_one` reads it; of a million, the few thousand days and clocks once."""
    days = {day: read_one(day, order)[:11] for day in {text[:10] for text in texts}}
    clocks = {end: end[1:] if _CLOCK.fullmatch(end) else "" for end in {t[10:] for t in texts}}
    return [
        day + clock
        if (day := days[text[:10]]) and (clock := clocks[text[10:]])
        # Another form, whose first ten signs are not the day.
        else read_one(text, order)
        for text in texts
    ]


def count_seconds_between(started: str, ended: str) -> str:
    """Whole seconds from one moment to another, zones regarded; "" where either is none."""
    first, last = match_moment(started), match_moment(ended)
    if not first or not last:
        return ""
    one, other = make_moment(first, DAY_FIRST), make_moment(last, DAY_FIRST)
    if one is None or other is None:
        return ""
    span = (other - _read_offset(last["rest"])) - (one - _read_offset(first["rest"]))
    return str(int(span.total_seconds()))


def find_zone(text: str) -> str:
    """The zone of a moment as it is written; "" where there is none."""
    found = _WRITTEN_ZONE.search(text.strip().lower())
    return found[1] if found else ""


def _read_offset(rest: str | None) -> timedelta:
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", rest or "")
    if not found:
        return timedelta()
    span = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return -span if found[1] == "-" else span


def seconds(text: str) -> str:
    """Seconds as they are; hours, minutes and seconds added up; "" where neither."""
    key = match_key(text).replace(",", ".")
    if re.fullmatch(r"\d{1,9}(\.\d{1,12})?", key):
        return key
    found = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})", key)
    if not found:
        return ""
    return str(int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]))
