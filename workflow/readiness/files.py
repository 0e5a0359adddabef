"""Files written whole or not at all, and files that say who is at work."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

TEMPORARY = ".tmp"
"""How the hidden name ends of what is being written, and of what a killed process has left."""
JOBS = Path("results/.jobs.lock")
"""Held, shared, by every step of the workflow that is at work."""


def read_file(path: Path) -> bytes:
    """The bytes of a file; OSError when it is none, for reading a pipe would never end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a file", str(path))
    return path.read_bytes()


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a whole file or nothing: to a temporary name beside it, then rename.

    Raises OSError that names `path`: that of a write on a full disk names no file.
    """
    temporary = temporary_name(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def temporary_name(path: Path) -> Path:
    """The name beside `path` under which it is written until it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")


def left_behind(path: Path) -> list[Path]:
    """What killed processes have left of writing `path`, whole or not; of nobody else's files."""
    name = re.compile(rf"\.{re.escape(path.name)}\.\d+{re.escape(TEMPORARY)}")
    return sorted(other for other in path.parent.glob(".*") if name.fullmatch(other.name))


def make_room(path: Path, size: int = 4096) -> None:
    """Make a blank file that can be written later, also when the disk has become full by then."""
    write_atomically(path, b" " * size)


def note_once(path: Path, text: str) -> None:
    """Write `text` into a file that `make_room` made, unless somebody has written there before."""
    with path.open("r+b") as file:
        if not file.read().strip():
            file.seek(0)
            # One call, in place: it needs no more of the disk and is whole or not there.
            os.write(file.fileno(), text.encode("utf-8"))


def lock(path: Path, *, shared: bool = False) -> int:
    """Lock a file (made when missing) until the returned descriptor is closed or the process ends.

    Many may hold it `shared`, one alone otherwise. Never waits: BlockingIOError when somebody else
    holds it; OSError when the file cannot be opened.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
