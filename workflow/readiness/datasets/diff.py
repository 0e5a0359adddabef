"""What changed between two versions of a dataset: rows added, rows removed, cells changed.

A row is matched by its key: whose row it is. Several rows of one key - several submissions of one
respondent - are matched by the moment of submission, what is left of them in order; so a
submission that was dropped is a row removed, not two rows changed.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import pandas as pd

from readiness.errors import DataError

CHANGE_COLUMNS = ["key", "column", "before", "after"]


@dataclass(frozen=True)
class KeyedTable:
    """A table as text, with the key of each row and, where there is one, its moment.

    `cells` has one row a record. `keys` and `moments` are of the same length; moments are texts
    that sort as time does ("" where unknown). `key_name` says what the keys are.
    """

    cells: pd.DataFrame
    keys: Sequence[str]
    moments: Sequence[str]
    key_name: str


@dataclass(frozen=True)
class RowDiff:
    """The difference between two tables.

    `added` and `removed` are the keys of rows that only one of them has; `changes` has one row a
    changed cell (columns `CHANGE_COLUMNS`), `changed` the number of rows with such a cell. A column
    that only one table has is in `columns_added` or `columns_removed`, and in no change.
    """

    key_name: str
    before: int
    after: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: int
    changes: pd.DataFrame
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]

    @property
    def by_column(self) -> dict[str, int]:
        """How many cells changed in each column, in the order of the table; none where none did."""
        counts = self.changes["column"].value_counts(sort=False)
        return {str(column): int(count) for column, count in counts.items()}


def table_by(cells: pd.DataFrame, column: str | None, name: str) -> KeyedTable:
    """A table keyed by one column, by default its first one, which must then be unique.

    Raises DataError, naming the table `name`, when there is no such column or it repeats a value.
    """
    chosen = cells.columns[0] if column is None else column
    if chosen not in cells.columns:
        raise DataError(f"{name}: no column {chosen!r}; there are {', '.join(cells.columns)}.")
    if column is None and cells[chosen].duplicated().any():
        value = cells.loc[cells[chosen].duplicated(), chosen].iloc[0]
        raise DataError(
            f"{name}: its first column, {chosen!r}, has {value!r} more than once, so it does not "
            "tell the rows apart. Name the column that does with --key."
        )
    return KeyedTable(cells, cells[chosen].tolist(), [""] * len(cells), str(chosen))


def diff_rows(before: KeyedTable, after: KeyedTable) -> RowDiff:
    """The difference from one table to the other, rows in the order of their keys."""
    pairs, removed, added = _match(before, after)
    shared = [column for column in after.cells.columns if column in before.cells.columns]
    old, new = (
        table.cells[shared].iloc[rows].reset_index(drop=True)
        for table, rows in ((before, [a for a, _ in pairs]), (after, [b for _, b in pairs]))
    )
    differ = old.ne(new)
    keys = [before.keys[a] for a, _ in pairs]
    changes = [
        (keys[row], column, old[column].iloc[row], new[column].iloc[row])
        for column in shared
        for row in differ.index[differ[column]]
    ]
    return RowDiff(
        key_name=after.key_name,
        before=len(before.cells),
        after=len(after.cells),
        added=tuple(after.keys[row] for row in added),
        removed=tuple(before.keys[row] for row in removed),
        changed=int(differ.any(axis=1).sum()),
        changes=pd.DataFrame(changes, columns=CHANGE_COLUMNS),
        columns_added=tuple(c for c in after.cells.columns if c not in before.cells.columns),
        columns_removed=tuple(c for c in before.cells.columns if c not in after.cells.columns),
    )


def _match(
    before: KeyedTable, after: KeyedTable
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Positions of the rows that belong together, of those left before, of those left after."""
    first, second = _in_order(before), _in_order(after)
    pairs: list[tuple[int, int]] = []

    def pair_by(name: Callable[[KeyedTable, int], Hashable]) -> None:
        nonlocal first, second
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for row in first:
            waiting[name(before, row)].append(row)
        left = []
        for row in second:
            candidates = waiting[name(after, row)]
            if candidates:
                pairs.append((candidates.popleft(), row))
            else:
                left.append(row)
        paired = {row for row, _ in pairs}
        first, second = [row for row in first if row not in paired], left

    pair_by(lambda table, row: (table.keys[row], table.moments[row]))
    pair_by(lambda table, row: table.keys[row])
    pairs.sort(key=lambda pair: (before.keys[pair[0]], before.moments[pair[0]], pair))
    return pairs, first, second


def _in_order(table: KeyedTable) -> list[int]:
    """The rows' positions by key, then in order of submission, then as they stand."""
    # What has no moment comes last: nobody knows when it was.
    return sorted(
        range(len(table.cells)),
        key=lambda row: (table.keys[row], not table.moments[row], table.moments[row], row),
    )
