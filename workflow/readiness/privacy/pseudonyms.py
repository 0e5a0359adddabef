"""Pseudonyms: who answered, told apart by names that nobody can turn back without the key.

HMAC-SHA256 (RFC 2104, FIPS 198-1) under a secret key, cut to 80 bits: two of a million respondents
share one with a probability below 1e-12. A plain hash would not do: who knows the list of the
invited tries them all. No number depends on a pseudonym, nor on its order, so whoever recomputes
them without the key uses one made of the data (`key_from_data`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection, Iterable

import pandas as pd

# Of a key: as many as SHA-256 gives, below which RFC 2104 discourages keys.
KEY_BYTES = 32
DIGEST_BYTES = 10
# Hexadecimal digits by which a key is named; it is not found from them.
ID_DIGITS = 16


# How a key made of the data is named (`key_from_data`).
FROM_DATA = "data"


def pseudonyms(ids: pd.Series[str], key: bytes) -> pd.Series[str]:
    """A pseudonym for each id, aligned with `ids`; an empty id keeps having none.

    Equal ids have equal pseudonyms: `P` and 16 capitals or digits. Nothing is sorted. Raises
    ValueError for a key that is not `KEY_BYTES` long.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key of {len(key)} bytes; expected {KEY_BYTES}")
    named = {"": ""}
    for text in {str(each) for each in ids.unique()} - {""}:
        digest = hmac.digest(key, text.encode("utf-8"), "sha256")[:DIGEST_BYTES]
        named[text] = f"P{base64.b32encode(digest).decode()}"
    found: pd.Series[str] = ids.astype(object).map(named)
    return found


def key_id(key: bytes) -> str:
    """The name of a key: the first digits of a SHA-256 of it, hexadecimal."""
    return hashlib.sha256(b"readiness: name of a key\0" + key).hexdigest()[:ID_DIGITS]


def key_from_data(sha256: str) -> bytes:
    """A key for whoever recomputes numbers without the secret one, made of the export's SHA-256.

    Only who holds the export can make it, and who holds the export needs no pseudonym undone.
    """
    return hashlib.sha256(f"readiness: key of the data\0{sha256}".encode()).digest()


def names_people(
    invitation: str | None, respondent: str | None, personal: Iterable[str] = ()
) -> bool:
    """Whether an export has a column that names its respondents.

    `invitation` and `respondent` are the columns of codes, `personal` the items marked as such.
    """
    return bool(invitation or respondent or any(personal))


# --- Personal answers and free text, kept apart from the table that goes on. Nothing is sorted
# and no row leaves: what is computed is the same whoever holds the key, and whether anybody does.

# What stands in a table for an answer that is kept apart: it was given.
GIVEN = "_given"


def kept_apart(
    answers: pd.DataFrame, items: Collection[str], specials: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table with `GIVEN` for answers to these items, and the answers themselves.

    Args:
        answers: one row a respondent, all text, with the column `respondent`.
        items: the columns of personal items and of free text.
        specials: codes that are no answers and stay ("_blank").

    Returns the table, and one row an answer kept apart: `respondent`, `item`, `value`.
    """
    found = []
    table = answers.copy()
    for item in (column for column in answers.columns if column in items):
        said = ~answers[item].isin(list(specials))
        found.append(
            pd.DataFrame(
                {
                    "respondent": answers.loc[said, "respondent"],
                    "item": item,
                    "value": answers.loc[said, item],
                }
            )
        )
        table[item] = answers[item].astype(object).where(~said, GIVEN)
    columns = ["respondent", "item", "value"]
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return table, whole


def without_values(
    table: pd.DataFrame, at: pd.Series[bool], columns: Collection[str]
) -> pd.DataFrame:
    """The table with `GIVEN` in these columns of the rows of `at`, where they hold anything."""
    shown = table.copy()
    for column in columns:
        held = at & shown[column].ne("")
        shown[column] = shown[column].astype(object).where(~held, GIVEN)
    return shown


def with_pseudonyms(table: pd.DataFrame, columns: Collection[str], key: bytes) -> pd.DataFrame:
    """The table with pseudonyms in these of its columns."""
    named = {name: pseudonyms(table[name], key) for name in columns if name in table.columns}
    return table.assign(**named)
