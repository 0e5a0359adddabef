"""All tools that are known; which one reads a file is decided by what each recognises."""

from __future__ import annotations

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.table import Sheet
from readiness.readers.tools.base import Tool
from readiness.readers.tools.forms import GoogleForms, MicrosoftForms
from readiness.readers.tools.kobo import Kobo
from readiness.readers.tools.limesurvey import LimeSurvey
from readiness.readers.tools.qualtrics import Qualtrics
from readiness.readers.tools.spss import Spss
from readiness.readers.tools.surveymonkey import SurveyMonkey


class PlainTool(Tool):
    """Headers are questions or their names; anything that is written between ticked options."""

    name = "plain"
    title = "a plain table"
    signs = (";", ",", "|", "/", "\n", " ")

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """What no other tool recognises."""
        return 0.0 if sheet.format == "sav" else 0.1

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """The header, also with the question above it where that stands over several columns."""
        made = super().headings(sheet)
        if not sheet.above:
            return made
        group, grouped = "", []
        for at, heading in enumerate(made):
            over = sheet.above[-1][at] if at < len(sheet.above[-1]) else ""
            group = over if match_key(over) else group
            grouped.append((*heading, f"{group} [{heading[0]}]", *([over] if over else [])))
        return grouped


# In the order in which they are told.
TOOLS: tuple[Tool, ...] = (
    GoogleForms(),
    Kobo(),
    LimeSurvey(),
    Qualtrics(),
    MicrosoftForms(),
    SurveyMonkey(),
    Spss(),
    PlainTool(),
)
