"""Escape text that a spreadsheet would run as a formula, in files meant for people.

A cell that begins with = + - @, a tab, a line end or NUL is taken for a formula by spreadsheet
programs (OWASP ASVS 1.2.10, CWE-1236); some locales read the full-width forms alike. An apostrophe
before the text makes the cell text. The copy meant for machines keeps the value: never write a
machine file with these functions.
"""

import re

import pandas as pd

DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠")


def escape_cell(text: str) -> str:
    """Return text with an apostrophe put before formulas that a spreadsheet could run.

    "-5" is escaped too: in a text column "-5" is text. Numbers belong in numeric columns.
    """
    return f"'{text}" if text.startswith(DANGEROUS) else text


# A signed number as text, with or without its unit: "+3,2 points".
_NUMBER = re.compile(r"[+-]\d[\d.,\u00a0\u202f ]*(?:[^\W\d_]+|%)?")


def escape_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of a table for people, with all text escaped but signed numbers."""
    safe = escape_frame(frame)
    for position in range(frame.shape[1]):
        cells = zip(frame.iloc[:, position].tolist(), safe.iloc[:, position].tolist(), strict=True)
        shown_cells = [
            cell if isinstance(cell, str) and _NUMBER.fullmatch(cell) else escaped
            for cell, escaped in cells
        ]
        safe.isetitem(position, shown_cells)
    return safe


def escape_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of a table for people: text cells and headers escaped, numbers as they are."""
    safe = frame.copy()
    for position, dtype in enumerate(frame.dtypes):
        if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype):
            continue
        column = frame.iloc[:, position].tolist()
        safe.isetitem(
            position, [escape_cell(cell) if isinstance(cell, str) else cell for cell in column]
        )
    safe.columns = pd.Index([escape_cell(str(name)) for name in frame.columns])
    return safe
