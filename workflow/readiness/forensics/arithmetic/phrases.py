"""Words that describe a share, read as a set of fractions: "un peu plus du tiers", "one in three".

Each phrase is a modifier and an anchor ("un peu plus de" + "un tiers"). Two readings are kept:

- *strict*: the words taken literally ("plus de" leaves the anchor itself out);
- *loose*: what a fair writer may mean; the anchor itself is let in, and "près de" reaches wider.

The words of a language stand in its catalogue, domain `phrases`. How far "un peu" or "près de"
reach is a convention, not a fact: the constants below say how far, they are wide on purpose, and
only a phrase outside its loose reading is worth a remark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from readiness.errors import DataError
from readiness.forensics.arithmetic.figures import parse_figure
from readiness.forensics.arithmetic.shares import Shares
from readiness.language.catalogue import LANGUAGES, form

A_LITTLE = Fraction(1, 20)
"""How far "un peu plus", "à peine moins", "près de" reach when read strictly: five points."""
WIDER = Fraction(1, 10)
"""The same, read loosely: ten points."""
SLACK = Fraction(1, 50)
"""How far "près de" may overshoot its anchor when read loosely: two points."""
NEARLY_ALL = Fraction(9, 10)
"""Where "almost all" begins when read strictly; ten points lower loosely."""
VAST = Fraction(2, 3)
"""Where a "vast" or "large" majority begins when read strictly; a majority is above one half."""


@dataclass(frozen=True)
class Reading:
    """What a phrase allows. `anchor` is None for words without one ("la majorité")."""

    phrase: str
    language: str
    anchor: Fraction | None
    strict: Shares
    loose: Shares


SHARES: tuple[tuple[str, Fraction], ...] = (
    # Longest first: "deux tiers" must not be read as "tiers".
    ("phrases.share.three_quarters", Fraction(3, 4)),
    ("phrases.share.two_thirds", Fraction(2, 3)),
    ("phrases.share.third", Fraction(1, 3)),
    ("phrases.share.quarter", Fraction(1, 4)),
    ("phrases.share.fifth", Fraction(1, 5)),
    ("phrases.share.tenth", Fraction(1, 10)),
    ("phrases.share.half", Fraction(1, 2)),
)
MODIFIERS = (
    "bit_more", "bit_less", "more", "less", "at_least", "at_most", "nearly", "about", "exactly",
)  # fmt: skip
WHOLES = ("vast", "slim", "nearly_all", "majority", "minority", "all", "none")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
KEYS = (
    *(f"phrases.{modifier}" for modifier in MODIFIERS),
    *(f"phrases.whole.{whole}" for whole in WHOLES),
    *(f"phrases.number.{number}" for number in NUMBERS),
)
_LENGTHENING = chr(0x640)
"""Arabic's stroke between letters; it is no letter."""


def read_phrase(phrase: str, language: str) -> Reading:
    """The shares that a phrase allows, strictly and loosely, in a language of the catalogues.

    Whom it speaks of may follow ("un peu plus du tiers des interrogés"). Raises DataError for words
    that are not understood: nothing is guessed.
    """
    if language not in LANGUAGES:
        raise DataError(
            f"No reading of phrases in {language!r}; expected one of {', '.join(LANGUAGES)}."
        )
    for text in _with_and_without_people(_clean(phrase), language):
        for name in WHOLES:
            if re.fullmatch(form(f"phrases.whole.{name}", language), text):
                return Reading(phrase, language, None, *_whole(name))
        modifier, rest = _modifier(text, language)
        anchor = _anchor(rest, language)
        if anchor is not None:
            plain = modifier == "exactly" and rest == text
            return Reading(phrase, language, anchor, *_around(anchor, modifier, plain))
    raise DataError(
        f"{phrase!r} ({language}) is not understood; expected words such as "
        '"un peu plus du tiers", "nearly 67 %", "one in three".'
    )


def _modifier(text: str, language: str) -> tuple[str, str]:
    around = re.fullmatch(form("phrases.a_bit_more_around", language), text)
    if around:
        return "bit_more", around[1]
    for name in MODIFIERS:
        match = re.match(form(f"phrases.{name}", language), text)
        if match:
            return name, text[match.end() :].strip()
    return "exactly", text


