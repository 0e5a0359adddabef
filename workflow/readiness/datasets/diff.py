"""Compare two versions of a dataset: rows added, rows removed, cells changed.

Rows are matched by a key that identifies whose row it is. Several rows of one key - several
submissions of one respondent - are matched by their timestamps, the remaining ones in order; so a
dropped submission is one row removed, not two rows changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from readiness.ground.errors import DataError


@dataclass(frozen=True)
class KeyedTable:
    """A table as text, with a key for each row and, if known, a timestamp.

    `cells`: one row per record. `keys`, `moments`: key and timestamp of each row; timestamps sort
    as texts, and are "" if unknown. `key_name`: description of the keys.
    """

    cells: pd.DataFrame
    keys: Sequence[str]
    moments: Sequence[str]
    key_name: str

    def in_order(self) -> pd.DataFrame:
        """Return key, moment and position of each row, sorted by key and moment; unknown moments
        last.
        """
        rows = pd.DataFrame(
            {"key": self.keys, "moment": self.moments, "row": range(len(self.keys))}
        )
        rows = rows.assign(undated=rows["moment"].eq(""))
        return rows.sort_values(["key", "undated", "moment", "row"])


@dataclass(frozen=True)
class RowDiff:
    """Difference between two tables.

    `added` and `removed` are the keys of rows that only one table has; `changes` has one row for
    each changed cell (columns `key`, `column`, `before`, `after`), `changed` is the number of rows
    with a changed cell. A column of only one table is in `columns_added` or `columns_removed`
    alone.
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
        """Number of changed cells in each column with a change, in the order of the table."""
        counts = self.changes["column"].value_counts(sort=False)
        return {str(column): int(count) for column, count in counts.items()}


def table_by(cells: pd.DataFrame, column: str | None, name: str) -> KeyedTable:
    """Return a table keyed by one column, by default the first one, which must then be unique.

    Raises DataError, naming the table `name`, when there is no such column or the default column
    repeats a value.
    """
    chosen = cells.columns[0] if column is None else column
    if chosen not in cells.columns:
        raise DataError(
            f"{name} has no column {chosen!r}. Its columns are {', '.join(cells.columns)}."
        )
    if column is None and cells[chosen].duplicated().any():
        value = cells.loc[cells[chosen].duplicated(), chosen].iloc[0]
        raise DataError(
            f"{name}: its first column, {chosen!r}, has {value!r} more than once, so it does not "
            "identify the rows. Name the column that does with --key."
        )
    return KeyedTable(cells, cells[chosen].tolist(), [""] * len(cells), str(chosen))


def diff_rows(before: KeyedTable, after: KeyedTable) -> RowDiff:
    """Return the difference between two tables, with rows in the order of their keys."""
    pairs, removed, added = _match(before.in_order(), after.in_order())
    shared = [column for column in after.cells.columns if column in before.cells.columns]
    old, new = (
        table.cells[shared].to_numpy(dtype=object)[pairs[row]]
        for table, row in ((before, "row_before"), (after, "row_after"))
    )
    columns, rows = np.nonzero((old != new).T)
    changes = pd.DataFrame(
        {
            "key": pairs["key"].to_numpy()[rows],
            "column": np.array(shared, dtype=object)[columns],
            "before": old[rows, columns],
            "after": new[rows, columns],
        }
    )
    return RowDiff(
        key_name=after.key_name,
        before=len(before.cells),
        after=len(after.cells),
        added=tuple(added["key"]),
        removed=tuple(removed["key"]),
        changed=len(np.unique(rows)),
        changes=changes,
        columns_added=tuple(c for c in after.cells.columns if c not in before.cells.columns),
        columns_removed=tuple(c for c in before.cells.columns if c not in after.cells.columns),
    )


def _match(
    before: pd.DataFrame, after: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the pairs of matching rows, the rows of `before` alone, and the rows of `after`
    alone.
    """
    matched = []
    for names in (["key", "moment"], ["key"]):
        old, new = (rows.assign(nth=rows.groupby(names).cumcount()) for rows in (before, after))
        pairs = old.merge(new, on=[*names, "nth"], suffixes=("_before", "_after"))
        matched.append(pairs)
        before = before[~before["row"].isin(pairs["row_before"])]
        after = after[~after["row"].isin(pairs["row_after"])]
    return pd.concat(matched).sort_values(["key", "row_before"]), before, after
