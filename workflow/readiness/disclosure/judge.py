"""Which targets a choice of withheld statements leaves too narrow, by real numbers.

Every table of counts that a linear program found is kept: while it fulfils what is published, it
shows of all targets at once what is possible, and most need no program of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from readiness.disclosure.bounds import BoundReader
from readiness.disclosure.policy import Policy
from readiness.disclosure.system import (
    GRACE,
    CountSystem,
    ProtectedSum,
    SumBounds,
    Vector,
    find_published_rows,
)
from readiness.disclosure.whole import Worlds


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
        """Whether less is asked of a target than of others, so of a group smaller than the width;
        False where nobody looked yet.
        """
        return target.name in self._rooms and self.width(target) < target.under(self.policy).width

    def settles(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """Whether it is enough that a reader can tell of many, or nobody, and he can."""
        return target.of is not None and bounds.settle(self.policy)

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
        if self.has_lower_demand(target) and bounds.most - bounds.least >= self.width(target) > 0:
            return True
        return bounds.protect(target.under(self.policy))

    def _is_held(self, target: ProtectedSum, bounds: SumBounds) -> bool:
        """The same of what is all that a reader can tell."""
        return self.settles(target, bounds) or self._is_protected(target, bounds)
