"""All that a reader knows of one item, and of those that it is routed from or to, as one system.

Unknown are people: how many of each group gave each answer, and, for a reader who knows the frame
cell of every respondent, how many of each cell. Sums of weights hang on them. Everything printed is
a row of the system; what nobody printed (who did not answer) is a variable of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Literal

from readiness.attack.item_rows import ItemRows, name_table
from readiness.attack.released import (
    ANSWERED,
    ASKED,
    BASES,
    DONT_KNOW,
    Release,
    ReleasedTable,
    Route,
)
from readiness.attack.system import CAME, CELL, PEOPLE, SLACK, WEIGHT, Classes, LinearSystem

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
            ItemRows(system, release, table, known, shares, everybody).add()
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
    cells = [cell for cell in system.names if cell[:2] == (CELL, older.key)]
    for cell in cells:
        there = (CELL, table.key, *cell[2:])
        if there in system.names:
            system.row({system.names[there]: 1.0, system.names[cell]: -1.0}, 0.0, inf)
