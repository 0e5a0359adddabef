"""Read what earlier releases of a wave disclose of counts, as rows of the system.

Between two releases a count grows at most by the people who came to its group. So an earlier
printed number bounds today's count. Where few came, today's number discloses what was suppressed
before, or what the few newcomers answered (differencing).

The range of the weights turns a printed share of weights into limits of a number of people. People
of all answers and groups add to totals, and so do their weights: all shares together give narrower
limits (`Joint`), by two linear programs for each count.
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

# Tolerance of a printed number of people beside a whole number.
NEAR = 1e-9
Ends = tuple[float, float]


@dataclass(frozen=True)
class Told:
    """A printed share: its limits (0-1), and the `ratio` of the heaviest to the lightest weight.

    A share of people has ratio 1.
    """

    low: float
    high: float
    ratio: float = 1.0

    @property
    def of_people(self) -> Ends:
        """The limits of the share of people (0-1) behind this share of weights.

        k people of n have between k / (k + (n - k) ratio) and k ratio / (k ratio + n - k) of the
        weight.
        """
        low = max(self.low, 0.0)
        high = min(self.high, 1.0)
        return (
            low / (low + (1.0 - low) * self.ratio),
            high * self.ratio / (high * self.ratio + 1.0 - high),
        )

    def people(self, base: Ends) -> Ends:
        """Return the limits of the number of people behind the share, given those of the base."""
        least, most = self.of_people
        return float(ceil(base[0] * least - NEAR)), float(floor(base[1] * most + NEAR))

    def rows(
        self, chosen: Sequence[int], base: Sequence[int], people: Ends | None, more: float
    ) -> list[LinearRow]:
        """Return the rows of a printed share's counts.

        Up to `more` of the people counted may have come since. `people`: the limits of the base,
        None where it is not known.
        """
        if people and people[0] == people[1]:
            low, high = self.people(people)
            return [LinearRow.of(dict.fromkeys(chosen, 1.0), low, high + more)]
        least, most = self.of_people
        chosen_places = set(chosen)
        share_limits = ((least, -NEAR - least * more, inf), (most, -inf, NEAR + (1 - most) * more))
        return [
            LinearRow.of(
                {place: (place in chosen_places) - share_limit for place in base}, low, high
            )
            for share_limit, low, high in share_limits
        ]


@dataclass(frozen=True)
class Earlier:
    """The published numbers of one earlier release.

    `shares`: by id, the printed share; None where it was suppressed. `bases`: by id, the limits of
    the number of people; None where it was suppressed. `respondents`: by group, where they are
    printed. `same`: whether the release is of today's data.
    """

    shares: Mapping[str, Told | None] = field(default_factory=dict)
    bases: Mapping[str, Ends | None] = field(default_factory=dict)
    respondents: Mapping[str, int] = field(default_factory=dict)
    same: bool = False

    def came(self, group: str, people: float) -> float:
        """Return the largest possible number of newcomers in a group that now has `people`.

        Infinite where the release did not print the group's respondents, or printed more than
        `people`.
        """
        if self.same:
            return 0.0
        earlier_people = self.respondents.get(group)
        return inf if earlier_people is None or earlier_people > people else people - earlier_people

    @cached_property
    def withheld_ids(self) -> frozenset[str]:
        """The ids of the suppressed shares and bases."""
        printed_numbers = (*self.shares.items(), *self.bases.items())
        return frozenset(name for name, printed in printed_numbers if printed is None)

    def ends(self, share: str, others: str, base: str) -> dict[str, Ends]:
        """Return the limits of a share's count, of the others of its base and of the base, by id.

        Numbers that are not known are left out.
        """
        people = self.bases.get(base)
        printed_share = self.shares.get(share)
        limits = {base: people} if people else {}
        if printed_share and people:
            low, high = limits[share] = printed_share.people(people)
            limits[others] = people[0] - high, people[1] - low
        return limits

    def rows(
        self, share: str, base: str, chosen: Sequence[int], everybody: Sequence[int], more: float
    ) -> Iterator[LinearRow]:
        """Yield the rows that the release gives for a share's counts and their base.

        Up to `more` of the people counted may have come since.
        """
        people = self.bases.get(base)
        printed_share = self.shares.get(share)
        if people:
            yield LinearRow.of(dict.fromkeys(everybody, 1.0), people[0], people[1] + more)
        if printed_share:
            yield from printed_share.rows(chosen, everybody, people, more)


def earlier_release(figures: pd.DataFrame, data: str) -> Earlier:
    """Read a published register (as text) as an earlier release.

    `data`: the dataset versions of today's data, blank-separated.
    """
    rows = list_rows(figures)
    published = {row["id"]: row["value"] for row in rows if not row["suppressed"]}
    lightest, heaviest = (
        published.get(weighting_id(limit), "") for limit in ("minimum", "maximum")
    )
    # Two decimals are printed: the exact weights may lie half a hundredth outside.
    ratio = (float(heaviest) + 0.005) / (float(lightest) - 0.005) if lightest and heaviest else 1.0
    shares: dict[str, Told | None] = {}
    bases: dict[str, Ends | None] = {}
    respondents = dict[str, int]()
    snapshots = set()
    for row in rows:
        value = published.get(row["id"])
        if row["kind"] == "count":
            if row["unit"] == "base" and row["statistic"].startswith("answers"):
                bases[row["id"]] = (float(value), float(value)) if value else None
        elif row["kind"] == "estimate" and row["unit"] == "share":
            _, base, unweighted = read_statistic(row["statistic"])
            base_limits = (float(row["n"]), float(row["n"])) if row["n"] else None
            snapshots.add(row["dataset"])
            bases.setdefault(base_id(row["item"], row["group"], base), base_limits)
            share_limits = _bound_printed(row, float(value)) if value else None
            shares[row["id"]] = (
                Told(*share_limits, 1.0 if unweighted else ratio) if share_limits else None
            )
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
    """Return the limits of a share from its printed value; a printed 0 or 1 is exact."""
    if value in (0.0, 1.0) and row["se"] in ("", "0"):
        return value, value
    half_unit = value * 10.0 ** (1 - SIGNIFICANT_DIGITS)
    if row[PRECISION] == PUBLISHED:
        half_unit = 0.5 * 10.0 ** -(int(row["digits"]) + 2)
    return value - half_unit, value + half_unit


@dataclass(frozen=True)
class Joint:
    """All shares of one question in an earlier release, by category and group.

    `shares`: ids by category and group. `bases`: ids by group. `categories`: the answers that add
    to a base. `groups`: all groups, the total among them.
    """

    earlier: Earlier
    shares: Mapping[tuple[str, str], str]
    bases: Mapping[str, str]
    categories: Sequence[str]
    groups: Sequence[str]

    def ends(self, category: str, group: str) -> Ends | None:
        """Return the limits of a count from all shares together; None without limits."""
        if self._reader is None:
            return None
        target = ProtectedSum("", (self._find_people(category, group),), 0)
        try:
            bounds = self._reader.bounds(target)[0]
        except StatisticsError:
            return None
        return float(bounds.least), float(bounds.most)

    @cached_property
    def _ratio(self) -> float:
        """The ratio of the heaviest to the lightest weight; 0 where no share is printed."""
        printed_shares = [self.earlier.shares.get(name) for name in self.shares.values()]
        return max(
            (printed_share.ratio for printed_share in printed_shares if printed_share), default=0.0
        )

    @cached_property
    def _reader(self) -> BoundReader | None:
        """A reader with this release alone; None for a release without printed shares."""
        if not self._ratio:
            return None
        most_people = np.repeat(
            [self._bound_base(group)[1] for group in self.groups], len(self.categories)
        )
        upper = np.concatenate([most_people, self._ratio * most_people])
        return BoundReader(CountSystem(upper, tuple(self._list_rows()), (), ()), ())

    def _bound_base(self, group: str) -> Ends:
        """Return the limits of a group's base."""
        printed_base = self.earlier.bases.get(self.bases[group])
        return printed_base or (0.0, float(self.earlier.respondents.get(group, inf)))

    def _find_people(self, category: str, group: str) -> int:
        """Return the index of the variable (matrix column) for a number of people."""
        return self.groups.index(group) * len(self.categories) + self.categories.index(category)

    def _weight(self, category: str, group: str) -> int:
        """Return the index of the variable for a sum of weights, in multiples of the lightest."""
        return len(self.groups) * len(self.categories) + self._find_people(category, group)

    def _list_rows(self) -> Iterator[LinearRow]:
        """Yield all rows of the release."""
        # In multiples of the lightest weight, n people weigh between n and `ratio` x n.
        for group, category in product(self.groups, self.categories):
            people_column = self._find_people(category, group)
            weight_column = self._weight(category, group)
            yield LinearRow.of({people_column: -1.0, weight_column: 1.0}, 0.0, inf)
            yield LinearRow.of({people_column: -self._ratio, weight_column: 1.0}, -inf, 0.0)
        # The groups of one variable add to the total.
        groups = [group for group in self.groups if group != TOTAL]
        variables = dict.fromkeys(map(variable_of, groups)) if TOTAL in self.groups else {}
        for variable, category in product(variables, self.categories):
            variable_groups = [group for group in groups if variable_of(group) == variable]
            for find_column in (self._find_people, self._weight):
                row = {
                    **{find_column(category, member): 1.0 for member in variable_groups},
                    find_column(category, TOTAL): -1.0,
                }
                yield LinearRow.of(row, 0.0, 0.0)
        for group in self.groups:
            people = {self._find_people(answer, group): 1.0 for answer in self.categories}
            yield LinearRow.of(people, *self._bound_base(group))
            for category in self.categories:
                share = self.shares.get((category, group), "")
                printed_share = self.earlier.shares.get(share)
                if printed_share is None:
                    continue
                for limit, low, high in (
                    (printed_share.low, 0.0, inf),
                    (printed_share.high, -inf, 0.0),
                ):
                    row = {
                        self._weight(answer, group): (answer == category) - limit
                        for answer in self.categories
                    }
                    yield LinearRow.of(row, low, high)
