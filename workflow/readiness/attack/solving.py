"""How little and how much a count can be: linear and integer programs over a reader's system.

A system is linear equations and inequalities. HiGHS, one thread, stopped by a number of nodes and
never by time. What the solver says is checked: a solution counts only when its whole numbers,
rounded, still fulfil every row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import ceil, floor, inf

import numpy as np
import pandas as pd
import scipy

from readiness.attack.released import TOTAL
from readiness.ground.arrays import FloatArray
from readiness.ground.linear_programs import LinearProgram, find_whole_numbers

# Stands for no upper end at all.
UNBOUNDED = 10**9
# How far a sum of weights may miss its printed value, in mean weights: a solver's tolerance.
SLACK = 1e-7
PEOPLE, WEIGHT, REST, CELL = "people", "weight", "rest", "cell"
# Those of later data who were not in earlier ones.
CAME = "came"
Name = tuple[str, ...]


@dataclass
class LinearSystem:
    """Variables with bounds, and rows low <= a.x <= high."""

    names: dict[Name, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def variable(
        self, name: Name, low: float = 0.0, high: float = inf, *, whole: bool = True
    ) -> int:
        """The column of a variable, made where it is not there yet; bounds are tightened."""
        if name not in self.names:
            self.names[name] = len(self.low)
            self.low.append(low)
            self.high.append(high)
            self.whole.append(whole)
        at = self.names[name]
        self.low[at] = max(self.low[at], low)
        self.high[at] = min(self.high[at], high)
        return at

    def row(self, coefficients: Mapping[int, float], low: float, high: float) -> None:
        """One equation or inequality; coefficients of the same column were added up before."""
        self.rows.append({at: value for at, value in coefficients.items() if value})
        self.row_low.append(low)
        self.row_high.append(high)

    def matrix(self) -> scipy.sparse.csr_array:
        """The rows as a sparse matrix."""
        indices = [at for row in self.rows for at in row]
        values = [value for row in self.rows for value in row.values()]
        ends = np.cumsum([0, *(len(row) for row in self.rows)])
        shape = (len(self.rows), len(self.low))
        content = (np.array(values), np.array(indices, dtype=int), ends)
        return scipy.sparse.csr_array(content, shape=shape)


@dataclass(frozen=True)
class Classes:
    """What a reader knows who knows the frame cell of every respondent of a release.

    `groups`: for each cell its group in each variable, columns named as the register does.
    `people`: respondents of each cell. `weights`: the weight of each of them, in mean weights.
    """

    groups: pd.DataFrame
    people: np.ndarray
    weights: np.ndarray

    def inside(self, group: str) -> np.ndarray:
        """Which cells a group is made of."""
        return self._inside.get(group, np.zeros(len(self.people), dtype=bool))

    @cached_property
    def _inside(self) -> dict[str, np.ndarray]:
        found = {TOTAL: np.ones(len(self.people), dtype=bool)}
        for variable in self.groups:
            column = self.groups[variable].to_numpy(dtype=object)
            found |= {group: column == group for group in dict.fromkeys(column) if group}
        return found

    def knows(self, group: str) -> bool:
        """Whether a group is one of the frame's."""
        return bool(self.inside(group).any())


# Nodes of one branch-and-bound search.
NODES = 2000
# The same where the unknowns are people of frame cells, of which there are more.
FRAME_NODES = 500
# Of such searches in one system.
SEARCHES = 40
# The most unknown counts of a system in which they are searched.
MOST_CELLS = 120
# The solver's tolerance, by which its bounds are given way.
NEAR = 1e-6
# How far a checked solution may miss a row.
FITS = 1e-5
# By how much more, at both ends, a linear program has to leave for whole numbers not to matter.
MARGIN = 2
# Says of an interval of a count whether it is wide enough.
Judge = Callable[[int, int], bool]


