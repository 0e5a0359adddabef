"""Parse times as survey tools write them in any country, by the whole column.

`3/4/2024` is March or April. What decides is, in this order: a cell of the column with only one
reading; submissions in chronological order; the questionnaire's language. A time stays in the clock
of the tool: time zones are not converted.
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
# Offset of the years of the Thai calendar.
BUDDHIST = 543
DAY_FIRST, MONTH_FIRST = "day first", "month first"


def match_moment(text: str) -> re.Match[str] | None:
    """Return the parts of a time or date as written; None where the text is neither."""
    key = match_key(text) if len(text) < 60 else ""
    if parts := _YEAR_FIRST.fullmatch(key) or _YEAR_LAST.fullmatch(key):
        return parts
    parts = _NAMED.fullmatch(key)
    return parts if parts and _read_month(parts) else None


@cache
def _list_months() -> dict[str, int]:
    """Return the number of each month by its long and short names, as match keys."""
    return {
        match_key(name).strip("."): number
        for place in words.MONTHS_OF
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=place).items()
    }


def _read_month(found: re.Match[str]) -> int:
    """Return the number of the named month; 0 if unknown. Three letters of an English name
    suffice.
    """
    name = found["name"] or found["name2"]
    return _list_months().get(name) or _list_months().get(name[:3], 0)


def make_moment(found: re.Match[str], order: str) -> datetime | None:
    """Return the time of matched parts; None where the day or the hour does not exist."""
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
    """Return `am`, `pm` or "" for the text around the hour; None where it is no part of a time."""
    suffix = rest.strip()
    for names, half in ((words.MORNING, "am"), (words.EVENING, "pm")):
        for name in names:
            if suffix == name or suffix.startswith(name + " "):
                zone = suffix[len(name) :].strip()
                return half if not zone or _ZONE.fullmatch(zone) else None
    return "" if not suffix or _ZONE.fullmatch(suffix) else None


def looks_like_moments(texts: Sequence[str]) -> bool:
    """Return whether at least four fifths of the filled texts are times, and any is filled."""
    filled_texts = [text for text in texts if match_key(text)][:200]
    return bool(filled_texts) and sum(
        match_moment(text) is not None for text in filled_texts
    ) >= 0.8 * len(filled_texts)


def order_of(texts: Sequence[str], first: Sequence[str], language: str) -> str:
    """Return whether day or month comes first in `texts`; `first`: the first cells of the file."""
    beginnings = {text[:12] for text in texts}  # a million times share a few thousand beginnings
    numbers = [hit.groups() for text in beginnings if (hit := _BEGINS.match(text.lstrip()))]
    day = any(int(one) > 12 for one, _ in numbers)
    month = any(int(two) > 12 for _, two in numbers)
    if day != month:
        return DAY_FIRST if day else MONTH_FIRST
    year_last = [
        match for text in first if (match := match_moment(text)) and match.re is _YEAR_LAST
    ]
    if not day and len(year_last) > 2:
        sorted_by = []
        for order in (DAY_FIRST, MONTH_FIRST):
            times = [moment for match in year_last if (moment := make_moment(match, order))]
            if times in (sorted(times), sorted(times, reverse=True)):
                sorted_by.append(order)
        if len(sorted_by) == 1:
            return sorted_by[0]
    padded = all(len(match["one"]) == 2 and len(match["two"]) == 2 for match in year_last)
    return MONTH_FIRST if language == "en" and not padded else DAY_FIRST


def read_one(text: str, order: str) -> str:
    """Return a text as `YYYY-MM-DDTHH:MM:SS`; "" where it is no time."""
    if _COUNTED.fullmatch(text.strip()):  # the day count of a spreadsheet
        return (_DAY_0 + timedelta(seconds=round(float(text) * 86_400))).isoformat()
    found = match_moment(text)
    moment = make_moment(found, order) if found else None
    return "" if moment is None else moment.isoformat()


def read_all(texts: Sequence[str], order: str) -> list[str]:
    """Return each text as `read_one` reads it, parsing each distinct day and clock time once."""
    days = {day: read_one(day, order)[:11] for day in {text[:10] for text in texts}}
    ends = {text[10:] for text in texts}
    clocks = {end: end[1:] for end in ends if _CLOCK.fullmatch(end)}
    moments = []
    for text in texts:
        day, clock = days[text[:10]], clocks.get(text[10:], "")
        # In another notation the first ten characters are not the day.
        moments.append(day + clock if day and clock else read_one(text, order))
    return moments


def count_seconds_between(started: str, ended: str) -> str:
    """Return the whole seconds between two times, with their zones; "" where either is no time."""
    first, last = match_moment(started), match_moment(ended)
    if not first or not last:
        return ""
    one, other = make_moment(first, DAY_FIRST), make_moment(last, DAY_FIRST)
    if one is None or other is None:
        return ""
    span = (other - _read_offset(last["rest"])) - (one - _read_offset(first["rest"]))
    return str(int(span.total_seconds()))


def find_zone(text: str) -> str:
    """Return the time zone as written in a time; "" where there is none."""
    found = _WRITTEN_ZONE.search(text.strip().lower())
    return found[1] if found else ""


def _read_offset(rest: str | None) -> timedelta:
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", rest or "")
    if not found:
        return timedelta()
    span = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return -span if found[1] == "-" else span


def seconds(text: str) -> str:
    """Return a duration in seconds, from seconds or from hours, minutes and seconds; "" if
    neither.
    """
    key = match_key(text).replace(",", ".")
    if re.fullmatch(r"\d{1,9}(\.\d{1,12})?", key):
        return key
    clock = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})", key)
    if not clock:
        return ""
    return str(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3]))
