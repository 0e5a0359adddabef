"""Read Google Forms and Microsoft Forms: a table of texts, with a few columns of the tool's own.

Google: the CSV of a form, or the linked sheet as CSV or workbook. One header of question texts;
grids as `Question [row]`; ticked options joined by `, ` and containing commas. The first column is
the time of submission, in the notation of the form's or the sheet's language; a mail address and a
score may follow.

Microsoft: a workbook with a number, two times, mail and name before the questions. Ticked options
are joined by a semicolon, with one more at the end. The headers of the first columns are in the
exporting user's language; they are recognised by their cells.
"""

import re
from typing import ClassVar

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.assigned import Assigned
from readiness.readers.moments import looks_like_moments
from readiness.readers.table import Sheet
from readiness.readers.tools.added import ANYTHING, MOMENT, PERSON
from readiness.readers.tools.base import Tool

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SCORE = re.compile(r"(?:--|\d+(?:[.,]\d+)?) ?/ ?\d+")
# Number of first columns among which the form puts its own.
_BESIDE = 4


class GoogleForms(Tool):
    """Google Forms; ticked options are split in validation, cell by cell."""

    name = "google-forms"
    title = "Google Forms"
    signs = (", ", ";")
    keeps_joined = True

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return 0.7 for the questionnaire's timestamp header, 0.6 for times in the first
        column.
        """
        if sheet.format == "sav" or not sheet.columns:
            return 0.0
        stated = questionnaire.export.timestamp if questionnaire else None
        if stated and match_key(stated) in map(match_key, sheet.columns):
            return 0.7
        return 0.6 if looks_like_moments(sheet.some(0)) else 0.0

    def assign_columns(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """Assign the columns; the first one is the timestamp, with any header."""
        assigned = super().assign_columns(sheet, questionnaire)
        stated = questionnaire.export.timestamp
        if 0 in assigned.unknown and (
            "timestamp" not in assigned.roles and looks_like_moments(sheet.some(0))
        ):
            assigned.roles["timestamp"] = 0
            assigned.unknown.remove(0)
            assigned.missing = [header for header in assigned.missing if header != stated]
        return assigned

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a column is a mail address or score beside the timestamp, or a quiz
        score.
        """
        given = [text.strip() for text in sheet.rows[at].texts if text.strip()]
        near, of_one = 0 < at < _BESIDE, sheet.columns[at].endswith("]")
        known = [_MAIL] * near + [_SCORE] * (near or of_one)
        return bool(given) and any(all(map(pattern.fullmatch, given)) for pattern in known)

    def is_certain(self, sheet: Sheet) -> bool:
        """Return whether the sheet is a quiz, with a score after each question; other tables are
        not.
        """
        named = set(map(match_key, sheet.columns))
        return any(
            match_key(column.rpartition("[")[0]) in named and self.is_own(sheet, at)
            for at, column in enumerate(sheet.columns)
            if column.endswith("]")
        )


_SIGNATURE = {"start time", "completion time"}
# Points or feedback of one question in a quiz.
_OF_ONE = re.compile(r"(?:Points|Feedback) - (.+)", re.DOTALL)
# Most columns before the first question.
_FIRST = 9


class MicrosoftForms(Tool):
    """Microsoft Forms; headers of its own columns in any language."""

    name = "microsoft-forms"
    title = "Microsoft Forms"
    own: ClassVar = {"id": "respondent", "start time": "started", "completion time": "timestamp"}
    also: ClassVar = {
        r"email": "mail",
        r"name": PERSON,
        r"last modified time": MOMENT,
        r"total points|points - .+": "number",
        r"quiz feedback|feedback - .+": ANYTHING,
        r"language": "language",
    }
    signs = (";",)
    leading = True
    places: ClassVar = {"respondent": 0, "started": 1, "timestamp": 2}
    ends_when_sent = True

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return 0.9 for its own headers, 0.8 for a number and two times in the first columns."""
        keys = {match_key(column) for column in sheet.columns}
        if keys >= _SIGNATURE:
            return 0.9
        return 0.8 if self.is_localised(sheet) else 0.0

    def is_certain(self, sheet: Sheet) -> bool:
        """Return whether the sheet has the tool's own headers, its number first."""
        keys = [match_key(column) for column in sheet.columns]
        return keys[:1] == ["id"] and set(keys) >= _SIGNATURE

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a column is before the first question, or belongs to a quiz question."""
        of_one = _OF_ONE.fullmatch(sheet.columns[at])
        return of_one[1] in sheet.columns if of_one else at < _FIRST

    def is_localised(self, sheet: Sheet) -> bool:
        """Return whether the columns are a number, two times, and addresses or one word
        (`anonymous`).
        """
        return (
            sheet.format != "sav"
            and len(sheet.columns) > 4
            and len(sheet) > 0
            and all(text.strip().isdigit() for text in sheet.some(0))
            and looks_like_moments(sheet.some(1))
            and looks_like_moments(sheet.some(2))
            and (len(set(sheet.some(3))) == 1 or all(map(_MAIL.fullmatch, sheet.some(3))))
        )
