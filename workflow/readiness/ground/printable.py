"""Text from outside as a terminal shows it: escaped, on one line, cut where it is long.

Names of files and answers come from outside, and an escape code in one of them could move the
cursor, hide a line or rename the window.
"""

import json
import re

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
