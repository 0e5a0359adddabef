"""SPSS files: values with labels, missing values as the file declares them.

A value becomes the text of its label where that is an option of the questionnaire; otherwise it
stays the value, for the questionnaire may know it. A declared missing value is an empty cell unless
the questionnaire says what it means.
"""

from collections.abc import Collection
from typing import ClassVar

from readiness.ground.errors import DataError
from readiness.questionnaire import (
    Item,
    Matches,
    Questionnaire,
    list_twofold_keys,
    match_key,
    match_options,
)
from readiness.questionnaire.items import Answer
from readiness.readers.assigned import Assigned
from readiness.readers.table import Sheet, Variable, is_missing
from readiness.readers.tools import words
from readiness.readers.tools.base import Tool
from readiness.readers.tools.kobo import Kobo
from readiness.readers.tools.limesurvey import LimeSurvey
from readiness.readers.tools.qualtrics import Qualtrics


class Spss(Tool):
    """See above.

    What other tools add by themselves stands in their SPSS files, too: a questionnaire need not
    name it, while no draft takes a column for such by its name (`Tool.find_added`).
    """

    name = "spss"
    title = "an SPSS file"
    own: ClassVar = {**Kobo.own, **LimeSurvey.own, **Qualtrics.own}
    also: ClassVar = {**Kobo.also, **LimeSurvey.also, **Qualtrics.also}
    unused = frozenset(("uuid", "review", "finished", "status", "channel"))
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
        if answer := _find_by_value(item, text, variable):
            return answer.text
        if label := self._find_label(item, text, variable):
            return label
        if is_missing(text, variable.missing) and match_key(text) not in _list_missing_keys(item):
            return ""
        if match_key(text) not in list_twofold_keys(item):
            return text
        # A value without a label, which is the text of another option.
        answer = self._match_values(item, sheet, at).found.get(match_key(text))
        return text if answer is None else answer.text

    def list_contested(self, sheet: Sheet, item: Item, assigned: Assigned) -> set[str] | None:
        """Of a labelled column, too: a label is the text of its answer."""
        at = assigned.items.get(item.id)
        if at is None or not list_twofold_keys(item) or item.kind.takes_several:
            return super().list_contested(sheet, item, assigned)
        variable = sheet.labels[sheet.columns[at]]
        cells = (t for t in sheet.rows[at].texts if not self._find_label(item, t, variable))
        return {*map(match_key, cells)} & self._match_values(item, sheet, at).contested.keys()

    def _find_label(self, item: Item, text: str, variable: Variable) -> str:
        """The label of a value where it is an answer; "" where there is none, or it is another."""
        label = variable.values.get(text, "")
        known = self.list_known_keys(item) | _list_missing_keys(item)
        return label if label and match_key(label) in known else ""

    def _match_values(self, item: Item, sheet: Sheet, at: int) -> Matches:
        """What the values of a column stand for that have no label among the answers."""
        variable = sheet.labels[sheet.columns[at]]
        bare = [t for t in sheet.rows[at].texts if not self._find_label(item, t, variable)]
        return match_options(item, bare)

    def box(self, text: str, names: Collection[str], sheet: Sheet, at: int, cell: str) -> str:
        """By the value that a set counts, or a label that says yes or no, else by the value."""
        variable = sheet.labels[sheet.columns[at]]
        if variable.counted:
            return text if cell == variable.counted else ""
        label = match_key(variable.values.get(cell, ""))
        if label and (label in words.NOT_TICKED or is_missing(cell, variable.missing)):
            return ""
        if label and (label in words.TICKED or label in names):
            return text
        return super().box(text, names, sheet, at, cell)


def _find_by_value(item: Item, text: str, variable: Variable) -> Answer | None:
    """The answer that a value is, where its label stands for several values of the file.

    None where the label stands for this value alone: then the label tells the answer, whatever
    values the questionnaire gives.
    """
    key = match_key(variable.values.get(text, ""))
    if [match_key(label) for label in variable.values.values()].count(key) < 2:
        return None
    answers: list[Answer] = [*item.categories, *item.missing]
    answers += [item.dont_know] if item.dont_know else []
    return next((a for a in answers if match_key(a.value or a.text) == match_key(text)), None)


def _list_missing_keys(item: Item) -> set[str]:
    return {match_key(text) for each in item.missing for text in (each.text, each.value) if text}
