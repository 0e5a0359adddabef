"""Compute bounds of counts by linear and integer programs over a reader's system.

A system is linear equations and inequalities. The solver is HiGHS, with one thread, limited by a
number of nodes and never by time, so results are the same on every machine. Solutions are checked:
a solution counts only if its whole numbers, rounded, still fulfil every row.
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

# Stands for an infinite upper limit of a count.
UNBOUNDED = 10**9
# Tolerance of the solver for a printed sum of weights, in mean weights.
SLACK = 1e-7
PEOPLE = "people"
WEIGHT = "weight"
REST = "rest"
CELL = "cell"
# Kind of variable: people of later data who were not in earlier data.
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
        """Return the matrix column of a variable, added if it is new; tighten its bounds."""
        if name not in self.names:
            self.names[name] = len(self.low)
            self.low.append(low)
            self.high.append(high)
            self.whole.append(whole)
        column = self.names[name]
        self.low[column] = max(self.low[column], low)
        self.high[column] = min(self.high[column], high)
        return column

    def row(self, coefficients: Mapping[int, float], low: float, high: float) -> None:
        """Add an equation or inequality, with one coefficient for each column."""
        self.rows.append(
            {column: coefficient for column, coefficient in coefficients.items() if coefficient}
        )
        self.row_low.append(low)
        self.row_high.append(high)

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the coefficients of all rows as a sparse matrix."""
        indices = [column for row in self.rows for column in row]
        values = [coefficient for row in self.rows for coefficient in row.values()]
        offsets = np.cumsum([0, *(len(row) for row in self.rows)])
        shape = (len(self.rows), len(self.low))
        content = (np.array(values), np.array(indices, dtype=int), offsets)
        return scipy.sparse.csr_array(content, shape=shape)


@dataclass(frozen=True)
class Classes:
    """Frame cells of the respondents of a release, as a reader of the frame knows them.

    `groups`: for each cell its group in each variable, with columns named as in the register.
    `people`: number of respondents of each cell. `weights`: weight of each of these respondents, in
    mean weights.
    """

    groups: pd.DataFrame
    people: np.ndarray
    weights: np.ndarray

    def inside(self, group: str) -> np.ndarray:
        """Return for each frame cell whether the cell belongs to a group."""
        return self._inside.get(group, np.zeros(len(self.people), dtype=bool))

    @cached_property
    def _inside(self) -> dict[str, np.ndarray]:
        members = {TOTAL: np.ones(len(self.people), dtype=bool)}
        for variable in self.groups:
            column = self.groups[variable].to_numpy(dtype=object)
            members |= {group: column == group for group in dict.fromkeys(column) if group}
        return members

    def knows(self, group: str) -> bool:
        """Return whether the frame has a group."""
        return bool(self.inside(group).any())


# Node limit of one branch-and-bound search.
NODES = 2000
# Node limit for systems with frame cells, which have more unknowns.
FRAME_NODES = 500
# Search limit of a system with frame cells.
SEARCHES = 80
# Whole numbers are searched in systems with frame cells up to this number of unknown counts.
MOST_CELLS = 120
# The same limit in a survey of up to `FEW_PEOPLE`: few tables are possible, so whole numbers narrow
# counts most. With more people a search takes seconds, and most searches end undecided.
MOST_CELLS_OF_FEW, FEW_PEOPLE = 400, 200
# Tolerance of the solver: its bounds are widened by this before rounding.
NEAR = 1e-6
# Tolerance of a rounded solution when rows are checked.
FITS = 1e-5
# Whole numbers hardly narrow an interval further. So they are not searched where the interval of
# real numbers is wide enough without this many people at each end.
MARGIN = 2
# Decides whether an interval of a count is wide enough.
Judge = Callable[[int, int], bool]


