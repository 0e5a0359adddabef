"""Suppress numbers of a wave's register under a policy, and list the reasons for the data officer.

The systems of the items (`register.linked`) are protected in turn. Statements that one suppresses
are suppressed in the next, and a reader with fewer numbers never knows more. The number of
respondents of every base is published, except for questions asked after an answer of few people:
the number who were asked is the number who gave that answer.

Means are suppressed on small bases and where few people contribute most of the sum, together with
the numbers that would disclose them: a reader is assumed to know the weights that turn means into
totals. The groups of each variable add to the total by themselves, in weights and in people; groups
counted apart are outside it.

The list of reasons says which number is suppressed for itself and which to protect another, so it
is not for release.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.domain import DOMAIN, INSIDE
from readiness.analysis.selection import ANSWERED, variable_of
from readiness.config import FigureRules
from readiness.disclosure import Policy, p_percent_rule
from readiness.disclosure.policy import rare
from readiness.disclosure.suppress import Decisions, suppress
from readiness.ground.arrays import BoolArray
from readiness.ground.figure_id import base_id, share_id, weighted_id
from readiness.ground.frames import list_rows
from readiness.questionnaire import (
    MEAN,
    NOT_ASKED,
    OF_NUMBERS,
    SPECIAL_CODES,
    TOTAL,
    Item,
    Questionnaire,
)
from readiness.register.counts import KnownCells
from readiness.register.earlier import Earlier
from readiness.register.figures import Scheme
from readiness.register.linked import Demand, PrintRules, systems
from readiness.register.precision import ShareDigits

PRIMARY = "primary"
COMPLEMENTARY = "complementary"
RELIABILITY = "reliability"
# Columns of the list of suppressed numbers; `what`: `share` or a statistic of numbers.
FACTS = ["id", "item", "group", "what", "reason"]


@dataclass(frozen=True)
class Withheld:
    """The suppressed numbers of a register, and how well the suppression protects.

    `ids`: ids of shares, means and bases. `decisions`: of all systems together. `facts`: a row for
    each suppressed number (columns `FACTS`). `rare`: number of respondents whose combination of the
    policy's identifiers is shared by fewer than `k` people.
    """

    ids: frozenset[str] = frozenset()
    decisions: Decisions = field(default_factory=Decisions)
    facts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FACTS))
    rare: int = 0

    def summary(self, policy: Policy, estimates: pd.DataFrame) -> dict[str, Any]:
        """Return totals of the suppression for reports; none of them describes a single cell."""
        reasons = self.facts["reason"].value_counts().to_dict()
        widths = [bounds.most - bounds.least for bounds in self.decisions.bounds.values()]
        suppressed = self.facts.groupby("group", sort=True).size()
        return {
            "reader": policy.reader,
            "minimum_cell": policy.minimum_cell,
            "minimum_base": policy.minimum_base,
            "width": policy.width,
            "k": policy.k if policy.identifiers else None,
            "rare": self.rare,
            "numbers": len(estimates),
            **{
                reason: int(reasons.get(reason, 0))
                for reason in (PRIMARY, COMPLEMENTARY, RELIABILITY)
            },
            "protected": len(widths),
            "narrowest": min(widths, default=None),
            "unprotected": len(self.decisions.unprotected),
            "loss": round(self.decisions.loss, 6),
            "by_group": {
                str(group): {"withheld": int(count), "of": int((estimates["group"] == group).sum())}
                for group, count in suppressed.items()
            },
        }


def withhold(
    estimates: pd.DataFrame,
    respondents: pd.DataFrame,
    apart: pd.DataFrame,
    questionnaire: Questionnaire,
    variables: Sequence[str],
    figures: FigureRules,
    digits: ShareDigits,
    policy: Policy,
    earlier: Sequence[Earlier] = (),
    demand: Demand | None = None,
    before: Decisions | None = None,
) -> Withheld:
    """Decide which of the estimates are suppressed.

    With a `demand`, the suppression goes beyond what was decided `before`. `respondents`: coded
    answers of the weighted respondents, with `weight`; `apart`: those of the groups outside every
    total, with `group`. `variables`: the variables of the groups, the compared one first.
    `earlier`: the earlier releases of the wave.
    """
    names = list(dict.fromkeys(estimates["item"]))
    keys = estimates[["item", "level", "group", "base"]].itertuples(index=False, name=None)
    shares = frozenset(share_id(*key) for key in keys)
    scheme = Scheme.of(questionnaire)
    sources = [
        (respondents, cells)
        for cells in KnownCells.by(respondents, respondents["weight"], variables)
    ]
    for group in questionnaire.groups_apart:
        members = apart[apart["group"] == group].reset_index(drop=True)
        sources.append((members, KnownCells.of_group_apart(len(members), group)))
    sources = [(answers, cells) for answers, cells in sources if len(answers)]
    demand = demand or Demand()
    if before is None:
        disclosing = find_telling_weights(estimates, questionnaire, policy)
        for answers, cells in sources:
            disclosing |= find_telling_bases(
                estimates, answers, cells, questionnaire, policy, earlier
            )
        before = Decisions(complementary=disclosing)
    decisions = before | Decisions(complementary=demand.hidden)
    # Bases that are suppressed once stay suppressed in each later round.
    sizes = {base_id(row["item"], row["group"], row["base"]) for row in list_rows(estimates)}
    sizes |= {weighted_id(row["item"], row["group"]) for row in list_rows(estimates)}
    bases = decisions.hidden & sizes
    demand = replace(demand, hidden=demand.hidden | bases)
    rules = PrintRules(digits, figures.reliable_base, shares, tuple(earlier), demand)
    for answers, cells in sources:
        for system in systems(answers, cells, questionnaire, names, policy, rules):
            hidden = decisions.hidden
            statements = (
                replace(statement, primary=statement.primary or statement.name in hidden)
                for statement in system.statements
            )
            system = replace(system, statements=tuple(statements))
            decisions |= suppress(system, policy)
    numbers = estimates[estimates["level"] == MEAN]
    groups = dict.fromkeys(questionnaire.groups_apart, apart)
    sensitive = set(_find_concentrated(numbers, respondents, groups, variables, policy))
    means = frozenset[str]()
    if policy.protects:
        means = find_withheld_means(numbers, figures, scheme.apart, sensitive)
    table = _state_facts(estimates, decisions, means, rules, policy, scheme)
    rarest = rare(respondents, policy.identifiers, policy.k) if policy.identifiers else 0
    # Another rule hides unreliable numbers, with another sign.
    unreliable = table[table["reason"] == RELIABILITY]
    ids = frozenset(table["id"]) - frozenset(unreliable["id"]) | bases
    return Withheld(ids, decisions, table, rarest)


def find_telling_bases(
    estimates: pd.DataFrame,
    answers: pd.DataFrame,
    cells: KnownCells,
    questionnaire: Questionnaire,
    policy: Policy,
    earlier: Sequence[Earlier] = (),
) -> frozenset[str]:
    """Return the ids of bases, and of shares on them, that disclose a sensitive number of answers.

    Everybody who was asked a filtered question gave the routing answers. Where those are
    sensitive in a group (few gave them, or all but few), the group has no published base for the
    filtered question. The sum of such groups follows from the base of all, so where it is small one
    more group of the variable loses its base. Two releases disclose the few newcomers in the same
    way. `answers`: coded, one row for each respondent, whose `cells` have the groups.
    """
    disclosing: set[str] = set()
    rows = estimates[["item", "level", "group", "base"]].drop_duplicates()
    for item in (questionnaire.item(name) for name in rows["item"].unique()):
        if not item.asked_if:
            continue
        filters = [*_list_filters(item, questionnaire, answers)]
        answered = ~answers[item.columns[0]].isin(SPECIAL_CODES).to_numpy()
        item_rows = rows[rows["item"] == item.id]
        sensitive_groups = set()
        room = {}
        for group in sorted({*item_rows["group"]} & cells.groups.keys()):
            members = np.isin(cells.of_row, cells.groups[group])
            room[group] = len(members)
            for filter_id, answered_filter, was_asked in filters:
                total, asked = int(answered_filter[members].sum()), int(was_asked[members].sum())
                room[group] = min(room[group], asked, total - asked)
                if policy.is_sensitive(asked, total):
                    sensitive_groups.add(group)
                answers_now = int(answered[members].sum())
                if any(
                    _discloses_newcomers(
                        release, (filter_id, total), (item.id, answers_now), group, policy
                    )
                    for release in earlier
                ):
                    sensitive_groups.add(group)
        for variable in {variable_of(group) for group in sensitive_groups if group != TOTAL}:
            variable_groups = [
                member for member in room if member != TOTAL and variable_of(member) == variable
            ]
            other_groups = [group for group in variable_groups if group not in sensitive_groups]
            if (
                other_groups
                and sum(room[member] for member in variable_groups if member in sensitive_groups)
                < policy.width
            ):
                sensitive_groups.add(max(other_groups, key=room.__getitem__))
        if sensitive_groups and DOMAIN in answers:
            # For readers who know every weight, the sum of the weights of all tells two groups
            # apart.
            disclosing |= {weighted_id(item.id, group) for group in item_rows["group"].unique()}
        for row in list_rows(item_rows):
            if row["group"] in sensitive_groups or (
                TOTAL in sensitive_groups and row["group"] in cells.groups
            ):
                name = share_id(item.id, row["level"], row["group"], row["base"])
                disclosing |= {base_id(item.id, row["group"], row["base"]), name}
    return frozenset(disclosing)


def _discloses_newcomers(
    release: Earlier,
    filtering: tuple[str, int],
    filtered: tuple[str, int],
    group: str,
    policy: Policy,
) -> bool:
    """Return whether an earlier release and today's disclose few newcomers by their bases.

    `filtering`, `filtered`: id of the filter item and of the filtered item, each with the number of
    people of the group who answered it today.
    """
    (filter_id, total), (item_id, answered) = filtering, filtered
    earlier_total = release.bases.get(base_id(filter_id, group, ANSWERED))
    if filter_id == DOMAIN and group in release.respondents:
        earlier_total = (release.respondents[group], release.respondents[group])
    earlier_answered = release.bases.get(base_id(item_id, group, ANSWERED))
    if earlier_total is None or earlier_answered is None:
        return False
    newcomers = total - int(earlier_total[0])
    return policy.is_small(newcomers) and policy.is_sensitive(
        answered - int(earlier_answered[0]), newcomers
    )


def find_telling_differences(
    estimates: pd.DataFrame,
    answers: pd.DataFrame,
    questionnaire: Questionnaire,
    variables: Sequence[str],
    domains: Sequence[BoolArray],
    digits: ShareDigits,
    policy: Policy,
) -> frozenset[str]:
    """Return the ids of a domain's numbers that disclose few people outside the domain.

    Other numbers of the same answers are published, for more people or fewer. The difference of two
    bases is an exact number of people. The difference of two shares is a number of people, as exact
    as the rounding of both, for a reader who knows every weight. Where a difference is of few
    people, the question's numbers are suppressed for all groups of the variable; where it is of
    totals, for all respondents and all groups.

    Args:
        estimates: the estimates behind the register.
        answers: the coded answers of all weighted respondents, in the domain or not, with `weight`.
        questionnaire: the questionnaire of the wave.
        variables: the variables of the groups, the compared one first.
        domains: membership in the domain, (rows,), then in each of the other domains.
        digits: the decimals of shares.
        policy: the rules for sensitive counts.
    """
    inside, *other_domains = domains
    # Only nested domains have a difference that is a number of people.
    nested = [
        other for other in other_domains if (inside <= other).all() or (other <= inside).all()
    ]
    names = list(dict.fromkeys(estimates["item"]))
    columns = [(name, column) for name in names for column in questionnaire.item(name).columns]
    disclosing: set[tuple[str, str]] = set()
    for cells in KnownCells.by(answers, answers["weight"], variables):
        for group, group_cells in cells.groups.items():
            members = np.isin(cells.of_row, group_cells)
            half = 0.5 * 10.0 ** -(digits.of(group) + 2)
            for other in nested:
                for name, column in columns:
                    values = answers[column].astype(str)
                    answered = members & ~values.isin(SPECIAL_CODES).to_numpy()
                    gap = answered & (inside ^ other)
                    gap_size = int(gap.sum())
                    # Rounding error of an answer's count in the difference, in people.
                    room = half * (int((answered & inside).sum()) + int((answered & other).sum()))
                    takes_options = questionnaire.item(name).kind.takes_options
                    counts = [
                        int((values[gap] == code).sum()) for code in {*values[gap]} if takes_options
                    ]
                    if policy.is_small(gap_size) or any(
                        policy.is_sensitive(count, gap_size)
                        and not policy.holds(ceil(max(count - room, 0.0)), floor(count + room))
                        for count in counts
                    ):
                        disclosing.add((name, "" if group == TOTAL else f":{variable_of(group)}"))
    ids: set[str] = set()
    for row in list_rows(estimates):
        item, group = str(row["item"]), str(row["group"])
        if (item, "") in disclosing or (
            group != TOTAL and (item, f":{variable_of(group)}") in disclosing
        ):
            ids |= {
                share_id(item, row["level"], group, row["base"]),
                base_id(item, group, row["base"]),
                weighted_id(item, group),
            }
    return frozenset(ids)


def _list_filters(
    item: Item, questionnaire: Questionnaire, answers: pd.DataFrame
) -> Iterator[tuple[str, BoolArray, BoolArray]]:
    """Yield the filters of an item: filter item, who answered it, who passed (rows,).

    Several filter items count as one filter, because the base discloses none of them alone. A
    domain is a filter of its own, and the other filters apply to the people inside it.
    """
    everybody = np.ones(len(answers), dtype=bool)
    inside = answers[DOMAIN].eq(INSIDE).to_numpy() if DOMAIN in answers else everybody
    filter_items = [
        questionnaire.item(condition.item)
        for condition in item.asked_if
        if condition.item != DOMAIN
    ]
    if DOMAIN in answers:
        yield DOMAIN, everybody, inside
    if filter_items:
        answered_filters = [
            ~answers[filter_item.columns[0]].isin(SPECIAL_CODES).to_numpy()
            for filter_item in filter_items
        ]
        answered_all = np.logical_and.reduce([inside, *answered_filters])
        yield (
            filter_items[0].id,
            answered_all,
            answers[item.columns[0]].ne(NOT_ASKED).to_numpy() & answered_all,
        )


def find_telling_weights(
    estimates: pd.DataFrame, questionnaire: Questionnaire, policy: Policy
) -> frozenset[str]:
    """Return the ids of the sums of weights that would disclose counts: those of small answers.

    From such a sum, somebody who knows the weight in each cell computes how many of each cell
    answered. So no sum of weights is published for a question with a sensitive answer, nor for
    questions linked to it by routing or derivation.
    """
    sensitive_items = {
        str(row["item"])
        for row in list_rows(estimates)
        if row["base"] == ANSWERED and policy.is_sensitive(int(row["count"]), int(row["n"]))
    }
    linked = [
        {item.id, *item.derived_from, *(condition.item for condition in item.asked_if)} - {DOMAIN}
        for item in questionnaire.items
    ]
    before: set[str] = set()
    while sensitive_items != before:
        before = sensitive_items
        sensitive_items = sensitive_items.union(
            *(item_ids for item_ids in linked if item_ids & sensitive_items)
        )
    rows = estimates[estimates["item"].isin(sensitive_items) & (estimates["base"] == ANSWERED)]
    keys = rows[["item", "group"]].drop_duplicates().itertuples(index=False, name=None)
    return frozenset(weighted_id(item, group) for item, group in keys)


def _find_concentrated(
    numbers: pd.DataFrame,
    respondents: pd.DataFrame,
    apart: Mapping[str, pd.DataFrame],
    variables: Sequence[str],
    policy: Policy,
) -> Iterator[str]:
    """Yield the ids of means whose sum is dominated by few people."""
    if not policy.p_percent:
        return
    for row in numbers.to_dict("records"):
        group = str(row["group"])
        answers = apart.get(group, respondents)
        if group in apart:
            inside = answers["group"] == group
        elif group == TOTAL:
            inside = pd.Series(True, index=answers.index)
        else:
            inside = answers[variable_of(group) or variables[0]] == group.rpartition(":")[2]
        values = pd.to_numeric(answers.loc[inside, row["item"]], errors="coerce").dropna()
        contributions = [abs(Fraction(str(value))) for value in values]
        total = sum(contributions, Fraction(0))
        if total and p_percent_rule(contributions, total, policy.p_percent):
            yield share_id(row["item"], row["level"], group, row["base"])


def _state_facts(
    estimates: pd.DataFrame,
    decisions: Decisions,
    means: Collection[str],
    rules: PrintRules,
    policy: Policy,
    scheme: Scheme,
) -> pd.DataFrame:
    """Return a row for each suppressed share and mean, with its reason, sorted by id."""
    rows: dict[str, tuple[str, str, str, str, str]] = {}
    hidden = decisions.hidden | {*means}
    for row in list_rows(estimates):
        item = row["item"]
        level = row["level"]
        group = row["group"]
        base = row["base"]
        base_size, count = int(row["n"]), int(row["count"])
        name = share_id(item, level, group, base)
        if name in hidden:
            reason = COMPLEMENTARY
            if (
                level in OF_NUMBERS
                or policy.is_sensitive(count, base_size)
                or base_size < policy.minimum_base
            ):
                reason = PRIMARY
            elif (
                name in decisions.primary
                and group not in scheme.apart
                and base_size < rules.reliable_base
            ):
                reason = RELIABILITY
            rows[name] = (name, item, group, level if level in OF_NUMBERS else "share", reason)
    return pd.DataFrame([rows[name] for name in sorted(rows)], columns=FACTS)


def find_withheld_means(
    means: pd.DataFrame, rules: FigureRules, apart: Collection[str], sensitive: Collection[str] = ()
) -> frozenset[str]:
    """Return the ids of means and quartiles to suppress so that no sensitive one is disclosed.

    `means`: rows of the estimate step (numbers or text). Means whose base is too small for
    reliability are left out: another rule hides them. `apart`: the groups outside the total.
    `sensitive`: ids of means that are sensitive although their base is large enough.
    """
    suppressed: set[str] = set()
    for item, table in means.groupby("item", sort=False):
        sizes = dict(zip(table["group"].astype(str), table["n"].astype(int), strict=True))
        groups_in_total = [group for group in sizes if group != TOTAL and group not in apart]
        variables = dict.fromkeys(map(variable_of, groups_in_total))
        sums = []
        for variable in variables:
            members = [group for group in groups_in_total if variable_of(group) == variable]
            groups = [TOTAL, *members]
            # Where respondents are outside every group of a variable, readers cannot use its sum.
            if sum(sizes.get(group, 0) for group in groups) == 2 * sizes.get(TOTAL, 0):
                sums.append(groups)
        minimum = rules.minimum_base
        unreliable = {
            member
            for member, size in sizes.items()
            if size < (minimum if member in apart else rules.reliable_base)
        }
        mean_ids = {group: share_id(str(item), MEAN, group, ANSWERED) for group in sizes}
        small_groups = {group for group, size in sizes.items() if 0 < size < minimum}
        hidden = small_groups | {group for group, name in mean_ids.items() if name in sensitive}
        hidden = _add_partners(hidden, unreliable, sizes, sums, minimum)
        suppressed |= {
            share_id(str(item), level, group, ANSWERED)
            for group in hidden - unreliable
            for level in OF_NUMBERS
        }
    return frozenset(suppressed)


def _add_partners(
    hidden: set[str],
    weak: set[str],
    sizes: Mapping[str, int],
    sums: Iterable[Sequence[str]],
    least: int,
) -> set[str]:
    """Return the `hidden` groups with more of each sum, the smallest first.

    Of a total and its groups at least two are hidden, of `least` people together. A `weak` group,
    hidden for reliability, counts as one of them.
    """
    before: set[str] = set()
    while hidden != before:
        before = hidden
        for groups in sums:
            published = sorted(
                (sizes[member], member)
                for member in groups
                if member not in hidden | weak and sizes[member]
            )
            hidden_sizes = [sizes[member] for member in groups if member in hidden | weak]
            while (
                published
                and hidden & {*groups}
                and (len(hidden_sizes) < 2 or sum(hidden_sizes) < least)
            ):
                size, group = published.pop(0)
                hidden_sizes.append(size)
                hidden = hidden | {group}
    return hidden
