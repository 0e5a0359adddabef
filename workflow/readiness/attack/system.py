"""All that a reader knows of one item, and of those that it is routed from or to, as one system of
linear equations and inequalities.

Unknown are people: how many of each group gave each answer, and, for a reader who knows the frame
cell of every respondent, how many of each cell. Sums of weights hang on them. Everything printed is
a row of the system; what nobody printed (who did not answer) is a variable of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from readiness.attack.released import (
    ANSWERED,
    ASKED,
    BASES,
    DONT_KNOW,
    TOTAL,
    WITH_DONT_KNOW,
    Release,
    ReleasedShare,
    ReleasedTable,
    Route,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# How far a sum of weights may miss its printed value, in mean weights: a solver's tolerance.
SLACK = 1e-7
# The ends of a share that are nearer than a solver can tell, on any base of people.
SAME = 1e-10
PEOPLE, WEIGHT, REST, CELL = "people", "weight", "rest", "cell"
# Those of later data who were not in earlier ones.
CAME = "came"
# What the report on missing answers tells beside those who left an item empty.
TOLD = (ANSWERED, DONT_KNOW, "not_asked")
# (answer or base, group).
Key = tuple[str, str]
Name = tuple[str, ...]
Growth = Literal["came", "kept", "altered"]
# In the order in which they are supposed, until one contradicts nothing.
GROWTHS: tuple[Growth, ...] = ("came", "kept", "altered")


@dataclass
class LinearSystem:
    """Variables with bounds, and rows low <= a.x <= high."""

    names: dict[Name, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def variable(
        self, name: Name, low: float = 0.0, high: float = inf, *, whole: bool = True
    ) -> int:
        """The column of a variable, made where it is not there yet; bounds are tightened."""
        if name not in self.names:
            self.names[name] = len(self.low)
            self.low.append(low)
            self.high.append(high)
            self.whole.append(whole)
        at = self.names[name]
        self.low[at] = max(self.low[at], low)
        self.high[at] = min(self.high[at], high)
        return at

    def row(self, coefficients: Mapping[int, float], low: float, high: float) -> None:
        """One equation or inequality; coefficients of the same column were added up before."""
        self.rows.append({at: value for at, value in coefficients.items() if value})
        self.row_low.append(low)
        self.row_high.append(high)

    def matrix(self) -> csr_array:
        """The rows as a sparse matrix."""
        from scipy.sparse import csr_array

        indices = [at for row in self.rows for at in row]
        values = [value for row in self.rows for value in row.values()]
        ends = np.cumsum([0, *(len(row) for row in self.rows)])
        shape = (len(self.rows), len(self.low))
        return csr_array((np.array(values), np.array(indices, dtype=int), ends), shape=shape)


@dataclass(frozen=True)
class Classes:
    """What a reader knows who knows the frame cell of every respondent of a release.

    Attributes:
        groups: for each cell its group in each variable, columns named as the register does.
        people: respondents of each cell.
        weights: the weight of each of them, in mean weights.
    """

    groups: pd.DataFrame
    people: np.ndarray
    weights: np.ndarray

    def inside(self, group: str) -> np.ndarray:
        """Which cells a group is made of."""
        return self._inside.get(group, np.zeros(len(self.people), dtype=bool))

    @cached_property
    def _inside(self) -> dict[str, np.ndarray]:
        found = {TOTAL: np.ones(len(self.people), dtype=bool)}
        for variable in self.groups:
            column = self.groups[variable].to_numpy(dtype=object)
            found |= {group: column == group for group in dict.fromkeys(column) if group}
        return found

    def knows(self, group: str) -> bool:
        """Whether a group is one of the frame's."""
        return bool(self.inside(group).any())


def build(
    releases: Sequence[Release],
    item: str,
    classes: Mapping[str, Classes] | None = None,
    *,
    growth: Growth = GROWTHS[0],
    shares: bool = True,
    routes: Sequence[Route] = (),
    everybody: bool = True,
) -> LinearSystem:
    """The system of an item, and of those that `routes` link it with, over all releases.

    `classes`: by release, what a reader of the frame knows; None for a reader of the publications
    alone. Releases on the same data have the same people, and stand in their order; `growth`: what
    later data of a wave have of earlier ones: every answer, and beside them one of each who `came`
    at most; every answer (`kept`); or nothing that is known (`altered`). `shares`: whether the
    printed shares and sums of weights are used, or the numbers of people alone; `everybody`: nobody
    is outside the groups of a variable, where no number shows one.
    """
    system = LinearSystem()
    for name in dict.fromkeys([item, *(each for r in routes for each in (r.item, r.after))]):
        before: list[tuple[Release, ReleasedTable]] = []
        for release in releases:
            table = release.tables.get(name)
            if table is None:
                continue
            known = (classes or {}).get(release.name)
            _ItemRows(system, release, table, known, shares, everybody).add()
            for earlier, older in before:
                if growth != "altered" and older.data != table.data:
                    _link_growth(system, (earlier, older), (release, table), growth)
            before = [each for each in before if each[1].data != table.data] + [(release, table)]
    for release in releases:
        for route in routes:
            if {route.item, route.after} <= release.tables.keys():
                _link_routing(system, release, route, shares)
    return system


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
        ours, theirs = (_name_table(kind, table, release) for table in (child, parent))
        for place in places:
            gave = [system.names.get((kind, ours, part, place)) for part in parts]
            kept = [system.names.get((kind, theirs, code, place)) for code in route.codes]
            row = {at: 1.0 for at in gave if at is not None}
            if row and None not in kept:
                row |= {at: -1.0 for at in kept if at is not None}
                system.row(row, -silent * unit - slack, release.unclear * unit + slack)


