"""Which statements of a release to withhold beside the given ones: the least loss that protects.

A master problem (mixed-integer, HiGHS) chooses; for each target two linear programs say between
what a reader could then put it. Where that is too narrow, the duals give a cut that every
protecting choice fulfils, and the master is solved again, until all are protected: then its choice
is the best one (Fischetti and Salazar-Gonzalez 2000).

Deterministic: the solver stops by the number of nodes, never by time; ties go by the order of the
statements. Where a limit is met, the cheapest statements complete the choice, and it is said that
nobody proved it the best.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp

from readiness.disclosure.judge import Judge, Worlds
from readiness.disclosure.policy import (
    CountSystem,
    Policy,
    ProtectedSum,
    SumBounds,
    Vector,
    components,
)

# Of the branch and bound of one master problem.
NODES = 1_000
# The search for the optimum of one component ends after so many linear programs over its rows times
# the numbers in them (what a program takes grows nearly so), at the latest after `MOST_PROGRAMS`.
PROGRAMS_TIMES_SIZE = 4.5e7
MOST_PROGRAMS = 300


@dataclass(frozen=True)
class Decisions:
    """What is withheld of a release, and how well that protects.

    `given`: the statements that were withheld before: for what they say themselves.
    `complementary`: those that are withheld so that no target can be computed. `loss`: what the
    complementary ones cost, and `least` a proved lower limit of it. `bounds`: between what a reader
    can put each target. `unprotected`: targets that nothing which may be withheld protects: known
    without the release, or from what is always kept.
    """

    given: frozenset[str] = frozenset()
    complementary: frozenset[str] = frozenset()
    loss: float = 0.0
    least: float = 0.0
    bounds: Mapping[str, SumBounds] = field(default_factory=dict)
    unprotected: tuple[str, ...] = ()

    @property
    def hidden(self) -> frozenset[str]:
        """All that is withheld."""
        return self.given | self.complementary

    @property
    def optimal(self) -> bool:
        """Whether it is proved that no choice loses less."""
        return self.loss <= self.least * (1 + 1e-6) + 1e-6

    def __or__(self, other: "Decisions") -> "Decisions":
        return Decisions(
            self.given | other.given,
            self.complementary | other.complementary,
            self.loss + other.loss,
            self.least + other.least,
            {**self.bounds, **other.bounds},
            tuple(dict.fromkeys(self.unprotected + other.unprotected)),
        )


def optimise(system: CountSystem, policy: Policy, *, margin: int = 0) -> Decisions:
    """The least loss that protects every target; each linked component by itself.

    `margin`: people by which bounds of real numbers must be wider than the policy asks, for what
    whole numbers rule out, where a component is too large for that to be proved.
    """
    found = Decisions()
    for part in components(system):
        size = len(part.every) * part.rows[0].nnz
        most = min(MOST_PROGRAMS, int(PROGRAMS_TIMES_SIZE / max(size, 1)))
        search = Search(part, policy, margin)
        found |= _decisions(search, *search.best(most))
    return found


def _decisions(search: "Search", hidden: frozenset[int], least: float) -> Decisions:
    system, bounds, unprotected = search.system, {}, []
    for target in (each for each in system.targets if search.judge.is_one(each, hidden)):
        found, enough = search.judge.final(target, hidden)
        if not enough:
            unprotected.append(target.name)
        if target.width is None and target.of is None:
            bounds[target.name] = found
    name = [each.name for each in system.statements]
    return Decisions(
        frozenset(name[k] for k in search.given),
        frozenset(name[k] for k in hidden - search.given),
        search.loss(hidden),
        least,
        bounds,
        tuple(unprotected),
    )


# --- The search in one component: a choice is a set of statements' positions.

# How often an interval is widened where a choice is completed.
TRIES = 4


class Search:
    """What to withhold in one component, so that every target is protected.

    Attributes:
        given, kept: what is withheld already, and what only goes where nothing else helps.
        judge: says which targets a choice leaves too narrow.
    """

    def __init__(self, system: CountSystem, policy: Policy, margin: int = 0) -> None:
        self.system, self.worlds = system, Worlds(system, policy)
        self.policy = policy if self.worlds.able else replace(policy, width=policy.width + margin)
        self.judge = Judge(system, self.policy, self.worlds)
        self.losses = np.array([each.loss for each in system.statements])
        self.kept = frozenset(k for k, s in enumerate(system.statements) if s.kept and not s.given)
        self.given = self.with_needs(k for k, s in enumerate(system.statements) if s.given)
        # Those that are targets only where something is withheld come last, when it is.
        self._always = [target for target in system.targets if target.of is None]

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

    def best(self, programs: int) -> tuple[frozenset[int], float]:
        """The choice of least loss, or the best that was found; and a proved limit of its loss."""
        hidden, least = self._search_cuts(programs)
        more = self._for_all(self._complete_target, hidden, self._always)
        if more != hidden or self.loss(hidden) > least * (1 + 1e-6):
            more = self._drop_unneeded(more)
        return self.complete_for_integers(
            self._for_all(self._complete_target, more, self.system.targets)
        ), least

    def _search_cuts(self, programs: int) -> tuple[frozenset[int], float]:
        """The cheapest choice that fulfils the cuts of all it leaves too narrow, with its limit."""
        hidden, least = self.given, 0.0
        cuts: list[Cut] = []
        while self.judge.solved < programs:
            more = [cut for target in self._always if (cut := self._demand_cut(target, hidden))]
            cuts += more
            if not more or (found := cheapest(self.system, self.given, self.kept, cuts)) is None:
                break
            hidden, least = found
        return hidden, least

    def complete_for_integers(self, hidden: frozenset[int]) -> frozenset[int]:
        """The choice with what must go, too, for whole numbers to leave every target protected."""
        if not self.worlds.able:
            return hidden
        before = hidden
        hidden = self._for_all(self._complete_by_tables, hidden, self.system.targets)
        shown = [t for t in self.system.targets if self.worlds.is_shown_protected(t, hidden)]
        # What went for one target may not be needed beside what went for the next ones.
        for k in sorted(hidden - before, key=lambda k: (-self.losses[k], -k)):
            fewer = hidden - {k}
            if self.with_needs(fewer) == fewer and all(
                not self.judge.asks(t, fewer) or self.worlds.find_protecting_table(t, fewer)
                for t in shown
            ):
                hidden = fewer
        return hidden

    def _complete_by_tables(self, target: ProtectedSum, hidden: frozenset[int]) -> frozenset[int]:
        """The choice with what must go, too, for tables to show that a target is protected."""
        # Of whom less is asked (`Judge.lowered`), nobody knows more with the release than without.
        if not self.judge.asks(target, hidden) or self.judge.has_lower_demand(target):
            return hidden
        while not self.worlds.is_shown_protected(target, hidden):
            if self.judge.settles(target, self.judge.reader(hidden).bounds(target)[0]):
                break
            known = self.worlds.between(target, hidden)
            more = self.worlds.without(target, hidden)
            if more is None or (more <= hidden and self.worlds.between(target, hidden) == known):
                self.judge.hopeless.add(target.name)
                break
            hidden = self.with_needs(hidden | more)
        return hidden

    def _for_all(
        self,
        step: Callable[[ProtectedSum, frozenset[int]], frozenset[int]],
        hidden: frozenset[int],
        targets: Sequence[ProtectedSum],
    ) -> frozenset[int]:
        """What a step for each target makes of a choice, until it changes no more: what is
        withheld for one may be a target itself.
        """
        before = None
        while hidden != before:
            before = hidden
            for target in targets:
                hidden = step(target, hidden)
        return hidden

    def _complete_target(self, target: ProtectedSum, hidden: frozenset[int]) -> frozenset[int]:
        for _ in range(TRIES):
            if (found := self.judge.narrow(target, hidden)) is None:
                break
            if (more := self._relax_target(target, found, hidden)) is None:
                self.judge.hopeless.add(target.name)
            else:
                hidden = self.with_needs(hidden | more)
        return hidden

    def _relax_target(
        self, target: ProtectedSum, found: SumBounds, hidden: frozenset[int]
    ) -> frozenset[int] | None:
        """Statements of little loss that make an interval wide enough: above, else below."""
        judge, width = self.judge, self.judge.width(target)
        reader, room = judge.reader(hidden), judge.room(target)
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
                made = reader.relax_statements(
                    target, float(wanted), self.losses, able, above_wanted=up
                )
                if made is not None:
                    judge.keep([made[1]])
                    return made[0]
        return None

    def _demand_cut(self, target: ProtectedSum, hidden: frozenset[int]) -> "Cut":
        """The cut that a target gives which is not protected; empty where there is none."""
        if (found := self.judge.narrow(target, hidden)) is None:
            return {}
        support = self.judge.reader(hidden).support(target, both=found.lowest > 0)
        open_ = {k: w for k, w in support.items() if k not in self.kept and k not in hidden}
        # Of the statements that an interval rests on enough must go to make it wide enough. Where
        # it is, for real numbers but not for whole ones, one of them must go all the same.
        missing = self.judge.width(target) - (found.highest - found.lowest)
        return {k: min(1.0, w / missing) if missing > 1e-6 else 1.0 for k, w in open_.items()}

    def _drop_unneeded(self, hidden: frozenset[int]) -> frozenset[int]:
        """The choice without what it does not need, the dearest first."""
        targets = list(self._always)
        for k in sorted(hidden - self.given, key=lambda k: (-self.losses[k], -k)):
            fewer = hidden - {k}
            if self.with_needs(fewer) != fewer:
                continue
            if (needs := next((t for t in targets if self.judge.narrow(t, fewer)), None)) is None:
                hidden = fewer
            else:
                # What one target needs it often needs of the next statement, too.
                targets.remove(needs)
                targets.insert(0, needs)
        return hidden

    def loss(self, hidden: Collection[int]) -> float:
        """What a choice costs beyond what is given."""
        return float(self.losses[sorted(set(hidden) - self.given)].sum())


# --- The master problem: what to withhold so that all cuts are fulfilled, at the least loss.

# What the last statement costs more than the first, where the cheapest costs 1.
TIE = 1e-4
# What withholding each of some statements gives; together they must give 1, or all they can.
Cut = Mapping[int, float]


def cheapest(
    system: CountSystem, given: Collection[int], kept: Collection[int], cuts: Sequence[Cut]
) -> tuple[frozenset[int], float] | None:
    """The cheapest choice that fulfils all cuts, with what is `given` and without what is `kept`;
    and the limit of its loss beyond the given that was proved within `NODES`.
    """
    losses = np.array([each.loss for each in system.statements])
    n = len(losses)
    smallest = float(min((loss for loss in losses if loss > 0), default=1.0))
    costs = losses / smallest + TIE * np.arange(1, n + 1) / n
    low, high = np.zeros(n), np.ones(n)
    high[list(kept)] = 0.0
    low[list(given)] = high[list(given)] = 1.0
    rows, ends = _constraints(system, cuts)
    solved = milp(
        costs,
        integrality=np.ones(n, dtype=np.int64),
        bounds=Box(low, high),
        constraints=LinearConstraint(rows, ends, np.inf),
        options={"node_limit": NODES, "mip_rel_gap": 0.0},
    )
    if solved.x is None:
        return None
    hidden = frozenset(np.flatnonzero(solved.x > 0.5).tolist())
    if solved.status:
        least = (float(solved.mip_dual_bound) - sum(costs[list(given)]) - TIE) * smallest
    else:
        least = float(losses[sorted(hidden - set(given))].sum())
    return hidden, max(0.0, least)


def _constraints(system: CountSystem, cuts: Sequence[Cut]) -> tuple[sparse.csr_matrix, Vector]:
    """The cuts, and that what a statement needs goes with it: coefficients and lower ends."""
    entries = [(row, k, value) for row, cut in enumerate(cuts) for k, value in cut.items()]
    ends = [
        1.0 if any(value >= 1.0 for value in cut.values()) else min(1.0, sum(cut.values()))
        for cut in cuts
    ]
    for k, each in enumerate(system.statements):
        for name in each.needs:
            if name in system.places:
                entries += [(len(ends), system.places[name], 1.0), (len(ends), k, -1.0)]
                ends.append(0.0)
    at = ([row for row, _, _ in entries], [column for _, column, _ in entries])
    shape = (len(ends), len(system.statements))
    return sparse.csr_matrix(([v for *_, v in entries], at), shape=shape), np.array(ends)
