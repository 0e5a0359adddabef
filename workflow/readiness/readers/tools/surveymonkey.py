"""Read SurveyMonkey: two header rows, the question and below it the option or row.

A question with several columns is written above the first of them only. A ticked box holds the
option's text. Dates are month first, as in the United States. pandas, which reads one header row,
names the empty cells of the first `Unnamed: 3`.
"""

import re
from dataclasses import replace
from itertools import zip_longest
from typing import ClassVar

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.moments import MONTH_FIRST
from readiness.readers.table import Sheet
from readiness.readers.tools.added import ANYTHING, OFFICE, PERSON
from readiness.readers.tools.base import Tool

_SIGNATURE = {"respondent id", "collector id"}
# Second header of a question with one column.
_WHOLE = {"", "response", "open-ended response", "score"}
# Second headers that identify this row where the collector's number was removed.
_BELOW = _WHOLE - {""}
_UNNAMED = re.compile(r"\s*(?:Unnamed: \d+)?\s*")


class SurveyMonkey(Tool):
    """SurveyMonkey, with or without the collector's columns."""

    name = "surveymonkey"
    title = "SurveyMonkey"
    own: ClassVar = {
        "respondent id": "respondent",
        "respondentid": "respondent",
        "start date": "started",
        "end date": "timestamp",
        "date created": "started",
        "date modified": "timestamp",
    }
    also: ClassVar = {
        r"collector id": "whole",
        r"ip address": "address",
        r"email address": "mail",
        r"(first|last) name": PERSON,
        r"tags?": ANYTHING,
        r"custom data( \d+)?|custom_\d+": OFFICE,
    }
    signs = (",", ";")

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return 0.9 for the two identifiers of every export, or for a second header row."""
        return 0.9 if self._find_head(sheet) is not None else 0.0

    def is_certain(self, sheet: Sheet) -> bool:
        """Return whether the sheet has the two identifiers of every export."""
        return {match_key(column) for column in sheet.columns} >= _SIGNATURE

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether no second header is below the first: a question has one."""
        return not any(match_key(row[at]) for row in sheet.under)

    def _find_head(self, sheet: Sheet) -> int | None:
        """Return the position of the row of questions, from the first of the file to the header."""
        rows = [*sheet.above, sheet.columns, *sheet.first(1)]
        for at, row in enumerate(rows[: len(sheet.above) + 1]):
            below = rows[at + 1] if at + 1 < len(rows) else ()
            if {match_key(cell) for cell in row} >= _SIGNATURE or (
                self._is_second_head(row, below) and _BELOW & {match_key(cell) for cell in below}
            ):
                return at
        return None

    def _is_second_head(self, head: tuple[str, ...], below: tuple[str, ...]) -> bool:
        """Return whether nothing is below the columns that the tool adds, and something elsewhere.

        Where these columns were removed: whether every column without a name has a cell below.
        """
        is_added = [self.adds(match_key(column)) for column in head]
        filled = [bool(match_key(cell)) for cell in below]
        if any(is_added):
            return any(filled) and not any(map(min, zip(is_added, filled, strict=False)))
        unnamed = [
            is_filled
            for is_filled, column in zip(filled, head, strict=False)
            if _UNNAMED.fullmatch(column)
        ]
        return len(unnamed) > 1 and all(unnamed)

    def prepare(self, sheet: Sheet) -> Sheet:
        """Return the sheet with the question above each of its columns, and the second header
        apart.
        """
        rows, first = [*sheet.above, sheet.columns], self._find_head(sheet)
        if sheet.under or first is None:
            return sheet
        below = sheet.below(0)
        if first < len(rows) - 1:
            below = replace(below, under=(sheet.columns,))
        elif len(sheet) and self._is_second_head(sheet.columns, sheet.first(1)[0]):
            below = sheet.below(1)
        filled: list[str] = []
        # A row above the header may be shorter, without its empty cells at the end.
        for _, cell in zip_longest(sheet.columns, rows[first][: len(sheet.columns)], fillvalue=""):
            if _UNNAMED.fullmatch(cell):
                filled.append(filled[-1] if filled else "")
            else:
                filled.append(cell)
        return replace(below, columns=tuple(filled))

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Return the question alone for a single column, else with its second header."""
        if not sheet.under:
            return [(column,) for column in sheet.columns]
        headings: list[tuple[str, ...]] = []
        for column, below in zip(sheet.columns, sheet.under[0], strict=True):
            is_whole = not column or match_key(below) in _WHOLE
            headings.append((column,) if is_whole else (f"{column} [{below}]", below))
        return headings

    def order(self, sheet: Sheet, at: int, questionnaire: Questionnaire) -> str:
        """Return month first, unless the questionnaire declares an order."""
        stated = questionnaire.export.dates
        return super().order(sheet, at, questionnaire) if stated else MONTH_FIRST
