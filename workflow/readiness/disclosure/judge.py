"""What a choice of suppressed statements leaves too narrow.

The interval in which a reader can put a sum of counts is that of two linear programs (HiGHS). Every
table of counts that a program found is kept: while it fulfils what is published, it shows of all
targets at once what is possible, and most need no program of their own.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from readiness.disclosure.policy import (
    GRACE,
    CountSystem,
    Policy,
    ProtectedSum,
    SumBounds,
    Vector,
    find_published_rows,
)
from readiness.ground.errors import StatisticsError
from readiness.ground.linear_programs import LinearProgram

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

    def _objective(self, target: ProtectedSum) -> Vector:
        objective = np.zeros(len(self._system.upper))
        objective[list(target.at)] = 1.0
        return objective

    def _solve(self, objective: Vector) -> Vector:
        solved = self._program.minimise(objective)
        if solved is None or solved.least == -np.inf:
            raise StatisticsError("the bounds of a count were not found: no table fulfils all rows")
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
        owner, width = np.tile(owners[free], 2), np.maximum(room[:, free].ravel(), GRACE)
        costs, used, counts = losses[owner] / width, np.zeros(0), np.zeros(0)
        for _ in range(REWEIGHTED):
            if (solved := program.minimise(np.concatenate([np.zeros(n), costs]))) is None:
                return None
            counts, used = solved.x[:n], solved.x[n:]
            costs = losses[owner] / (used + 0.02 * width)
        return frozenset(owner[used > 1e-8].tolist()), counts


class Judge:
    """Of one component: what its readers can tell, and whether that is too much.

    Attributes:
        hopeless: the targets that nothing protects, as far as was seen.
    """

    def __init__(self, system: CountSystem, policy: Policy) -> None:
        self.system, self.policy = system, policy
        self.hopeless: set[str] = set()
        # Tables of counts that were found: what each target is in them, which rows they break.
        self._counts: list[Vector] = []
        self._breaks: list[npt.NDArray[np.bool_]] = []
        self._possible = ((frozenset[int](), 0), np.empty((0, 0)))
        ends = np.cumsum([0, *(len(target.at) for target in system.targets)])
        at = np.array([place for target in system.targets for place in target.at], dtype=np.int64)
        shape = (len(system.targets), len(system.upper))
        self._sums = sparse.csr_array((np.ones(len(at)), at, ends), shape=shape)
        self._target = {target.name: k for k, target in enumerate(system.targets)}
        self._settled: dict[str, frozenset[int]] = {}
        self._rooms: dict[str, SumBounds] = {}
        self._nobody = BoundReader(system, range(len(system.statements)))
        self._reader = BoundReader(system, ())

    def reader(self, hidden: frozenset[int]) -> BoundReader:
        """Who reads what is not hidden; many targets are asked of one after the other."""
        if self._reader.hidden != hidden:
            self._reader.hide(hidden)
        return self._reader

    def narrow(self, target: ProtectedSum, hidden: frozenset[int]) -> SumBounds | None:
        """The bounds of a target that is not protected; None when it is, or cannot be."""
        if not self.asks(target, hidden):
            return None
        reached = self._bound_by_tables(target, hidden)
        if self._is_protected(target, SumBounds(*reached)):
            return None
        least = np.ceil(reached[0] - GRACE)
        small = self.policy.minimum_cell if least > 0 else 0
        # From 0 on nothing is below; with so large a value what was reached below is enough.
        width = target.under(self.policy).width
        enough = 0.0 if least <= 0 else max(least + width, small)
        bounds, points = self.reader(hidden).bounds(target, enough)
        bounds = replace(bounds, lowest=min(bounds.lowest, reached[0])) if enough else bounds
        self.keep(points)
        if self.settles(target, bounds):
            self._settled[target.name] = hidden
        if self._is_held(target, bounds):
            return None
        room = self.room(target)
        if room.least == room.most:
            self.hopeless.add(target.name)
            return None
        return None if self._is_protected(target, bounds) else bounds

    def final(self, target: ProtectedSum, hidden: frozenset[int]) -> SumBounds:
        """Return the interval that a choice leaves of a target, as far as it must be known."""
        # What was reached lies between the bounds: where it is wide enough, so are they.
        reached = SumBounds(*self._bound_by_tables(target, hidden))
        if self._is_protected(target, reached):
            return reached
        return self.reader(hidden).bounds(target)[0]

    def is_one(self, target: ProtectedSum, hidden: frozenset[int]) -> bool:
        """Whether a target is one where this is withheld."""
        if target.of is None:
            return True
        # What was settled where as much was withheld, or more, is settled.
        settled = target.name in self._settled and hidden <= self._settled[target.name]
        return self.system.places[target.of] in hidden and not settled

    def asks(self, target: ProtectedSum, hidden: frozenset[int]) -> bool:
        """Whether it is one for which anything can be done."""
        return target.name not in self.hopeless and self.is_one(target, hidden)

    def room(self, target: ProtectedSum) -> SumBounds:
        """Between what a target is for who has nothing of the release."""
        if target.name not in self._rooms:
            self._rooms[target.name] = self._nobody.bounds(target)[0]
        return self._rooms[target.name]

    def width(self, target: ProtectedSum) -> int:
        """How wide the interval of a target must be: no wider than without the release."""
        room = self.room(target)
        return min(target.under(self.policy).width, room.most - room.least)

    def has_lower_demand(self, target: ProtectedSum) -> bool:
        """Whether less is asked of a target than of others; False where nobody looked yet."""
        return target.name in self._rooms and self.width(target) < target.under(self.policy).width

    def settles(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """Whether it is enough that a reader can tell of many, or nobody, and he can."""
        return target.of is not None and (
            bounds.least >= self.policy.minimum_cell or bounds.most == 0
        )

    def keep(self, tables: Iterable[Vector]) -> None:
        """Note tables that a reader of something holds possible."""
        for table in tables:
            self._breaks.append(~self.system.find_fulfilled(table))
            self._counts.append(self._sums @ table)

    def _bound_by_tables(self, target: ProtectedSum, hidden: frozenset[int]) -> tuple[float, float]:
        """Between what a target is in the tables that were found and are still possible."""
        if not self._counts:
            return float(target.count), float(target.count)
        # Many targets are asked of one choice after the other.
        asked = (hidden, len(self._counts))
        if self._possible[0] != asked:
            seen = find_published_rows(self.system, hidden)
            possible = ~np.array(self._breaks)[:, seen].any(axis=1)
            self._possible = (asked, np.array(self._counts)[possible])
        values = np.append(self._possible[1][:, self._target[target.name]], target.count)
        return float(values.min()), float(values.max())

    def _is_protected(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """Whether bounds are wide enough, or as wide as those of who has no release at all."""
        lower = self.has_lower_demand(target)
        enough = lower and bounds.most - bounds.least >= self.width(target) > 0
        return enough or bounds.protect(target.under(self.policy))

    def _is_held(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """The same of what is all that a reader can tell."""
        return self.settles(target, bounds) or self._is_protected(target, bounds)
