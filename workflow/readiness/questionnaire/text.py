"""When two texts are the same answer: spelling that survey tools and spreadsheets change."""

from __future__ import annotations

import unicodedata

_SAME = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u00b4`\u2032"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
    # What takes no room: soft hyphen, joiners, marks of direction and of byte order, tatweel.
    **dict.fromkeys(
        map(ord, "\u00ad\u034f\u061c\u0640\u180e\u200b\u200c\u200d\u200e\u200f"
                 "\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"), None,
    ),
}  # fmt: skip

_AROUND = " \t\r\n\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


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
