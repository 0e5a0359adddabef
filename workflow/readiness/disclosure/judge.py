"""Find the targets that a choice of suppressed statements does not protect.

Two linear programs (HiGHS) give the interval that a reader can compute for a sum of counts. Every
table of counts that a program finds is kept: as long as it fulfils the published rows, it shows
possible values of all targets at once, and most targets need no program of their own.
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

# Number of reweighted linear programs that search a small set of statements to suppress.
REWEIGHTED = 3


class BoundReader:
    """Knowledge of a reader when some statements are suppressed: computes bounds of targets."""

    def __init__(self, system: CountSystem, hidden: Collection[int]) -> None:
        self._system = system
        matrix, low, high = system.rows
        self._seen = np.ones(len(low), dtype=bool)
        self._program = LinearProgram(matrix, low, high, np.zeros(len(system.upper)), system.upper)
        self.hide(hidden)

    def hide(self, hidden: Collection[int]) -> None:
        """Suppress exactly these statements."""
        self.hidden = frozenset(hidden)
        _, low, high = self._system.rows
        seen = find_published_rows(self._system, hidden)
        for row in np.flatnonzero(seen != self._seen).tolist():
            limits = (low[row], high[row]) if seen[row] else (-np.inf, np.inf)
            self._program.change_row(row, *limits)
        self._seen = seen

    def bounds(
        self, target: ProtectedSum, enough: float = -np.inf
    ) -> tuple[SumBounds, list[Vector]]:
        """Return the bounds of a target, and the tables of counts that reach them.

        `enough`: if the largest value reaches this, the smallest value is not computed and returned
        as 0; with minus infinity both are computed.

        Raises StatisticsError if no table satisfies all published constraints.
        """
        objective = self._objective(target)
        tables = [self._solve(-objective)]
        lowest = 0.0
        highest = float(objective @ tables[0])
        if highest < enough - GRACE or enough == -np.inf:
            tables.append(self._solve(objective))
            lowest = float(objective @ tables[1])
        return SumBounds(lowest, highest), tables

    def _objective(self, target: ProtectedSum) -> Vector:
        """Return the coefficients of a target's sum: 1 for each count in the sum, else 0."""
        objective = np.zeros(len(self._system.upper))
        objective[list(target.at)] = 1.0
        return objective

    def _solve(self, objective: Vector) -> Vector:
        """Return the table of counts that minimises the objective (a coefficient for each count).

        Raises StatisticsError if no table satisfies all published constraints.
        """
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
        """Find statements of little loss whose suppression lets a target reach `wanted`.

        `above_wanted`: the target must reach `wanted` or more, else `wanted` or less. `losses`:
        loss of each statement; `allowed`: which statements may be suppressed. Returns the
        statements and a table of counts in which the target reaches `wanted`; None where
        suppressing all `allowed` does not do it.

        A linear program lets each row be missed by some distance, at the loss of its statement
        times the share of the distance that its suppression gives. It is solved `REWEIGHTED` times:
        statements of which little was used get dearer each time, so that few remain (reweighted l1
        minimisation).
        """
        matrix, low, high = self._system.rows
        below, above = self._system.room
        n_counts = len(self._system.upper)
        row_statements = self._system.of_row
        relaxable = self._seen & (row_statements >= 0) & allowed[row_statements]
        # Slack of each suppressed row: below the lower limit, and above the upper limit.
        room = np.where(relaxable, [below, above], 0.0)
        slack_rows = np.flatnonzero((room > GRACE).any(axis=0))
        slack_columns = sparse.identity(len(row_statements), format="csc")[:, slack_rows]
        target_row = sparse.csr_matrix(
            (np.ones(len(target.at)), ([0] * len(target.at), list(target.at))),
            shape=(1, n_counts + 2 * len(slack_rows)),
        )
        rows = sparse.vstack(
            [sparse.hstack([matrix, slack_columns, -slack_columns]), target_row], format="csr"
        )
        target_limits = (wanted, np.inf) if above_wanted else (-np.inf, wanted)
        program = LinearProgram(
            rows,
            np.append(np.where(self._seen, low, -np.inf), target_limits[0]),
            np.append(np.where(self._seen, high, np.inf), target_limits[1]),
            np.zeros(n_counts + 2 * len(slack_rows)),
            np.concatenate([self._system.upper, *room[:, slack_rows]]),
        )
        slack_statements = np.tile(row_statements[slack_rows], 2)
        slack_widths = np.maximum(room[:, slack_rows].ravel(), GRACE)
        costs = losses[slack_statements] / slack_widths
        used_slack = np.zeros(0)
        counts = np.zeros(0)
        for _ in range(REWEIGHTED):
            if (solved := program.minimise(np.concatenate([np.zeros(n_counts), costs]))) is None:
                return None
            counts, used_slack = solved.x[:n_counts], solved.x[n_counts:]
            costs = losses[slack_statements] / (used_slack + 0.02 * slack_widths)
        return frozenset(slack_statements[used_slack > 1e-8].tolist()), counts


