"""What earlier releases of a wave told of counts: rows that no later one can take back.

Between two releases people came: a count grew by those of its group at most. So what an earlier one
printed bounds today's count, and where few came, today's number tells what was withheld before, or
what those few answered (differencing). By itself a printed share of weights says how many people
gave an answer as far as the range of the weights does. People of all answers and groups add to
totals, and so do their weights: together the shares say more (`Joint`). Two programs a count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import ceil, floor, inf
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.selection import group_name, variable_of
from readiness.disclosure.judge import BoundReader
from readiness.disclosure.policy import CountSystem, LinearRow, ProtectedSum
from readiness.ground.decimals import SIGNIFICANT_DIGITS
from readiness.ground.errors import StatisticsError
from readiness.ground.figure_id import FigureId, base_id, weighting_id
from readiness.ground.frames import list_rows
from readiness.questionnaire import TOTAL
from readiness.register.figures import PRECISION, PUBLISHED, read_statistic

# How far a printed number of people may be from a whole one.
NEAR = 1e-9
Ends = tuple[float, float]


@dataclass(frozen=True)
class Told:
    """A printed share: between what it is (0-1), and the `ratio` of the heaviest weight to the
    lightest (1: a share of people).
    """

    low: float
    high: float
    ratio: float = 1.0

    @property
    def of_people(self) -> Ends:
        """Between which shares of people (0-1) this one of weights puts those who gave an answer.

        k people of n have between k / (k + (n - k) ratio) and k ratio / (k ratio + n - k) of the
        weight.
        """
        low, high = max(self.low, 0.0), min(self.high, 1.0)
        return (
            low / (low + (1.0 - low) * self.ratio),
            high * self.ratio / (high * self.ratio + 1.0 - high),
        )

    def people(self, base: Ends) -> Ends:
        """Between which numbers of people, where all are between those of `base`."""
        least, most = self.of_people
        return float(ceil(base[0] * least - NEAR)), float(floor(base[1] * most + NEAR))

    def rows(
        self, chosen: Sequence[int], base: Sequence[int], people: Ends | None, more: float
    ) -> list[LinearRow]:
        """What it tells of a share's counts, among whom up to `more` may have come since."""
        if people and people[0] == people[1]:
            low, high = self.people(people)
            return [LinearRow.of(dict.fromkeys(chosen, 1.0), low, high + more)]
        least, most = self.of_people
        those = set(chosen)
        ends = ((least, -NEAR - least * more, inf), (most, -inf, NEAR + (1 - most) * more))
        return [
            LinearRow.of({place: (place in those) - part for place in base}, low, high)
            for part, low, high in ends
        ]


@dataclass(frozen=True)
class Earlier:
    """One earlier release.

    `shares`: by id, what was printed; None where it was withheld. `bases`: by id, between which
    numbers of people what was printed puts it; the same. `respondents`: by group, as far as they
    are printed. `same`: whether it is of today's data.
    """

    shares: Mapping[str, Told | None] = field(default_factory=dict)
    bases: Mapping[str, Ends | None] = field(default_factory=dict)
    respondents: Mapping[str, int] = field(default_factory=dict)
    same: bool = False

    def came(self, group: str, people: float) -> float:
        """How many more a group of so many `people` has at most; infinite where nobody can tell."""
        if self.same:
            return 0.0
        before = self.respondents.get(group)
        return inf if before is None or before > people else people - before

    @cached_property
    def withheld_ids(self) -> frozenset[str]:
        """The ids of what was not told."""
        both = (*self.shares.items(), *self.bases.items())
        return frozenset(name for name, told in both if told is None)

    def ends(self, share: str, others: str, base: str) -> dict[str, Ends]:
        """Between what a share's count, that of the others and their base were, as far as known."""
        people, told = self.bases.get(base), self.shares.get(share)
        found = {base: people} if people else {}
        if told and people:
            low, high = found[share] = told.people(people)
            found[others] = people[0] - high, people[1] - low
        return found

    def rows(
        self, share: str, base: str, chosen: Sequence[int], everybody: Sequence[int], more: float
    ) -> Iterator[LinearRow]:
        """What it tells of a share's counts, among whom up to `more` may have come since."""
        people, told = self.bases.get(base), self.shares.get(share)
        if people:
            yield LinearRow.of(dict.fromkeys(everybody, 1.0), people[0], people[1] + more)
        if told:
            yield from told.rows(chosen, everybody, people, more)


