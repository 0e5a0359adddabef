"""Which shares and bases of a wave are withheld: its tables as cells and relations.

Names are the register's ids. A reader is taken to know every weight that turns shares into the
total, so weighted shares and counts obey the same relations: the levels of an item add to its base,
`low` is its lowest levels, "don't know" is what the wider base has more, groups add to the total
(experts are outside it), and an option of a multiple-choice item is the same people on both bases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from readiness.config import Figures
from readiness.disclosure import Cell, Relation, minimum_frequency, suppress

ALL, EXPERT = "all", "expert"
ANSWERED, ASKED, WITH_DONT_KNOW = "answered", "asked", "with_dont_know"
LOW, DONT_KNOW = "low", "dont_know"
WITHHELD = "few answers, or what they could be computed from"
"""One reason for both: who knew which is which would know which counts are below the minimum."""
BASE = "base below the minimum"
UNRELIABLE = "base too small for a reliable share"


def share_id(item: str, level: str, group: str, base: str) -> str:
    """The register's id of a share."""
    return f"{item}.{level}.{group}" + (".asked" if base == ASKED else "")


def base_id(item: str, group: str, base: str) -> str:
    """The register's id of a base."""
    return f"{item}.n.{group}" + ("" if base == ANSWERED else f".{base}")


@dataclass(frozen=True)
class ItemTable:
    """The shares of one item that there are: (level, base, group), in the order of its scale.

    `low`: the levels that `low` sums, empty where there is no such share.
    """

    item: str
    shares: Sequence[tuple[str, str, str]]
    low: Sequence[str] = ()

    @property
    def groups(self) -> list[str]:
        """The groups that add to the total."""
        return [g for g in dict.fromkeys(g for *_, g in self.shares) if g not in (ALL, EXPERT)]

    def relations(self) -> Iterator[Relation]:
        """What readers know to be equal, on the register's ids and on `rest_id`."""
        there = set(self.shares)
        for group in dict.fromkeys(group for *_, group in self.shares):
            n = base_id(self.item, group, ANSWERED)
            levels = self._levels(group)
            if levels and (ANSWERED not in self._twins()):
                yield {**dict.fromkeys(levels.values(), 1), n: -1}
            if (LOW, ANSWERED, group) in there:
                low = share_id(self.item, LOW, group, ANSWERED)
                if self.low:
                    yield {**dict.fromkeys((levels[k] for k in self.low), 1), low: -1}
                yield {low: 1, rest_id(self.item, group): 1, n: -1}
            if (DONT_KNOW, WITH_DONT_KNOW, group) in there:
                outside = share_id(self.item, DONT_KNOW, group, WITH_DONT_KNOW)
                yield {n: 1, outside: 1, base_id(self.item, group, WITH_DONT_KNOW): -1}
        for level, base, group in self.shares:
            if base == ASKED and (level, ANSWERED, group) in there:
                names = (share_id(self.item, level, group, b) for b in (ASKED, ANSWERED))
                yield dict(zip(names, (1, -1), strict=True))
        yield from self._totals(there)

    def _twins(self) -> set[str]:
        """The bases of which a multiple-choice item has each option."""
        return {ANSWERED, ASKED} if any(base == ASKED for _, base, _ in self.shares) else set()

    def _levels(self, group: str) -> dict[str, str]:
        return {
            level: share_id(self.item, level, group, ANSWERED)
            for level, base, of in self.shares
            if of == group and base == ANSWERED and level != LOW
        }

    def _totals(self, there: Collection[tuple[str, str, str]]) -> Iterator[Relation]:
        """Groups add to the total, for each level and for each base."""
        if not self.groups:
            return
        for level, base in dict.fromkeys((level, base) for level, base, _ in self.shares):
            wanted = [(level, base, group) for group in (*self.groups, ALL)]
            if all(each in there for each in wanted):
                names = [share_id(self.item, level, g, base) for _, _, g in wanted]
                yield {**dict.fromkeys(names[:-1], 1), names[-1]: -1}
        for base in dict.fromkeys(base for _, base, _ in self.shares):
            names = [base_id(self.item, group, base) for group in (*self.groups, ALL)]
            yield {**dict.fromkeys(names[:-1], 1), names[-1]: -1}


def rest_id(item: str, group: str) -> str:
    """A name for those who are not in `low`: published by nobody, known to whoever subtracts."""
    return f"{item}.~{LOW}.{group}"


def withheld(estimates: pd.DataFrame, contract: Figures) -> frozenset[str]:
    """The ids of shares and bases that are withheld so that no small count can be known.

    `estimates`: the table of the estimate step (numbers or text). Shares that are hidden because
    their base is too small for reliability are not among them unless they hold few answers, too.
    """
    found: set[str] = set()
    for item, table in estimates.groupby("item", sort=False):
        found |= _withheld_of_item(str(item), table, contract)
    return frozenset(found)


def _withheld_of_item(item: str, table: pd.DataFrame, contract: Figures) -> frozenset[str]:
    least = contract.minimum_base
    keys = list(zip(table["level"], table["base"], table["group"], strict=True))
    counts = dict(zip(keys, table["count"].astype(int), strict=True))
    sizes = dict(zip(keys, table["n"].astype(int), strict=True))
    cells: dict[str, Cell] = {}
    for (level, base, group), count in counts.items():
        n = sizes[level, base, group]
        size = base_id(item, group, base)
        cells[size] = Cell(size, n, sensitive=minimum_frequency(n, least))
        name = share_id(item, level, group, base)
        small = any(minimum_frequency(part, least) for part in (count, n - count))
        weak = n < (least if group == EXPERT else contract.reliable_base)
        cells[name] = Cell(name, count, small, weak, size)
        if level == LOW:
            rest = rest_id(item, group)
            cells[rest] = Cell(rest, n - count, minimum_frequency(n - count, least), hidden=True)
    relations = [
        relation for relation in ItemTable(item, keys, _lowest(counts)).relations()
        if relation.keys() <= cells.keys()
        # Someone outside every group, or a base of its own for each option: no reader can sum.
        and not sum(factor * cells[name].count for name, factor in relation.items())
    ]  # fmt: skip
    return suppress(list(cells.values()), relations, least)


def _lowest(counts: dict[tuple[str, str, str], int]) -> list[str]:
    """The levels that `low` sums: the first ones of the scale whose counts do, in every group."""
    low = {group: count for (level, _, group), count in counts.items() if level == LOW}
    levels = [k for k in dict.fromkeys(k for k, base, _ in counts if base == ANSWERED) if k != LOW]
    for last in range(1, len(levels) + 1 if low else 0):
        if all(
            sum(counts[level, ANSWERED, group] for level in levels[:last]) == count
            for group, count in low.items()
        ):
            return levels[:last]
    return []
