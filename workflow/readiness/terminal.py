"""What is printed: text that a terminal shows as it is, to a stream that may be closed or full.

All that a command says goes through `printable`: names of files and answers come from outside, and
an escape code in one of them could move the cursor, hide a line or rename the window.
"""

import errno
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

# Control characters but tab and line end, separators of lines, what turns the direction of writing,
# halves of a character (bytes of a file's name that are no UTF-8), what takes no room and so makes
# two names of one.
_MOVES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\u200b\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Characters of one line of a message.
LONGEST_LINE = 600


def printable(text: str) -> str:
    """The text without what moves a cursor or turns the direction; `\\u001b` in its place."""
    # As JSON writes it: in a printed JSON document it is the same text as before.
    # (json itself leaves U+007F as it is.)
    return _MOVES.sub(lambda m: json.dumps(m[0])[1:-1].replace("\x7f", "\\u007f"), text)


def print_json(value: object) -> None:
    """Print a value as JSON, its keys sorted; paths and dates as text."""
    print(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str))


def one_line(text: str) -> str:
    """The same on one line: tabs and line ends are escaped, too."""
    return printable(text).replace("\t", "\\t").replace("\n", "\\n")


def shorten(text: str, longest: int = 60) -> str:
    """The text, its end cut where it is longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def quote_cell(cell: object) -> str:
    """A cell or a name in quotes for a message, cut where it is long: it may be of millions."""
    return repr(shorten(str(cell)))


def cut_lines(message: str) -> str:
    """The message, each line cut in its middle: its beginning says where, its end what to do."""
    head, tail = 2 * LONGEST_LINE // 3, LONGEST_LINE // 4
    return "\n".join(
        line
        if len(line) <= LONGEST_LINE
        else f"{line[:head]} [… {len(line) - head - tail} characters …] {line[-tail:]}"
        for line in message.split("\n")
    )


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
