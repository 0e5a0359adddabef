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
        at: position of the column in the file, from 0.
        header: header in the file.
        codes: index in `texts` of each row's text, -1 for an empty cell, shape (rows,).
        texts: the distinct texts, tidied, in order of appearance.
        label, values, missing, ordered: from the file (SPSS): text of the column, label of each
            value, missing codes, True for ordered values.
        together: question of which the column holds one of several answers; "" for other columns.
        listed: reason why the column holds the first, second, ... of several answers; "" for the
            column of an option.
        own: True if the reader knows the column as added by the tool.
        like_own: for a column with a name that tools give to their own columns, the kind of content
            that tools write there (a kind of `readers.tools.added`); "" for other columns.
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
        """Return a column from its distinct raw `cells`, and the index in `cells` of each row.

        All spellings of a text are replaced by the most frequent one. `known`: further attributes.
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
        """Mask of rows with a non-empty cell, shape (rows,)."""
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
    """An export as a table: columns of equal length, and notes of the reader."""

    columns: tuple[ExportColumn, ...]
    # Separators that the tool writes between ticked options in one cell, where known.
    signs: tuple[str, ...] = ()
    # Tool that wrote the export, where known.
    tool: str = ""
    # Sheet that was read, in a workbook with several sheets.
    sheet: str = ""
    # Notes on content that was skipped in reading.
    notes: tuple[str, ...] = ()
    # Note on rows at the end, behind empty rows: perhaps sums below the answers.
    apart: str = ""
    # Note on a row below the header that may be a further header.
    doubted: str = ""

    @property
    def rows(self) -> int:
        """Number of submissions."""
        return len(self.columns[0].codes) if self.columns else 0

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers, in the order of the file."""
        return tuple(column.header for column in self.columns)