def earlier_release(figures: pd.DataFrame, data: str) -> Earlier:
    """What a published register (as text) told; `data`: the versions of today's data."""
    rows = list_rows(figures)
    shown = {row["id"]: row["value"] for row in rows if not row["suppressed"]}
    lightest, heaviest = (shown.get(weighting_id(end), "") for end in ("minimum", "maximum"))
    # Printed with two decimals.
    ratio = (float(heaviest) + 0.005) / (float(lightest) - 0.005) if lightest and heaviest else 1.0
    shares: dict[str, Told | None] = {}
    bases: dict[str, Ends | None] = {}
    respondents, snapshots = dict[str, int](), set()
    for row in rows:
        value = shown.get(row["id"])
        if row["kind"] == "count":
            if row["unit"] == "base" and row["statistic"].startswith("answers"):
                bases[row["id"]] = (float(value), float(value)) if value else None
        elif row["kind"] == "estimate" and row["unit"] == "share":
            _, base, unweighted = read_statistic(row["statistic"])
            told = (float(row["n"]), float(row["n"])) if row["n"] else None
            snapshots.add(row["dataset"])
            bases.setdefault(base_id(row["item"], row["group"], base), told)
            ends = _bound_printed(row, float(value)) if value else None
            shares[row["id"]] = Told(*ends, 1.0 if unweighted else ratio) if ends else None
        elif row["kind"] == "quality" and not row["suppressed"]:
            if row["statistic"] == "answered" or (
                row["statistic"] == "kept" and row["group"] != TOTAL
            ):
                respondents[row["group"]] = int(row["value"])
        elif row["kind"] == "balance" and row["n"] and not row["suppressed"]:
            variable = FigureId.parse(row["id"], row["kind"]).item
            respondents[group_name(variable, row["level"] or row["item"])] = int(row["n"])
    return Earlier(shares, bases, respondents, snapshots == {data})


def _bound_printed(row: dict[Any, str], value: float) -> Ends:
    """Between what a printed share puts the share; nobody and everybody are shown as such."""
    if value in (0.0, 1.0) and row["se"] in ("", "0"):
        return value, value
    half = value * 10.0 ** (1 - SIGNIFICANT_DIGITS)
    if row[PRECISION] == PUBLISHED:
        half = 0.5 * 10.0 ** -(int(row["digits"]) + 2)
    return value - half, value + half


@dataclass(frozen=True)
class Joint:
    """The shares of one earlier release, of the same people: of each category in each group.

    `shares`, `bases`: their ids; by category and group, and by group. `categories`, `groups`: what
    adds to a base, and which groups there are.
    """

    earlier: Earlier
    shares: Mapping[tuple[str, str], str]
    bases: Mapping[str, str]
    categories: Sequence[str]
    groups: Sequence[str]

    def ends(self, category: str, group: str) -> Ends | None:
        """Between which numbers of people they put a count; None where they do not."""
        if self._reader is None:
            return None
        target = ProtectedSum("", (self._find_people(category, group),), 0)
        try:
            found = self._reader.bounds(target)[0]
        except StatisticsError:
            return None
        return float(found.least), float(found.most)

    @cached_property
    def _ratio(self) -> float:
        told = [self.earlier.shares.get(name) for name in self.shares.values()]
        return max((each.ratio for each in told if each), default=0.0)

    @cached_property
    def _reader(self) -> BoundReader | None:
        """Who knows the release alone: numbers of people, then their weights."""
        if not self._ratio:
            return None
        most = np.repeat([self._bound_base(g)[1] for g in self.groups], len(self.categories))
        upper = np.concatenate([most, self._ratio * most])
        return BoundReader(CountSystem(upper, tuple(self._list_rows()), (), ()), ())

    def _bound_base(self, group: str) -> Ends:
        told = self.earlier.bases.get(self.bases[group])
        return told or (0.0, float(self.earlier.respondents.get(group, inf)))

    def _find_people(self, category: str, group: str) -> int:
        return self.groups.index(group) * len(self.categories) + self.categories.index(category)

    def _weight(self, category: str, group: str) -> int:
        return len(self.groups) * len(self.categories) + self._find_people(category, group)

    def _list_rows(self) -> Iterator[LinearRow]:
        # In weights of the lightest, so many people weigh as much at least, and `ratio` times.
        for group, category in product(self.groups, self.categories):
            n, w = self._find_people(category, group), self._weight(category, group)
            yield LinearRow.of({n: -1.0, w: 1.0}, 0.0, inf)
            yield LinearRow.of({n: -self._ratio, w: 1.0}, -inf, 0.0)
        # The groups of one variable are everybody.
        parts = [group for group in self.groups if group != TOTAL]
        variables = dict.fromkeys(map(variable_of, parts)) if TOTAL in self.groups else {}
        for variable, category in product(variables, self.categories):
            own = [group for group in parts if variable_of(group) == variable]
            for at in (self._find_people, self._weight):
                row = {**{at(category, g): 1.0 for g in own}, at(category, TOTAL): -1.0}
                yield LinearRow.of(row, 0.0, 0.0)
        for group in self.groups:
            people = {self._find_people(c, group): 1.0 for c in self.categories}
            yield LinearRow.of(people, *self._bound_base(group))
            for category in self.categories:
                if not (told := self.earlier.shares.get(self.shares.get((category, group), ""))):
                    continue
                for end, low, high in ((told.low, 0.0, inf), (told.high, -inf, 0.0)):
                    row = {self._weight(c, group): (c == category) - end for c in self.categories}
                    yield LinearRow.of(row, low, high)
