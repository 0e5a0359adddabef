"""Ids of items and codes of options from texts of any script: what a draft proposes."""

import re
import unicodedata
from collections.abc import Collection

from readiness.patterns import ITEM
from readiness.questionnaire.items import RESERVED, TOTAL

# How long a proposed name is at most; it is cut between words.
LONGEST = 30
_OF_A_TABLE = ("respondent", "group", "stratum", "base_weight")


def item_id(text: str, taken: Collection[str] = ()) -> str:
    """An id for an item or a grid, none of `taken`; `q1` where no letter is left."""
    return _name_uniquely(text, "q", {*taken, *_OF_A_TABLE})


def option_code(text: str, taken: Collection[str] = ()) -> str:
    """A code for an option, none of `taken` nor reserved; `c1` where no letter is left."""
    return _name_uniquely(text, "c", {*taken, *RESERVED, TOTAL})


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


def _name_uniquely(text: str, letter: str, taken: Collection[str]) -> str:
    slug = _slug(text)
    # Where nothing of the text is left the letter is numbered from 1.
    joint, number = ("_", 1) if slug else ("", 0)
    slug = slug if slug[:1].isalpha() else letter + slug
    name = slug
    while name in taken or number == 0:
        number += 1
        name = f"{slug}{joint}{number}"
    return name
