"""Choose the sentence that an item's numbers support, or none.

"More than half" needs a lower limit above one half, "less than half" an upper limit below one half,
"about half" both limits near one half (`register.wording`). Any other share is stated with its
interval, where the interval is published. Where the side of one half depends on item nonresponse,
the sentence says so. An answer comes first where no suppressed answer can be larger; unless the
paired test of all answers establishes the order, the sentence says that the order may be chance.
Where chance did not select the respondents, a sentence has the number and how many answered, no
interval, and speaks of the respondents alone.

Of a scale whose low end few chose, the most frequent answer is stated. A group is above another
where the adjusted p is below `UPPER`, and far above where the lower simultaneous limit of every gap
that is named exceeds `FAR`. Of a list of answers the strongest gap in any answer is stated. An item
that the settings do not compare has no gap. A number whose reliability is not `present` has no
sentence.
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

# Difference between two shares (0-1) above which a group is far above another.
FAR = 0.2
# Catalogue keys for a share above, below or near one half, with and without interval.
SIDES = {
    "majority": ("report.finding.majority", "report.finding.majority.plain"),
    "minority": ("report.finding.minority", "report.finding.minority.plain"),
    "half": ("report.finding.half", "report.finding.half.plain"),
    "": ("report.finding.share", "report.finding.share.plain"),
}
# Catalogue keys where the side depends on item nonresponse.
DEPENDS = {
    "majority": "report.finding.majority.depends",
    "minority": "report.finding.minority.depends",
    "half": "report.finding.half.depends",
}
# Catalogue keys for the most frequent answer, with the next answer and alone, by whether chance
# selected the respondents and whether the order is established.
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
# Catalogue keys without a differing pair: groups do not differ, groups differ by the test of all
# answers together, groups differ in some answers.
NO_GAP = "report.finding.groups.none"
DIFFER = "report.finding.groups.differ"
IN_ANSWERS = "report.finding.groups.answers"


def level_label(item: Item, language: Language) -> Value:
    """Return the label of an item's headline figure: the mean, or the levels that it adds up."""
    if item.kind.is_number:
        return Term("report.column.mean")
    labels = item.labels(language)
    return Listed(tuple(labels[code] for code in item.shown_codes), "or")


def state_answer(item: Item, codes: Sequence[str], language: Language) -> Fact:
    """Return the verb phrase for the people who gave one of these answers, as a fact.

    The phrase uses the questionnaire's sentence forms if every answer has one, and quotes the
    answers otherwise.
    """
    categories = [category for category in item.categories if category.code in codes]
    sentence_forms = [category.said.get(language, "") for category in categories]
    if sentence_forms and all(sentence_forms):
        return Fact("report.finding.said", {"what": Listed(tuple(sentence_forms), "or")})
    quoted = tuple(
        Fact("language.quoted", {"what": answer.label(language).rstrip(".")})
        for answer in categories
    )
    return Fact("report.finding.answered", {"answers": Listed(quoted, "or")})


