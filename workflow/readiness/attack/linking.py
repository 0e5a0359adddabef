"""Build the linear system of what a reader knows of one item and of the items linked to it.

The unknowns are people: how many of each group gave each answer, and, for a reader who knows the
frame cell of every respondent, how many of each cell. Sums of weights depend on them. Every printed
number is a row of the system. A number that is not printed (who did not answer) is a variable.
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

# Smallest difference of a share's limits that a solver can tell apart, on any base.
SAME = 1e-10


def name_table(kind: str, table: ReleasedTable, release: Release) -> str:
    """Return the name of a table in variables of this kind.

    Counts of people are shared by all releases of the same data; sums of weights belong to one
    release.
    """
    return f"{table.item} {release.name}" if kind == WEIGHT else table.key


@dataclass
class ItemRows:
    """Adds the rows of one release for one item to a system.

    `classes`: the frame cells, for a reader who knows them. `shares`: whether to use the shares and
    sums of weights. `everybody`: whether the groups of a variable include every respondent.
    """

    system: LinearSystem
    release: Release
    table: ReleasedTable
    classes: Classes | None
    shares: bool
    everybody: bool

    def add(self) -> None:
        """Add all rows: each group, each share, then what links the groups."""
        share_cells = {(share.base, share.level, share.group) for share in self.table.shares}
        self.with_dont_know = any(base == WITH_DONT_KNOW for base, *_ in share_cells)
        self.answers = [*self.table.levels, *([DONT_KNOW] if self.with_dont_know else [])]
        for group in self.table.groups:
            self._add_group(group)
        for share in self.table.shares if self.shares else ():
            self._add_share(share)
        if TOTAL in self.table.groups:
            self._add_totals()
        self._add_other_numbers()
        if self.table.worst and self.shares and self.release.n and TOTAL in self.table.groups:
            self._add_worst(self.release.n)
        if self.classes is not None:
            self._add_cells(self.classes)

    def _people_column(self, name: str, group: str) -> int:
        """Return the index of the variable (matrix column) for a number of people of `group`.

        `name`: the answer they gave, or the base they are in. All releases of the same data share
        the variable.
        """
        most = self.release.respondents.get(group, inf)
        return self.system.variable((PEOPLE, self.table.key, name, group), 0.0, float(most))

    def _weight_column(self, name: str, group: str) -> int:
        """Return the index of the variable (matrix column) for a sum of weights of this release."""
        table_name = name_table(WEIGHT, self.table, self.release)
        return self.system.variable((WEIGHT, table_name, name, group), whole=False)

    def _list_bases(self) -> tuple[str, ...]:
        """Return the bases that the item has."""
        if self.table.several:
            return (ANSWERED, ASKED)
        return (ANSWERED, WITH_DONT_KNOW) if self.with_dont_know else (ANSWERED,)

    def _add_group(self, group: str) -> None:
        """Add the rows of one group: answers add to bases, levels add to boxes."""
        for base in self._list_bases():
            column = self._people_column(base, group)
            if (printed_base := self.table.bases.get((base, group))) is not None:
                self.system.variable(
                    (PEOPLE, self.table.key, base, group), printed_base, printed_base
                )
            self._add_weight_limits({column: 1.0}, {self._weight_column(base, group): 1.0})
        for column_of, slack in ((self._people_column, 0.0), (self._weight_column, SLACK)):
            self._add_sums(column_of, slack, group)
        for level in self.answers:
            self._add_weight_limits(
                {self._people_column(level, group): 1.0}, {self._weight_column(level, group): 1.0}
            )
        for level in (*self.table.levels, *self.table.boxes):
            # The rest: people of the base with another answer.
            rest = self.system.variable((REST, self.table.key, level, group))
            with_level = self._people_column(level, group)
            answered = self._people_column(ANSWERED, group)
            self.system.row({rest: 1.0, with_level: 1.0, answered: -1.0}, 0.0, 0.0)
        if (printed_weight := self.table.weights.get(group)) and self.shares:
            self._add_printed_weight(self._weight_column(ANSWERED, group), printed_weight)

    def _add_printed_weight(self, weight: int, printed: PrintedInterval) -> None:
        """Add a printed sum of weights, in people of the population.

        It is converted to mean weights where the mean is published. Else one unknown mean weight is
        behind all printed sums of the release.
        """
        if self.release.mean:
            low = printed.low / self.release.mean - SLACK
            high = printed.high / self.release.mean + SLACK
            self.system.low[weight] = max(self.system.low[weight], low)
            self.system.high[weight] = min(self.system.high[weight], high)
            return
        table_name = name_table(WEIGHT, self.table, self.release)
        thousand_people = self.system.variable(
            (WEIGHT, table_name, "part of a thousand people", ""), whole=False
        )
        for limit, low, high in ((printed.low, -SLACK, inf), (printed.high, -inf, SLACK)):
            self.system.row({weight: 1.0, thousand_people: -limit / 1000}, low, high)

    def _add_sums(self, column_of: Callable[[str, str], int], slack: float, group: str) -> None:
        """Add that answers add to the base, and levels to boxes, in people or in weights."""
        levels = self.table.levels
        if self.table.several:
            for level in levels:
                not_chosen = {column_of(ANSWERED, group): 1.0, column_of(level, group): -1.0}
                self.system.row(not_chosen, 0.0, inf)
                if column_of == self._people_column:
                    weights = {
                        self._weight_column(ANSWERED, group): 1.0,
                        self._weight_column(level, group): -1.0,
                    }
                    self._add_weight_limits(not_chosen, weights)
            self.system.row(
                {column_of(ASKED, group): 1.0, column_of(ANSWERED, group): -1.0}, 0.0, inf
            )
        else:
            base_row = {column_of(level, group): 1.0 for level in levels}
            base_row[column_of(ANSWERED, group)] = -1.0
            self.system.row(base_row, -slack, slack)
            if self.with_dont_know:
                with_dont_know = {column_of(ANSWERED, group): 1.0, column_of(DONT_KNOW, group): 1.0}
                with_dont_know[column_of(WITH_DONT_KNOW, group)] = -1.0
                self.system.row(with_dont_know, -slack, slack)
        for box, box_levels in self.table.boxes.items():
            if any(share.level == box and share.group == group for share in self.table.shares):
                box_row = {column_of(level, group): 1.0 for level in box_levels}
                box_row[column_of(box, group)] = -1.0
                self.system.row(box_row, -slack, slack)

    def _add_weight_limits(self, people: Mapping[int, float], weights: Mapping[int, float]) -> None:
        """Add that each person's weight lies between the lightest and the heaviest weight."""
        low, high = self.release.lightest, self.release.heaviest
        lightest = {column: -low * coefficient for column, coefficient in people.items()}
        heaviest = {column: -high * coefficient for column, coefficient in people.items()}
        self.system.row({**weights, **lightest}, -SLACK, inf)
        self.system.row({**weights, **heaviest}, -inf, SLACK)

    def _add_share(self, share: ReleasedShare) -> None:
        """Add the rows of a printed share, of weights or, if unweighted, of people."""
        if share.value is None:
            return
        column_of = self._weight_column if share.weighted else self._people_column
        level, base = column_of(share.level, share.group), column_of(share.base, share.group)
        if share.whole:
            # A share of exactly 0 or 1 holds for people and for weights.
            for column_of_kind in (self._weight_column, self._people_column):
                with_level = column_of_kind(share.level, share.group)
                with_base = column_of_kind(share.base, share.group)
                nobody = share.value.low < 0.5
                self.system.row({with_level: 1.0} | ({} if nobody else {with_base: -1.0}), 0.0, 0.0)
            return
        low = max(share.value.low, 0.0)
        high = min(share.value.high, 1.0)
        if high - low < SAME:
            # Twelve digits: one row, because two rows that hardly differ are hard for a solver.
            self.system.row({level: 1.0, base: -(low + high) / 2}, -SLACK, SLACK)
            return
        self.system.row({level: 1.0, base: -low}, -SLACK, inf)
        self.system.row({level: 1.0, base: -high}, -inf, SLACK)

    def _add_totals(self) -> None:
        """Add that the groups of each variable add to the total.

        They add to the total at most where a printed base shows people outside the groups, or where
        the answers are not published: only numbers show whether somebody is outside.
        """
        for groups in self.table.variables().values():
            is_exact = self.table.has_answers and self.everybody and self._has_no_outsider(groups)
            for name in (*self.answers, *self._list_bases()):
                for column_of, slack in ((self._people_column, 0.0), (self._weight_column, SLACK)):
                    total_row = {column_of(name, group): 1.0 for group in groups}
                    total_row[column_of(name, TOTAL)] = -1.0
                    self.system.row(total_row, -slack if is_exact else -inf, slack)

    def _has_no_outsider(self, groups: Sequence[str]) -> bool:
        """Return whether no published base shows people outside the groups."""
        bases = [
            [self.table.bases.get((base, group)) for group in (*groups, TOTAL)]
            for base in self._list_bases()
        ]
        printed = [numbers for numbers in bases if None not in numbers]
        return all(sum(parts) == total for *parts, total in printed)  # type: ignore[arg-type]

    def _add_other_numbers(self) -> None:
        """Add the numbers of people in contrasts, tests and the report on missing answers."""
        for (first, second), n in self.table.contrasts.items():
            if {first, second} <= set(self.table.groups):
                pair = {
                    self._people_column(ANSWERED, first): 1.0,
                    self._people_column(ANSWERED, second): 1.0,
                }
                self.system.row(pair, n, n)
        if self.table.tested and TOTAL in self.table.groups:
            self.system.row({self._people_column(ANSWERED, TOTAL): 1.0}, self.table.tested, inf)
        for name in (ANSWERED, DONT_KNOW):
            printed = self.table.counts.get(name)
            if printed and (name == ANSWERED or self.with_dont_know):
                self.system.row({self._people_column(name, TOTAL): 1.0}, printed.low, printed.high)

    def _add_worst(self, n: int) -> None:
        """Add the printed shares of all who were asked, by two assumptions on missing answers.

        Nobody without an answer would have given this one (lower end), or all would have (upper
        end).
        """
        table_name = name_table(WEIGHT, self.table, self.release)
        not_asked = self.table.counts.get("not_asked")
        least_asked = n - not_asked.high - SLACK if not_asked and not_asked.high < 1 else 0.0
        asked = self.system.variable(
            (WEIGHT, table_name, "all asked", TOTAL), least_asked, n, whole=False
        )
        answered = self._weight_column(ANSWERED, TOTAL)
        for (level, end), share in self.table.worst.items():
            with_answer = {self._weight_column(level, TOTAL): 1.0}
            if end == "upper":
                with_answer |= {asked: 1.0, answered: -1.0}
            for limit, low, high in ((share.low, -SLACK, inf), (share.high, -inf, SLACK)):
                self.system.row(
                    {**with_answer, asked: with_answer.get(asked, 0.0) - limit}, low, high
                )

    def _add_cells(self, classes: Classes) -> None:
        """Add the people of each frame cell by answer: groups are sums of cells of known weight."""
        parts = [*self.answers, *([ANSWERED, ASKED] if self.table.several else [])]
        cell_columns: dict[tuple[str, int], int] = {}
        for cell, cell_people in enumerate(classes.people):
            for part in parts:
                cell_columns[part, cell] = self.system.variable(
                    (CELL, self.table.key, part, str(cell)), 0.0, cell_people
                )
            if self.table.several:
                for level in self.table.levels:
                    self.system.row(
                        {cell_columns[ANSWERED, cell]: 1.0, cell_columns[level, cell]: -1.0},
                        0.0,
                        inf,
                    )
                self.system.row(
                    {cell_columns[ASKED, cell]: 1.0, cell_columns[ANSWERED, cell]: -1.0}, 0.0, inf
                )
            else:
                self.system.row(
                    {cell_columns[part, cell]: 1.0 for part in self.answers}, -inf, cell_people
                )
        for group in self.table.groups:
            inside = np.flatnonzero(classes.inside(group)).tolist()
            for part in parts if len(inside) else ():
                people_row = {cell_columns[part, cell]: 1.0 for cell in inside}
                people_row[self._people_column(part, group)] = -1.0
                self.system.row(people_row, 0.0, 0.0)
                weight_row = {
                    cell_columns[part, cell]: float(classes.weights[cell]) for cell in inside
                }
                weight_row[self._weight_column(part, group)] = -1.0
                self.system.row(weight_row, -SLACK, SLACK)


