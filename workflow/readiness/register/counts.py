"""The unknowns of a system: how many people of one cell, who came at one time, gave one answer.

Respondents stand in cells by what a reader knows of them, the frame's cell and the weight. Nobody
says of a respondent when they came, but how many of a group did is printed. So of each cell the
people of every cohort (between two releases of the wave) are counts of their own: what an earlier
release told is of those who were there, and what only today's tells is of the others, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from readiness.analysis.selection import group_name
from readiness.disclosure.policy import CountSystem, LinearRow
from readiness.ground.arrays import FloatArray, IntArray, TextArray
from readiness.questionnaire import TOTAL
from readiness.register.earlier import Earlier

# Positions of counts.
Places = IntArray


@dataclass(frozen=True)
class Cohorts:
    """Parts: the people of one cell who came at one time.

    Where so `many` may have come to a cell that nobody's answers can be told from theirs, they are
    one part with those who were there.

    `cell`: the cell of each part. `since`: how many of the earlier releases were out when they
    came. `most`: how many people a part has at most. `came`: by earlier release and group, how many
    came since, where that is printed. `mixed`: by earlier release, how many came at most to each
    cell who are not a part.
    """

    cell: IntArray
    since: IntArray
    most: FloatArray
    came: tuple[dict[str, float], ...]
    mixed: tuple[FloatArray, ...]

    @classmethod
    def of(cls, cells: KnownCells, earlier: Sequence[Earlier], many: int) -> Cohorts:
        """Return the parts of the cells."""
        sizes = cells.sizes
        everybody = np.arange(len(sizes), dtype=np.int64)
        cell, since, most = [everybody], [np.zeros_like(everybody)], [sizes]
        came, mixed = [], []
        left = np.full(len(sizes), inf)
        for k, each in enumerate(earlier, 1):
            people = {
                group: each.came(group, float(cells.sizes[inside].sum()))
                for group, inside in cells.groups.items()
            }
            # Who came after k releases came after each of them.
            for group, number in people.items():
                inside = cells.groups[group]
                left[inside] = np.minimum(left[inside], number)
            there = np.flatnonzero((left > 0) & (left < many))
            cell.append(there)
            since.append(np.full_like(there, k))
            most.append(np.minimum(left, sizes)[there])
            came.append({group: number for group, number in people.items() if number < inf})
            mixed.append(np.where(left >= many, np.minimum(left, sizes), 0.0))
        parts = np.concatenate(cell), np.concatenate(since), np.concatenate(most)
        return cls(*parts, tuple(came), tuple(mixed))


# Kinds of respondents in one system; of more, those of the same groups weigh the same in it.
MOST_CELLS = 100


@dataclass(frozen=True)
class KnownCells:
    """The respondents by what a reader knows of them.

    `of_row`: the cell of each row of the answers. `sizes`: how many respondents a cell has.
    `weights`: what each of them weighs. `groups`: the cells of each group of the register, the
    total among them. `weighted`: whether shares are of weights; of people otherwise, and nothing
    tells the weights.
    """

    of_row: IntArray
    sizes: FloatArray
    weights: FloatArray
    groups: Mapping[str, IntArray]
    weighted: bool = True

    @classmethod
    def by(
        cls, answers: pd.DataFrame, weights: pd.Series[float], variables: Sequence[str]
    ) -> list[KnownCells]:
        """The cells of all variables together; of each by itself where they would be too many."""
        whole = cls.of(answers, weights, variables)
        if len(whole.sizes) <= MOST_CELLS or len(variables) < 2:
            return [whole.coarse()]
        parts = [cls.of(answers, weights, [variable]).coarse() for variable in variables]
        for k, variable in enumerate(variables[1:], 1):
            own = parts[k].groups.items()
            named = {g if g == TOTAL else group_name(variable, g): inside for g, inside in own}
            parts[k] = replace(parts[k], groups=named)
        return parts

    def coarse(self) -> KnownCells:
        """The same with one cell for each combination of groups, where there are too many."""
        if len(self.sizes) <= MOST_CELLS:
            return self
        inside = np.zeros((len(self.sizes), len(self.groups)), dtype=bool)
        for k, cells in enumerate(self.groups.values()):
            inside[cells, k] = True
        merged = np.unique(inside, axis=0, return_inverse=True)[1].astype(np.int64)
        sizes = np.bincount(merged, self.sizes).astype(np.float64)
        weights = np.bincount(merged, self.sizes * self.weights) / sizes
        groups = {group: np.unique(merged[cells]) for group, cells in self.groups.items()}
        return KnownCells(merged[self.of_row], sizes, weights, groups, self.weighted)

    @classmethod
    def of(
        cls, answers: pd.DataFrame, weights: pd.Series[float], variables: Sequence[str]
    ) -> KnownCells:
        """The cells of weighted respondents; the first variable's groups have their code alone."""
        keys = answers[list(variables)].astype(str).assign(_weight=weights.to_numpy())
        by = keys.groupby(list(keys.columns), sort=True, observed=True)
        of_row = np.asarray(by.ngroup(), dtype=np.int64)
        distinct = by.size().reset_index(name="_size")
        everybody = np.arange(len(distinct), dtype=np.int64)
        groups: dict[str, IntArray] = {TOTAL: everybody}
        for k, variable in enumerate(variables):
            for code in sorted(distinct[variable].unique()):
                inside = everybody[distinct[variable].to_numpy() == code]
                groups[group_name(variable, code) if k else code] = inside
        sizes = distinct["_size"].to_numpy(dtype=np.float64)
        return cls(of_row, sizes, distinct["_weight"].to_numpy(dtype=np.float64), groups)

    @classmethod
    def of_group_apart(cls, n: int, group: str) -> KnownCells:
        """A group that is counted apart: one cell, everybody once."""
        one = np.ones(1)
        return cls(np.zeros(n, np.int64), one * n, one, {group: np.zeros(1, np.int64)}, False)


