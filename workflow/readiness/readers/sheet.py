"""The bytes of an export as a bounded table of text, before any tool is known.

What they are is told from the bytes, never from the name of the file: a delimited text, a workbook,
an SPSS file. Nothing is interpreted: cells stay the text that was exported.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from readiness.questionnaire import match_key
from readiness.readers import delimited, spss, workbooks
from readiness.readers.table import Sheet, Variable
from readiness.tables import read_bytes

__all__ = ["Sheet", "Variable", "read_sheet"]


def read_sheet(
    path: Path,
    content: bytes | None = None,
    *,
    wanted: Collection[str] = (),
    letters: Collection[str] = (),
    encoding: str | None = None,
    name: str | None = None,
) -> Sheet:
    """The table that a file holds.

    Args:
        path: the file, for messages too.
        content: its bytes where they are in hand already.
        wanted: headers that are expected, if any are known: they tell the header row from a
            preamble.
        letters: texts that are expected in cells; together with headers they tell the right letters
            of an 8-bit encoding from wrong ones.
        encoding: that of a delimited text, where its bytes do not tell.
        name: the sheet of a workbook; None: the first that holds cells.

    Raises DataError, in one line naming the file and the row, when it is missing, empty, no table
    (a row with more cells than the header, one that is cut, a quote left open), an archive, or of
    an encoding that cannot be told.
    """
    content = read_bytes(path, "the export") if content is None else content
    keys = frozenset(map(match_key, wanted))
    if workbooks.is_workbook(path, content):
        return workbooks.read(path, content, keys, name)
    if spss.is_spss(content):
        return spss.read(path, content)
    expected = keys | frozenset(map(match_key, letters))
    return delimited.read(path, content, keys, expected, encoding)
