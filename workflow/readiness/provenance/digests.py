"""Digests of files and records, and canonical JSON.

Somebody who tries all small tables of counts finds the one with a published SHA-256. So files that
were computed from a dataset and are not published have an HMAC (RFC 2104), with a key made from the
dataset's bytes.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from readiness.ground.files import read_file

# File with the key of a dataset version, beside the restored data. Records hold only a hash of it.
KEY = "digests.key"
# Prefix of the keyed digest of an unpublished file.
KEYED = "hmac-sha256:"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keyed_digest(path: Path, key: bytes) -> str:
    """Return the HMAC-SHA256 of a file's bytes, hexadecimal, with the prefix `KEYED`."""
    with path.open("rb") as file:
        made = hashlib.file_digest(file, lambda: hmac.new(key, digestmod="sha256"))
    return KEYED + made.hexdigest()


def make_key(content: bytes) -> bytes:
    """Return the key of a dataset version, made from its bytes: HKDF-SHA256 (RFC 5869).

    Not from its hashes, which are published.
    """
    # A slow import, which only the step `restore` needs.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, b"readiness: digests of results").derive(content)


def read_key(results: Path, names: Iterable[str]) -> bytes:
    """Return the key for files computed from these dataset versions; b"" where one of the versions
    is not restored.
    """
    try:
        return b"".join(
            read_file(results.joinpath("inputs", *name.split("@"), KEY), 64)
            for name in sorted(names)
        )
    except OSError:
        return b""


def canonical_json(value: object) -> str:
    """Return a value as JSON with sorted keys and no spaces: equal values give the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def readable_json(value: object) -> str:
    """Return a value as JSON for people to read: sorted keys, one per line; equal values give the
    same text.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def hash_record(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a record's canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical_json(record).encode()).hexdigest()
