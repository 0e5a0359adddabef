"""Find percentages, shares in words and bases in a sentence, by a small grammar a language.

The words of a language stand in its catalogue, domain `scan`; the shares in words are those of
`phrases`. A percentage that is no share (a change, a margin of error) is found and set apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from readiness.forensics.arithmetic.figures import parse_figure
from readiness.forensics.arithmetic.phrases import SHARES
from readiness.ground.errors import DataError
from readiness.language.catalogue import WHOLE, form

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬٪\u00a0\u202f", "01234567890123456789.,%  ")
# A whole number: its thousands may be parted by a space, a comma, a point or an apostrophe.
WHOLE_NUMBER = r"(?<![\d.,])(?:\d{1,3}(?:[ ,.']\d{3})+|\d{1,7})(?![.,]?\d)"
_SHARE = r"(?<![\d.,])\d{1,3}(?:[.,]\d{1,4})?"
# A percentage before which others share its sign is at most so many characters away.
NEAR = 48
# A sign before a change or a bound; a dash after a digit or a space is none.
_SIGNED = re.compile(r"[+±<>≤≥~≈]\s?$|(?:^|[\s(])[-−–]$")
# An address of a page or of a mailbox, in which a percent sign means something else.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
# Letters of a script on which a language is recognised.
_ARABIC = re.compile(r"[\u0620-\u064a]")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class FoundFigure:
    """A printed share: its place in the text, the digits, and why it is set apart ("" if not)."""

    start: int
    end: int
    value: str
    apart: str = ""


@dataclass(frozen=True)
class FoundBase:
    """A printed number of people: its place, the number, and how it is written.

    `kind`: `sign` ("n = 54"), `part` ("24 of the 36": `count` is 24), `people` ("54 women").
    """

    start: int
    end: int
    number: int
    kind: str
    count: int | None = None


def to_plain(text: str) -> str:
    """Return a text of the same length with Latin digits and signs, and without addresses."""
    return _ADDRESS.sub(lambda match: "_" * len(match[0]), text.translate(_DIGITS))


def find_language(text: str) -> str:
    """Return the language of a text by its letters and its commonest words."""
    letters = len(_LETTERS.findall(text)) or 1
    if len(_ARABIC.findall(text)) * 2 > letters:
        return "ar"
    counts = {
        language: len(_compile("scan.common", language).findall(text)) for language in sorted(WHOLE)
    }
    return max(counts, key=lambda language: counts[language])


@cache
def _compile(key: str, language: str) -> re.Pattern[str]:
    pattern = form(key, language)
    pattern = pattern.replace("{n}", f"({WHOLE_NUMBER})").replace("{k}", f"({WHOLE_NUMBER})")
    if "{people}" in pattern:
        pattern = pattern.replace("{people}", f"(?:{form('scan.people', language)})")
    return re.compile(pattern, re.IGNORECASE)


@cache
def _percent(language: str) -> re.Pattern[str]:
    words = form("phrases.percent", language)
    return re.compile(rf"({_SHARE}){words}|(?<![\w%])%\s?({_SHARE})(?!\s?%)", re.IGNORECASE)


@cache
def _shared_sign(language: str) -> re.Pattern[str]:
    joined = form("scan.and", language)
    return re.compile(rf"({_SHARE})\s*(?:{joined})\s*(?:\w{{1,3}} )?$", re.IGNORECASE)


def find_figures(text: str, language: str) -> list[FoundFigure]:
    """Return the percentages of a plain text in their order, those set apart among them."""
    found: dict[int, FoundFigure] = {}
    for match in _percent(language).finditer(text):
        group = 1 if match[1] else 2
        places = [(match.start(group), match.end() if group == 1 else match.end(2), match[group])]
        before = text[max(0, match.start() - NEAR) : match.start()]
        while shared := _shared_sign(language).search(before):
            start = match.start() - len(text[: match.start()][-NEAR:]) + shared.start(1)
            places.append((start, start + len(shared[1]), shared[1]))
            before = before[: shared.start(1)]
        for start, end, value in places:
            apart = _set_apart(text, start, match.end(), value, language)
            found.setdefault(start, FoundFigure(start, end, value.replace(",", "."), apart))
    return [found[start] for start in sorted(found)]


def _set_apart(text: str, start: int, end: int, value: str, language: str) -> str:
    """Return why a percentage is no share of people; "" where it may be one."""
    try:
        parse_figure(value)
    except DataError:
        return "above 100"
    if _SIGNED.search(text[max(0, start - 4) : start]):
        return "signed, or a bound"
    if _compile("scan.not_share_after", language).match(text[end:]):
        return "a change, a margin or a level"
    if _compile("scan.not_share_before", language).search(text[max(0, start - NEAR) : start]):
        return "a change, a margin or a level"
    return ""


def find_words(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the places of shares in words."""
    for key, _ in SHARES:
        for match in re.finditer(rf"\b(?:{form(key, language)})\b", text, re.IGNORECASE):
            yield match.start(), match.end()


