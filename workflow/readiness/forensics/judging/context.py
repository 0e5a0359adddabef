"""What the judgements share: claims, sets, the conventions they allow, and their names.

The fairest thing to say of figures without a base is on which numbers of people they can rest.
Every number from some point on fits any figures. Told are that point, the numbers that fit below
it, and how few missing answers the smallest of them needs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from readiness.forensics.arithmetic import bases
from readiness.forensics.arithmetic.figures import Rounding
from readiness.forensics.judging.structure import Claim, ClaimSet, SharedBase, Structure
from readiness.forensics.judging.verdict import Nature, Status, Verdict, name_numbers
from readiness.ground.facts import Fact, Listed, NamedNumber, Printed, Term, TranslatedText, Value

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
        claims = self.claims.values()
        return {
            i: [c for c in claims if c.item == i] for i in dict.fromkeys(c.item for c in claims)
        }

    @property
    def is_bounded(self) -> bool:
        """Whether a reported total bounds the bases."""
        return bool(self.structure.totals)

    def members(self, claim_set: ClaimSet) -> list[Claim]:
        """The claims of a set, in the order of the structure."""
        return [self.claims[name] for name in claim_set.claims]

    def figures(self, claim_set: ClaimSet) -> bases.FigureSet:
        """The figures of a set."""
        found = [c.figure for c in self.members(claim_set) if c.figure is not None]
        return bases.FigureSet(tuple(found), claim_set.kind)

    def count_people(self, claim: str) -> int:
        """The reported number of people that a claim is."""
        figure = self.claims[claim].figure
        assert figure is not None  # read_claims: a total is a count
        return figure.digits

    def describe_weighting(self, sets: Sequence[ClaimSet]) -> str:
        """yes if any figure of the sets is weighted, else unknown if any is, else no."""
        said = {claim.weighted for s in sets for claim in self.members(s)}
        return next((w for w in ("yes", "unknown") if w in said), "no")

    def conventions(self, sets: Sequence[ClaimSet]) -> tuple[bases.Convention, ...]:
        """The conventions that the sets may follow: the declared rounding, or any nearest one."""
        said = {claim.rounding for s in sets for claim in self.members(s)} - {"unknown"}
        return bases.conventions([r for r in Rounding if r in said]) if said else bases.NEAREST

    def state_assumptions(self, sets: Sequence[ClaimSet]) -> Term:
        """The conditions of exact arithmetic on these sets, as a clause."""
        nearest = self.conventions(sets) == bases.NEAREST
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
        return Fact("language.beside", {"label": claim.outlet, "what": whose})

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
        return Fact("language.labelled", {"label": item, "what": answer})

    def label(self, claim_set: ClaimSet, places: Sequence[int] | None = None) -> Fact:
        """A set with its figures and whose they are: « préparation » (67 % / 33 %, X).

        `places`: of which of its figures, by default of all.
        """
        members = self.members(claim_set)
        members = members if places is None else [members[place] for place in places]
        told = tuple(percent(f"{claim_set.id}_{claim.category}", claim) for claim in members)
        what = {"item": self.topic(claim_set), "figures": Listed(told, "slash")}
        return Fact("forensics.set", {**what, "whose": self.whose(members[0])})

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
    power: Fraction | None = None,
) -> Verdict:
    """A verdict; when the power of the check is known, it ends with it."""
    if power is not None:
        facts = (*facts, Fact("forensics.power", name_numbers(power=power)))
    return Verdict(name, kind, status, nature, tuple(facts), tuple(claims), power)


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


def fits(
    figures: Sequence[bases.FigureSet], missing: int, allowed: Sequence[bases.Convention]
) -> tuple[int, tuple[int, ...]] | None:
    """On which numbers of people sets can rest: all from one on, those below it; else None."""
    if (every := bases.every_base_from(figures, missing, allowed)) is None:
        return None
    below = bases.joint_bases(figures, every - 1, missing, allowed) if every > 1 else []
    return every, tuple(below)


def judge_every(study: Study, name: str, sets: Sequence[ClaimSet]) -> Iterator[Verdict]:
    """From which number of people on every number fits, and which fit below it."""
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    missing = study.structure.max_missing
    all_answered, some_missing = (fits(figures, m, allowed) for m in (0, missing))
    if all_answered is None or some_missing is None:
        return
    facts = [_state_fits("forensics.every.all", *all_answered, "", study.words(sets))]
    if missing:
        loosely = name_numbers(missing=missing)
        facts.append(_state_fits("forensics.every.missing", *some_missing, "_missing", loosely))
    every, below = some_missing
    first = min((every, *below))
    lacking = bases.fewest_missing(figures, first, missing, allowed)
    key = "forensics.every.silent" if lacking else "forensics.every.least"
    facts.append(Fact(key, name_numbers(least=first, silent=lacking or None)))
    claims = tuple(claim for s in sets for claim in s.claims)
    yield verdict(f"every.{name}", "every", Status.POSSIBLE, facts, claims)


KEYS = (
    *("forensics.every.all", "forensics.every.all_from"),
    *("forensics.every.missing", "forensics.every.missing_from"),
)


def _state_fits(
    key: str, every: int, below: tuple[int, ...], suffix: str, values: Mapping[str, Value]
) -> Fact:
    listed = 0 < len(below) <= LONGEST
    numbers: dict[str, int | tuple[int, ...]] = {f"every{suffix}": every}
    numbers |= {f"fits{suffix}": below} if listed else {f"first{suffix}": min((every, *below))}
    return Fact(key if listed else f"{key}_from", {**values, **name_numbers(**numbers)})
