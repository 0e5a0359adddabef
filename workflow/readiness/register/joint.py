"""What all numbers that an earlier release told of a question leave of one count.

By itself a printed share of weights says how many people gave an answer as far as the range of the
weights does. People of all answers and groups add to totals, and so do their weights: together the
shares say more. Two linear programs a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np

from readiness.analysis.names import variable_of
from readiness.disclosure.bounds import Reader
from readiness.disclosure.system import Row, System, Target
from readiness.errors import StatisticsError
from readiness.questionnaire.model import TOTAL
from readiness.register.earlier import Earlier, Ends


@dataclass(frozen=True)
class Joint:
    """The shares of one earlier release, of the same people: of each category in each group.

    Attributes:
        shares, bases: their ids; by category and group, and by group.
        categories, groups: what adds to a base, and which groups there are.
    """

    earlier: Earlier
    shares: Mapping[tuple[str, str], str]
    bases: Mapping[str, str]
    categories: Sequence[str]
    groups: Sequence[str]

    def ends(self, category: str, group: str) -> Ends | None:
        """Between which numbers of people they put a count; None where they contradict each other,
        or say nothing."""
        if self._reader is None:
            return None
        try:
            target = Target("", (self._people(category, group),), 0)
            found = self._reader.bounds(target)[0]
        except StatisticsError:
            return None
        return float(found.least), float(found.most)

    @cached_property
    def _ratio(self) -> float:
        told = [self.earlier.shares.get(name) for name in self.shares.values()]
        return max((each.ratio for each in told if each), default=0.0)

    @cached_property
    def _reader(self) -> Reader | None:
        """Who knows the release alone: numbers of people, then their weights."""
        if not self._ratio:
            return None
        every = [(c, g) for g in self.groups for c in self.categories]
        most = {g: self._base(g)[1] for g in self.groups}
        upper = [most[g] for _, g in every] + [self._ratio * most[g] for _, g in every]
        rows = [*self._weights(), *self._totals(), *self._told()]
        return Reader(System(np.array(upper), tuple(rows), (), ()), ())

    def _base(self, group: str) -> Ends:
        told = self.earlier.bases.get(self.bases[group])
        return told or (0.0, float(self.earlier.respondents.get(group, inf)))

    def _people(self, category: str, group: str) -> int:
        return self.groups.index(group) * len(self.categories) + self.categories.index(category)

    def _weight(self, category: str, group: str) -> int:
        return len(self.groups) * len(self.categories) + self._people(category, group)

    def _weights(self) -> list[Row]:
        """In weights of the lightest, so many people weigh as much at least, and `ratio` times."""
        found = []
        for group in self.groups:
            for category in self.categories:
                n, w = self._people(category, group), self._weight(category, group)
                found += [Row.of({n: -1.0, w: 1.0}, 0.0, inf)]
                found += [Row.of({n: -self._ratio, w: 1.0}, -inf, 0.0)]
        return found

    def _totals(self) -> list[Row]:
        """The groups of one variable are everybody."""
        variables: dict[str | None, list[str]] = {}
        for group in self.groups:
            if group != TOTAL:
                variables.setdefault(variable_of(group), []).append(group)
        return [
            Row.of({**{at(c, g): 1.0 for g in groups}, at(c, TOTAL): -1.0}, 0.0, 0.0)
            for groups in variables.values() if TOTAL in self.groups
            for c in self.categories
            for at in (self._people, self._weight)
        ]  # fmt: skip

    def _told(self) -> list[Row]:
        """Bases and shares as they are printed."""
        found = []
        for group in self.groups:
            base = self._base(group)
            found.append(Row.of({self._people(c, group): 1.0 for c in self.categories}, *base))
            for category in self.categories:
                told = self.earlier.shares.get(self.shares.get((category, group), ""))
                if not told:
                    continue
                for end, low, high in ((told.low, 0.0, inf), (told.high, -inf, 0.0)):
                    row = {self._weight(c, group): (c == category) - end for c in self.categories}
                    found.append(Row.of(row, low, high))
        return found
