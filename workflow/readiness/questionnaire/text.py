"""When two texts are the same answer: spelling that survey tools and spreadsheets change."""

from __future__ import annotations

import unicodedata

_SAME = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "\u00ad": None, "\u200b": None, "\ufeff": None}
)


def match_key(text: str) -> str:
    """Reduce a header or an answer to what identifies it.

    Compatibility-normalised (NFKC: no-break spaces and ligatures become plain), one kind of
    apostrophe, single spaces, no case. Accents are kept: they tell French words apart.
    """
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SAME).split()).casefold()


def tidy(text: str) -> str:
    """The text without stray or no-break spaces, its case and apostrophes kept."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\ufeff", "").split())
