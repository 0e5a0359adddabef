"""Model matrices for the regression models: treatment coding, term by term.

A term is one column of the data. Numbers enter unchanged, everything else as indicators of its
levels except the first (the reference), as R's `contr.treatment`.

Maximum likelihood has no finite estimate when some direction of the parameters never lowers the
likelihood of any answer (separation; Albert and Anderson 1984): a linear program detects it (Konis
2007).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.comparisons.cells import Factor, factor
from readiness.survey.design import Design


@dataclass(frozen=True, eq=False)
class Covariates:
    """A model matrix without intercept, stored as its distinct rows.

    Categorical covariates have few distinct rows, so that a million respondents cost as little as
    their cells.

    `values`: distinct rows of the matrix, shape (m, p). `row`: index in `values` of each
    respondent's row, -1 where a value is missing, shape (rows,). `names`: name of each column,
    `term` or `term[level]`. `terms`: columns (positions) of each term. `numbers`: columns
    (positions) that hold numbers; the other columns are indicators.
    """

    values: FloatArray
    row: IntArray
    names: tuple[str, ...]
    terms: Mapping[str, tuple[int, ...]]
    numbers: tuple[int, ...] = ()

    @property
    def is_complete(self) -> BoolArray:
        """Whether each row has no missing value, shape (rows,)."""
        return np.asarray(self.row >= 0, dtype=np.bool_)

    @property
    def matrix(self) -> FloatArray:
        """Whole matrix, shape (rows, p), NaN in rows with a missing value."""
        filled = np.vstack([self.values, np.full((1, self.values.shape[1]), np.nan)])
        return np.asarray(filled[self.row], dtype=np.float64)

    def without(self, term: str) -> "Covariates":
        """Return the matrix without one term, on the same rows.

        Raises StatisticsError: no such term.
        """
        dropped = set(self.columns(term))
        kept = [i for i in range(len(self.names)) if i not in dropped]
        position = {old: new for new, old in enumerate(kept)}
        return Covariates(
            self.values[:, kept],
            self.row,
            tuple(self.names[i] for i in kept),
            {t: tuple(position[i] for i in c) for t, c in self.terms.items() if t != term},
            tuple(position[i] for i in self.numbers if i in position),
        )

    def standardise(self, kinds: IntArray) -> "Standardised":
        """Return some distinct rows with their numbers centred and scaled, for fitting.

        A large mean (a year, an income) would leave the fit no digits: 1e6 and a spread of 1 are
        almost the intercept.

        `kinds`: the rows of `values`, one or more.
        """
        matrix = self.values[kinds]
        centre, scale = np.zeros(len(self.names)), np.ones(len(self.names))
        for i in self.numbers:
            least, most = float(matrix[:, i].min()), float(matrix[:, i].max())
            centre[i], half = (least + most) / 2, (most - least) / 2
            scale[i] = half if half > 0 and np.isfinite(half) else 1.0
            matrix[:, i] = (matrix[:, i] - centre[i]) / scale[i]
        return Standardised(matrix, centre, scale)

    def columns(self, term: str) -> tuple[int, ...]:
        """Return the positions of the columns of a term. Raises StatisticsError: no such term."""
        if term not in self.terms:
            raise StatisticsError(f"no term {term!r} in the model; it has: {', '.join(self.terms)}")
        return self.terms[term]


@dataclass(frozen=True, eq=False)
class Standardised:
    """A model matrix on the scale of the fit, and the way back.

    Attributes:
        matrix: (column - centre) / scale, shape (n, p).
        centre, scale: of each column, shape (p,).
    """

    matrix: FloatArray
    centre: FloatArray
    scale: FloatArray

    def back(self, intercepts: int, sign: float) -> FloatArray:
        """Return the matrix that converts (beta, intercepts) of the fit to the scale of the data.

        Args:
            intercepts: how many intercepts (cut points) follow the coefficients.
            sign: -1 for eta = intercept + x'beta, +1 for eta = cut point - x'beta.

        Returns shape (p + intercepts, p + intercepts).
        """
        p = len(self.scale)
        jacobian = np.eye(p + intercepts)
        jacobian[:p, :p] = np.diag(1 / self.scale)
        jacobian[p:, :p] = sign * self.centre / self.scale
        return jacobian


def covariates(
    design: Design,
    terms: Sequence[str],
    *,
    categorical: Sequence[str] = (),
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> Covariates:
    """Return the treatment-coded model matrix of some columns of the design's data.

    `terms`: column names, one per term. `categorical`: numeric columns to take as categories.
    `levels`: declared levels of categorical columns, the reference first; levels without answers
    get no column.

    Raises StatisticsError: unknown column, infinite value, no term, a repeated term, a single
    level.
    """
    if isinstance(terms, str):
        raise StatisticsError(f"terms is the string {terms!r}; expected a list of column names")
    if not terms:
        raise StatisticsError("a model needs at least one term")
    if len(set(terms)) != len(terms):
        raise StatisticsError(f"a term is given twice: {', '.join(map(str, terms))}")
    declared = dict(levels or {})
    blocks = []
    for term in terms:
        raw = design.column(term)
        if term in categorical or term in declared or raw.dtype.kind not in "iufb":
            blocks.append(of_factor(factor(design, term, declared.get(term)), term))
        else:
            codes, seen = pd.factorize(design.numeric(term), sort=True)
            values = np.asarray(seen, dtype=np.float64)[:, None]
            blocks.append(Covariates(values, codes.astype(np.int64), (term,), {term: (0,)}, (0,)))
    return reduce(_join_covariates, blocks)


def of_factor(f: Factor, term: str) -> Covariates:
    """Return indicators of the observed levels of a factor except the first.

    Raises StatisticsError: fewer than two observed levels.
    """
    observed = f.drop_unobserved()
    if observed.size < 2:
        raise StatisticsError(
            f"{f.name} has fewer than two levels among the respondents: it cannot be a term"
        )
    names = tuple(f"{term}[{level}]" for level in observed.levels[1:])
    terms = {term: tuple(range(len(names)))}
    return Covariates(np.eye(observed.size)[:, 1:], observed.codes, names, terms)


_MOST_COMBINATIONS = 10_000


def _join_covariates(a: Covariates, b: Covariates) -> Covariates:
    """Return the model matrix with the columns of both."""
    shift = len(a.names)
    terms = {**a.terms, **{t: tuple(i + shift for i in c) for t, c in b.terms.items()}}
    is_complete = a.is_complete & b.is_complete
    if len(a.values) * len(b.values) <= _MOST_COMBINATIONS:
        values = np.hstack(
            [np.repeat(a.values, len(b.values), axis=0), np.tile(b.values, (len(a.values), 1))]
        )
        row = a.row * len(b.values) + b.row
    else:
        values = np.hstack([a.values[a.row[is_complete]], b.values[b.row[is_complete]]])
        row = np.cumsum(is_complete) - 1
    numbers = a.numbers + tuple(i + shift for i in b.numbers)
    return Covariates(values, np.where(is_complete, row, -1), a.names + b.names, terms, numbers)


_BLOCK = 1 << 16


def check_rank(x: FloatArray, names: Sequence[str]) -> None:
    """Check that the columns of a matrix (with intercept) are independent.

    Raises StatisticsError that names the first dependent column: a constant, or a combination of
    the columns before it; too few respondents.
    """
    scale = np.sqrt(np.concatenate([[len(x)], np.einsum("ij,ij->j", x, x)]))
    for i, name in enumerate(names):
        if scale[i + 1] == 0 or np.ptp(x[:, i]) == 0:
            raise StatisticsError(f"{name} is constant among the respondents: take it out")
    # QR decomposition by blocks: the R of each block of rows, then the R of the stacked Rs. The
    # result is the same, without a copy of all rows.
    triangles = [
        np.linalg.qr(np.column_stack([np.ones(len(part)), part]) / scale, mode="r")
        for part in (x[start : start + _BLOCK] for start in range(0, len(x), _BLOCK))
    ]
    r = np.abs(np.diag(np.linalg.qr(np.vstack(triangles), mode="r")))
    if len(r) < len(scale):
        raise StatisticsError(f"{len(x)} respondents for {len(scale)} coefficients: too few")
    if len(bad := np.flatnonzero(r < 1e-10)):
        raise StatisticsError(
            f"{names[int(bad[0]) - 1]} is a combination of the terms before it: take it out"
        )


def separated_columns(y: IntArray, x: FloatArray, levels: int) -> list[int]:
    """Return the columns of x whose coefficient runs to infinity, [] when the estimate exists.

    `y`: answers, 0..levels-1, every level observed, shape (n,). `x`: model matrix without
    intercept, shape (n, p). `levels`: number of levels, 2 or more.
    """
    from scipy import optimize

    rows = np.unique(np.column_stack([y.astype(np.float64), x]), axis=0)
    y, x = rows[:, 0].astype(np.int64), rows[:, 1:]
    p, cuts = x.shape[1], levels - 1
    spread = np.abs(x).max(axis=0)
    x = x / np.where(spread > 0, spread, 1.0)
    upper = np.zeros((len(y), p + cuts))
    upper[:, :p] = -x
    lower = -upper
    inner, above = y < cuts, y > 0
    upper[np.flatnonzero(inner), p + y[inner]] = 1.0
    lower[np.flatnonzero(above), p + y[above] - 1] = -1.0
    gains = np.vstack([upper[inner], lower[above]])
    solution = optimize.linprog(
        -gains.sum(axis=0), A_ub=-gains, b_ub=np.zeros(len(gains)), bounds=(-1, 1), method="highs"
    )
    direction = np.asarray(solution.x, dtype=np.float64)
    if float(gains.sum(axis=0) @ direction) < 1e-7:
        return []
    return [int(i) for i in np.flatnonzero(np.abs(direction[:p]) > 1e-7)] or list(range(p))


def refuse_separation(y: IntArray, x: FloatArray, levels: int, names: Sequence[str]) -> None:
    """Check that no column is separated.

    Raises StatisticsError that names the separated columns: the estimate does not exist.
    """
    if columns := separated_columns(y, x, levels):
        shown = ", ".join(names[i] for i in columns[:6]) + (", ..." if len(columns) > 6 else "")
        raise StatisticsError(
            f"separation: the answers are told apart exactly by {shown}, so the model has no "
            "finite estimate; merge groups or levels, or use the permutation test"
        )
