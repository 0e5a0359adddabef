"""All or nothing: what was done is taken back when the rest fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.files import write_atomically


@contextmanager
def all_or_nothing() -> Iterator[list[Callable[[], None]]]:
    """Within it, what was done is listed with what takes it back, should the rest fail."""
    undo: list[Callable[[], None]] = []
    try:
        yield undo
    except BaseException:
        for step in reversed(undo):
            step()
        raise


def put_back(path: Path, content: bytes | None) -> None:
    """A file as it was; None: it was not there."""
    if content is None:
        path.unlink(missing_ok=True)
    else:
        write_atomically(path, content)
