"""Factors and two-way cells of a design, from which every comparison of categories starts.

A statistic of a table depends on the answers only through the weighted cell totals, so its design
covariance follows from that of the totals by linearisation (the delta method). Source: Rao and
Scott (1984); Lumley (2010), section 6.1.

Results of comparisons are plain rows that print, and that a register of figures can take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey import intervals
from readiness.survey.coding import Factorized, plain_text, sort_labels
from readiness.survey.design import Column, Design
from readiness.survey.intervals import check_level


@dataclass(frozen=True, eq=False)
class Factor:
    """A categorical variable with declared levels.

    `codes`: shape (rows,), position in `levels`, or -1 outside the base (no answer, outside the
    domain). `levels`: names of the levels, in their declared order. `name`: name of the variable in
    messages.
    """

    codes: IntArray
    levels: tuple[str, ...]
    name: str = "the variable"

    @property
    def size(self) -> int:
        """Number of declared levels."""
        return len(self.levels)

    @property
    def has_level(self) -> BoolArray:
        """True for the rows that have a level, shape (rows,)."""
        return self.codes >= 0

    def counts(self) -> IntArray:
        """Return the unweighted number of rows of each level, shape (size,)."""
        return np.bincount(self.codes[self.has_level], minlength=self.size).astype(np.int64)

    def keep(self, levels: Sequence[int]) -> Factor:
        """Return the factor with these levels (positions) only; rows of other levels leave the
        base.
        """
        recode = np.full(self.size + 1, -1, dtype=np.int64)
        recode[list(levels)] = np.arange(len(levels))
        return Factor(recode[self.codes], tuple(self.levels[i] for i in levels), self.name)

    def drop_unobserved(self) -> Factor:
        """Return the factor without declared levels that no row has."""
        return self.keep([int(i) for i in np.flatnonzero(self.counts() > 0)])

    def within(self, rows: BoolArray) -> Factor:
        """Return the factor with all rows outside `rows` outside the base."""
        return Factor(np.where(rows, self.codes, -1), self.levels, self.name)


def factor(
    design: Design,
    values: Column | Factor,
    levels: Sequence[Any] | None = None,
    name: str = "the variable",
) -> Factor:
    """Return a factor of the design; rows outside its domain are outside the base.

    Args:
        values: a column name or one value per row. Values are levels, never positions, in a column
            and in an array alike. None, NaN and special codes that begin with `_` (blank, not
            asked, don't know) are outside the base. A factor is returned unchanged.
        levels: declared levels in order (texts, whole numbers, floats or booleans, as they are in
            the data); None: the values that occur, sorted, or in the order of a pandas Categorical.
        name: name of a variable that is no column, for messages.

    Raises StatisticsError: a value that is no declared level, a level declared twice or missing.
    """
    if isinstance(values, Factor):
        return values
    label = repr(values) if isinstance(values, str) else name
    factorized = design.factorize(values)
    inverse, seen = factorized
    if whole := bool(design.mask.all()):  # all distinct values occur in the domain
        used = np.ones(len(seen), dtype=np.bool_)
    else:
        used = np.bincount(inverse[design.mask] + 1, minlength=len(seen) + 1)[1:] > 0
    if levels is None:
        # The levels that occur in the domain: sorted, or in the order of the categories.
        kept = [
            v
            for v, u in zip(seen, used, strict=True)
            if u and (text := _write_level(v)) is not None and not text.startswith("_")
        ]
        order = sort_labels(kept, design.declared_order(values))
        keys = list(dict.fromkeys(str(_write_level(v)) for v in order))
        declared = tuple(keys)
    else:
        if absent := [v for v in levels if _write_level(v) is None or v != v]:
            raise StatisticsError(
                f"{label} declares {absent[0]!r} as a level: no value is no level"
            )
        keys = [str(_write_level(v)) for v in levels]
        # Booleans are matched as 1 and 0 and shown as they are written.
        declared = tuple(
            str(v) if isinstance(v, (bool, np.bool_)) else k
            for v, k in zip(levels, keys, strict=True)
        )
        if len(set(keys)) != len(keys):
            raise StatisticsError(f"{label} declares a level twice: {', '.join(map(str, levels))}")
    codes = _encode(factorized, keys, declared, used, label)
    return Factor(codes if whole else np.where(design.mask, codes, -1), declared, label)


def _encode(
    known: Factorized, keys: list[str], declared: tuple[str, ...], used: BoolArray, label: str
) -> IntArray:
    """Return codes of values by their text; 1 and 1.0 are one level, as after a CSV round trip.

    Raises StatisticsError: a value without a level.
    """
    inverse, seen = known
    position = {key: i for i, key in enumerate(keys)}
    # the last place is that of code -1, a missing value
    lookup = np.full(len(seen) + 1, -1, dtype=np.int64)
    for i, text in enumerate(map(_write_level, seen)):
        if text is None or text.startswith("_"):
            continue
        if text in position:
            lookup[i] = position[text]
        elif used[i]:
            shown = ", ".join(declared[:12])
            hint = "; values are levels, not positions" if text.lstrip("-").isdigit() else ""
            raise StatisticsError(
                f"{label} has the value {text!r}; declared levels are: {shown}{hint}"
            )
    return lookup[inverse]


def _write_level(value: Any) -> str | None:
    """Return the text of a value, None for None."""
    return None if value is None else plain_text(value)


@dataclass(frozen=True, eq=False)
class CellTotals:
    """A two-way table of a design with the covariance of its weighted totals.

    Attributes:
        rows, columns: names of the levels.
        counts: unweighted counts, shape (r, c).
        totals: weighted totals, shape (r, c).
        covariance: design covariance of the totals, shape (r*c, r*c), row-major cells.
        degrees_of_freedom: of the design on the rows of the table.
        cell: cell number of each design row, -1 outside, shape (rows,).
        refitted: covariance of the shares from each replicate's own shares, where the design
            refits; else None.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: IntArray
    totals: FloatArray
    covariance: FloatArray
    degrees_of_freedom: int
    cell: IntArray
    refitted: FloatArray | None = None

    @property
    def n(self) -> int:
        """Unweighted base of the table."""
        return int(self.counts.sum())

    @property
    def proportions(self) -> FloatArray:
        """Weighted shares of the whole, shape (r, c), sum 1."""
        return np.asarray(self.totals / self.totals.sum())

    def proportion_covariance(self) -> FloatArray:
        """Return the design covariance of `proportions`, shape (r*c, r*c).

        The shares are ratios to the estimated size.
        """
        if self.refitted is not None:
            return self.refitted
        p = self.proportions.ravel()
        return self.delta((np.eye(len(p)) - p[:, None]) / self.totals.sum())

    def delta(self, jacobian: FloatArray) -> FloatArray:
        """Return the covariance of a function of the totals with this jacobian, shape (k, r*c)."""
        return np.asarray(jacobian @ self.covariance @ jacobian.T)


def cell_totals(design: Design, row: Factor, column: Factor) -> CellTotals:
    """Return the r x c table of two factors, over the rows that have both.

    Raises StatisticsError: no respondent has both answers.
    """
    has_both = row.has_level & column.has_level
    if not has_both.any():
        raise StatisticsError(
            f"no respondent has both {row.name} and {column.name}: there is nothing to compare"
        )
    cells = row.size * column.size
    cell = np.where(has_both, row.codes * column.size + column.codes, -1)
    domain = design.subset(has_both)
    totals = weighted_counts(cell[has_both], design.full_weights[has_both], cells)
    shape, refitted = (row.size, column.size), None
    if domain.refits:
        replicated = domain.replicate_code_totals(cell, cells)
        shares = replicated / replicated.sum(axis=1, keepdims=True)
        refitted = domain.replicate_covariance(shares, totals / totals.sum())
    return CellTotals(
        row.levels,
        column.levels,
        np.bincount(cell[has_both], minlength=cells).reshape(shape).astype(np.int64),
        totals.reshape(shape),
        domain.code_covariance(cell, cells),
        domain.degrees_of_freedom,
        cell.astype(np.int64),
        refitted,
    )


def needs_degrees_of_freedom(df: int, what: str) -> None:
    """Check that a design has degrees of freedom.

    Raises StatisticsError: as many strata as PSUs.
    """
    if df <= 0:
        raise StatisticsError(
            f"{what} does not exist: the design has no degrees of freedom left (as many strata as "
            "PSUs); collapse strata or use the permutation test"
        )


def t_quantile(level: float, df: float) -> float:
    """Return the two-sided t quantile.

    Raises StatisticsError: no degrees of freedom, a level outside (0, 1).
    """
    check_level(level)
    if df <= 0:
        raise StatisticsError("the design has no degrees of freedom left for an interval")
    return float(intervals.t_quantile(level, df))


def two_sided_t(t: Any, df: Any) -> Any:
    """Return P(|T| >= |t|) on `df` degrees of freedom; never 1 - cdf, which loses small tails."""
    return 2 * scipy.special.stdtr(df, -np.abs(t))


def upper_f(value: float, df1: float, df2: float) -> float:
    """Return P(F >= value)."""
    return float(scipy.special.fdtrc(df1, df2, value))


def weighted_counts(codes: IntArray, weights: FloatArray, size: int) -> FloatArray:
    """Return the sum of the weights of each code 0..size-1, shape (size,)."""
    return np.asarray(np.bincount(codes, weights=weights, minlength=size), dtype=np.float64)


def effective_sizes(design: Design, groups: Factor) -> FloatArray:
    """Return Kish's effective number of answers of each group, (sum w)^2 / sum w^2; 0 if empty."""
    has_level = groups.has_level
    codes, w = groups.codes[has_level], design.full_weights[has_level]
    total, squares = (np.bincount(codes, x, groups.size) for x in (w, w**2))
    return np.divide(total**2, squares, out=np.zeros(groups.size), where=squares > 0)


def two_or_more(f: Factor, what: str) -> None:
    """Check that a factor has at least two observed levels.

    Raises StatisticsError: 0 or 1 observed level.
    """
    seen = [level for level, k in zip(f.levels, f.counts(), strict=True) if k > 0]
    if len(seen) < 2:
        observed_text = f"only {seen[0]!r}" if seen else "nobody"
        raise StatisticsError(
            f"{f.name} has {observed_text} among the respondents: {what} needs two levels or more"
        )


def outcome_by_group(
    design: Design, y: Column, group: Column | Factor, levels: Sequence[Any] | None, what: str
) -> tuple[FloatArray, Factor]:
    """Return the numbers of an outcome (NaN: missing), and the groups of rows that have one.

    Raises StatisticsError: text or an infinite value, fewer than two observed groups.
    """
    values = design.numeric(y, "the outcome")
    groups = factor(design, group, levels, "the group").within(np.isfinite(values))
    two_or_more(groups, what)
    return values, groups


@dataclass(frozen=True)
class ComparisonRow:
    """One test, contrast or effect size.

    Attributes:
        test: a stable lower-case name (`rao_scott_f`, `contrast`, ...).
        statistic: value of the statistic, or None for a test without one (an exact test).
        statistic_name: F, t, X2, W...
        df1, df2: degrees of freedom, None where the statistic has none.
        p_value: 0-1, never 1 - cdf; None where the test cannot be computed (`note` has the
            reason).
        p_adjusted: p after the adjustment for the family of comparisons, or None.
        effect, lower, upper: effect size with its interval (shares 0-1), or None.
        n: unweighted base of the row.
        method: one sentence for a reader who knows the field.
        note: qualification of the result (merged levels, no estimate), or empty.
        a, b: the two groups of a contrast, or empty.
    """

    test: str
    statistic: float | None = None
    statistic_name: str = ""
    df1: float | None = None
    df2: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    effect: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int = 0
    method: str = ""
    note: str = ""
    a: str = ""
    b: str = ""

    def frame(self) -> pd.DataFrame:
        """Return the row as a data frame of one row."""
        return frame([self])


def f_row(
    test: str, value: float, df1: float, df2: float, n: int, method: str, note: str = ""
) -> ComparisonRow:
    """Return the row of a test by its F statistic; p is the upper tail."""
    df, p = (float(df1), float(df2)), upper_f(value, df1, df2)
    return ComparisonRow(test, value, "F", *df, p, n=n, method=method, note=note)


_COLUMNS = tuple(ComparisonRow.__dataclass_fields__)
_TEXTS = ("test", "statistic_name", "method", "note", "a", "b")


def frame(rows: Sequence[ComparisonRow]) -> pd.DataFrame:
    """Return comparison rows as a data frame; absent values are NaN or empty."""
    # Rows of a richer kind (contrasts with simultaneous limits) have further columns.
    columns = list(dict.fromkeys([*_COLUMNS, *(c for row in rows for c in asdict(row))]))
    numbers = [c for c in columns if c not in _TEXTS]
    table = pd.DataFrame([asdict(row) for row in rows], columns=columns)
    return table.astype({c: "int64" if c == "n" else "float64" for c in numbers})
