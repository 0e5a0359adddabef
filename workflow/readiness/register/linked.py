"""What a wave's register says of its items, as systems of `readiness.disclosure`.

The reader is taken to know of every respondent in which cell of the frame he is, and so his weight:
counts are of people of one cell and one answer. The register then says bases, weighted bases and
weighted shares at their published precision, of groups of cells; how many respondents a cell has
is known, how many of them left a question empty is not. Items of which one routes to the other make
one system, for who was asked the second answered the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.analysis.cuts import Cut, cuts
from readiness.analysis.names import ANSWERED, WITH_DONT_KNOW
from readiness.disclosure import Policy
from readiness.disclosure.system import Row, Statement, System, Target
from readiness.questionnaire import DONT_KNOW, Questionnaire
from readiness.questionnaire.model import BLANK, NOT_ASKED, SPECIAL_CODES, TOTAL, Item
from readiness.register.cells import Cells
from readiness.register.cohorts import Cohorts, divided
from readiness.register.earlier import Earlier
from readiness.register.protection import base_id, share_id

BASE_LOSS = 0.5
"""What a base that is not told costs, or the share of "don't know", beside a share of the same
people: 1."""
CLOSED = ("single", "ordinal", "multi")
SILENT = frozenset(SPECIAL_CODES) - {NOT_ASKED}
"""Special codes of who gave no answer, where none of a question's shares counts them."""
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
            for earlier in _believed(rules.earlier):
                builder = _Builder(answers, cells, policy, replace(rules, earlier=earlier), free)
                if system := builder.system(parts):
                    yield system
                    break


