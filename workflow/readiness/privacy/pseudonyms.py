"""Pseudonyms: codes that distinguish respondents without identifying them.

They are HMAC-SHA256 (RFC 2104, FIPS 198-1) under a secret key, cut to 80 bits: two of a million
respondents share one with a probability below 1e-12. No published number depends on a pseudonym or
on the order of pseudonyms, so numbers can be recomputed without the secret key, with a key made
from the data (`key_from_data`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection

import pandas as pd

# Length of a key: that of a SHA-256 digest; RFC 2104 discourages shorter keys.
KEY_BYTES = 32
# Name of the key made from the data (`key_from_data`).
FROM_DATA = "data"


def pseudonyms(ids: pd.Series[str], key: bytes) -> pd.Series[str]:
    """Return the pseudonym of each id, aligned with `ids`; "" for an empty id.

    A pseudonym is `P` and 16 capitals or digits, the same for equal ids. Raises ValueError for a
    key that is not `KEY_BYTES` long.
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
    """Return the name of a key: the first hexadecimal digits of a SHA-256 of the key."""
    # The key cannot be recovered from these digits.
    return hashlib.sha256(b"readiness: name of a key\0" + key).hexdigest()[:16]


def key_from_data(sha256: str) -> bytes:
    """Return a key made from the export's SHA-256, to recompute numbers without the secret key.

    Only somebody who has the export can make this key, and the export itself holds the ids that
    pseudonyms hide.
    """
    return hashlib.sha256(f"readiness: key of the data\0{sha256}".encode()).digest()


def with_pseudonyms(table: pd.DataFrame, columns: Collection[str], key: bytes) -> pd.DataFrame:
    """Return the table with pseudonyms instead of ids in these columns."""
    named = {name: pseudonyms(table[name], key) for name in columns if name in table.columns}
    return table.assign(**named)
