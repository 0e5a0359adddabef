"""What a wave's register suppresses under a policy, with the facts of it for the data officer.

Each system of the items (`register.linked`) is protected in turn; what one suppresses is suppressed
in the next, and a reader who has less never knows more. The number of respondents of every base is
published, but for questions that were asked after an answer of few: how many were asked them is how
many gave that answer. Means of numbers are suppressed on small bases and where few people make most
of the sum, with what would give them back: a reader is taken to know every weight that turns means
into the total. The groups of each variable add to it by themselves, in weights as in people; those
counted apart are outside it. The facts tell which number is suppressed for itself and which for
another: they are not for release.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.selection import ANSWERED, variable_of
from readiness.config import FigureRules
from readiness.disclosure import Policy, p_percent_rule
from readiness.disclosure.policy import rare
from readiness.disclosure.suppress import Decisions, suppress
from readiness.ground.figure_id import base_id, share_id, weighted_id
from readiness.ground.frames import list_rows
from readiness.questionnaire import (
    MEAN,
    NOT_ASKED,
    OF_NUMBERS,
    SPECIAL_CODES,
    TOTAL,
    Questionnaire,
)
from readiness.register.counts import KnownCells
from readiness.register.earlier import Earlier
from readiness.register.figures import Scheme
from readiness.register.linked import Demand, PrintRules, systems
from readiness.register.precision import ShareDigits

PRIMARY, COMPLEMENTARY, RELIABILITY = "primary", "complementary", "reliability"
# The columns of the facts: what is suppressed (`share` or `mean`), and why.
FACTS = ["id", "item", "group", "what", "reason"]


@dataclass(frozen=True)
class Withheld:
    """What is withheld, and how well it protects.

    `ids`: the ids of shares, means and bases. `decisions`: of all systems together. `facts`: a row
    a withheld number (columns `FACTS`). `rare`: respondents whose combination of the policy's
    identifiers is rarer than its `k`.
    """

    ids: frozenset[str] = frozenset()
    decisions: Decisions = field(default_factory=Decisions)
    facts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FACTS))
    rare: int = 0

    def summary(self, policy: Policy, estimates: pd.DataFrame) -> dict[str, Any]:
        """Numbers of the facts, for reports: none of them tells of one cell."""
        reasons = self.facts["reason"].value_counts().to_dict()
        widths = [found.most - found.least for found in self.decisions.bounds.values()]
        suppressed = self.facts.groupby("group", sort=True).size()
        return {
            "reader": policy.reader,
            "minimum_cell": policy.minimum_cell,
            "minimum_base": policy.minimum_base,
            "width": policy.width,
            "k": policy.k if policy.identifiers else None,
            "rare": self.rare,
            "numbers": len(estimates),
            **{why: int(reasons.get(why, 0)) for why in (PRIMARY, COMPLEMENTARY, RELIABILITY)},
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
    """What of the estimates is withheld; with a `demand`, beyond what was decided `before`.

    `respondents`: the coded answers of those who are weighted, with `weight`; `apart`: those of the
    groups outside every total, with `group`. `variables`: those by which the estimates are, the
    compared one first. `earlier`: what earlier releases of the wave told.
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
        telling = find_telling_weights(estimates, questionnaire, policy)
        for answers, cells in sources:
            telling |= find_telling_bases(estimates, answers, cells, questionnaire, policy, earlier)
        before = Decisions(complementary=telling)
    found = before | Decisions(complementary=demand.hidden)
    # What is hidden of bases stays so in each later round.
    sizes = {base_id(row["item"], row["group"], row["base"]) for row in list_rows(estimates)}
    sizes |= {weighted_id(row["item"], row["group"]) for row in list_rows(estimates)}
    bases = found.hidden & sizes
    demand = replace(demand, hidden=demand.hidden | bases)
    rules = PrintRules(digits, figures.reliable_base, shares, tuple(earlier), demand)
    for answers, cells in sources:
        for system in systems(answers, cells, questionnaire, names, policy, rules):
            hidden = found.hidden
            statements = (
                replace(each, given=each.given or each.name in hidden) for each in system.statements
            )
            system = replace(system, statements=tuple(statements))
            found |= suppress(system, policy)
    numbers = estimates[estimates["level"] == MEAN]
    groups = dict.fromkeys(questionnaire.groups_apart, apart)
    sensitive = set(_find_concentrated(numbers, respondents, groups, variables, policy))
    means = frozenset[str]()
    if policy.protects:
        means = find_withheld_means(numbers, figures, scheme.apart, sensitive)
    table = _state_facts(estimates, found, means, rules, policy, scheme)
    rarest = rare(respondents, policy.identifiers, policy.k) if policy.identifiers else 0
    # What is withheld for its base alone a rule of its own hides, with its own sign.
    alone = table[table["reason"] == RELIABILITY]
    ids = frozenset(table["id"]) - frozenset(alone["id"]) | bases
    return Withheld(ids, found, table, rarest)


