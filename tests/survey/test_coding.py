"""Columns as codes: the fast path for shared texts and the plain one agree."""

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey.coding import encode, encode_declared, factorize_column


def decoded(column: Any) -> list[Any]:
    codes, seen = factorize_column(column)
    return [None if c < 0 else seen[c] for c in codes]


def test_long_columns_of_shared_texts() -> None:
    generator = np.random.default_rng(1)
    picked = generator.integers(0, 5, 30_000)
    # The same text twice as two objects, and a missing value.
    pool = np.array(["north", "south", "".join(["no", "rth"]), None, "œst"], dtype=object)
    shared = pool[picked]
    assert decoded(shared) == shared.tolist()
    codes, seen = factorize_column(shared)
    assert sorted(seen) == ["north", "south", "œst"]
    plain, _ = pd.factorize(shared)
    np.testing.assert_array_equal(codes, plain)


def test_long_columns_of_distinct_objects() -> None:
    texts = np.array([f"{i % 7:03d}" for i in range(20_000)], dtype=object)
    codes, seen = factorize_column(texts)
    np.testing.assert_array_equal(codes, np.arange(20_000) % 7)
    assert seen == [f"{i:03d}" for i in range(7)]


def test_a_column_from_a_file() -> None:
    rows = "\n".join(["answer", *(["yes", "no", "", "yes"] * 4000)])
    column = pd.read_csv(io.StringIO(rows), skip_blank_lines=False)["answer"]
    codes = encode_declared(column, ["no", "yes", "maybe"])
    np.testing.assert_array_equal(codes.codes[:4], [1, 0, -1, 1])
    with pytest.raises(StatisticsError, match="the answer is missing in row 2"):
        encode(column, "the answer")


def test_labels_are_sorted_also_when_mixed() -> None:
    assert encode(["b", "a", "b"], "x").labels == ("a", "b")
    assert encode([3, 1, 2], "x").labels == (1, 2, 3)
    assert encode(np.array([2, "a", 1], dtype=object), "x").labels == (1, 2, "a")
