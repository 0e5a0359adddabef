"""The ways to cut the answers to an item into categories: the one list of levels.

Each share names its base. The levels of an item and the boxes of a scale (`low`, `top`: sums of its
lowest or highest levels) rest on those who answered; "don't know" is a share of all who answered,
outside the scale. A multiple-choice item has each option on two bases: those who were asked and
those who answered (an answer that was excluded is in neither).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.questionnaire import DONT_KNOW
from readiness.questionnaire.model import Item
from readiness.survey.design import Column, Design
from readiness.survey.estimates.multiresponse import Base, option_answers
from readiness.survey.estimates.proportions import SurveyWarning, proportions
from readiness.survey.intervals import Interval

Values = npt.NDArray[np.object_]

ANSWERED: Final = "answered"
WITH_DONT_KNOW: Final = "with_dont_know"
BASES: tuple[Base, ...] = ("asked", "answered")


def crossed(variable: str, category: str) -> str:
    """The group of a table that a category is, where other variables have their columns beside."""
    return f"{variable}:{category}"


def variable_of(group: str) -> str:
    """The variable that `crossed` named; "" for the groups that are compared, and for the total."""
    return group.rpartition(":")[0]


@dataclass(frozen=True, eq=False)
class Cut:
    """Answers cut into categories.

    Attributes:
        level: what is in the first category, or "" where each category is a level by itself.
        base: whose answers they are.
        values: a category of each respondent, shape (rows,); None or a special code outside the
            base.
        categories: all of them, in order.
    """

    level: str
    base: str
    values: Values
    categories: tuple[str, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """The categories whose shares are estimates: the second of two is only the rest."""
        return self.categories[:1] if self.level else self.categories

    @property
    def compared(self) -> tuple[str, ...]:
        """The categories whose shares groups are compared by: of two, one says all."""
        return self.categories[:1] if len(self.categories) == 2 else self.categories

    def shares(
        self,
        design: Design,
        *,
        by: Column | None = None,
        groups: Sequence[str] | None = None,
        level: float,
        interval: Interval,
    ) -> pd.DataFrame:
        """The table of `proportions` for the kept categories, with the columns `level`, `base`."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SurveyWarning)  # the note is in the table
            table = proportions(
                design, self.values, self.categories, by=by, groups=groups,
                level=level, interval=interval,
            )  # fmt: skip
        table = table[table["category"].isin(self.kept)]
        return table.assign(level=self.level or table["category"], base=self.base)

    def counts(self) -> tuple[int, dict[str, int]]:
        """The unweighted base, and how many are in each kept category."""
        n = int(np.isin(self.values.astype(str), self.categories).sum())
        return n, {category: int((self.values == category).sum()) for category in self.kept}


def flagged(level: str, base: str, chosen: Any, inside: Any) -> Cut:
    """The cut into `1`, which is `level`, and `0`: booleans `chosen` among those `inside`."""
    flags = np.full(len(inside), None, dtype=object)
    flags[inside] = np.where(chosen[inside], "1", "0")
    return Cut(level, base, flags, ("1", "0"))


def scale_cuts(
    values: Values, codes: Sequence[str], boxes: Mapping[str, Sequence[str]]
) -> Iterator[Cut]:
    """The levels of a question with one answer, then each box: its name and the levels it sums."""
    yield Cut("", ANSWERED, values, tuple(codes))
    inside = np.isin(values.astype(str), list(codes))
    for name, levels in boxes.items():
        yield flagged(name, ANSWERED, np.isin(values.astype(str), list(levels)), inside)


def cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """All cuts of the coded answers to a closed item (single, ordinal, multi), in their order."""
    if item.kind == "multi":
        for column, option in zip(item.columns, item.codes, strict=True):
            for base in BASES:
                values = option_answers(answers[column], option, base)
                yield Cut(option, base, values, ("1", "0"))
        return
    values = answers[item.id].to_numpy(dtype=object)
    yield from scale_cuts(values, item.codes, item.levels_of)
    if item.dont_know:
        inside = np.isin(values.astype(str), [*item.codes, DONT_KNOW])
        yield flagged(DONT_KNOW.strip("_"), WITH_DONT_KNOW, values == DONT_KNOW, inside)


def compared_cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """The cuts of a closed item by which groups are compared, on those who answered.

    The headline box of a scale, each answer of a single choice, each option of a multiple one.
    """
    for cut in cuts(item, answers):
        chosen = cut.level == item.headline if item.headline else cut.base == ANSWERED
        if chosen and (item.kind != "single" or not cut.level):
            yield cut
