"""Pseudonyms, which tell respondents apart and name nobody.

They are HMAC-SHA256 (RFC 2104, FIPS 198-1) under a secret key, cut to 80 bits: two of a million
respondents share one with a probability below 1e-12. No number depends on a pseudonym, nor on its
order: whoever recomputes the numbers without the key uses one made of the data (`key_from_data`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection

import pandas as pd

# Of a key: as many as SHA-256 gives, below which RFC 2104 discourages keys.
KEY_BYTES = 32
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
        digest = hmac.digest(key, text.encode("utf-8"), "sha256")[:10]
        named[text] = f"P{base64.b32encode(digest).decode()}"
    found: pd.Series[str] = ids.astype(object).map(named)
    return found


def key_id(key: bytes) -> str:
    """The name of a key: the first digits of a SHA-256 of it, hexadecimal."""
    # Hexadecimal digits by which a key is named; it is not found from them.
    return hashlib.sha256(b"readiness: name of a key\0" + key).hexdigest()[:16]


def key_from_data(sha256: str) -> bytes:
    """A key for whoever recomputes numbers without the secret one, made of the export's SHA-256.

    Only who holds the export can make it, and who holds the export needs no pseudonym undone.
    """
    return hashlib.sha256(f"readiness: key of the data\0{sha256}".encode()).digest()


def with_pseudonyms(table: pd.DataFrame, columns: Collection[str], key: bytes) -> pd.DataFrame:
    """The table with pseudonyms in these of its columns."""
    named = {name: pseudonyms(table[name], key) for name in columns if name in table.columns}
    return table.assign(**named)
