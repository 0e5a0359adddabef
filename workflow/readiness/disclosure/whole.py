"""Protection that whole numbers of people cannot undo: of every target two tables that show it.

A reader knows that people are whole, and few whole numbers of known weights add to a share of many
digits: what real numbers leave wide can have one solution. Two tables of whole numbers that fulfil
everything published, far enough apart, prove that nobody can tell more, with whatever computing;
the survey itself is one of them. The other is searched together with the statements that have to
go for it, at the least loss (mixed-integer, HiGHS; it stops by its nodes, never by time).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp

from readiness.disclosure.policy import Policy
from readiness.disclosure.system import FITS, CountSystem, ProtectedSum, Vector, find_published_rows

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
        """Between what a target is in the tables found so far, of those that a reader of what is
        not `hidden` holds possible.
        """
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
            choices = [each for each in found if each is not None]
            if choices:
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
