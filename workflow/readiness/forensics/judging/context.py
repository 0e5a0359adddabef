"""Study, conventions and labels that all judgements share.

Figures without a base are described most fairly by the numbers of people on which they are
possible. From some number on, every number of people fits any figures. A verdict states this
number, the fitting numbers below it, and how many answers must be missing for the smallest one.
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

# Largest base listed when no total is reported.
DEFAULT_REACH = 40
# Longest list of bases that is printed; of a longer list, the length and the smallest base are.
LONGEST_LIST = 15


@dataclass(frozen=True)
class Study:
    """A register and its structure, read and ready to be judged."""

    claims: Mapping[str, Claim]
    structure: Structure
    # Largest base listed: the largest reported total, or a default.
    reach: int

    @cached_property
    def by_item(self) -> dict[str, list[Claim]]:
        """Claims by item, in the order of the register."""
        claims = self.claims.values()
        return {
            i: [c for c in claims if c.item == i] for i in dict.fromkeys(c.item for c in claims)
        }

    @property
    def is_bounded(self) -> bool:
        """True if the study reports a total, which is an upper limit of all bases."""
        return bool(self.structure.totals)

    def members(self, claim_set: ClaimSet) -> list[Claim]:
        """Return the claims of a set, in the order of the structure."""
        return [self.claims[name] for name in claim_set.claims]

    def figures(self, claim_set: ClaimSet) -> bases.FigureSet:
        """Return the printed figures of a set."""
        figures = [c.figure for c in self.members(claim_set) if c.figure is not None]
        return bases.FigureSet(tuple(figures), claim_set.kind)

    def count_people(self, claim: str) -> int:
        """Return the number of people that a claim reports."""
        figure = self.claims[claim].figure
        assert figure is not None  # read_claims checks that a total is a count
        return figure.digits

    def describe_weighting(self, sets: Sequence[ClaimSet]) -> str:
        """Return "yes" if any figure of the sets is weighted, "unknown" if any may be, else
        "no".
        """
        weightings = {claim.weighted for s in sets for claim in self.members(s)}
        return next(
            (weighting for weighting in ("yes", "unknown") if weighting in weightings), "no"
        )

    def conventions(self, sets: Sequence[ClaimSet]) -> tuple[bases.Convention, ...]:
        """Return the conventions that the sets may follow: the declared roundings, or any nearest
        one.
        """
        declared = {claim.rounding for s in sets for claim in self.members(s)} - {"unknown"}
        return (
            bases.conventions([r for r in Rounding if r in declared]) if declared else bases.NEAREST
        )

    def state_assumptions(self, sets: Sequence[ClaimSet]) -> Term:
        """Return the conditions of exact arithmetic on these sets, as a clause."""
        nearest = self.conventions(sets) == bases.NEAREST
        if self.describe_weighting(sets) == "unknown":
            return UNWEIGHTED_NEAREST if nearest else Term("forensics.assumed.unweighted_declared")
        return NEAREST_ALONE if nearest else Term("forensics.assumed.declared")

    def words(self, sets: Sequence[ClaimSet]) -> dict[str, Value]:
        """Return the values of a fact about several sets: their labels and the conditions of
        arithmetic.
        """
        return {"labels": self.labels(sets), "assumed": self.state_assumptions(sets)}

    def whose(self, claim: Claim) -> Value:
        """Return the name, for readers, of the publisher to whom a figure is attributed, or the
        press.
        """
        return self.structure.whose(claim.attributed_to)

    def publisher_and_outlet(self, claim: Claim) -> Value:
        """Return the publisher of a figure, with the outlet if that is someone else."""
        whose = self.whose(claim)
        if claim.outlet == claim.attributed_to:
            return whose
        return Fact("forensics.whose_where", {"whose": whose, "outlet": claim.outlet})

    def outlet(self, claim: Claim) -> Value:
        """Return the outlet that printed a figure, with the publisher if that is someone else."""
        whose = self.whose(claim)
        if claim.outlet == claim.attributed_to:
            return whose
        return Fact("language.beside", {"label": claim.outlet, "what": whose})

    def item(self, item: str) -> TranslatedText:
        """Return the label of an item for readers."""
        return TranslatedText(self.structure.items[item].label)

    def topic(self, claim_set: ClaimSet) -> Value:
        """Return the subject of a set: its item, with the answer where the set reports only one."""
        item = self.item(claim_set.item)
        members = self.members(claim_set)
        answer = self.structure.answer(claim_set.item, members[0].category)
        if len(members) > 1 or answer is None:
            return item
        return Fact("language.labelled", {"label": item, "what": answer})

    def label(self, claim_set: ClaimSet, places: Sequence[int] | None = None) -> Fact:
        """Return the name of a set with figures and publisher: « préparation » (67 % / 33 %, X).

        `places`: positions of the figures to show, by default all.
        """
        members = self.members(claim_set)
        members = members if places is None else [members[place] for place in places]
        percents = tuple(percent(f"{claim_set.id}_{claim.category}", claim) for claim in members)
        values = {"item": self.topic(claim_set), "figures": Listed(percents, "slash")}
        return Fact("forensics.set", {**values, "whose": self.whose(members[0])})

    def labels(self, sets: Sequence[ClaimSet], link: str = "and") -> Listed:
        """Return several sets, joined as a sentence lists them."""
        return Listed(tuple(self.label(s) for s in sets), link)


UNWEIGHTED_NEAREST = Term("forensics.assumed.unweighted_nearest")
NEAREST_ALONE = Term("forensics.assumed.nearest")


def percent(name: str, claim: Claim) -> Fact:
    """Return one claim's figure with its sign: 33 %."""
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
    """Return a verdict; where the power of the check is known, its last fact states it."""
    if power is not None:
        facts = (*facts, Fact("forensics.power", name_numbers(power=power)))
    return Verdict(name, kind, status, nature, tuple(facts), tuple(claims), power)


