"""Comparing bytes, wherever they come from, with what the register says they must be."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import IO

from readiness.datasets.versions import Version
from readiness.facts import Fact

CHUNK = 1 << 20
# Bytes that are hashed whatever they are.
LARGE = 64 << 20


# That there is no such file.
ABSENT = Fact("audit.states.absent")


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file's bytes from where it stands, one MiB at a time: an object may exceed the memory."""
    while chunk := file.read(CHUNK):
        yield chunk


def fault_of_bytes(content: Iterable[bytes], version: Version) -> Fact | None:
    """What is wrong with bytes, read once (size, SHA-256, MD5); None when they are the version."""
    size = 0
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for chunk in content:
        size += len(chunk)
        if size > LARGE and b"\0" in chunk:
            # A hole of a terabyte takes no room on the disk, and would be hashed for an hour.
            return Fact("audit.copy.null")
        md5.update(chunk)
        sha256.update(chunk)
    if size != version.bytes:
        return _describe_size(size, version)
    if sha256.hexdigest() != version.sha256:
        return Fact("audit.copy.hash", {"hash": "SHA-256"})
    return Fact("audit.copy.hash", {"hash": "MD5"}) if md5.hexdigest() != version.md5 else None


def fault_of(path: Path, version: Version) -> Fact | None:
    """The same of a file; one that cannot be read is damaged."""
    try:
        if path.is_dir():
            return Fact("audit.copy.folder")
        if path.exists() and not path.is_file():
            return Fact("audit.copy.no_file")
        size = path.stat().st_size
        if size != version.bytes:
            return _describe_size(size, version)
        with path.open("rb") as file:
            return fault_of_bytes(chunks(file), version)
    except OSError as error:
        return _describe_unreadable(error)


def _describe_size(size: int, version: Version) -> Fact:
    return Fact("audit.copy.size", {"found": size, "sealed": version.bytes})


def _describe_unreadable(error: OSError) -> Fact:
    return Fact("audit.unreadable", {"said": error.strerror or "?"})


def fault_if_there(path: Path, version: Version) -> Fact | None:
    """The same; `ABSENT` when there is no such file."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except OSError as error:
        return _describe_unreadable(error)
    return fault_of(path, version)


def say_fault(fault: Fact) -> str:
    """A fault in English, for an error."""
    # What an error says is no part of what a step makes. So the catalogues are loaded by name, out
    # of the step's closure: who edits a text of an audit has no data restored again.
    return str(import_module("readiness.language").tell(fault, "en"))
