"""Holding bytes, wherever they come from, against what the register says they must be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from readiness.datasets.versions import Version

CHUNK = 1 << 20
LARGE = 64 << 20
"""Bytes that are hashed whatever they are."""


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file's bytes from where it stands, one MiB at a time: an object may exceed the memory."""
    while chunk := file.read(CHUNK):
        yield chunk


def fault_of_bytes(content: Iterable[bytes], version: Version) -> str:
    """What is wrong with the bytes, in a few words; "" when they are the version.

    Size, SHA-256 and MD5, in one pass: a stream from a server is read once.
    """
    size = 0
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for chunk in content:
        size += len(chunk)
        if size > LARGE and b"\0" in chunk:
            # A hole of a terabyte takes no room on the disk, and would be hashed for an hour.
            return "it holds null bytes, as no table does"
        md5.update(chunk)
        sha256.update(chunk)
    if size != version.bytes:
        return f"{size} bytes instead of {version.bytes}"
    if sha256.hexdigest() != version.sha256:
        return "its SHA-256 is not the registered one"
    if md5.hexdigest() != version.md5:
        return "its MD5 is not the registered one"
    return ""


def fault_of(path: Path, version: Version) -> str:
    """The same of a file; one that cannot be read is damaged."""
    try:
        if path.is_dir():
            return "it is a folder"
        if path.exists() and not path.is_file():
            return "it is not a file"
        size = path.stat().st_size
        if size != version.bytes:
            return f"{size} bytes instead of {version.bytes}"
        with path.open("rb") as file:
            return fault_of_bytes(chunks(file), version)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"


def fault_if_there(path: Path, version: Version) -> str | None:
    """The same; None when there is no such file."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return fault_of(path, version)