# Levels of the report on missing answers that are not item nonresponse.
TOLD = (ANSWERED, DONT_KNOW, "not_asked")
Growth = Literal["came", "kept", "altered"]
# Assumptions in order of strength: the first that contradicts no printed number is used.
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
    """Build the system of an item and the items linked to it, over all releases.

    `routes` and `merged` name the linked items. `classes`: by release, the frame cells for a reader
    who knows them; None for a reader of the publications alone. Releases are in order; releases of
    the same data share their people. `growth`: the assumption about later data of a wave: they
    contain all earlier answers, and at most one more for each person who `came`; they contain all
    earlier answers (`kept`); or nothing is assumed (`altered`). `shares`: whether to use the
    printed shares and sums of weights, or only numbers of people. `everybody`: whether the groups
    of a variable include every respondent where no number shows otherwise.
    """
    system = LinearSystem()
    linked = [
        *((filter_route.item, filter_route.after) for filter_route in routes),
        *((derived.item, derived.of) for derived in merged),
    ]
    for name in dict.fromkeys([item, *(linked_item for pair in linked for linked_item in pair)]):
        earlier_tables: list[tuple[Release, ReleasedTable]] = []
        for release in releases:
            if (table := release.tables.get(name)) is None:
                continue
            release_classes = (classes or {}).get(release.name)
            ItemRows(system, release, table, release_classes, shares, everybody).add()
            for earlier, earlier_table in earlier_tables:
                if growth != "altered" and earlier_table.data != table.data:
                    _link_growth(system, (earlier, earlier_table), (release, table), growth)
            earlier_tables = [pair for pair in earlier_tables if pair[1].data != table.data] + [
                (release, table)
            ]
    for release in releases:
        for route in routes:
            if {route.item, route.after} <= release.tables.keys():
                _link_routing(system, release, route, shares)
        for answer in merged:
            if {answer.item, answer.of} <= release.tables.keys():
                _link_merged(system, release, answer)
    return system


