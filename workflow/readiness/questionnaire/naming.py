"""Ids of items and codes of options from texts of any script: what a draft proposes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from readiness.patterns import ITEM
from readiness.questionnaire.items import RESERVED, TOTAL

LONGEST = 30
"""How long a proposed name is at most; it is cut between words."""
_OF_A_TABLE = ("respondent", "group", "stratum", "base_weight")


def item_id(text: str, taken: Collection[str] = ()) -> str:
    """An id for an item or a grid, none of `taken`; `q1` where no letter is left."""
    return _named(text, "q", {*taken, *_OF_A_TABLE})


def option_code(text: str, taken: Collection[str] = ()) -> str:
    """A code for an option, none of `taken` nor reserved; `c1` where no letter is left."""
    return _named(text, "c", {*taken, *RESERVED, TOTAL})


def form_name(text: str) -> str:
    """A name for a questionnaire: lower-case letters, digits and hyphens."""
    return _slug(text).replace("_", "-") or "survey"


def _slug(text: str) -> str:
    if re.fullmatch(ITEM, text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if len(words) <= LONGEST:
        return words
    return words[: LONGEST + 1].rpartition("_")[0] or words[:LONGEST]


def _named(text: str, letter: str, taken: Collection[str]) -> str:
    slug = _slug(text)
    slug = slug if slug[:1].isalpha() else letter + slug
    # A letter alone, where nothing of the text is left, is numbered from 1.
    name, number = (f"{slug}1", 1) if slug == letter else (slug, 1)
    while name in taken:
        number += 1
        name = f"{slug}{number}" if slug == letter else f"{slug}_{number}"
    return name
