"""The unknowns of a system: how many people of one cell, who came at one time, gave one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from readiness.disclosure.system import Row, System
from readiness.questionnaire import DONT_KNOW
from readiness.questionnaire.model import SPECIAL_CODES
from readiness.register.cells import Cells
from readiness.register.cohorts import Cohorts

Places = npt.NDArray[np.int64]
"""Positions of counts."""
NODES = 10_000
"""Of the search for who may have come when."""


@dataclass
class Counts:
    """The counts of some columns of answers, part after part of `cohorts`.

    Attributes:
        cells: the respondents by what a reader knows of them.
        sizes: how many respondents a cell has at most, as far as he knows.
        loose: the cells of which he does not know it.
        cohorts: the parts of the cells.
        upper, truth: how many people are behind a count at most, and in fact; as if everybody had
            been there from the first release on, before they are divided.
        places: by column and answer, the count of each part.
        fixed: what is known whatever is told.
    """

    cells: Cells
    sizes: npt.NDArray[np.float64]
    loose: Places
    cohorts: Cohorts
    upper: list[float] = field(default_factory=list)
    truth: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    places: dict[tuple[str, str], Places] = field(default_factory=dict)
    fixed: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts = {g: self.cohorts.inside(inside) for g, inside in self.cells.groups.items()}
        self.mean = float(self.cells.weights @ self.cells.sizes / self.cells.sizes.sum())
        # Whether a cell is of those alone who were there from the first release on.
        self._certain = np.bincount(self.cohorts.cell) == 1
        self._told: set[Row] = set()

    def add(self, column: str, values: npt.NDArray[np.object_], states: Sequence[str]) -> None:
        """A count an answer and part; those of a cell are its respondents at most."""
        parts = len(self.cohorts.cell)
        for state in states:
            there = np.bincount(self.cells.of_row[values == state], minlength=parts)
            start = len(self.upper)
            self.upper += self.cohorts.most.tolist()
            self.truth = np.concatenate([self.truth, there])
            self.places[column, state] = np.arange(start, start + parts)
        for cell, size in enumerate(self.cells.sizes):
            every = [self.places[column, state][self.cohorts.cell == cell] for state in states]
            if cell not in self.loose:
                self.no_more(np.concatenate(every), float(size))
        if len(self.loose):
            # Not more people answered than there are.
            told = [s for s in states if s == DONT_KNOW or s not in SPECIAL_CODES]
            places = np.concatenate([self.places[column, state] for state in told])
            self.no_more(places, float(self.cells.sizes.sum()))

    def no_more(self, places: Places, people: float) -> None:
        """There are so many people behind these counts at most."""
        if len(places):
            self.fixed.append(Row.of(dict.fromkeys(places.tolist(), 1.0), -np.inf, people))

    def came(self) -> None:
        """So many of each group came since an earlier release, and as many were there."""
        for column in dict.fromkeys(column for column, _ in self.places):
            every = np.array([at for (name, _), at in self.places.items() if name == column])
            for k, groups in enumerate(self.cohorts.came):
                for group, people in groups.items():
                    parts = self.parts[group]
                    since = self.cohorts.since[parts] > k
                    if since.any():
                        there = float(self.sizes[self.cells.groups[group]].sum()) - people
                        more = self.mixed(k, group)
                        self.no_more(every[:, parts[since]].ravel(), people)
                        self.no_more(every[:, parts[~since]].ravel(), there + more)

    def told(self, row: Row) -> None:
        """A row of an earlier release, once; unless answers that were corrected contradict it."""
        if row in self._told:
            return
        self._told.add(row)
        at = np.array(row.at, np.int64)
        if self._certain[self._cell(at)].all():
            value = float(np.array(row.by) @ self.truth[at])
            if not row.low <= value <= row.high:
                return
        self.fixed.append(row)

    def at(self, column: str, states: Iterable[str], group: str) -> Places:
        """The counts of some answers in a group."""
        found = [self.places[column, state][self.parts[group]] for state in states]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def every(self, column: str) -> Places:
        """All counts of a column."""
        return np.concatenate([at for (name, _), at in self.places.items() if name == column])

    def people(self, places: Places) -> int:
        """How many there are."""
        return round(float(self.truth[places].sum()))

    def weights(self, places: Places) -> npt.NDArray[np.float64]:
        """What a person of each count weighs, in mean weights."""
        return self.cells.weights[self._cell(places)] / self.mean

    def everybody(self, group: str) -> tuple[float, float]:
        """How many people a group has at most, and what they weigh, in mean weights."""
        inside = self.cells.groups[group]
        sizes = self.sizes[inside]
        return float(sizes.sum()), float(self.cells.weights[inside] / self.mean @ sizes)

    def since(self, places: Places) -> Places:
        """How many earlier releases were out when the people of some counts came."""
        return self.cohorts.since[places % len(self.cohorts.since)]

    def mixed(self, k: int, group: str) -> float:
        """How many of a group, counted with those who were there, may have come since a release."""
        most = float(self.cohorts.mixed[k][self.cells.groups[group]].sum())
        return min(most, self.cohorts.came[k].get(group, np.inf))

    def divided(self, system: System) -> System | None:
        """The system of these counts with a table in which everybody came at some time; None where
        earlier releases contradict every one."""
        if len(self.cohorts.cell) == len(self.sizes):
            return system
        cells = [self.cohorts.cell == cell for cell in range(len(self.sizes))]
        kinds = [at[cell] for at in self.places.values() for cell in cells]
        sums = [Row.total(at.tolist(), self.people(at)) for at in kinds]
        known = replace(system, fixed=(*system.fixed, *sums), statements=())
        matrix, low, high = known.rows
        found = milp(
            np.zeros(len(system.upper)), integrality=np.ones(len(system.upper), dtype=np.int64),
            bounds=Bounds(np.zeros(len(system.upper)), system.upper),
            constraints=LinearConstraint(matrix, low, high), options={"node_limit": NODES},
        )  # fmt: skip
        table = None if found.x is None else np.round(found.x)
        if table is None or not known.fulfilled(table).all():
            return None
        targets = (replace(t, count=round(table[list(t.at)].sum())) for t in system.targets)
        return replace(system, truth=table, targets=tuple(targets))

    def _cell(self, places: Places) -> Places:
        return self.cohorts.cell[places % len(self.cohorts.cell)]