def _link_merged(system: LinearSystem, release: Release, answer: Merged) -> None:
    """Add that a merged answer is the sum of its parts, in people, cells and weights."""
    derived_table, source_table = release.tables[answer.item], release.tables[answer.of]
    for kind, slack in ((PEOPLE, 0.0), (CELL, 0.0), (WEIGHT, SLACK)):
        derived_name, source_name = (
            name_table(kind, table, release) for table in (derived_table, source_table)
        )
        for variable_name in [
            variable
            for variable in system.names
            if variable[:3] == (kind, derived_name, answer.level)
        ]:
            source_columns = [
                system.names.get((kind, source_name, code, variable_name[3]))
                for code in answer.codes
            ]
            if source_columns and None not in source_columns:
                row = {column: -1.0 for column in source_columns if column is not None}
                system.row({system.names[variable_name]: 1.0, **row}, -slack, slack)


def _link_routing(system: LinearSystem, release: Release, route: Route, shares: bool) -> None:
    """Add that the people who answered a routed item are those who gave a routing answer.

    The row has slack for people who left the item empty, and for answers whose routing is unclear.
    """
    child, parent = release.tables[route.item], release.tables[route.after]
    if not route.codes or not set(route.codes) <= set(parent.levels):
        return
    answers = (ASKED,) if child.several else (*child.levels, DONT_KNOW)
    # A person who chose several of the options counts several times in their sum: no limit then.
    unanswered = inf
    if child.counts and route.alone and (not parent.several or len(route.codes) == 1):
        unanswered = sum(number.high for level, number in child.counts.items() if level not in TOLD)
    cells = [name[3] for name in system.names if name[:3] == (CELL, parent.key, route.codes[0])]
    for kind, places, unit in (
        (PEOPLE, child.groups, 1.0),
        (WEIGHT, child.groups if shares else [], release.heaviest),
        (CELL, cells, 1.0),
    ):
        slack = SLACK if kind == WEIGHT else 0.0
        child_name, parent_name = (name_table(kind, table, release) for table in (child, parent))
        for place in places:
            child_columns = [system.names.get((kind, child_name, part, place)) for part in answers]
            parent_columns = [
                system.names.get((kind, parent_name, code, place)) for code in route.codes
            ]
            row = {column: 1.0 for column in child_columns if column is not None}
            if row and None not in parent_columns:
                row |= {column: -1.0 for column in parent_columns if column is not None}
                system.row(row, -unanswered * unit - slack, release.unclear * unit + slack)


