"""Compare texts of answers whose spelling survey tools and spreadsheets have changed.

A cell with several ticked options is split with the help of the list of options, because options
may contain the separator.
"""

import html
import re
import unicodedata
from collections.abc import Collection

# Invisible or decorative characters, removed before texts are compared: soft hyphen, joiners,
# direction and byte order marks, and the Arabic tatweel (U+0640).
_NO_ROOM = (
    *(0xAD, 0x34F, 0x61C, 0x640, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
    *(0x2060, *range(0x2066, 0x206A), 0xFEFF),
)
_SAME: dict[int, str | None] = {
    **dict.fromkeys((0x60, 0xB4, 0x2BC, 0x2018, 0x2019, 0x201A, 0x201B, 0x2032), "'"),
    **dict.fromkeys((0xAB, 0xBB, 0x201C, 0x201D, 0x201E, 0x201F, 0x2033), '"'),
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-"),
    **dict.fromkeys(_NO_ROOM),
}
_AROUND = "".join(map(chr, _NO_ROOM)) + " \t\r\n\u00a0"


def match_key(text: str) -> str:
    """Return a header or an answer in the form in which texts are compared.

    NFKC (composed letters; no-break spaces and ligatures become plain), one kind of apostrophe,
    quote and dash, digits of any script as 0-9, no direction marks, single spaces, no case. Accents
    are kept: they distinguish French words.
    """
    if text.isascii():
        return " ".join(text.replace("`", "'").split()).casefold()
    # Translate before NFKC too: NFKC decomposes some characters (U+00B4 into a space and an
    # accent).
    plain = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    return " ".join(latin_digits(plain).split()).casefold()


def latin_digits(text: str) -> str:
    """Return a text with decimal digits of every script as 0-9 (Arabic-Indic digits, say)."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character))
        if not character.isascii() and character.isdecimal()
        else character
        for character in text
    )


def tidy(text: str) -> str:
    """Return a text with single spaces and composed letters (NFC).

    Byte order marks are removed, as are spaces and direction marks at both ends.
    """
    plain = unicodedata.normalize("NFC", text).replace("\ufeff", "")
    return " ".join(plain.strip(_AROUND).split())


def strip_markup(text: str) -> str:
    """Return a text without HTML tags and entities, which form builders leave in questions."""
    # The second pattern is for a text that was cut within a tag.
    tags = r"</?[A-Za-z][^<>]{0,500}>|<[A-Za-z]{1,20} [a-z]{1,20}=[^<>]{0,500}$"
    return tidy(html.unescape(re.sub(tags, " ", text)))


# Separator that readers write between ticked options.
TICKED = "\x1f"
# Longest cell, in characters, that is split: no list of ticked options is longer.
_MOST = 20_000


# Signs by which survey tools join the ticked options of a cell.
JOINS = ",;|"


def split_joined(
    text: str, options: Collection[str], signs: Collection[str] = JOINS
) -> list[str] | None:
    """Return the options joined in a cell, as match keys in the cell's order, each once.

    `options`: match keys of the options. `signs`: separators. None where the cell holds anything
    but options. Options may contain separators: at each place the longest option is tried first,
    then shorter ones if the rest of the cell cannot be split. A separator may have spaces around
    it, and may also stand at the end.
    """
    if TICKED in text:
        parts = [match_key(part) for part in text.split(TICKED)]
        return parts if all(part in options for part in parts) else None
    key = match_key(text)
    if not key or len(key) > _MOST:
        return None
    longest_first = sorted(set(options) - {""}, key=lambda option: (-len(option), option))
    separators = {separator if separator == " " else separator.strip() for separator in signs}
    between = re.compile(
        "|".join(
            " +" if separator == " " else f" *{re.escape(separator)} *"
            # Sorted so that the space comes last: another separator is matched with its spaces.
            for separator in sorted(separators - {""}, reverse=True)
        )
    )
    # From the end of the cell backwards: for each place, the longest option that begins there and
    # leaves a rest that can be split, and the place where the rest begins.
    leads: dict[int, tuple[str, int]] = {}
    for at in range(len(key) - 1, -1, -1):
        for option in (candidate for candidate in longest_first if key.startswith(candidate, at)):
            gap = between.match(key, at + len(option))
            end = gap.end() if gap else at + len(option)
            if end == len(key) or (gap and end in leads):
                leads[at] = (option, end)
                break
    joined, at = [], 0
    while at in leads:
        option, at = leads[at]
        joined.append(option)
    return list(dict.fromkeys(joined)) if at == len(key) else None
