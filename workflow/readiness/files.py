"""Files written whole or not at all, and files that say who is at work."""

from __future__ import annotations

import os
from pathlib import Path

JOBS = Path("results/.jobs.lock")
"""Held, shared, by every step of the workflow that is at work."""


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a whole file or nothing: to a temporary name beside it, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
