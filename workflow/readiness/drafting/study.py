"""Begin a study from a small table of published figures: its register and its structure.

Pure: takes the table as a data frame of text, returns the register and the structure's document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pandas as pd

from readiness.forensics.arithmetic.bases import SetKind
from readiness.forensics.arithmetic.figures import PrintedFigure, parse_figure
from readiness.forensics.arithmetic.sums import sum_to_whole
from readiness.forensics.judging.structure import COLUMNS
from readiness.ground.errors import DataError
from readiness.language import LANGUAGES, text
from readiness.questionnaire import Questionnaire, match_key
from readiness.questionnaire.writing import item_id, option_code

REQUIRED = ("item", "answer", "value")
# Further columns: the base, texts for readers, the constraint on the sum of the answers.
OPTIONAL = ("base", "question", "label", "kind", "wording", "note")
# Properties of a percentage that the table leaves open.
UNSAID = {"exactness": "printed", "rounding": "unknown", "weighted": "unknown"}
# Category of the claim that reports the base of a question.
BASE = "base"


@dataclass(frozen=True)
class ClaimSource:
    """Publisher, address, date and language of the source that prints the figures."""

    publisher: str
    address: str
    date: str
    language: str


def begin_study(
    table: pd.DataFrame,
    study: str,
    source: ClaimSource,
    questionnaire: Questionnaire | None = None,
    where: str = "the table",
    places: Sequence[str] = (),
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the register of claims and the document of the structure.

    `table`: text; columns `REQUIRED`, and any of `OPTIONAL`. `study`: its name. `source`: the
    source of the figures. `questionnaire`: items are found by id, header or label, answers by code,
    value, text or label, and get the questionnaire's ids and codes; None: ids and codes are made of
    the table's words. `where`: name of the table in messages; `places`: name of each row in
    messages, by default its number as a spreadsheet counts.

    Raises DataError, naming row and column: a column is missing or unknown, a figure cannot be
    read, an answer is given twice, a question has two bases, the questionnaire has no such
    question.
    """
    columns = [str(name) for name in table.columns]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        raise DataError(f"{where}: {_name_column_fault(missing, unknown)}")
    if table.empty:
        raise DataError(f"{where}: no rows; expected one row per published figure.")
    begun, place = _BegunStudy(source, questionnaire), where
    try:
        for number, record in enumerate(table.to_dict("records")):
            place = f"{where}, {places[number] if places else f'row {number + 2}'}"
            begun.add({str(name): str(value).strip() for name, value in record.items()})
        place = where
        totals = [begun.add_base(item, base) for item, base in begun.bases.items()]
        sets = begun.sets
    except DataError as error:
        raise DataError(f"{place}, column {error}") from None
    register = pd.DataFrame(begun.rows, columns=list(COLUMNS), dtype=object).fillna("")
    structure = {
        "study": study,
        "publisher": source.publisher,
        "publishers": {source.publisher: dict.fromkeys(begun.languages, source.publisher)},
        "claims": f"{study}-claims",
        "version": "1",
        "items": begun.items,
        "sets": sets,
        **({"totals": totals} if totals else {}),
    }
    return register, structure


def _name_column_fault(missing: Sequence[str], unknown: Sequence[str]) -> str:
    """Describe the fault in a table's columns, and suggest the column that is probably meant."""
    expected_columns = f"expected {', '.join(REQUIRED)}, and if wanted {', '.join(OPTIONAL)}."
    fault = f"no column {missing[0]}" if missing else f"unknown column {unknown[0]!r}"
    for column in unknown:
        wanted = missing or (*REQUIRED, *OPTIONAL)
        close_names = get_close_matches(column.casefold(), wanted, n=1)
        lone_name = [missing[0]] if len(missing) == 1 == len(unknown) else []
        if meant := close_names or lone_name:
            return (
                f"{fault}; is column {column!r} meant as {meant[0]}? "
                f"{expected_columns.capitalize()}"
            )
    return f"{fault}; {expected_columns}"


