"""How wide a text is, without drawing it: the advance widths of the own family, and a bit more.

A page shows its charts in the reader's own font, so no width is exact. What is added makes texts as
wide as in DejaVu Sans, which is wider than nearly every other sans-serif: what has room in it has
room in the others. Arabic letters, whose font a page brings along, are as wide as they are alone:
wider than beside others. Marks and directions have no width.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from readiness import fonts

TITLE = 16.0
BODY = 13.5
# Type sizes in CSS pixels; nothing is smaller than SMALL.
SMALL = 12.0

# By how much texts are wider in DejaVu Sans than in the own family, plain and bold.
_WIDER = {False: 1.16, True: 1.26}


@cache
def _advances(bold: bool) -> dict[int, float]:
    """The width of each character of the own family as a part of the type size."""
    from fontTools.ttLib import TTFont

    weight = fonts.BOLD if bold else fonts.REGULAR
    with TTFont(fonts.own_file(weight), lazy=True) as font:
        em, widths = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: widths[name][0] / em for code, name in font.getBestCmap().items()}


@cache
def _advance(character: str, bold: bool) -> float:
    """The width of a character; one that the family lacks counts as one em."""
    if unicodedata.category(character) in ("Mn", "Cf"):
        return 0.0
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) == 1 and plain.isascii():
        character = plain  # a narrow space, a raised letter: no wider than that
    width = _advances(bold).get(ord(character), 1.0)
    return width if unicodedata.bidirectional(character) == "AL" else width * _WIDER[bold]


@cache
def measure(text: str, *, size: float = BODY, bold: bool = False) -> float:
    """The width of a text in CSS pixels."""
    return size * sum(_advance(character, bold) for character in text)


def wrap(text: str, width: float, *, size: float = BODY, bold: bool = False) -> list[str]:
    """A text broken at spaces into lines of at most `width` pixels; a longer word is cut."""
    lines: list[str] = []
    width += 1e-6  # a place that was made of the text's own width holds it
    words = [part for word in text.split(" ") for part in _cut_word(word, width, size, bold)]
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, size=size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut_word(word: str, width: float, size: float, bold: bool) -> Iterator[str]:
    """A word in parts of at most `width` pixels, of one character at least."""

    def width_of(end: int) -> float:
        return measure(word[:end], size=size, bold=bold)

    while len(word) > 1 and width_of(len(word)) > width:
        end = max(1, bisect_right(range(len(word)), width, key=width_of) - 1)
        yield word[:end]
        word = word[end:]
    yield word
