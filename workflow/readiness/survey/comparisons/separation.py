"""Does the estimate of a cumulative or binomial model exist? An exact answer by a linear program.

Maximum likelihood has no finite estimate when some direction of the parameters never lowers the
likelihood of any answer (complete or quasi-complete separation). Source: Albert and Anderson
(1984); Konis (2007) for the linear program.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from readiness.arrays import FloatArray, IntArray
from readiness.errors import StatisticsError


def separated_columns(y: IntArray, x: FloatArray, levels: int) -> list[int]:
    """Columns of x whose coefficient runs to infinity, empty when the estimate exists.

    Args:
        y: answers, 0..levels-1, every level observed, shape (n,).
        x: model matrix without intercept, shape (n, p).
        levels: number of levels, 2 or more.
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
    inner = y < cuts
    upper[np.flatnonzero(inner), p + y[inner]] = 1.0
    above = y > 0
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
    """Stop with the separated columns named.

    Raises:
        StatisticsError: the estimate does not exist.
    """
    columns = separated_columns(y, x, levels)
    if columns:
        shown = ", ".join(names[i] for i in columns[:6]) + (", ..." if len(columns) > 6 else "")
        raise StatisticsError(
            f"separation: the answers are told apart exactly by {shown}, so the model has no "
            "finite estimate; merge groups or levels, or use the permutation test"
        )
