"""Code columns as small integers; code options of a multiple-response question as 1 and 0.

Statistics by category run on codes 0..K-1, which are an order of magnitude faster than labels; a
declared category without answers keeps its place.

A respondent may tick several options, so their shares do not add up to 1. The base is declared: all
who were asked (a blank counts as not ticked), or all who answered (a blank leaves the base).
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.arrays import BoolArray, FloatArray, IntArray, TextArray
from readiness.ground.errors import StatisticsError


def one_of(value: Any, known: Any, what: str) -> None:
    """Check that an option is one of the names of a `Literal`.

    `value`: the caller's option. `known`: the `Literal` of the names. `what`: name of the option in
    messages.

    Raises StatisticsError: an unknown name.
    """
    names = get_args(known)
    # The type is checked first: an array has no truth value.
    if not (isinstance(value, str) and value in names):
        raise StatisticsError(f"{what} {value!r} is unknown; expected one of {', '.join(names)}")


Factorized: TypeAlias = tuple[IntArray, list[Any]]


# Many readers give equal texts as one object. Search a column for repeated objects if it has at
# least _LONG rows, and search its first _LOOK rows only.
_LONG = 10_000
_LOOK = 1_000


@dataclass(frozen=True, eq=False)
class Codes:
    """A categorical column: `codes` in 0..size-1 (-1 is missing) and their labels.

    `identity` marks that each row is a unit, which saves counting.
    """

    codes: IntArray
    size: int
    labels: tuple[Any, ...] | None = None
    identity: bool = False

    @staticmethod
    def rows(n: int) -> "Codes":
        """Return codes under which each of n rows is a unit."""
        return Codes(np.arange(n, dtype=np.int64), n, None, identity=True)

    @staticmethod
    def constant(n: int) -> "Codes":
        """Return codes under which all n rows are in one group."""
        return Codes(np.zeros(n, dtype=np.int64), 1, ("all",))

    def label(self, code: int) -> str:
        """Return the label of a code, quoted, for messages."""
        return repr(self.labels[code]) if self.labels is not None else str(code)

    def count_used(self, used: BoolArray) -> int:
        """Return the number of categories with at least one row where `used` is true."""
        if self.identity:
            return int(used.sum())
        return int((np.bincount(self.codes[used], minlength=self.size) > 0).sum())

    def count_used_by(self, by: IntArray, size: int) -> IntArray:
        """Return the number of categories with at least one row, for each code of `by`.

        `by`: codes 0..size-1, -1 for rows that do not count. Shape (size,).
        """
        inside = by >= 0
        if self.identity:
            return np.bincount(by[inside], minlength=size).astype(np.int64)
        key = self.codes * (size + 1) + np.where(inside, by, size)
        table = np.bincount(key, minlength=self.size * (size + 1)).reshape(self.size, size + 1)
        return np.asarray((table[:, :size] > 0).sum(axis=0), dtype=np.int64)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return sums of a (n, k) matrix within each category, shape (size, k)."""
        if self.identity:
            return values
        out = np.empty((self.size, values.shape[1]))
        for j in range(values.shape[1]):
            out[:, j] = np.bincount(self.codes, weights=values[:, j], minlength=self.size)
        return out


def encode(column: Any, what: str) -> Codes:
    """Return a column as codes with sorted labels.

    Raises StatisticsError: a missing value.
    """
    codes, labels = factorize_column(column)
    if len(codes) and codes.min() < 0:
        row = int(np.flatnonzero(codes < 0)[0])
        raise StatisticsError(f"{what} is missing in row {row}; every respondent needs one")
    ordered = sort_labels(labels)
    position = {label: place for place, label in enumerate(ordered)}
    place = np.array([position[label] for label in labels], dtype=np.int64)
    return Codes(place[codes], len(labels), tuple(ordered))


def sort_labels(labels: Sequence[Any], order: Sequence[Any] | None = None) -> list[Any]:
    """Return labels sorted, or in a declared order; labels of mixed types sorted by text."""
    try:
        return sorted(labels, key=None if order is None else order.index)
    except TypeError:
        return sorted(labels, key=str)


