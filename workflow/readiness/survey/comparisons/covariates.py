"""Model matrices for the regression models: treatment coding, term by term.

A term is one column of the data. Numbers enter as they are, everything else as indicators of its
levels but the first (the reference), as R's `contr.treatment`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from readiness.errors import StatisticsError
from readiness.survey.comparisons.cells import Factor, factor
from readiness.survey.comparisons.results import BoolArray, FloatArray
from readiness.survey.design import Design


@dataclass(frozen=True, eq=False)
class Covariates:
    """A model matrix without intercept.

    Attributes:
        matrix: shape (rows, p); NaN where a value is missing.
        names: name of each column, `term` or `term[level]`.
        terms: columns (positions) of each term.
    """

    matrix: FloatArray
    names: tuple[str, ...]
    terms: Mapping[str, tuple[int, ...]]

    @property
    def known(self) -> BoolArray:
        """Rows without missing values, shape (rows,)."""
        return np.asarray(np.isfinite(self.matrix).all(axis=1), dtype=np.bool_)

    def without(self, term: str) -> Covariates:
        """The matrix without one term.

        Raises:
            StatisticsError: no such term.
        """
        dropped = set(self.columns(term))
        kept = [i for i in range(len(self.names)) if i not in dropped]
        position = {old: new for new, old in enumerate(kept)}
        return Covariates(
            self.matrix[:, kept],
            tuple(self.names[i] for i in kept),
            {t: tuple(position[i] for i in c) for t, c in self.terms.items() if t != term},
        )

    def columns(self, term: str) -> tuple[int, ...]:
        """Positions of the columns of a term.

        Raises:
            StatisticsError: no such term.
        """
        if term not in self.terms:
            raise StatisticsError(f"no term {term!r} in the model; it has: {', '.join(self.terms)}")
        return self.terms[term]


def covariates(
    design: Design,
    terms: Sequence[str],
    *,
    categorical: Sequence[str] = (),
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> Covariates:
    """Treatment-coded model matrix of some columns of the design's data.

    Args:
        design: the survey design.
        terms: column names, one a term.
        categorical: numeric columns to take as categories.
        levels: declared levels of categorical columns, the reference first; levels without answers
            get no column.

    Raises:
        StatisticsError: unknown column, infinite value, no term, a category with one level.
    """
    if not terms:
        raise StatisticsError("a model needs at least one term")
    declared = dict(levels or {})
    blocks: list[FloatArray] = []
    names: list[str] = []
    positions: dict[str, tuple[int, ...]] = {}
    for term in terms:
        raw = design.column(term)
        if term in categorical or term in declared or raw.dtype.kind not in "iufb":
            block, labels = indicators(factor(design, term, declared.get(term)))
            labels = [f"{term}[{label}]" for label in labels]
        else:
            block, labels = design.numeric(term)[:, None], [term]
        positions[term] = tuple(range(len(names), len(names) + len(labels)))
        names += labels
        blocks.append(block)
    return Covariates(np.hstack(blocks), tuple(names), positions)


def indicators(f: Factor) -> tuple[FloatArray, list[str]]:
    """Indicators of the observed levels but the first, NaN outside the base; and their names.

    Raises:
        StatisticsError: fewer than two observed levels.
    """
    observed = f.observed()
    if observed.size < 2:
        raise StatisticsError(
            f"{f.name} has fewer than two levels among the respondents: it cannot be a term"
        )
    block = (observed.codes[:, None] == np.arange(1, observed.size)[None, :]).astype(np.float64)
    block[~observed.known] = np.nan
    return block, list(observed.levels[1:])


def check_rank(x: FloatArray, names: Sequence[str]) -> None:
    """Refuse a matrix (with intercept) whose columns are not independent, naming the first one.

    Raises:
        StatisticsError: a constant column, or a combination of the columns before it.
    """
    full = np.column_stack([np.ones(len(x)), x])
    scale = np.sqrt((full**2).sum(axis=0))
    for i, name in enumerate(names):
        if scale[i + 1] == 0 or np.ptp(x[:, i]) == 0:
            raise StatisticsError(f"{name} is constant among the respondents: take it out")
    r = np.abs(np.diag(np.linalg.qr(full / scale, mode="r")))
    if len(r) < full.shape[1]:
        raise StatisticsError(f"{len(x)} respondents for {full.shape[1]} coefficients: too few")
    bad = np.flatnonzero(r < 1e-10)
    if len(bad):
        raise StatisticsError(
            f"{names[int(bad[0]) - 1]} is a combination of the terms before it: take it out"
        )
