"""Published figures beside the data that they are said to come from: on which base are they?

A report may name a base that its figures do not have (the number of another table, or of all who
answered anything). Arithmetic alone rarely shows it; the data do: each set of figures is computed
on every base that the data tell apart, and the base that gives all of them as printed is theirs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from readiness.arrays import BoolArray
from readiness.facts import Fact, Quantity, TranslatedText, Value
from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding, count_interval
from readiness.forensics.judging.claims import Claim
from readiness.forensics.judging.context import Study
from readiness.forensics.judging.structure import ClaimSet
from readiness.questionnaire import BROKEN_OFF, DONT_KNOW, NOT_ASKED, Item, Questionnaire

CLOSED = ("single", "ordinal", "multi")
# Respondents of a group whose answers are compared: of fewer, many figures fit by chance.
FEWEST = 5


@dataclass(frozen=True)
class Base:
    """Respondents on whom a figure may rest.

    Attributes:
        kind: the kind of the fact that says who they are.
        rows: which of the data's rows.
        words: question and answer, of a group.
    """

    kind: str
    rows: BoolArray
    words: Mapping[str, Value] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many they are."""
        return int(self.rows.sum())

    @property
    def fact(self) -> Fact:
        """Who they are, in words."""
        return Fact(self.kind, {"n": self.n, **self.words})


@dataclass(frozen=True)
class DataComparison:
    """A set of published figures beside the data.

    Attributes:
        claims: in the order of the structure.
        counts: how many of those who answered gave each answer; None: the data have none such.
        answered: how many answered.
        base: the base that gives all figures as printed; None where none does.
        reported: the base that was reported, or None.
        fact: what is said of it.
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
    """Every set of percentages beside the data's own.

    Args:
        study: the claims and their structure, whose items and categories are those of the
            questionnaire.
        answers: coded answers, one row a respondent; columns as the questionnaire's items have.
        questionnaire: what was asked.
    """
    reported = {
        name: study.count_people(total.claim)
        for total in study.structure.totals
        for name in total.sets
    }
    return [
        _compare_with_data(study, each, answers, questionnaire, reported.get(each.id))
        for each in study.structure.sets
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
    known = {item.id: item for item in questionnaire.items if item.kind in CLOSED}
    item = known.get(claim_set.item)
    given = [None if item is None else _mask_of_category(answers, item, c.category) for c in claims]
    chosen = [rows for rows in given if rows is not None]
    if item is None or len(chosen) < len(claims):
        fact = Fact("forensics.data.unknown", words)
        return DataComparison(
            claim_set.item, claims, (None,) * len(claims), 0, None, reported, fact
        )
    figures = [c.figure for c in claims if c.figure is not None]
    roundings = sorted({c.rounding for c in study.conventions([claim_set])})
    own = _list_own_bases(answers, item)
    base = _find_base(figures, chosen, roundings, own, reported)
    if base is None:
        groups = list(_list_groups(answers, item, known))
        base = _find_base(figures, chosen, roundings, groups, reported)
    fact = _state_fact(words, base, reported, own[0], figures, chosen)
    answered = own[0].rows
    counts = tuple(int((rows & answered).sum()) for rows in chosen)
    return DataComparison(claim_set.item, claims, counts, own[0].n, base, reported, fact)


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
        gaps = [abs(float(f.share) - own) for f, own in zip(figures, shares, strict=True)]
        off = max(gaps, default=0.0) if answered.n else 1.0
        points = Quantity.of(100 * off, "number", 1)
        return Fact("forensics.data.none", {**words, "base": answered.fact, "points": points})
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
    """The first base that gives all figures; one of as many people as reported before others."""
    fits = []
    for base in bases:
        counts = [int((rows & base.rows).sum()) for rows in chosen]
        for rounding in roundings if base.n else ():
            ends = [count_interval(figure, base.n, rounding) for figure in figures]
            if all(low <= k <= high for k, (low, high) in zip(counts, ends, strict=True)):
                fits.append(base)
                break
    return next((base for base in fits if base.n == reported), fits[0] if fits else None)


def _mask_of_category(answers: pd.DataFrame, item: Item, category: str) -> BoolArray | None:
    """Who gave an answer, or one of the levels that a box adds up; None where there is none."""
    if item.kind == "multi":
        column = f"{item.id}.{category}"
        return answers[column].eq("1").to_numpy() if category in item.codes else None
    levels = item.levels_of.get(category, (category,))
    return answers[item.id].isin(levels).to_numpy() if set(levels) <= set(item.codes) else None


def _mask_of_answered(answers: pd.DataFrame, item: Item) -> BoolArray:
    codes = ("0", "1") if item.kind == "multi" else item.codes
    return answers[item.columns[0]].isin(codes).to_numpy()


def _list_own_bases(answers: pd.DataFrame, item: Item) -> list[Base]:
    """Who answered, with those who do not know, who was asked, everybody."""
    cells = answers[item.columns[0]]
    answered = _mask_of_answered(answers, item)
    return [
        Base("forensics.data.answered", answered),
        Base("forensics.data.known", answered | cells.eq(DONT_KNOW).to_numpy()),
        Base("forensics.data.asked", ~cells.isin([NOT_ASKED, BROKEN_OFF]).to_numpy()),
        Base("forensics.data.all", np.ones(len(answers), dtype=bool)),
    ]


def _list_groups(answers: pd.DataFrame, item: Item, known: Mapping[str, Item]) -> Iterator[Base]:
    """Who answered another question, and who gave one answer to it."""
    mine = _mask_of_answered(answers, item)
    for other in known.values():
        if other.id == item.id:
            continue
        question: dict[str, Value] = {"question": TranslatedText(other.label.root)}
        rows = _mask_of_answered(answers, other)
        for chosen in (rows & mine, rows):
            yield Base("forensics.data.who_answered", chosen, question)
        for category in other.categories if other.kind != "multi" else ():
            rows = answers[other.id].eq(category.code).to_numpy()
            words = {**question, "answer": TranslatedText(category.labels)}
            for chosen in (rows & mine, rows):
                if chosen.sum() >= FEWEST:
                    yield Base("forensics.data.group", chosen, words)
