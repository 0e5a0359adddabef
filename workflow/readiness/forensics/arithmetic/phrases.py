"""Read words that describe a share as an interval: "un peu plus du tiers", "one in three".

Each phrase is a modifier and an anchor ("un peu plus de" + "un tiers"). It has two readings:

- *strict*: the words taken literally ("plus de" excludes the anchor itself);
- *loose*: the meaning of a fair writer; the anchor itself is included, and "près de" reaches wider.

The words of a language stand in its catalogue, domain `phrases`. How far "un peu" or "près de"
reach is a convention, not a fact: the constants below are wide on purpose, and only a phrase
outside its loose reading is worth a remark. The counts that a figure allows are exact (`bases`).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, SetKind, witnesses
from readiness.forensics.arithmetic.figures import (
    PrintedFigure,
    Rounding,
    ShareInterval,
    count_interval,
    parse_figure,
    shares_of,
)
from readiness.ground.errors import DataError
from readiness.language.catalogue import WHOLE, form

# Strict reach of "un peu plus", "à peine moins", "près de" from the anchor: five points.
A_LITTLE = Fraction(1, 20)
# Loose reach of these words: ten points.
WIDER = Fraction(1, 10)
# Loose reach of "près de" beyond its anchor: two points.
SLACK = Fraction(1, 50)
# Lower limit of "almost all", strict; ten points lower when loose.
NEARLY_ALL = Fraction(9, 10)
# Lower limit of a "vast" or "large" majority, strict; a majority is above one half.
VAST = Fraction(2, 3)


@dataclass(frozen=True)
class PhraseReading:
    """Intervals of shares that a phrase allows. `anchor` is None for words without one ("la
    majorité").
    """

    phrase: str
    language: str
    anchor: Fraction | None
    strict: ShareInterval
    loose: ShareInterval


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
_Reach = tuple[Fraction, Fraction, bool, bool]
_NONE, _HALF, _ALL = Fraction(0), Fraction(1, 2), Fraction(1)
# Strict and loose reach around the anchor: lower and upper distance, and whether each end is
# included.
MODIFIERS: dict[str, tuple[_Reach, _Reach]] = {
    "bit_more": ((_NONE, A_LITTLE, False, True), (_NONE, WIDER, True, True)),
    "bit_less": ((-A_LITTLE, _NONE, True, False), (-WIDER, _NONE, True, True)),
    "more": ((_NONE, _ALL, False, True), (_NONE, _ALL, True, True)),
    "less": ((-_ALL, _NONE, True, False), (-_ALL, _NONE, True, True)),
    "at_least": ((_NONE, _ALL, True, True), (_NONE, _ALL, True, True)),
    "at_most": ((-_ALL, _NONE, True, True), (-_ALL, _NONE, True, True)),
    "nearly": ((-A_LITTLE, _NONE, True, True), (-WIDER, SLACK, True, True)),
    "about": ((-A_LITTLE, A_LITTLE, True, True), (-WIDER, WIDER, True, True)),
    "exactly": ((_NONE, _NONE, True, True), (_NONE, _NONE, True, True)),
}
# Shares that "about half" means, strict; the sentences of reports follow it.
ABOUT_HALF = ShareInterval(_HALF - A_LITTLE, _HALF + A_LITTLE)
# Words without an anchor: strict and loose interval.
WHOLES: dict[str, tuple[ShareInterval, ShareInterval]] = {
    "vast": (ShareInterval(VAST, _ALL, with_low=False), ShareInterval(_HALF, _ALL, with_low=False)),
    "slim": (
        ShareInterval(_HALF, _HALF + A_LITTLE, with_low=False),
        ShareInterval(_HALF, _HALF + WIDER, with_low=False),
    ),
    "nearly_all": (ShareInterval(NEARLY_ALL, _ALL), ShareInterval(NEARLY_ALL - WIDER, _ALL)),
    "majority": (ShareInterval(_HALF, _ALL, with_low=False), ShareInterval(_HALF, _ALL)),
    "minority": (ShareInterval(_NONE, _HALF, with_high=False), ShareInterval(_NONE, _HALF)),
    "all": (ShareInterval(_ALL, _ALL), ShareInterval(Fraction(19, 20), _ALL)),
    "none": (ShareInterval(_NONE, _NONE), ShareInterval(_NONE, A_LITTLE)),
}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
KEYS = (
    *(f"phrases.{modifier}" for modifier in MODIFIERS),
    *(f"phrases.whole.{whole}" for whole in WHOLES),
    *(f"phrases.number.{number}" for number in NUMBERS),
)


def read_phrase(phrase: str, language: str) -> PhraseReading:
    """Return the shares that a phrase allows, strict and loose, in a language of the catalogues.

    The people may be named after the share ("un peu plus du tiers des interrogés"). Raises
    DataError for a language without phrases and for words that are not understood: nothing is
    guessed.
    """
    if language not in WHOLE:
        raise DataError(
            f"No reading of phrases in {language!r}; expected one of {', '.join(WHOLE)}."
        )
    for text in _cut_people(_clean(phrase), language):
        for name, shares in WHOLES.items():
            if re.fullmatch(form(f"phrases.whole.{name}", language), text):
                return PhraseReading(phrase, language, None, *shares)
        modifier, rest = _find_modifier(text, language)
        if (anchor := _read_anchor(rest, language)) is not None:
            strict, loose = MODIFIERS[modifier]
            if modifier == "exactly" and rest == text:
                # A bare "a third" is about a third in ordinary speech.
                loose = MODIFIERS["about"][0]
            reading = _widen_anchor(anchor, strict), _widen_anchor(anchor, loose)
            return PhraseReading(phrase, language, anchor, *reading)
    raise DataError(
        f"{phrase!r} ({language}) is not understood; expected words such as "
        '"un peu plus du tiers", "nearly 67 %", "one in three".'
    )


def _find_modifier(text: str, language: str) -> tuple[str, str]:
    if around := re.fullmatch(form("phrases.a_bit_more_around", language), text):
        return "bit_more", around[1]
    for name in MODIFIERS:
        if match := re.match(form(f"phrases.{name}", language), text):
            return name, text[match.end() :].strip()
    return "exactly", text


def _cut_people(text: str, language: str) -> Iterator[str]:
    """Yield the text, then the text cut before each word that can begin "of the respondents"."""
    yield text
    for match in reversed(list(re.finditer(form("phrases.people", language), text))):
        # A number or a second share in the part cut off could change the meaning.
        hidden = text[match.start() :]
        shares = (rf"\b(?:{form(key, language)})\b" for key, _ in SHARES)
        if not any(re.search(pattern, hidden) for pattern in (*shares, r"\d")):
            yield text[: match.start()]


def _clean(phrase: str) -> str:
    """Normalise a phrase: lower case, plain apostrophes and spaces, no quotation marks.

    Diacritics and format characters are removed, and a figure in brackets or after a comma.
    """
    text = unicodedata.normalize("NFC", phrase.lower()).replace("\u2019", "'")
    dropped = ("Pi", "Pf", "Mn", "Cf")
    # 0x640 is the Arabic stroke that stretches a word; it is no letter.
    text = "".join(
        c for c in text if unicodedata.category(c) not in dropped and c not in ('"', chr(0x640))
    )
    text = re.sub(r"[\s\u00a0\u202f]+", " ", text).strip(" .,;:")
    # "un peu plus du tiers, 33 %" and "(33 %)": the figure is not part of the words.
    return re.sub(r"(?:[,\u060c] | ?\().*$", "", text) or text


def _read_anchor(text: str, language: str) -> Fraction | None:
    article = form("phrases.article", language)
    for key, share in SHARES:
        if re.fullmatch(rf"(?:{article})?(?:{form(key, language)})", text):
            return share
    if match := re.fullmatch(form("phrases.out_of", language), text):
        part, whole = (_read_small_number(word, language) for word in match.groups())
        if part is not None and whole and part <= whole:
            return Fraction(part, whole)
    match = re.fullmatch(rf"(?:{article})?(.+?)(?:{form('phrases.percent', language)})", text)
    with suppress(DataError):
        return parse_figure(match[1]).share if match else None
    return None


def _read_small_number(word: str, language: str) -> int | None:
    for value, number in enumerate(NUMBERS, 1):
        if re.fullmatch(form(f"phrases.number.{number}", language), word):
            return value
    with suppress(DataError):
        figure = parse_figure(word, per=1)
        return figure.digits if figure.decimals == 0 else None
    return None


def _widen_anchor(anchor: Fraction, reach: _Reach) -> ShareInterval:
    low, high, *included = reach
    return ShareInterval(anchor + low, anchor + high, *included).within_unit


@dataclass(frozen=True)
class WordingResult:
    """Pairs (count, base) on which words and figure agree, read strictly and loosely; empty if
    none.
    """

    strict: tuple[tuple[int, int], ...]
    loose: tuple[tuple[int, int], ...]


MOST_WITNESSES = 1000


def judge_wording(
    reading: PhraseReading,
    figure: PrintedFigure,
    n_max: int,
    allowed: Sequence[Convention] = NEAREST,
) -> WordingResult:
    """Find the pairs (count, base) on which a phrase agrees with a printed figure.

    Bases 1..n_max are tried, in order; each list ends after `MOST_WITNESSES` pairs.
    """
    figures = FigureSet((figure,), SetKind.EXCLUSIVE)
    pairs: list[tuple[int, int]] = []
    for n in range(1, n_max + 1):
        counts = {k for convention in allowed for (k,) in witnesses(figures, n, convention)}
        pairs += [(k, n) for k in sorted(counts)]
    strict = [(k, n) for k, n in pairs if Fraction(k, n) in reading.strict]
    loose = [(k, n) for k, n in pairs if Fraction(k, n) in reading.loose]
    return WordingResult(tuple(strict[:MOST_WITNESSES]), tuple(loose[:MOST_WITNESSES]))


def smallest_strict_base(
    reading: PhraseReading, figure: PrintedFigure, rounding: Rounding, limit: int
) -> int | None:
    """Return the smallest base on which the phrase, read strictly, agrees with the figure.

    None where no share at all prints as the figure and satisfies the phrase, or no base up to
    `limit`.
    """
    if not reading.strict.meets(shares_of(figure, rounding)):
        return None
    for n in range(1, limit + 1):
        lowest, highest = count_interval(figure, n, rounding)
        # The phrase allows an interval of shares: if any count agrees, so does one of the first
        # two.
        lowest = max(lowest, ceil(n * reading.strict.low))
        highest = min(highest, floor(n * reading.strict.high), lowest + 1)
        if any(Fraction(k, n) in reading.strict for k in range(lowest, highest + 1)):
            return n
    return None
