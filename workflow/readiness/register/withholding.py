"""What a wave's register withholds under a policy, with the facts of it for who answers for them.

Each system of the items (`register.linked`) is protected in turn; what one withholds is withheld in
the next, and a reader who has less never knows more. Means of numbers are withheld on small bases
and where few people make most of the sum, with what would give them back (`register.protection`).

The facts tell which number is withheld for itself and which for another: they are not for release.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import pandas as pd

from readiness.analysis.names import WITH_DONT_KNOW, variable_of
from readiness.arrays import list_rows
from readiness.config import FigureRules
from readiness.disclosure import Policy, p_percent_rule
from readiness.disclosure.optimise import Decisions, optimise
from readiness.disclosure.policy import rare
from readiness.questionnaire import MEAN, OF_NUMBERS, TOTAL, Questionnaire
from readiness.register.counts import KnownCells
from readiness.register.earlier import Earlier
from readiness.register.linked import Demand, PrintRules, systems
from readiness.register.protection import Scheme, base_id, find_withheld_means, share_id

PRIMARY, COMPLEMENTARY, RELIABILITY = "primary", "complementary", "reliability"
# People by which an interval is wider than the policy asks: counts are whole, and the bounds are
# those of real numbers.
MARGIN = 2
# The columns of the facts: what is withheld (`share`, `base`, `mean`), and why.
FACTS = ["id", "item", "group", "what", "reason"]


@dataclass(frozen=True)
class Withheld:
    """What is withheld, and how well it protects.

    Attributes:
        ids: the ids of shares, means and bases.
        decisions: of all systems together.
        facts: a row a withheld number (columns `FACTS`).
        rare: respondents whose combination of the policy's identifiers is rarer than its `k`.
    """

    ids: frozenset[str] = frozenset()
    decisions: Decisions = field(default_factory=Decisions)
    facts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FACTS))
    rare: int = 0

    def summary(self, policy: Policy, estimates: pd.DataFrame) -> dict[str, Any]:
        """Numbers of the facts, for reports: none of them tells of one cell."""
        reasons = self.facts["reason"].value_counts().to_dict()
        widths = [found.most - found.least for found in self.decisions.bounds.values()]
        shares = self.facts[self.facts["what"] != "base"].groupby("group", sort=True).size()
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
            "least_loss": round(self.decisions.least, 6),
            "optimal": self.decisions.optimal,
            "by_group": {
                str(group): {"withheld": int(count), "of": int((estimates["group"] == group).sum())}
                for group, count in shares.items()
            },
        }


def withhold(
    estimates: pd.DataFrame,
    respondents: pd.DataFrame,
    apart: pd.DataFrame,
    questionnaire: Questionnaire,
    variables: Sequence[str],
    figures: FigureRules,
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
    keys = zip(
        estimates["item"], estimates["level"], estimates["group"], estimates["base"], strict=True
    )
    rules = PrintRules(
        figures.digits,
        figures.reliable_base,
        frozenset(share_id(*key) for key in keys),
        tuple(earlier),
        demand or Demand(),
    )
    scheme = Scheme.of(questionnaire)
    found = (before or Decisions()) | Decisions(complementary=rules.demand.hidden)
    sources = [
        (respondents, cells)
        for cells in KnownCells.by(respondents, respondents["weight"], variables)
    ]
    for group in questionnaire.groups_apart:
        members = apart[apart["group"] == group].reset_index(drop=True)
        sources.append((members, KnownCells.of_group_apart(len(members), group)))
    for answers, cells in sources:
        if not len(answers):
            continue
        for system in systems(answers, cells, questionnaire, names, policy, rules):
            margin, hidden = MARGIN if policy.width else 0, found.hidden
            found |= optimise(
                replace(
                    system,
                    statements=tuple(
                        replace(each, given=each.given or each.name in hidden)
                        for each in system.statements
                    ),
                ),
                policy,
                margin=margin,
            )
    numbers = estimates[estimates["level"] == MEAN]
    groups = {**dict.fromkeys(questionnaire.groups_apart, apart)}
    sensitive = set(_find_concentrated(numbers, respondents, groups, variables, policy))
    means = frozenset[str]()
    if policy.protects:
        means = find_withheld_means(numbers, figures, scheme.apart, sensitive)
    table = _state_facts(estimates, found, means, rules, policy, scheme)
    rarest = rare(respondents, policy.identifiers, policy.k) if policy.identifiers else 0
    # What is withheld for its base alone a rule of its own hides, with its own sign.
    alone = table[(table["reason"] == RELIABILITY) & (table["what"] != "base")]
    return Withheld(frozenset(table["id"]) - frozenset(alone["id"]), found, table, rarest)


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
            code = group.rpartition(":")[2]
            inside = answers[variable_of(group) or variables[0]] == code
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
    """Why each number is withheld."""
    rows: dict[str, tuple[str, str, str, str, str]] = {}
    hidden = found.hidden
    for row in list_rows(estimates):
        item, level, group, base = row["item"], row["level"], row["group"], row["base"]
        n, count = int(row["n"]), int(row["count"])
        name, size = share_id(item, level, group, base), base_id(item, group, base)
        if name in hidden or name in means:
            reason = COMPLEMENTARY
            if level in OF_NUMBERS or policy.is_sensitive(count, n) or n < policy.minimum_base:
                reason = PRIMARY
            elif name in found.given and group not in scheme.apart and n < rules.reliable_base:
                reason = RELIABILITY
            what = level if level in OF_NUMBERS else "share"
            rows[name] = (name, item, group, what, reason)
            if base == WITH_DONT_KNOW:
                # The wider base stands by its one share.
                rows.setdefault(size, (size, item, group, "base", reason))
        if size in hidden or size in means:
            small = n < policy.minimum_base or policy.is_small(n)
            reason = PRIMARY if small else COMPLEMENTARY
            rows.setdefault(size, (size, item, group, "base", reason))
    return pd.DataFrame([rows[name] for name in sorted(rows)], columns=FACTS)
