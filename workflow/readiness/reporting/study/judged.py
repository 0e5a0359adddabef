"""A verdict as the report uses it: its numbers under the ids that they have in the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from readiness.facts import Fact, Listed, Named, Value
from readiness.forensics.judging.verdict import facts_of, name, numbers_of
from readiness.register.study_rows import number_id
from readiness.reporting.shown import ShownStudy


@dataclass(frozen=True)
class Judged:
    """`kind`: that of its first sentence. `values`: its numbers, and the conditions `assumed`.

    `items`: what each of its questions is about, in order.
    """

    id: str
    kind: str
    facts: tuple[Fact, ...]
    values: Mapping[str, Value]
    items: tuple[Value, ...]

    @property
    def told(self) -> tuple[Fact, ...]:
        """Its sentences, each number under its id in the register."""
        return tuple(_renamed(fact, self.id) for fact in self.facts)

    def has(self, *names: str) -> bool:
        """Whether it states all these."""
        return set(names) <= self.values.keys()

    def taken(self, *names: str, **renamed: str) -> dict[str, Value]:
        """Some of its values, under their own names or others."""
        pairs = {**{own: own for own in names}, **renamed}
        return {new: self.values[own] for new, own in pairs.items()}

    def number(self, own: str) -> str:
        """The id of one of its numbers in the register."""
        return number_id(self.id, own)


def judged(study: ShownStudy, *identities: str) -> Judged | None:
    """The first of these verdicts that there is."""
    for identity in identities:
        if identity in study.verdicts:
            return _judged(identity, facts_of(study.verdicts[identity]))
    return None


def _judged(identity: str, facts: tuple[Fact, ...]) -> Judged:
    values: dict[str, Value] = {
        own: name(number_id(identity, own), number) for own, number in numbers_of(facts).items()
    }
    first = facts[0].values
    if "assumed" in first:
        values["assumed"] = first["assumed"]
    labels = first.get("labels")
    sets = labels.items if isinstance(labels, Listed) else ()
    items = tuple(s.values["item"] for s in sets if isinstance(s, Fact))
    return Judged(identity, facts[0].kind, facts, values, items)


def renamed(value: Value, identity: str) -> Value:
    """A value of a verdict with each number under its id in the register."""
    match value:
        case Named(own, number):
            return Named(number_id(identity, own), number)
        case Listed(items, link):
            return Listed(tuple(renamed(item, identity) for item in items), link)
        case Fact():
            return _renamed(value, identity)
        case _:
            return value


def _renamed(fact: Fact, identity: str) -> Fact:
    return Fact(fact.kind, {own: renamed(inner, identity) for own, inner in fact.values.items()})
