"""A study from a small table of published figures: its register of claims and its structure.

Pure: the table as a data frame of text in, the register and the structure's document out.
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
# Further columns: how many answered, texts for readers, how answers hang together.
OPTIONAL = ("base", "question", "label", "kind", "wording", "note")
# What the table does not say of a percentage.
UNSAID = {"exactness": "printed", "rounding": "unknown", "weighted": "unknown"}
# The category of the claim that says how many people a question's figures rest on.
BASE = "base"


@dataclass(frozen=True)
class ClaimSource:
    """Where the figures were read: by whom, where, when, in which language."""

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
    """The register of claims and the document of the structure.

    `table`: text; columns `REQUIRED`, and of `OPTIONAL` those that it has. `study`: its name.
    `source`: where the figures were read. `questionnaire`: items and answers are called by its ids
    and codes, found by id, header or label, and by code, value, text or label; None: they are made
    of the table's words. `where`: what messages call the table; `places`: what they call each of
    its rows, by default by the row's number as a spreadsheet counts.

    Raises DataError, naming row and column: a column is missing or not known, a figure is none, an
    answer is given twice, a question has two bases, the questionnaire has no such question.
    """
    columns = [str(name) for name in table.columns]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        raise DataError(f"{where}: {_name_column_fault(missing, unknown)}")
    if table.empty:
        raise DataError(f"{where}: no row; expected one a published figure.")
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
    """What is wrong with the columns of a table, and which column is probably meant."""
    listed = f"expected {', '.join(REQUIRED)}, and if wanted {', '.join(OPTIONAL)}."
    what = f"no column {missing[0]}" if missing else f"unknown column {unknown[0]!r}"
    for column in unknown:
        wanted = missing or (*REQUIRED, *OPTIONAL)
        near = get_close_matches(column.casefold(), wanted, n=1)
        only = [missing[0]] if len(missing) == 1 == len(unknown) else []
        if meant := near or only:
            return f"{what}; is column {column!r} meant as {meant[0]}? {listed.capitalize()}"
    return f"{what}; {listed}"


class _BegunStudy:
    """A study while its table is read: rows of the register, items of the structure.

    Ids and codes are a questionnaire's, or made of the words that were printed. Errors begin with
    the column; who reads the table knows the row.
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
        """One row of the table."""
        item, label = self._find_item(cell)
        answer, answer_label = self._find_answer(item, cell)
        info = self.items.setdefault(item, {"label": label, "categories": {}})
        figures = self._figures.setdefault(item, {})
        if answer in figures:
            raise DataError(f"answer: {cell['answer']!r} stands twice.")
        try:
            figures[answer] = parse_figure(cell["value"])
        except DataError as error:
            raise DataError(f"value: {error}") from None
        info["categories"][answer] = answer_label
        self._kinds[item] = cell.get("kind", "") or self._kinds.get(item, "")
        said = {name: cell.get(name, "") for name in ("wording", "note")}
        self._write(item, answer, cell["value"], "percent", **UNSAID, **said)
        base = cell.get("base", "")
        if base and (not base.isdecimal() or int(base) < 1):
            raise DataError(f"base: {base!r} of {item}; expected a whole number.")
        if base and self.bases.setdefault(item, base) != base:
            raise DataError(
                f"base: {base!r} where {item} has {self.bases[item]!r} before; expected one base a "
                "question."
            )

    def add_base(self, item: str, base: str) -> dict[str, Any]:
        """How many answered a question, as reported; returns what the structure says of it."""
        words = {lang: text("forensics.base.word", lang) for lang in self.languages}
        self.items[item]["categories"][BASE] = words
        claim = self._write(item, BASE, base, "count")
        return {"claim": claim, "counts": "answered", "sets": [item]}

    def _find_item(self, cell: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The id of a question, and what readers are told it is, by language."""
        if not (said := cell["item"]):
            raise DataError("item: is empty.")
        stated = {self._source.language: cell["question"]} if cell.get("question") else {}
        label = stated or {self._source.language: said}
        if self._asked is None:
            return self._ids.setdefault(said, item_id(said, set(self._ids.values()))), label
        for item in self._asked.items:
            names = (item.id, item.column, *item.label.root.values())
            if match_key(said) in map(match_key, names):
                return item.id, {**item.label.root, **stated}
        raise DataError(f"item: {self._asked.id} has no question {said!r}.")

    def _find_answer(self, item: str, cell: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The code of an answer, and what readers are told it is, by language."""
        if not (said := cell["answer"]):
            raise DataError("answer: is empty.")
        stated = {self._source.language: cell["label"]} if cell.get("label") else {}
        if self._asked is None:
            taken = {code for (own, _), code in self._codes.items() if own == item} | {BASE}
            code = self._codes.setdefault((item, said), option_code(said, taken))
            return code, stated or {self._source.language: said}
        asked = self._asked.item(item)
        if said in asked.levels_of:
            return said, {self._source.language: said, **stated}
        for each in asked.categories:
            names = (each.code, each.value or "", each.text, *each.labels.values())
            if match_key(said) in map(match_key, names):
                return each.code, {**(each.labels or {self._source.language: said}), **stated}
        raise DataError(
            f"answer: {item} has no answer {said!r}; expected "
            f"{', '.join(each.text for each in asked.categories[:6])}."
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
        """The languages of the catalogues in which every text is there; that of the source, too."""
        shared = {*LANGUAGES}
        for info in self.items.values():
            shared.intersection_update(info["label"], *info["categories"].values())
        return sorted(shared | {self._source.language})

    @property
    def sets(self) -> list[dict[str, Any]]:
        """The figures of each question, and how its answers hang together."""
        return [
            {
                "id": item,
                "item": item,
                "kind": str(_choose_kind(self._kinds[item], known)),
                "claims": [f"{self._publisher}.{item}.{answer}" for answer in known],
            }
            for item, known in self._figures.items()
        ]


def _choose_kind(stated: str, figures: Mapping[str, PrintedFigure]) -> SetKind:
    """How the answers hang together: as stated, else by their sum.

    A whole is everybody with one answer each; more than a whole are several answers each.
    """
    if stated:
        if stated not in list(SetKind):
            raise DataError(f"kind: {stated!r}; expected {', '.join(SetKind)}.")
        return SetKind(stated)
    if len(figures) > 1 and sum_to_whole(list(figures.values())).ok:
        return SetKind.EXHAUSTIVE
    return SetKind.MULTI if sum(f.share for f in figures.values()) > 1 else SetKind.EXCLUSIVE
