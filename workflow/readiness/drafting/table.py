"""The export as a draft sees it: headers, and cells as tidy text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from readiness.questionnaire import match_key, tidy

# Distinct answers of a closed question at most: with more, it is text.
MOST_OPTIONS = 40


@dataclass(frozen=True)
class ExportColumn:
    """One column of the export.

    Attributes:
        at: its place, 0 for the first.
        header: as the file has it.
        codes: which distinct text each row holds, -1 where it is empty, shape (rows,).
        texts: the distinct texts, tidy, in order of appearance.
        label, values, missing, ordered: what the file itself says of the column (SPSS): its text,
            the label of each value, values that are no answers, whether values have an order.
        together: the question of which it is one of several answers, where the file says so.
        listed: why it holds the first, second, ... of these; "" of boxes.
        own: whether the tool surely added it by itself: its reader knows what it is.
        like_own: where it is not surely the tool's own but named so, what the tool writes below
            that name (a kind of `readers.tools.added`); "" of any other.
    """

    at: int
    header: str
    codes: npt.NDArray[np.int64]
    texts: tuple[str, ...]
    label: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ordered: bool = False
    together: str = ""
    listed: str = ""
    own: bool = False
    like_own: str = ""

    @staticmethod
    def from_codes(
        at: int, header: str, cells: Sequence[str], codes: npt.NDArray[np.int64], **known: Any
    ) -> "ExportColumn":
        """A column whose rows are `codes` of distinct raw `cells`.

        Spellings of one text are the one that most have.
        """
        sizes = np.bincount(codes[codes >= 0], minlength=len(cells))
        spelled: dict[str, tuple[int, str]] = {}
        keys = [match_key(cell) for cell in cells]
        for key, cell, size in zip(keys, cells, sizes, strict=True):
            if key and int(size) > spelled.get(key, (0, ""))[0]:
                spelled[key] = (int(size), tidy(cell))
        place = {key: k for k, key in enumerate(spelled)}
        of_cell = np.array([*(place.get(key, -1) for key in keys), -1], dtype=np.int64)
        texts = tuple(text for _, text in spelled.values())
        return ExportColumn(at, tidy(header), of_cell[codes], texts, **known)

    @property
    def has_answer(self) -> npt.NDArray[np.bool_]:
        """Which rows hold something."""
        return self.codes >= 0

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each text occurs."""
        sizes = np.bincount(self.codes[self.has_answer], minlength=len(self.texts))
        return Counter({text: int(n) for text, n in zip(self.texts, sizes, strict=True)})

    @property
    def total(self) -> int:
        """Rows that hold something."""
        return int(self.has_answer.sum())


@dataclass(frozen=True)
class ExportTable:
    """The columns of an export, all with as many rows."""

    columns: tuple[ExportColumn, ...]
    # What the tool puts between ticked options in one cell, where that is known.
    signs: tuple[str, ...] = ()
    # The tool that reads it, where one does.
    tool: str = ""
    # The sheet of the workbook, where there are several.
    sheet: str = ""
    # What was left out in reading.
    notes: tuple[str, ...] = ()
    # Which rows stand behind empty ones, at the end: sums below the answers, maybe.
    apart: str = ""
    # The row below the header that may be a further one.
    doubted: str = ""

    @property
    def rows(self) -> int:
        """How many submissions there are."""
        return len(self.columns[0].codes) if self.columns else 0

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers, in the order of the file."""
        return tuple(column.header for column in self.columns)
