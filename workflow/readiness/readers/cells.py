"""Columns of text as categoricals: each distinct text is read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from readiness.questionnaire import match_key


def mapped(column: Any, change: Callable[[str], str]) -> pd.Categorical:
    """A categorical column with each distinct text changed."""
    texts = [change(str(text)) for text in column.categories]
    return pd.Categorical.from_codes(*distinct(column.codes, texts))


def distinct(codes: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, pd.Index[Any]]:
    """Codes and categories where several of `texts` may be the same."""
    places, distinct = pd.factorize(np.array(texts, dtype=object))
    moved = places[codes] if len(texts) else codes
    return moved, pd.Index(distinct, dtype=object)


def blank(rows: int) -> pd.Categorical:
    """So many empty cells."""
    return pd.Categorical.from_codes(
        np.zeros(rows, dtype=np.int8), pd.Index([""] if rows else [], dtype=object)
    )


def paired(one: pd.Categorical, other: pd.Categorical) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Rows of two columns as codes of their distinct pairs, and the pairs."""
    width = max(len(other.categories), 1)
    codes, pairs = pd.factorize(one.codes.astype(np.int64) * width + other.codes)
    first, second = one.categories, other.categories
    return codes, [
        (str(first[pair // width]), str(second[pair % width])) for pair in pairs.tolist()
    ]


def seconds(text: str) -> str:
    """Seconds as they are; hours, minutes and seconds added up; "" where neither."""
    key = match_key(text).replace(",", ".")
    if re.fullmatch(r"\d{1,9}(\.\d{1,12})?", key):
        return key
    found = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})", key)
    if not found:
        return ""
    return str(int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]))
