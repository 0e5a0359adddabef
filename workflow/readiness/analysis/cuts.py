"""The ways to cut the answers to an item into categories: the one list of levels.

Each share names its base. The levels of an item and the boxes of a scale (`low`, `top`: sums of its
lowest or highest levels) rest on those who answered; "don't know" is a share of all who answered,
outside the scale. A multiple-choice item has each option on two bases: those who were asked and
those who answered (an answer that was excluded is in neither).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.names import ANSWERED, WITH_DONT_KNOW
from readiness.errors import StatisticsError
from readiness.questionnaire import DONT_KNOW, Item
from readiness.survey.coding import Base, Codes, Factorized, factorize_column, option_answers
from readiness.survey.design import Design
from readiness.survey.estimates.proportions import (
    Crossing,
    Proportions,
    can_cross,
    group_codes,
    no_proportions,
    proportion_estimates,
    proportion_table,
)
from readiness.survey.intervals import Interval

BASES: tuple[Base, ...] = ("asked", "answered")


@dataclass(frozen=True, eq=False)
class Cut:
    """Answers cut into categories.

    Attributes:
        level: what is in the first category, or "" where each category is a level by itself.
        base: whose answers they are.
        answers: the distinct answers that occur, as the code of each row (-1: missing) and a list.
        chosen: the category of each distinct answer; None or a special code outside the base.
        categories: all of them, in order.
    """

    level: str
    base: str
    answers: Factorized
    chosen: tuple[str | None, ...]
    categories: tuple[str, ...]

    @property
    def values(self) -> pd.Categorical[Any]:
        """A category of each respondent, shape (rows,)."""
        labels = list(dict.fromkeys(c for c in self.chosen if c is not None))
        place = {label: k for k, label in enumerate(labels)}
        table = np.array([*(place.get(str(c), -1) for c in self.chosen), -1], dtype=np.int64)
        dtype = pd.CategoricalDtype(labels)
        return pd.Categorical.from_codes(table[self.answers[0]], dtype=dtype)

    @property
    def place(self) -> list[int]:
        """The position of the category of each distinct answer, -1 outside the base."""
        at = {category: k for k, category in enumerate(self.categories)}
        return [at.get(str(c), -1) for c in self.chosen]

    @property
    def has_undeclared(self) -> bool:
        """Whether an answer occurs that is neither a category nor a special code."""
        inside = (*self.categories, None)
        return any(c not in inside and not str(c).startswith("_") for c in self.chosen)

    @property
    def estimated_categories(self) -> tuple[str, ...]:
        """The categories whose shares are estimates: the second of two is only the rest."""
        return self.categories[:1] if self.level else self.categories

    @property
    def compared_categories(self) -> tuple[str, ...]:
        """The categories whose shares groups are compared by: of two, one says all."""
        return self.categories[:1] if len(self.categories) == 2 else self.categories

    def table(self, made: Proportions, level: float, interval: Interval) -> pd.DataFrame:
        """The table of the kept categories of estimates, with the columns `level` and `base`."""
        table = proportion_table(made, level=level, interval=interval)
        table = table[table["category"].isin(self.estimated_categories)]
        return table.assign(level=self.level or table["category"], base=self.base)

    def counts(self) -> tuple[int, dict[str, int]]:
        """The unweighted base, and how many are in each kept category."""
        codes, distinct = self.answers
        sizes = np.bincount(codes[codes >= 0], minlength=len(distinct))
        counts = dict.fromkeys(self.categories, 0)
        for category, size in zip(self.chosen, sizes, strict=True):
            if category in counts:
                counts[category] += int(size)
        return sum(counts.values()), {name: counts[name] for name in self.estimated_categories}


class Crossings:
    """The shares of cuts by a grouping ("" for none): an answer is counted once, whatever its
    cuts.
    """

    def __init__(self, design: Design, by: str, groups: Sequence[str]) -> None:
        self._design, self._by, self._groups = design, by, groups
        self._made: dict[int, tuple[Factorized, Crossing]] = {}

    def proportions(self, cut: Cut, *, grouped: bool) -> Proportions:
        """The shares of a cut, by group or in all.

        Raises:
            StatisticsError: an answer or a group that is not declared; a base that is empty, where
                the design has no replicates.
        """
        if not can_cross(self._design) or cut.has_undeclared:
            by, groups = (self._by, self._groups) if grouped else (None, None)
            if not self._design.rows:
                return no_proportions(cut.categories, groups)
            every = (self._design, cut.values, cut.categories)
            return proportion_estimates(*every, by=by, groups=groups)
        key = id(cut.answers)
        if key not in self._made:
            codes = Codes(np.full(self._design.rows, -1, dtype=np.int64), 0, ())
            if self._by:
                codes = group_codes(self._design, self._by, self._groups)
            made = Crossing.make(self._design, cut.answers, codes)
            self._made[key] = cut.answers, made  # kept, so that its id stays its own
        return self._made[key][1].proportions(cut.place, cut.categories, grouped=grouped)


def cut_by_flag(
    level: str, base: str, answers: Factorized, chosen: Collection[str], inside: Collection[str]
) -> Cut:
    """The cut into `1`, which is `level`, and `0`: the answers `chosen` among those `inside`."""
    _, distinct = answers
    flags = (("1" if str(a) in chosen else "0") if str(a) in inside else None for a in distinct)
    return Cut(level, base, answers, tuple(flags), ("1", "0"))


def _read_options(values: Any, answers: Factorized, option: str, base: Base) -> tuple[str, ...]:
    """What each distinct answer to an option counts as; the error of a wrong one names its row."""
    try:
        return tuple(option_answers(answers[1], option, base))
    except StatisticsError:
        option_answers(values, option, base)
        raise


def cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """All cuts of the coded answers to a closed item (single, ordinal, multi), in their order."""
    if item.kind == "multi":
        for column, option in zip(item.columns, item.codes, strict=True):
            found = factorize_column(answers[column])
            for base in BASES:
                chosen = _read_options(answers[column], found, option, base)
                yield Cut(option, base, found, chosen, ("1", "0"))
        return
    found = factorize_column(answers[item.id])
    yield Cut("", ANSWERED, found, tuple(found[1]), item.codes)
    for name, levels in item.levels_of.items():
        yield cut_by_flag(name, ANSWERED, found, levels, item.codes)
    if item.dont_know:
        inside = (*item.codes, DONT_KNOW)
        yield cut_by_flag(DONT_KNOW.strip("_"), WITH_DONT_KNOW, found, (DONT_KNOW,), inside)


def compared_cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """The cuts of a closed item by which groups are compared, on those who answered.

    The headline box of a scale, each answer of a single choice, each option of a multiple one.
    """
    for cut in cuts(item, answers):
        chosen = cut.level == item.headline if item.headline else cut.base == ANSWERED
        if chosen and (item.kind != "single" or not cut.level):
            yield cut
