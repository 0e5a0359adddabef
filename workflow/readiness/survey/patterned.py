"""Replicate weights of many respondents, held once for all who are alike.

Respondents of one stratum, one base weight, one random group and one crossing of the margins have
the same weight in every replicate. So a table of patterns and the pattern of each row hold what a
matrix of a row a respondent would: a million respondents and 80 replicates in some megabytes
instead of 640, and a replicated total costs one sum over the rows instead of 80.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from readiness.arrays import BoolArray, FloatArray, IntArray
from readiness.survey.replicates import Adjustment, Kind, Replicates, StreamedReplicates


@dataclass(frozen=True, eq=False)
class PatternedReplicates:
    """Replicate weights by pattern; the interface and, to rounding, the numbers of `Replicates`.

    Attributes:
        table: the weight of a row of each pattern in each replicate, shape (patterns, R).
        pattern: the pattern of each row, shape (rows,).
        scale, rscales, mse, kind: as in `Replicates`.
    """

    table: FloatArray
    pattern: IntArray
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: Kind = "groups"

    @property
    def count(self) -> int:
        """Number of replicates R."""
        return len(self.rscales)

    @property
    def matrix(self) -> FloatArray:
        """All the weights, written out, shape (rows, R)."""
        return self.table[self.pattern]

    def column(self, r: int) -> FloatArray:
        """The weights of replicate r (from 0), shape (rows,)."""
        weights: FloatArray = self.table[:, r][self.pattern]
        return weights

    def totals(self, x: FloatArray) -> FloatArray:
        """Totals of x (rows, k) under each replicate, shape (R, k)."""
        size = len(self.table)
        sums = np.empty((size, x.shape[1]))
        for j in range(x.shape[1]):
            sums[:, j] = np.bincount(self.pattern, weights=x[:, j], minlength=size)
        return self.table.T @ sums

    def code_totals(self, codes: IntArray, size: int) -> FloatArray:
        """Totals of codes 0..size-1 (-1: nowhere) under each replicate, shape (R, size)."""
        key = self.pattern * (size + 1) + (codes + 1)
        counted = np.bincount(key, minlength=len(self.table) * (size + 1))
        counts = counted.reshape(len(self.table), size + 1)[:, 1:]
        return self.table.T @ counts.astype(np.float64)

    def adjusted(self, adjust: Adjustment) -> Replicates:
        """Each replicate through an adjustment of weights (rows,) -> (rows,), written out."""
        return Replicates(self.matrix, self.scale, self.rscales, self.mse, self.kind).adjusted(
            adjust
        )

    def degrees_of_freedom(self, mask: BoolArray) -> int:
        """Number of replicates less one."""
        return self.count - 1


AnyReplicates: TypeAlias = Replicates | StreamedReplicates | PatternedReplicates


def patterned(
    matrix: FloatArray, pattern: IntArray, scale: float, rscales: FloatArray, kind: Kind
) -> Replicates | PatternedReplicates:
    """Replicates of a table by pattern; written out where no two rows share a pattern."""
    if len(matrix) == len(pattern):
        return Replicates(matrix[pattern], scale, rscales, kind=kind)
    return PatternedReplicates(matrix, pattern, scale, rscales, kind=kind)
