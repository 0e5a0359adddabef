"""How little and how much a count can be: linear and integer programs over a reader's system.

HiGHS, one thread, stopped by a number of nodes and never by time. What the solver says is checked:
a solution counts only when its whole numbers, rounded, still fulfil every row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

import numpy as np

from readiness.attack.system import LinearSystem
from readiness.programs import LinearProgram

# Nodes of one branch-and-bound search.
NODES = 2000
# The same where the unknowns are people of frame cells, of which there are more.
FRAME_NODES = 50
# Of such searches in one system.
SEARCHES = 40
# The most unknown counts of a system in which they are searched.
MOST_CELLS = 120
# The solver's tolerance, by which its bounds are given way.
NEAR = 1e-6
# How far a checked solution may miss a row.
FITS = 1e-5
INFEASIBLE = 2
# By how much more, at both ends, a linear program has to leave for whole numbers not to matter.
MARGIN = 2
# Says of an interval of a count whether it is wide enough.
Judge = Callable[[int, int], bool]


@dataclass
class Solver:
    """A system with all solutions that were found so far, each a possible world of the reader's."""

    system: LinearSystem
    worlds: list[np.ndarray] = field(default_factory=list)
    nodes: int = NODES
    # How many searches are left; None: any number.
    searches: int | None = None

    def __post_init__(self) -> None:
        from scipy.optimize import LinearConstraint

        self.points: list[np.ndarray] = []
        self.matrix = self.system.matrix()
        self.rows = LinearConstraint(
            self.matrix, np.array(self.system.row_low), np.array(self.system.row_high)
        )
        self.low, self.high = np.array(self.system.low), np.array(self.system.high)
        self.whole = np.array(self.system.whole)
        rows = self.rows.lb, self.rows.ub
        self.program = LinearProgram(self.matrix, *rows, self.low, self.high)

    def counts(self, key: str) -> int:
        """How many whole numbers of people of an item are unknown."""
        return sum(self.whole[at] for name, at in self.system.names.items() if name[1] == key)

    def bound_by_relaxation(self, column: int, wide: Judge | None = None) -> tuple[int, int]:
        """The least and the largest whole number that the linear program leaves possible.

        With `wide`, no more of it than is needed to see that it is wide enough: every solution for
        one count says of all others what is possible.
        """
        found: dict[int, float | None] = {}
        for sign in (-1, 1):
            if wide and (seen := self._between(column, self.points)) and wide(*seen):
                return seen
            found[sign] = self._relax_bound(column, sign)
        return self._within(column, found[1], found[-1])

    def _between(self, column: int, points: Sequence[np.ndarray]) -> tuple[int, int] | None:
        """The whole numbers between the values that a count has in some solutions."""
        if not points:
            return None
        values = [point[column] for point in points]
        low, high = ceil(min(values) - NEAR), floor(max(values) + NEAR)
        return (max(low, 0), high) if low <= high else None

    def range_found(self, column: int) -> tuple[float, float] | None:
        """Between which values a variable is in the solutions found so far; None without any."""
        values = [point[column] for point in self.points]
        return (min(values), max(values)) if values else None

    def ends(self, column: int) -> tuple[float, float]:
        """The same of a sum of weights, which need not be whole."""
        low, high = (self._relax_bound(column, sign) for sign in (1, -1))
        return (
            self.low[column] if low is None else low,
            self.high[column] if high is None else high,
        )

    def supposing(self, column: int, other: int, known: int, wide: Judge) -> tuple[int, int] | None:
        """What the linear program leaves of a count where another is `known` at least.

        As far as needed to see that it is `wide`; None where that cannot be.
        """
        points = [point for point in self.points if point[other] >= known - NEAR]
        if (seen := self._between(column, points)) and wide(*seen):
            return seen
        least, most = self.low[other], self.high[other]
        if most < known:
            return None
        self.program.change_column(other, max(least, known), most)
        try:
            ends = [self._relax_bound(column, sign) for sign in (1, -1)]
        finally:
            self.program.change_column(other, least, most)
        if None in ends:
            return None
        low, high = self._within(column, *ends)
        return (max(low, known), high) if column == other else (low, high)

    def exact(self, column: int, *, lowest: bool, gap: float = 0.0) -> int | None:
        """A bound that the integer program proves; a solution at or near it is a new world.

        None where there is none, or no search is left.
        """
        if self.searches is not None:
            if self.searches < 1:
                return None
            self.searches -= 1
        bound = self._search_bound(column, 1 if lowest else -1, gap)
        if bound is None or not np.isfinite(bound):
            return None
        return ceil(bound - NEAR) if lowest else floor(bound + NEAR)

    def count_range_found(self, column: int) -> tuple[int, int] | None:
        """The least and the largest value of a count in the worlds found so far."""
        if not self.worlds:
            return None
        values = [round(world[column]) for world in self.worlds]
        return min(values), max(values)

    def possible(self) -> bool:
        """Whether there is any solution: numbers that contradict each other leave none."""
        return self._relax_bound(0, 1) is not None

    def _within(self, column: int, low: float | None, high: float | None) -> tuple[int, int]:
        least = ceil((self.low[column] if low is None else low) - NEAR)
        most = self.high[column] if high is None else high
        return max(least, 0), floor(most + NEAR) if np.isfinite(most) else 10**9

    def _cost(self, column: int, sign: int) -> np.ndarray:
        cost = np.zeros(len(self.low))
        cost[column] = sign
        return cost

    def _relax_bound(self, column: int, sign: int) -> float | None:
        """The bound of a column by real numbers (sign 1: from below); None where there is none."""
        solved = self.program.minimise(self._cost(column, sign))
        if solved is None:
            return None
        self.points.append(solved.x)
        return sign * solved.least

    def _search_bound(self, column: int, sign: int, gap: float) -> float | None:
        """The same by whole numbers, as far as they are searched."""
        from scipy.optimize import Bounds, milp

        result = milp(
            self._cost(column, sign),
            integrality=self.whole.astype(int),
            bounds=Bounds(self.low, self.high),
            constraints=[self.rows],
            options={"node_limit": self.nodes, "mip_rel_gap": gap},
        )
        if result.x is not None:
            self._keep(result.x)
        bound = None if result.status == INFEASIBLE else result.mip_dual_bound
        return None if bound is None else sign * bound

    def _keep(self, solution: np.ndarray) -> None:
        world = np.where(self.whole, np.round(solution), solution)
        sums = self.matrix @ world
        fits = (sums >= self.rows.lb - FITS).all() and (sums <= self.rows.ub + FITS).all()
        if fits and (world >= self.low - FITS).all() and (world <= self.high + FITS).all():
            self.worlds.append(world)
            self.points.append(world)


