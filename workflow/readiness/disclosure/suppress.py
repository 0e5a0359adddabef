"""Complementary suppression: what else of a release to suppress so that no target is disclosed.

For each target two linear programs (HiGHS) give the interval in which a reader can put it. Where
the interval is too narrow, a third finds statements of little loss without which it is wide enough;
statements that turn out not to be needed are published again, the most valuable first. A search for
the choice of least loss (Fischetti and Salazar-Gonzalez 2000) saves next to nothing since bases and
"don't know" are always published: docs/disclosure.md has the comparison.

People are whole and the programs are of real numbers, so every interval is made wider than the
policy asks by a margin of two people. The attack checks with whole numbers what that leaves.

All before groups: no number of all respondents is suppressed for a group, unless nothing else keeps
a target as wide as the policy asks.

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

# People by which intervals are wider than the policy asks.
MARGIN = 2
# How often an interval is widened for one target.
TRIES = 4


@dataclass(frozen=True)
class Decisions:
    """What is suppressed of a release, and how well that protects.

    Attributes:
        given: the statements that are suppressed for what they say themselves.
        complementary: those that are suppressed so that no target can be computed.
        loss: the loss of the complementary ones.
        bounds: by target, the interval in which a reader can put it.
        unprotected: targets that no suppression protects: known without the release, or from what
            is always published.
    """

    given: frozenset[str] = frozenset()
    complementary: frozenset[str] = frozenset()
    loss: float = 0.0
    bounds: Mapping[str, SumBounds] = field(default_factory=dict)
    unprotected: tuple[str, ...] = ()

    @property
    def hidden(self) -> frozenset[str]:
        """All statements that are suppressed."""
        return self.given | self.complementary

    def __or__(self, other: "Decisions") -> "Decisions":
        return Decisions(
            self.given | other.given,
            self.complementary | other.complementary,
            self.loss + other.loss,
            {**self.bounds, **other.bounds},
            tuple(dict.fromkeys(self.unprotected + other.unprotected)),
        )


def suppress(system: CountSystem, policy: Policy) -> Decisions:
    """Return what to suppress so that every target is protected; each component by itself."""
    decisions = Decisions()
    for part in components(system):
        with_totals = part.publish_totals()
        whole = len(with_totals.statements) == len(part.statements)
        choice = Suppression(with_totals, policy, whole=whole).decide()
        if choice.unprotected and not whole:
            choice = Suppression(part, policy, whole=True).decide()
        decisions |= choice
    return decisions


class Suppression:
    """The choice of suppressed statements in one component, as positions of its statements.

    Attributes:
        given: statements that are suppressed for what they say themselves.
        kept: statements that go only where nothing else helps.
        judge: says which targets a choice leaves too narrow.
        whole: whether all that the release says can be suppressed, numbers of all included.
    """

    def __init__(self, system: CountSystem, policy: Policy, *, whole: bool = True) -> None:
        self.system, self.asked, self.whole = system, policy, whole
        wider = replace(policy, width=policy.width + MARGIN) if policy.width else policy
        self.policy, self.judge = wider, Judge(system, wider)
        self.losses = np.array([each.loss for each in system.statements])
        self.kept = frozenset(k for k, s in enumerate(system.statements) if s.kept and not s.given)
        self.given = frozenset(k for k, s in enumerate(system.statements) if s.given)

    def decide(self) -> Decisions:
        """Return the decisions for this component."""
        hidden = self._protect(self.given, self.system.targets)
        if hidden != self.given:
            hidden = self._publish_unneeded(hidden)
            # A statement that is suppressed for others may be a target itself.
            hidden = self._protect(hidden, self.system.targets)
        return self._describe(hidden)

    def _describe(self, hidden: frozenset[int]) -> Decisions:
        bounds, unprotected = {}, []
        for target in self.system.targets:
            if not self.judge.is_one(target, hidden):
                continue
            interval = self.judge.final(target, hidden)
            if not self._is_protected(target, interval):
                unprotected.append(target.name)
            if target.width is None and target.of is None:
                bounds[target.name] = interval
        names = [each.name for each in self.system.statements]
        more = sorted(hidden - self.given)
        return Decisions(
            frozenset(names[k] for k in self.given),
            frozenset(names[k] for k in more),
            float(self.losses[more].sum()),
            bounds,
            tuple(unprotected),
        )

    def _is_protected(self, target: ProtectedSum, interval: SumBounds) -> bool:
        """Whether an interval is as wide as the policy asks, or as it is without any statement."""
        room = self.judge.room(target)
        as_without = interval.least == room.least and interval.most == room.most
        return (
            self.judge.settles(target, interval)
            or interval.protect(target.under(self.asked))
            or (self.whole and as_without and room.most > room.least)
        )

    def _protect(self, hidden: frozenset[int], targets: Sequence[ProtectedSum]) -> frozenset[int]:
        """Return the choice with what must go for every target, repeated until nothing changes."""
        before = None
        while hidden != before:
            before = hidden
            for target in targets:
                hidden = self._protect_target(target, hidden)
        return hidden

    def _protect_target(self, target: ProtectedSum, hidden: frozenset[int]) -> frozenset[int]:
        for _ in range(TRIES):
            if (narrow := self.judge.narrow(target, hidden)) is None:
                break
            if (more := self._widen(target, narrow, hidden)) is None:
                self.judge.hopeless.add(target.name)
            else:
                hidden |= more
        return hidden

    def _widen(
        self, target: ProtectedSum, narrow: SumBounds, hidden: frozenset[int]
    ) -> frozenset[int] | None:
        """Return statements of little loss without which an interval is wide enough; else None."""
        judge, width = self.judge, self.judge.width(target)
        reader, room = judge.reader(hidden), judge.room(target)
        everything = np.ones(len(self.losses), dtype=bool)
        allowed = everything.copy()
        allowed[list(self.kept)] = False
        # Nothing makes it wider than it is for who has no release.
        above = min(max(narrow.least + width, self.policy.minimum_cell), room.most)
        below = max(narrow.most - width, room.least) if width else 0
        # First without the dearest statements, numbers of all; then with them; what is kept goes
        # where nothing else helps.
        for able in (allowed & (self.losses <= self.losses.max() / 3), allowed, everything):
            for wanted, up in ((above, True), (below, False)):
                if narrow.least <= wanted <= narrow.most:
                    continue
                relaxed = reader.relax_statements(
                    target, float(wanted), self.losses, able, above_wanted=up
                )
                if relaxed is not None:
                    judge.keep([relaxed[1]])
                    return relaxed[0]
        return None

    def _publish_unneeded(self, hidden: frozenset[int]) -> frozenset[int]:
        """Return the choice without what no target needs, the most valuable published first."""
        targets = [target for target in self.system.targets if target.of is None]
        for k in sorted(hidden - self.given, key=lambda k: (-self.losses[k], -k)):
            fewer = hidden - {k}
            needs = next((t for t in targets if self.judge.narrow(t, fewer)), None)
            if needs is None:
                hidden = fewer
            else:
                # A target that needs this statement often needs the next one, too.
                targets.remove(needs)
                targets.insert(0, needs)
        return hidden
