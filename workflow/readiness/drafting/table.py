"""The export as a draft reads it: headers, and cells as tidy text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from readiness.questionnaire import match_key, tidy

# Largest number of distinct answers of a closed question: with more, it is free text.
MOST_OPTIONS = 40


@dataclass(frozen=True)
class ExportColumn:
    """One column of the export.

    Attributes:
        at: its place, 0 for the first.
        header: as the file has it.
        codes: index in `texts` of each row's text, -1 for an empty cell, shape (rows,).
        texts: the distinct texts, tidy, in order of appearance.
        label, values, missing, ordered: from the file itself (SPSS): the column's text, the label
            of each value, the missing codes, whether values are ordered.
        together: the question to which it holds one of several answers, where the file has it.
        listed: the reason why it holds the first, second, ... of several answers; "" for boxes.
        own: whether the tool's reader knows it as a column that the tool adds.
        like_own: for a column that is only named like a tool's own, the kind of content that the
            tool writes there (a kind of `readers.tools.added`); "" for any other.
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
        """Return a column whose rows are `codes` of distinct raw `cells`.

        Spellings of one text become the most frequent one. `known`: further attributes.
        """
        sizes = np.bincount(codes[codes >= 0], minlength=len(cells))
        spelled: dict[str, tuple[int, str]] = {}
        keys = [match_key(cell) for cell in cells]
        for key, cell, size in zip(keys, cells, sizes, strict=True):
            if key and int(size) > spelled.get(key, (0, ""))[0]:
                spelled[key] = (int(size), tidy(cell))
        place_by_key = {key: k for k, key in enumerate(spelled)}
        code_by_cell = np.array([*(place_by_key.get(key, -1) for key in keys), -1], dtype=np.int64)
        texts = tuple(text for _, text in spelled.values())
        return ExportColumn(at, tidy(header), code_by_cell[codes], texts, **known)

    @property
    def has_answer(self) -> npt.NDArray[np.bool_]:
        """Whether each row has a non-empty cell, shape (rows,)."""
        return self.codes >= 0

    @cached_property
    def counts(self) -> Counter[str]:
        """Number of rows by text."""
        sizes = np.bincount(self.codes[self.has_answer], minlength=len(self.texts))
        return Counter({text: int(n) for text, n in zip(self.texts, sizes, strict=True)})

    @property
    def total(self) -> int:
        """Number of rows with a non-empty cell."""
        return int(self.has_answer.sum())


@dataclass(frozen=True)
class ExportTable:
    """The columns of an export, all with the same number of rows."""

    columns: tuple[ExportColumn, ...]
    # Separators of the tool between ticked options in one cell, where known.
    signs: tuple[str, ...] = ()
    # Tool that wrote the export, where known.
    tool: str = ""
    # Sheet of the workbook, where there are several.
    sheet: str = ""
    # Notes on content that was skipped in reading.
    notes: tuple[str, ...] = ()
    # Rows after empty ones, at the end: perhaps sums below the answers.
    apart: str = ""
    # Row below the header that may be a further header.
    doubted: str = ""

    @property
    def rows(self) -> int:
        """Number of submissions."""
        return len(self.columns[0].codes) if self.columns else 0

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers, in the order of the file."""
        return tuple(column.header for column in self.columns)