@dataclass
class Solver:
    """A system with all solutions that were found so far, each a possible world of the reader's."""

    system: LinearSystem
    worlds: list[FloatArray] = field(default_factory=list)
    nodes: int = NODES
    # How many searches are left; None: any number.
    searches: int | None = None

    def __post_init__(self) -> None:
        self._points, self._known = np.empty((64, len(self.system.low))), 0
        self.matrix = self.system.matrix()
        self.ends_of_rows = np.array(self.system.row_low), np.array(self.system.row_high)
        self.low, self.high = np.array(self.system.low), np.array(self.system.high)
        self.whole = np.array(self.system.whole)
        self.program = LinearProgram(self.matrix, *self.ends_of_rows, self.low, self.high)

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
            if wide and (seen := self._between(self.points[:, column])) and wide(*seen):
                return seen
            found[sign] = self._relax_bound(column, sign)
        return self._within(column, found[1], found[-1])

    def _between(self, values: FloatArray) -> tuple[int, int] | None:
        """The whole numbers between the values that a count has in some solutions."""
        if not len(values):
            return None
        low, high = ceil(values.min() - NEAR), floor(values.max() + NEAR)
        return (max(low, 0), high) if low <= high else None

    def ends(self, column: int) -> tuple[float, float]:
        """The least and the largest value of a sum of weights, which need not be whole."""
        low, high = (self._relax_bound(column, sign) for sign in (1, -1))
        return (
            self.low[column] if low is None else low,
            self.high[column] if high is None else high,
        )

    def supposing(self, column: int, other: int, known: int, wide: Judge) -> tuple[int, int] | None:
        """What the linear program leaves of a count where another is `known` at least.

        As far as needed to see that it is `wide`; None where that cannot be.
        """
        if (seen := self._between(self._mix(column, other, known))) and wide(*seen):
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

    def _mix(self, column: int, other: int, known: int) -> FloatArray:
        """Values that a count has where another is `known` at least: of the solutions found so far,
        and between one with more of the other and one with less, where all are solutions, too.
        """
        values, others = self.points[:, column], self.points[:, other]
        more = others >= known - NEAR
        if not more.any():
            return values[more]
        ends = np.flatnonzero(more)[[values[more].argmin(), values[more].argmax()]]
        ends = np.append(ends, others.argmax())[:, None]
        part = (others[ends] - known) / np.maximum(others[ends] - others[~more], NEAR)
        between = values[ends] + np.maximum(part, 0.0) * (values[~more] - values[ends])
        return np.append(values[more], between)

    def find_world(self, column: int, least: float, most: float) -> bool | None:
        """Whether a count can lie in between, which adds a world; None where the search gave up."""
        low, high = self.low.copy(), self.high.copy()
        low[column], high[column] = max(low[column], least), min(high[column], most)
        if low[column] > high[column]:
            return False
        if self.searches is not None:
            if self.searches < 1:
                return None
            self.searches -= 1
        found, none = find_whole_numbers(
            self.matrix, *self.ends_of_rows, low, high, self.whole, self.nodes
        )
        if none:
            return False
        return True if found is not None and self._keep(found) else None

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
        return max(least, 0), floor(most + NEAR) if np.isfinite(most) else UNBOUNDED

    def _relax_bound(self, column: int, sign: int) -> float | None:
        """The bound of a column by real numbers (sign 1: from below); None where there is none."""
        cost = np.zeros(len(self.low))
        cost[column] = sign
        if (solved := self.program.minimise(cost)) is None:
            return None
        self._add(solved.x)
        return sign * solved.least

    def _keep(self, solution: FloatArray) -> bool:
        """Note a world; whether it is one."""
        world = np.where(self.whole, np.round(solution), solution)
        sums = self.matrix @ world
        least, most = self.ends_of_rows
        fits = (sums >= least - FITS).all() and (sums <= most + FITS).all()
        if fits and (world >= self.low - FITS).all() and (world <= self.high + FITS).all():
            self.worlds.append(world)
            self._add(world)
            return True
        return False

    def _add(self, point: FloatArray) -> None:
        if self._known == len(self._points):
            self._points = np.concatenate([self._points, np.empty_like(self._points)])
        self._points[self._known] = point
        self._known += 1

    @property
    def points(self) -> FloatArray:
        """The solutions in real numbers that were found so far, a row each."""
        return self._points[: self._known]


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

    def is_settled() -> bool:
        seen = solver.count_range_found(column)
        return (seen is not None and wide(*seen)) or not holds(low, high)

    if not is_settled() and not solver.worlds:
        solver.find_world(column, low, high)
    # First for a world that is just far enough from those that were found, or from the other end
    # where none was; where there is none, for any beyond them.
    for enough, lowest in product((True, False), (False, True)):
        while not is_settled():
            end = high if lowest else low
            least, most = solver.count_range_found(column) or (end, end)
            if lowest:
                beyond = range(least - 1, low - 1, -1)
                far = next((n for n in beyond if not enough or wide(n, most)), low - 1)
                there = solver.find_world(column, low, far)
                low = far + 1 if there is False else low
            else:
                beyond = range(most + 1, high + 1)
                far = next((n for n in beyond if not enough or wide(least, n)), high + 1)
                there = solver.find_world(column, far, high)
                high = far - 1 if there is False else high
            if not there:
                break
    return ReaderBounds(low, high, *(solver.count_range_found(column) or (None, None)))
