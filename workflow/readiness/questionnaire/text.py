"""When two texts are the same answer: spelling that survey tools and spreadsheets change.

Several ticked options in one cell are cut by the list of options, never by a sign alone.
"""

import html
import re
import unicodedata
from collections.abc import Collection

# Soft hyphen, joiners, marks of direction and of byte order; what lengthens a word (U+0640).
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
    """Reduce a header or an answer to what identifies it.

    Compatibility-normalised (NFKC: composed letters; no-break spaces and ligatures become plain),
    one kind of apostrophe, quote and dash, digits of any script as 0-9, no marks of direction,
    single spaces, no case. Accents are kept: they tell French words apart.
    """
    if text.isascii():
        return " ".join(text.replace("`", "'").split()).casefold()
    # Before, too: NFKC takes some of the signs apart (U+00B4 is a space and an accent to it).
    plain = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    return " ".join(latin_digits(plain).split()).casefold()


def latin_digits(text: str) -> str:
    """The text with decimal digits of every script as 0-9 (Arabic-Indic ones, say)."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign)) if not sign.isascii() and sign.isdecimal() else sign
        for sign in text
    )


def tidy(text: str) -> str:
    """The text without stray or no-break spaces, nor marks of direction around it; else as is."""
    plain = unicodedata.normalize("NFC", text).replace("\ufeff", "")
    return " ".join(plain.strip(_AROUND).split())


def strip_markup(text: str) -> str:
    """The text without tags and signs of HTML, which form builders leave in their questions."""
    # A file may cut a text within a tag.
    tags = r"</?[A-Za-z][^<>]{0,500}>|<[A-Za-z]{1,20} [a-z]{1,20}=[^<>]{0,500}$"
    return tidy(html.unescape(re.sub(tags, " ", text)))


# What stands between ticked options where a reader has told them apart.
TICKED = "\x1f"
# Signs of a cell that is cut; no list of options is so long.
_MOST = 20_000


def split_joined(
    text: str, options: Collection[str], signs: Collection[str] = (",", ";", "|")
) -> list[str] | None:
    """The options that a cell joins, as match keys in its order; None where it is not all options.

    `options` are match keys; options may hold the `signs` that stand between them, so at each place
    the longest option is tried first, and a shorter one where that leads nowhere. A sign may have
    spaces around it, or stand once more at the end. Each option is given once.
    """
    if TICKED in text:
        parts = [match_key(part) for part in text.split(TICKED)]
        return parts if all(part in options for part in parts) else None
    key = match_key(text)
    if not key or len(key) > _MOST:
        return None
    longest_first = sorted(set(options) - {""}, key=lambda option: (-len(option), option))
    stripped = {sign if sign == " " else sign.strip() for sign in signs}
    between = re.compile(
        "|".join(
            " +" if sign == " " else f" *{re.escape(sign)} *"
            # A space alone stands between options where no other sign does.
            for sign in sorted(stripped - {""}, reverse=True)
        )
    )
    # From the end: at each place the longest option from which the end can be reached.
    leads: dict[int, tuple[str, int]] = {}
    for at in range(len(key) - 1, -1, -1):
        for option in (each for each in longest_first if key.startswith(each, at)):
            gap = between.match(key, at + len(option))
            end = gap.end() if gap else at + len(option)
            if end == len(key) or (gap and end in leads):
                leads[at] = (option, end)
                break
    found, at = [], 0
    while at in leads:
        option, at = leads[at]
        found.append(option)
    return list(dict.fromkeys(found)) if at == len(key) else None