def _with_and_without_people(text: str, language: str) -> Iterator[str]:
    """The text, then the text cut before each word that can begin "of the respondents"."""
    yield text
    for match in reversed(list(re.finditer(form("phrases.people", language), text))):
        # A cut that hides a number or a second share could change what is said.
        hidden = text[match.start() :]
        shares = (rf"\b(?:{form(key, language)})\b" for key, _ in SHARES)
        if not any(re.search(pattern, hidden) for pattern in (*shares, r"\d")):
            yield text[: match.start()]


def _clean(phrase: str) -> str:
    """Lower case, plain apostrophes and spaces; no quotation marks, diacritics of Arabic, marks."""
    text = unicodedata.normalize("NFC", phrase.lower()).replace("\u2019", "'")
    dropped = ("Pi", "Pf", "Mn", "Cf")
    text = "".join(
        c for c in text if unicodedata.category(c) not in dropped and c not in ('"', _LENGTHENING)
    )
    text = re.sub(r"[\s\u00a0\u202f]+", " ", text).strip(" .,;:")
    # "un peu plus du tiers, 33 %" and "(33 %)": the figure itself is not part of the words.
    return re.sub(r"(?:[,\u060c] | ?\().*$", "", text) or text


def _anchor(text: str, language: str) -> Fraction | None:
    article = form("phrases.article", language)
    for key, share in SHARES:
        if re.fullmatch(rf"(?:{article})?(?:{form(key, language)})", text):
            return share
    match = re.fullmatch(form("phrases.out_of", language), text)
    if match:
        part, whole = (_small_number(word, language) for word in match.groups())
        if part is not None and whole and part <= whole:
            return Fraction(part, whole)
    match = re.fullmatch(rf"(?:{article})?(.+?)(?:{form('phrases.percent', language)})", text)
    if match:
        try:
            return parse_figure(match[1]).share
        except DataError:
            return None
    return None


def _small_number(word: str, language: str) -> int | None:
    for value, number in enumerate(NUMBERS, 1):
        if re.fullmatch(form(f"phrases.number.{number}", language), word):
            return value
    try:
        figure = parse_figure(word, per=1)
    except DataError:
        return None
    return figure.digits if figure.decimals == 0 else None


def _clamp(low: Fraction, high: Fraction, with_low: bool = True, with_high: bool = True) -> Shares:
    if low < 0:
        low, with_low = Fraction(0), True
    if high > 1:
        high, with_high = Fraction(1), True
    return Shares(low, high, with_low, with_high)


def _around(anchor: Fraction, modifier: str, plain: bool) -> tuple[Shares, Shares]:
    zero, one = Fraction(0), Fraction(1)
    a = anchor
    if modifier == "bit_more":
        return _clamp(a, a + A_LITTLE, with_low=False), _clamp(a, a + WIDER)
    if modifier == "bit_less":
        return _clamp(a - A_LITTLE, a, with_high=False), _clamp(a - WIDER, a)
    if modifier == "more":
        return Shares(a, one, with_low=False), Shares(a, one)
    if modifier == "less":
        return Shares(zero, a, with_high=False), Shares(zero, a)
    if modifier == "at_least":
        return Shares(a, one), Shares(a, one)
    if modifier == "at_most":
        return Shares(zero, a), Shares(zero, a)
    if modifier == "nearly":
        return _clamp(a - A_LITTLE, a), _clamp(a - WIDER, a + SLACK)
    if modifier == "about":
        return _clamp(a - A_LITTLE, a + A_LITTLE), _clamp(a - WIDER, a + WIDER)
    # A bare "a third" is exact when read strictly, and about a third in ordinary speech.
    return Shares(a, a), _clamp(a - A_LITTLE, a + A_LITTLE) if plain else Shares(a, a)


def _whole(name: str) -> tuple[Shares, Shares]:
    zero, half, one = Fraction(0), Fraction(1, 2), Fraction(1)
    if name == "vast":
        return Shares(VAST, one, with_low=False), Shares(half, one, with_low=False)
    if name == "nearly_all":
        return Shares(NEARLY_ALL, one), Shares(NEARLY_ALL - WIDER, one)
    if name == "slim":
        return (
            Shares(half, half + A_LITTLE, with_low=False),
            Shares(half, half + WIDER, with_low=False),
        )
    if name == "majority":
        return Shares(half, one, with_low=False), Shares(half, one)
    if name == "minority":
        return Shares(zero, half, with_high=False), Shares(zero, half)
    if name == "all":
        return Shares(one, one), Shares(Fraction(19, 20), one)
    return Shares(zero, zero), Shares(zero, A_LITTLE)
