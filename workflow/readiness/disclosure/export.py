"""Text that a spreadsheet would run: made harmless in files meant for people.

A cell that begins with = + - @, a tab, a line end or NUL is taken for a formula by spreadsheet
programs (OWASP ASVS 1.2.10, CWE-1236); the full-width forms are read alike in some locales. An
apostrophe before it makes it text. The copy meant for machines keeps the value: never write a
machine file with these functions.
"""

import re

import pandas as pd

DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠")


def escape_cell(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could run it.

    "-5" is escaped too: in a text column it is text. Numbers belong in numeric columns.
    """
    return f"'{text}" if text.startswith(DANGEROUS) else text


# A number with its sign, as a register has it or as its reader sees it ("+3,2 points").
_NUMBER = re.compile(r"[+-]\d[\d.,\u00a0\u202f ]*(?:[^\W\d_]+|%)?")


def escape_words(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy for people of a table whose numbers are text: all text escaped but those numbers."""
    safe = escape_frame(frame)
    for position in range(frame.shape[1]):
        cells = zip(frame.iloc[:, position].tolist(), safe.iloc[:, position].tolist(), strict=True)
        kept = [v if isinstance(v, str) and _NUMBER.fullmatch(v) else other for v, other in cells]
        safe.isetitem(position, kept)
    return safe


def escape_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy for people: the text cells and the headers escaped, numeric columns as they are."""
    safe = frame.copy()
    for position, dtype in enumerate(frame.dtypes):
        if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype):
            continue
        column = frame.iloc[:, position].tolist()
        safe.isetitem(position, [escape_cell(v) if isinstance(v, str) else v for v in column])
    safe.columns = pd.Index([escape_cell(str(name)) for name in frame.columns])
    return safe
