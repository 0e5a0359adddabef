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
    """A text stream that escapes texts, and drops all texts after a write has failed.

    `fault`: error of the failed write. The command still runs to its end: with `| head -1`, the
    reader closes the pipe, but the command's work is wanted.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.fault: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the wrapped stream."""
        return self.stream.encoding

    def write(self, text: str, /) -> int:
        """Write the text, escaped; return its length before escaping."""
        with self._restore_listening():
            if self.fault is None:
                self.stream.write(printable(text))
        return len(text)

    def flush(self) -> None:
        """Flush the wrapped stream."""
        with self._restore_listening():
            if self.fault is None:
                self.stream.flush()

    def isatty(self) -> bool:
        """Return whether the wrapped stream is a terminal and no write has failed."""
        return self.fault is None and self.stream.isatty()

    def fileno(self) -> int:
        """Return the file descriptor of the wrapped stream."""
        return self.stream.fileno()

    def writable(self) -> bool:
        """Return True: after a failed write, text is dropped without an error."""
        return True

    @contextmanager
    def _restore_listening(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.fault = error
            with suppress(OSError, ValueError):
                # The interpreter flushes buffered text when it ends, which must not fail again.
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())

    @property
    def reason_lost(self) -> str:
        """Reason why output was lost; "" if none was, or if the reader closed the pipe."""
        if self.fault is None or self.fault.errno == errno.EPIPE:
            return ""
        return str(self.fault.strerror)


@contextmanager
def speaking() -> Iterator[tuple[Spoken, Spoken]]:
    """Replace standard output and error by `Spoken` streams, also where they are closed."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # Otherwise the next opened file gets this descriptor, and output is written into it.
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