def _link_growth(
    system: LinearSystem,
    earlier: tuple[Release, ReleasedTable],
    later: tuple[Release, ReleasedTable],
    growth: Growth,
) -> None:
    """Add that later data keep all earlier answers, and gain at most one for each newcomer."""
    (first, older), (last, table) = earlier, later
    groups = set(older.groups) & set(table.groups)
    names = {*older.levels, *table.levels, *older.boxes, *table.boxes, DONT_KNOW, *BASES}
    for group in sorted(groups):
        respondents = [release.respondents.get(group) for release in (first, last)]
        most_newcomers = inf
        if growth == "came" and respondents[0] is not None and respondents[1] is not None:
            most_newcomers = respondents[1] - respondents[0]
        for name in sorted(names):
            variable_names = [
                (PEOPLE, data_table.key, name, group) for data_table in (table, older)
            ]
            if all(variable in system.names for variable in variable_names):
                later_column, earlier_column = (
                    system.names[variable] for variable in variable_names
                )
                newcomers = system.variable((CAME, older.key, name, group), 0.0, most_newcomers)
                system.row({later_column: 1.0, earlier_column: -1.0, newcomers: -1.0}, 0.0, 0.0)
    for cell in [cell for cell in system.names if cell[:2] == (CELL, older.key)]:
        later_cell = (CELL, table.key, *cell[2:])
        if later_cell in system.names:
            system.row({system.names[later_cell]: 1.0, system.names[cell]: -1.0}, 0.0, inf)
