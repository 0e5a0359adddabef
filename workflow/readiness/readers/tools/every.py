"""List all tools; each file is read by the tool that recognises it."""

from dataclasses import replace
from itertools import pairwise

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.table import Sheet
from readiness.readers.tools.added import ANYTHING, OFFICE
from readiness.readers.tools.base import Tool
from readiness.readers.tools.forms import GoogleForms, MicrosoftForms
from readiness.readers.tools.kobo import Kobo
from readiness.readers.tools.limesurvey import LimeSurvey
from readiness.readers.tools.named import SoSci, Unipark
from readiness.readers.tools.qualtrics import Qualtrics
from readiness.readers.tools.spss import Spss
from readiness.readers.tools.surveymonkey import SurveyMonkey


class PlainTool(Tool):
    """A plain table: headers are questions or their names, ticked options are joined in any way."""

    name = "plain"
    title = "a plain table"
    signs = (";", ",", "|", "/", "\n", " ")

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return a low certainty for any table, so that another tool goes first."""
        return 0.0 if sheet.format == "sav" else 0.1

    def prepare(self, sheet: Sheet) -> Sheet:
        """Return the sheet with questions in merged cells repeated over each of their columns.

        The row below the header is then filled under headers of several columns: it is no answer.
        """
        names = [bool(match_key(column)) for column in sheet.columns]
        if sheet.under or not len(sheet) or names.count(False) < 2 or not names[0]:
            return sheet
        of_several = [not (name and then) for name, then in pairwise([*names, True])]
        below = [bool(match_key(cell)) for cell in sheet.first(1)[0]]
        if below != of_several or all(below):
            return sheet
        filled: list[str] = []
        for column in sheet.columns:
            filled.append(column if match_key(column) else filled[-1])
        return replace(sheet.below(1), columns=tuple(filled))

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Return the headers, with the question above them where it covers several columns."""
        if sheet.under and len(set(sheet.columns)) < len(sheet.columns):
            both = zip(sheet.columns, sheet.under[0], strict=True)
            return [(f"{over} [{own}]", own) if match_key(own) else (over,) for over, own in both]
        made = super().headings(sheet)
        if not sheet.above:
            return made
        group, boxes, grouped = "", False, []
        for at, heading in enumerate(made):
            over = sheet.above[-1][at] if at < len(sheet.above[-1]) else ""
            texts, own = sheet.rows[at].texts, match_key(heading[0])
            ticked = all(match_key(text) in ("", own) for text in texts)
            if match_key(over):
                group, boxes = over, ticked and any(map(match_key, texts))
            elif (boxes and not ticked) or group[-1:] == heading[0].strip()[-1:] == "?":
                group = ""  # a new question, after another question and its boxes
            named = [f"{group} [{heading[0]}]"] if group else []
            grouped.append((*heading, *named, *([over] if over else [])))
        return grouped


def list_kinds(key: str) -> list[str]:
    """Return the kinds of cells of columns that any tool adds by a match key
    (`added.fits_texts`).
    """
    return [kind for tool in TOOLS if (kind := tool.find_kind(key))]


def find_any_kind(tool: Tool, key: str) -> str:
    """Return the kind of cells of a column that a tool adds by a match key; "" where no tool does.

    A table may have passed through several tools. Another tool's names for columns of an office are
    too common to decide the kind: they hold anything.
    """
    first_kind = next(iter(list_kinds(key)), "")
    return tool.find_kind(key) or (ANYTHING if first_kind == OFFICE else first_kind)


# In the order of messages.
TOOLS: tuple[Tool, ...] = (
    GoogleForms(),
    Kobo(),
    LimeSurvey(),
    Qualtrics(),
    MicrosoftForms(),
    SurveyMonkey(),
    SoSci(),
    Unipark(),
    Spss(),
    PlainTool(),
)