def find_telling_bases(
    estimates: pd.DataFrame,
    answers: pd.DataFrame,
    cells: KnownCells,
    questionnaire: Questionnaire,
    policy: Policy,
    earlier: Sequence[Earlier] = (),
) -> frozenset[str]:
    """Return the ids of the bases that tell how few gave an answer, and of what stands on them.

    Whoever was asked a question that is asked after one answer gave that answer. Where those are
    few in a group, or all but few, the group has no base. What few groups without one are together
    follows from the base of all: so the group beside them of which the least is known has none
    either. The same goes for the few who came since an `earlier` release, which two bases tell.
    `answers`: coded, a row a respondent, whose `cells` have the groups.
    """
    telling: set[str] = set()
    rows = estimates[["item", "level", "group", "base"]].drop_duplicates()
    for item in (questionnaire.item(name) for name in rows["item"].unique()):
        if len(item.asked_if) != 1:
            continue
        before = questionnaire.item(item.asked_if[0].item)
        all_answers = ~answers[before.columns[0]].isin(SPECIAL_CODES).to_numpy()
        gave_it = answers[item.columns[0]].ne(NOT_ASKED).to_numpy() & all_answers
        answered = ~answers[item.columns[0]].isin(SPECIAL_CODES).to_numpy()
        own = rows[rows["item"] == item.id]
        few, room = set(), {}
        for group in sorted({*own["group"]} & cells.groups.keys()):
            members = np.isin(cells.of_row, cells.groups[group])
            total, asked = int(all_answers[members].sum()), int(gave_it[members].sum())
            room[group] = min(asked, total - asked)
            if policy.is_sensitive(asked, total):
                few.add(group)
            ids = [base_id(name, group, ANSWERED) for name in (before.id, item.id)]
            for release in earlier:
                total_then, answered_then = (release.bases.get(name) for name in ids)
                if total_then is None or answered_then is None:
                    continue
                came = total - int(total_then[0])
                came_here = int(answered[members].sum()) - int(answered_then[0])
                if policy.is_small(came) and policy.is_sensitive(came_here, came):
                    few.add(group)
        for variable in {variable_of(group) for group in few if group != TOTAL}:
            together = [g for g in room if g != TOTAL and variable_of(g) == variable]
            beside = [group for group in together if group not in few]
            if beside and sum(room[g] for g in together if g in few) < policy.width:
                few.add(max(beside, key=room.__getitem__))
        for row in list_rows(own):
            if row["group"] in few or (TOTAL in few and row["group"] in cells.groups):
                name = share_id(item.id, row["level"], row["group"], row["base"])
                telling |= {base_id(item.id, row["group"], row["base"]), name}
    return frozenset(telling)


def find_telling_weights(
    estimates: pd.DataFrame, questionnaire: Questionnaire, policy: Policy
) -> frozenset[str]:
    """Return the ids of the sums of weights that are not told: those beside an answer of few.

    Who knows what a respondent of each cell weighs computes from such a sum how many of which cell
    answered. So none is told of a question with an answer of few, nor of one that is asked after it
    or made of it.
    """
    few = {
        str(row["item"])
        for row in list_rows(estimates)
        if row["base"] == ANSWERED and policy.is_sensitive(int(row["count"]), int(row["n"]))
    }
    linked = [
        {item.id, *item.derived_from, *(condition.item for condition in item.asked_if)}
        for item in questionnaire.items
    ]
    before: set[str] = set()
    while few != before:
        before = few
        few = few.union(*(together for together in linked if together & few))
    rows = estimates[estimates["item"].isin(few) & (estimates["base"] == ANSWERED)]
    keys = rows[["item", "group"]].drop_duplicates().itertuples(index=False, name=None)
    return frozenset(weighted_id(item, group) for item, group in keys)