@dataclass(frozen=True)
class Findings:
    """Sentences that the numbers of one item of a wave support, as facts.

    `compared`: whether the settings compare the item; `differs`: whether its leading test, of all
    groups and answers together, establishes a difference.
    """

    material: TableMaterial
    item: Item
    compared: bool = True
    differs: bool = False

    def whole(self) -> Fact | None:
        """Return the finding on all respondents; None if no number supports a finding."""
        if self.item.kind.is_number:
            figure_id = share_id(self.item.id, MEAN, TOTAL, ANSWERED)
            if self.material.register.number(figure_id) is None or self.item.range is None:
                return None
            unit = unit_text(self.item.range, self.material.language)
            mean = self._name_value(figure_id)
            values: dict[str, Value] = {"mean": mean, "unit": unit, **self._count(TOTAL)}
            ends = self._find_ends(figure_id)
            if ends and self._is_carried_off(figure_id, ends["lower"]):
                median = self._name_value(share_id(self.item.id, MEDIAN, TOTAL, ANSWERED))
                return Fact("report.finding.mean.outside", {**values, "median": median})
            if not self._is_drawn:
                return Fact("report.finding.mean.plain", values)
            values |= {end: self._name_value(name) for end, name in ends.items()}
            return Fact("report.finding.mean" if ends else "report.finding.mean.withheld", values)
        if self._is_list:
            return self._order()
        share_finding = self._state_share()
        minority = (*SIDES["minority"], DEPENDS["minority"])
        if share_finding and self.item.kind.is_ordered and share_finding.kind in minority:
            # The level that most people chose is a stronger finding than one that few chose.
            adds_levels = self.item.boxes and len(self.item.shown_codes) > 1
            return (not adds_levels and self._order()) or share_finding
        return share_finding

    def groups(self) -> Fact | None:
        """Return which groups are above which.

        None where no pair was compared, or where a published gap is too imprecise.

        Of a list of answers, the strongest gap in any answer.
        """
        if self._is_list:
            strongest_gap = self.gap()
            return strongest_gap and strongest_gap[1]
        if not self._levels:
            return None
        level = self.item.first_level
        gaps = self.find_gaps(level)
        if not gaps:
            # If gaps are published but too imprecise for a sentence, do not say there is no gap.
            published_groups = self._list_groups(level, self._is_shown)
            imprecise_gaps = self.material.contrasts.gaps(
                self.item.id, level, self._variable, published_groups
            )
            if imprecise_gaps or len(published_groups) < MANY:
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
        """Return the answers whose own test finds that groups differ; None where no test does.

        Only to be stated where the leading test establishes that groups differ.
        """
        labels = self.item.labels(self.material.language)
        differing_answers = []
        for code in self.item.codes:
            p = self.material.register.number(
                comparison_id(self.item.id, OF_ANSWER, code).with_part(P)
            )
            if p is not None and p < UPPER:
                differing_answers.append(Fact("language.quoted", {"what": labels[code]}))
        return Listed(tuple(differing_answers)) if differing_answers else None

    def gap(self) -> tuple[tuple[float, float], Fact] | None:
        """Return the strongest established gap whose two shares are reliable, after its sort key.

        None where there is no such gap.

        Sort key: the adjusted p, then minus the size of the gap.
        """
        gaps = [(gap, level) for level in self._levels for gap in self.find_gaps(level)]
        for gap, level in sorted(gaps, key=lambda entry: (entry[0].p, -entry[0].effect)):
            ids = {
                "first_share": share_id(self.item.id, level, gap.higher, ANSWERED),
                "other_share": share_id(self.item.id, level, gap.lower, ANSWERED),
            }
            if not all(map(self.is_reliable, ids.values())):
                continue
            is_headline = level == self.item.first_level
            values: dict[str, Value] = {
                **(self._level if is_headline else self._answer(level)),
                "first": self._name_within([gap.higher]),
                "other": self._name_within([gap.lower]),
                "first_n": self._count(gap.higher)["n"],
                "other_n": self._count(gap.lower)["n"],
                **{name: self._name_value(figure_id) for name, figure_id in ids.items()},
            }
            # The register has differences for the headline level only, and each pair once, under
            # the group that is listed later.
            for kind, (a, b) in {
                "report.finding.gap": (gap.lower, gap.higher),
                "report.finding.gap.less": (gap.higher, gap.lower),
            }.items():
                contrast = comparison_id(self.item.id, CONTRAST, a, b)
                contrast_ids = {"gap": contrast, **self._find_ends(contrast)}
                if (
                    is_headline
                    and "lower" in contrast_ids
                    and self._is_shown(contrast)
                    and self._is_drawn
                ):
                    values |= {
                        name: self._name_value(figure_id)
                        for name, figure_id in contrast_ids.items()
                    }
                    return (gap.p, -gap.effect), Fact(kind, values)
            return (gap.p, -gap.effect), Fact("report.finding.pair", values)
        return None

    def _is_carried_off(self, mean: str, lower: str) -> bool:
        """Return whether a few large numbers pull the mean out of the middle half of the answers.

        Its lower limit is then below 0, although the lower quartile is not.
        """
        ids = [share_id(self.item.id, name, TOTAL, ANSWERED) for name in QUARTILES]
        values = [self.material.register.number(name) for name in (lower, mean, *ids)]
        lower_limit, mean_value, lower_quartile, _, upper_quartile = (
            float("nan") if value is None else value for value in values
        )
        return lower_limit < 0 <= lower_quartile and (
            mean_value < lower_quartile or mean_value > upper_quartile
        )

    @property
    def _is_list(self) -> bool:
        """True where no answer is the headline: multiple response, or a long choice.

        A choice is long with more than `MANY` answers.
        """
        kind = self.item.kind
        return kind.takes_several or (kind.is_nominal and len(self.item.codes) > MANY)

    def _state_share(self) -> Fact | None:
        """Return the finding on the headline share; None where the share is not reliable."""
        figure_id = share_id(self.item.id, self.item.first_level, TOTAL, ANSWERED)
        share = self.material.register.number(figure_id)
        if share is None or not self.is_reliable(figure_id):
            return None
        ends = self._find_ends(figure_id)
        side, depends = self._wording.compare_with_half(figure_id)
        share_value = self._name_value(figure_id)
        values: dict[str, Value] = {**self._level, "share": share_value, **self._count(TOTAL)}
        if not self._is_drawn:
            return Fact(SIDES[side][1], values)
        if not ends:
            return Fact("report.finding.share.withheld", values)
        values |= {end: self._name_value(name) for end, name in ends.items()}
        if not depends:
            return Fact(SIDES[side][0], values)
        worst = {
            name: figure_id.with_variant(WORST, end)
            for name, end in zip(("least", "most"), LIMITS, strict=True)
        }
        values |= {end: self._name_value(name) for end, name in worst.items()}
        return Fact(DEPENDS[side], values)

    def _order(self) -> Fact | None:
        """Return the finding on the most frequent answer and the next one.

        None where the share of the most frequent answer is not reliable, or that answer is free
        text.
        """
        number, labels = self.material.register.number, self.item.labels(self.material.language)
        codes = answer_order(number, self.item.id, self.item.codes, ordered=False)
        ids = [share_id(self.item.id, code, TOTAL, ANSWERED) for code in codes]
        # Free text in place of an option is no answer that could come first.
        typed = {category.code for category in self.item.categories if category.other}
        if not ids or codes[0] in typed or not self.is_reliable(ids[0]):
            return None
        shares = [number(figure_id) for figure_id in ids]
        top = shares[0] or 0.0
        hidden = bound_hidden_share(shares, exclusive=not self.item.kind.takes_several)
        first: dict[str, Value] = {
            **self._answer(codes[0]),
            "first": labels[codes[0]],
            "share": self._name_value(ids[0]),
            **self._count(TOTAL),
        }
        if hidden >= top:
            return Fact("report.finding.first.shown", first)
        if tied := [labels[c] for c, share in zip(codes, shares, strict=True) if share == top][1:]:
            tied_labels = (labels[codes[0]], *tied)
            tied_answers = Listed(
                tuple(Fact("language.quoted", {"what": name}) for name in tied_labels)
            )
            tied_values = {"answers": tied_answers, "share": first["share"], "n": first["n"]}
            return Fact("report.finding.first.tied", tied_values)
        has_second = len(ids) >= MANY and codes[1] not in typed and self.is_reliable(ids[1])
        exclusive = not self.item.kind.takes_several
        is_established = self._wording.comes_first(self.item.id, codes, exclusive=exclusive)
        if not has_second or hidden >= (shares[1] or 0.0):
            return Fact(FIRST_ALONE[self._is_drawn, is_established], first)
        share = self._name_value(ids[1])
        values = {**first, "second": labels[codes[1]], "second_share": share}
        return Fact(FIRST[self._is_drawn, is_established], values)

    def is_reliable(self, figure_id: str) -> bool:
        """Return whether a share is published and precise enough for a sentence.

        Without inference, precision does not matter.
        """
        if not self._is_shown(figure_id):
            return False
        return not self.material.selection.inference or (
            # "present": precise enough for a sentence.
            self.material.register.row(figure_id)["reliability"] == "present"
        )

    def _is_shown(self, figure_id: str) -> bool:
        return self.material.register.number(figure_id) is not None

    def _find_ends(self, figure_id: FigureId) -> dict[str, FigureId]:
        ends = {end: figure_id.with_part(end) for end in LIMITS}
        both_published = all(
            self.material.register.number(name) is not None for name in ends.values()
        )
        return ends if both_published else {}

    @property
    def _is_drawn(self) -> bool:
        return self.material.selection.is_drawn

    @property
    def _wording(self) -> Wording:
        return Wording(self.material.register.by_id.get, self._is_drawn)

    def _count(self, group: str) -> dict[str, Value]:
        """Return the number of respondents in a group, as the value `n` of a sentence."""
        return {"n": self._name_value(base_id(self.item.id, group, ANSWERED))}

    def _name_value(self, figure_id: str) -> NamedNumber:
        return self.material.register.name_value(figure_id)

    @property
    def _level(self) -> dict[str, Value]:
        language = self.material.language
        did = state_answer(self.item, self.item.shown_codes, language)
        return {"level": level_label(self.item, language), "did": did}

    def _answer(self, code: str) -> dict[str, Value]:
        """Return the values of an answer for a sentence: label, and verb phrase of its people."""
        language = self.material.language
        did = state_answer(self.item, [code], language)
        return {"level": self.item.labels(language)[code], "did": did}

    @property
    def _variable(self) -> str:
        return self.material.variables[0] if self.material.variables else ""

    @property
    def _levels(self) -> list[str]:
        inference = self.material.selection.inference
        if not (self.compared and self._variable and inference) or self.item.kind.is_number:
            return []
        # Free text in place of an option supports no finding.
        option_codes = [category.code for category in self.item.categories if not category.other]
        levels = option_codes if self._is_list else [self.item.first_level]
        has_tests = self.material.contrasts.has_tests
        return [level for level in levels if has_tests(self.item.id, level, self._variable)]

    def find_gaps(self, level: str) -> list[Gap]:
        """Return the established gaps in an answer between groups whose shares are reliable."""
        published = self._list_groups(level, self.is_reliable)
        return self.material.contrasts.gaps(self.item.id, level, self._variable, published)

    def _list_groups(self, level: str, fits: Callable[[str], bool]) -> list[str]:
        codes = self.material.questionnaire.grouping(self._variable).codes
        return [code for code in codes if fits(share_id(self.item.id, level, code, ANSWERED))]

    def _name_within(self, codes: Sequence[str]) -> Fact:
        variable = self.material.questionnaire.grouping(self._variable)
        return name_within(variable, codes, self.material.language)


