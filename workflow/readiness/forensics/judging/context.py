"""What the judgements share: claims, sets, the conventions they allow, and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from readiness.forensics import sentences
from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, conventions
from readiness.forensics.arithmetic.figures import Rounding
from readiness.forensics.judging.claims import PRESS, Claim
from readiness.forensics.judging.structure import ClaimSet, Structure, Total
from readiness.forensics.judging.verdict import Nature, Number, Status, Verdict, percent_sign
from readiness.forensics.texts import TEXTS

DEFAULT_REACH = 40
"""How far bases are listed when no total is reported."""
LONGEST_LIST = 15
"""Longer lists of bases are told by their number and their smallest."""


@dataclass
class Words:
    """A piece of sentence in each language, with the numbers that it refers to."""

    text: dict[str, str]
    numbers: dict[str, Number] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A register and its structure, read and ready to be judged."""

    claims: Mapping[str, Claim]
    structure: Structure
    reach: int
    """Bases are listed from 1 to this: the largest reported total, or a default."""

    @cached_property
    def by_item(self) -> dict[str, list[Claim]]:
        """The claims of each item, in the order of the register."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims.values():
            found.setdefault(claim.item, []).append(claim)
        return found

    @property
    def bounded(self) -> bool:
        """Whether a reported total bounds the bases."""
        return bool(self.structure.totals)

    def members(self, claim_set: ClaimSet) -> list[Claim]:
        """The claims of a set, in the order of the structure."""
        return [self.claims[name] for name in claim_set.claims]

    def figures(self, claim_set: ClaimSet) -> FigureSet:
        """The figures of a set."""
        found = [c.figure for c in self.members(claim_set) if c.figure is not None]
        return FigureSet(tuple(found), claim_set.kind)

    def total_of(self, total: Total) -> int:
        """The reported number of people."""
        figure = self.claims[total.claim].figure
        assert figure is not None  # check_register: a total is a count
        return figure.digits

    def weighted(self, sets: Sequence[ClaimSet]) -> str:
        """yes if any figure of the sets is weighted, else unknown if any is, else no."""
        said = {claim.weighted for s in sets for claim in self.members(s)}
        return next((w for w in ("yes", "unknown") if w in said), "no")

    def conventions(self, sets: Sequence[ClaimSet]) -> tuple[Convention, ...]:
        """The conventions that the sets may follow: the declared rounding, or any nearest one."""
        said = {claim.rounding for s in sets for claim in self.members(s)} - {"unknown"}
        if not said:
            return NEAREST
        return conventions([r for r in Rounding if r in said], complement=True)

    def assumptions(self, sets: Sequence[ClaimSet]) -> dict[str, str]:
        """The conditions of exact arithmetic on these sets, as words."""
        unknown = self.weighted(sets) == "unknown"
        nearest = self.conventions(sets) == NEAREST
        rounding = "declared" if not nearest else "nearest" if unknown else "nearest_alone"
        parts = [sentences.ASSUMPTIONS["unweighted"]] if unknown else []
        return sentences.join([*parts, sentences.ASSUMPTIONS[rounding]])

    def whose(self, claim: Claim) -> dict[str, str]:
        """Whose figure it is, as words: the publisher's name, or the press."""
        if claim.attributed_to == PRESS:
            return sentences.PRESS
        return dict.fromkeys(sentences.LANGUAGES, claim.attributed_to)

    def whose_where(self, claim: Claim) -> dict[str, str]:
        """Whose figure it is and which outlet printed it, unless it is the same."""
        whose = self.whose(claim)
        if claim.outlet == claim.attributed_to:
            return whose
        return {lang: whose[lang] + sentences.COMMA[lang] + claim.outlet for lang in whose}

    def item_label(self, item: str) -> dict[str, str]:
        """The name of an item for a reader."""
        label = self.structure.items[item].label
        return {lang: label.get(lang, item) for lang in sentences.LANGUAGES}  # type: ignore[call-overload]

    def quoted(self, item: str) -> dict[str, str]:
        """The name of an item between the quotation marks of each language."""
        label = self.item_label(item)
        return {lang: sentences.QUOTES[lang].format(label[lang]) for lang in label}

    def label(self, claim_set: ClaimSet) -> Words:
        """A set with its figures and whose they are: « préparation » (67 % / 33 %, HACA)."""
        members = self.members(claim_set)
        numbers: dict[str, Number] = {}
        figures = dict.fromkeys(sentences.LANGUAGES, "")
        for claim in members:
            name = f"{claim_set.id}_{claim.category}"
            numbers[name] = str(claim.figure)
            for lang in figures:
                gap = sentences.FIGURES[lang] if figures[lang] else ""
                figures[lang] += f"{gap}{{{name}}}{percent_sign(lang)}"
        text = sentences.compose(
            sentences.LABEL,
            item=self.item_label(claim_set.item),
            figures=figures,
            whose=self.whose(members[0]),
        )
        return Words(text, numbers)

    def labels(
        self, sets: Sequence[ClaimSet], last_word: Mapping[str, str] = sentences.AND
    ) -> Words:
        """Several sets, as a sentence lists them."""
        parts = [self.label(s) for s in sets]
        numbers = {name: value for part in parts for name, value in part.numbers.items()}
        return Words(sentences.join([part.text for part in parts], last_word), numbers)

    def figure_words(self, name: str, claim: Claim) -> Words:
        """One claim's figure with its sign: 33 %."""
        text = {lang: f"{{{name}}}{percent_sign(lang)}" for lang in sentences.LANGUAGES}
        return Words(text, {name: str(claim.figure)})


def verdict(
    name: str,
    kind: str,
    status: Status,
    template: Mapping[str, str],
    numbers: Mapping[str, Number],
    claims: Sequence[str] = (),
    *,
    nature: Nature = Nature.ARITHMETIC,
    witnesses: Sequence[Mapping[str, Any]] = (),
    power: Fraction | None = None,
) -> Verdict:
    """A verdict; when the power of the check is known, the sentence ends with it."""
    text, used = dict(template), dict(numbers)
    if power is not None:
        text = {lang: text[lang] + TEXTS["power"][lang] for lang in text}
        used["power"] = power
    return Verdict(
        id=name, kind=kind, status=status, nature=nature, sentence_template=text, numbers=used,
        claims=tuple(claims), witnesses=tuple(witnesses), power=power,
    )  # fmt: skip
