"""What the judgements share: claims, sets, the conventions they allow, and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from readiness.facts import Fact, Listed, NamedNumber, Printed, Term, TranslatedText, Value
from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, conventions
from readiness.forensics.arithmetic.figures import Rounding
from readiness.forensics.judging.claims import Claim
from readiness.forensics.judging.structure import ClaimSet, Structure
from readiness.forensics.judging.verdict import Nature, Status, Verdict, name_numbers

# How far bases are listed when no total is reported.
DEFAULT_REACH = 40
# Longer lists of bases are told by their number and their smallest.
LONGEST_LIST = 15


@dataclass(frozen=True)
class Study:
    """A register and its structure, read and ready to be judged."""

    claims: Mapping[str, Claim]
    structure: Structure
    # Bases are listed from 1 to this: the largest reported total, or a default.
    reach: int

    @cached_property
    def by_item(self) -> dict[str, list[Claim]]:
        """The claims of each item, in the order of the register."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims.values():
            found.setdefault(claim.item, []).append(claim)
        return found

    @property
    def is_bounded(self) -> bool:
        """Whether a reported total bounds the bases."""
        return bool(self.structure.totals)

    def members(self, claim_set: ClaimSet) -> list[Claim]:
        """The claims of a set, in the order of the structure."""
        return [self.claims[name] for name in claim_set.claims]

    def figures(self, claim_set: ClaimSet) -> FigureSet:
        """The figures of a set."""
        found = [c.figure for c in self.members(claim_set) if c.figure is not None]
        return FigureSet(tuple(found), claim_set.kind)

    def count_people(self, claim: str) -> int:
        """The reported number of people that a claim is."""
        figure = self.claims[claim].figure
        assert figure is not None  # read_claims: a total is a count
        return figure.digits

    def describe_weighting(self, sets: Sequence[ClaimSet]) -> str:
        """yes if any figure of the sets is weighted, else unknown if any is, else no."""
        said = {claim.weighted for s in sets for claim in self.members(s)}
        return next((w for w in ("yes", "unknown") if w in said), "no")

    def conventions(self, sets: Sequence[ClaimSet]) -> tuple[Convention, ...]:
        """The conventions that the sets may follow: the declared rounding, or any nearest one."""
        said = {claim.rounding for s in sets for claim in self.members(s)} - {"unknown"}
        if not said:
            return NEAREST
        return conventions([r for r in Rounding if r in said])

    def state_assumptions(self, sets: Sequence[ClaimSet]) -> Term:
        """The conditions of exact arithmetic on these sets, as a clause."""
        nearest = self.conventions(sets) == NEAREST
        if self.describe_weighting(sets) == "unknown":
            return UNWEIGHTED_NEAREST if nearest else Term("forensics.assumed.unweighted_declared")
        return NEAREST_ALONE if nearest else Term("forensics.assumed.declared")

    def words(self, sets: Sequence[ClaimSet]) -> dict[str, Value]:
        """Several sets and the conditions of arithmetic on them, as a fact states them."""
        return {"labels": self.labels(sets), "assumed": self.state_assumptions(sets)}

    def whose(self, claim: Claim) -> Value:
        """Whose figure it is, as a reader knows them: the publisher's name, or the press."""
        return self.structure.whose(claim.attributed_to)

    def whose_where(self, claim: Claim) -> Value:
        """Whose figure it is and which outlet printed it, unless it is the same."""
        whose = self.whose(claim)
        if claim.outlet == claim.attributed_to:
            return whose
        return Fact("forensics.whose_where", {"whose": whose, "outlet": claim.outlet})

    def outlet(self, claim: Claim) -> Value:
        """Which outlet printed it and whose figure it is, unless it is the same."""
        whose = self.whose(claim)
        if claim.outlet == claim.attributed_to:
            return whose
        return Fact("forensics.outlet", {"outlet": claim.outlet, "whose": whose})

    def item(self, item: str) -> TranslatedText:
        """The name of an item for a reader."""
        return TranslatedText(self.structure.items[item].label)

    def topic(self, claim_set: ClaimSet) -> Value:
        """What a set is about: its item, and the answer where it reports one alone."""
        item = self.item(claim_set.item)
        members = self.members(claim_set)
        answer = self.structure.answer(claim_set.item, members[0].category)
        if len(members) > 1 or answer is None:
            return item
        return Fact("forensics.item_answer", {"item": item, "answer": answer})

    def label(self, claim_set: ClaimSet) -> Fact:
        """A set with its figures and whose they are: « préparation » (67 % / 33 %, X)."""
        members = self.members(claim_set)
        figures = Listed(
            tuple(percent(f"{claim_set.id}_{claim.category}", claim) for claim in members), "slash"
        )
        return Fact(
            "forensics.set",
            {
                "item": self.topic(claim_set),
                "figures": figures,
                "whose": self.whose(members[0]),
            },
        )

    def labels(self, sets: Sequence[ClaimSet], link: str = "and") -> Listed:
        """Several sets, as a sentence lists them."""
        return Listed(tuple(self.label(s) for s in sets), link)


UNWEIGHTED_NEAREST = Term("forensics.assumed.unweighted_nearest")
NEAREST_ALONE = Term("forensics.assumed.nearest")


def percent(name: str, claim: Claim) -> Fact:
    """One claim's figure with its sign: 33 %."""
    return Fact("forensics.percent", {"figure": NamedNumber(name, Printed(str(claim.figure)))})


def verdict(
    name: str,
    kind: str,
    status: Status,
    facts: Sequence[Fact],
    claims: Sequence[str] = (),
    *,
    nature: Nature = Nature.ARITHMETIC,
    witnesses: Sequence[Mapping[str, Any]] = (),
    power: Fraction | None = None,
) -> Verdict:
    """A verdict; when the power of the check is known, it ends with it."""
    if power is not None:
        facts = (*facts, Fact("forensics.power", name_numbers(power=power)))
    return Verdict(
        id=name,
        kind=kind,
        status=status,
        nature=nature,
        facts=tuple(facts),
        claims=tuple(claims),
        witnesses=tuple(witnesses),
        power=power,
    )