def name_within(variable: FrameVariable | Item, codes: Sequence[str], language: Language) -> Fact:
    """Return the groups with these codes as a phrase: "among journalists", "within ..."."""
    groups = [category for category in variable.categories if category.code in codes]
    groups.sort(key=lambda category: codes.index(category.code))
    plural_names = [category.plural.get(language, "") for category in groups]
    if all(plural_names):
        return Fact("report.finding.among", {"groups": Listed(tuple(plural_names))})
    quoted = (Fact("language.quoted", {"what": group.label(language)}) for group in groups)
    return Fact("report.finding.within", {"n": len(codes), "groups": Listed(tuple(quoted))})


def are_far(gaps: Sequence[Gap]) -> bool:
    """Return whether the lower simultaneous limit of every gap exceeds `FAR`."""
    return all(gap.least is not None and gap.least > FAR for gap in gaps)


def find_widest(gaps: Sequence[Gap]) -> tuple[list[str], list[str], list[Gap]]:
    """Return the gaps that one sentence names: the higher groups, the lower groups, the gaps.

    One group is on one side of all of them: the group with most established gaps, of several such
    groups that of the widest gap.
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
    """Yield the main findings of a wave, at most `most`, each labelled with its question."""
    for item, fact in list_main_findings(material, items, compared, most):
        label = item.label.text(material.language)
        yield Fact("language.labelled", {"label": label, "what": fact})


def list_main_findings(
    material: TableMaterial, items: Sequence[Item], compared: Collection[str], most: int
) -> list[tuple[Item, Fact]]:
    """List the main findings of a wave, at most `most`, each with its item.

    The first question's share, the strongest established gap of the items `compared`, then the
    shares of the next questions. Items in `compared` come first; items that have only a column
    name, as of a place, come last. Items that define the groups are left out.
    """
    asked = [item for item in items if item.id not in material.variables]
    asked.sort(key=lambda item: (item.id not in compared, has_only_name(item)))
    all_findings = [Findings(material, item, item.id in compared) for item in asked]
    wholes = [(findings, fact) for findings in all_findings if (fact := findings.whole())]
    gaps = [
        (*strongest_gap, findings) for findings in all_findings if (strongest_gap := findings.gap())
    ]
    strongest = [(findings, fact) for _, fact, findings in sorted(gaps, key=lambda gap: gap[0])[:1]]
    main_findings = (wholes[:1] + strongest + wholes[1:])[:most]
    return [(findings.item, fact) for findings, fact in main_findings]
