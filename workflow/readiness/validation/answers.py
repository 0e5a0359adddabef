"""The kept submissions on their way from text to codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.facts import Fact
from readiness.questionnaire import Item, Questionnaire
from readiness.readers import Booleans, Texts
from readiness.validation.cells import Options, ReadCell, holds_codes, read_cell
from readiness.validation.issues import issues_of

# Whether an item was asked: no, cannot be known, yes.
NO, UNCLEAR, YES = 0, 1, 2
# What a reader may know of a submission beside its answers.
OF_THE_TOOL = ("_submitted", "_started", "_seconds", "_complete")

Asked = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Answers:
    """Raw text of the kept submissions, one a respondent, sorted by respondent.

    Attributes:
        place: where each stands in the table as it was read, from 0.
        row: the row of each in the export.
        respondent: the name of each.
        texts: the exported text, by item.
        known: what the tool knows beside the answers, by column of the reader (`OF_THE_TOOL`).
        codes: the items whose column holds codes instead of texts.
        dates: the order of day, month and year in the export, where the questionnaire says it.
    """

    place: npt.NDArray[np.intp]
    row: npt.NDArray[np.int64]
    respondent: npt.NDArray[np.object_]
    texts: Mapping[str, Texts]
    known: Mapping[str, Texts]
    codes: frozenset[str]
    dates: str | None

    @classmethod
    def of(
        cls,
        raw: pd.DataFrame,
        at: npt.NDArray[np.intp],
        respondent: npt.NDArray[np.object_],
        questionnaire: Questionnaire,
    ) -> Answers:
        """The submissions at the places `at` of the export, in that order."""
        moved = not np.array_equal(at, np.arange(len(raw)))

        def column(name: str) -> Texts:
            texts = Texts.of(raw[name])
            return texts.take(at) if moved else texts

        texts = {item.id: column(item.id) for item in questionnaire.items}
        known = {name: column(name) for name in OF_THE_TOOL if name in raw}
        coded = (i.id for i in questionnaire.items if holds_codes(i, texts[i.id].texts))
        row = raw["_row"].to_numpy(dtype=np.int64)[at]
        return cls(at, row, respondent, texts, known, frozenset(coded), questionnaire.export.dates)

    def __len__(self) -> int:
        return len(self.row)

    def without(self, gone: Booleans) -> Answers:
        """The same without these submissions."""
        kept = ~gone
        return replace(
            self,
            place=self.place[kept],
            row=self.row[kept],
            respondent=self.respondent[kept],
            texts={name: texts.take(kept) for name, texts in self.texts.items()},
            known={name: texts.take(kept) for name, texts in self.known.items()},
        )

    def options(self, item: Item) -> Options:
        """What a cell of the item may hold."""
        return Options.of(item, item.id in self.codes, self.dates)

    def cells(self, item: Item) -> tuple[ReadCell, ...]:
        """Each distinct text of the item, read."""
        options = self.options(item)
        return tuple(read_cell(item, text, options) for text in self.texts[item.id].texts)

    def correct(self, texts: Mapping[str, Texts]) -> Answers:
        """The same with other texts for some items."""
        return replace(self, texts={**self.texts, **texts})

    def issues(
        self,
        rule: str,
        fact: Fact | Sequence[Fact] | npt.NDArray[np.object_],
        at: npt.NDArray[np.intp],
        *,
        item: Item | None = None,
        value: str | Sequence[str] | npt.NDArray[np.object_] | None = None,
        suggestion: str | npt.NDArray[np.object_] = "",
    ) -> pd.DataFrame:
        """Issues of the submissions at these places; `value`: what the item's column holds."""
        if value is None:
            value = "" if item is None else self.texts[item.id].those(at)
        return issues_of(
            rule,
            fact,
            row=self.row[at],
            respondent=self.respondent[at],
            value=value,
            column=item.column if item else "",
            item=item.id if item else "",
            suggestion=suggestion,
        )


@dataclass(frozen=True, eq=False)
class Coded:
    """The answers to one item, read.

    Attributes:
        texts: the exported texts.
        cells: each distinct text, read.
        asked: `NO`, `UNCLEAR` or `YES` for each respondent.
        columns: the columns of the coded table.
    """

    item: Item
    texts: Texts
    cells: tuple[ReadCell, ...]
    asked: Asked
    columns: Mapping[str, Texts]

    @property
    def is_given(self) -> Booleans:
        """Who gave an answer of any kind, whether it can be used or not."""
        return self.texts.flags(cell.given for cell in self.cells)

    @property
    def first(self) -> Texts:
        """The first column: of an item of one column, the only one."""
        return next(iter(self.columns.values()))

    @property
    def expects(self) -> bool:
        """Whether a blank cell is a missing answer: not of a remark, nor where it means none."""
        return self.item.kind != "text" and self.item.blank_means != "none"