@dataclass
class Solver:
    """A system with all solutions found so far: tables of counts that the reader holds possible.

    `worlds`: the solutions in whole numbers. `nodes`: the most nodes of one search. `searches`: how
    many searches remain; None: no limit.
    """

    system: LinearSystem
    worlds: list[FloatArray] = field(default_factory=list)
    nodes: int = NODES
    searches: int | None = None

    def __post_init__(self) -> None:
        self._points = np.empty((64, len(self.system.low)))
        self._n_points = 0
        self.matrix = self.system.matrix()
        self.ends_of_rows = np.array(self.system.row_low), np.array(self.system.row_high)
        self.low, self.high = np.array(self.system.low), np.array(self.system.high)
        self.whole = np.array(self.system.whole)
        self.program = LinearProgram(self.matrix, *self.ends_of_rows, self.low, self.high)

    def counts(self, key: str) -> int:
        """Return how many whole numbers of people of an item are unknown."""
        return sum(
            self.whole[column] for name, column in self.system.names.items() if name[1] == key
        )

    def bound_by_relaxation(self, column: int, wide: Judge | None = None) -> tuple[int, int]:
        """Return the least and the largest whole number that the linear program allows for a count.

        With `wide`, the bounds are computed only as far as needed to see that they are wide enough.
        Each solution for one count also shows possible values of all others.
        """
        bounds: dict[int, float | None] = {}
        for sign in (-1, 1):
            if (
                wide
                and (possible_range := self._round_range(self.points[:, column]))
                and wide(*possible_range)
            ):
                return possible_range
            bounds[sign] = self._relax_bound(column, sign)
        return self._round_bounds(column, bounds[1], bounds[-1])

    def _round_range(self, values: FloatArray) -> tuple[int, int] | None:
        """Return the least and largest whole number in the range of a count's values."""
        if not len(values):
            return None
        low = ceil(values.min() - NEAR)
        high = floor(values.max() + NEAR)
        return (max(low, 0), high) if low <= high else None

    def ends(self, column: int) -> tuple[float, float]:
        """Return the least and the largest value of a sum of weights, in real numbers."""
        low, high = (self._relax_bound(column, sign) for sign in (1, -1))
        return (
            self.low[column] if low is None else low,
            self.high[column] if high is None else high,
        )

    def bound_supposing(
        self, column: int, known_column: int, least_known: int, wide: Judge
    ) -> tuple[int, int] | None:
        """Return the bounds of a count if another count is `least_known` or more.

        The bounds are computed only as far as needed to see that they are `wide`. None where the
        other count cannot be that large.
        """
        mixed_values = self._mix_solutions(column, known_column, least_known)
        possible_range = self._round_range(mixed_values)
        if possible_range and wide(*possible_range):
            return possible_range
        least, most = self.low[known_column], self.high[known_column]
        if most < least_known:
            return None
        self.program.change_column(known_column, max(least, least_known), most)
        try:
            limits = [self._relax_bound(column, sign) for sign in (1, -1)]
        finally:
            self.program.change_column(known_column, least, most)
        if None in limits:
            return None
        low, high = self._round_bounds(column, *limits)
        return (max(low, least_known), high) if column == known_column else (low, high)

    def _mix_solutions(self, column: int, known_column: int, least_known: int) -> FloatArray:
        """Return possible values of a count if another count is `least_known` or more.

        They come from the solutions found so far, and from mixtures of a solution with more of the
        other count and one with less: a mixture of two solutions is a solution.
        """
        values, known_values = self.points[:, column], self.points[:, known_column]
        has_enough = known_values >= least_known - NEAR
        if not has_enough.any():
            return values[has_enough]
        rich_points = np.flatnonzero(has_enough)[
            [values[has_enough].argmin(), values[has_enough].argmax()]
        ]
        rich_points = np.append(rich_points, known_values.argmax())[:, None]
        shares_of_way = (known_values[rich_points] - least_known) / np.maximum(
            known_values[rich_points] - known_values[~has_enough], NEAR
        )
        mixed_values = values[rich_points] + np.maximum(shares_of_way, 0.0) * (
            values[~has_enough] - values[rich_points]
        )
        return np.append(values[has_enough], mixed_values)

    def find_world(self, column: int, least: float, most: float) -> bool | None:
        """Return True if a count can lie between two limits, None if the search gave up.

        A solution that is found is added to `worlds`.
        """
        low = self.low.copy()
        high = self.high.copy()
        low[column], high[column] = max(low[column], least), min(high[column], most)
        if low[column] > high[column]:
            return False
        if self.searches is not None:
            if self.searches < 1:
                return None
            self.searches -= 1
        solution, is_infeasible = find_whole_numbers(
            self.matrix, *self.ends_of_rows, low, high, self.whole, self.nodes
        )
        if is_infeasible:
            return False
        return True if solution is not None and self._store_world(solution) else None

    def count_range_found(self, column: int) -> tuple[int, int] | None:
        """Return the least and the largest value of a count in the worlds found so far."""
        if not self.worlds:
            return None
        values = [round(world[column]) for world in self.worlds]
        return min(values), max(values)

    def possible(self) -> bool:
        """Return whether the system has a solution: contradicting numbers leave none."""
        return self._relax_bound(0, 1) is not None

    def _round_bounds(self, column: int, low: float | None, high: float | None) -> tuple[int, int]:
        """Return a count's bounds in whole numbers, with its own limits in place of None."""
        lower_limit = self.low[column] if low is None else low
        upper_limit = self.high[column] if high is None else high
        least = max(ceil(lower_limit - NEAR), 0)
        most = floor(upper_limit + NEAR) if np.isfinite(upper_limit) else UNBOUNDED
        return least, most

    def _relax_bound(self, column: int, sign: int) -> float | None:
        """Return the bound of a column in real numbers: the lower for sign 1, the upper for -1.

        Infinite where the rows do not limit it; None where the system has no solution.
        """
        cost = np.zeros(len(self.low))
        cost[column] = sign
        if (solved := self.program.minimise(cost)) is None:
            return None
        self._store_point(solved.x)
        return sign * solved.least

    def _store_world(self, solution: FloatArray) -> bool:
        """Round a solution to a world and store it; return whether it fulfils all rows."""
        world = np.where(self.whole, np.round(solution), solution)
        sums = self.matrix @ world
        row_low, row_high = self.ends_of_rows
        fits_rows = (sums >= row_low - FITS).all() and (sums <= row_high + FITS).all()
        if fits_rows and (world >= self.low - FITS).all() and (world <= self.high + FITS).all():
            self.worlds.append(world)
            self._store_point(world)
            return True
        return False

    def _store_point(self, point: FloatArray) -> None:
        """Store a solution, in an array that doubles as needed."""
        if self._n_points == len(self._points):
            self._points = np.concatenate([self._points, np.empty_like(self._points)])
        self._points[self._n_points] = point
        self._n_points += 1

    @property
    def points(self) -> FloatArray:
        """The solutions in real numbers found so far, one per row."""
        return self._points[: self._n_points]


