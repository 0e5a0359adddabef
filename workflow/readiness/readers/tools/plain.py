"""A table of no tool in particular: one header, one row a respondent."""

from __future__ import annotations

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.table import Sheet
from readiness.readers.tools.base import Tool


class Plain(Tool):
    """Headers are questions or their names; anything that is written between ticked options."""

    name = "plain"
    title = "a plain table"
    signs = (";", ",", "|", "/", "\n", " ")

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """What no other tool recognises."""
        return 0.0 if sheet.format == "sav" else 0.1

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Row numbers without a header, as a data frame is written with its index."""
        if match_key(sheet.columns[at]) not in ("", "unnamed: 0"):
            return False
        numbers = sheet.texts(at).tolist()
        return any(numbers == [str(n + start) for n in range(len(sheet))] for start in (0, 1))