def factorize_column(column: Any) -> Factorized:
    """Return a column as codes of its distinct values, in order of appearance; missing is -1."""
    values = np.asarray(column)
    if values.dtype == object and len(values) > _LONG and values.flags.c_contiguous:
        # Five times as fast for long columns of few texts, as read from a file.
        start = values[:_LOOK].tolist()
        if len(set(map(id, start))) < len(start) // 10:
            return _factorize_shared(values)
    codes, seen = pd.factorize(values)
    return np.asarray(codes, dtype=np.int64), np.asarray(seen).tolist()


def _factorize_shared(values: npt.NDArray[Any]) -> Factorized:
    """Factorize objects that are shared between rows: first by identity, then by value.

    A column read from a file holds each text once and a pointer per row. Pointers are integers,
    which are compared without reading the text; the few distinct objects are then compared by
    value.
    """
    memory = (ctypes.c_ssize_t * len(values)).from_address(values.ctypes.data)
    by_identity, addresses = pd.factorize(np.ctypeslib.as_array(memory))
    # `values` keeps every object alive, so each address still holds its object.
    distinct = np.empty(len(addresses), dtype=object)
    distinct[:] = [ctypes.cast(int(a), ctypes.py_object).value for a in addresses]
    by_value, seen = pd.factorize(distinct)
    return np.asarray(by_value, dtype=np.int64)[by_identity], np.asarray(seen).tolist()


def encode_declared(
    column: Any, categories: Sequence[Any], known: Factorized | None = None
) -> Codes:
    """Return a column as codes of declared categories, in their order; any other value is -1.

    `column`: one value per row. `categories`: the declared categories. `known`: the column's codes
    from `factorize_column`, if available.

    Raises StatisticsError: no category, or the same category twice.
    """
    if not (declared := list(categories)):
        raise StatisticsError("no categories declared; expected at least one")
    if len(set(declared)) != len(declared):
        repeated = next(c for c in declared if declared.count(c) > 1)
        raise StatisticsError(f"category {repeated!r} is declared twice")
    # Two steps: distinct values first, so that only these few go through the slow look-up.
    raw, seen = known or factorize_column(column)
    place = {label: i for i, label in enumerate(declared)}
    table = np.array([place.get(label, -1) for label in seen] + [-1], dtype=np.int64)
    return Codes(table[raw], len(declared), tuple(declared))


def interaction(outer: Codes, inner: Codes) -> Codes:
    """Return the combinations of two columns that occur, as codes in sorted order."""
    values, codes = np.unique(outer.codes * inner.size + inner.codes, return_inverse=True)
    labels = None
    if outer.labels is not None and inner.labels is not None:
        labels = tuple(
            (outer.labels[v // inner.size], inner.labels[v % inner.size]) for v in values
        )
    return Codes(np.asarray(codes, dtype=np.int64).reshape(-1), len(values), labels)


Base: TypeAlias = Literal["asked", "answered"]
NOT_ASKED = ("_not_asked", "_invalid", "_broken_off")
NO_ANSWER = ("_blank", "_dont_know", "_refused")


def option_answers(values: Any, option: str, base: Base) -> TextArray:
    """Return the answers to one option: `1` (chosen), `0` (not) or a code outside the base.

    `values`: one per row; numbers and truth values count as their texts. `option`: its name, for
    messages. `base`: `asked` for everyone asked, where a missing answer counts as not chosen;
    `answered` for respondents who answered.

    Returns `1` and `0` within the base, a code that begins with `_` outside it, shape (rows,).

    Raises StatisticsError: a value that is neither 1, 0 nor a special code.
    """
    codes, distinct = factorize_column(values)
    base_codes = {"1": "1", "0": "0"}
    base_codes |= dict.fromkeys(NOT_ASKED, "_outside")
    base_codes |= dict.fromkeys(NO_ANSWER, "0" if base == "asked" else "_blank")
    texts = [*map(plain_text, distinct), "_blank"]  # the last one: a missing value, code -1
    if (is_unknown := np.array([text not in base_codes for text in texts])[codes]).any():
        row = int(np.flatnonzero(is_unknown)[0])
        raise StatisticsError(
            f"option {option!r} is {texts[codes[row]]!r} in row {row}; expected 1, 0 or one of "
            + ", ".join((*NOT_ASKED, *NO_ANSWER))
        )
    mapped = np.array([base_codes.get(text, "_outside") for text in texts], dtype=object)
    return np.asarray(mapped[codes])


def plain_text(value: Any) -> str:
    """Return the text of a value; 1.0 and True become `1`."""
    if isinstance(value, (bool, np.bool_, float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
