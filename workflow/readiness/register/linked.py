"""Build the systems of `readiness.disclosure` for the items of a wave's register.

The reader is assumed to know the frame cell of every respondent, and so the weight: the counts are
of people of one cell and one answer. The register prints bases, weighted bases and weighted shares
at their published precision, for groups of cells. Readers know how many respondents a cell has, but
not how many of them left a question empty. An item and an item that is asked after it make one
system, because everybody who was asked the second answered the first.
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

# Special codes for no answer. An item whose shares never count them has no counts of them.
SILENT = frozenset(SPECIAL_CODES) - {NOT_ASKED}


def systems(
    answers: pd.DataFrame,
    cells: KnownCells,
    questionnaire: Questionnaire,
    names: Sequence[str],
    policy: Policy,
    rules: "PrintRules",
) -> Iterator[CountSystem]:
    """Yield the system of each closed item, and of each pair of linked items (`_list_parts`)."""
    changed_items = rules.demand.items
    for parts in _list_parts(questionnaire, names):
        if changed_items is not None and changed_items.isdisjoint(item.id for item, _ in parts):
            continue
        for earlier in _suppose_unchanged(rules.earlier):
            builder = _Builder(answers, cells, policy, replace(rules, earlier=earlier))
            if system := builder.system(parts):
                yield system
                break


def _suppose_unchanged(earlier: tuple[Earlier, ...]) -> Iterator[tuple[Earlier, ...]]:
    """Yield assumptions about earlier releases, from the strongest to none.

    All their answers are still there and as many people came as is printed; all their answers are
    still there; those of other data may have changed; all may have changed.
    """
    yield earlier
    if earlier:
        yield tuple(replace(release, respondents={}) for release in earlier)
        yield tuple(release for release in earlier if release.same)
        yield ()


@dataclass(frozen=True)
class PrintRules:
    """Rules for printing shares, and numbers known from earlier releases.

    `digits`: decimals of shares. `reliable_base`: the smallest base of a weighted share.
    `share_ids`: the ids of the shares that exist; None: all. `earlier`: the earlier releases of the
    wave. `demand`: what an attack asks beyond the policy.
    """

    digits: ShareDigits
    reliable_base: int
    share_ids: frozenset[str] | None = None
    earlier: tuple[Earlier, ...] = ()
    demand: "Demand" = field(default_factory=lambda: Demand())


@dataclass(frozen=True)
class Demand:
    """Suppression that an attack on a register demands beyond the policy.

    `hidden`: ids that are suppressed from the start. `widths`: by name of a target (the id of a
    share, or `others` of it), the width that its interval must have. `items`: the items to protect
    again; None: all.
    """

    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] = field(default_factory=dict)
    items: frozenset[str] | None = None


def _list_parts(
    questionnaire: Questionnaire, names: Sequence[str]
) -> Iterator[list[tuple[Item, str]]]:
    """Yield the parts of each system: each item or option, and pairs of linked items.

    A part is an item and the column of its answers. The options of a multiple-response question
    share the people who answered; suppression in one may need suppression in another, so they are
    protected in turn.
    """
    closed = [
        candidate for candidate in map(questionnaire.item, names) if candidate.kind.takes_options
    ]
    for item in closed:
        yield from ([(item, column)] for column in item.columns)
        for after in closed:
            conditions = [condition.item for condition in after.asked_if]
            asked_after = conditions == [item.id]
            # A derived item that merges answers to this item: its counts are sums of this item's.
            merges = after.derived_from == (item.id,) and not after.kind.takes_several
            if (asked_after or merges) and not item.kind.takes_several:
                # Everybody who was asked the second item answered the first.
                yield [(item, item.id), (after, after.columns[0])]


@dataclass
class _Builder:
    """Builds the counts, statements and targets of linked items.

    `targets`: by places, the sums that are small. `others`: by places and suppressed statement, the
    sums that are not small but could be for all a reader knows.
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
        """Return the system of some items; None where it contradicts the earlier releases."""
        for item, column in parts:
            self.add(item, column)
        for item, column in parts:
            self.route(item, column)
            self.merge(item, column)
        self.counts.add_arrivals()
        others = [
            target for (places, _), target in self.others.items() if places not in self.targets
        ]
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
        """Add counts and shares of an item, or of an option of a multiple-response item."""
        states = self._list_states(item, column)
        # Cuts of the item or option, computed over all possible answers.
        possible_answers = pd.DataFrame({name: pd.Series(list(states)) for name in item.columns})
        option_codes = (
            dict(zip(item.columns, item.codes, strict=True)) if item.kind.takes_several else {}
        )
        item_cuts = [
            cut
            for cut in cuts(item, possible_answers)
            if not option_codes or cut.level == option_codes[column]
        ]
        pairs = []
        for cut in item_cuts:
            positions = {str(answer): position for position, answer in enumerate(cut.answers[1])}
            chosen = {state: cut.chosen[positions[state]] for state in states if state in positions}
            pairs.append((cut, chosen))
        shown_states = {
            state
            for cut, categories in pairs
            for state in categories
            if categories[state] in cut.categories
        }
        # Refusals and blanks are not printed by group: they are the people of the cell who remain.
        counted = [state for state in states if state in shown_states or state not in SILENT]
        self.counts.add(column, self.answers[column].astype(str).to_numpy(dtype=object), counted)
        groups = list(self.cells.groups)
        for cut, categories in pairs:
            shares = {
                (category, group): share_id(item.id, cut.level or category, group, cut.base)
                for category in cut.estimated_categories
                for group in groups
            }
            bases = {group: base_id(item.id, group, cut.base) for group in groups}
            earlier = self.rules.earlier
            joint = [Joint(release, shares, bases, cut.categories, groups) for release in earlier]
            for category, group in shares:
                self._add_share(item, column, category, cut, categories, group, joint)

    def _list_states(self, item: Item, column: str) -> list[str]:
        """Return the possible values of a column: all declared codes, then others in the data."""
        codes = ["1", "0"] if item.kind.takes_several else list(item.codes)
        states = [state for state in SPECIAL_CODES if state != NOT_ASKED or item.asked_if]
        states = [state for state in states if state != DONT_KNOW or item.dont_know]
        return [*codes, *states, *sorted({*self.answers[column].astype(str)} - {*codes, *states})]

    def route(self, item: Item, column: str) -> None:
        """Add the constraints of a filter question: an item is asked only after a routing answer.

        Respondents without a known answer to the filter question may have been asked or not. A
        constraint that the true counts break is left out.
        """
        all_places, truth = self.counts.places, self.counts.truth
        if len(item.asked_if) != 1 or (column, NOT_ASKED) not in all_places:
            return
        condition = item.asked_if[0]
        if not (source_states := [state for name, state in all_places if name == condition.item]):
            return
        routing_states = [state for state in source_states if state in condition.one_of]
        other_states = [
            state
            for state in source_states
            if not state.startswith("_") and state not in condition.one_of
        ]
        for part, size in enumerate(self.counts.cohorts.most):
            not_asked = {int(all_places[column, NOT_ASKED][part]): 1.0}
            for states, low, high in ((other_states, 0.0, np.inf), (routing_states, -np.inf, size)):
                sign = -1.0 if states is other_states else 1.0
                places = {int(all_places[condition.item, state][part]): sign for state in states}
                row = LinearRow.of({**not_asked, **places}, low, high)
                true_value = sum(
                    coefficient * truth[place]
                    for place, coefficient in zip(row.at, row.by, strict=True)
                )
                if low <= true_value <= high:
                    self.counts.fixed.append(row)
            # Whoever answered the item gave a routing answer before. In some exports a few
            # respondents did not: the constraint allows as many exceptions as the data have.
            answers = [
                state for name, state in all_places if name == column and not state.startswith("_")
            ]
            signs = {int(all_places[column, state][part]): 1.0 for state in answers}
            signs |= {
                int(all_places[condition.item, state][part]): -1.0 for state in routing_states
            }
            excess = sum(sign * truth[place] for place, sign in signs.items())
            self.counts.fixed.append(LinearRow.of(signs, -np.inf, max(excess, 0.0)))

    def merge(self, item: Item, column: str) -> None:
        """Add that an answer to a derived item is the sum of the answers that it merges."""
        (source,) = item.derived_from if len(item.derived_from) == 1 else ("",)
        states = [state for name, state in self.counts.places if name == source]
        if not states:
            return
        pairs = self.answers[[source, column]].astype(str).drop_duplicates()
        for state in [state for name, state in self.counts.places if name == column]:
            merged = set(pairs.loc[pairs[column] == state, source])
            if set(pairs.loc[pairs[source].isin(merged), column]) - {state}:
                continue  # the derived answer depends on more than the source answer
            for part in range(len(self.counts.cohorts.most)):
                row = {int(self.counts.places[column, state][part]): 1.0}
                row |= {
                    int(self.counts.places[source, source_state][part]): -1.0
                    for source_state in states
                    if source_state in merged
                }
                if merged <= set(states):
                    self.counts.fixed.append(LinearRow.of(row, 0.0, 0.0))

    def _add_share(
        self,
        item: Item,
        column: str,
        category: str,
        cut: Cut,
        categories: Mapping[str, str | None],
        group: str,
        joint: Sequence[Joint],
    ) -> None:
        """Add one share: its statement, the rows of its base, and its targets."""
        counts, policy = self.counts, self.policy
        base_states = [state for state, code in categories.items() if code in cut.categories]
        chosen_states = [state for state, code in categories.items() if code == category]
        base = counts.at(column, base_states, group)
        chosen = counts.at(column, chosen_states, group)
        base_name = base_id(item.id, group, cut.base)
        name = share_id(item.id, cut.level or category, group, cut.base)
        if self.rules.share_ids is not None and name not in self.rules.share_ids:
            return
        if not counts.people(base):
            # A group in which nobody was asked is printed like a small group.
            # The total of 0 people stays published whatever is suppressed.
            self._fix(LinearRow.total(base.tolist(), 0.0))
            return
        # "Don't know" describes the questionnaire, not people, unless the item is sensitive.
        with_dont_know = cut.base == WITH_DONT_KNOW
        open_to_all = with_dont_know and not item.sensitive
        rest = np.setdiff1d(base, chosen)
        people = {base_name: base, name: chosen, others(name): rest}
        known_counts = self._add_before(category, group, people, joint, protect=not open_to_all)
        sensitive = not open_to_all and policy.is_sensitive(
            counts.people(chosen), counts.people(base)
        )
        for row in self._add_base_rows(base, cut.base, item, column, group):
            # The base with "don't know" is always published only where its share is.
            if base_name not in self.rules.demand.hidden and (not with_dont_know or open_to_all):
                self._fix(row)
        self._add_statement(name, base, chosen, group, sensitive=sensitive)
        if open_to_all:
            return
        for label, places in ((name, chosen), (others(name), rest)):
            if label in known_counts or (with_dont_know and label != name):
                continue
            count = counts.people(places)
            # A count of 0 is a target only if the policy protects 0.
            if policy.is_small(count) or (count == 0 and sensitive):
                self._add_target(label, places)
            else:
                self._add_other_target(label, places, name)

    def _fix(self, row: LinearRow) -> None:
        """Add a row that stays published whatever is suppressed."""
        if row not in self._fixed:
            self._fixed.add(row)
            self.counts.fixed.append(row)

    def _add_statement(
        self, name: str, base: Places, chosen: Places, group: str, *, sensitive: bool
    ) -> None:
        """Add the rows of a share as a suppressible statement."""
        counts, policy = self.counts, self.policy
        n, count = counts.people(base), counts.people(chosen)
        is_weak = n < (self.rules.reliable_base if self.cells.weighted else policy.minimum_base)
        is_suppressed = is_weak or sensitive or n < policy.minimum_base
        rows = tuple(share_rows(counts, base, chosen, group, self.rules.digits.of(group) + 2))
        cells = self.cells.groups[group]
        population = float(self.cells.weights[cells] @ self.cells.sizes[cells])
        # The loss grows with the share of the base that gave the answer. The constant gives rare
        # answers a loss too, so that they are published where possible.
        loss = population * (0.1 + count / n)
        self.statements[name] = Statement(
            name,
            rows,
            loss,
            primary=is_suppressed,
            last_resort=count == 0 and not sensitive,
            total=group == TOTAL,
        )

    def _add_base_rows(
        self, base: Places, kind: str, item: Item, column: str, group: str
    ) -> Iterator[LinearRow]:
        """Yield the rows of a base: number of people, and weight of the answers."""
        n = float(self.counts.people(base))
        everybody = self.counts.everybody(group)[0]
        yield LinearRow.of(dict.fromkeys(base.tolist(), 1.0), n, n, 0.0, everybody)
        weight_is_published = weighted_id(item.id, group) not in self.rules.demand.hidden
        if kind == ANSWERED and self.cells.weighted and weight_is_published:
            yield weight_row(self.counts, base, group)
        # For all respondents the numbers of blanks and of people not asked are printed.
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
        """Add what earlier releases disclose of a share's counts; return the names of known counts.

        With `protect`, today's release must not disclose what an earlier one suppressed, nor the
        answers of a small number of newcomers: these counts become targets.
        """
        known_counts: set[str] = set()
        base_name, name, _ = people
        for k, earlier in enumerate(self.rules.earlier):
            earlier_places = {
                label: places[self.counts.since(places) <= k] for label, places in people.items()
            }
            unsplit_newcomers = self.counts.count_newcomers(k, group)
            for row in earlier.rows(
                name,
                base_name,
                earlier_places[name].tolist(),
                earlier_places[base_name].tolist(),
                unsplit_newcomers,
            ):
                self.counts.add_known_row(row)
            if unsplit_newcomers:
                continue
            limits = earlier.ends(name, others(name), base_name)
            came = self.counts.cohorts.came[k].get(group, np.inf)
            earlier_base = earlier.bases.get(base_name)
            answered = (
                self.counts.people(people[base_name]) - earlier_base[0] if earlier_base else np.inf
            )
            newcomers = min((number for number in (came, answered) if number > 0), default=np.inf)
            if newcomers < self.policy.minimum_cell and (
                joint_limits := joint[k].ends(category, group)
            ):
                limits[name] = joint_limits
                chosen = dict.fromkeys(earlier_places[name].tolist(), 1.0)
                self.counts.add_known_row(LinearRow.of(chosen, *joint_limits))
            exact = (label for label, (low, high) in limits.items() if low == high)
            known_counts |= {
                label for label in exact if len(earlier_places[label]) == len(people[label])
            }
            if not protect or len(earlier_places[name]) == len(people[name]):
                continue
            # The targets: counts of an earlier release that suppressed the share and that were or
            # may have been small, and the answers of the people who came since.
            for label, places in people.items():
                count_today = self.counts.people(places)
                withheld = label != base_name and name in earlier.withheld_ids
                if withheld and count_today > 0 and count_today - came < self.policy.minimum_cell:
                    self._add_target(f"{k}/{label}", earlier_places[label])
            if name in earlier.shares and newcomers < self.policy.minimum_cell:
                places = people[name]
                self._add_target(f"+{k}/{name}", places[self.counts.since(places) > k], width=0)
        return known_counts

    def _add_target(self, name: str, places: Places, width: int | None = None) -> None:
        """Add a small sum of counts as a target; a demanded width replaces an earlier target."""
        key = tuple(places.tolist())
        demanded_width = self.rules.demand.widths.get(name)
        if key and (demanded_width or key not in self.targets):
            self.targets[key] = ProtectedSum(
                name, key, self.counts.people(places), demanded_width or width
            )

    def _add_other_target(self, name: str, places: Places, statement_name: str) -> None:
        """Add a large sum as a target while a statement is suppressed.

        Readers do not know that the sum is large: a narrow interval could disclose a small count.
        """
        key = tuple(places.tolist())
        if key and self.policy.minimum_cell > 1:
            width = self.rules.demand.widths.get(name, self.policy.width)
            target = ProtectedSum(name, key, self.counts.people(places), width, statement_name)
            self.others.setdefault((key, statement_name), target)


def others(name: str) -> str:
    """Return the name of a share's rest: people of the base with another answer."""
    return f"{name} (others)"
