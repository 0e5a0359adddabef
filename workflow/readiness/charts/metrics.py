"""How wide a text is, without drawing it: the advance widths of the own family, and a bit more.

A page shows its charts in the reader's own font, so no width is exact. What is added makes texts as
wide as in DejaVu Sans, which is wider than nearly every other sans-serif: what has room in it has
room in the others.

Arabic letters are measured in the form that they take beside their neighbours (Unicode's
presentation forms, which the font holds), marks and directions as nothing.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from fontTools.ttLib import TTFont

from readiness import fonts

TITLE = 16.0
BODY = 13.5
SMALL = 12.0
"""Type sizes in CSS pixels; nothing is smaller than SMALL."""

_FORMS = ("isolated", "final", "initial", "medial")
_INVISIBLE = ("Mn", "Cf")
_WIDER = {False: 1.16, True: 1.26}
"""By how much texts are wider in DejaVu Sans than in the own family, plain and bold."""


@cache
def _advances(bold: bool) -> dict[int, float]:
    """The width of each character as a part of the type size."""
    weight = fonts.BOLD if bold else fonts.REGULAR
    with TTFont(fonts.own_file(weight), lazy=True) as font:
        em = font["head"].unitsPerEm / _WIDER[bold]
        widths = font["hmtx"].metrics
        return {code: widths[name][0] / em for code, name in font.getBestCmap().items()}


@cache
def _joined() -> dict[str, dict[str, str]]:
    """The presentation forms of each Arabic letter, and of lam with alef."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFE80, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split()
        form = kind.strip("<>")
        if form in _FORMS:
            base = "".join(chr(int(letter, 16)) for letter in letters)
            found.setdefault(base, {})[form] = chr(code)
    return found


def _shaped(text: str) -> Iterator[str]:
    """The characters of a text in the forms that they take, without what has no width."""
    forms = _joined()
    letters: list[str] = []
    for character in text:
        if unicodedata.category(character) in _INVISIBLE:
            continue
        if letters and letters[-1] + character in forms:
            letters[-1] += character  # lam and alef are one
        else:
            letters.append(character)
    for k, letter in enumerate(letters):
        own = forms.get(letter)
        if own is None:
            yield letter
            continue
        before = forms.get(letters[k - 1], {}) if k else {}
        after = forms.get(letters[k + 1], {}) if k + 1 < len(letters) else {}
        joins_back = "initial" in before and "final" in own
        joins_on = "initial" in own and "final" in after
        form = _FORMS[joins_back + 2 * joins_on]
        yield own.get(form, letter)


@cache
def measure(text: str, *, size: float = BODY, bold: bool = False) -> float:
    """The width of a text in CSS pixels; a character that the font lacks counts as one em."""
    widths = _advances(bold)
    return size * sum(widths.get(ord(character), 1.0) for character in _shaped(_plain(text)))


def _plain(text: str) -> str:
    """A text with spaces for narrow ones and letters for raised ones, which are no wider."""
    return "".join(
        plain if len(plain := unicodedata.normalize("NFKC", c)) == 1 and plain.isascii() else c
        for c in text
    )


def lacking(text: str) -> set[str]:
    """The characters of a text, other than spaces, that the font has no glyph for."""
    widths = _advances(False)
    return {c for c in _shaped(text) if ord(c) not in widths and not c.isspace()}


def wrap(text: str, width: float, *, size: float = BODY, bold: bool = False) -> list[str]:
    """A text broken at spaces into lines of at most `width` pixels; a longer word is cut."""
    lines: list[str] = []
    width += 1e-6  # a place that was made of the text's own width holds it
    words = [part for word in text.split(" ") for part in _cut(word, width, size, bold)]
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, size=size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(word: str, width: float, size: float, bold: bool) -> Iterator[str]:
    """A word in parts of at most `width` pixels, of one character at least."""

    def width_of(end: int) -> float:
        return measure(word[:end], size=size, bold=bold)

    while len(word) > 1 and width_of(len(word)) > width:
        end = max(1, bisect_right(range(len(word)), width, key=width_of) - 1)
        yield word[:end]
        word = word[end:]
    yield word
