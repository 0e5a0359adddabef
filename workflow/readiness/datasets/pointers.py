"""Read and write DVC pointer files (`<version>.csv.dvc`) without DVC."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO

import yaml

from readiness.datasets.versions import WHOLE_NUMBER, Version, object_name, register_line
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.ground.files import LARGEST, read_file
from readiness.ground.safe_yaml import TextLoader, read_yaml_text


@dataclass(frozen=True)
class Pointer:
    """A file under DVC: MD5 (32 hexadecimal digits), size in bytes, name."""

    md5: str
    size: int
    name: str

    def as_text(self) -> str:
        """Return the pointer's YAML, as DVC writes it."""
        # YAML reads digits alone, or with one e, as a number.
        md5 = f"'{self.md5}'" if re.fullmatch(r"\d+(e\d+)?", self.md5) else self.md5
        return f"outs:\n- md5: {md5}\n  size: {self.size}\n  hash: md5\n  path: {self.name}\n"

    @property
    def object_name(self) -> str:
        """Path of the object, relative to a DVC cache or remote."""
        return object_name(self.md5)


def parse_pointer(text: str, source: str) -> Pointer:
    """Return the pointer in `text`. Raises DataError naming `source` unless it names one file."""
    expected = "expected a DVC pointer: outs with one entry of md5, size and path"
    try:
        # All scalars as text: a hash of digits alone is no number.
        (out,) = read_yaml_text(text, TextLoader)["outs"]
        if not re.fullmatch(WHOLE_NUMBER, out["size"]):
            raise ValueError
        pointer = Pointer(md5=str(out["md5"]), size=int(out["size"]), name=str(out["path"]))
    except (yaml.YAMLError, TypeError, KeyError, ValueError):
        raise DataError(f"{source}: {expected}. Restore it with git.") from None
    if not re.fullmatch(r"[0-9a-f]{32}", pointer.md5):
        raise DataError(f"{source}: {pointer.md5!r} is not the MD5 of a file; {expected}.")
    return pointer


def read_pointer(path: Path) -> Pointer:
    """Read the pointer file at `path`. Raises DataError when it is missing or damaged."""
    try:
        return parse_pointer(read_file(path).decode("utf-8"), str(path))
    except OSError:
        raise DataError(f"{path}: the DVC pointer is missing. Restore it with git.") from None
    except UnicodeDecodeError:
        raise DataError(
            f"{path}: not a DVC pointer, but binary data. Restore it with git."
        ) from None


def read_licence(path: Path) -> str:
    """Return the licence in the pointer file at `path`; "" where it states none.

    Raises DataError when the file is damaged.
    """
    if not path.is_file():
        return ""
    try:
        document = read_yaml_text(read_file(path), TextLoader)
        meta = document.get("meta") or {}
        licence = meta.get("licence") or ""
    except (AttributeError, UnicodeDecodeError, yaml.YAMLError):
        raise DataError(f"{path}: not a DVC pointer. Restore it with git.") from None
    return " ".join(licence.split()) if isinstance(licence, str) else ""


def check_pointer(root: Path, version: Version) -> Pointer:
    """Return the version's pointer. Raises DataError unless MD5 and size agree with the
    register.
    """
    path = root / version.pointer_path
    pointer = read_pointer(path)
    if (pointer.md5, pointer.size) != (version.md5, version.bytes):
        raise DataError(
            f"{path}: points to {pointer.md5} ({pointer.size} bytes), but data/versions.csv has "
            f"{version.md5} ({version.bytes} bytes) for {version.name}. Restore both with git; "
            "what `dvc add` took is a version of its own: "
            + register_line(root, version.pointer_path.with_suffix(""), version.dataset)
        )
    return pointer


# The fault of a missing file.
ABSENT = Fact("audit.states.absent")


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the bytes of an open file from its position on, one MiB at a time.

    A file may be larger than the memory.
    """
    while chunk := file.read(1 << 20):
        yield chunk


def fault_of_bytes(content: Iterable[bytes], version: Version) -> Fact | None:
    """Return the fault of some bytes (size, SHA-256, MD5); None when they are the version's."""
    size = 0
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for chunk in content:
        size += len(chunk)
        # A sparse file of a terabyte takes no room on the disk, and an hour to hash.
        if size > LARGEST and b"\0" in chunk:
            return Fact("audit.copy.null")
        md5.update(chunk)
        sha256.update(chunk)
    if size != version.bytes:
        return Fact("audit.copy.size", {"found": size, "sealed": version.bytes})
    if sha256.hexdigest() != version.sha256:
        return Fact("audit.copy.hash", {"hash": "SHA-256"})
    return Fact("audit.copy.hash", {"hash": "MD5"}) if md5.hexdigest() != version.md5 else None


def fault_of(path: Path, version: Version) -> Fact | None:
    """Return the fault of an existing file; None when its bytes are the version's.

    An unreadable file is a fault.
    """
    try:
        if path.is_dir():
            return Fact("audit.copy.folder")
        if path.exists() and not path.is_file():
            return Fact("audit.copy.no_file")
        size = path.stat().st_size
        if size != version.bytes:
            return Fact("audit.copy.size", {"found": size, "sealed": version.bytes})
        with path.open("rb") as file:
            return fault_of_bytes(chunks(file), version)
    except OSError as error:
        return unreadable(error)


def unreadable(error: OSError) -> Fact:
    """Return the fault of a file that cannot be read, with the system's reason."""
    return Fact("audit.unreadable", {"said": error.strerror or "?"})


def fault_if_there(path: Path, version: Version) -> Fact | None:
    """Return the fault of a file as `fault_of` does, or `ABSENT` for a missing file."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except OSError as error:
        return unreadable(error)
    return fault_of(path, version)


def say_fault(fault: Fact) -> str:
    """Return a fault in English, for an error."""
    # An error's text is no result of a step. So the catalogues are imported by name, outside the
    # step's closure: an edited text of an audit restores no data again.
    return str(import_module("readiness.language").tell(fault, "en"))