def _find_concentrated(
    numbers: pd.DataFrame,
    respondents: pd.DataFrame,
    apart: Mapping[str, pd.DataFrame],
    variables: Sequence[str],
    policy: Policy,
) -> Iterator[str]:
    """The ids of means in whose sum few people's numbers prevail."""
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
        parts = [abs(Fraction(str(value))) for value in values]
        total = sum(parts, Fraction(0))
        if total and p_percent_rule(parts, total, policy.p_percent):
            yield share_id(row["item"], row["level"], group, row["base"])


def _state_facts(
    estimates: pd.DataFrame,
    found: Decisions,
    means: Collection[str],
    rules: PrintRules,
    policy: Policy,
    scheme: Scheme,
) -> pd.DataFrame:
    rows: dict[str, tuple[str, str, str, str, str]] = {}
    hidden = found.hidden | {*means}
    for row in list_rows(estimates):
        item, level, group, base = row["item"], row["level"], row["group"], row["base"]
        n, count = int(row["n"]), int(row["count"])
        name = share_id(item, level, group, base)
        if name in hidden:
            reason = COMPLEMENTARY
            if level in OF_NUMBERS or policy.is_sensitive(count, n) or n < policy.minimum_base:
                reason = PRIMARY
            elif name in found.given and group not in scheme.apart and n < rules.reliable_base:
                reason = RELIABILITY
            rows[name] = (name, item, group, level if level in OF_NUMBERS else "share", reason)
    return pd.DataFrame([rows[name] for name in sorted(rows)], columns=FACTS)


def find_withheld_means(
    means: pd.DataFrame, rules: FigureRules, apart: Collection[str], sensitive: Collection[str] = ()
) -> frozenset[str]:
    """Return the ids of means and quartiles that are suppressed so that no sensitive one is known.

    `means`: rows of the estimate step (numbers or text). Those whose base is too small for
    reliability are not among them: a rule of its own hides them. `apart`: the groups outside the
    total; `sensitive`: ids that must not be known, though their base is large enough.
    """
    suppressed: set[str] = set()
    for item, table in means.groupby("item", sort=False):
        sizes = dict(zip(table["group"].astype(str), table["n"].astype(int), strict=True))
        parts = [group for group in sizes if group != TOTAL and group not in apart]
        variables = dict.fromkeys(map(variable_of, parts))
        # Where someone is outside every group no reader can sum.
        sums = [
            groups
            for groups in ([TOTAL, *(g for g in parts if variable_of(g) == v)] for v in variables)
            if sum(sizes.get(group, 0) for group in groups) == 2 * sizes.get(TOTAL, 0)
        ]
        least = rules.minimum_base
        weak = {g for g, n in sizes.items() if n < (least if g in apart else rules.reliable_base)}
        named = {group: share_id(str(item), MEAN, group, ANSWERED) for group in sizes}
        few = {group for group, n in sizes.items() if 0 < n < least}
        hidden = few | {group for group, name in named.items() if name in sensitive}
        hidden = _add_partners(hidden, weak, sizes, sums, least)
        suppressed |= {
            share_id(str(item), level, group, ANSWERED)
            for group in hidden - weak
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
    """The groups that are `hidden` with more of each sum, the smallest first: of a total and its
    groups two at least, of `least` people. Who is only `weak` hides others, too.
    """
    before: set[str] = set()
    while hidden != before:
        before = hidden
        for groups in sums:
            left = sorted((sizes[g], g) for g in groups if g not in hidden | weak and sizes[g])
            gone = [sizes[g] for g in groups if g in hidden | weak]
            while left and hidden & {*groups} and (len(gone) < 2 or sum(gone) < least):
                size, group = left.pop(0)
                gone.append(size)
                hidden = hidden | {group}
    return hidden
