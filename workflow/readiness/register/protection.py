"""Which shares and bases of a wave are withheld: its tables as cells and relations.

Names are the register's ids. A reader is taken to know every weight that turns shares into the
total, so weighted shares and counts obey the same relations: the levels of an item add to its base,
a box is the sum of its levels, "don't know" is what the wider base has more, groups add to the
total, those of each variable by themselves (those counted apart are outside it; means add
likewise), and an option of a multiple-choice item is the same people on both bases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from readiness.analysis.names import ANSWERED, WITH_DONT_KNOW, variable_of
from readiness.config import FigureRules
from readiness.disclosure import Relation, TableCell, minimum_frequency, suppress
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.model import MEAN, TOTAL

ASKED = "asked"
DONT_KNOW = "dont_know"
_UNWEIGHTED = " (unweighted)"
# One reason for both: who knew which is which would know which counts are below the minimum.
WITHHELD = "few answers, or what they could be computed from"
BASE = "base below the minimum"
UNRELIABLE = "base too small for a reliable share"


# The boxes of an item (`low`, `top`) with the levels that each adds up.
Boxes = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Scheme:
    """What a questionnaire says of the sums among a wave's numbers.

    Attributes:
        apart: the groups outside every total, which are counted and not weighted.
        boxes: the boxes of each ordinal item.
        headlines: the box of each ordinal item that comparisons are of.
    """

    apart: tuple[str, ...] = ()
    boxes: Mapping[str, Boxes] = field(default_factory=dict)
    headlines: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> Scheme:
        """The scheme of a questionnaire."""
        return cls(
            questionnaire.groups_apart,
            {item.id: item.levels_of for item in questionnaire.items if item.levels_of},
            {item.id: item.headline for item in questionnaire.items if item.headline},
        )


def statistic_text(measure: str, base: str, *, unweighted: bool) -> str:
    """What an estimate is, in the register: `share of answered`. `read_statistic` reads it."""
    return f"{measure} of {base}{_UNWEIGHTED if unweighted else ''}"


def read_statistic(text: str) -> tuple[str, str, bool]:
    """Measure, base and whether it is unweighted, of a text that `statistic_text` wrote."""
    measure, _, base = text.partition(" of ")
    return measure, base.removesuffix(_UNWEIGHTED), base.endswith(_UNWEIGHTED)


def share_id(item: str, level: str, group: str, base: str) -> str:
    """The register's id of a share."""
    return f"{item}.{level}.{group}" + (".asked" if base == ASKED else "")


def base_id(item: str, group: str, base: str) -> str:
    """The register's id of a base."""
    return f"{item}.n.{group}" + ("" if base == ANSWERED else f".{base}")


