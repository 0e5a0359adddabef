"""Precision that the feasible bases would allow if the answers were a random sample.

A purposive sample has no sampling interval: these scales show how little a small n supports, never
margins of error. Korn-Graubard (NCHS, Vital and Health Statistics 2(175), 2017): here n_eff = n and
the interval is Clopper and Pearson's. Statistics Canada: coefficient of variation at most 16.5 %
free, at most 33.3 % "use with caution" (E), above it too unreliable (F).

Over all cross-tables that fit two published margins, the p-value of a test has a least and a
greatest value: where both 0.01 and 1 lie between, the figures do not decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb

from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, witnesses
from readiness.ground.errors import StatisticsError


def _check(count: int, base: int) -> None:
    if base < 1 or not 0 <= count <= base:
        raise StatisticsError(f"{count} out of {base}: expected a count between 0 and its base.")


def clopper_pearson(count: int, base: int, level: float = 0.95) -> tuple[float, float]:
    """Return Clopper and Pearson's exact limits of a share, 0 to 1, for a random sample.

    Raises StatisticsError unless 0 <= count <= base and base >= 1.
    """
    from readiness.survey import intervals

    _check(count, base)
    low, high = intervals.clopper_pearson(count, base, level)
    return float(low), float(high)


@dataclass(frozen=True)
class Presentation:
    """Recommendation of the NCHS scale and its reason; `str` gives both."""

    # present, review or suppress.
    action: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.action} ({self.reason})" if self.reason else self.action


def nchs_presentation(count: int, base: int) -> Presentation:
    """Judge a share by the NCHS scale: present, review, or suppress, with the reason.

    The thresholds are those of `survey.intervals`; that module flags estimates of a design, this
    function gives the reason for a bare count. Raises StatisticsError unless 0 <= count <= base and
    base >= 1.
    """
    from readiness.survey.intervals import MINIMUM_N, NARROW, RELATIVE, WIDEST

    _check(count, base)
    if base < MINIMUM_N:
        return Presentation("suppress", f"n<{MINIMUM_N}")
    low, high = clopper_pearson(count, base)
    width, share = high - low, count / base
    wide, most = width > NARROW, f"{RELATIVE:.0%}"
    if width >= WIDEST:
        return Presentation("suppress", f"absolute CI width >= {WIDEST:.2f}")
    if wide and count and width / share > RELATIVE:
        return Presentation("suppress", f"relative CI width > {most}")
    if count in (0, base):
        return Presentation("review", "0 or 100%")
    if wide and width / (1 - share) > RELATIVE:
        return Presentation("present", f"footnote: complement, relative CI width > {most}")
    return Presentation("present")


def squared_cv(count: int, base: int) -> Fraction:
    """Return the squared coefficient of variation of a share, (1-p)/(p(n-1)).

    Raises StatisticsError where the coefficient is undefined: no count, or a base of 1.
    """
    _check(count, base)
    if count == 0 or base == 1:
        raise StatisticsError(f"{count} out of {base} has no coefficient of variation.")
    share = Fraction(count, base)
    return (1 - share) / (share * (base - 1))


def statcan_band(count: int, base: int) -> str:
    """Judge a share by Statistics Canada's scale: acceptable, E (caution) or F (too unreliable).

    Raises StatisticsError where the coefficient of variation is undefined.
    """
    squared = squared_cv(count, base)
    if squared <= Fraction(165, 1000) ** 2:
        return "acceptable"
    return "E" if squared <= Fraction(333, 1000) ** 2 else "F"


@dataclass(frozen=True)
class PRange:
    """Range of p-values over the tables that fit: least, greatest, number of tables."""

    low: Fraction
    high: Fraction
    tables: int


MAX_TABLES = 200_000


def p_range(rows: tuple[int, int], columns: tuple[int, int]) -> PRange:
    """Return the range of Fisher's two-sided p over all 2 x 2 tables with these margins.

    The rarest table has the least p, the likeliest p = 1. Raises StatisticsError for margins of
    unlike totals, negative margins, or an empty table.
    """
    n = sum(rows)
    if n != sum(columns) or min(*rows, *columns) < 0 or n == 0:
        raise StatisticsError(f"Margins {rows} and {columns}: expected one total above 0.")
    row, column = rows[0], columns[0]
    counts = range(max(0, row + column - n), min(row, column) + 1)
    weights = [comb(column, k) * comb(n - column, row - k) for k in counts]
    rarest = min(weights)
    return PRange(Fraction(rarest * weights.count(rarest), sum(weights)), Fraction(1), len(weights))


def cross_range(
    rows: FigureSet,
    columns: FigureSet,
    people: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> PRange | None:
    """Return the range of p over every table that two sets of one or two answers allow.

    With up to `max_missing` answers missing on each item, the table holds the people who answered
    both. None where no table fits; StatisticsError for more than `MAX_TABLES` tables.
    """
    low, tables = Fraction(1), 0
    seen: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for margins in _list_margins(rows, columns, people, max_missing, allowed):
        if margins in seen:
            continue
        seen.add(margins)
        margin_range = p_range(*margins)
        low = min(low, margin_range.low)
        tables += margin_range.tables
        if tables > MAX_TABLES:
            raise StatisticsError("More cross-tables fit than can be tried; use fewer bases.")
    return PRange(low, Fraction(1), tables) if tables else None


def _list_margins(
    rows: FigureSet, columns: FigureSet, n: int, max_missing: int, allowed: Sequence[Convention]
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield margins among the people who answered both items, for each split of the missing
    answers.
    """
    bases = range(max(1, n - max_missing), n + 1)
    for convention, row_base, column_base in product(allowed, bases, bases):
        for row, *_ in witnesses(rows, row_base, convention):
            for column, *_ in witnesses(columns, column_base, convention):
                yield from _remove_silent((row, row_base - row), (column, column_base - column), n)


def _remove_silent(
    row: tuple[int, int], column: tuple[int, int], n: int
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the margins among people who answered both items, for each way of skipping one item."""
    lacking_rows, lacking_columns = n - sum(row), n - sum(column)
    for lacking_both in range(min(lacking_rows, lacking_columns) + 1):
        drop_rows, drop_columns = lacking_columns - lacking_both, lacking_rows - lacking_both
        for a, b in product(range(drop_rows + 1), range(drop_columns + 1)):
            kept_row = (row[0] - a, row[1] - (drop_rows - a))
            kept_column = (column[0] - b, column[1] - (drop_columns - b))
            if min(*kept_row, *kept_column) >= 0 and sum(kept_row) > 0:
                yield kept_row, kept_column
