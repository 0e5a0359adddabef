"""The interval in which a reader can put a sum of counts: two linear programs (HiGHS).

The interval is that of real numbers, which holds the one of whole numbers. The duals say which
statements it rests on, and how much each could widen it at most: a cut of the master problem
(Fischetti and Salazar-Gonzalez 2000, Models and algorithms for optimizing cell suppression).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from scipy import sparse

from readiness.disclosure.system import (
    GRACE,
    CountSystem,
    ProtectedSum,
    SumBounds,
    Vector,
    find_published_rows,
)
from readiness.errors import StatisticsError
from readiness.programs import LinearProgram

# Linear programs that look for few statements to withhold.
REWEIGHTED = 3


class BoundReader:
    """What a reader knows when some statements are withheld; asks for bounds of targets."""

    def __init__(self, system: CountSystem, hidden: Collection[int]) -> None:
        self._system = system
        matrix, low, high = system.rows
        self._seen = np.ones(len(low), dtype=bool)
        self._program = LinearProgram(matrix, low, high, np.zeros(len(system.upper)), system.upper)
        self.hide(hidden)

    def hide(self, hidden: Collection[int]) -> None:
        """Let these statements be withheld, and no others."""
        self.hidden = frozenset(hidden)
        _, low, high = self._system.rows
        seen = find_published_rows(self._system, hidden)
        for row in np.flatnonzero(seen != self._seen).tolist():
            ends = (low[row], high[row]) if seen[row] else (-np.inf, np.inf)
            self._program.change_row(row, *ends)
        self._seen = seen
        self._duals: dict[bytes, Vector] = {}

    def bounds(
        self, target: ProtectedSum, enough: float = -np.inf
    ) -> tuple[SumBounds, list[Vector]]:
        """The bounds of a target, and tables of counts that reach them.

        `enough`: where the largest value is at least so much, or nobody is known to be possible,
        the least one is not asked for (it is then given as 0).
        """
        objective = self._objective(target)
        points = [self._solve(-objective)]
        lowest, highest = 0.0, float(objective @ points[0])
        if highest < enough - GRACE or enough == -np.inf:
            points.append(self._solve(objective))
            lowest = float(objective @ points[1])
        return SumBounds(lowest, highest), points

    def support(self, target: ProtectedSum, *, both: bool = True) -> dict[int, float]:
        """The statements that the bounds of a target rest on, `both` or the largest value alone:
        how much wider the interval could at most be without each.
        """
        below, above = self._system.room
        width = np.zeros(len(self._system.statements) + 1)
        for sign in (-1.0, 1.0) if both else (-1.0,):
            objective = sign * self._objective(target)
            if objective.tobytes() not in self._duals:
                self._solve(objective)
            duals = self._duals[objective.tobytes()]
            duals = np.where(np.abs(duals) > 1e-9, duals, 0.0)
            by = np.where(duals > 0, duals * below, 0.0) - np.where(duals < 0, duals * above, 0.0)
            np.add.at(width, self._system.of_row, by)
        return {k: float(width[k]) for k in np.flatnonzero(width[:-1] > GRACE).tolist()}

    def _objective(self, target: ProtectedSum) -> Vector:
        objective = np.zeros(len(self._system.upper))
        objective[list(target.at)] = 1.0
        return objective

    def _solve(self, objective: Vector) -> Vector:
        """A table that makes the objective least."""
        solved = self._program.minimise(objective)
        if solved is None or solved.least == -np.inf:
            raise StatisticsError("the bounds of a count were not found: no table fulfils all rows")
        self._duals[objective.tobytes()] = solved.duals
        return solved.x

    def relax_statements(
        self,
        target: ProtectedSum,
        wanted: float,
        losses: Vector,
        allowed: npt.NDArray[np.bool_],
        *,
        above_wanted: bool,
    ) -> tuple[frozenset[int], Vector] | None:
        """Statements of little loss without which a target could be as `wanted`, or more
        (`above_wanted`) or less, with counts that show it; None where nothing that is `allowed`
        does it.

        The rows may be missed by some distance, at the loss of its share of the room that
        withholding gives; a few times, each dearer where less of it was used, so that few are.
        """
        matrix, low, high = self._system.rows
        below, above = self._system.room
        n, owners = len(self._system.upper), self._system.of_row
        able = self._seen & (owners >= 0) & allowed[owners]
        # Each row's ends may be missed below and above.
        room = np.where(able, [below, above], 0.0)
        free = np.flatnonzero((room > GRACE).any(axis=0))
        missed = sparse.identity(len(owners), format="csc")[:, free]
        reached = sparse.csr_matrix(
            (np.ones(len(target.at)), ([0] * len(target.at), list(target.at))),
            shape=(1, n + 2 * len(free)),
        )
        rows = sparse.vstack([sparse.hstack([matrix, missed, -missed]), reached], format="csr")
        ends = (wanted, np.inf) if above_wanted else (-np.inf, wanted)
        program = LinearProgram(
            rows,
            np.append(np.where(self._seen, low, -np.inf), ends[0]),
            np.append(np.where(self._seen, high, np.inf), ends[1]),
            np.zeros(n + 2 * len(free)),
            np.concatenate([self._system.upper, *room[:, free]]),
        )
        owner = np.tile(owners[free], 2)
        width = np.maximum(room[:, free].ravel(), GRACE)
        costs = losses[owner] / width
        used, counts = np.zeros(0), np.zeros(0)
        for _ in range(REWEIGHTED):
            solved = program.minimise(np.concatenate([np.zeros(n), costs]))
            if solved is None:
                return None
            counts, used = solved.x[:n], solved.x[n:]
            costs = losses[owner] / (used + 0.02 * width)
        return frozenset(owner[used > 1e-8].tolist()), counts
