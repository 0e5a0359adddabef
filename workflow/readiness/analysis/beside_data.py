"""Compare published figures with the data that they are said to come from.

A report may name a base that its figures do not have; the data show it: each set of figures is
computed on every base that the data distinguish, and the base that gives all figures as printed is
theirs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding, count_interval
from readiness.forensics.judging.context import Study
from readiness.forensics.judging.structure import Claim, ClaimSet
from readiness.ground.arrays import BoolArray
from readiness.ground.facts import Fact, Quantity, TranslatedText, Value
from readiness.questionnaire import BROKEN_OFF, DONT_KNOW, NOT_ASKED, Item, Questionnaire

# Smallest group that is tried: on fewer respondents, many figures fit by chance.
FEWEST = 5


@dataclass(frozen=True)
class Base:
    """Respondents on whom a figure may rest.

    `kind`: kind of the fact that describes them. `rows`: boolean mask over the data's rows.
    `words`: question and answer that define a group.
    """

    kind: str
    rows: BoolArray
    words: Mapping[str, Value] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of respondents."""
        return int(self.rows.sum())

    @property
    def fact(self) -> Fact:
        """Description of the respondents, as a fact."""
        return Fact(self.kind, {"n": self.n, **self.words})


@dataclass(frozen=True)
class DataComparison:
    """A set of published figures beside the data.

    `claims`: in the order of the structure. `counts`: number of respondents who gave each answer;
    None where the data lack the answer. `answered`: number of respondents to the item. `base`: the
    base that gives all figures as printed; None where none does. `reported`: the base that was
    reported, or None. `fact`: the conclusion.
    """

    item: str
    claims: tuple[Claim, ...]
    counts: tuple[int | None, ...]
    answered: int
    base: Base | None
    reported: int | None
    fact: Fact


def beside_data(
    study: Study, answers: pd.DataFrame, questionnaire: Questionnaire
) -> list[DataComparison]:
    """Compare every set of percentages with the data's own.

    `study`: the claims and their structure, whose items and categories are those of the
    questionnaire. `answers`: coded answers, one row per respondent, one column for each of the
    questionnaire's columns. `questionnaire`: the questions. Returns one comparison a set, in the
    structure's order.
    """
    reported = {
        name: study.count_people(total.claim)
        for total in study.structure.totals
        for name in total.sets
    }
    return [
        _compare_with_data(study, claim_set, answers, questionnaire, reported.get(claim_set.id))
        for claim_set in study.structure.sets
    ]


def _compare_with_data(
    study: Study,
    claim_set: ClaimSet,
    answers: pd.DataFrame,
    questionnaire: Questionnaire,
    reported: int | None,
) -> DataComparison:
    claims = tuple(study.members(claim_set))
    words: dict[str, Value] = {"item": study.item(claim_set.item)}
    items = {i.id: i for i in questionnaire.items if i.kind.takes_options}
    item = items.get(claim_set.item)
    masks = [None if item is None else _mask_of_category(answers, item, c.category) for c in claims]
    chosen = [rows for rows in masks if rows is not None]
    if item is None or len(chosen) < len(claims):
        fact, no_counts = Fact("forensics.data.unknown", words), (None,) * len(claims)
        return DataComparison(claim_set.item, claims, no_counts, 0, None, reported, fact)
    figures = [c.figure for c in claims if c.figure is not None]
    roundings = sorted({c.rounding for c in study.conventions([claim_set])})
    cells, answered = answers[item.columns[0]], _mask_of_answered(answers, item)
    plain_bases = [
        Base("forensics.data.answered", answered),
        Base("forensics.data.known", answered | cells.eq(DONT_KNOW).to_numpy()),
        Base("forensics.data.asked", ~cells.isin([NOT_ASKED, BROKEN_OFF]).to_numpy()),
        Base("forensics.data.all", np.ones(len(answers), dtype=bool)),
    ]
    if (base := _find_base(figures, chosen, roundings, plain_bases, reported)) is None:
        groups = list(_list_groups(answers, item, items))
        base = _find_base(figures, chosen, roundings, groups, reported)
    fact = _state_fact(words, base, reported, plain_bases[0], figures, chosen)
    counts = tuple(int((rows & answered).sum()) for rows in chosen)
    return DataComparison(claim_set.item, claims, counts, plain_bases[0].n, base, reported, fact)


def _state_fact(
    words: dict[str, Value],
    base: Base | None,
    reported: int | None,
    answered: Base,
    figures: Sequence[PrintedFigure],
    chosen: Sequence[BoolArray],
) -> Fact:
    if base is None:
        shares = [(rows & answered.rows).sum() / max(answered.n, 1) for rows in chosen]
        gaps = [abs(float(f.share) - share) for f, share in zip(figures, shares, strict=True)]
        largest_gap = max(gaps, default=0.0) if answered.n else 1.0
        words |= {"base": answered.fact, "points": Quantity.of(100 * largest_gap, "number", 1)}
        return Fact("forensics.data.none", words)
    words |= {"base": base.fact}
    if reported is None:
        return Fact("forensics.data.same", words)
    if reported == base.n:
        return Fact("forensics.data.same_base", words)
    return Fact("forensics.data.other_base", {**words, "reported": reported})


def _find_base(
    figures: Sequence[PrintedFigure],
    chosen: Sequence[BoolArray],
    roundings: Sequence[Rounding],
    bases: Sequence[Base],
    reported: int | None,
) -> Base | None:
    """Return the first base that gives all figures; a base of as many people as reported goes
    first.
    """
    fitting_bases = []
    for base in bases:
        counts = [int((rows & base.rows).sum()) for rows in chosen]
        ends = ([count_interval(f, base.n, r) for f in figures] for r in roundings if base.n)
        if any(
            all(
                lowest <= count <= highest
                for count, (lowest, highest) in zip(counts, intervals, strict=True)
            )
            for intervals in ends
        ):
            fitting_bases.append(base)
    return next(
        (base for base in fitting_bases if base.n == reported),
        fitting_bases[0] if fitting_bases else None,
    )


def _mask_of_category(answers: pd.DataFrame, item: Item, category: str) -> BoolArray | None:
    """Return which rows gave an answer or one of a box's levels; None where the item lacks it."""
    if item.kind.takes_several:
        column = f"{item.id}.{category}"
        return answers[column].eq("1").to_numpy() if category in item.codes else None
    levels = item.levels_of.get(category, (category,))
    return answers[item.id].isin(levels).to_numpy() if set(levels) <= set(item.codes) else None


def _mask_of_answered(answers: pd.DataFrame, item: Item) -> BoolArray:
    codes = item.kind.list_column_codes(item.codes)
    return answers[item.columns[0]].isin(codes).to_numpy()


def _list_groups(answers: pd.DataFrame, item: Item, known: Mapping[str, Item]) -> Iterator[Base]:
    """Yield the respondents of another question, and those who gave one answer to it."""
    item_answered = _mask_of_answered(answers, item)
    for other in known.values():
        if other.id == item.id:
            continue
        question: dict[str, Value] = {"question": TranslatedText(other.label.root)}
        rows = _mask_of_answered(answers, other)
        both = rows & item_answered, rows
        yield from (Base("forensics.data.who_answered", chosen, question) for chosen in both)
        for category in () if other.kind.takes_several else other.categories:
            rows = answers[other.id].eq(category.code).to_numpy()
            words = {**question, "answer": TranslatedText(category.labels)}
            for chosen in (rows & item_answered, rows):
                if chosen.sum() >= FEWEST:
                    yield Base("forensics.data.group", chosen, words)
