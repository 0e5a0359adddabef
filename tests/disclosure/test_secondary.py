"""No sensitive cell can be computed from what is published: compared with all possible tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.disclosure import Relation, TableCell, suppress
from readiness.disclosure.secondary import exposures
from readiness.errors import StatisticsError

LEAST = 3
Counts = dict[tuple[int, int], int]


def name(row: int | str, column: int | str) -> str:
    return f"r{row}c{column}"


def two_way(counts: Counts, rows: int, columns: int) -> tuple[list[TableCell], list[Relation]]:
    """A table of groups (rows) by levels (columns), with both margins; `a` is a total."""
    whole: dict[str, int] = {name(r, c): counts[r, c] for r in range(rows) for c in range(columns)}
    relations: list[Relation] = []
    for r in range(rows):
        whole[name(r, "a")] = sum(counts[r, c] for c in range(columns))
        relations.append({**{name(r, c): 1 for c in range(columns)}, name(r, "a"): -1})
    for c in (*range(columns), "a"):
        whole[name("a", c)] = sum(whole[name(r, c)] for r in range(rows))
        relations.append({**{name(r, c): 1 for r in range(rows)}, name("a", c): -1})
    cells = [TableCell(cell, count, 0 < count < LEAST) for cell, count in whole.items()]
    return cells, relations


def possible(
    cells: Mapping[str, TableCell], hidden: frozenset[str], rows: int, columns: int
) -> Iterator[Mapping[str, int]]:
    """Tables that agree with what is published; a reader knows that no hidden cell is 0."""
    unknown = sorted(cell for cell in hidden if "a" not in cell)
    inner = {cell: cells[cell].count for cell in cells if "a" not in cell}
    most = max(inner.values()) + 1  # two possible tables are enough
    for values in product(range(1, most + 1), repeat=len(unknown)):
        table = {**inner, **dict(zip(unknown, values, strict=True))}
        counts = {(r, c): table[name(r, c)] for r in range(rows) for c in range(columns)}
        full = {cell.name: cell.count for cell in two_way(counts, rows, columns)[0]}
        if all(full[cell] == cells[cell].count for cell in cells if cell not in hidden):
            yield full


@settings(max_examples=60)
@given(
    shape=st.sampled_from([(2, 2), (2, 3), (1, 4)]),
    values=st.lists(st.integers(0, 5), min_size=6, max_size=6),
)
def test_no_small_count_is_the_only_one_possible(shape: tuple[int, int], values: list[int]) -> None:
    rows, columns = shape
    places = list(product(range(rows), range(columns)))
    cells, relations = two_way(dict(zip(places, values, strict=False)), rows, columns)
    known = {cell.name: cell for cell in cells}
    hidden = suppress(cells, relations, LEAST)
    sensitive = {cell.name for cell in cells if cell.sensitive}
    assert sensitive <= hidden
    assert all(known[cell].count for cell in hidden)
    if not sensitive:
        assert not hidden
        return
    seen: dict[str, set[int]] = {cell: set() for cell in sensitive}
    for table in possible(known, hidden, rows, columns):
        for cell in sensitive:
            seen[cell].add(table[cell])
    assert all(len(found) > 1 for found in seen.values()), (hidden, seen)


@settings(max_examples=40)
@given(values=st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_what_is_hidden_is_protected_needed_and_the_same_in_every_order(values: list[int]) -> None:
    cells, relations = two_way(dict(zip(product(range(3), range(3)), values, strict=True)), 3, 3)
    known = {cell.name: cell for cell in cells}
    hidden = suppress(cells, relations, LEAST)
    assert not exposures(known, hidden, relations, LEAST)
    for cell in hidden:
        if not known[cell].sensitive:
            assert exposures(known, hidden - {cell}, relations, LEAST)
    assert suppress(cells[::-1], relations[::-1], LEAST) == hidden


def test_two_ones_are_not_hidden_alone() -> None:
    """They add to 2, and no hidden cell is 0: both are 1."""
    cells = [
        TableCell("x", 1, True),
        TableCell("y", 1, True),
        TableCell("z", 20),
        TableCell("zero", 0),
        TableCell("n", 22),
    ]
    relation = {"x": 1, "y": 1, "z": 1, "zero": 1, "n": -1}
    assert suppress(cells, [relation], LEAST) == {"x", "y", "z"}


def test_a_hidden_base_takes_its_shares_along() -> None:
    cells = [
        TableCell("yes", 2, True, base="n"),
        TableCell("no", 30, base="n"),
        TableCell("n", 32),
        TableCell("dk", 4, base="wide"),
        TableCell("wide", 36),
    ]
    levels, outside = {"yes": 1, "no": 1, "n": -1}, {"n": 1, "dk": 1, "wide": -1}
    assert suppress(cells, [levels, outside], LEAST) == {"yes", "no"}
    small = [TableCell("dk", 2, True, base="wide") if c.name == "dk" else c for c in cells]
    small = [TableCell("wide", 34) if c.name == "wide" else c for c in small]
    assert suppress(small, [levels, outside], LEAST) == {"yes", "no", "dk", "wide"}


def test_what_is_hidden_for_another_reason_protects_but_is_not_counted() -> None:
    groups = [
        TableCell("a", 2, True),
        TableCell("b", 9, hidden=True),
        TableCell("c", 40),
        TableCell("all", 51),
    ]
    total = {"a": 1, "b": 1, "c": 1, "all": -1}
    assert suppress(groups, [total], LEAST) == {"a"}
    assert suppress([*groups[:1], TableCell("b", 9), *groups[2:]], [total], LEAST) == {"a", "b"}


def test_tables_that_are_none() -> None:
    with pytest.raises(StatisticsError, match="same name"):
        suppress([TableCell("a", 1), TableCell("a", 2)], [], LEAST)
    with pytest.raises(StatisticsError, match="no such cell"):
        suppress([TableCell("a", 1)], [{"a": 1, "b": -1}], LEAST)
    with pytest.raises(StatisticsError, match="do not fulfil"):
        suppress([TableCell("a", 1), TableCell("b", 2)], [{"a": 1, "b": -1}], LEAST)
