"""Google Forms and Microsoft Forms: a table of texts, with a few columns of the tool's own.

Google: the CSV that a form hands out, or the linked sheet as CSV or workbook. One header of
question texts; grids as `Question [row]`; ticked options joined by `, ` with commas of their own.
The first column is the moment of submission, as the language of the form or of the sheet writes it;
a mail address and a score may stand beside it.

Microsoft: a workbook with a number, two moments, mail and name before the questions. Ticked options
are joined by a semicolon, with one more at the end. The headers of the first columns are in the
language of who exports; their cells tell them.
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
# Columns among which the form puts what it collects by itself.
_BESIDE = 4


class GoogleForms(Tool):
    """See above; ticked options are told apart in validation, cell by cell."""

    name = "google-forms"
    title = "Google Forms"
    signs = (", ", ";")
    keeps_joined = True

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """The first column holds moments, or one has the header that the questionnaire says."""
        if sheet.format == "sav" or not sheet.columns:
            return 0.0
        stated = questionnaire.export.timestamp if questionnaire else None
        if stated and match_key(stated) in map(match_key, sheet.columns):
            return 0.7
        return 0.6 if looks_like_moments(sheet.some(0)) else 0.0

    def assign_columns(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """The first column is the timestamp, whatever its header is."""
        made = super().assign_columns(sheet, questionnaire)
        stated = questionnaire.export.timestamp
        if 0 in made.unknown and (
            "timestamp" not in made.roles and looks_like_moments(sheet.some(0))
        ):
            made.roles["timestamp"] = 0
            made.unknown.remove(0)
            made.missing = [header for header in made.missing if header != stated]
        return made

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """A mail address or a score beside the timestamp, the score of each question of a quiz."""
        given = [text.strip() for text in sheet.rows[at].texts if text.strip()]
        near, of_one = 0 < at < _BESIDE, sheet.columns[at].endswith("]")
        known = [_MAIL] * near + [_SCORE] * (near or of_one)
        return bool(given) and any(all(map(pattern.fullmatch, given)) for pattern in known)

    def is_certain(self, sheet: Sheet) -> bool:
        """A quiz: a score of each question behind it; a table of moments and texts is anybody's."""
        named = set(map(match_key, sheet.columns))
        return any(
            match_key(column.rpartition("[")[0]) in named and self.is_own(sheet, at)
            for at, column in enumerate(sheet.columns)
            if column.endswith("]")
        )


_SIGNATURE = {"start time", "completion time"}
# The points or the words that one question of a quiz was given.
_OF_ONE = re.compile(r"(?:Points|Feedback) - (.+)", re.DOTALL)
# Columns that stand before the first question at most.
_FIRST = 9


class MicrosoftForms(Tool):
    """See above."""

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
        """Its own headers, or a number and two moments in the first columns."""
        keys = {match_key(column) for column in sheet.columns}
        if keys >= _SIGNATURE:
            return 0.9
        return 0.8 if self.is_localised(sheet) else 0.0

    def is_certain(self, sheet: Sheet) -> bool:
        """Its own headers, its number first."""
        keys = [match_key(column) for column in sheet.columns]
        return keys[:1] == ["id"] and set(keys) >= _SIGNATURE

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Before the first question, or of a question of a quiz."""
        of_one = _OF_ONE.fullmatch(sheet.columns[at])
        return of_one[1] in sheet.columns if of_one else at < _FIRST

    def is_localised(self, sheet: Sheet) -> bool:
        """A number, two moments, and addresses or one word for all (`anonymous`)."""
        return (
            sheet.format != "sav"
            and len(sheet.columns) > 4
            and len(sheet) > 0
            and all(text.strip().isdigit() for text in sheet.some(0))
            and looks_like_moments(sheet.some(1))
            and looks_like_moments(sheet.some(2))
            and (len(set(sheet.some(3))) == 1 or all(map(_MAIL.fullmatch, sheet.some(3))))
        )
