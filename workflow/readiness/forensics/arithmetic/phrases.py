"""Words that describe a share, read as a set of fractions: "un peu plus du tiers", "one in three".

Each phrase is a modifier and an anchor ("un peu plus de" + "un tiers"). Two readings are kept:

- *strict*: the words taken literally ("plus de" leaves the anchor itself out);
- *loose*: what a fair writer may mean; the anchor itself is let in, and "près de" reaches wider.

How far "un peu" or "près de" reach is a convention, not a fact: the constants below say how far,
they are wide on purpose, and only a phrase outside its loose reading is worth a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from readiness.errors import DataError
from readiness.forensics.arithmetic.figures import parse_figure

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
class Shares:
    """An interval of shares, with or without its ends."""

    low: Fraction
    high: Fraction
    with_low: bool = True
    with_high: bool = True

    def __contains__(self, share: Fraction) -> bool:
        above = share > self.low or (self.with_low and share == self.low)
        return above and (share < self.high or (self.with_high and share == self.high))

    def meets(self, other: Shares) -> bool:
        """Whether some share lies in both."""
        low = max((self.low, not self.with_low), (other.low, not other.with_low))
        high = min((self.high, self.with_high), (other.high, other.with_high))
        return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])


@dataclass(frozen=True)
class Reading:
    """What a phrase allows. `anchor` is None for words without one ("la majorité")."""

    phrase: str
    language: str
    anchor: Fraction | None
    strict: Shares
    loose: Shares


_F = Fraction
_ANCHORS: dict[str, list[tuple[str, Fraction]]] = {
    # Longest first: "deux tiers" must not be read as "tiers".
    "fr": [
        (r"trois[ -]quarts", _F(3, 4)),
        (r"deux[ -]tiers", _F(2, 3)),
        (r"(?:un |le |du |d'un )?tiers", _F(1, 3)),
        (r"(?:un |le |du |d'un )?quart", _F(1, 4)),
        (r"(?:un |le |du |d'un )?cinquième", _F(1, 5)),
        (r"(?:un |le |du |d'un )?dixième", _F(1, 10)),
        (r"(?:la |une )?moitié", _F(1, 2)),
    ],
    "en": [
        (r"three[ -]quarters?", _F(3, 4)),
        (r"two[ -]thirds?", _F(2, 3)),
        (r"(?:a |one[ -])?third", _F(1, 3)),
        (r"(?:a |one[ -])?quarter", _F(1, 4)),
        (r"(?:a |one[ -])?fifth", _F(1, 5)),
        (r"(?:a |one[ -])?tenth", _F(1, 10)),
        (r"(?:a |one[ -])?half", _F(1, 2)),
    ],
    "ar": [
        (r"ثلاث[ةه] ?[اأ]رباع", _F(3, 4)),
        (r"(?:ال)?ثلثي(?:ن)?|(?:ال)?ثلثان|ثلثا", _F(2, 3)),
        (r"(?:ال)?ثلث", _F(1, 3)),
        (r"(?:ال)?ربع", _F(1, 4)),
        (r"(?:ال)?خمس", _F(1, 5)),
        (r"(?:ال)?عشر", _F(1, 10)),
        (r"(?:ال)?نصف", _F(1, 2)),
    ],
}
_MODIFIERS: dict[str, list[tuple[str, str]]] = {
    "fr": [
        (r"(?:un peu|légèrement|à peine) plus (?:que |de |d'|du |des )?", "bit_more"),
        (r"(?:un peu|légèrement|à peine) moins (?:que |de |d'|du |des )?", "bit_less"),
        (r"(?:plus|davantage) (?:que |de |d'|du |des )?|au[ -]delà (?:de |d'|du |des )?", "more"),
        (r"moins (?:que |de |d'|du |des )?", "less"),
        (r"(?:au|pas) moins (?:de |d')?", "at_least"),
        (r"(?:au|pas) plus (?:de |d')?|jusqu'à ", "at_most"),
        (r"(?:tout )?près (?:de |d'|du |des )|pas loin (?:de |d'|du |des )", "nearly"),
        (r"presque |quasiment |à peine ", "nearly"),
        (r"environ |autour (?:de |d'|du |des )|à peu près |quelque ", "about"),
        (r"exactement ", "exactly"),
    ],
    "en": [
        (r"(?:slightly|just|a (?:little|bit)) (?:more than|over|above) ", "bit_more"),
        (r"(?:slightly|just|a (?:little|bit)) (?:less than|fewer than|under|below) ", "bit_less"),
        (r"(?:more than|over|above) ", "more"),
        (r"(?:less than|fewer than|under|below) ", "less"),
        (r"(?:at least|no (?:less|fewer) than) ", "at_least"),
        (r"(?:at most|no more than|up to) ", "at_most"),
        (r"(?:nearly|almost|close to) ", "nearly"),
        (r"(?:about|around|approximately|roughly|some) ", "about"),
        (r"exactly ", "exactly"),
    ],
    "ar": [
        (r"(?:[اأ]كثر (?:بقليل|قليلا) من|[اأ]زيد بقليل من|ما يزيد قليلا (?:على|عن)) ?", "bit_more"),
        (r"[اأ]قل (?:بقليل|قليلا) من ?", "bit_less"),
        (r"(?:[اأ]كثر من|[اأ]زيد من|ما يزيد (?:على|عن)|(?:ما )?يفوق|تفوق) ?", "more"),
        (r"(?:[اأ]قل من|دون) ?", "less"),
        (r"على ال[اأ]قل ", "at_least"),
        (r"على ال[اأ]كثر ", "at_most"),
        (r"(?:ما يقارب|يقارب|تقارب|قرابة|زهاء|ما يناهز|يناهز|قريبا من|قريب من) ?", "nearly"),
        (r"(?:حوالي|نحو|تقريبا|ما يقرب من) ?", "about"),
        (r"بالضبط ", "exactly"),
    ],
}
_WHOLES: dict[str, list[tuple[str, str]]] = {
    "fr": [
        (r"(?:la |une )?(?:grande|large|vaste|écrasante|très grande) majorité", "vast"),
        (r"(?:la |une )?(?:courte|faible|légère) majorité", "slim"),
        (r"(?:la |une )?(?:quasi[ -]totalité|presque totalité)|presque tous", "nearly_all"),
        (r"(?:la |une )?majorité|la plupart|majoritaires?", "majority"),
        (r"(?:la |une )?minorité|minoritaires?", "minority"),
        (r"tous|toutes|la totalité|l'ensemble", "all"),
        (r"aucun|aucune|personne", "none"),
    ],
    "en": [
        (r"(?:the |a )?(?:vast|large|overwhelming|great) majority", "vast"),
        (r"(?:the |a )?(?:slim|narrow|slight) majority", "slim"),
        (r"(?:almost|nearly) (?:all|everyone|everybody)", "nearly_all"),
        (r"(?:the |a )?majority|most", "majority"),
        (r"(?:the |a )?minority", "minority"),
        (r"all|everyone|everybody", "all"),
        (r"none|nobody|no one", "none"),
    ],
    "ar": [
        (r"(?:ال)?(?:[اأ]غلبي[ةه]|غالبي[ةه]) (?:ال)?(?:ساحق[ةه]|عظمى|كبيرة|كبرى|واسعة)", "vast"),
        (r"(?:ال)?(?:[اأ]غلبي[ةه]|غالبي[ةه])|[اأ]غلب|معظم|جل", "majority"),
        (r"(?:ال)?[اأ]قلي[ةه]", "minority"),
        (r"جميع|كل|كافة", "all"),
        (r"لا [اأ]حد", "none"),
    ],
}
_WORDS = {
    "fr": ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"],
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
    "ar": ["واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة"],
}
_OUT_OF = {
    "fr": r"(\S+)(?: \S+)? sur (\S+)",
    "en": r"(\S+)(?: \S+)? (?:in|out of) (?:every )?(\S+)",
    "ar": r"(\S+?) من (?:بين كل |كل |بين |أصل )?(\S+)",
}
_PEOPLE = {
    "fr": r" (?:des|de la|de l'|du|de|d'|parmi|chez) ?",
    "en": r" (?:of|among|respondents|professionals|people|participants)",
    "ar": r" (?:من ال|ال|من بين )",
}
_UNITS = {
    "fr": r" ?(?:%|pour ?cents?)",
    "en": r" ?(?:%|per ?cent)",
    "ar": r" ?(?:%|٪|في المائ?[ةه]|بالمائ?[ةه]|في المئ[ةه]|بالمئ[ةه])",
}


def read_phrase(phrase: str, language: str) -> Reading:
    """The shares that a phrase allows, strictly and loosely. Languages: fr, en, ar.

    Whom it speaks of may follow ("un peu plus du tiers des interrogés"). Raises DataError for words
    that are not understood: nothing is guessed.
    """
    if language not in _ANCHORS:
        raise DataError(f"No reading of phrases in {language!r}; expected fr, en or ar.")
    for text in _with_and_without_people(_clean(phrase, language), language):
        for pattern, name in _WHOLES[language]:
            if re.fullmatch(pattern, text):
                return Reading(phrase, language, None, *_whole(name))
        modifier, rest = _modifier(text, language)
        anchor = _anchor(rest, language)
        if anchor is not None:
            plain = modifier == "exactly" and rest == text
            return Reading(phrase, language, anchor, *_around(anchor, modifier, plain))
    raise DataError(
        f"{phrase!r} ({language}) is not understood; expected words such as "
        '"un peu plus du tiers", "près de 67 %", "one in three".'
    )


def _modifier(text: str, language: str) -> tuple[str, str]:
    for pattern, name in _MODIFIERS[language]:
        match = re.match(pattern, text)
        if match:
            return name, text[match.end() :].strip()
    return "exactly", text


def _with_and_without_people(text: str, language: str) -> Iterator[str]:
    """The text, then the text cut before each word that can begin "of the respondents"."""
    yield text
    for match in reversed(list(re.finditer(_PEOPLE[language], text))):
        # A cut that hides a number or a second share could change what is said.
        hidden = text[match.start() :]
        shares = (rf"\b(?:{pattern})\b" for pattern, _ in _ANCHORS[language])
        if not any(re.search(pattern, hidden) for pattern in (*shares, r"\d")):
            yield text[: match.start()]


def _clean(phrase: str, language: str) -> str:
    text = phrase.lower().replace("\u2019", "'").replace("\u0640", "")
    text = re.sub('[\u064b-\u0652\u200e\u200f\u061c«»"“”]', "", text)
    text = re.sub(r"[\s\u00a0\u202f]+", " ", text).strip(" .,;:")
    # "un peu plus du tiers, 33 %" and "(33 %)": the figure itself is not part of the words.
    text = re.sub(r"(?:[,،] | ?\().*$", "", text) or text
    late = re.fullmatch(r"[اأ]كثر من (.+) بقليل", text) if language == "ar" else None
    return f"أكثر بقليل من {late[1]}" if late else text


def _anchor(text: str, language: str) -> Fraction | None:
    for pattern, share in _ANCHORS[language]:
        if re.fullmatch(rf"(?:le |la |les |des |the |of )?(?:{pattern})", text):
            return share
    match = re.fullmatch(_OUT_OF[language], text)
    if match:
        part, whole = (_small_number(word, language) for word in match.groups())
        if part is not None and whole and part <= whole:
            return Fraction(part, whole)
    match = re.fullmatch(rf"(.+?){_UNITS[language]}", text)
    if match:
        try:
            return parse_figure(match[1]).share
        except DataError:
            return None
    return None


def _small_number(word: str, language: str) -> int | None:
    bare = {"une": "un", "اثنين": "اثنان", "ثلاث": "ثلاثة", "أربع": "أربعة", "عشر": "عشرة",
            "شخص": "واحد", "شخصان": "اثنان", "شخصين": "اثنان"}  # fmt: skip
    word = bare.get(word, word)
    if word in _WORDS[language]:
        return _WORDS[language].index(word) + 1
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
