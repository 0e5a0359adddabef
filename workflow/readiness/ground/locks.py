"""File locks, by which a process of a project knows that another process is at work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.ground.errors import BusyError


def lock(path: Path, *, shared: bool = False) -> int:
    """Lock a file (made when missing) until the returned descriptor is closed or the process ends.

    `shared`: other processes may hold the lock, too, if theirs is shared. Does not wait: raises
    BlockingIOError when another process holds the lock. OSError: the file cannot be opened.
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
    """Hold a lock on a file. Raises BusyError with the message `busy` when another process holds
    the lock.
    """
    try:
        descriptor = lock(path)
    except BlockingIOError:
        raise BusyError(busy) from None
    try:
        yield
    finally:
        os.close(descriptor)
