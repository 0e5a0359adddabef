"""The fairest thing to say of figures without a base: on which numbers of people they can rest.

Every number from some point on fits any figures. Told are that point, the numbers that fit below
it, and how few missing answers the smallest of them needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from readiness.facts import Fact, Value
from readiness.forensics.arithmetic.bases import (
    Convention,
    FigureSet,
    every_base_from,
    fewest_missing,
    joint_bases,
)
from readiness.forensics.judging.context import Study, verdict
from readiness.forensics.judging.structure import ClaimSet, SharedBase, Structure
from readiness.forensics.judging.verdict import Status, Verdict, name_numbers

# Longer lists of numbers of people are told by their smallest.
LONGEST = 100


def lead(structure: Structure, attributed: Mapping[str, str]) -> SharedBase | None:
    """The sets that a study is about: the publisher's own that may rest on the same people.

    `attributed`: whose each claim's figure is. The most figures of the publisher alone; without
    any, the first sets declared to go together; without these, the first set, as one that goes with
    itself. None for a study without sets.
    """

    def own(shared: SharedBase) -> int:
        names = [name for s in shared.sets for name in structure.set_named(s).claims]
        alone = all(attributed.get(name) == structure.publisher for name in names)
        return len(names) if alone else 0

    if structure.shared_bases:
        return max(structure.shared_bases, key=own)
    alone = [SharedBase(id=s.id, sets=(s.id,)) for s in structure.sets]
    return max(alone, key=own) if alone else None


def whole(structure: Structure) -> SharedBase | None:
    """The most sets that may rest on the same people; None where there are none."""
    return max(structure.shared_bases, key=lambda shared: len(shared.sets), default=None)


@dataclass(frozen=True)
class Fits:
    """On which numbers of people figures can rest, with so many missing answers on each question.

    `every`: from which on every number fits. `below`: the numbers below it that fit.
    """

    every: int
    below: tuple[int, ...]

    @property
    def first(self) -> int:
        """The smallest number that fits."""
        return self.below[0] if self.below else self.every


def fits(figures: Sequence[FigureSet], missing: int, allowed: Sequence[Convention]) -> Fits | None:
    """On which numbers of people the sets can rest; None where no number is the last to fail."""
    every = every_base_from(figures, missing, allowed)
    if every is None:
        return None
    below = joint_bases(figures, every - 1, missing, allowed) if every > 1 else []
    return Fits(every, tuple(below))


def judge_every(study: Study, name: str, sets: Sequence[ClaimSet]) -> Iterator[Verdict]:
    """From which number of people on every number fits, and which fit below it."""
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    missing = study.structure.max_missing
    all_answered, some_missing = (fits(figures, m, allowed) for m in (0, missing))
    if all_answered is None or some_missing is None:
        return
    facts = [_state_fits("forensics.every.all", all_answered, "", study.words(sets))]
    if missing:
        loosely = name_numbers(missing=missing)
        facts.append(_state_fits("forensics.every.missing", some_missing, "_missing", loosely))
    first = some_missing.first
    lacking = fewest_missing(figures, first, missing, allowed)
    if lacking:
        facts.append(Fact("forensics.every.silent", name_numbers(least=first, silent=lacking)))
    else:
        facts.append(Fact("forensics.every.least", name_numbers(least=first)))
    yield verdict(
        f"every.{name}",
        "every",
        Status.POSSIBLE,
        facts,
        tuple(claim for s in sets for claim in s.claims),
    )


KEYS = (
    "forensics.every.all",
    "forensics.every.all_from",
    "forensics.every.missing",
    "forensics.every.missing_from",
)


def _state_fits(key: str, found: Fits, suffix: str, values: Mapping[str, Value]) -> Fact:
    """The numbers that fit; of very many the smallest."""
    listed = 0 < len(found.below) <= LONGEST
    numbers: dict[str, int | tuple[int, ...]] = {f"every{suffix}": found.every}
    numbers |= {f"fits{suffix}": found.below} if listed else {f"first{suffix}": found.first}
    return Fact(key if listed else f"{key}_from", {**values, **name_numbers(**numbers)})
