"""The sentences that a question's numbers say: each is chosen by a rule, or there is none.

"More than half" needs a lower limit above one half, "less than half" an upper limit below it,
"about half" both limits near it (`register.wording`); else the share is said with its interval,
if that is told. Where that depends on those who gave no answer the sentence says so. An answer
comes first where no answer that is withheld can be larger; unless the paired test of all answers
establishes it, it is said that the order may be chance. Where chance did not draw the respondents a
sentence has the number and how many answered, no interval, and speaks of them alone.

Of a scale whose low end few gave, the answer that most gave is told. A group is above another where
the adjusted p says so, and far above where the simultaneous limit of every gap that is named stays
above `FAR`; of a list of answers the strongest gap in any of them is told; of an item that the
settings do not compare no gap is said. Of a number whose reliability is not `present` no sentence
is made.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from readiness.analysis.comparing import OF_ANSWER
from readiness.analysis.selection import ANSWERED
from readiness.ground.facts import Fact, Listed, NamedNumber, Term, Value
from readiness.ground.figure_id import (
    CONTRAST,
    LIMITS,
    WORST,
    FigureId,
    P,
    base_id,
    comparison_id,
    share_id,
)
from readiness.language import Language
from readiness.questionnaire import MEAN, MEDIAN, QUARTILES, TOTAL, FrameVariable, Item
from readiness.questionnaire.units import unit_text
from readiness.register.display import bound_hidden_share
from readiness.register.figures import answer_order
from readiness.register.wording import Wording
from readiness.reporting.banners import MANY, UPPER, Gap, TableMaterial
from readiness.reporting.statements import has_only_name

FAR = 0.2
# What is said of a share on either side of one half, with and without its interval.
SIDES = {
    "majority": ("report.finding.majority", "report.finding.majority.plain"),
    "minority": ("report.finding.minority", "report.finding.minority.plain"),
    "half": ("report.finding.half", "report.finding.half.plain"),
    "": ("report.finding.share", "report.finding.share.plain"),
}
# What is said where the side depends on those who gave no answer.
DEPENDS = {
    "majority": "report.finding.majority.depends",
    "minority": "report.finding.minority.depends",
    "half": "report.finding.half.depends",
}
# What is said of the answer that comes first, with the next one and alone: by whether chance drew
# the respondents, and whether its place is established.
FIRST = {
    (True, True): "report.finding.first",
    (True, False): "report.finding.first.open",
    (False, True): "report.finding.first.plain",
    (False, False): "report.finding.first.plain",
}
FIRST_ALONE = {
    (True, True): "report.finding.first.alone",
    (True, False): "report.finding.first.alone.open",
    (False, True): "report.finding.first.alone.plain",
    (False, False): "report.finding.first.alone.plain",
}
# What is said where no pair of groups differs: that groups do not either, that they do when all is
# taken together, or in which answers they do.
NO_GAP = "report.finding.groups.none"
DIFFER = "report.finding.groups.differ"
IN_ANSWERS = "report.finding.groups.answers"


def level_label(item: Item, language: Language) -> Value:
    """What the headline figure is of: a category, the levels of a box, a mean."""
    if item.kind.is_number:
        return Term("report.column.mean")
    labels = item.labels(language)
    return Listed(tuple(labels[code] for code in item.shown_codes), "or")


def state_answer(item: Item, codes: Sequence[str], language: Language) -> Fact:
    """State what people did who gave one of some answers: as the questionnaire says it in a
    sentence, else that they answered it, in its own words.
    """
    given = [category for category in item.categories if category.code in codes]
    said = [category.said.get(language, "") for category in given]
    if said and all(said):
        return Fact("report.finding.said", {"what": Listed(tuple(said), "or")})
    quoted = tuple(
        Fact("language.quoted", {"what": each.label(language).rstrip(".")}) for each in given
    )
    return Fact("report.finding.answered", {"answers": Listed(quoted, "or")})


@dataclass(frozen=True)
class Findings:
    """What can be said of one item of a wave, as facts.

    `compared`: whether the settings compare it; `differs`: whether its leading test, of all groups
    and answers together, establishes a difference.
    """

    material: TableMaterial
    item: Item
    compared: bool = True
    differs: bool = False

    def whole(self) -> Fact | None:
        """The sentence of all who answered; None where no number is fit for one."""
        if self.item.kind.is_number:
            identity = share_id(self.item.id, MEAN, TOTAL, ANSWERED)
            if self.material.register.number(identity) is None or self.item.range is None:
                return None
            unit = unit_text(self.item.range, self.material.language)
            values: dict[str, Value] = {"mean": self._name_value(identity), "unit": unit}
            ends = self._find_ends(identity)
            if ends and self._is_carried_off(identity, ends["lower"]):
                median = self._name_value(share_id(self.item.id, MEDIAN, TOTAL, ANSWERED))
                return Fact("report.finding.mean.outside", {**values, "median": median})
            if not self._is_drawn:
                return Fact("report.finding.mean.plain", {**values, **self._count(TOTAL)})
            values |= {end: self._name_value(name) for end, name in ends.items()}
            return Fact("report.finding.mean" if ends else "report.finding.mean.withheld", values)
        if self._is_list:
            return self._order()
        said = self._state_share()
        minority = (*SIDES["minority"], DEPENDS["minority"])
        if said and self.item.kind.is_ordered and said.kind in minority:
            # Of one level that few chose, less is told than of the level that most chose.
            stated = self.item.boxes and len(self.item.shown_codes) > 1
            return (not stated and self._order()) or said
        return said

    def groups(self) -> Fact | None:
        """Which groups are above which; None where no pair was compared.

        Of answers that are all told alike, the strongest gap in any of them.
        """
        if self._is_list:
            found = self.gap()
            return found and found[1]
        if not self._levels:
            return None
        level = self.item.first_level
        gaps = self.find_gaps(level)
        if not gaps:
            # A gap that is shown and too imprecise for a sentence is not denied either.
            shown = self._list_groups(level, self._is_shown)
            known = self.material.contrasts.gaps(self.item.id, level, self._variable, shown)
            if known or len(shown) < MANY:
                return None
            variable = self.material.questionnaire.grouping(self._variable)
            by: dict[str, Value] = {"by": variable.label.text(self.material.language)}
            if not self.differs:
                return Fact(NO_GAP, {**self._level, **by})
            if answers := self.list_answers():
                return Fact(IN_ANSWERS, {**self._level, **by, "answers": answers})
            return Fact(DIFFER, {**self._level, **by})
        higher, lower, named = find_widest(gaps)
        return Fact(
            "report.finding.groups.much" if are_far(named) else "report.finding.groups.higher",
            {**self._level, "higher": self._name_within(higher), "lower": self._name_within(lower)},
        )

    def list_answers(self) -> Listed | None:
        """The answers in which groups differ by a test of their own; None where none is known.

        To be told where the leading test establishes that groups differ, and not elsewhere.
        """
        labels = self.item.labels(self.material.language)
        found = []
        for code in self.item.codes:
            p = self.material.register.number(
                comparison_id(self.item.id, OF_ANSWER, code).with_part(P)
            )
            if p is not None and p < UPPER:
                found.append(Fact("language.quoted", {"what": labels[code]}))
        return Listed(tuple(found)) if found else None

    def gap(self) -> tuple[tuple[float, float], Fact] | None:
        """The strongest established gap whose two shares are fit for a sentence, in numbers.

        Before it what strength goes by: the adjusted p, then the size of the gap.
        """
        gaps = [(gap, level) for level in self._levels for gap in self.find_gaps(level)]
        for gap, level in sorted(gaps, key=lambda found: (found[0].p, -found[0].effect)):
            ids = {
                "first_share": share_id(self.item.id, level, gap.higher, ANSWERED),
                "other_share": share_id(self.item.id, level, gap.lower, ANSWERED),
            }
            if not all(map(self.is_reliable, ids.values())):
                continue
            told_first = level == self.item.first_level
            values: dict[str, Value] = {
                **(self._level if told_first else self._answer(level)),
                "first": self._name_within([gap.higher]),
                "other": self._name_within([gap.lower]),
                **{name: self._name_value(identity) for name, identity in ids.items()},
            }
            # The register has the difference of the level told first alone, and once: of the group
            # that is listed later.
            for kind, (a, b) in {
                "report.finding.gap": (gap.lower, gap.higher),
                "report.finding.gap.less": (gap.higher, gap.lower),
            }.items():
                contrast = comparison_id(self.item.id, CONTRAST, a, b)
                known = {"gap": contrast, **self._find_ends(contrast)}
                if told_first and "lower" in known and self._is_shown(contrast) and self._is_drawn:
                    values |= {name: self._name_value(identity) for name, identity in known.items()}
                    return (gap.p, -gap.effect), Fact(kind, values)
            if self._is_drawn:
                return (gap.p, -gap.effect), Fact("report.finding.pair", values)
            for name, group in (("first_n", gap.higher), ("other_n", gap.lower)):
                values |= {name: self._count(group)["n"]}
            return (gap.p, -gap.effect), Fact("report.finding.pair.plain", values)
        return None

    def _is_carried_off(self, mean: str, lower: str) -> bool:
        """Whether few numbers carry the mean off, so far that its interval reaches below none.

        Outside the middle half of the answers, which are none or more.
        """
        ids = [share_id(self.item.id, name, TOTAL, ANSWERED) for name in QUARTILES]
        known = [self.material.register.number(name) for name in (lower, mean, *ids)]
        end, own, low, _, high = (float("nan") if value is None else value for value in known)
        return end < 0 <= low and (own < low or own > high)

    @property
    def _is_list(self) -> bool:
        """Whether no answer is told before the others: several may be ticked, or are listed."""
        kind = self.item.kind
        return kind.takes_several or (kind.is_nominal and len(self.item.codes) > MANY)

    def _state_share(self) -> Fact | None:
        identity = share_id(self.item.id, self.item.first_level, TOTAL, ANSWERED)
        share = self.material.register.number(identity)
        if share is None or not self.is_reliable(identity):
            return None
        ends = self._find_ends(identity)
        side, depends = self._wording.compare_with_half(identity)
        told: dict[str, Value] = {**self._level, "share": self._name_value(identity)}
        if not self._is_drawn:
            return Fact(SIDES[side][1], {**told, **self._count(TOTAL)})
        if not ends:
            return Fact("report.finding.share.withheld", told)
        told |= {end: self._name_value(name) for end, name in ends.items()}
        if not depends:
            return Fact(SIDES[side][0], told)
        worst = {
            name: identity.with_variant(WORST, end)
            for name, end in zip(("least", "most"), LIMITS, strict=True)
        }
        told |= {end: self._name_value(name) for end, name in worst.items()}
        return Fact(DEPENDS[side], told)

    def _order(self) -> Fact | None:
        """The answer that was given most, and the next one, as far as what is shown tells."""
        number, labels = self.material.register.number, self.item.labels(self.material.language)
        codes = answer_order(number, self.item.id, self.item.codes, ordered=False)
        ids = [share_id(self.item.id, code, TOTAL, ANSWERED) for code in codes]
        # Whatever was typed in place of an option is no answer that could come first.
        typed = {each.code for each in self.item.categories if each.other}
        if not ids or codes[0] in typed or not self.is_reliable(ids[0]):
            return None
        shares = [number(identity) for identity in ids]
        top = shares[0] or 0.0
        hidden = bound_hidden_share(shares, exclusive=not self.item.kind.takes_several)
        first: dict[str, Value] = {
            **self._answer(codes[0]),
            "first": labels[codes[0]],
            "share": self._name_value(ids[0]),
        }
        if hidden >= top:
            return Fact("report.finding.first.shown", first)
        if tied := [labels[c] for c, share in zip(codes, shares, strict=True) if share == top][1:]:
            named = (labels[codes[0]], *tied)
            also = Listed(tuple(Fact("language.quoted", {"what": name}) for name in named))
            return Fact("report.finding.first.tied", {"answers": also, "share": first["share"]})
        beside = len(ids) >= MANY and codes[1] not in typed and self.is_reliable(ids[1])
        exclusive = not self.item.kind.takes_several
        apart = self._wording.comes_first(self.item.id, codes, exclusive=exclusive)
        if not self._is_drawn:
            first |= self._count(TOTAL)
        if not beside or hidden >= (shares[1] or 0.0):
            return Fact(FIRST_ALONE[self._is_drawn, apart], first)
        share = self._name_value(ids[1])
        told = {**first, "second": labels[codes[1]], "second_share": share}
        return Fact(FIRST[self._is_drawn, apart], told)

    # What the register has.

    def is_reliable(self, identity: str) -> bool:
        """Whether a share is published and its precision is good, or not a matter of sampling."""
        if not self._is_shown(identity):
            return False
        return not self.material.selection.inference or (
            # The reliability of a share of which a sentence may be made.
            self.material.register.row(identity)["reliability"] == "present"
        )

    def _is_shown(self, identity: str) -> bool:
        return self.material.register.number(identity) is not None

    def _find_ends(self, identity: FigureId) -> dict[str, FigureId]:
        ends = {end: identity.with_part(end) for end in LIMITS}
        there = all(self.material.register.number(name) is not None for name in ends.values())
        return ends if there else {}

    @property
    def _is_drawn(self) -> bool:
        return self.material.selection.is_drawn

    @property
    def _wording(self) -> Wording:
        return Wording(self.material.register.by_id.get, self._is_drawn)

    def _count(self, group: str) -> dict[str, Value]:
        """How many people of a group answered."""
        return {"n": self._name_value(base_id(self.item.id, group, ANSWERED))}

    def _name_value(self, identity: str) -> NamedNumber:
        return self.material.register.name_value(identity)

    @property
    def _level(self) -> dict[str, Value]:
        language = self.material.language
        did = state_answer(self.item, self.item.shown_codes, language)
        return {"level": level_label(self.item, language), "did": did}

    def _answer(self, code: str) -> dict[str, Value]:
        """What people did who gave one answer, and its label."""
        language = self.material.language
        did = state_answer(self.item, [code], language)
        return {"level": self.item.labels(language)[code], "did": did}

    # Groups.

    @property
    def _variable(self) -> str:
        return self.material.variables[0] if self.material.variables else ""

    @property
    def _levels(self) -> list[str]:
        inference = self.material.selection.inference
        if not (self.compared and self._variable and inference) or self.item.kind.is_number:
            return []
        # What a list leaves open is no answer that a finding could be made of.
        listed = [each.code for each in self.item.categories if not each.other]
        known = listed if self._is_list else [self.item.first_level]
        has_tests = self.material.contrasts.has_tests
        return [level for level in known if has_tests(self.item.id, level, self._variable)]

    def find_gaps(self, level: str) -> list[Gap]:
        """The established gaps of an answer, of groups whose shares are fit for a sentence."""
        published = self._list_groups(level, self.is_reliable)
        return self.material.contrasts.gaps(self.item.id, level, self._variable, published)

    def _list_groups(self, level: str, fits: Callable[[str], bool]) -> list[str]:
        codes = self.material.questionnaire.grouping(self._variable).codes
        return [code for code in codes if fits(share_id(self.item.id, level, code, ANSWERED))]

    def _name_within(self, codes: Sequence[str]) -> Fact:
        variable = self.material.questionnaire.grouping(self._variable)
        return name_within(variable, codes, self.material.language)


def name_within(variable: FrameVariable | Item, codes: Sequence[str], language: Language) -> Fact:
    """The groups of these codes, as a sentence says among whom something is."""
    groups = [category for category in variable.categories if category.code in codes]
    groups.sort(key=lambda category: codes.index(category.code))
    called = [category.plural.get(language, "") for category in groups]
    if all(called):
        return Fact("report.finding.among", {"groups": Listed(tuple(called))})
    quoted = (Fact("language.quoted", {"what": each.label(language)}) for each in groups)
    return Fact("report.finding.within", {"n": len(codes), "groups": Listed(tuple(quoted))})


def are_far(gaps: Sequence[Gap]) -> bool:
    """Whether each of some gaps is wide beyond what chance could make of it."""
    return all(gap.least is not None and gap.least > FAR for gap in gaps)


def find_widest(gaps: Sequence[Gap]) -> tuple[list[str], list[str], list[Gap]]:
    """The groups of the sentence: all that are above one group, or one that is above all of those.

    Whichever names more pairs; of as many, the widest gap's. Every pair named is established.
    """
    best: list[Gap] = []
    for pivot in dict.fromkeys(name for gap in gaps for name in (gap.higher, gap.lower)):
        for side in (
            [gap for gap in gaps if gap.lower == pivot],
            [gap for gap in gaps if gap.higher == pivot],
        ):
            if len(side) > len(best):
                best = side
    higher = list(dict.fromkeys(gap.higher for gap in best))
    return higher, list(dict.fromkeys(gap.lower for gap in best)), best


def in_short(
    material: TableMaterial, items: Sequence[Item], compared: Collection[str], most: int = 3
) -> Iterator[Fact]:
    """Yield what matters most of a wave, in at most `most` sentences, each with its question."""
    for item, fact in list_main_findings(material, items, compared, most):
        label = item.label.text(material.language)
        yield Fact("language.labelled", {"label": label, "what": fact})


def list_main_findings(
    material: TableMaterial, items: Sequence[Item], compared: Collection[str], most: int
) -> list[tuple[Item, Fact]]:
    """List the findings that matter most of a wave, at most `most`, each with its item.

    The first question's share, the strongest established gap of the items `compared`, then the
    shares of the next questions: first of those `compared`, last of columns that are names alone,
    as of a place; nothing of a question that makes the groups.
    """
    asked = [item for item in items if item.id not in material.variables]
    asked.sort(key=lambda item: (item.id not in compared, has_only_name(item)))
    all_of = [Findings(material, item, item.id in compared) for item in asked]
    wholes = [(own, fact) for own in all_of if (fact := own.whole())]
    gaps = [(*found, own) for own in all_of if (found := own.gap())]
    strongest = [(own, fact) for _, fact, own in sorted(gaps, key=lambda gap: gap[0])[:1]]
    told = (wholes[:1] + strongest + wholes[1:])[:most]
    return [(own.item, fact) for own, fact in told]