@dataclass(frozen=True)
class ItemTable:
    """The estimates of one item that there are: (level, base, group).

    `boxes`: the levels that each box sums; `apart`: the groups outside the total.
    """

    item: str
    shares: Sequence[tuple[str, str, str]]
    boxes: Boxes
    apart: Collection[str]

    @property
    def groups(self) -> list[list[str]]:
        """The groups that add to the total, those of each variable by themselves."""
        found: dict[str, list[str]] = {}
        for group in dict.fromkeys(group for *_, group in self.shares):
            if group != TOTAL and group not in self.apart:
                found.setdefault(variable_of(group), []).append(group)
        return list(found.values())

    def relations(self) -> Iterator[Relation]:
        """What readers know to be equal, on the register's ids and on `rest_id`."""
        there = set(self.shares)
        for group in dict.fromkeys(group for *_, group in self.shares):
            n = base_id(self.item, group, ANSWERED)
            levels = self._levels(group)
            # Of several answers each option is a share of its own, which adds to nothing.
            if levels and not any(base == ASKED for _, base, _ in self.shares):
                yield {**dict.fromkeys(levels.values(), 1), n: -1}
            for box in self.boxes:
                if (box, ANSWERED, group) in there:
                    yield from self._of_box(box, group, levels, n)
            if (DONT_KNOW, WITH_DONT_KNOW, group) in there:
                outside = share_id(self.item, DONT_KNOW, group, WITH_DONT_KNOW)
                yield {n: 1, outside: 1, base_id(self.item, group, WITH_DONT_KNOW): -1}
        for level, base, group in self.shares:
            if base == ASKED and (level, ANSWERED, group) in there:
                names = (share_id(self.item, level, group, b) for b in (ASKED, ANSWERED))
                yield dict(zip(names, (1, -1), strict=True))
        yield from self._totals(there)

    def _of_box(
        self, box: str, group: str, levels: Mapping[str, str], n: str
    ) -> Iterator[Relation]:
        """A box is its levels, and what the base has beside it is the rest."""
        name = share_id(self.item, box, group, ANSWERED)
        if levels.keys() >= set(self.boxes[box]):
            yield {**dict.fromkeys((levels[level] for level in self.boxes[box]), 1), name: -1}
        yield {name: 1, rest_id(self.item, box, group): 1, n: -1}

    def _levels(self, group: str) -> dict[str, str]:
        return {
            level: share_id(self.item, level, group, ANSWERED)
            for level, base, of in self.shares
            if of == group and base == ANSWERED and level not in {*self.boxes, MEAN}
        }

    def _totals(self, there: Collection[tuple[str, str, str]]) -> Iterator[Relation]:
        """Groups add to the total, for each variable, for each level and for each base.

        So the tables by several variables are linked: what one withholds another may give back.
        """
        for groups in self.groups:
            for level, base in dict.fromkeys((level, base) for level, base, _ in self.shares):
                wanted = [(level, base, group) for group in (*groups, TOTAL)]
                if all(each in there for each in wanted):
                    names = [share_id(self.item, level, g, base) for _, _, g in wanted]
                    yield {**dict.fromkeys(names[:-1], 1), names[-1]: -1}
            for base in dict.fromkeys(base for _, base, _ in self.shares):
                names = [base_id(self.item, group, base) for group in (*groups, TOTAL)]
                yield {**dict.fromkeys(names[:-1], 1), names[-1]: -1}


def rest_id(item: str, box: str, group: str) -> str:
    """A name for those who are not in a box: published by nobody, known to whoever subtracts."""
    return f"{item}.~{box}.{group}"


def find_withheld(
    estimates: pd.DataFrame, rules: FigureRules, scheme: Scheme, sensitive: Collection[str] = ()
) -> frozenset[str]:
    """The ids of shares and bases that are withheld so that no small count can be known.

    `estimates`: the table of the estimate step (numbers or text). Shares that are hidden because
    their base is too small for reliability are not among them unless they hold few answers, too.
    `sensitive`: ids that must not be known for another reason.
    """
    found: set[str] = set()
    for item, table in estimates.groupby("item", sort=False):
        found |= _withheld_of_item(str(item), table, rules, scheme, sensitive)
    return frozenset(found)


def _withheld_of_item(
    item: str, table: pd.DataFrame, rules: FigureRules, scheme: Scheme, sensitive: Collection[str]
) -> frozenset[str]:
    boxes = scheme.boxes.get(item, {})
    least = rules.minimum_base
    keys = list(zip(table["level"], table["base"], table["group"], strict=True))
    counts = dict(zip(keys, table["count"].astype(int), strict=True))
    sizes = dict(zip(keys, table["n"].astype(int), strict=True))
    cells: dict[str, TableCell] = {}
    for (level, base, group), count in counts.items():
        n = sizes[level, base, group]
        size = base_id(item, group, base)
        cells[size] = TableCell(size, n, sensitive=minimum_frequency(n, least))
        name = share_id(item, level, group, base)
        small = any(minimum_frequency(part, least) for part in (count, n - count))
        small |= name in sensitive
        weak = n < (least if group in scheme.apart else rules.reliable_base)
        cells[name] = TableCell(name, count, small, weak, size)
        if level in boxes:
            rest = rest_id(item, level, group)
            cells[rest] = TableCell(
                rest, n - count, minimum_frequency(n - count, least), hidden=True
            )
    relations = [
        relation
        for relation in ItemTable(item, keys, boxes, scheme.apart).relations()
        if relation.keys() <= cells.keys()
        # Someone outside every group, or a base of its own for each option: no reader can sum.
        and not sum(factor * cells[name].count for name, factor in relation.items())
    ]
    return suppress(list(cells.values()), relations, least)
