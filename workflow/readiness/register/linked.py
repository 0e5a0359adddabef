"""What a wave's register says of its items, as systems of `readiness.disclosure`.

The reader is taken to know of every respondent in which cell of the frame he is, and so his weight:
counts are of people of one cell and one answer. The register then says bases, weighted bases and
weighted shares at their published precision, of groups of cells; how many respondents a cell has
is known, how many of them left a question empty is not. Items of which one routes to the other make
one system, for who was asked the second answered the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from readiness.analysis.estimating import Cut, cuts
from readiness.analysis.selection import ANSWERED, WITH_DONT_KNOW
from readiness.disclosure import Policy
from readiness.disclosure.policy import CountSystem, LinearRow, ProtectedSum, Statement
from readiness.ground.figure_id import base_id, share_id, weighted_id
from readiness.questionnaire import (
    BLANK,
    DONT_KNOW,
    NOT_ASKED,
    SPECIAL_CODES,
    TOTAL,
    Item,
    Questionnaire,
)
from readiness.register.counts import Cohorts, Counts, KnownCells, Places, share_rows, weight_row
from readiness.register.earlier import Earlier, Joint
from readiness.register.precision import ShareDigits

# Special codes of who gave no answer, where none of a question's shares counts them.
SILENT = frozenset(SPECIAL_CODES) - {NOT_ASKED}


def systems(
    answers: pd.DataFrame,
    cells: KnownCells,
    questionnaire: Questionnaire,
    names: Sequence[str],
    policy: Policy,
    rules: "PrintRules",
) -> Iterator[CountSystem]:
    """Yield the systems of the closed items, in turn: see `_list_parts`."""
    anew = rules.demand.items
    for parts in _list_parts(questionnaire, names):
        if anew is not None and anew.isdisjoint(item.id for item, _ in parts):
            continue
        for earlier in _suppose_unchanged(rules.earlier):
            builder = _Builder(answers, cells, policy, replace(rules, earlier=earlier))
            if system := builder.system(parts):
                yield system
                break


def _suppose_unchanged(earlier: tuple[Earlier, ...]) -> Iterator[tuple[Earlier, ...]]:
    """What of earlier releases to suppose, in turn, until it contradicts nothing: that all who were
    there are still there, and as many came as is printed; or any number; of other data nothing.
    """
    yield earlier
    if earlier:
        yield tuple(replace(each, respondents={}) for each in earlier)
        yield tuple(each for each in earlier if each.same)
        yield ()


@dataclass(frozen=True)
class PrintRules:
    """How shares are printed.

    `digits`: decimals of shares. `reliable_base`: the smallest base of a weighted share. `told`:
    the ids of the shares that there are; None: all. `earlier`: the earlier releases of the wave.
    `demand`: what an attack showed that the policy's widths do not do.
    """

    digits: ShareDigits
    reliable_base: int
    told: frozenset[str] | None = None
    earlier: tuple[Earlier, ...] = ()
    demand: "Demand" = field(default_factory=lambda: Demand())


@dataclass(frozen=True)
class Demand:
    """What an attack on a register asks beyond the policy.

    `hidden`: ids that are withheld from the outset. `widths`: by id of a share, with what is behind
    it in the same form as targets have it, how wide the interval of its count has to be. `items`:
    which items are protected anew; None: all.
    """

    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] = field(default_factory=dict)
    items: frozenset[str] | None = None


def _list_parts(
    questionnaire: Questionnaire, names: Sequence[str]
) -> Iterator[list[tuple[Item, str]]]:
    """What makes a system: each option or item, and an item with one that is asked after it; with
    the column of its answers.

    The options of a multiple choice share the people who answered; what one of them loses another
    may lose, too, so they are protected in turn.
    """
    closed = [i for i in map(questionnaire.item, names) if i.kind.takes_options]
    for item in closed:
        yield from ([(item, column)] for column in item.columns)
        for after in closed:
            conditions = [condition.item for condition in after.asked_if]
            asked_after = conditions == [item.id]
            # What merges the answers to this one adds some of them up.
            merges = after.derived_from == (item.id,) and not after.kind.takes_several
            if (asked_after or merges) and not item.kind.takes_several:
                # Who was asked the other gave an answer to this one.
                yield [(item, item.id), (after, after.columns[0])]


@dataclass
class _Builder:
    """The counts, statements and targets of items that are linked.

    `others`: by a suppressed statement, the sums that are not small, but could be for a reader.
    """

    answers: pd.DataFrame
    cells: KnownCells
    policy: Policy
    rules: PrintRules
    statements: dict[str, Statement] = field(default_factory=dict)
    targets: dict[tuple[int, ...], ProtectedSum] = field(default_factory=dict)
    others: dict[tuple[tuple[int, ...], str], ProtectedSum] = field(default_factory=dict)
    _fixed: set[LinearRow] = field(default_factory=set)

    def __post_init__(self) -> None:
        many = self.policy.minimum_cell + self.policy.width
        cohorts = Cohorts.of(self.cells, self.rules.earlier, many)
        self.counts = Counts(self.cells, cohorts)

    def system(self, parts: Sequence[tuple[Item, str]]) -> CountSystem | None:
        """What is said of some items; None where earlier releases cannot be true beside it."""
        for item, column in parts:
            self.add(item, column)
        for item, column in parts:
            self.route(item, column)
            self.merge(item, column)
        self.counts.came()
        others = [each for (at, _), each in self.others.items() if at not in self.targets]
        return self.counts.divide_by_arrival(
            CountSystem(
                np.array(self.counts.upper),
                tuple(self.counts.fixed),
                tuple(self.statements.values()),
                (*self.targets.values(), *others),
                self.counts.truth,
            )
        )

    def add(self, item: Item, column: str) -> None:
        states = self._list_states(item, column)
        # The cuts of the item, or of one option of a multiple choice, over all possible answers.
        whole = pd.DataFrame({name: pd.Series(list(states)) for name in item.columns})
        option = dict(zip(item.columns, item.codes, strict=True)) if item.kind.takes_several else {}
        made = [cut for cut in cuts(item, whole) if not option or cut.level == option[column]]
        pairs = []
        for cut in made:
            place = {str(answer): k for k, answer in enumerate(cut.answers[1])}
            pairs.append((cut, {s: cut.chosen[place[s]] for s in states if s in place}))
        told = {s for cut, inside in pairs for s in inside if inside[s] in cut.categories}
        # Nothing is said of how many refused, or left it empty, by group: they are who is left.
        counted = [s for s in states if s in told or s not in SILENT]
        self.counts.add(column, self.answers[column].astype(str).to_numpy(dtype=object), counted)
        groups = list(self.cells.groups)
        for cut, inside in pairs:
            shares = {
                (category, group): share_id(item.id, cut.level or category, group, cut.base)
                for category in cut.estimated_categories
                for group in groups
            }
            bases = {group: base_id(item.id, group, cut.base) for group in groups}
            earlier = self.rules.earlier
            joint = [Joint(each, shares, bases, cut.categories, groups) for each in earlier]
            for category, group in shares:
                self._add_share(item, column, category, cut, inside, group, joint)

    def _list_states(self, item: Item, column: str) -> list[str]:
        """The answers that a column can hold, as readers know it: all that are declared."""
        codes = ["1", "0"] if item.kind.takes_several else list(item.codes)
        states = [c for c in SPECIAL_CODES if c != NOT_ASKED or item.asked_if]
        states = [c for c in states if c != DONT_KNOW or item.dont_know]
        return [*codes, *states, *sorted({*self.answers[column].astype(str)} - {*codes, *states})]

    def route(self, item: Item, column: str) -> None:
        """Who was asked an item answered that to which it belongs, or is not known to have."""
        all_places, truth = self.counts.places, self.counts.truth
        if len(item.asked_if) != 1 or (column, NOT_ASKED) not in all_places:
            return
        condition = item.asked_if[0]
        if not (there := [s for c, s in all_places if c == condition.item]):
            return
        kept = [s for s in there if s in condition.one_of]
        out = [s for s in there if not s.startswith("_") and s not in condition.one_of]
        for part, size in enumerate(self.counts.cohorts.most):
            absent = {int(all_places[column, NOT_ASKED][part]): 1.0}
            for states, low, high in ((out, 0.0, np.inf), (kept, -np.inf, size)):
                sign = -1.0 if states is out else 1.0
                places = {int(all_places[condition.item, s][part]): sign for s in states}
                row = LinearRow.of({**absent, **places}, low, high)
                if low <= sum(b * truth[a] for a, b in zip(row.at, row.by, strict=True)) <= high:
                    self.counts.fixed.append(row)
            # Nobody answers who gave no answer to the other, but those who did.
            answers = [s for c, s in all_places if c == column and not s.startswith("_")]
            signs = {int(all_places[column, s][part]): 1.0 for s in answers}
            signs |= {int(all_places[condition.item, s][part]): -1.0 for s in kept}
            excess = sum(sign * truth[at] for at, sign in signs.items())
            self.counts.fixed.append(LinearRow.of(signs, -np.inf, max(excess, 0.0)))

    def merge(self, item: Item, column: str) -> None:
        """Let the answers to an item be sums of those that it merges."""
        (source,) = item.derived_from if len(item.derived_from) == 1 else ("",)
        states = [state for name, state in self.counts.places if name == source]
        if not states:
            return
        both = self.answers[[source, column]].astype(str).drop_duplicates()
        for state in [state for name, state in self.counts.places if name == column]:
            merged = set(both.loc[both[column] == state, source])
            if set(both.loc[both[source].isin(merged), column]) - {state}:
                continue  # the answer does not follow from the other alone
            for part in range(len(self.counts.cohorts.most)):
                row = {int(self.counts.places[column, state][part]): 1.0}
                row |= {
                    int(self.counts.places[source, s][part]): -1.0 for s in states if s in merged
                }
                if merged <= set(states):
                    self.counts.fixed.append(LinearRow.of(row, 0.0, 0.0))

    def _add_share(
        self,
        item: Item,
        column: str,
        category: str,
        cut: Cut,
        inside: Mapping[str, str | None],
        group: str,
        joint: Sequence[Joint],
    ) -> None:
        counts, policy = self.counts, self.policy
        base = counts.at(column, (s for s, c in inside.items() if c in cut.categories), group)
        chosen = counts.at(column, (s for s, c in inside.items() if c == category), group)
        size = base_id(item.id, group, cut.base)
        name = share_id(item.id, cut.level or category, group, cut.base)
        if self.rules.told is not None and name not in self.rules.told:
            return
        if not counts.people(base):
            # A group of which nobody was asked is shown like one of few.
            self._fix(LinearRow.total(base.tolist(), 0.0))
            return
        # "Don't know" tells of the questionnaire, not of people, unless the item is sensitive.
        outside = cut.base == WITH_DONT_KNOW
        open_to_all = outside and not item.sensitive
        rest = np.setdiff1d(base, chosen)
        people = {size: base, name: chosen, others(name): rest}
        known = self._add_before(category, group, people, joint, protect=not open_to_all)
        sensitive = not open_to_all and policy.is_sensitive(
            counts.people(chosen), counts.people(base)
        )
        for row in self._add_base_rows(base, cut.base, item, column, group):
            # The base with "don't know" is told where its share is.
            if size not in self.rules.demand.hidden and (not outside or open_to_all):
                self._fix(row)
        self._add_statement(name, base, chosen, group, sensitive=sensitive)
        if open_to_all:
            return
        for label, places in ((name, chosen), (others(name), rest)):
            if label in known or (outside and label != name):
                continue
            n = counts.people(places)
            # Nobody must be hidden only where that is sensitive.
            if policy.is_small(n) or (n == 0 and sensitive):
                self._add_target(label, places)
            else:
                self._add_other_target(label, places, name)

    def _fix(self, row: LinearRow) -> None:
        """Let every reader know a row, whatever is suppressed."""
        if row not in self._fixed:
            self._fixed.add(row)
            self.counts.fixed.append(row)

    def _add_statement(
        self, name: str, base: Places, chosen: Places, group: str, *, sensitive: bool
    ) -> None:
        """Add what is said of a share, as a statement that can be suppressed."""
        counts, policy = self.counts, self.policy
        n, count = counts.people(base), counts.people(chosen)
        weak = n < (self.rules.reliable_base if self.cells.weighted else policy.minimum_base)
        given = weak or sensitive or n < policy.minimum_base
        rows = tuple(share_rows(counts, base, chosen, group, self.rules.digits.of(group) + 2))
        cells = self.cells.groups[group]
        population = float(self.cells.weights[cells] @ self.cells.sizes[cells])
        # A share costs what part of the base gave the answer, and more: a rare one is told, too.
        loss = population * (0.1 + count / n)
        self.statements[name] = Statement(
            name,
            rows,
            loss,
            given=given,
            kept=count == 0 and not sensitive,
            total=group == TOTAL,
        )

    def _add_base_rows(
        self, base: Places, kind: str, item: Item, column: str, group: str
    ) -> Iterator[LinearRow]:
        """Yield what a base tells: a number of people, and of those who answered their weight."""
        n, everybody = float(self.counts.people(base)), self.counts.everybody(group)[0]
        yield LinearRow.of(dict.fromkeys(base.tolist(), 1.0), n, n, 0.0, everybody)
        weight_told = weighted_id(item.id, group) not in self.rules.demand.hidden
        if kind == ANSWERED and self.cells.weighted and weight_told:
            yield weight_row(self.counts, base, group)
        # Of all respondents it is told what those did who did not answer.
        if group == TOTAL and kind == WITH_DONT_KNOW:
            blank = float((self.answers[column].astype(str) == BLANK).sum())
            row = dict.fromkeys(self.counts.every(column).tolist(), 1.0)
            yield LinearRow.of(row, -np.inf, everybody - blank, 0.0, everybody)
        elif group == TOTAL and kind == ANSWERED and (column, NOT_ASKED) in self.counts.places:
            places = self.counts.places[column, NOT_ASKED]
            yield LinearRow.total(places.tolist(), float(self.counts.people(places)))

    def _add_before(
        self,
        category: str,
        group: str,
        people: Mapping[str, Places],
        joint: Sequence[Joint],
        *,
        protect: bool,
    ) -> set[str]:
        """Add what earlier releases tell of the counts of a share; return which are known by that.

        With `protect`, today's release must not tell what an earlier one suppressed, nor the
        answers of few who came since: they become targets.
        """
        known: set[str] = set()
        size, name, _ = people
        for k, earlier in enumerate(self.rules.earlier):
            there = {label: at[self.counts.since(at) <= k] for label, at in people.items()}
            mixed = self.counts.count_newcomers(k, group)
            for row in earlier.rows(name, size, there[name].tolist(), there[size].tolist(), mixed):
                self.counts.add_known_row(row)
            if mixed:
                continue
            ends = earlier.ends(name, others(name), size)
            came = self.counts.cohorts.came[k].get(group, np.inf)
            told = earlier.bases.get(size)
            answered = self.counts.people(people[size]) - told[0] if told else np.inf
            few = min((n for n in (came, answered) if n > 0), default=np.inf)
            if few < self.policy.minimum_cell and (both := joint[k].ends(category, group)):
                ends[name] = both
                chosen = dict.fromkeys(there[name].tolist(), 1.0)
                self.counts.add_known_row(LinearRow.of(chosen, *both))
            certain = (label for label, (low, high) in ends.items() if low == high)
            known |= {label for label in certain if len(there[label]) == len(people[label])}
            if not protect or len(there[name]) == len(people[name]):
                continue
            # Groups whose share the earlier release withheld because few, or perhaps few, people
            # answered; and the people who came since.
            for label, at in people.items():
                now = self.counts.people(at)
                withheld = label != size and name in earlier.withheld_ids
                if withheld and now > 0 and now - came < self.policy.minimum_cell:
                    self._add_target(f"{k}/{label}", there[label])
            if name in earlier.shares and few < self.policy.minimum_cell:
                at = people[name]
                self._add_target(f"+{k}/{name}", at[self.counts.since(at) > k], width=0)
        return known

    def _add_target(self, name: str, at: Places, width: int | None = None) -> None:
        key, more = tuple(at.tolist()), self.rules.demand.widths.get(name)
        if key and (more or key not in self.targets):
            self.targets[key] = ProtectedSum(name, key, self.counts.people(at), more or width)

    def _add_other_target(self, name: str, at: Places, of: str) -> None:
        """A number that is not small: who has the release does not know that where it is withheld,
        and what is narrow may be small for all he can tell.
        """
        key = tuple(at.tolist())
        if key and self.policy.minimum_cell > 1:
            width = self.rules.demand.widths.get(name, self.policy.width)
            each = ProtectedSum(name, key, self.counts.people(at), width, of)
            self.others.setdefault((key, of), each)


def others(name: str) -> str:
    """What those of a share's base are called who answered otherwise."""
    return f"{name} (others)"