class Judge:
    """Tests which targets of one component a choice of suppressed statements leaves too narrow."""

    def __init__(self, system: CountSystem, policy: Policy) -> None:
        self.system, self.policy = system, policy
        # Names of the targets that no suppression protects, as far as was tested.
        self._hopeless: set[str] = set()
        # Stored tables of counts: values of all targets in each table, and rows that each breaks.
        self._counts: list[Vector] = []
        self._breaks: list[npt.NDArray[np.bool_]] = []
        self._possible = ((frozenset[int](), 0), np.empty((0, 0)))
        offsets = np.cumsum([0, *(len(target.at) for target in system.targets)])
        places = np.array(
            [place for target in system.targets for place in target.at], dtype=np.int64
        )
        shape = (len(system.targets), len(system.upper))
        self._sums = sparse.csr_array((np.ones(len(places)), places, offsets), shape=shape)
        self._target = {target.name: position for position, target in enumerate(system.targets)}
        self._settled: dict[str, frozenset[int]] = {}
        self._bounds_without_release: dict[str, SumBounds] = {}
        self._nobody = BoundReader(system, range(len(system.statements)))
        self._reader = BoundReader(system, ())

    def _reader_without(self, hidden: frozenset[int]) -> BoundReader:
        """Return the reader to whom the `hidden` statements are not published.

        The reader is kept: many targets are tested against the same choice, one after the other.
        """
        if self._reader.hidden != hidden:
            self._reader.hide(hidden)
        return self._reader

    def find_narrow(self, target: ProtectedSum, hidden: frozenset[int]) -> SumBounds | None:
        """Return the bounds of an unprotected target; None for a protected target.

        Also None for a target that no suppression protects. A target that is known exactly without
        the release counts as one that no suppression protects.
        """
        if not self.is_open(target, hidden):
            return None
        shown_range = self._bound_by_tables(target, hidden)
        if self._is_protected(target, SumBounds(*shown_range)):
            return None
        smallest_shown = np.ceil(shown_range[0] - GRACE)
        minimum = self.policy.minimum_cell if smallest_shown > 0 else 0
        # Stop the search at an upper bound of `enough`: with the lower bound that the tables give
        # (no count is below 0) the interval is then wide enough.
        width = target.under(self.policy).width
        enough = 0.0 if smallest_shown <= 0 else max(smallest_shown + width, minimum)
        bounds, tables = self._reader_without(hidden).bounds(target, enough)
        bounds = replace(bounds, lowest=min(bounds.lowest, shown_range[0])) if enough else bounds
        self._store_tables(tables)
        if self.settles_size(target, bounds):
            self._settled[target.name] = hidden
        if self._settles_or_protects(target, bounds):
            return None
        room = self.bound_without_release(target)
        if room.least == room.most:
            self.give_up(target)
            return None
        return None if self._is_protected(target, bounds) else bounds

    def bound_finally(self, target: ProtectedSum, hidden: frozenset[int]) -> SumBounds:
        """Return the interval that a choice of suppressed statements leaves of a target.

        Where the stored tables show that it is wide enough, their range is returned: the exact
        interval may be wider.
        """
        # The tables show possible values: if their range is wide enough, the bounds are too.
        shown_range = SumBounds(*self._bound_by_tables(target, hidden))
        if self._is_protected(target, shown_range):
            return shown_range
        return self._reader_without(hidden).bounds(target)[0]

    def needs_protection(self, target: ProtectedSum, hidden: frozenset[int]) -> bool:
        """Return whether a target needs protection while the `hidden` statements are suppressed.

        A target `of` a statement needs it only while that statement is suppressed.
        """
        if target.of is None:
            return True
        # A reader who settled the target with more statements suppressed can settle the target now.
        settled = target.name in self._settled and hidden <= self._settled[target.name]
        return self.system.places[target.of] in hidden and not settled

    def is_open(self, target: ProtectedSum, hidden: frozenset[int]) -> bool:
        """Return whether a target needs protection and suppression may still protect it."""
        return target.name not in self._hopeless and self.needs_protection(target, hidden)

    def bound_without_release(self, target: ProtectedSum) -> SumBounds:
        """Return the bounds of a target for a reader without any statement of the release."""
        if target.name not in self._bounds_without_release:
            self._bounds_without_release[target.name] = self._nobody.bounds(target)[0]
        return self._bounds_without_release[target.name]

    def required_width(self, target: ProtectedSum) -> int:
        """Return how wide a target's interval must be: never wider than without the release."""
        room = self.bound_without_release(target)
        return min(target.under(self.policy).width, room.most - room.least)

    def has_lower_demand(self, target: ProtectedSum) -> bool:
        """Return whether a target's interval may be narrower than the policy asks.

        It may be where it is narrower without the release. False until `bound_without_release` was
        computed for the target.
        """
        return (
            target.name in self._bounds_without_release
            and self.required_width(target) < target.under(self.policy).width
        )

    def settles_size(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """Return whether bounds protect a target `of` a statement by proving it not small, or 0."""
        return target.of is not None and (
            bounds.least >= self.policy.minimum_cell or bounds.most == 0
        )

    def give_up(self, target: ProtectedSum) -> None:
        """Count a target as one that no suppression protects: it is not tested again."""
        self._hopeless.add(target.name)

    def find_widening(
        self,
        target: ProtectedSum,
        hidden: frozenset[int],
        wanted: float,
        losses: Vector,
        allowed: npt.NDArray[np.bool_],
        *,
        above_wanted: bool,
    ) -> frozenset[int] | None:
        """Return statements of little loss that let a target reach `wanted` once suppressed.

        They come on top of the `hidden` statements; the rest is as in
        `BoundReader.relax_statements`. The table of counts that shows it is stored. None where
        suppressing all `allowed` statements does not do it.
        """
        reader = self._reader_without(hidden)
        relaxed = reader.relax_statements(
            target, wanted, losses, allowed, above_wanted=above_wanted
        )
        if relaxed is None:
            return None
        statements, table = relaxed
        self._store_tables([table])
        return statements

    def _store_tables(self, tables: Iterable[Vector]) -> None:
        """Store tables of counts that fulfil what some reader knows."""
        for table in tables:
            self._breaks.append(~self.system.find_fulfilled(table))
            self._counts.append(self._sums @ table)

    def _bound_by_tables(self, target: ProtectedSum, hidden: frozenset[int]) -> tuple[float, float]:
        """Return the range of a target in the stored tables that the published rows allow."""
        if not self._counts:
            return float(target.count), float(target.count)
        # Consecutive calls usually test many targets against one choice: filter the tables once.
        cache_key = (hidden, len(self._counts))
        if self._possible[0] != cache_key:
            published = find_published_rows(self.system, hidden)
            possible = ~np.array(self._breaks)[:, published].any(axis=1)
            self._possible = (cache_key, np.array(self._counts)[possible])
        values = np.append(self._possible[1][:, self._target[target.name]], target.count)
        return float(values.min()), float(values.max())

    def _is_protected(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """Return whether bounds meet the policy, or a target's lower demand."""
        lower_demand = self.has_lower_demand(target)
        meets_lower_demand = (
            lower_demand and bounds.most - bounds.least >= self.required_width(target) > 0
        )
        return meets_lower_demand or bounds.protect(target.under(self.policy))

    def _settles_or_protects(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """Return whether bounds settle a target (`settles_size`) or leave it protected."""
        return self.settles_size(target, bounds) or self._is_protected(target, bounds)