@dataclass(frozen=True)
class ReaderBounds:
    """The bounds of one count for a reader.

    Attributes:
        lowest, highest: proven limits of the count.
        least, most: limits of the values known to be possible; None where no world was found.
        undecided: whether the searches ended before they proved that the count is protected. The
            count then counts as disclosed.
    """

    lowest: int
    highest: int
    least: int | None = None
    most: int | None = None
    undecided: bool = False


def narrow(
    solver: Solver, column: int, holds: Judge, wide: Judge, margin: int | None = MARGIN
) -> ReaderBounds:
    """Return the interval of a count, computed as far as needed to judge it.

    The search ends when two worlds that were found are `wide` enough apart, or when the proven
    interval no longer `holds`. Where the linear program leaves an interval that is wide enough
    without `margin` people at each end, whole numbers are not searched; None: they always are.
    """

    def is_amply_wide(low: int, high: int) -> bool:
        return (
            margin is not None
            and low + margin <= high - margin
            and wide(low + margin, high - margin)
        )

    low, high = solver.bound_by_relaxation(column, is_amply_wide)
    if is_amply_wide(low, high):
        return ReaderBounds(low, high, *(solver.count_range_found(column) or (None, None)))

    def is_settled() -> bool:
        world_range = solver.count_range_found(column)
        return (world_range is not None and wide(*world_range)) or not holds(low, high)

    if not is_settled() and not solver.worlds:
        solver.find_world(column, low, high)
    # Search a world just far enough from the known worlds to show a wide interval. Without any
    # known world start from the other end of the interval. If no world is that far, search any
    # world beyond the known range.
    for just_wide_enough, downwards in product((True, False), (False, True)):
        while not is_settled():
            limit = high if downwards else low
            least_found, most_found = solver.count_range_found(column) or (limit, limit)
            if downwards:
                candidates = range(least_found - 1, low - 1, -1)
                target = next(
                    (n for n in candidates if not just_wide_enough or wide(n, most_found)), low - 1
                )
                is_possible = solver.find_world(column, low, target)
                low = target + 1 if is_possible is False else low
            else:
                candidates = range(most_found + 1, high + 1)
                target = next(
                    (n for n in candidates if not just_wide_enough or wide(least_found, n)),
                    high + 1,
                )
                is_possible = solver.find_world(column, target, high)
                high = target - 1 if is_possible is False else high
            if not is_possible:
                break
    return ReaderBounds(low, high, *(solver.count_range_found(column) or (None, None)))
