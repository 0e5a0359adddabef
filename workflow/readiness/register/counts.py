"""Build the unknowns of a system: people of one cell, who came at one time and gave one answer.

Respondents are grouped in cells by what a reader knows of them, the frame's cell and the weight.
Registers do not print when a respondent came, but how many of a group did. So the people of each
cell are split by cohort (between two releases of the wave), with counts of their own: an earlier
release describes those who had come by then, today's release the newcomers too.
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
    """Parts of the frame cells: people of one cell who came between the same two releases.

    Where `many` people or more may have come to a cell, nobody's answers can be told from theirs:
    the cell is then not split.

    `cell`: the cell of each part. `since`: how many of the earlier releases were out when they
    came. `most`: the most people of each part. `came`: by earlier release and group, how many came
    since, where that is printed. `mixed`: by earlier release, the most people who came to each cell
    and are not a part of their own.
    """

    cell: IntArray
    since: IntArray
    most: FloatArray
    came: tuple[dict[str, float], ...]
    mixed: tuple[FloatArray, ...]

    @classmethod
    def of(cls, cells: KnownCells, earlier: Sequence[Earlier], many: int) -> Cohorts:
        """Split the cells of respondents into parts by the earlier releases of the wave."""
        sizes = cells.sizes
        all_cells = np.arange(len(sizes), dtype=np.int64)
        cell = [all_cells]
        since = [np.zeros_like(all_cells)]
        most = [sizes]
        came = []
        mixed = []
        most_newcomers = np.full(len(sizes), inf)
        for position, release in enumerate(earlier, 1):
            people = {
                group: release.came(group, float(cells.sizes[inside].sum()))
                for group, inside in cells.groups.items()
            }
            # Newcomers since this release are newcomers since all earlier releases too.
            for group, number in people.items():
                inside = cells.groups[group]
                most_newcomers[inside] = np.minimum(most_newcomers[inside], number)
            split_cells = np.flatnonzero((most_newcomers > 0) & (most_newcomers < many))
            cell.append(split_cells)
            since.append(np.full_like(split_cells, position))
            most.append(np.minimum(most_newcomers, sizes)[split_cells])
            came.append({group: number for group, number in people.items() if number < inf})
            mixed.append(np.where(most_newcomers >= many, np.minimum(most_newcomers, sizes), 0.0))
        parts = np.concatenate(cell), np.concatenate(since), np.concatenate(most)
        return cls(*parts, tuple(came), tuple(mixed))


# Largest number of cells in a system. Beyond that, cells of the same groups are merged and get
# their mean weight.
MOST_CELLS = 100


@dataclass(frozen=True)
class KnownCells:
    """Cells of respondents who are alike to a reader.

    `of_row`: the cell of each row of the answers. `sizes`: the number of respondents of each cell.
    `weights`: the weight of each of them. `groups`: the cells of each group of the register, the
    total among them. `weighted`: whether shares are of weights; if not, no weight is published.
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
        """Return cells of all variables combined; of each variable alone if that gives too many."""
        whole = cls.of(answers, weights, variables)
        if len(whole.sizes) <= MOST_CELLS or len(variables) < 2:
            return [whole.coarse()]
        parts = [cls.of(answers, weights, [variable]).coarse() for variable in variables]
        for k, variable in enumerate(variables[1:], 1):
            variable_groups = parts[k].groups.items()
            named_groups = {
                group if group == TOTAL else group_name(variable, group): inside
                for group, inside in variable_groups
            }
            parts[k] = replace(parts[k], groups=named_groups)
        return parts

    def coarse(self) -> KnownCells:
        """Return cells with one mean weight for each combination of groups.

        The cells are unchanged where there are not too many.
        """
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
        """Return the cells of weighted respondents.

        Groups of the first variable are named by their code alone.
        """
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
        """Return one cell of weight 1 for a group that is counted apart."""
        one = np.ones(1)
        return cls(np.zeros(n, np.int64), one * n, one, {group: np.zeros(1, np.int64)}, False)