def _name_table(kind: str, table: ReleasedTable, release: Release) -> str:
    """Of what a variable of this kind is: people are those of the data, and so the same in all
    releases of it; weights are those of the release.
    """
    return f"{table.item} {release.name}" if kind == WEIGHT else table.key


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
    cells = [cell for cell in system.names if cell[:2] == (CELL, older.key)]
    for cell in cells:
        there = (CELL, table.key, *cell[2:])
        if there in system.names:
            system.row({system.names[there]: 1.0, system.names[cell]: -1.0}, 0.0, inf)


@dataclass
class _ItemRows:
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
        for group in self.table.groups:
            self._group(group)
        for share in self.table.shares if self.shares else ():
            self._share(share)
        if self.table.told:
            # Whether somebody is outside every group, only the numbers show.
            self._totals()
        self._add_other_numbers()
        if self.table.worst and self.shares and self.release.n and TOTAL in self.table.groups:
            self._add_worst(self.release.n)
        if self.classes is not None:
            self._cells(self.classes)

    # Variables. People are those of the data, so releases on the same data share them; weights are
    # those of the release.
    def people(self, name: str, group: str) -> int:
        most = self.release.respondents.get(group, inf)
        return self.system.variable((PEOPLE, self.table.key, name, group), 0.0, float(most))

    def weight(self, name: str, group: str) -> int:
        of = _name_table(WEIGHT, self.table, self.release)
        return self.system.variable((WEIGHT, of, name, group), whole=False)

    def _bases(self) -> tuple[str, ...]:
        if self.table.several:
            return (ANSWERED, ASKED)
        return (ANSWERED, WITH_DONT_KNOW) if self.with_dont_know else (ANSWERED,)

    def _group(self, group: str) -> None:
        """Answers add to bases, in people and in weights; a box is the sum of its levels."""
        for base in self._bases():
            column = self.people(base, group)
            known = self.table.bases.get((base, group))
            if known is not None:
                self.system.variable((PEOPLE, self.table.key, base, group), known, known)
            self._ratio({column: 1.0}, {self.weight(base, group): 1.0})
        for part in (self.people, self.weight):
            self._sums(part, group)
        for level in (*self.table.levels, *([DONT_KNOW] if self.with_dont_know else [])):
            self._ratio({self.people(level, group): 1.0}, {self.weight(level, group): 1.0})
        for level in (*self.table.levels, *self.table.boxes):
            # Those who answered, and otherwise.
            rest = self.system.variable((REST, self.table.key, level, group))
            those, whole = self.people(level, group), self.people(ANSWERED, group)
            self.system.row({rest: 1.0, those: 1.0, whole: -1.0}, 0.0, 0.0)
        told = self.table.weights.get(group)
        if told is not None and self.release.mean and self.shares:
            unit = self.release.mean
            self.system.variable(
                (WEIGHT, _name_table(WEIGHT, self.table, self.release), ANSWERED, group),
                told.low / unit - SLACK,
                told.high / unit + SLACK,
                whole=False,
            )

    def _sums(self, part: Callable[[str, str], int], group: str) -> None:
        levels = self.table.levels
        slack = 0.0 if part == self.people else SLACK
        if self.table.several:
            for level in levels:
                rest = {part(ANSWERED, group): 1.0, part(level, group): -1.0}
                self.system.row(rest, 0.0, inf)
                if part == self.people:
                    weights = {self.weight(ANSWERED, group): 1.0, self.weight(level, group): -1.0}
                    self._ratio(rest, weights)
            beyond = {part(ASKED, group): 1.0, part(ANSWERED, group): -1.0}
            self.system.row(beyond, 0.0, inf)
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
        part = self.weight if share.weighted else self.people
        level, base = part(share.level, share.group), part(share.base, share.group)
        if share.whole:
            # Nobody or everybody: of the weights as of the people.
            for each in (self.weight, self.people):
                one, all_ = each(share.level, share.group), each(share.base, share.group)
                if share.value.low < 0.5:
                    self.system.row({one: 1.0}, 0.0, 0.0)
                else:
                    self.system.row({one: 1.0, all_: -1.0}, 0.0, 0.0)
            return
        low, high = max(share.value.low, 0.0), min(share.value.high, 1.0)
        if high - low < SAME:
            # Of twelve digits: one row, for two that hardly differ are hard to a solver.
            self.system.row({level: 1.0, base: -(low + high) / 2}, -SLACK, SLACK)
            return
        self.system.row({level: 1.0, base: -low}, -SLACK, inf)
        self.system.row({level: 1.0, base: -high}, -inf, SLACK)

    def _totals(self) -> None:
        """The groups of each variable are all people, where no printed base says otherwise."""
        names = [*self.table.levels, *([DONT_KNOW] if self.with_dont_know else []), *self._bases()]
        for groups in self.table.variables().values():
            exact = self.everybody and self._complete(groups)
            if TOTAL not in self.table.groups:
                continue
            for name in names:
                for part in (self.people, self.weight):
                    slack = 0.0 if part == self.people else SLACK
                    sums = {part(name, group): 1.0 for group in groups}
                    sums[part(name, TOTAL)] = -1.0
                    self.system.row(sums, -slack if exact else -inf, slack)

    def _complete(self, groups: Sequence[str]) -> bool:
        """Whether nobody is outside the groups: no visible bases fall short of the total."""
        for base in self._bases():
            known = [self.table.bases.get((base, group)) for group in (*groups, TOTAL)]
            if None not in known and sum(known[:-1]) != known[-1]:  # type: ignore[arg-type]
                return False
        return True

    def _add_other_numbers(self) -> None:
        """Numbers of people that stand elsewhere: in contrasts, tests and the missing answers."""
        for (one, other), n in self.table.contrasts.items():
            if {one, other} <= set(self.table.groups):
                pair = {self.people(ANSWERED, one): 1.0, self.people(ANSWERED, other): 1.0}
                self.system.row(pair, n, n)
        if self.table.tested and TOTAL in self.table.groups:
            self.system.row({self.people(ANSWERED, TOTAL): 1.0}, self.table.tested, inf)
        for name in (ANSWERED, DONT_KNOW):
            within = self.table.counts.get(name)
            if within and (name == ANSWERED or self.with_dont_know):
                self.system.row({self.people(name, TOTAL): 1.0}, within.low, within.high)

    def _add_worst(self, n: int) -> None:
        """Shares of all who were asked, if those without an answer had not given it, or had."""
        of = _name_table(WEIGHT, self.table, self.release)
        gone = self.table.counts.get("not_asked")
        least = n - gone.high - SLACK if gone and gone.high < 1 else 0.0
        asked = self.system.variable((WEIGHT, of, "all asked", TOTAL), least, n, whole=False)
        answered = self.weight(ANSWERED, TOTAL)
        for (level, end), share in self.table.worst.items():
            gave = {self.weight(level, TOTAL): 1.0}
            if end == "upper":
                gave |= {asked: 1.0, answered: -1.0}
            for at, low, high in ((share.low, -SLACK, inf), (share.high, -inf, SLACK)):
                self.system.row({**gave, asked: gave.get(asked, 0.0) - at}, low, high)

    def _cells(self, classes: Classes) -> None:
        """People of each frame cell by answer; groups are sums of them, of known weight."""
        parts = [*self.table.levels]
        if self.with_dont_know:
            parts.append(DONT_KNOW)
        answered = [*parts]
        if self.table.several:
            parts += [ANSWERED, ASKED]
        cell: dict[tuple[str, int], int] = {}
        for at, most in enumerate(classes.people):
            for part in parts:
                cell[part, at] = self.system.variable(
                    (CELL, self.table.key, part, str(at)), 0.0, most
                )
            if self.table.several:
                for level in self.table.levels:
                    less = {cell[ANSWERED, at]: 1.0, cell[level, at]: -1.0}
                    self.system.row(less, 0.0, inf)
                beyond = {cell[ASKED, at]: 1.0, cell[ANSWERED, at]: -1.0}
                self.system.row(beyond, 0.0, inf)
            else:
                self.system.row({cell[part, at]: 1.0 for part in answered}, -inf, most)
        for group in self.table.groups:
            inside = np.flatnonzero(classes.inside(group)).tolist()
            for part in parts if len(inside) else ():
                people = {cell[part, at]: 1.0 for at in inside} | {self.people(part, group): -1.0}
                self.system.row(people, 0.0, 0.0)
                weights = {cell[part, at]: float(classes.weights[at]) for at in inside}
                weights[self.weight(part, group)] = -1.0
                self.system.row(weights, -SLACK, SLACK)