def read_whole(text: str) -> int:
    """Return a whole number without the marks of its thousands."""
    return int(re.sub(r"[ ,.']", "", text))


def find_bases(text: str, language: str) -> list[FoundBase]:
    """Return the numbers of people asked that a plain text states, in their order."""
    found: dict[int, FoundBase] = {}
    for match in _compile("scan.part", language).finditer(text):
        count, whole = read_whole(match[1]), read_whole(match[2])
        is_percentage = _percent(language).match(text, match.start())
        if count <= whole and whole > 1 and not is_percentage:
            found[match.start(2)] = FoundBase(match.start(2), match.end(2), whole, "part", count)
            # The count itself is no base.
            found.setdefault(match.start(1), FoundBase(match.start(1), match.end(1), 0, "count"))
    for kind, key in (
        ("sign", "scan.sign"),
        ("people", "scan.asked"),
        ("people", "scan.people_of"),
    ):
        for match in _compile(key, language).finditer(text):
            place = next(at for at in range(1, 1 + len(match.groups())) if match[at])
            start, number = match.start(place), read_whole(match[place])
            if start in found or number < 2 or _is_other(text, match, place, kind, language):
                continue
            found[start] = FoundBase(start, match.end(place), number, kind)
    return [found[start] for start in sorted(found) if found[start].kind != "count"]


def _is_other(text: str, match: re.Match[str], place: int, kind: str, language: str) -> bool:
    """Return whether a number counts others than the people who answered."""
    if kind == "sign":
        return False
    number = read_whole(match[place])
    if re.match(r"\s?\(\s?\d+(?:[.,]\d+)?\s?%", text[match.end() :]) or re.match(
        r"\s?%", text[match.end(place) :]
    ):
        return True
    near = text[max(0, match.start() - NEAR) : match.end() + 24]
    if _compile("scan.invited", language).search(near):
        return True
    # A year, unless people follow.
    bare = re.fullmatch(r"\d{4}", match[place]) and 1900 <= number < 2100
    return bool(bare and not _compile("scan.people_next", language).match(text[match.end(place) :]))


def is_of_part(text: str, language: str) -> bool:
    """Return whether a sentence speaks of a group whose number it does not state."""
    return bool(_compile("scan.group", language).search(text))


def find_weighting(text: str, language: str) -> str:
    """Return "no" where a text says that it does not weight, "yes" where it does, else ""."""
    if _compile("scan.unweighted", language).search(text):
        return "no"
    return "yes" if _compile("scan.weighted", language).search(text) else ""


def is_base_head(text: str, language: str) -> bool:
    """Return whether a table's cell heads numbers of people."""
    return bool(_compile("scan.base_head", language).fullmatch(text.strip(" :().*")))


def is_total(text: str, language: str) -> bool:
    """Return whether a table's cell heads a total."""
    return bool(_compile("scan.total", language).fullmatch(text.strip(" :().*")))
