"""Choose the complementary suppression of a release, so that no target is disclosed.

For each target two linear programs (HiGHS) give the interval that a reader can compute. Where the
interval is too narrow, a third program finds statements of little loss whose suppression makes it
wide enough. Statements that turn out not to be needed are published again, the most valuable first.
A search for the choice of least loss (Fischetti and Salazar-Gonzalez 2000) saves next to nothing
since bases and "don't know" are always published: docs/disclosure.md has the comparison.

People are whole and the programs use real numbers, so every interval is made wider than the policy
asks by a margin of two people. The attack checks the result with whole numbers.

Numbers of all respondents go last: they are suppressed to protect a group only where no other
choice keeps a target as wide as the policy asks.

Deterministic: ties go by the order of the statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from readiness.disclosure.judge import Judge
from readiness.disclosure.policy import (
    CountSystem,
    Policy,
    ProtectedSum,
    SumBounds,
    components,
)

# Number of people by which intervals are made wider than the policy asks.
MARGIN = 2
# Maximum number of attempts to widen the interval of one target.
TRIES = 4


@dataclass(frozen=True)
class Decisions:
    """Statements of a release that are suppressed, and how well that protects.

    Attributes:
        primary: names of the statements that are suppressed for their own values.
        complementary: names of the statements that are suppressed to protect targets.
        loss: the summed loss of the complementary statements.
        bounds: by target, the interval that a reader can compute.
        unprotected: targets that no suppression protects: disclosed without the release, or by
            statements that are always published.
    """

    primary: frozenset[str] = frozenset()
    complementary: frozenset[str] = frozenset()
    loss: float = 0.0
    bounds: Mapping[str, SumBounds] = field(default_factory=dict)
    unprotected: tuple[str, ...] = ()

    @property
    def hidden(self) -> frozenset[str]:
        """Names of all suppressed statements."""
        return self.primary | self.complementary

    def __or__(self, other: "Decisions") -> "Decisions":
        return Decisions(
            self.primary | other.primary,
            self.complementary | other.complementary,
            self.loss + other.loss,
            {**self.bounds, **other.bounds},
            tuple(dict.fromkeys(self.unprotected + other.unprotected)),
        )


def suppress(system: CountSystem, policy: Policy) -> Decisions:
    """Choose what to suppress so that every target is protected, component by component."""
    decisions = Decisions()
    for component in components(system):
        with_totals = component.publish_totals()
        has_no_totals = len(with_totals.statements) == len(component.statements)
        component_decisions = Suppression(with_totals, policy, whole=has_no_totals).decide()
        if component_decisions.unprotected and not has_no_totals:
            component_decisions = Suppression(component, policy, whole=True).decide()
        decisions |= component_decisions
    return decisions


class Suppression:
    """The choice of suppressed statements in one component, as positions of its statements.

    Attributes:
        primary: statements that are suppressed for their own values.
        last_resort: statements that are suppressed only where nothing else helps.
        judge: tests which targets a choice leaves too narrow.
        whole: whether every statement of the release can be suppressed, totals included.
    """

    def __init__(self, system: CountSystem, policy: Policy, *, whole: bool = True) -> None:
        self.system = system
        self.asked = policy
        self.whole = whole
        wider = replace(policy, width=policy.width + MARGIN) if policy.width else policy
        self.policy = wider
        self.judge = Judge(system, wider)
        self.losses = np.array([statement.loss for statement in system.statements])
        self.last_resort = frozenset(
            position
            for position, statement in enumerate(system.statements)
            if statement.last_resort and not statement.primary
        )
        self.primary = frozenset(
            position for position, statement in enumerate(system.statements) if statement.primary
        )

    def decide(self) -> Decisions:
        """Return the decisions for this component."""
        hidden = self._protect(self.primary, self.system.targets)
        if hidden != self.primary:
            hidden = self._publish_unneeded(hidden)
            # A statement suppressed for another target can have targets of its own (`of`).
            hidden = self._protect(hidden, self.system.targets)
        return self._describe(hidden)

    def _describe(self, hidden: frozenset[int]) -> Decisions:
        """Return a choice as names, with its loss, bounds and unprotected targets."""
        bounds = {}
        unprotected = []
        for target in self.system.targets:
            if not self.judge.needs_protection(target, hidden):
                continue
            interval = self.judge.bound_finally(target, hidden)
            if not self._is_protected(target, interval):
                unprotected.append(target.name)
            if target.width is None and target.of is None:
                bounds[target.name] = interval
        names = [statement.name for statement in self.system.statements]
        complementary = sorted(hidden - self.primary)
        return Decisions(
            frozenset(names[position] for position in self.primary),
            frozenset(names[position] for position in complementary),
            float(self.losses[complementary].sum()),
            bounds,
            tuple(unprotected),
        )

    def _is_protected(self, target: ProtectedSum, interval: SumBounds) -> bool:
        """Return whether a sum is protected if a reader can infer this interval for it.

        It is if the interval is wide enough, or proves that the count is 0 or not small. With
        `whole`, an interval that this release does not narrow suffices, too.
        """
        room = self.judge.bound_without_release(target)
        as_without_release = interval.least == room.least and interval.most == room.most
        return (
            self.judge.settles_size(target, interval)
            or interval.protect(target.under(self.asked))
            or (self.whole and as_without_release and room.most > room.least)
        )

    def _protect(self, hidden: frozenset[int], targets: Sequence[ProtectedSum]) -> frozenset[int]:
        """Widen the interval of each target in turn, repeated until nothing changes."""
        before = None
        while hidden != before:
            before = hidden
            for target in targets:
                hidden = self._protect_target(target, hidden)
        return hidden

    def _protect_target(self, target: ProtectedSum, hidden: frozenset[int]) -> frozenset[int]:
        """Return the choice with what protects one target, where anything does."""
        for _ in range(TRIES):
            narrow = self.judge.find_narrow(target, hidden)
            if narrow is None:
                break
            more = self._widen(target, narrow, hidden)
            if more is None:
                self.judge.give_up(target)
            else:
                hidden |= more
        return hidden

    def _widen(
        self, target: ProtectedSum, narrow: SumBounds, hidden: frozenset[int]
    ) -> frozenset[int] | None:
        """Return statements of little loss that make an interval wide enough; None if none do."""
        width = self.judge.required_width(target)
        room = self.judge.bound_without_release(target)
        everything = np.ones(len(self.losses), dtype=bool)
        allowed = everything.copy()
        allowed[list(self.last_resort)] = False
        # Suppressing everything gives the interval without the release: ask for no more.
        above = min(max(narrow.least + width, self.policy.minimum_cell), room.most)
        below = max(narrow.most - width, room.least) if width else 0
        # First without the dearest statements (numbers of all respondents), then with them. The
        # `last_resort` statements are suppressed only where nothing else helps.
        for candidates in (allowed & (self.losses <= self.losses.max() / 3), allowed, everything):
            for wanted, upwards in ((above, True), (below, False)):
                if narrow.least <= wanted <= narrow.most:
                    continue
                more = self.judge.find_widening(
                    target, hidden, float(wanted), self.losses, candidates, above_wanted=upwards
                )
                if more is not None:
                    return more
        return None

    def _publish_unneeded(self, hidden: frozenset[int]) -> frozenset[int]:
        """Publish again the statements that no target needs, the most valuable first."""
        targets = [target for target in self.system.targets if target.of is None]
        for position in sorted(hidden - self.primary, key=lambda k: (-self.losses[k], -k)):
            fewer = hidden - {position}
            needing = next((t for t in targets if self.judge.find_narrow(t, fewer)), None)
            if needing is None:
                hidden = fewer
            else:
                # A target that needs this statement often needs the next one, too.
                targets.remove(needing)
                targets.insert(0, needing)
        return hidden
