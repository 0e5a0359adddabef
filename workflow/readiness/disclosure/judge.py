"""What a choice of withheld statements leaves too narrow, by real numbers and by whole ones.

The interval in which a reader can put a sum of counts is that of two linear programs (HiGHS). The
duals say which statements it rests on, and how much each could widen it at most: a cut of the
master problem (Fischetti and Salazar-Gonzalez 2000, Models and algorithms for optimizing cell
suppression). Every table of counts that a program found is kept: while it fulfils what is
published, it shows of all targets at once what is possible, and most need no program of their own.

A reader knows that people are whole, too, and few whole numbers of known weights add to a share of
many digits: what real numbers leave wide can have one solution. Two tables of whole numbers that
fulfil everything published, far enough apart, prove that nobody can tell more, with whatever
computing; the survey itself is one of them. The other is searched together with the statements that
have to go for it, at the least loss (mixed-integer, HiGHS; it stops by its nodes, never by time).
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp

from readiness.disclosure.policy import (
    FITS,
    GRACE,
    CountSystem,
    Policy,
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
        owner, width = np.tile(owners[free], 2), np.maximum(room[:, free].ravel(), GRACE)
        costs, used, counts = losses[owner] / width, np.zeros(0), np.zeros(0)
        for _ in range(REWEIGHTED):
            if (solved := program.minimise(np.concatenate([np.zeros(n), costs]))) is None:
                return None
            counts, used = solved.x[:n], solved.x[n:]
            costs = losses[owner] / (used + 0.02 * width)
        return frozenset(owner[used > 1e-8].tolist()), counts


# Of a component in which tables are searched. Of more there are so many that no branch and bound
# tells more of them than real numbers do, with a margin.
MOST_COUNTS = 60
# Of the solver, twice: how far a number may be from a whole one, or a row from its ends.
TOLERANCE = 2e-6
# Searches in one component for a table without what was to go for another one.
SECOND_THOUGHTS = 20
# One search ends after so many nodes times the component's counts.
NODES_TIMES_COUNTS = 30_000


class Worlds:
    """The tables of whole numbers that were found for one component, the survey itself first."""

    def __init__(self, system: CountSystem, policy: Policy) -> None:
        self.system, self.policy = system, policy
        self.losses = np.array([each.loss for each in system.statements])
        self._tables: list[Vector] = []
        self._fits: list[np.ndarray] = []
        self._thoughts = 0
        self.able = 0 < len(system.truth) <= MOST_COUNTS
        if self.able:
            self._whole = np.array([all(by == round(by) for by in r.by) for r in system.every])
            self.keep(system.truth)

    def keep(self, table: Vector) -> None:
        """Note a table, if it is one of whole numbers."""
        whole = np.round(table)
        if not self.able or np.abs(table - whole).max() > FITS:
            return
        self._tables.append(whole)
        self._fits.append(self.system.find_fulfilled(whole))

    def between(self, target: ProtectedSum, hidden: Collection[int]) -> tuple[int, int]:
        """Between what a target is in those tables that are possible where this is `hidden`."""
        seen, at = find_published_rows(self.system, hidden), list(target.at)
        values = [
            round(float(table[at].sum()))
            for table, fits in zip(self._tables, self._fits, strict=True)
            if fits[seen].all()
        ]
        return min([target.count, *values]), max([target.count, *values])

    def is_shown_protected(self, target: ProtectedSum, hidden: Collection[int]) -> bool:
        """Whether the tables found so far show that a target is protected."""
        return target.under(self.policy).holds(*self.between(target, hidden))

    def without(self, target: ProtectedSum, hidden: Collection[int]) -> frozenset[int] | None:
        """The statements of least loss that must go, too, for a target to be shown protected.

        None where there are none: nothing that may be withheld protects it.
        """
        ends, every = self._ends(target, hidden), frozenset(range(len(self.losses)))
        kept = np.array([float(not each.kept) for each in self.system.statements])
        nothing, anything = np.zeros(len(kept)), np.ones(len(kept))
        before = frozenset(hidden)
        # Nothing more where that does it; what is kept goes where nothing else helps; and all of
        # it where the search met its limit.
        for gone, free in ((before, nothing), (before, kept), (before, anything), (every, nothing)):
            found = [self._search_table(target, gone, *each, free) for each in ends]
            if choices := [each for each in found if each is not None]:
                return min(choices, key=lambda each: self.losses[list(each)].sum()) | gone - before
        return None

    def find_protecting_table(self, target: ProtectedSum, hidden: Collection[int]) -> bool:
        """Whether a table shows a target protected without anything more that goes: one of those
        found so far, or one that is searched; of such searches there are `SECOND_THOUGHTS`.
        """
        nothing = np.zeros(len(self.losses))
        for end in self._ends(target, hidden):
            if self.is_shown_protected(target, hidden) or self._thoughts >= SECOND_THOUGHTS:
                break
            self._thoughts += 1
            self._search_table(target, hidden, *end, nothing)
        return self.is_shown_protected(target, hidden)

    def _ends(self, target: ProtectedSum, hidden: Collection[int]) -> list[tuple[float, float]]:
        """From what on, or up to what, a target must be possible to be protected."""
        low, high = self.between(target, hidden)
        width, small = target.under(self.policy).width, self.policy.minimum_cell
        up = max(low + width, small if low > 0 else 0)
        down = 0 if self.policy.is_small(high) else high - width
        # Fewer people first, where that is for nothing: then less is asked for above.
        return [(float(up), np.inf), *([(-np.inf, float(down))] if 0 <= down < low else [])]

    def _search_table(
        self, target: ProtectedSum, hidden: Collection[int], least: float, most: float, free: Vector
    ) -> frozenset[int] | None:
        """The statements to withhold for a target from `least` to `most`, with a table of it.

        `free`: 1 where a statement may be withheld, otherwise 0.
        """
        counts, statements = len(self.system.upper), len(self.losses)
        matrix, low, high = self.system.rows
        below, above = self.system.room
        # A statement whose rows gave way by the solver's tolerance would be missing; numbers of
        # people are whole, whatever it gives way by.
        inside = np.minimum(TOLERANCE * (1.0 + below + above), (high - low) / 4)
        inside[(self.system.of_row < 0) | self._whole] = 0.0
        low, high = low + inside, high - inside
        seen = np.flatnonzero(find_published_rows(self.system, hidden))
        owners = self.system.of_row[seen]
        owned = np.flatnonzero(owners >= 0)

        def beside(room: Vector) -> sparse.csr_matrix:
            values = room[seen][owned]
            shape = (len(seen), statements)
            return sparse.csr_matrix((values, (owned, owners[owned])), shape=shape)

        reached = np.zeros(counts + statements)
        reached[list(target.at)] = 1.0
        rows = [
            LinearConstraint(sparse.hstack([matrix[seen], beside(below)]), low[seen], np.inf),
            LinearConstraint(sparse.hstack([matrix[seen], -beside(above)]), -np.inf, high[seen]),
            LinearConstraint(sparse.csr_matrix(reached), least, most),
        ]
        solved = milp(
            np.concatenate([np.zeros(counts), self.losses]),
            integrality=np.ones(counts + statements, dtype=np.int64),
            bounds=Box(np.zeros(counts + statements), np.concatenate([self.system.upper, free])),
            constraints=rows,
            options={"node_limit": NODES_TIMES_COUNTS // counts},
        )
        if solved.x is None:
            return None
        self.keep(np.round(solved.x[:counts]))
        return frozenset(np.flatnonzero(solved.x[counts:] > 0.5).tolist()).difference(hidden)


class Judge:
    """Of one component: what its readers can tell, and whether that is too much.

    Attributes:
        hopeless: the targets that nothing protects, as far as was seen.
        solved: the linear programs so far.
    """

    def __init__(self, system: CountSystem, policy: Policy, worlds: Worlds) -> None:
        self.system, self.policy, self.worlds = system, policy, worlds
        self.hopeless: set[str] = set()
        self.solved = 0
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
        self.solved += len(points)
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

    def final(self, target: ProtectedSum, hidden: frozenset[int]) -> tuple[SumBounds, bool]:
        """What a choice leaves of a target, as far as must be known, and whether that is enough."""
        # What was reached lies between the bounds: where it is wide enough, so are they.
        found = SumBounds(*self._bound_by_tables(target, hidden))
        if not self._is_protected(target, found):
            found = self.reader(hidden).bounds(target)[0]
        return found, target.name not in self.hopeless and self._is_held(target, found)

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
            self.worlds.keep(table)
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
