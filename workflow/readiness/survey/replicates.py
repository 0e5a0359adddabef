"""Replicate weights: jackknife, balanced repeated replication, bootstrap.

Each maker gives the factors by which every PSU's weight is multiplied in each replicate, and the
constants of the variance formula. Sources: Wolter (2007) ch. 3-5; Rao and Wu (1988); Canty and
Davison (1999). R twin: `as.svrepdesign`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

# Relative size below which a singular value counts as zero (the tolerance of R's `qr`).
_RANK_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights and the constants of their variance.

    Attributes:
        matrix: the weight of each row in each replicate (sampling weight included), (rows, R).
        scale: factor of the whole sum of squares.
        rscales: factor of each replicate, shape (R,).
        mse: deviations from the full-sample estimate instead of the mean of the replicates.
        kind: how they were made (`JK1`, `JKn`, `BRR`, `Fay`, `bootstrap`, `subbootstrap`, `given`).
        full_degrees: degrees of freedom of the whole sample; None: rank of the matrix less one.
    """

    matrix: FloatArray
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: str = "given"
    full_degrees: int | None = None
    _rank: dict[bytes, int] = field(default_factory=dict, repr=False)

    def totals(self, x: FloatArray) -> FloatArray:
        """Totals of x (rows, k) under each replicate, shape (R, k)."""
        return self.matrix.T @ x

    def degrees_of_freedom(self, mask: BoolArray) -> int:
        """Rank of the replicate weights of the rows in `mask`, less one."""
        whole = bool(mask.all())
        if whole and self.full_degrees is not None:
            return self.full_degrees
        key = b"" if whole else np.packbits(mask).tobytes()
        if key not in self._rank:
            self._rank[key] = _rank(self.matrix if whole else self.matrix[mask]) - 1
        return self._rank[key]


def _rank(matrix: FloatArray) -> int:
    rows, columns = matrix.shape
    if rows > 2 * columns:
        # The Gram matrix has the squared singular values; 1e-10 is still far above its rounding.
        values = np.linalg.eigvalsh(matrix.T @ matrix)
        return int((values > values[-1] * _RANK_TOLERANCE**2).sum())
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > values[0] * _RANK_TOLERANCE).sum()) if len(values) else 0