class _BegunStudy:
    """A study while its table is read: rows of the register, items of the structure.

    Ids and codes come from the questionnaire or from the printed words. Errors begin with the
    column; the caller adds the row.
    """

    def __init__(self, source: ClaimSource, questionnaire: Questionnaire | None) -> None:
        self._source, self._asked = source, questionnaire
        self._ids: dict[str, str] = {}
        self._codes: dict[tuple[str, str], str] = {}
        self._publisher = option_code(source.publisher)
        self._figures: dict[str, dict[str, PrintedFigure]] = {}
        self._kinds: dict[str, str] = {}
        self.rows: list[dict[str, str]] = []
        self.items: dict[str, dict[str, Any]] = {}
        self.bases: dict[str, str] = {}

    def add(self, cell: Mapping[str, str]) -> None:
        """Add one row of the table. Raises DataError that begins with the column."""
        item, label = self._find_item(cell)
        answer, answer_label = self._find_answer(item, cell)
        info = self.items.setdefault(item, {"label": label, "categories": {}})
        figures = self._figures.setdefault(item, {})
        if answer in figures:
            raise DataError(f"answer: {cell['answer']!r} is listed twice.")
        try:
            figures[answer] = parse_figure(cell["value"])
        except DataError as error:
            raise DataError(f"value: {error}") from None
        info["categories"][answer] = answer_label
        self._kinds[item] = cell.get("kind", "") or self._kinds.get(item, "")
        notes = {name: cell.get(name, "") for name in ("wording", "note")}
        self._write(item, answer, cell["value"], "percent", **UNSAID, **notes)
        base = cell.get("base", "")
        if base and (not base.isdecimal() or int(base) < 1):
            raise DataError(f"base: {base!r} of {item}; expected a whole number.")
        if base and self.bases.setdefault(item, base) != base:
            raise DataError(
                f"base: {base!r} where {item} has {self.bases[item]!r} before; expected one base "
                "per question."
            )

    def add_base(self, item: str, base: str) -> dict[str, Any]:
        """Add the reported base of a question; return its entry in the structure's totals."""
        words = {lang: text("forensics.base.word", lang) for lang in self.languages}
        self.items[item]["categories"][BASE] = words
        claim = self._write(item, BASE, base, "count")
        return {"claim": claim, "counts": "answered", "sets": [item]}

    def _find_item(self, cell: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the id of a question and its label by language."""
        if not (printed := cell["item"]):
            raise DataError("item: is empty.")
        stated = {self._source.language: cell["question"]} if cell.get("question") else {}
        label = stated or {self._source.language: printed}
        if self._asked is None:
            return self._ids.setdefault(printed, item_id(printed, set(self._ids.values()))), label
        for item in self._asked.items:
            names = (item.id, item.column, *item.label.root.values())
            if match_key(printed) in map(match_key, names):
                return item.id, {**item.label.root, **stated}
        raise DataError(f"item: {self._asked.id} has no question {printed!r}.")

    def _find_answer(self, item: str, cell: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the code of an answer and its label by language."""
        if not (printed := cell["answer"]):
            raise DataError("answer: is empty.")
        stated = {self._source.language: cell["label"]} if cell.get("label") else {}
        if self._asked is None:
            taken = {code for (code_item, _), code in self._codes.items() if code_item == item} | {
                BASE
            }
            code = self._codes.setdefault((item, printed), option_code(printed, taken))
            return code, stated or {self._source.language: printed}
        asked = self._asked.item(item)
        if printed in asked.levels_of:
            return printed, {self._source.language: printed, **stated}
        for category in asked.categories:
            names = (category.code, category.value or "", category.text, *category.labels.values())
            if match_key(printed) in map(match_key, names):
                return category.code, {
                    **(category.labels or {self._source.language: printed}),
                    **stated,
                }
        raise DataError(
            f"answer: {item} has no answer {printed!r}; expected "
            f"{', '.join(category.text for category in asked.categories[:6])}."
        )

    def _write(self, item: str, category: str, value: str, unit: str, **more: str) -> str:
        claim, source = f"{self._publisher}.{item}.{category}", self._source
        self.rows.append(
            {
                **{"claim_id": claim, "source": source.address, "outlet": source.publisher},
                **{"date": source.date, "language": source.language, "item": item},
                **{"category": category, "value": value, "unit": unit},
                **{"attributed_to": source.publisher, "status": "documented", **more},
            }
        )
        return claim

    @property
    def languages(self) -> list[str]:
        """Catalogue languages in which every text exists, and the source's own, sorted."""
        shared = {*LANGUAGES}
        for info in self.items.values():
            shared.intersection_update(info["label"], *info["categories"].values())
        return sorted(shared | {self._source.language})

    @property
    def sets(self) -> list[dict[str, Any]]:
        """Sets of the structure: the figures of each question and their kind."""
        return [
            {
                "id": item,
                "item": item,
                "kind": str(_choose_kind(self._kinds[item], figures)),
                "claims": [f"{self._publisher}.{item}.{answer}" for answer in figures],
            }
            for item, figures in self._figures.items()
        ]


def _choose_kind(stated: str, figures: Mapping[str, PrintedFigure]) -> SetKind:
    """Return the kind of a set: as stated, or else as the sum of its figures suggests.

    Figures that add to a whole are exhaustive; a sum above a whole is multiple response. Raises
    DataError for an unknown kind.
    """
    if stated:
        if stated not in list(SetKind):
            raise DataError(f"kind: {stated!r}; expected {', '.join(SetKind)}.")
        return SetKind(stated)
    if len(figures) > 1 and sum_to_whole(list(figures.values())).ok:
        return SetKind.EXHAUSTIVE
    return SetKind.MULTI if sum(f.share for f in figures.values()) > 1 else SetKind.EXCLUSIVE
