"""SurveyMonkey: two rows of headers, the question and below it the option or row.

A question of several columns stands above the first of them only. A ticked box holds the option's
text. Moments are month first, as in the United States.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.moments import MONTH_FIRST
from readiness.readers.table import Sheet
from readiness.readers.tools.base import Tool

_SIGNATURE = {"respondent id", "collector id"}
# What stands below a question of one column.
_WHOLE = {"", "response", "open-ended response", "score"}


class SurveyMonkey(Tool):
    """See above."""

    name = "surveymonkey"
    title = "SurveyMonkey"
    own: ClassVar = {
        "respondent id": "respondent",
        "start date": "started",
        "end date": "timestamp",
        "date created": "started",
        "date modified": "timestamp",
        **dict.fromkeys(
            (
                "collector id",
                "ip address",
                "email address",
                "first name",
                "last name",
            ),
            "",
        ),
    }
    also = re.compile(r"custom data( \d+)?|custom_\d+|tags?")
    signs = (",", ";")

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Both numbers that every export begins with."""
        keys = {match_key(cell) for row in (*sheet.above, sheet.columns) for cell in row}
        return 0.9 if keys >= _SIGNATURE else 0.0

    def prepare(self, sheet: Sheet) -> Sheet:
        """The question above each of its columns; the row below the header apart."""
        if sheet.under:
            return sheet
        rows = [*sheet.above, sheet.columns]
        found = [at for at, row in enumerate(rows) if {match_key(c) for c in row} >= _SIGNATURE]
        if not found:
            return sheet
        first = found[0]
        below = sheet.below(0)
        if first == len(rows) - 1:
            # The second header has nothing below the number of the respondent.
            at = next(i for i, cell in enumerate(rows[first]) if match_key(cell) == "respondent id")
            if len(sheet) and not match_key(sheet.first(1)[0][at]):
                below = sheet.below(1)
        else:
            below = replace(below, under=(sheet.columns,))
        filled: list[str] = []
        for cell in rows[first]:
            filled.append(cell if match_key(cell) or not filled else filled[-1])
        return replace(below, columns=tuple(filled))

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """The question alone where its column is the only one, else with what stands below."""
        if not sheet.under:
            return [(column,) for column in sheet.columns]
        return [
            (column,) if match_key(below) in _WHOLE else (f"{column} [{below}]", below)
            for column, below in zip(sheet.columns, sheet.under[0], strict=True)
        ]

    def order(self, sheet: Sheet, at: int, questionnaire: Questionnaire) -> str:
        """Month first, whatever the questionnaire's language."""
        stated = questionnaire.export.dates
        return super().order(sheet, at, questionnaire) if stated else MONTH_FIRST
