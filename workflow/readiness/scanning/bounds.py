"""Bound the time that a hostile document takes to read."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from readiness.ground.errors import DataError

MOST_SECONDS = 30


@contextmanager
def bound_time() -> Iterator[None]:
    """Raise DataError in what runs inside after `MOST_SECONDS`, where the system has alarms."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def refuse(*_: object) -> None:
        raise DataError(
            f"the document takes more than {MOST_SECONDS} seconds to read. Scan the pages with the "
            "figures alone."
        )

    before = signal.signal(signal.SIGALRM, refuse)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