@dataclass(frozen=True)
class ReaderBounds:
    """What a reader can say of one count.

    Attributes:
        lowest, highest: what is proven; the count lies between.
        least, most: what was seen to be possible; None where no world was found.
    """

    lowest: int
    highest: int
    least: int | None = None
    most: int | None = None


def narrow(
    solver: Solver, column: int, holds: Judge, wide: Judge, margin: int | None = MARGIN
) -> ReaderBounds:
    """The interval of a count, as far as it must be known to judge it.

    Searched until two worlds that were found are `wide` enough apart, or what is proven shows that
    it no longer `holds`. Where the linear program leaves more than is asked for by a `margin`,
    whole numbers take little away, and none are searched for; None: they always are.
    """

    def ample(low: int, high: int) -> bool:
        return (
            margin is not None
            and low + margin <= high - margin
            and wide(low + margin, high - margin)
        )

    low, high = solver.bound_by_relaxation(column, ample)
    if ample(low, high):
        return ReaderBounds(low, high, *(solver.count_range_found(column) or (None, None)))
    for gap in (0.3, 0.0):
        for lowest in (False, True):
            seen = solver.count_range_found(column)
            if (seen and wide(*seen)) or not holds(low, high):
                return ReaderBounds(low, high, *(seen or (None, None)))
            bound = solver.exact(column, lowest=lowest, gap=gap)
            if bound is not None:
                low, high = (max(low, bound), high) if lowest else (low, min(high, bound))
    return ReaderBounds(low, high, *(solver.count_range_found(column) or (None, None)))
