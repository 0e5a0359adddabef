"""Columns of text, each distinct text stored once.

A million answers to a question are a few texts and a million small integers. Work on a text is done
once and spread over the rows that hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int32]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Texts:
    """A column: `texts` are the distinct texts, `codes` the position of each row's text among
    them.
    """

    codes: Codes
    texts: tuple[str, ...]

    @classmethod
    def of(cls, column: pd.Series[Any]) -> Texts:
        """Return a column of text or of categories; missing values are "". Only used texts are
        kept.
        """
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes, distinct = column.cat.codes.to_numpy(), column.cat.categories
        else:
            codes, distinct = pd.factorize(column)
        texts = list(map(str, np.asarray(distinct, dtype=object).tolist()))
        places = codes.astype(np.int32)
        if (missing := places < 0).any():
            if "" not in texts:
                texts.append("")
            places[missing] = texts.index("")
        return cls(places, tuple(texts)).used()

    @classmethod
    def repeat_text(cls, text: str, n: int) -> Texts:
        """Return a column with the same `text` in `n` rows."""
        return cls(np.zeros(n, dtype=np.int32), (text,))

    def __len__(self) -> int:
        return len(self.codes)

    def used(self) -> Texts:
        """Return the column without texts that no row holds."""
        is_used = np.bincount(self.codes, minlength=len(self.texts)) > 0
        if is_used.all():
            return self
        place = np.cumsum(is_used, dtype=np.int32) - np.int32(1)
        texts = tuple(text for text, kept in zip(self.texts, is_used, strict=True) if kept)
        return Texts(place[self.codes], texts)

    def take(self, at: npt.NDArray[Any] | slice) -> Texts:
        """Return the rows at these positions (or where a mask is true), in that order."""
        return Texts(self.codes[at], self.texts).used()

    @property
    def categorical(self) -> pd.Categorical:
        """Column as a pandas categorical."""
        return pd.Categorical.from_codes(self.codes, pd.Index(self.texts, dtype=object))

    def change_texts(self, change: Callable[[str], str]) -> Texts:
        """Return the column with each distinct text changed by a function."""
        return self.map_to([change(text) for text in self.texts])

    def join_with(self, other: Texts, join: Callable[[str, str], str]) -> Texts:
        """Return the column of `join(text here, text of other)` in each row."""
        width = max(len(other.texts), 1)
        codes, pairs = pd.factorize(self.codes.astype(np.int64) * width + other.codes)
        texts = [join(self.texts[pair // width], other.texts[pair % width]) for pair in pairs]
        return Texts(codes.astype(np.int32), ()).map_to(texts)

    def map_to(self, values: Sequence[str]) -> Texts:
        """Return the column of `values`, one for each distinct text."""
        distinct = tuple(dict.fromkeys(values))
        place = {value: at for at, value in enumerate(distinct)}
        lookup = np.array([place[value] for value in values], dtype=np.int32)
        return Texts(lookup[self.codes] if len(values) else self.codes, distinct)

    def to_rows(self, values: Sequence[Any]) -> npt.NDArray[np.object_]:
        """Expand `values`, one per distinct text, to an array with one value per row."""
        table = np.empty(len(values), dtype=object)
        table[:] = values
        return np.asarray(table[self.codes])

    def where(self, test: Callable[[str], object]) -> Booleans:
        """Return a mask of the rows whose text passes `test`."""
        return self.flags(bool(test(text)) for text in self.texts)

    @property
    def filled(self) -> Booleans:
        """Mask of the rows whose text is not empty."""
        empty = self.texts.index("") if "" in self.texts else -2
        return np.asarray(self.codes != empty)

    def flags(self, values: Iterable[bool]) -> Booleans:
        """Return truth values, one for each distinct text, as a mask over the rows."""
        table = np.fromiter(values, dtype=np.bool_, count=len(self.texts))
        return np.asarray(table[self.codes])

    def isin(self, wanted: Iterable[str]) -> Booleans:
        """Return a mask of the rows that hold one of the texts."""
        known = frozenset(wanted)
        return self.flags(text in known for text in self.texts)

    @property
    def numbers(self) -> npt.NDArray[np.float64]:
        """Column as numbers, NaN where a text is no number."""
        read = pd.to_numeric(pd.Series(self.texts, dtype=object), errors="coerce")
        return np.asarray(read.to_numpy(dtype=np.float64)[self.codes])

    def put_text(self, rows: npt.NDArray[Any] | Sequence[int], text: str) -> Texts:
        """Return the column with `text` in these rows."""
        texts = self.texts if text in self.texts else (*self.texts, text)
        codes = self.codes.copy()
        codes[rows] = texts.index(text)
        return Texts(codes, texts)

    @property
    def order_of_texts(self) -> Codes:
        """Rank of each row's text among the distinct texts, sorted."""
        # Sorted as they compare when a separator follows.
        order = sorted(range(len(self.texts)), key=lambda at: f"{self.texts[at]}\x1f")
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return np.asarray(place[self.codes])

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of rows for each distinct text."""
        return np.bincount(self.codes, minlength=len(self.texts))

    @property
    def cells(self) -> npt.NDArray[np.object_]:
        """Text of each row, as an array of objects."""
        return self.to_rows(self.texts)

    def at(self, row: int) -> str:
        """Return the text of one row."""
        return self.texts[int(self.codes[row])]

    def those(self, rows: npt.NDArray[Any] | slice) -> npt.NDArray[np.object_]:
        """Return the texts of these rows."""
        table = np.array(self.texts, dtype=object)
        return np.asarray(table[self.codes[rows]])


def ranks(columns: Sequence[Codes], n: int) -> npt.NDArray[np.int64]:
    """Return the rank of each row, sorted by the first column, then the second and so on.

    Rows that are equal in all columns share a rank, and no others do. Columns are packed into one
    integer while they fit, and then renumbered.
    """
    key = np.zeros(n, dtype=np.int64)
    size = 1
    for codes in columns:
        column_size = int(codes.max(initial=0)) + 1
        if size * column_size >= 1 << 62:
            key = np.unique(key, return_inverse=True)[1].reshape(n)
            size = int(key.max(initial=0)) + 1
        key = key * column_size + codes
        size *= column_size
    return np.asarray(np.unique(key, return_inverse=True)[1].reshape(n), dtype=np.int64)


def order_of(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
    """Return the positions that sort the texts by code points; equal ones keep their order."""
    if len(texts) < 2:
        return np.arange(len(texts))
    whole = "".join(texts)
    # Bytes are compared much faster than objects, but a NUL at an end would be lost.
    if whole.isascii() and "\0" not in whole:
        return np.argsort(texts.astype("S"), kind="stable")
    return np.argsort(texts, kind="stable")