# If more possible numbers of respondents than this fit, only the smallest is stated.
LONGEST = 100


def lead(structure: Structure, attributed: Mapping[str, str]) -> SharedBase | None:
    """Return the main sets of a study: sets on one base with the most figures of the publisher.

    `attributed`: publisher of each claim. Sets with figures of others do not count. A study without
    shared bases has one main set, the set with the most figures. None for a study without sets.
    """

    def count_own(shared: SharedBase) -> int:
        names = [name for s in shared.sets for name in structure.set_named(s).claims]
        single_sets = all(attributed.get(name) == structure.publisher for name in names)
        return len(names) if single_sets else 0

    if structure.shared_bases:
        return max(structure.shared_bases, key=count_own)
    single_sets = [SharedBase(id=s.id, sets=(s.id,)) for s in structure.sets]
    return max(single_sets, key=count_own) if single_sets else None


def whole(structure: Structure) -> SharedBase | None:
    """Return the shared base with the most sets; None for a study without shared bases."""
    return max(structure.shared_bases, key=lambda shared: len(shared.sets), default=None)


def fits(
    figures: Sequence[bases.FigureSet], missing: int, allowed: Sequence[bases.Convention]
) -> tuple[int, tuple[int, ...]] | None:
    """Return the number of people from which on all numbers fit, and the fitting numbers below.

    `missing`: number of answers that may be missing on each set. None where no number from which on
    all fit was found.
    """
    if (all_from := bases.every_base_from(figures, missing, allowed)) is None:
        return None
    below = bases.joint_bases(figures, all_from - 1, missing, allowed) if all_from > 1 else []
    return all_from, tuple(below)


def judge_every(study: Study, name: str, sets: Sequence[ClaimSet]) -> Iterator[Verdict]:
    """State the number of people from which on every number fits, and the fitting ones below."""
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    missing = study.structure.max_missing
    all_answered, some_missing = (fits(figures, m, allowed) for m in (0, missing))
    if all_answered is None or some_missing is None:
        return
    facts = [_state_fits("forensics.every.all", *all_answered, "", study.words(sets))]
    if missing:
        missing_numbers = name_numbers(missing=missing)
        facts.append(
            _state_fits("forensics.every.missing", *some_missing, "_missing", missing_numbers)
        )
    all_from, below = some_missing
    first = min((all_from, *below))
    missing_answers = bases.fewest_missing(figures, first, missing, allowed)
    key = "forensics.every.silent" if missing_answers else "forensics.every.least"
    facts.append(Fact(key, name_numbers(least=first, silent=missing_answers or None)))
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
