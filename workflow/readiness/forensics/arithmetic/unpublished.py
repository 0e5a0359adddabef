"""Bounds on what was not published: every cross-table that two published margins allow.

Two margins say nothing about whether those who gave one answer also gave the other. Over all
cross-tables that fit them, the p-value of a test ranges from a least to a greatest value: where
that range holds both 0.01 and 1, the figures cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from readiness.errors import StatisticsError
from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, witnesses
from readiness.forensics.arithmetic.precision import PRange

MAX_TABLES = 200_000


def p_range(rows: tuple[int, int], columns: tuple[int, int]) -> PRange:
    """The range of Fisher's two-sided p over all 2 x 2 tables with these margins.

    One pass over the weights that the tables share: the rarest table has the least p-value, the
    likeliest has 1.
    """
    n = sum(rows)
    if n != sum(columns) or min(*rows, *columns) < 0 or n == 0:
        raise StatisticsError(f"Margins {rows} and {columns}: expected one total above 0.")
    lowest, highest = max(0, rows[0] + columns[0] - n), min(rows[0], columns[0])
    weights = [
        comb(columns[0], k) * comb(columns[1], rows[0] - k) for k in range(lowest, highest + 1)
    ]
    rarest = min(weights)
    return PRange(Fraction(rarest * weights.count(rarest), sum(weights)), Fraction(1), len(weights))


@dataclass(frozen=True)
class CrossRange:
    """The range of p over all cross-tables behind two published sets, and their largest table."""

    low: Fraction
    high: Fraction
    tables: int
    people: tuple[int, ...]


def cross_range(
    rows: FigureSet,
    columns: FigureSet,
    people: Sequence[int],
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> CrossRange | None:
    """The range of p over every table that two sets of one or two answers allow.

    `people` lists the numbers of people to try; with up to `max_missing` answers missing on
    each item, the table is made of those who answered both. None when no table fits.
    """
    low, high, tables = Fraction(1), Fraction(0), 0
    used: set[int] = set()
    seen: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for n in people:
        for margins in _margins(rows, columns, n, max_missing, allowed):
            used.add(n)
            if margins in seen:
                continue
            seen.add(margins)
            found = p_range(*margins)
            low, high = min(low, found.low), max(high, found.high)
            tables += found.tables
            if tables > MAX_TABLES:
                raise StatisticsError("More cross-tables fit than can be tried; use fewer bases.")
    return CrossRange(low, high, tables, tuple(sorted(used))) if tables else None


def _margins(
    rows: FigureSet, columns: FigureSet, n: int, max_missing: int, allowed: Sequence[Convention]
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Margins among those who answered both, for each way that the others can have answered."""
    for convention in allowed:
        for row_base in range(max(1, n - max_missing), n + 1):
            for column_base in range(max(1, n - max_missing), n + 1):
                for row in witnesses(rows, row_base, convention):
                    for column in witnesses(columns, column_base, convention):
                        yield from _both(
                            (row[0], row_base - row[0]), (column[0], column_base - column[0]), n
                        )


def _both(
    row: tuple[int, int], column: tuple[int, int], n: int
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Take away from each margin the people who did not answer the other item."""
    lacking_rows, lacking_columns = n - sum(row), n - sum(column)
    overlap = min(lacking_rows, lacking_columns)
    for lacking_both in range(overlap + 1):
        drop_rows = lacking_columns - lacking_both
        drop_columns = lacking_rows - lacking_both
        for a in range(drop_rows + 1):
            for b in range(drop_columns + 1):
                kept_row = (row[0] - a, row[1] - (drop_rows - a))
                kept_column = (column[0] - b, column[1] - (drop_columns - b))
                if min(*kept_row, *kept_column) >= 0 and sum(kept_row) > 0:
                    yield kept_row, kept_column
