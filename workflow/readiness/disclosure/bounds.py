"""The interval in which a reader can put a sum of counts: two linear programs (HiGHS).

The interval is that of real numbers, which holds the one of whole numbers. The duals say which
statements it rests on, and how much each could widen it at most: a cut of the master problem
(Fischetti and Salazar-Gonzalez 2000, Models and algorithms for optimizing cell suppression).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from readiness.disclosure.system import GRACE, Bounds, System, Target, Vector, published
from readiness.errors import StatisticsError


class Reader:
    """What a reader knows when some statements are withheld; asks for bounds of targets."""

    def __init__(self, system: System, hidden: Collection[int]) -> None:
        self._system = system
        self.hidden = frozenset(hidden)
        matrix, low, high = system.rows
        seen = np.flatnonzero(published(system, hidden))
        same = low[seen] == high[seen]
        self._equal = seen[same]
        between = seen[~same]
        self._below = between[np.isfinite(high[between])]
        self._above = between[np.isfinite(low[between])]
        self._a_eq, self._b_eq = matrix[self._equal], low[self._equal]
        self._a_ub = sparse.vstack([matrix[self._below], -matrix[self._above]], format="csr")
        self._b_ub = np.concatenate([high[self._below], -low[self._above]])

    def bounds(self, target: Target, enough: float = -np.inf) -> tuple[Bounds, list[Vector]]:
        """The bounds of a target, and tables of counts that reach them.

        `enough`: where the largest value is at least so much, or nobody is known to be possible,
        the least one is not asked for (it is then given as 0).
        """
        objective = np.zeros(len(self._system.upper))
        objective[list(target.at)] = 1.0
        above, most = self._solve(-objective)
        highest, ends, points = -above[0], [above], [most]
        lowest = 0.0
        if highest < enough - GRACE or enough == -np.inf:
            below, least = self._solve(objective)
            lowest = below[0]
            ends.append(below)
            points.append(least)
        support: dict[int, float] = {}
        for _, widths in ends:
            for statement, width in widths.items():
                support[statement] = support.get(statement, 0.0) + width
        kept = tuple(sorted((s, w) for s, w in support.items() if w > 1e-9))
        return Bounds(lowest, highest, kept), points

    def _solve(self, objective: Vector) -> tuple[tuple[float, dict[int, float]], Vector]:
        upper = self._system.upper
        solved = linprog(  # type: ignore[call-overload]
            objective, A_ub=self._a_ub, b_ub=self._b_ub, A_eq=self._a_eq, b_eq=self._b_eq,
            bounds=np.column_stack([np.zeros(len(upper)), upper]), method="highs",
        )  # fmt: skip
        if solved.status != 0:
            raise StatisticsError(f"the bounds of a count were not found: {solved.message}")
        below_room, above_room = self._system.room
        widths: dict[int, float] = {}
        split = len(self._below)
        marginals = solved.ineqlin.marginals
        for rows, duals, room in (
            (self._below, marginals[:split], above_room),
            (self._above, marginals[split:], below_room),
            (self._equal, np.minimum(solved.eqlin.marginals, 0.0), above_room),
            (self._equal, np.minimum(-solved.eqlin.marginals, 0.0), below_room),
        ):
            owners = self._system.of_row[rows]
            for k in np.flatnonzero((owners >= 0) & (np.abs(duals) > 1e-9)):
                owner = int(owners[k])
                widths[owner] = widths.get(owner, 0.0) + abs(duals[k]) * float(room[rows[k]])
        return (float(solved.fun), widths), solved.x
