"""Microsoft Forms: a workbook with a number, two moments, mail and name before the questions.

Ticked options are joined by a semicolon, with one more at the end. The headers of the first columns
are in the language of who exports; their cells tell them.
"""

from __future__ import annotations

import re
from typing import ClassVar

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.assigned import Assigned
from readiness.readers.moments import looks_like_moments
from readiness.readers.table import Sheet
from readiness.readers.tools.base import Tool

_SIGNATURE = {"start time", "completion time"}


class MicrosoftForms(Tool):
    """See above."""

    name = "microsoft-forms"
    title = "Microsoft Forms"
    own: ClassVar = {
        "id": "respondent", "start time": "started", "completion time": "timestamp",
        **dict.fromkeys((
            "email", "name", "last modified time", "total points", "quiz feedback", "language",
        ), ""),
    }  # fmt: skip
    also = re.compile(r"(points|feedback) - .+")
    signs = (";",)

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Its own headers, or a number and two moments in the first columns."""
        keys = {match_key(column) for column in sheet.columns}
        if keys >= _SIGNATURE:
            return 0.9
        return 0.8 if self._localised(sheet) else 0.0

    def _localised(self, sheet: Sheet) -> bool:
        return (
            sheet.format != "sav"
            and len(sheet.columns) > 4
            and len(sheet) > 0
            and all(text.strip().isdigit() for text in sheet.some(0))
            and looks_like_moments(sheet.some(1))
            and looks_like_moments(sheet.some(2))
        )

    def assigned(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """What stands before the first question is the tool's own, in whatever language."""
        made = super().assigned(sheet, questionnaire)
        if "timestamp" not in made.roles and self._localised(sheet):
            made.roles |= {"respondent": 0, "started": 1, "timestamp": 2}
        if "timestamp" in made.roles:
            made.roles["ended"] = made.roles["timestamp"]
        first = min(made.items.values(), default=0)
        made.unknown = [at for at in made.unknown if at > first]
        return made
