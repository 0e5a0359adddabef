"""Read SPSS files: values with labels, missing values as declared in the file.

A value becomes the text of its label where that is an option of the questionnaire; otherwise it
stays the value, which the questionnaire may know. A declared missing value is an empty cell unless
the questionnaire gives its meaning.
"""

from collections.abc import Collection
from typing import ClassVar

from readiness.ground.errors import DataError
from readiness.questionnaire import (
    Item,
    Matches,
    Questionnaire,
    list_ambiguous_keys,
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
    """SPSS and Stata files.

    Columns that other tools add occur in their SPSS files, too: a questionnaire need not name them,
    while no draft takes a column for such by its name (`Tool.find_added`).
    """

    name = "spss"
    title = "an SPSS file"
    own: ClassVar = {**Kobo.own, **LimeSurvey.own, **Qualtrics.own}
    also: ClassVar = {**Kobo.also, **LimeSurvey.also, **Qualtrics.also}
    unused = frozenset(("uuid", "review", "finished", "status", "channel"))
    signs = (",", ";")
    numbered = True

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return 1 for a file of SPSS or Stata, else 0."""
        return float(sheet.format == "sav")

    def prepare(self, sheet: Sheet) -> Sheet:
        """Return the sheet. Raises DataError for another file, though the questionnaire names this
        tool.
        """
        if sheet.format != "sav":
            raise DataError(
                f"{sheet.path} is not an SPSS file, although the questionnaire says `tool: spss`."
            )
        return sheet

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Return name and label of each variable."""
        all_names: list[tuple[str, ...]] = []
        for column in sheet.columns:
            label = sheet.labels[column].label
            all_names.append((column, label, label.replace(" - Selected Choice", "")))
        return all_names

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """Return the label where it is an answer, else the value; "" where it is declared
        missing.
        """
        variable = sheet.labels[sheet.columns[at]]
        if answer := _find_by_value(item, text, variable):
            return answer.text
        if label := self._find_label(item, text, variable):
            return label
        if is_missing(text, variable.missing) and match_key(text) not in _list_missing_keys(item):
            return ""
        if match_key(text) not in list_ambiguous_keys(item):
            return text
        # The value has no label, but is the text of another option.
        answer = self._match_values(item, sheet, at).found.get(match_key(text))
        return text if answer is None else answer.text

    def list_contested(self, sheet: Sheet, item: Item, assigned: Assigned) -> set[str] | None:
        """Return the contested match keys, also of a labelled column: a label is its answer's
        text.
        """
        at = assigned.items.get(item.id)
        if at is None or not list_ambiguous_keys(item) or item.kind.takes_several:
            return super().list_contested(sheet, item, assigned)
        variable = sheet.labels[sheet.columns[at]]
        cells = (t for t in sheet.rows[at].texts if not self._find_label(item, t, variable))
        return {*map(match_key, cells)} & self._match_values(item, sheet, at).contested.keys()

    def _find_label(self, item: Item, text: str, variable: Variable) -> str:
        """Return the label of a value where it is an answer; "" for none or another label."""
        label = variable.values.get(text, "")
        answer_keys = self.list_known_keys(item) | _list_missing_keys(item)
        return label if label and match_key(label) in answer_keys else ""

    def _match_values(self, item: Item, sheet: Sheet, at: int) -> Matches:
        """Return the options of values in a column without a label among the answers."""
        variable = sheet.labels[sheet.columns[at]]
        unlabelled = [t for t in sheet.rows[at].texts if not self._find_label(item, t, variable)]
        return match_options(item, unlabelled)

    def box(self, text: str, names: Collection[str], sheet: Sheet, at: int, cell: str) -> str:
        """Return a box's text by the counted value, by a label of yes or no, else by the value."""
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
    """Return the answer of a value whose label is shared by several values of the file.

    None where the label belongs to this value alone: then the label identifies the answer, whatever
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
