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

from collections.abc import Mapping
from dataclasses import dataclass, field

from readiness.disclosure.policy import Policy
from readiness.disclosure.search import Search
from readiness.disclosure.system import Bounds, System, components

NODES = 1_000
"""Of the branch and bound of one master problem."""
PROGRAMS_TIMES_SIZE = 4.5e7
"""The search for the optimum of one component ends after so many linear programs over its rows
times the numbers in them (what a program takes grows nearly so), and at the latest after
`MOST_PROGRAMS`."""
MOST_PROGRAMS = 300


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
        search = Search(part, policy, margin)
        found |= _decisions(search, *search.best(nodes, most))
    return found


def greedy(system: System, policy: Policy, *, margin: int = 0) -> Decisions:
    """Protection without an optimum: whatever is too narrow loses its cheapest support, in turn.

    For comparison: it loses more, and what rests on numbers of nobody alone it leaves.
    """
    found = Decisions()
    for part in components(system):
        search = Search(part, policy, margin)
        found |= _decisions(search, search.proved(search.supported()), 0.0)
    return found


def _decisions(search: Search, hidden: frozenset[int], least: float) -> Decisions:
    """A choice with what it leaves of each target."""
    system, bounds, unprotected = search.system, {}, []
    for target in system.targets:
        if not search.judge.is_one(target, hidden):
            continue
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
