"""What a text needs to be set well: the spaces of its language, isolation of what runs otherwise.

Catalogues are written with plain spaces and without direction marks. Both come in here, in one
place: which spaces do not break, and how wide they are, stands in the language's `language.po`.
"""

import re
from functools import cache

from readiness.language.catalogue import Language, direction, setting

_NARROW, _FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_SPACE = "[ \u00a0\u202f]+"

# Unicode's isolates: what is between the first or second and the third keeps its own order.
LEFT_TO_RIGHT, FIRST_STRONG, POP = "\u2066", "\u2068", "\u2069"

_LATIN = "A-Za-z\u00c0-\u024f"
# One word of letters needs nothing: only a run of several signs could be put in another order.
_RUN = re.compile(
    r"(?P<kept>\{[^{}]*\}|\]\([^)\s]*\)|<[^<>]*>|[\u2066-\u2068][^\u2069]*\u2069)"
    rf"|(?P<code>`[^`]*`)|(?P<run>[{_LATIN}][{_LATIN}0-9_./:+@#=–-]*"
    rf"(?: [{_LATIN}0-9][{_LATIN}0-9_./:+@#=–-]*)*)"
)
_NUMBER = re.compile(r"[\u200e\u200f\u061c]*[-+\u2212]?[\d.,\u00a0\u202f٪%\u0660-\u0669٫٬\u200e]*")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_MARKS = re.compile(r"[\u2066-\u2069\u200e\u200f\u061c]")


def typeset(text: str, language: Language) -> str:
    """The text with the spaces that its language wants before and after signs."""
    for pattern, replacement in _spaces(language):
        text = pattern.sub(replacement, text)
    return text


@cache
def _spaces(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = (
        ("narrow_before", "(?=[{}])", _NARROW),
        ("fixed_before", "(?=[{}])", _FIXED),
    )
    found = []
    for name, around, space in rules:
        if signs := setting(name, language):
            found.append((re.compile(_SPACE + around.format(re.escape(signs))), space))
    if signs := setting("fixed_after", language):
        found.append((re.compile(f"(?<=[{re.escape(signs)}]){_SPACE}"), _FIXED))
    return tuple(found)


def isolate(text: str, language: Language) -> str:
    """A value from outside (a name, a code, a foreign sentence) as it stands in a sentence.

    In a language from right to left it keeps its own order; numbers and the language's own words
    need nothing. Elsewhere a text from right to left is kept together.
    """
    if not text or text[0] in (LEFT_TO_RIGHT, FIRST_STRONG):
        return text
    right_to_left = bool(_RIGHT_TO_LEFT.search(text))
    if direction(language) == "rtl":
        if _NUMBER.fullmatch(text) or (right_to_left and not re.search(f"[{_LATIN}]", text)):
            return text
        return f"{FIRST_STRONG if right_to_left else LEFT_TO_RIGHT}{text}{POP}"
    return f"{FIRST_STRONG}{text}{POP}" if right_to_left else text


def isolate_runs(text: str, language: Language) -> str:
    """A text of a catalogue with its Latin runs isolated, in a language from right to left.

    Placeholders, addresses of links and tags are left alone; a code span is isolated whole.
    """
    if direction(language) != "rtl":
        return text

    def around(match: re.Match[str]) -> str:
        run = match["code"] or match["run"]
        if match["kept"] or not run or run.isalpha():
            return match[0]
        return f"{LEFT_TO_RIGHT}{match[0]}{POP}"

    return _RUN.sub(around, text)


def strip_marks(text: str) -> str:
    """The text without isolates and direction marks, for what compares texts."""
    return _MARKS.sub("", text)