@dataclass
class Counts:
    """The counts of some columns of answers, part after part of `cohorts`.

    `cells`: the respondents by what a reader knows of them; `cohorts`: their parts. `upper`,
    `truth`: how many people are behind a count at most, and in fact; as if everybody had
    been there from the first release on, before they are divided. `places`: by column and answer,
    the count of each part. `fixed`: what is known whatever is told.
    """

    cells: KnownCells
    cohorts: Cohorts
    upper: list[float] = field(default_factory=list)
    truth: FloatArray = field(default_factory=lambda: np.empty(0))
    places: dict[tuple[str, str], Places] = field(default_factory=dict)
    fixed: list[LinearRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        cell, groups = self.cohorts.cell, self.cells.groups.items()
        self.parts = {group: np.flatnonzero(np.isin(cell, inside)) for group, inside in groups}
        self.mean = float(self.cells.weights @ self.cells.sizes / self.cells.sizes.sum())
        # Whether a cell is of those alone who were there from the first release on.
        self._certain = np.bincount(self.cohorts.cell) == 1
        self._told: set[LinearRow] = set()

    def add(self, column: str, values: TextArray, states: Sequence[str]) -> None:
        """A count an answer and part; those of a cell are its respondents at most."""
        parts = len(self.cohorts.cell)
        for state in states:
            there = np.bincount(self.cells.of_row[values == state], minlength=parts)
            self.places[column, state] = np.arange(len(self.upper), len(self.upper) + parts)
            self.upper += self.cohorts.most.tolist()
            self.truth = np.concatenate([self.truth, there])
        for cell, size in enumerate(self.cells.sizes):
            own = (self.places[column, s][self.cohorts.cell == cell] for s in states)
            self.no_more(np.concatenate([*own]), float(size))

    def no_more(self, places: Places, people: float) -> None:
        """There are so many people behind these counts at most."""
        if len(places):
            self.fixed.append(LinearRow.of(dict.fromkeys(places.tolist(), 1.0), -np.inf, people))

    def came(self) -> None:
        """So many of each group came since an earlier release, and as many were there."""
        for column in dict.fromkeys(column for column, _ in self.places):
            every = np.array([at for (name, _), at in self.places.items() if name == column])
            for k, groups in enumerate(self.cohorts.came):
                for group, people in groups.items():
                    parts = self.parts[group]
                    if (since := self.cohorts.since[parts] > k).any():
                        there = float(self.cells.sizes[self.cells.groups[group]].sum()) - people
                        more = self.count_newcomers(k, group)
                        self.no_more(every[:, parts[since]].ravel(), people)
                        self.no_more(every[:, parts[~since]].ravel(), there + more)

    def add_known_row(self, row: LinearRow) -> None:
        """A row of an earlier release, once; unless answers that were corrected contradict it."""
        if row in self._told:
            return
        self._told.add(row)
        at = np.array(row.at, np.int64)
        certain = self._certain[self._make_cell(at)].all()
        if not certain or row.low <= float(np.array(row.by) @ self.truth[at]) <= row.high:
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

    def weights(self, places: Places) -> FloatArray:
        """What a person of each count weighs, in mean weights."""
        return self.cells.weights[self._make_cell(places)] / self.mean

    def everybody(self, group: str) -> tuple[float, float]:
        """How many people a group has at most, and what they weigh, in mean weights."""
        inside = self.cells.groups[group]
        sizes = self.cells.sizes[inside]
        return float(sizes.sum()), float(self.cells.weights[inside] / self.mean @ sizes)

    def since(self, places: Places) -> Places:
        """How many earlier releases were out when the people of some counts came."""
        return self.cohorts.since[places % len(self.cohorts.since)]

    def count_newcomers(self, k: int, group: str) -> float:
        """How many of a group, counted with those who were there, may have come since a release."""
        most = float(self.cohorts.mixed[k][self.cells.groups[group]].sum())
        return min(most, self.cohorts.came[k].get(group, np.inf))

    def divide_by_arrival(self, system: CountSystem) -> CountSystem | None:
        """The system of these counts with a table in which everybody came at some time; None where
        earlier releases contradict every one.
        """
        if len(self.cohorts.cell) == len(self.cells.sizes):
            return system
        cells = [self.cohorts.cell == cell for cell in range(len(self.cells.sizes))]
        kinds = [at[cell] for at in self.places.values() for cell in cells]
        sums = [LinearRow.total(at.tolist(), self.people(at)) for at in kinds]
        known = replace(system, fixed=(*system.fixed, *sums), statements=())
        matrix, low, high = known.rows
        found = milp(
            np.zeros(len(system.upper)),
            integrality=np.ones(len(system.upper), dtype=np.int64),
            bounds=Bounds(np.zeros(len(system.upper)), system.upper),
            constraints=LinearConstraint(matrix, low, high),
            options={"node_limit": 10_000},
        )
        table = None if found.x is None else np.round(found.x)
        if table is None or not known.find_fulfilled(table).all():
            return None
        targets = (replace(t, count=round(table[list(t.at)].sum())) for t in system.targets)
        return replace(system, truth=table, targets=tuple(targets))

    def _make_cell(self, places: Places) -> Places:
        return self.cohorts.cell[places % len(self.cohorts.cell)]


def share_rows(
    counts: Counts, base: Places, chosen: Places, group: str, digits: int
) -> Iterator[LinearRow]:
    """A share, of `chosen` in `base`, lies within half a unit of its last digit (of `digits`
    decimals, as a share of 1) from what is shown.
    """
    weights = dict(zip(base.tolist(), counts.weights(base), strict=True))
    truth = {place: weight * counts.truth[place] for place, weight in weights.items()}
    picked = set(chosen.tolist())
    share = sum(v for p, v in truth.items() if p in picked) / sum(truth.values())
    share, half, count = round(share, digits), 0.5 * 10.0**-digits, counts.people(chosen)
    if count in (0, counts.people(base)):
        # Nobody, or everybody, is shown as such.
        nobody = chosen if count == 0 else np.setdiff1d(base, chosen)
        yield LinearRow.total(nobody.tolist(), 0.0)
        return
    people = counts.everybody(group)[1]
    for end, low, high in ((share - half, 0.0, np.inf), (share + half, -np.inf, 0.0)):
        row = {p: w * ((p in picked) - end) for p, w in weights.items()}
        yield LinearRow.of(row, low, high, -end * people, (1 - end) * people)


def weight_row(counts: Counts, base: Places, group: str) -> LinearRow:
    """What a base weighs is told as a whole number."""
    row = dict(zip(base.tolist(), counts.weights(base), strict=True))
    shown = round(sum(w * counts.truth[p] for p, w in row.items()) * counts.mean)
    ends = (shown - 0.5) / counts.mean, (shown + 0.5) / counts.mean
    return LinearRow.of(row, *ends, 0.0, counts.everybody(group)[1])
