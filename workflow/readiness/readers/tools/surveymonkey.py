"""SurveyMonkey: two rows of headers, the question and below it the option or row.

A question of several columns stands above the first of them only. A ticked box holds the option's
text. Moments are month first, as in the United States. pandas, which knows one row of headers,
calls the empty cells of the first `Unnamed: 3`.
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
# What stands below a question of one column.
_WHOLE = {"", "response", "open-ended response", "score"}
# What tells the second row of headers where the number of the collector was left out.
_BELOW = _WHOLE - {""}
_UNNAMED = re.compile(r"\s*(?:Unnamed: \d+)?\s*")


class SurveyMonkey(Tool):
    """See above."""

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
        """Both numbers that every export begins with, or a second row of headers."""
        return 0.9 if self._find_head(sheet) is not None else 0.0

    def is_certain(self, sheet: Sheet) -> bool:
        """Both numbers that every export begins with."""
        return {match_key(column) for column in sheet.columns} >= _SIGNATURE

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Below the header of a question stands what kind of answer it has."""
        return not any(match_key(row[at]) for row in sheet.under)

    def _find_head(self, sheet: Sheet) -> int | None:
        """Which of the rows from the first of the file to the header names the questions."""
        rows = [*sheet.above, sheet.columns, *sheet.first(1)]
        for at, row in enumerate(rows[: len(sheet.above) + 1]):
            below = rows[at + 1] if at + 1 < len(rows) else ()
            if {match_key(cell) for cell in row} >= _SIGNATURE or (
                self._is_second_head(row, below) and _BELOW & {match_key(cell) for cell in below}
            ):
                return at
        return None

    def _is_second_head(self, head: tuple[str, ...], below: tuple[str, ...]) -> bool:
        """Whether nothing stands below the columns that the tool adds, and something elsewhere.

        Where these were left out: whether something stands below each column without a name.
        """
        own = [self.adds(match_key(column)) for column in head]
        filled = [bool(match_key(cell)) for cell in below]
        if any(own):
            return any(filled) and not any(map(min, zip(own, filled, strict=False)))
        unnamed = [f for f, column in zip(filled, head, strict=False) if _UNNAMED.fullmatch(column)]
        return len(unnamed) > 1 and all(unnamed)

    def prepare(self, sheet: Sheet) -> Sheet:
        """The question above each of its columns; the row below the header apart."""
        rows, first = [*sheet.above, sheet.columns], self._find_head(sheet)
        if sheet.under or first is None:
            return sheet
        below = sheet.below(0)
        if first < len(rows) - 1:
            below = replace(below, under=(sheet.columns,))
        elif len(sheet) and self._is_second_head(sheet.columns, sheet.first(1)[0]):
            below = sheet.below(1)
        filled: list[str] = []
        # A row above the header may end before it does, as a row without its empty cells.
        for _, cell in zip_longest(sheet.columns, rows[first][: len(sheet.columns)], fillvalue=""):
            unnamed = _UNNAMED.fullmatch(cell) is not None
            filled.append(filled[-1] if unnamed and filled else "" if unnamed else cell)
        return replace(below, columns=tuple(filled))

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """The question alone where its column is the only one, else with what stands below."""
        if not sheet.under:
            return [(column,) for column in sheet.columns]
        return [
            (column,)
            if not column or match_key(below) in _WHOLE
            else (f"{column} [{below}]", below)
            for column, below in zip(sheet.columns, sheet.under[0], strict=True)
        ]

    def order(self, sheet: Sheet, at: int, questionnaire: Questionnaire) -> str:
        """Month first, whatever the questionnaire's language."""
        stated = questionnaire.export.dates
        return super().order(sheet, at, questionnaire) if stated else MONTH_FIRST
