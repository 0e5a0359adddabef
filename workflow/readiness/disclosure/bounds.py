"""The interval in which a reader can put a sum of counts: two linear programs (HiGHS).

The interval is that of real numbers, which holds the one of whole numbers. The duals say which
statements it rests on, and how much each could widen it at most: a cut of the master problem
(Fischetti and Salazar-Gonzalez 2000, Models and algorithms for optimizing cell suppression).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, linprog, milp

from readiness.disclosure.system import (
    GRACE,
    CountSystem,
    ProtectedSum,
    SumBounds,
    Vector,
    find_published_rows,
)
from readiness.errors import StatisticsError

# Linear programs that look for few statements to withhold.
REWEIGHTED = 3

# Numbers in a matrix up to which `linprog` takes all of them sooner than those that are not 0.
SMALL = 10_000


class BoundReader:
    """What a reader knows when some statements are withheld; asks for bounds of targets."""

    def __init__(self, system: CountSystem, hidden: Collection[int]) -> None:
        self._system = system
        self.hidden = frozenset(hidden)
        matrix, low, high = system.rows
        seen = np.flatnonzero(find_published_rows(system, hidden))
        self._rows = LinearConstraint(matrix[seen], low[seen], high[seen])
        same = low[seen] == high[seen]
        self._equal = seen[same]
        between = seen[~same]
        self._below = between[np.isfinite(high[between])]
        self._above = between[np.isfinite(low[between])]
        self._widths: dict[bytes, dict[int, float]] = {}

    @cached_property
    def _sides(self) -> dict[str, Any]:
        """The rows as `linprog` takes them, which tells their duals."""
        matrix, low, high = self._system.rows
        below = sparse.vstack([matrix[self._below], -matrix[self._above]], format="csr")
        equal = matrix[self._equal]
        if np.prod(matrix.shape) < SMALL:
            below, equal = below.toarray(), equal.toarray()
        return {
            "A_ub": below,
            "b_ub": np.concatenate([high[self._below], -low[self._above]]),
            "A_eq": equal,
            "b_eq": low[self._equal],
        }

    def bounds(
        self, target: ProtectedSum, enough: float = -np.inf, *, supported: bool = False
    ) -> tuple[SumBounds, list[Vector]]:
        """The bounds of a target, and tables of counts that reach them.

        `enough`: where the largest value is at least so much, or nobody is known to be possible,
        the least one is not asked for (it is then given as 0). `supported`: what they rest on will
        be asked, too.
        """
        objective = self._objective(target)
        solved = self._with_widths if supported else self._solve_least
        points = [solved(-objective)]
        lowest, highest = 0.0, float(objective @ points[0])
        if highest < enough - GRACE or enough == -np.inf:
            points.append(solved(objective))
            lowest = float(objective @ points[1])
        return SumBounds(lowest, highest), points

    def support(self, target: ProtectedSum, *, both: bool = True) -> dict[int, float]:
        """The statements that the bounds of a target rest on, `both` or the largest value alone:
        how much wider the interval could at most be without each."""
        found: dict[int, float] = {}
        for sign in (-1.0, 1.0) if both else (-1.0,):
            objective = sign * self._objective(target)
            if objective.tobytes() not in self._widths:
                self._with_widths(objective)
            for statement, width in self._widths[objective.tobytes()].items():
                if width > GRACE:
                    found[statement] = found.get(statement, 0.0) + width
        return {statement: found[statement] for statement in sorted(found)}

    def _objective(self, target: ProtectedSum) -> Vector:
        objective = np.zeros(len(self._system.upper))
        objective[list(target.at)] = 1.0
        return objective

    def relax_statements(
        self,
        target: ProtectedSum,
        wanted: float,
        losses: Vector,
        allowed: npt.NDArray[np.bool_],
        *,
        above: bool,
    ) -> tuple[frozenset[int], Vector] | None:
        """Statements of little loss without which a target could be as `wanted`, or more (`above`)
        or less, with counts that show it; None where nothing that is `allowed` does it.

        The rows may be missed by some distance, at the loss of its share of the room that
        withholding gives; a few times, each dearer where less of it was used, so that few are.
        """
        owners, room, matrix, ends = self._loose()
        n, rows = len(self._system.upper), len(owners)
        able = (owners >= 0) & allowed[owners] & (room > GRACE)
        sign = -1.0 if above else 1.0
        reached = sparse.csr_matrix(
            (np.full(len(target.at), sign), ([0] * len(target.at), list(target.at))),
            shape=(1, n + rows),
        )
        slack = sparse.hstack([matrix, -sparse.identity(rows, format="csr")], format="csr")
        a_ub = sparse.vstack([slack, reached], format="csr")
        b_ub = np.append(ends, sign * wanted)
        upper = np.concatenate([self._system.upper, np.where(able, room, 0.0)])
        dear = losses[np.maximum(owners, 0)] / np.maximum(room, GRACE)
        used = np.zeros(rows)
        costs, counts = dear, None
        for _ in range(REWEIGHTED):
            solved = linprog(  # type: ignore[call-overload]
                np.concatenate([np.zeros(n), costs]),
                A_ub=a_ub,
                b_ub=b_ub,
                bounds=np.column_stack([np.zeros(n + rows), upper]),
                method="highs",
            )
            if solved.x is None:
                return None
            counts, used = solved.x[:n], solved.x[n:]
            costs = losses[np.maximum(owners, 0)] / (used + 0.02 * np.maximum(room, GRACE))
        assert counts is not None
        return frozenset(owners[used > 1e-8].tolist()), counts

    def _loose(self) -> tuple[npt.NDArray[np.int64], Vector, sparse.csr_matrix, Vector]:
        """All rows a reader has as `coefficients x <= end`: owner, room, coefficients, end."""
        matrix, low, high = self._system.rows
        below_room, above_room = self._system.room
        up = np.concatenate([self._below, self._equal])
        down = np.concatenate([self._above, self._equal])
        owners = self._system.of_row[np.concatenate([up, down])]
        room = np.concatenate([above_room[up], below_room[down]])
        both = sparse.vstack([matrix[up], -matrix[down]], format="csr")
        return owners, room, both, np.concatenate([high[up], -low[down]])

    def _solve_least(self, objective: Vector) -> Vector:
        """A table that makes the objective least."""
        solved = milp(
            objective,
            bounds=Box(np.zeros(len(objective)), self._system.upper),
            constraints=self._rows,
            options={"presolve": False},
        )
        if solved.x is None:
            raise StatisticsError(f"the bounds of a count were not found: {solved.message}")
        table: Vector = solved.x
        return table

    def _with_widths(self, objective: Vector) -> Vector:
        """The same; notes by statement how much less the least value could be without it: from
        the duals."""
        upper = self._system.upper
        solved = linprog(  # type: ignore[call-overload]
            objective,
            **self._sides,
            bounds=np.column_stack([np.zeros(len(upper)), upper]),
            method="highs",
        )
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
        self._widths[objective.tobytes()] = widths
        table: Vector = solved.x
        return table
