"""What a wave's register says of its items, as systems of `readiness.disclosure`.

The reader is taken to know of every respondent in which cell of the frame he is, and so his weight:
counts are of people of one cell and one answer. The register then says bases, weighted bases and
weighted shares at their published precision, of groups of cells; how many respondents a cell has
is known, how many of them left a question empty is not. Items of which one routes to the other make
one system, for who was asked the second answered the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.analysis.cuts import Cut, cuts
from readiness.analysis.names import ANSWERED, WITH_DONT_KNOW
from readiness.disclosure import Policy
from readiness.disclosure.system import Row, Statement, System, Target
from readiness.questionnaire import DONT_KNOW, Questionnaire
from readiness.questionnaire.model import NOT_ASKED, SPECIAL_CODES, TOTAL, Item
from readiness.register.cells import Cells
from readiness.register.earlier import Earlier
from readiness.register.protection import base_id, share_id

BASE_LOSS = 0.5
"""What a base that is not told costs, or the share of "don't know", beside a share of the same
people: 1."""
CLOSED = ("single", "ordinal", "multi")
TOTAL_LOSS = 4.0
"""What a number of all costs, beside one of a group that is as large: most readers read it."""


def systems(
    answers: pd.DataFrame,
    cells: Cells,
    questionnaire: Questionnaire,
    names: Sequence[str],
    policy: Policy,
    rules: Rules,
) -> Iterator[System]:
    """The systems of the closed items, in turn: see `_parts`.

    Where groups are smaller than the smallest base, their sizes are not told, and who does not know
    them must not learn them: a second system of the same statements protects what is of them alone.
    """
    small = cells.below(policy.minimum_base)
    for parts in _parts(questionnaire, names):
        for free in (frozenset(), small) if small else (frozenset(),):
            builder = _Builder(answers, cells, policy, rules, free)
            for item, column in parts:
                builder.add(item, column)
            for item, column in parts:
                builder.route(item, column)
            yield builder.system()


@dataclass(frozen=True)
class Rules:
    """How shares are shown.

    Attributes:
        digits: decimals of a percentage.
        reliable_base: the smallest base of a weighted share.
        told: the ids of the shares that there are; None: all.
        untold: groups that nothing is told of.
        earlier: the earlier releases of the wave.
    """

    digits: int
    reliable_base: int
    told: frozenset[str] | None = None
    untold: frozenset[str] = frozenset()
    earlier: tuple[Earlier, ...] = ()


def rounded_base(n: int, policy: Policy) -> tuple[int, float, float]:
    """A base as it is told, and between which bases that puts it."""
    step = policy.rounded_bases
    if step == 1:
        return n, float(n), float(n)
    nearest = step * round(n / step)
    return nearest, max(0.0, nearest - step / 2), nearest + step / 2


Part = tuple[Item, str]
"""An item, and the column of its answers: of a multiple choice the column of an option."""


def _parts(questionnaire: Questionnaire, names: Sequence[str]) -> Iterator[list[Part]]:
    """What makes a system: each option or item, and an item with one that is asked after it.

    The options of a multiple choice share the people who answered; what one of them loses another
    may lose, too, so they are protected in turn.
    """
    after: dict[str, Item] = {}
    for name in names:
        item = questionnaire.item(name)
        if len(item.asked_if) == 1 and item.kind in CLOSED:
            after.setdefault(item.asked_if[0].item, item)
    for name in names:
        item = questionnaire.item(name)
        if item.kind not in CLOSED:
            continue
        for column in item.columns:
            yield [(item, column)]
        if name in after and item.kind != "multi":
            # Who was asked the other gave an answer to this one.
            yield [(item, item.id), (after[name], after[name].columns[0])]


@dataclass
class _Builder:
    """The counts, rows and targets of items that are linked.

    `free`: groups of whose sizes the reader knows nothing; where there are any, they are all that
    is protected.
    """

    answers: pd.DataFrame
    cells: Cells
    policy: Policy
    rules: Rules
    free: frozenset[str] = frozenset()
    upper: list[float] = field(default_factory=list)
    truth: list[float] = field(default_factory=list)
    fixed: list[Row] = field(default_factory=list)
    statements: dict[str, Statement] = field(default_factory=dict)
    targets: dict[tuple[int, ...], Target] = field(default_factory=dict)
    places: dict[tuple[str, str], npt.NDArray[np.int64]] = field(default_factory=dict)
    """By column and answer: the count of each cell."""

    def __post_init__(self) -> None:
        loose = [self.cells.groups[group] for group in sorted(self.free)]
        self.loose = np.unique(np.concatenate(loose)) if loose else np.empty(0, np.int64)
        self.sizes = self.cells.sizes.copy()
        self.sizes[self.loose] += self.policy.minimum_cell + self.policy.width
        # Of the same data the public is not told what it was not told before; others may be.
        same = [each.withheld for each in self.rules.earlier if each.same]
        self.again = frozenset[str]().union(*same if self.policy.reader == "public" else ())

    def system(self) -> System:
        """What was added."""
        return System(
            np.array(self.upper), tuple(self.fixed), tuple(self.statements.values()),
            tuple(self.targets.values()), np.array(self.truth),
        )  # fmt: skip

    def add(self, item: Item, column: str) -> None:
        """The counts of an item, and what is said of it."""
        states = self._states(item, column)
        self._count(column, states)
        for cut in _cuts(item, column, states):
            inside = {state: cut.chosen[code] for state, code in _codes(cut, states)}
            for category in cut.kept:
                level = cut.level or category
                for group in self.cells.groups:
                    self._share(item.id, column, level, category, cut, inside, group)

    def _states(self, item: Item, column: str) -> list[str]:
        """The answers that a column can hold, as readers know it: all that are declared."""
        codes = ["1", "0"] if item.kind == "multi" else list(item.codes)
        states = [c for c in SPECIAL_CODES if c != NOT_ASKED or item.asked_if]
        states = [c for c in states if c != DONT_KNOW or item.dont_know]
        seen = sorted(set(self.answers[column].astype(str)) - {*codes, *states})
        return [*codes, *states, *seen]

    def _count(self, column: str, states: Sequence[str]) -> None:
        """One count an answer and cell; those of a cell are its respondents."""
        values = self.answers[column].astype(str).to_numpy(dtype=object)
        cells = len(self.cells.sizes)
        for state in states:
            counts = np.bincount(self.cells.of_row[values == state], minlength=cells)
            start = len(self.upper)
            self.upper += self.sizes.tolist()
            self.truth += counts.astype(float).tolist()
            self.places[column, state] = np.arange(start, start + cells)
        for cell, size in enumerate(self.cells.sizes):
            every = [int(self.places[column, state][cell]) for state in states]
            if cell not in self.loose:
                self.fixed.append(Row.total(every, float(size)))
        if len(self.loose):
            # Not more people answered than there are.
            told = [s for s in states if s == DONT_KNOW or s not in SPECIAL_CODES]
            places = np.concatenate([self.places[column, state] for state in told]).tolist()
            everybody = float(self.cells.sizes.sum())
            self.fixed.append(Row.of(dict.fromkeys(places, 1.0), -np.inf, everybody))

    def route(self, item: Item, column: str) -> None:
        """Who was asked an item answered that to which it belongs, or is not known to have."""
        if len(item.asked_if) != 1 or (column, NOT_ASKED) not in self.places:
            return
        condition = item.asked_if[0]
        there = [s for c, s in self.places if c == condition.item]
        if not there:
            return
        kept = [s for s in there if s in condition.one_of]
        out = [s for s in there if not s.startswith("_") and s not in condition.one_of]
        for cell, size in enumerate(self.sizes):
            absent = {int(self.places[column, NOT_ASKED][cell]): 1.0}
            for states, low, high in ((out, 0.0, np.inf), (kept, -np.inf, size)):
                sign = -1.0 if states is out else 1.0
                places = {int(self.places[condition.item, s][cell]): sign for s in states}
                row = Row.of({**absent, **places}, low, high)
                value = sum(b * self.truth[a] for a, b in zip(row.at, row.by, strict=True))
                if low <= value <= high:
                    self.fixed.append(row)

    def _share(
        self, item: str, column: str, level: str, category: str, cut: Cut,
        inside: Mapping[str, str | None], group: str,
    ) -> None:  # fmt: skip
        """The statements and targets of one share and its base."""
        cells = self.cells.groups[group]
        base = self._at(column, (s for s, c in inside.items() if c in cut.categories), cells)
        chosen = self._at(column, (s for s, c in inside.items() if c == category), cells)
        n, count = self._people(base), self._people(chosen)
        if not n:
            return
        size = base_id(item, group, cut.base)
        population = float(self.cells.weights[cells] @ self.cells.sizes[cells])
        population *= TOTAL_LOSS if group == TOTAL else 1.0
        name = share_id(item, level, group, cut.base)
        if self.rules.told is not None and name not in self.rules.told:
            return
        counts = {size: base, name: chosen, _others(name): np.setdiff1d(base, chosen)}
        known, differing = self._since(name, size, group, counts)
        untold = group in self.rules.untold
        small = untold or n < self.policy.minimum_base or self.policy.is_small(n)
        rows = tuple(self._base_rows(base, cells, n, cut.base, column, group))
        alone = cut.base != WITH_DONT_KNOW
        if alone and size not in self.statements:
            given = small or size in differing or size in self.again
            self.statements[size] = Statement(size, rows, population * BASE_LOSS, given)
        weak = untold or n < (
            self.rules.reliable_base if self.cells.weighted else self.policy.minimum_base
        )
        few = self.policy.is_sensitive(count, n)
        sensitive = few or not differing.isdisjoint(counts.keys() - ({size} if alone else set()))
        self.statements[name] = Statement(
            name,
            # The wider base stands by its one share: beside that of those who answered it tells as
            # much.
            (*self._share_rows(base, chosen, cells, n), *(() if alone else rows)),
            population * (1.0 if alone else BASE_LOSS),
            given=weak or sensitive or name in self.again,
            kept=count == 0 and not sensitive and alone,
        )
        for label, places in counts.items():
            people = self._people(places)
            if self.free:
                protected = group in self.free
            else:
                # Nobody is protected where that must not be told.
                nobody = people == 0 and few and label != size
                protected = nobody or label in differing or self.policy.is_small(people)
            if protected and label not in known:
                self._target(label, places, people)

    def _since(
        self, name: str, size: str, group: str, counts: Mapping[str, npt.NDArray[np.int64]]
    ) -> tuple[set[str], set[str]]:
        """What earlier releases tell of the counts of a share, as rows; which of them are known by
        that already, and of which others today's number would tell what was withheld before, or
        what the few who came since answered.
        """
        told = dict.fromkeys(counts, (0.0, np.inf))
        differing: set[str] = set()
        there = float(self.cells.sizes[self.cells.groups[group]].sum())
        for earlier in self.rules.earlier:
            came = earlier.came(group, there)
            for label, ends in earlier.told(name, _others(name), size).items():
                people, (low, high) = self._people(counts[label]), ends or (0.0, np.inf)
                if ends is None:
                    was_small = 0 < people < came + self.policy.minimum_cell
                    tells = came < self.policy.width and was_small
                else:
                    few_came = 0 < came < self.policy.minimum_cell
                    tells = few_came and people > high and label == name
                if tells:
                    differing.add(label)
                if low <= people <= high + came:
                    told[label] = max(told[label][0], low), min(told[label][1], high + came)
        for label, ends in told.items():
            if ends != (0.0, np.inf) and (label != size or size not in self.statements):
                self.fixed.append(Row.of(dict.fromkeys(counts[label].tolist(), 1.0), *ends))
        known = {label for label, (low, high) in told.items() if low == high}
        return known, differing - known

    def _at(
        self, column: str, states: Iterator[str], cells: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        found = [self.places[column, state][cells] for state in states]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def _people(self, places: npt.NDArray[np.int64]) -> int:
        return round(sum(self.truth[int(p)] for p in places))

    def _target(self, name: str, at: npt.NDArray[np.int64], count: int) -> None:
        key = tuple(at.tolist())
        self.targets.setdefault(key, Target(name, key, count))

    def _weights(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """What a person of each count weighs, in mean weights. Counts lie cell after cell."""
        mean = float(self.cells.weights @ self.cells.sizes / self.cells.sizes.sum())
        return self.cells.weights[places % len(self.cells.sizes)] / mean

    def _share_rows(
        self, base: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64],
        cells: npt.NDArray[np.int64], n: int,
    ) -> Iterator[Row]:  # fmt: skip
        """A share lies within half a unit of its last digit from what is shown."""
        weights = dict(zip(base.tolist(), self._weights(base), strict=True))
        truth = {place: weight * self.truth[place] for place, weight in weights.items()}
        picked = set(chosen.tolist())
        digits = self.policy.decimals(n, self.rules.digits) + 2
        share = sum(v for p, v in truth.items() if p in picked) / sum(truth.values())
        share, half = round(share, digits), 0.5 * 10.0**-digits
        count = self._people(chosen)
        if count in (0, n):
            # Nobody, or everybody, is shown as such.
            nobody = chosen if count == 0 else np.setdiff1d(base, chosen)
            yield Row.total(nobody.tolist(), 0.0)
            return
        people = float(self._weights(cells) @ self.sizes[cells])
        for end, low, high in ((share - half, 0.0, np.inf), (share + half, -np.inf, 0.0)):
            row = {p: w * ((p in picked) - end) for p, w in weights.items()}
            yield Row.of(row, low, high, -end * people, (1 - end) * people)

    def _base_rows(
        self, base: npt.NDArray[np.int64], cells: npt.NDArray[np.int64], n: int, kind: str,
        column: str, group: str,
    ) -> Iterator[Row]:  # fmt: skip
        """A base is a number of people, and where it is of answers what they weigh."""
        everybody = float(self.sizes[cells].sum())
        low, high = rounded_base(n, self.policy)[1:]
        yield Row.of(dict.fromkeys(base.tolist(), 1.0), low, high, 0.0, everybody)
        if kind == ANSWERED and self.cells.weighted and low == high:
            weights = self._weights(base)
            mean = float(self.cells.weights @ self.cells.sizes / self.cells.sizes.sum())
            value = sum(w * self.truth[p] for p, w in zip(base, weights, strict=True))
            shown = round(value * mean)
            row = dict(zip(base.tolist(), weights, strict=True))
            most = float(self._weights(cells) @ self.sizes[cells])
            yield Row.of(row, (shown - 0.5) / mean, (shown + 0.5) / mean, 0.0, most)
        if group == TOTAL and kind in (ANSWERED, WITH_DONT_KNOW):
            # Of all respondents it is told what those did who did not answer.
            silent = NOT_ASKED if kind == ANSWERED else "_blank"
            if (column, silent) in self.places:
                places = self.places[column, silent][cells]
                yield Row.total(places.tolist(), float(self._people(places)))


def _others(name: str) -> str:
    """What those of a share's base are called who answered otherwise."""
    return f"{name} (others)"


def _cuts(item: Item, column: str, states: Sequence[str]) -> Iterator[Cut]:
    """The cuts of an item, or of one option of a multiple choice, over all possible answers."""
    whole = pd.DataFrame({name: pd.Series(list(states)) for name in item.columns})
    option = dict(zip(item.columns, item.codes, strict=True)) if item.kind == "multi" else {}
    return (cut for cut in cuts(item, whole) if not option or cut.level == option[column])


def _codes(cut: Cut, states: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The position of each answer among the distinct ones of a cut."""
    place = {str(answer): k for k, answer in enumerate(cut.answers[1])}
    return ((state, place[state]) for state in states if state in place)
