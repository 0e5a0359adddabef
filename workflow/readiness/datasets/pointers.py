"""DVC pointer files (`<version>.csv.dvc`): read and written without DVC.

One pointer names one file by MD5 and size; DVC 3 writes it as YAML. Reading it directly costs
milliseconds and needs no git history, so an audit works in a plain zip of the tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from readiness.bounded import TextLoader, read_yaml_text
from readiness.datasets.versions import WHOLE_NUMBER, Version, object_name
from readiness.errors import DataError
from readiness.files import read_file, write_atomically


@dataclass(frozen=True)
class Pointer:
    """A file under DVC: its MD5 (32 hexadecimal digits), its size in bytes, its name."""

    md5: str
    size: int
    name: str

    def as_text(self) -> str:
        """The pointer's YAML, as DVC writes it."""
        # Digits alone, or around one e, would be read as a number.
        md5 = f"'{self.md5}'" if re.fullmatch(r"\d+(e\d+)?", self.md5) else self.md5
        return f"outs:\n- md5: {md5}\n  size: {self.size}\n  hash: md5\n  path: {self.name}\n"

    @property
    def object_name(self) -> str:
        """Where the object lies in a DVC cache or remote, relative to its root."""
        return object_name(self.md5)


def parse_pointer(text: str, source: str) -> Pointer:
    """The pointer in `text`; DataError naming `source` when it is not a pointer to one file."""
    expected = "expected a DVC pointer: outs with one entry of md5, size and path"
    try:
        # Every value as text: a hash of digits alone is no number.
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
    """The pointer file at `path`; DataError when it is missing or damaged."""
    try:
        return parse_pointer(read_file(path).decode("utf-8"), str(path))
    except OSError:
        raise DataError(f"{path}: no such pointer. Restore it with git.") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not a pointer, no text at all. Restore it with git.") from None


def check_pointer(root: Path, version: Version) -> Pointer:
    """The version's pointer, which must agree with the register on MD5 and size."""
    path = root / version.pointer_path
    pointer = read_pointer(path)
    if (pointer.md5, pointer.size) != (version.md5, version.bytes):
        raise DataError(
            f"{path}: points to {pointer.md5} ({pointer.size} bytes), but data/versions.csv has "
            f"{version.md5} ({version.bytes} bytes) for {version.name}. Restore both with git."
        )
    return pointer


def write_pointer(path: Path, pointer: Pointer) -> None:
    """Write the pointer file, whole or not at all."""
    write_atomically(path, pointer.as_text())
