"""Google Forms: the CSV that a form hands out, or the linked sheet as CSV or workbook.

One header of question texts; grids as `Question [row]`; ticked options joined by `, ` with commas
of their own. The first column is the moment of submission, as the language of the form or of the
sheet writes it; a mail address and a score may stand beside it.
"""

from __future__ import annotations

import re

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.assigned import Assigned
from readiness.readers.moments import looks_like_moments
from readiness.readers.table import Sheet
from readiness.readers.tools.base import Tool

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SCORE = re.compile(r"\d+(?:[.,]\d+)? ?/ ?\d+")
_BESIDE = 4
"""Columns among which the form puts what it collects by itself."""


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

    def assigned(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """The first column is the timestamp, whatever its header is."""
        made = super().assigned(sheet, questionnaire)
        stated = questionnaire.export.timestamp
        if 0 in made.unknown and (
            "timestamp" not in made.roles and looks_like_moments(sheet.some(0))
        ):
            made.roles["timestamp"] = 0
            made.unknown.remove(0)
            made.missing = [header for header in made.missing if header != stated]
        return made

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """A mail address or a score beside the timestamp."""
        given = [text.strip() for text in sheet.distinct(at) if text.strip()]
        return 0 < at < _BESIDE and bool(given) and any(
            all(pattern.fullmatch(text) for text in given) for pattern in (_MAIL, _SCORE)
        )  # fmt: skip
