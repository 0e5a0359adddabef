"""Print to streams that escape what they write and that may be closed or full."""

import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from readiness.ground.printable import printable


def print_json(value: object) -> None:
    """Print a value as JSON, its keys sorted; paths and dates as text."""
    print(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str))


class Spoken(io.TextIOBase):
    """A text stream that escapes what it writes, and goes silent where nobody can read it.

    `fault` is what the system said when a write failed. A command goes on to its end: whether its
    reader has left (`| head -1`) says nothing about its work.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.fault: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Of the stream behind it."""
        return self.stream.encoding

    def write(self, text: str, /) -> int:
        """Write the text, escaped; its length."""
        with self._restore_listening():
            if self.fault is None:
                self.stream.write(printable(text))
        return len(text)

    def flush(self) -> None:
        """Bring what is buffered to the reader."""
        with self._restore_listening():
            if self.fault is None:
                self.stream.flush()

    def isatty(self) -> bool:
        """Whether somebody reads it on a terminal."""
        return self.fault is None and self.stream.isatty()

    def fileno(self) -> int:
        """The descriptor behind it."""
        return self.stream.fileno()

    def writable(self) -> bool:
        """Always: what nobody can read is dropped."""
        return True

    @contextmanager
    def _restore_listening(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.fault = error
            with suppress(OSError, ValueError):
                # What is still buffered must not fail again when the interpreter ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())

    @property
    def reason_lost(self) -> str:
        """Why what was to be read is lost; "" when nothing is, or when the reader has left."""
        if self.fault is None or self.fault.errno == errno.EPIPE:
            return ""
        return str(self.fault.strerror)


@contextmanager
def speaking() -> Iterator[tuple[Spoken, Spoken]]:
    """Within it, standard output and error are `Spoken`, also where they are closed."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # Or the next file that is opened takes its number, and is printed into.
            os.open(os.devnull, os.O_RDWR)
    before = sys.stdout, sys.stderr
    for stream in before:
        # Under LC_ALL=C a French or Arabic message would otherwise be a UnicodeEncodeError.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    out, err = (
        Spoken(stream or open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        for stream in before
    )
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        out.flush()
        err.flush()
        sys.stdout, sys.stderr = before
