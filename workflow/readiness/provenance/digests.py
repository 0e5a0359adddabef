"""Digests of files and records, and the one text of a value that they are made of.

The plain SHA-256 of a small table of counts gives it away to whoever tries all tables, so what was
computed from a dataset and is not for readers has an HMAC (RFC 2104), whose key comes from the
dataset's own bytes.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from readiness.ground.files import read_file

# The key of a dataset version, beside its restored bytes; no record holds more than its hash.
KEY = "digests.key"
# How the digest of a file begins that readers do not get.
KEYED = "hmac-sha256:"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keyed_digest(path: Path, key: bytes) -> str:
    """HMAC-SHA256 of a file's bytes, hexadecimal, after `KEYED`."""
    with path.open("rb") as file:
        made = hashlib.file_digest(file, lambda: hmac.new(key, digestmod="sha256"))
    return KEYED + made.hexdigest()


def make_key(content: bytes) -> bytes:
    """The key of a dataset version from its bytes, not from its hashes: HKDF-SHA256 (RFC 5869)."""
    # Only who restores needs it, and it takes a while.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, b"readiness: digests of results").derive(content)


def read_key(results: Path, names: Iterable[str]) -> bytes:
    """The key of what was computed from these dataset versions; b"" where one is not restored."""
    try:
        return b"".join(
            read_file(results.joinpath("inputs", *name.split("@"), KEY), 64)
            for name in sorted(names)
        )
    except OSError:
        return b""


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: one text for one value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def readable_json(value: object) -> str:
    """JSON for people, too: sorted keys, a line each; again one text for one value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def hash_record(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record's content, hexadecimal: one for one value."""
    return hashlib.sha256(canonical_json(record).encode()).hexdigest()
