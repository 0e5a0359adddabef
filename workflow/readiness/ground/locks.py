"""Locks of files, which tell processes of one project that another is at work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.ground.errors import BusyError


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


@contextmanager
def holding(path: Path, busy: str) -> Iterator[None]:
    """Within it, a file is locked; BusyError saying `busy` when another process holds it."""
    try:
        descriptor = lock(path)
    except BlockingIOError:
        raise BusyError(busy) from None
    try:
        yield
    finally:
        os.close(descriptor)
