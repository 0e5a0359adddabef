"""Make text from outside safe to print on a terminal: escaped, on one line, shortened.

File names and answers may hold escape codes, which could move the cursor, hide a line or rename the
window.
"""

import json
import re

# Characters that are escaped: control characters except tab and line end, line separators,
# direction marks, surrogates (bytes of a file name that are not UTF-8), and invisible characters,
# with which two different names would look alike.
_MOVES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\u200b\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


# Largest length of one line of a message, in characters.
LONGEST_LINE = 600


def printable(text: str) -> str:
    """Return a text with escapes (`\\u001b`) for control, direction and invisible characters."""
    # Escaped as in JSON, so that a printed JSON document keeps its meaning. `json` does not escape
    # U+007F.
    return _MOVES.sub(lambda m: json.dumps(m[0])[1:-1].replace("\x7f", "\\u007f"), text)


def one_line(text: str) -> str:
    """Return a text as `printable` does, on one line: tabs and line ends are escaped, too."""
    return printable(text).replace("\t", "\\t").replace("\n", "\\n")


def shorten(text: str, longest: int = 60) -> str:
    """Cut a text to at most `longest` characters, the last of which is then an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def quote_cell(cell: object) -> str:
    """Return a cell or a name in quotes for a message, cut because it may be very long."""
    return repr(shorten(str(cell)))


def cut_lines(message: str) -> str:
    """Return a message with long lines cut in the middle.

    The beginning of a line says where the problem is, its end what to do.
    """
    head_length, tail_length = 2 * LONGEST_LINE // 3, LONGEST_LINE // 4
    return "\n".join(
        line
        if len(line) <= LONGEST_LINE
        else f"{line[:head_length]} [… {len(line) - head_length - tail_length} characters …] "
        f"{line[-tail_length:]}"
        for line in message.split("\n")
    )
