"""Which statements of a release to withhold beside the given ones: the least loss that protects.

A master problem (mixed-integer, HiGHS) chooses what to withhold; for each target two linear
programs say between what a reader could then put it. Where that is too narrow, the duals give a cut
that every protecting choice fulfils: of the statements on which the interval rests, enough must go.
The master is solved again with the cuts until all targets are protected: then its choice is the
best one (Fischetti and Salazar-Gonzalez 2000).

Deterministic: the solver stops by the number of nodes, never by time; ties go by the order of the
statements. Where a limit is met, the choice is completed by the cheapest statements, and it is said
that nobody proved it the best.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from readiness.disclosure.bounds import Reader
from readiness.disclosure.master import cheapest
from readiness.disclosure.policy import Policy
from readiness.disclosure.system import (
    GRACE,
    Bounds,
    System,
    Target,
    Vector,
    components,
    published,
)
from readiness.disclosure.whole import Worlds

NODES = 1_000
"""Of the branch and bound of one master problem."""
PROGRAMS_TIMES_SIZE = 6e7
"""The search for the optimum of one component ends after so many linear programs over its rows
times the numbers in them (what a program takes grows nearly so), and at the latest after
`MOST_PROGRAMS`."""
MOST_PROGRAMS = 300
TRIES = 4
"""How often an interval is widened where a choice is completed."""


@dataclass(frozen=True)
class Decisions:
    """What is withheld of a release, and how well that protects.

    Attributes:
        given: the statements that were withheld before: for what they say themselves.
        complementary: those that are withheld so that no target can be computed.
        loss: what the complementary ones cost, and `least` a proved lower limit of it.
        bounds: between what a reader can put each target.
        unprotected: targets that nothing which may be withheld protects: known without the release,
            or from what is always kept.
    """

    given: frozenset[str] = frozenset()
    complementary: frozenset[str] = frozenset()
    loss: float = 0.0
    least: float = 0.0
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    unprotected: tuple[str, ...] = ()

    @property
    def hidden(self) -> frozenset[str]:
        """All that is withheld."""
        return self.given | self.complementary

    @property
    def optimal(self) -> bool:
        """Whether it is proved that no choice loses less."""
        return self.loss <= self.least * (1 + 1e-6) + 1e-6

    def __or__(self, other: Decisions) -> Decisions:
        return Decisions(
            self.given | other.given,
            self.complementary | other.complementary,
            self.loss + other.loss,
            self.least + other.least,
            {**self.bounds, **other.bounds},
            self.unprotected + other.unprotected,
        )


def optimise(
    system: System,
    policy: Policy,
    *,
    margin: int = 0,
    nodes: int = NODES,
    programs: int | None = None,
) -> Decisions:
    """The least loss that protects every target; each linked component by itself.

    `margin`: people by which bounds of real numbers must be wider than the policy asks, for what
    whole numbers rule out, where a component is too large for that to be proved.
    """
    found = Decisions()
    for part in components(system):
        size = len(part.every) * part.rows[0].nnz
        few = min(MOST_PROGRAMS, int(PROGRAMS_TIMES_SIZE / max(size, 1)))
        most = few if programs is None else programs
        found |= _Search(part, policy, margin).best(nodes, most)
    return found


def greedy(system: System, policy: Policy, *, margin: int = 0) -> Decisions:
    """Protection without an optimum: whatever is too narrow loses its cheapest support, in turn.

    For comparison: it protects as well, and loses more.
    """
    found = Decisions()
    for part in components(system):
        search = _Search(part, policy, margin)
        found |= search.decisions(search.proved(search.supported(search.given)), 0.0)
    return found


class _Search:
    """One component: its cuts, and the counts that were found to be possible."""

    def __init__(self, system: System, policy: Policy, margin: int = 0) -> None:
        self.system, self.worlds = system, Worlds(system, policy)
        wide = replace(policy, width=policy.width + margin)
        self.policy = policy if self.worlds.able else wide
        self.losses = np.array([each.loss for each in system.statements])
        kept = [k for k, each in enumerate(system.statements) if each.kept and not each.given]
        self.kept = frozenset(kept)
        self.given = self.with_needs(k for k, s in enumerate(system.statements) if s.given)
        self._cuts: list[dict[int, float]] = []
        # Tables of counts that were found: what each target is in them, which rows they break.
        self._counts: list[Vector] = []
        self._breaks: list[npt.NDArray[np.bool_]] = []
        self._target = {target.name: k for k, target in enumerate(system.targets)}
        self._hopeless: set[str] = set()
        self._rooms: dict[str, Bounds] = {}
        self._nobody = Reader(system, range(len(self.losses)))
        self._last: Reader | None = None
        self._solved = 0

    def with_needs(self, hidden: Iterable[int]) -> frozenset[int]:
        """These statements and all that go with them."""
        found: set[int] = set()
        todo = list(hidden)
        while todo:
            k = todo.pop()
            if k not in found:
                found.add(k)
                places = self.system.places
                todo += [places[n] for n in self.system.statements[k].needs if n in places]
        return frozenset(found)

    def best(self, nodes: int, programs: int) -> Decisions:
        """The choice of least loss, or the best that was found."""
        hidden, least = self.given, 0.0
        while self._solved < programs:
            known = len(self._cuts)
            for target in self.system.targets:
                self._asked(target, hidden)
            if len(self._cuts) == known:
                break
            found = cheapest(self.system, self.given, self.kept, self._cuts, nodes)
            if found is None:
                break
            hidden, least = found
        return self.decisions(self.proved(self._thinned(self.completed(hidden))), least)

    def proved(self, hidden: frozenset[int]) -> frozenset[int]:
        """The choice with what must go, too, for whole numbers to leave every target protected."""
        before, shown = hidden, []
        for target in self.system.targets if self.worlds.able else ():
            # Of whom less is asked (`_lowered`), nobody knows more with the release than without.
            if target.name in self._hopeless or self._lowered(target):
                continue
            while not self.worlds.shown(target, hidden):
                known = self.worlds.between(target, hidden)
                more = self.worlds.without(target, hidden)
                if more is None or (
                    more <= hidden and self.worlds.between(target, hidden) == known
                ):
                    self._hopeless.add(target.name)
                    break
                hidden = self.with_needs(hidden | more)
            else:
                shown.append(target)
        # What went for one target may not be needed beside what went for the next ones.
        for k in sorted(hidden - before, key=lambda k: (-self.losses[k], -k)):
            fewer = hidden - {k}
            if self.with_needs(fewer) == fewer and all(self.worlds.found(t, fewer) for t in shown):
                hidden = fewer
        return hidden

    def completed(self, hidden: frozenset[int]) -> frozenset[int]:
        """A choice that protects: `hidden`, and for what is too narrow what little can widen it."""
        for target in self.system.targets:
            for _ in range(TRIES):
                found = self._narrow(target, hidden)
                if found is None:
                    break
                more = self._relaxed(target, found, hidden)
                if more is None:
                    self._hopeless.add(target.name)
                else:
                    hidden = self.with_needs(hidden | more)
        return hidden

    def _relaxed(
        self, target: Target, found: Bounds, hidden: frozenset[int]
    ) -> frozenset[int] | None:
        """Statements of little loss that make an interval wide enough: above, else below."""
        reader, room, width = self._reader(hidden), self._room(target), self._width(target)
        everything = np.ones(len(self.losses), dtype=bool)
        allowed = everything.copy()
        allowed[list(self.kept)] = False
        # Nothing makes it wider than it is for who has no release.
        above = min(max(found.least + width, self.policy.minimum_cell), room.most)
        below = max(found.most - width, room.least) if width else 0
        # First without the dearest, which many narrow rows rest on: numbers of all. What is kept
        # goes where nothing else helps.
        for able in (allowed & (self.losses <= self.losses.max() / 3), allowed, everything):
            for wanted, up in ((above, True), (below, False)):
                if found.least <= wanted <= found.most:
                    continue
                made = reader.relaxed(target, float(wanted), self.losses, able, above=up)
                if made is not None:
                    self._keep([made[1]])
                    return made[0]
        return None

    def _reader(self, hidden: frozenset[int]) -> Reader:
        """Who reads what is not hidden; many targets are asked of one after the other."""
        if self._last is None or self._last.hidden != hidden:
            self._last = Reader(self.system, hidden)
        return self._last

    def _room(self, target: Target) -> Bounds:
        """Between what a target is for who has nothing of the release."""
        if target.name not in self._rooms:
            self._rooms[target.name] = self._nobody.bounds(target)[0]
        return self._rooms[target.name]

    def _width(self, target: Target) -> int:
        """How wide the interval of a target must be: no wider than without the release."""
        room = self._room(target)
        return min(target.under(self.policy).width, room.most - room.least)

    def _lowered(self, target: Target) -> bool:
        """Whether less is asked of a target than of others, so of a group smaller than the width;
        False where nobody looked yet."""
        return target.name in self._rooms and (
            self._width(target) < target.under(self.policy).width
        )

    def _protected(self, target: Target, bounds: Bounds) -> bool:
        """Whether bounds are wide enough, or as wide as those of who has no release at all."""
        if self._lowered(target) and bounds.most - bounds.least >= self._width(target) > 0:
            return True
        return bounds.protect(target.under(self.policy))

    def _asked(self, target: Target, hidden: frozenset[int]) -> Mapping[int, float]:
        """The cut that a target gives which is not protected; empty when it is, or cannot be."""
        found = self._narrow(target, hidden)
        if found is None:
            return {}
        support = self._reader(hidden).support(target, both=found.lowest > 0)
        open_ = {k: w for k, w in support.items() if k not in self.kept and k not in hidden}
        if not open_:
            return {}
        self._cut(target, found, open_)
        return self._cuts[-1]

    def _thinned(self, hidden: frozenset[int]) -> frozenset[int]:
        """The choice without what it does not need, the dearest first."""
        targets = list(self.system.targets)
        for k in sorted(hidden - self.given, key=lambda k: (-self.losses[k], -k)):
            fewer = hidden - {k}
            if self.with_needs(fewer) != fewer:
                continue
            needs = next((t for t in targets if self._narrow(t, fewer)), None)
            if needs is None:
                hidden = fewer
            else:
                # What one target needs it often needs of the next statement, too.
                targets.remove(needs)
                targets.insert(0, needs)
        return hidden

    def supported(self, hidden: frozenset[int]) -> frozenset[int]:
        """A choice that protects: for what is too narrow its cheapest support, in turn."""
        for target in self.system.targets:
            while cut := self._asked(target, hidden):
                first = min(cut, key=lambda k: (self.losses[k], k))
                hidden = self.with_needs([*hidden, first])
        return hidden

    def _narrow(self, target: Target, hidden: frozenset[int]) -> Bounds | None:
        """The bounds of a target that is not protected; None when it is, or cannot be."""
        if target.name in self._hopeless:
            return None
        reached = self._reached(target, hidden)
        if self._protected(target, Bounds(*reached)):
            return None
        least = np.ceil(reached[0] - GRACE)
        small = self.policy.minimum_cell if least > 0 else 0
        # From 0 on nothing is below; with so large a value what was reached below is enough.
        width = target.under(self.policy).width
        enough = 0.0 if least <= 0 else max(least + width, small)
        bounds, points = self._reader(hidden).bounds(target, enough)
        bounds = replace(bounds, lowest=min(bounds.lowest, reached[0])) if enough else bounds
        self._solved += len(points)
        self._keep(points)
        if self._protected(target, bounds):
            return None
        room = self._room(target)
        if room.least == room.most:
            self._hopeless.add(target.name)
            return None
        return None if self._protected(target, bounds) else bounds

    def _reached(self, target: Target, hidden: frozenset[int]) -> tuple[float, float]:
        """Between what a target is in the tables that were found and are still possible."""
        if not self._counts:
            return float(target.count), float(target.count)
        seen = published(self.system, hidden)
        possible = ~np.array(self._breaks)[:, seen].any(axis=1)
        values = np.array(self._counts)[possible, self._target[target.name]]
        values = np.append(values, target.count)
        return float(values.min()), float(values.max())

    def _keep(self, points: Iterable[Vector]) -> None:
        for point in points:
            self.worlds.keep(point)
            self._breaks.append(~self.system.fulfilled(point))
            targets = self.system.targets
            self._counts.append(np.array([point[list(t.at)].sum() for t in targets]))

    def _cut(self, target: Target, found: Bounds, support: Mapping[int, float]) -> None:
        """Of the statements that an interval rests on enough must go to make it wide enough."""
        missing = self._width(target) - (found.highest - found.lowest)
        if missing <= 1e-6:
            # Wide enough for real numbers, not for whole ones: one of them must go all the same.
            self._cuts.append(dict.fromkeys(support, 1.0))
            return
        self._cuts.append({k: min(1.0, width / missing) for k, width in support.items()})

    def loss(self, hidden: Collection[int]) -> float:
        """What a choice costs beyond what is given."""
        return float(self.losses[sorted(set(hidden) - self.given)].sum())

    def decisions(self, hidden: frozenset[int], least: float) -> Decisions:
        """The choice with what it leaves of each target."""
        bounds = {}
        for target in self.system.targets:
            # What was reached lies between the bounds: where it is wide enough, so are they.
            bounds[target.name] = Bounds(*self._reached(target, hidden))
            if not self._protected(target, bounds[target.name]):
                bounds[target.name] = self._reader(hidden).bounds(target)[0]
        name = [each.name for each in self.system.statements]
        return Decisions(
            frozenset(name[k] for k in self.given),
            frozenset(name[k] for k in hidden - self.given),
            self.loss(hidden),
            least,
            {t.name: bounds[t.name] for t in self.system.targets if t.width is None},
            tuple(
                target.name
                for target in self.system.targets
                if target.name in self._hopeless or not self._protected(target, bounds[target.name])
            ),
        )
