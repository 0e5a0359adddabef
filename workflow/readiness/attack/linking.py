"""All that a reader knows of one item, and of those that it is routed from or to, as one system.

Unknown are people: how many of each group gave each answer, and, for a reader who knows the frame
cell of every respondent, how many of each cell. Sums of weights hang on them. Everything printed is
a row of the system; what nobody printed (who did not answer) is a variable of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from readiness.attack.released import (
    ANSWERED,
    ASKED,
    BASES,
    DONT_KNOW,
    TOTAL,
    WITH_DONT_KNOW,
    Merged,
    PrintedInterval,
    Release,
    ReleasedShare,
    ReleasedTable,
    Route,
)
from readiness.attack.solving import CAME, CELL, PEOPLE, REST, SLACK, WEIGHT, Classes, LinearSystem

# The ends of a share that are nearer than a solver can tell, on any base of people.
SAME = 1e-10


def name_table(kind: str, table: ReleasedTable, release: Release) -> str:
    """Of what a variable of this kind is: people are those of the data, and so the same in all
    releases of it; weights are those of the release.
    """
    return f"{table.item} {release.name}" if kind == WEIGHT else table.key


@dataclass
class ItemRows:
    """The rows of one release for one item."""

    system: LinearSystem
    release: Release
    table: ReleasedTable
    classes: Classes | None
    shares: bool
    everybody: bool

    def add(self) -> None:
        """Every row, group by group, then what links the groups."""
        shown = {(s.base, s.level, s.group) for s in self.table.shares}
        self.with_dont_know = any(base == WITH_DONT_KNOW for base, *_ in shown)
        self.answers = [*self.table.levels, *([DONT_KNOW] if self.with_dont_know else [])]
        for group in self.table.groups:
            self._group(group)
        for share in self.table.shares if self.shares else ():
            self._share(share)
        if TOTAL in self.table.groups:
            self._totals()
        self._add_other_numbers()
        if self.table.worst and self.shares and self.release.n and TOTAL in self.table.groups:
            self._add_worst(self.release.n)
        if self.classes is not None:
            self._cells(self.classes)

    # Variables. People are those of the data, so releases on the same data share them; weights are
    # those of the release.
    def _people(self, name: str, group: str) -> int:
        most = self.release.respondents.get(group, inf)
        return self.system.variable((PEOPLE, self.table.key, name, group), 0.0, float(most))

    def _weight(self, name: str, group: str) -> int:
        of = name_table(WEIGHT, self.table, self.release)
        return self.system.variable((WEIGHT, of, name, group), whole=False)

    def _bases(self) -> tuple[str, ...]:
        if self.table.several:
            return (ANSWERED, ASKED)
        return (ANSWERED, WITH_DONT_KNOW) if self.with_dont_know else (ANSWERED,)

    def _group(self, group: str) -> None:
        """Answers add to bases, in people and in weights; a box is the sum of its levels."""
        for base in self._bases():
            column = self._people(base, group)
            if (known := self.table.bases.get((base, group))) is not None:
                self.system.variable((PEOPLE, self.table.key, base, group), known, known)
            self._ratio({column: 1.0}, {self._weight(base, group): 1.0})
        for part, slack in ((self._people, 0.0), (self._weight, SLACK)):
            self._sums(part, slack, group)
        for level in self.answers:
            self._ratio({self._people(level, group): 1.0}, {self._weight(level, group): 1.0})
        for level in (*self.table.levels, *self.table.boxes):
            # Those who answered, and otherwise.
            rest = self.system.variable((REST, self.table.key, level, group))
            those, whole = self._people(level, group), self._people(ANSWERED, group)
            self.system.row({rest: 1.0, those: 1.0, whole: -1.0}, 0.0, 0.0)
        if (told := self.table.weights.get(group)) and self.shares:
            self._add_printed_weight(self._weight(ANSWERED, group), told)

    def _add_printed_weight(self, weight: int, told: PrintedInterval) -> None:
        """A printed sum of weights, in people of the population: in mean weights where their mean
        is known, else as far as one mean is behind all such sums.
        """
        if self.release.mean:
            low, high = told.low / self.release.mean - SLACK, told.high / self.release.mean + SLACK
            self.system.low[weight] = max(self.system.low[weight], low)
            self.system.high[weight] = min(self.system.high[weight], high)
            return
        of = name_table(WEIGHT, self.table, self.release)
        part = self.system.variable((WEIGHT, of, "part of a thousand people", ""), whole=False)
        for end, low, high in ((told.low, -SLACK, inf), (told.high, -inf, SLACK)):
            self.system.row({weight: 1.0, part: -end / 1000}, low, high)

    def _sums(self, part: Callable[[str, str], int], slack: float, group: str) -> None:
        levels = self.table.levels
        if self.table.several:
            for level in levels:
                rest = {part(ANSWERED, group): 1.0, part(level, group): -1.0}
                self.system.row(rest, 0.0, inf)
                if part == self._people:
                    weights = {self._weight(ANSWERED, group): 1.0, self._weight(level, group): -1.0}
                    self._ratio(rest, weights)
            self.system.row({part(ASKED, group): 1.0, part(ANSWERED, group): -1.0}, 0.0, inf)
        else:
            whole = {part(level, group): 1.0 for level in levels} | {part(ANSWERED, group): -1.0}
            self.system.row(whole, -slack, slack)
            if self.with_dont_know:
                wider = {part(ANSWERED, group): 1.0, part(DONT_KNOW, group): 1.0}
                wider[part(WITH_DONT_KNOW, group)] = -1.0
                self.system.row(wider, -slack, slack)
        for box, parts in self.table.boxes.items():
            if any(share.level == box and share.group == group for share in self.table.shares):
                sums = {part(level, group): 1.0 for level in parts} | {part(box, group): -1.0}
                self.system.row(sums, -slack, slack)

    def _ratio(self, people: Mapping[int, float], weights: Mapping[int, float]) -> None:
        """A sum of weights lies between so many smallest and so many largest ones."""
        low, high = self.release.lightest, self.release.heaviest
        self.system.row({**weights, **{at: -low * by for at, by in people.items()}}, -SLACK, inf)
        self.system.row({**weights, **{at: -high * by for at, by in people.items()}}, -inf, SLACK)

    def _share(self, share: ReleasedShare) -> None:
        """A printed share: of weights, or of people where it is unweighted."""
        if share.value is None:
            return
        part = self._weight if share.weighted else self._people
        level, base = part(share.level, share.group), part(share.base, share.group)
        if share.whole:
            # Nobody or everybody: of the weights as of the people.
            for each in (self._weight, self._people):
                one, all_ = each(share.level, share.group), each(share.base, share.group)
                nobody = share.value.low < 0.5
                self.system.row({one: 1.0} | ({} if nobody else {all_: -1.0}), 0.0, 0.0)
            return
        low, high = max(share.value.low, 0.0), min(share.value.high, 1.0)
        if high - low < SAME:
            # Of twelve digits: one row, for two that hardly differ are hard to a solver.
            self.system.row({level: 1.0, base: -(low + high) / 2}, -SLACK, SLACK)
            return
        self.system.row({level: 1.0, base: -low}, -SLACK, inf)
        self.system.row({level: 1.0, base: -high}, -inf, SLACK)

    def _totals(self) -> None:
        """The groups of each variable are all people, where no printed base says otherwise, and
        people of all where nothing is told: whether somebody is outside them, only numbers show.
        """
        for groups in self.table.variables().values():
            exact = self.table.told and self.everybody and self._complete(groups)
            for name in (*self.answers, *self._bases()):
                for part, slack in ((self._people, 0.0), (self._weight, SLACK)):
                    sums = {part(name, group): 1.0 for group in groups}
                    sums[part(name, TOTAL)] = -1.0
                    self.system.row(sums, -slack if exact else -inf, slack)

    def _complete(self, groups: Sequence[str]) -> bool:
        """Whether nobody is outside the groups: no visible bases fall short of the total."""
        found = [[self.table.bases.get((b, g)) for g in (*groups, TOTAL)] for b in self._bases()]
        known = [numbers for numbers in found if None not in numbers]
        return all(sum(parts) == whole for *parts, whole in known)  # type: ignore[arg-type]

    def _add_other_numbers(self) -> None:
        """Numbers of people that stand elsewhere: in contrasts, tests and the missing answers."""
        for (one, other), n in self.table.contrasts.items():
            if {one, other} <= set(self.table.groups):
                pair = {self._people(ANSWERED, one): 1.0, self._people(ANSWERED, other): 1.0}
                self.system.row(pair, n, n)
        if self.table.tested and TOTAL in self.table.groups:
            self.system.row({self._people(ANSWERED, TOTAL): 1.0}, self.table.tested, inf)
        for name in (ANSWERED, DONT_KNOW):
            within = self.table.counts.get(name)
            if within and (name == ANSWERED or self.with_dont_know):
                self.system.row({self._people(name, TOTAL): 1.0}, within.low, within.high)

    def _add_worst(self, n: int) -> None:
        """Shares of all who were asked, if those without an answer had not given it, or had."""
        of = name_table(WEIGHT, self.table, self.release)
        gone = self.table.counts.get("not_asked")
        least = n - gone.high - SLACK if gone and gone.high < 1 else 0.0
        asked = self.system.variable((WEIGHT, of, "all asked", TOTAL), least, n, whole=False)
        answered = self._weight(ANSWERED, TOTAL)
        for (level, end), share in self.table.worst.items():
            gave = {self._weight(level, TOTAL): 1.0}
            if end == "upper":
                gave |= {asked: 1.0, answered: -1.0}
            for at, low, high in ((share.low, -SLACK, inf), (share.high, -inf, SLACK)):
                self.system.row({**gave, asked: gave.get(asked, 0.0) - at}, low, high)

    def _cells(self, classes: Classes) -> None:
        """People of each frame cell by answer; groups are sums of them, of known weight."""
        parts = [*self.answers, *([ANSWERED, ASKED] if self.table.several else [])]
        cell: dict[tuple[str, int], int] = {}
        for at, most in enumerate(classes.people):
            for part in parts:
                cell[part, at] = self.system.variable(
                    (CELL, self.table.key, part, str(at)), 0.0, most
                )
            if self.table.several:
                for level in self.table.levels:
                    self.system.row({cell[ANSWERED, at]: 1.0, cell[level, at]: -1.0}, 0.0, inf)
                self.system.row({cell[ASKED, at]: 1.0, cell[ANSWERED, at]: -1.0}, 0.0, inf)
            else:
                self.system.row({cell[part, at]: 1.0 for part in self.answers}, -inf, most)
        for group in self.table.groups:
            inside = np.flatnonzero(classes.inside(group)).tolist()
            for part in parts if len(inside) else ():
                people = {cell[part, at]: 1.0 for at in inside} | {self._people(part, group): -1.0}
                self.system.row(people, 0.0, 0.0)
                weights = {cell[part, at]: float(classes.weights[at]) for at in inside}
                weights[self._weight(part, group)] = -1.0
                self.system.row(weights, -SLACK, SLACK)


# What the report on missing answers tells beside those who left an item empty.
TOLD = (ANSWERED, DONT_KNOW, "not_asked")
Growth = Literal["came", "kept", "altered"]
# In the order in which they are supposed, until one contradicts nothing.
GROWTHS: tuple[Growth, ...] = ("came", "kept", "altered")


def build(
    releases: Sequence[Release],
    item: str,
    classes: Mapping[str, Classes] | None = None,
    *,
    growth: Growth = GROWTHS[0],
    shares: bool = True,
    routes: Sequence[Route] = (),
    merged: Sequence[Merged] = (),
    everybody: bool = True,
) -> LinearSystem:
    """The system of an item, and of those that `routes` link it with, or that are `merged` of one
    another, over all releases.

    `classes`: by release, what a reader of the frame knows; None for a reader of the publications
    alone. Releases on the same data have the same people, and stand in their order; `growth`: what
    later data of a wave have of earlier ones: every answer, and beside them one of each who `came`
    at most; every answer (`kept`); or nothing that is known (`altered`). `shares`: whether the
    printed shares and sums of weights are used, or the numbers of people alone; `everybody`: nobody
    is outside the groups of a variable, where no number shows one.
    """
    system = LinearSystem()
    linked = [*((r.item, r.after) for r in routes), *((m.item, m.of) for m in merged)]
    for name in dict.fromkeys([item, *(each for pair in linked for each in pair)]):
        before: list[tuple[Release, ReleasedTable]] = []
        for release in releases:
            if (table := release.tables.get(name)) is None:
                continue
            known = (classes or {}).get(release.name)
            ItemRows(system, release, table, known, shares, everybody).add()
            for earlier, older in before:
                if growth != "altered" and older.data != table.data:
                    _link_growth(system, (earlier, older), (release, table), growth)
            before = [each for each in before if each[1].data != table.data] + [(release, table)]
    for release in releases:
        for route in routes:
            if {route.item, route.after} <= release.tables.keys():
                _link_routing(system, release, route, shares)
        for answer in merged:
            if {answer.item, answer.of} <= release.tables.keys():
                _link_merged(system, release, answer)
    return system


def _link_merged(system: LinearSystem, release: Release, answer: Merged) -> None:
    """Who gave a merged answer is who gave one of those that it merges: people, cells, weights."""
    ours, theirs = release.tables[answer.item], release.tables[answer.of]
    for kind, slack in ((PEOPLE, 0.0), (CELL, 0.0), (WEIGHT, SLACK)):
        own, other = (name_table(kind, table, release) for table in (ours, theirs))
        for name in [n for n in system.names if n[:3] == (kind, own, answer.level)]:
            parts = [system.names.get((kind, other, code, name[3])) for code in answer.codes]
            if parts and None not in parts:
                row = {at: -1.0 for at in parts if at is not None}
                system.row({system.names[name]: 1.0, **row}, -slack, slack)


def _link_routing(system: LinearSystem, release: Release, route: Route, shares: bool) -> None:
    """Whoever answered an item gave the answer that routes to it, and who gave it answered, or left
    the item empty; but for those of whom that is `unclear`.
    """
    child, parent = release.tables[route.item], release.tables[route.after]
    if not route.codes or not set(route.codes) <= set(parent.levels):
        return
    parts = (ASKED,) if child.several else (*child.levels, DONT_KNOW)
    # Who chose several answers is in the sum of them more than once.
    silent = inf
    if child.counts and route.alone and (not parent.several or len(route.codes) == 1):
        silent = sum(some.high for told, some in child.counts.items() if told not in TOLD)
    cells = [name[3] for name in system.names if name[:3] == (CELL, parent.key, route.codes[0])]
    for kind, places, unit in (
        (PEOPLE, child.groups, 1.0),
        (WEIGHT, child.groups if shares else [], release.heaviest),
        (CELL, cells, 1.0),
    ):
        slack = SLACK if kind == WEIGHT else 0.0
        ours, theirs = (name_table(kind, table, release) for table in (child, parent))
        for place in places:
            gave = [system.names.get((kind, ours, part, place)) for part in parts]
            kept = [system.names.get((kind, theirs, code, place)) for code in route.codes]
            row = {at: 1.0 for at in gave if at is not None}
            if row and None not in kept:
                row |= {at: -1.0 for at in kept if at is not None}
                system.row(row, -silent * unit - slack, release.unclear * unit + slack)


def _link_growth(
    system: LinearSystem,
    earlier: tuple[Release, ReleasedTable],
    later: tuple[Release, ReleasedTable],
    growth: Growth,
) -> None:
    """Answers that were there are still there, and of those who came there is one each at most."""
    (first, older), (last, table) = earlier, later
    groups = set(older.groups) & set(table.groups)
    names = {*older.levels, *table.levels, *older.boxes, *table.boxes, DONT_KNOW, *BASES}
    for group in sorted(groups):
        people = [each.respondents.get(group) for each in (first, last)]
        came = inf
        if growth == "came" and people[0] is not None and people[1] is not None:
            came = people[1] - people[0]
        for name in sorted(names):
            pair = [(PEOPLE, each.key, name, group) for each in (table, older)]
            if all(each in system.names for each in pair):
                new, old = (system.names[each] for each in pair)
                those = system.variable((CAME, older.key, name, group), 0.0, came)
                system.row({new: 1.0, old: -1.0, those: -1.0}, 0.0, 0.0)
    for cell in [cell for cell in system.names if cell[:2] == (CELL, older.key)]:
        there = (CELL, table.key, *cell[2:])
        if there in system.names:
            system.row({system.names[there]: 1.0, system.names[cell]: -1.0}, 0.0, inf)