@dataclass
class Counts:
    """The counts of some columns of answers, for each part of `cohorts`.

    `cells`: the respondents by what a reader knows of them; `cohorts`: their parts. `upper`: the
    most people behind each count. `truth`: the true counts, as if everybody had been there from the
    first release on. `places`: by column and answer, the position of each part's count. `fixed`:
    rows that readers know whatever is suppressed.
    """

    cells: KnownCells
    cohorts: Cohorts
    upper: list[float] = field(default_factory=list)
    truth: FloatArray = field(default_factory=lambda: np.empty(0))
    places: dict[tuple[str, str], Places] = field(default_factory=dict)
    fixed: list[LinearRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        cell = self.cohorts.cell
        groups = self.cells.groups.items()
        self.parts = {group: np.flatnonzero(np.isin(cell, inside)) for group, inside in groups}
        self.mean = float(self.cells.weights @ self.cells.sizes / self.cells.sizes.sum())
        # Cells of a single part: all their people came before the first release, or are not split.
        self._certain = np.bincount(self.cohorts.cell) == 1
        self._told: set[LinearRow] = set()

    def add(self, column: str, values: TextArray, states: Sequence[str]) -> None:
        """Add a count for each answer and part of a column, limited by the cells' respondents."""
        parts = len(self.cohorts.cell)
        for state in states:
            answer_counts = np.bincount(self.cells.of_row[values == state], minlength=parts)
            self.places[column, state] = np.arange(len(self.upper), len(self.upper) + parts)
            self.upper += self.cohorts.most.tolist()
            self.truth = np.concatenate([self.truth, answer_counts])
        for cell, size in enumerate(self.cells.sizes):
            cell_counts = (
                self.places[column, state][self.cohorts.cell == cell] for state in states
            )
            self.add_limit(np.concatenate([*cell_counts]), float(size))

    def add_limit(self, places: Places, people: float) -> None:
        """Add the limit that at most so many `people` are behind the counts at `places`."""
        if len(places):
            self.fixed.append(LinearRow.of(dict.fromkeys(places.tolist(), 1.0), -np.inf, people))

    def add_arrivals(self) -> None:
        """Add the printed numbers of newcomers and of earlier people, by release and group."""
        for column in dict.fromkeys(column for column, _ in self.places):
            column_places = np.array(
                [places for (name, _), places in self.places.items() if name == column]
            )
            for k, groups in enumerate(self.cohorts.came):
                for group, people in groups.items():
                    parts = self.parts[group]
                    if (is_newcomer := self.cohorts.since[parts] > k).any():
                        earlier_people = (
                            float(self.cells.sizes[self.cells.groups[group]].sum()) - people
                        )
                        mixed_newcomers = self.count_newcomers(k, group)
                        self.add_limit(column_places[:, parts[is_newcomer]].ravel(), people)
                        self.add_limit(
                            column_places[:, parts[~is_newcomer]].ravel(),
                            earlier_people + mixed_newcomers,
                        )

    def add_known_row(self, row: LinearRow) -> None:
        """Add a row of an earlier release once, unless corrected answers contradict it."""
        if row in self._told:
            return
        self._told.add(row)
        places = np.array(row.at, np.int64)
        is_certain = self._certain[self._make_cell(places)].all()
        if not is_certain or row.low <= float(np.array(row.by) @ self.truth[places]) <= row.high:
            self.fixed.append(row)

    def at(self, column: str, states: Iterable[str], group: str) -> Places:
        """Return the places of the counts of some answers in a group."""
        answer_places = [self.places[column, state][self.parts[group]] for state in states]
        return np.sort(np.concatenate(answer_places)) if answer_places else np.empty(0, np.int64)

    def every(self, column: str) -> Places:
        """Return the places of all counts of a column."""
        return np.concatenate(
            [places for (name, _), places in self.places.items() if name == column]
        )

    def people(self, places: Places) -> int:
        """Return the true number of people behind some counts."""
        return round(float(self.truth[places].sum()))

    def weights(self, places: Places) -> FloatArray:
        """Return the weight of a person of each count, in mean weights."""
        return self.cells.weights[self._make_cell(places)] / self.mean

    def everybody(self, group: str) -> tuple[float, float]:
        """Return a group's number of people and their weight, in mean weights."""
        inside = self.cells.groups[group]
        sizes = self.cells.sizes[inside]
        return float(sizes.sum()), float(self.cells.weights[inside] / self.mean @ sizes)

    def since(self, places: Places) -> Places:
        """Return for each count the number of earlier releases that precede its people."""
        return self.cohorts.since[places % len(self.cohorts.since)]

    def count_newcomers(self, k: int, group: str) -> float:
        """Return the most people of a group in unsplit cells who came since a release."""
        most = float(self.cohorts.mixed[k][self.cells.groups[group]].sum())
        return min(most, self.cohorts.came[k].get(group, np.inf))

    def divide_by_arrival(self, system: CountSystem) -> CountSystem | None:
        """Return the system with a table of true counts in which every person came at some time.

        None where no such table fulfils the rows of the earlier releases.
        """
        if len(self.cohorts.cell) == len(self.cells.sizes):
            return system
        cells = [self.cohorts.cell == cell for cell in range(len(self.cells.sizes))]
        answer_counts = [places[cell] for places in self.places.values() for cell in cells]
        sum_rows = [
            LinearRow.total(places.tolist(), self.people(places)) for places in answer_counts
        ]
        system_of_sums = replace(system, fixed=(*system.fixed, *sum_rows), statements=())
        matrix, low, high = system_of_sums.rows
        solved = milp(
            np.zeros(len(system.upper)),
            integrality=np.ones(len(system.upper), dtype=np.int64),
            bounds=Bounds(np.zeros(len(system.upper)), system.upper),
            constraints=LinearConstraint(matrix, low, high),
            options={"node_limit": 10_000},
        )
        table = None if solved.x is None else np.round(solved.x)
        if table is None or not system_of_sums.find_fulfilled(table).all():
            return None
        targets = (
            replace(target, count=round(table[list(target.at)].sum())) for target in system.targets
        )
        return replace(system, truth=table, targets=tuple(targets))

    def _make_cell(self, places: Places) -> Places:
        """Return the cell of each count."""
        return self.cohorts.cell[places % len(self.cohorts.cell)]


def share_rows(
    counts: Counts, base: Places, chosen: Places, group: str, digits: int
) -> Iterator[LinearRow]:
    """Yield the rows of a printed share: of `chosen` in `base`.

    The share lies within half a unit of its last printed digit (`digits` decimals of a share of 1).
    A share of exactly 0 or 1 is printed as such.
    """
    weights = dict(zip(base.tolist(), counts.weights(base), strict=True))
    true_weights = {place: weight * counts.truth[place] for place, weight in weights.items()}
    chosen_places = set(chosen.tolist())
    share = sum(
        true_weight for place, true_weight in true_weights.items() if place in chosen_places
    ) / sum(true_weights.values())
    share = round(share, digits)
    half = 0.5 * 10.0**-digits
    count = counts.people(chosen)
    if count in (0, counts.people(base)):
        # Exactly 0 and 1 are printed as such.
        nobody = chosen if count == 0 else np.setdiff1d(base, chosen)
        yield LinearRow.total(nobody.tolist(), 0.0)
        return
    people = counts.everybody(group)[1]
    for limit, low, high in ((share - half, 0.0, np.inf), (share + half, -np.inf, 0.0)):
        row = {
            place: place_weight * ((place in chosen_places) - limit)
            for place, place_weight in weights.items()
        }
        yield LinearRow.of(row, low, high, -limit * people, (1 - limit) * people)


def weight_row(counts: Counts, base: Places, group: str) -> LinearRow:
    """Return the row of the printed weight of a base, a whole number of people."""
    row = dict(zip(base.tolist(), counts.weights(base), strict=True))
    printed_weight = round(
        sum(weight * counts.truth[place] for place, weight in row.items()) * counts.mean
    )
    limits = (printed_weight - 0.5) / counts.mean, (printed_weight + 0.5) / counts.mean
    return LinearRow.of(row, *limits, 0.0, counts.everybody(group)[1])