def _believed(earlier: tuple[Earlier, ...]) -> Iterator[tuple[Earlier, ...]]:
    """What of earlier releases to suppose, in turn, until it contradicts nothing: that all who were
    there are still there, and as many came as is printed; or any number; of other data nothing."""
    yield earlier
    if earlier:
        yield tuple(replace(each, respondents={}) for each in earlier)
        yield tuple(each for each in earlier if each.same)
        yield ()


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
    """By column and answer: the count of each part."""

    def __post_init__(self) -> None:
        loose = [self.cells.groups[group] for group in sorted(self.free)]
        self.loose = np.unique(np.concatenate(loose)) if loose else np.empty(0, np.int64)
        self.sizes = self.cells.sizes.copy()
        self.sizes[self.loose] += self.policy.minimum_cell + self.policy.width
        many = self.policy.minimum_cell + self.policy.width
        self.cohorts = Cohorts.of(self.cells, self.sizes, self.rules.earlier, self.free, many)
        self.parts = {g: self.cohorts.inside(inside) for g, inside in self.cells.groups.items()}
        # Whether a cell is of those alone who were there from the first release on.
        self.certain = np.bincount(self.cohorts.cell) == 1
        self.told: set[Row] = set()
        # Of the same data the public is not told what it was not told before; others may be.
        same = [each.withheld for each in self.rules.earlier if each.same]
        self.again = frozenset[str]().union(*same if self.policy.reader == "public" else ())

    def system(self, parts: Sequence[Part]) -> System | None:
        """What is said of some items; None where earlier releases cannot be true beside it."""
        for item, column in parts:
            self.add(item, column)
        for item, column in parts:
            self.route(item, column)
        self.since()
        truth = np.array(self.truth)
        system = System(
            np.array(self.upper), tuple(self.fixed), tuple(self.statements.values()),
            tuple(self.targets.values()), truth,
        )  # fmt: skip
        if len(self.cohorts.cell) == len(self.sizes):
            return system
        kinds = (
            p[self.cohorts.cell == k] for p in self.places.values() for k in range(len(self.sizes))
        )
        found = divided(system, [Row.total(at.tolist(), float(truth[at].sum())) for at in kinds])
        if found is None:
            return None
        targets = (replace(t, count=round(found[list(t.at)].sum())) for t in system.targets)
        return replace(system, truth=found, targets=tuple(targets))

    def since(self) -> None:
        """So many of each group came since an earlier release, and as many were there."""
        for column in dict.fromkeys(column for column, _ in self.places):
            every = np.array([at for (name, _), at in self.places.items() if name == column])
            for k, groups in enumerate(self.cohorts.came):
                for group, people in groups.items():
                    parts = self.parts[group]
                    since = self.cohorts.since[parts] > k
                    if since.any():
                        inside = self.cells.groups[group]
                        there = float(self.sizes[inside].sum()) - people
                        more = self.cohorts.hidden(k, group, inside)
                        self._no_more(every[:, parts[since]].ravel(), people)
                        self._no_more(every[:, parts[~since]].ravel(), there + more)

    def add(self, item: Item, column: str) -> None:
        """The counts of an item, and what is said of it."""
        states = self._states(item, column)
        made = list(_cuts(item, column, states))
        based = [{s: cut.chosen[code] for s, code in _codes(cut, states)} for cut in made]
        told = {s for cut, inside in zip(made, based, strict=True) for s in inside
                if inside[s] in cut.categories}  # fmt: skip
        # Nothing is said of how many refused, or left it empty, by group: they are who is left.
        self._count(column, [s for s in states if s in told or s not in SILENT])
        for cut, inside in zip(made, based, strict=True):
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
        """One count an answer and part; those of a cell are its respondents."""
        values = self.answers[column].astype(str).to_numpy(dtype=object)
        parts = len(self.cohorts.cell)
        for state in states:
            # As if everybody had been there from the first release on: see `system`.
            counts = np.bincount(self.cells.of_row[values == state], minlength=parts)
            start = len(self.upper)
            self.upper += self.cohorts.most.tolist()
            self.truth += counts.astype(float).tolist()
            self.places[column, state] = np.arange(start, start + parts)
        for cell, size in enumerate(self.cells.sizes):
            every = [self.places[column, state][self.cohorts.cell == cell] for state in states]
            if cell not in self.loose:
                self._no_more(np.concatenate(every), float(size))
        if len(self.loose):
            # Not more people answered than there are.
            told = [s for s in states if s == DONT_KNOW or s not in SPECIAL_CODES]
            places = np.concatenate([self.places[column, state] for state in told])
            self._no_more(places, float(self.cells.sizes.sum()))

    def _no_more(self, places: npt.NDArray[np.int64], people: float) -> None:
        """There are so many people behind these counts at most."""
        if len(places):
            self.fixed.append(Row.of(dict.fromkeys(places.tolist(), 1.0), -np.inf, people))

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
        for part, size in enumerate(self.cohorts.most):
            absent = {int(self.places[column, NOT_ASKED][part]): 1.0}
            for states, low, high in ((out, 0.0, np.inf), (kept, -np.inf, size)):
                sign = -1.0 if states is out else 1.0
                places = {int(self.places[condition.item, s][part]): sign for s in states}
                row = Row.of({**absent, **places}, low, high)
                value = sum(b * self.truth[a] for a, b in zip(row.at, row.by, strict=True))
                if low <= value <= high:
                    self.fixed.append(row)

    def _share(
        self, item: str, column: str, level: str, category: str, cut: Cut,
        inside: Mapping[str, str | None], group: str,
    ) -> None:  # fmt: skip
        """The statements and targets of one share and its base."""
        cells, parts = self.cells.groups[group], self.parts[group]
        base = self._at(column, (s for s, c in inside.items() if c in cut.categories), parts)
        chosen = self._at(column, (s for s, c in inside.items() if c == category), parts)
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
        known = self._before(name, size, group, counts)
        untold = group in self.rules.untold
        small = untold or n < self.policy.minimum_base or self.policy.is_small(n)
        rows = tuple(self._base_rows(base, cells, n, cut.base, column, group))
        alone = cut.base != WITH_DONT_KNOW
        if alone and size not in self.statements:
            given = small or size in self.again
            self.statements[size] = Statement(size, rows, population * BASE_LOSS, given)
        weak = untold or n < (
            self.rules.reliable_base if self.cells.weighted else self.policy.minimum_base
        )
        sensitive = self.policy.is_sensitive(count, n)
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
                nobody = people == 0 and sensitive and label != size
                protected = nobody or self.policy.is_small(people)
            if protected and label not in known:
                self._target(label, places, people)

    def _before(
        self, name: str, size: str, group: str, counts: Mapping[str, npt.NDArray[np.int64]]
    ) -> set[str]:
        """What earlier releases tell of the counts of a share, as rows, and what today's must not
        tell of them: what they withheld, and the answers of few who came since. Returns which
        counts are known by that already.
        """
        known: set[str] = set()
        for k, earlier in enumerate(self.rules.earlier):
            there = {label: at[self._since(at) <= k] for label, at in counts.items()}
            more = self.cohorts.hidden(k, group, self.cells.groups[group])
            for row in earlier.rows(name, size, there[name].tolist(), there[size].tolist(), more):
                self._known(row)
            if more:
                continue
            for label, (low, high) in earlier.ends(name, _others(name), size).items():
                if low == high and len(there[label]) == len(counts[label]):
                    known.add(label)
            if not self.free and len(there[name]) < len(counts[name]):
                self._earlier_targets(k, counts, group)
        return known

    def _earlier_targets(
        self, k: int, counts: Mapping[str, npt.NDArray[np.int64]], group: str
    ) -> None:
        """What an earlier release withheld of few, or of who may have been few, and who came."""
        earlier, (size, name, _) = self.rules.earlier[k], counts
        came, base = self.cohorts.came[k].get(group, np.inf), earlier.bases.get(size)
        for label, at in counts.items():
            people = self._people(at)
            withheld = (size if label == size else name) in earlier.withheld
            if withheld and people > 0 and people - came < self.policy.minimum_cell:
                self._target(f"{k}/{label}", at[self._since(at) <= k], people)
        answered = self._people(counts[size]) - base[0] if base else np.inf
        few = min((n for n in (came, answered) if n > 0), default=np.inf)
        if name in earlier.shares and few < self.policy.minimum_cell:
            at = counts[name]
            self._target(f"+{k}/{name}", at[self._since(at) > k], 0, width=0)

    def _since(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many earlier releases were out when the people of some counts came."""
        return self.cohorts.since[places % len(self.cohorts.since)]

    def _known(self, row: Row) -> None:
        """A row of an earlier release, once; unless answers that were corrected contradict it."""
        if row in self.told:
            return
        self.told.add(row)
        at = np.array(row.at, np.int64)
        if self.certain[self.cohorts.cell[at % len(self.cohorts.cell)]].all():
            value = float(np.array(row.by) @ np.array(self.truth)[at])
            if not row.low <= value <= row.high:
                return
        self.fixed.append(row)

    def _at(
        self, column: str, states: Iterator[str], cells: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        found = [self.places[column, state][cells] for state in states]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def _people(self, places: npt.NDArray[np.int64]) -> int:
        return round(sum(self.truth[int(p)] for p in places))

    def _target(
        self, name: str, at: npt.NDArray[np.int64], count: int, width: int | None = None
    ) -> None:
        key = tuple(at.tolist())
        if key:
            self.targets.setdefault(key, Target(name, key, count, width))

    def _weights(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """What a person of each count weighs, in mean weights. Counts lie part after part."""
        return self._cell_weights(self.cohorts.cell[places % len(self.cohorts.cell)])

    def _cell_weights(self, cells: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """What a person of each cell weighs, in mean weights."""
        mean = float(self.cells.weights @ self.cells.sizes / self.cells.sizes.sum())
        return self.cells.weights[cells] / mean

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
        people = float(self._cell_weights(cells) @ self.sizes[cells])
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
            most = float(self._cell_weights(cells) @ self.sizes[cells])
            yield Row.of(row, (shown - 0.5) / mean, (shown + 0.5) / mean, 0.0, most)
        if group == TOTAL and kind in (ANSWERED, WITH_DONT_KNOW):
            # Of all respondents it is told what those did who did not answer.
            if kind == WITH_DONT_KNOW:
                every = np.concatenate(
                    [at for (name, _), at in self.places.items() if name == column]
                )
                blank = float((self.answers[column].astype(str) == BLANK).sum())
                row = dict.fromkeys(every.tolist(), 1.0)
                yield Row.of(row, -np.inf, everybody - blank, 0.0, everybody)
            elif (column, NOT_ASKED) in self.places:
                places = self.places[column, NOT_ASKED]
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
