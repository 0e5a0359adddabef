"""SPSS files: values with labels, missing values as the file declares them.

A value becomes the text of its label where that is an option of the questionnaire; otherwise it
stays the value, for the questionnaire may know it. A declared missing value is an empty cell unless
the questionnaire says what it means.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from readiness.errors import DataError
from readiness.questionnaire import Item, Questionnaire, match_key
from readiness.readers.table import Sheet, is_missing
from readiness.readers.tools import words
from readiness.readers.tools.base import Tool
from readiness.readers.tools.kobo import Kobo
from readiness.readers.tools.limesurvey import LimeSurvey
from readiness.readers.tools.qualtrics import Qualtrics


class Spss(Tool):
    """See above; what other tools add by themselves stands in their SPSS files, too."""

    name = "spss"
    title = "an SPSS file"
    own: ClassVar = {**Kobo.own, **LimeSurvey.own, **Qualtrics.own}
    also = re.compile("|".join(each.also.pattern for each in (Kobo, LimeSurvey, Qualtrics)))
    signs = (",", ";")
    numbered = True

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """The bytes say so."""
        return float(sheet.format == "sav")

    def prepare(self, sheet: Sheet) -> Sheet:
        """Refuses what is none, though the questionnaire says so."""
        if sheet.format != "sav":
            raise DataError(f"{sheet.path}: not an SPSS file, but `tool: spss` says so.")
        return sheet

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Name and label of the variable."""
        made: list[tuple[str, ...]] = []
        for column in sheet.columns:
            label = sheet.labels[column].label
            made.append((column, label, label.replace(" - Selected Choice", "")))
        return made

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """The label where it is an answer, else the value; "" where it is declared missing."""
        variable = sheet.labels[sheet.columns[at]]
        label = variable.values.get(text, "")
        known = {*self.options_of(item, sheet), *_list_missing_keys(item)}
        if label and match_key(label) in known:
            return label
        if is_missing(text, variable.missing) and match_key(text) not in _list_missing_keys(item):
            return ""
        return text

    def box(self, text: str, options: Mapping[str, str], sheet: Sheet, at: int, cell: str) -> str:
        """By the value that a set counts, or a label that says yes or no, else by the value."""
        variable = sheet.labels[sheet.columns[at]]
        if variable.counted:
            return text if cell == variable.counted else ""
        label = match_key(variable.values.get(cell, ""))
        if label and (label in words.NOT_TICKED or is_missing(cell, variable.missing)):
            return ""
        if label and (label in words.TICKED or options.get(label) == text):
            return text
        return super().box(text, options, sheet, at, cell)


def _list_missing_keys(item: Item) -> set[str]:
    return {match_key(text) for each in item.missing for text in (each.text, each.value) if text}
