"""Attack a register, and suppress more until the attack discloses nothing.

The attack does not rely on what the suppression proves: it knows that people are whole numbers, and
combines several items. So both take turns until no count is disclosed.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from readiness.analysis.domain import DOMAIN, INSIDE, OUTSIDE
from readiness.analysis.selection import group_name, variable_of
from readiness.attack import (
    Attacked,
    AttackedCell,
    AttackRules,
    AttackTarget,
    Classes,
    CountVerdict,
    Merged,
    Route,
    attack,
    classes_of,
    find_baseless,
    find_unread,
    read_release,
    read_variants,
    tell_domain,
)
from readiness.disclosure import Policy
from readiness.disclosure.suppress import Decisions
from readiness.ground.errors import DataError
from readiness.ground.figure_id import base_id, share_id
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.questionnaire import TOTAL, Questionnaire
from readiness.register.figures import read_register
from readiness.register.linked import Demand, others
from readiness.register.published import round_register
from readiness.register.withholding import Withheld


def check_bases(figures: pd.DataFrame) -> None:
    """Raise DataError where a new register (as text) publishes a share without its base.

    Ledgers that 1.0 sealed have such shares, and are attacked as they are.
    """
    if baseless := find_baseless(figures):
        raise DataError(
            f"the register of figures, {baseless}: this share has no base, so readers cannot judge "
            "it. Suppress the share, or publish its number of respondents."
        )


def read_target(
    figures: pd.DataFrame,
    earlier: Sequence[Path],
    classes: Mapping[str, Classes],
    questionnaire: Questionnaire,
    policy: Policy,
    varied: Mapping[str, pd.Series],
    respondents: pd.DataFrame,
) -> AttackTarget:
    """Return a register (as text) as a target of the attack, after the `earlier` registers.

    `classes`: frame cells by the weights of the release (key "") and of each variant. `varied`:
    weights of the respondents in each variant. `respondents`: their coded answers, which show what
    derived answers merge.

    Raises DataError where the register has a row or column that the attack does not read.
    """
    # Readers have rounded numbers: 0.163 is printed as 16 %, so they know at most 16.5 %.
    figures = round_register(figures)
    if unread_row := find_unread(figures):
        raise DataError(
            f"the register of figures, {unread_row}: no model covers this kind of row, so its "
            "disclosure risk is unknown. Add the kind to attack/released.py, or do not publish it."
        )
    boxes = {item.id: item.levels_of for item in questionnaire.items if item.levels_of}
    releases = [read_release(path.parent.name, read_register(path), boxes) for path in earlier]
    release, variants = read_variants(read_release("", figures, boxes), figures, varied, classes)
    if questionnaire.items[0].id == DOMAIN:
        release = tell_domain(release, DOMAIN, INSIDE, OUTSIDE)
    rules = AttackRules(policy.minimum_cell, policy.width)
    routes = [
        Route(item.id, condition.item, condition.one_of, len(item.asked_if) == 1)
        for item in questionnaire.items
        for condition in item.asked_if
    ]
    sensitive = frozenset(item.id for item in questionnaire.items if item.sensitive)
    merged = [*_list_merged(questionnaire, respondents)]
    parts = (release, releases, classes.get(""), rules, routes, variants, sensitive)
    return AttackTarget(*parts, merged)


def _list_merged(questionnaire: Questionnaire, respondents: pd.DataFrame) -> Iterator[Merged]:
    """Yield the answers to derived items that merge some answers to one other item exactly.

    Reports print how an item is derived, so readers know which answers it merges.
    """
    closed = {item.id: item for item in questionnaire.items if item.kind.takes_one}
    for item in closed.values():
        source = closed.get(item.derived_from[0]) if len(item.derived_from) == 1 else None
        if source is None or not {item.id, source.id} <= {*respondents}:
            continue
        pairs = respondents[[source.id, item.id]].drop_duplicates()
        for level in item.codes:
            codes = set(pairs.loc[pairs[item.id] == level, source.id])
            others = set(pairs.loc[pairs[item.id] != level, source.id])
            if codes <= {*source.codes} and not codes & others:
                yield Merged(item.id, level, source.id, tuple(sorted(codes)))


def known_classes(
    respondents: pd.DataFrame,
    questionnaire: Questionnaire,
    by: Sequence[str],
    varied: Mapping[str, pd.Series],
) -> dict[str, Classes]:
    """Return the frame cells for a reader who knows every respondent's groups.

    The keys are "" for the weights of the release, and the names of the variants. Empty where the
    questionnaire has no frame. `respondents`: with the variables `by` which groups are formed, and
    `weight`. `varied`: weights of the respondents in each variant.
    """
    groups = {}
    for position, name in enumerate(by):
        codes = questionnaire.grouping(name).codes
        group_names = {code: group_name(name, code) if position else code for code in codes}
        groups[name if position else ""] = (name, group_names)
    if not questionnaire.frame or not groups or respondents.empty:
        return {}
    return classes_of(respondents, pd.to_numeric(respondents["weight"]), groups, varied)


def read_varied(path: Path | None, respondents: pd.DataFrame) -> dict[str, pd.Series]:
    """Read the weights of the respondents in each variant, by its name, from the firmness step.

    Empty where the step wrote no file (`path` is None).
    """
    if path is None:
        return {}
    table = read_text_table(path, "the varied weights").set_index("respondent")
    rows = table.reindex(respondents["respondent"]).reset_index(drop=True)
    return {str(name): pd.to_numeric(rows[name]) for name in rows}


def find_even(respondents: pd.DataFrame, by: Sequence[str]) -> frozenset[str]:
    """Return the variables whose groups each have a single stratum and a single weight.

    Variances of all respondents are then sums over the groups. Names are as in group ids, "" for
    the first variable. Empty where all respondents have one stratum and weight. `respondents`: with
    the variables `by`, `weight` and `stratum`.
    """
    weights = respondents["weight"].map("{:.6g}".format)
    cells = respondents.groupby([respondents["stratum"], weights]).ngroup()
    if cells.nunique() < 2:
        return frozenset()
    is_even = [cells.groupby(respondents[name]).nunique().max() == 1 for name in by]
    return frozenset(
        name if position else "" for position, name in enumerate(by) if is_even[position]
    )


# Number of times that a doubled interval width is demanded for a disclosed count.
WIDENED = 2
# After that, shares around a disclosed count are suppressed, a step at a time: of its item in its
# group; in one more group, where fewest shares are lost; in all groups; of the linked items; at
# last those of all respondents, never before those of groups.
GROUP = 1
BESIDE = 2
ITEM = 3
NEIGHBOURS = 4
TOTALS = 5


def demand_more(
    results: Iterable[Attacked], tries: Counter[str], estimates: pd.DataFrame, target: AttackTarget
) -> Demand | None:
    """Return what to suppress beyond the policy so that the disclosed counts are protected.

    None where no count is disclosed, or nothing is left to suppress. `results`: results of the
    attack. `tries`: how often more was asked for each count; counted on here.
    """
    hidden: set[str] = set()
    widths: dict[str, int] = {}
    items: set[str] = set()
    published = _list_published(target)
    for cell in (attacked.cell for attacked in results if attacked.verdict is CountVerdict.GIVEN):
        tries[cell.id] += 1
        step = tries[cell.id] - WIDENED
        base = target.release.tables[cell.item].bases.get((cell.share.base, cell.share.group))
        if base is not None and base <= target.rules.width:
            # An interval of so few people cannot be wider.
            step = max(step, GROUP)
        neighbours = _list_around(cell, step, estimates, target, published)
        while GROUP <= step < TOTALS and published.isdisjoint(neighbours):
            # All of these numbers are suppressed already: take the next step.
            step += 1
            neighbours = _list_around(cell, step, estimates, target, published)
        tries[cell.id] = max(tries[cell.id], step + WIDENED)
        if step > TOTALS:
            continue
        widths[others(cell.share.id) if cell.rest else cell.share.id] = (
            target.rules.width * 2 ** min(tries[cell.id], WIDENED)
        )
        if not cell.withheld and cell.share.group != TOTAL:
            hidden.add(cell.share.id)
        hidden |= neighbours
        item = frozenset([cell.item])
        items |= target.with_neighbours(item) if step >= NEIGHBOURS else item
    return Demand(frozenset(hidden), widths, frozenset(items)) if items else None


def _list_published(target: AttackTarget) -> frozenset[str]:
    """Return the ids of the shares and bases that a release publishes."""
    published: set[str] = set()
    for item, table in target.release.tables.items():
        published |= {share.id for share in table.shares if share.value is not None}
        published |= {base_id(item, group, base) for base, group in table.bases}
    return frozenset(published)


def _list_around(
    cell: AttackedCell,
    step: int,
    estimates: pd.DataFrame,
    target: AttackTarget,
    published: Collection[str],
) -> set[str]:
    """Return the ids of the numbers that a step suppresses around a count; none before `GROUP`."""
    if step < GROUP:
        return set()
    group = cell.share.group
    near_items = frozenset([cell.item])
    near_items = target.with_neighbours(near_items) if step >= NEIGHBOURS else near_items
    rows = estimates[estimates["item"].isin(near_items)]
    if step <= BESIDE:
        rows = rows[rows["group"].isin([group, _find_beside(cell, rows, published)][:step])]
    if step < TOTALS:
        rows = rows[rows["group"] != TOTAL]
    shares = {share_id(*cells) for cells in rows[["item", "level", "group", "base"]].to_numpy()}
    # The number of people who were asked is the number who gave the routing answer.
    routed_items = [route.item for route in target.routes]
    routed = rows[rows["item"].isin(routed_items) & (step >= NEIGHBOURS)]
    return shares | {base_id(*cells) for cells in routed[["item", "group", "base"]].to_numpy()}


def _find_beside(cell: AttackedCell, rows: pd.DataFrame, published: Collection[str]) -> str:
    """Return the group of the same variable that publishes fewest shares, but at least one.

    Of several the one with the fewest people; "" where there is none. `rows`: the estimates of the
    count's item.
    """
    group = cell.share.group
    costs: dict[str, tuple[int, int]] = {}
    for row in list_rows(rows):
        other = str(row["group"])
        if other in (TOTAL, group) or variable_of(other) != variable_of(group):
            continue
        is_published = share_id(row["item"], row["level"], other, row["base"]) in published
        n_published, people = costs.get(other, (0, 0))
        costs[other] = n_published + is_published, max(people, int(row["n"]))
    publishing = [other for other, (n_published, _) in costs.items() if n_published]
    return min(publishing, key=lambda other: (*costs[other], other), default="")


def withhold_until_held(
    decide: Callable[[Demand | None, Decisions | None], Withheld],
    tell: Callable[[frozenset[str]], AttackTarget],
    estimates: pd.DataFrame,
) -> Withheld:
    """Suppress numbers until the attack discloses nothing, or nothing is left to suppress.

    `decide`: suppresses under a demand, beyond earlier decisions. `tell`: returns the release in
    which these ids are suppressed.
    """
    hidden = decide(None, None)
    tries: Counter[str] = Counter()
    attacked_items: frozenset[str] = frozenset()
    while True:
        target = tell(hidden.ids)
        results = attack(target, attacked_items)
        demand = demand_more(results, tries, estimates, target)
        if demand is None:
            return hidden
        # Items without a change of their own or linked numbers need no new attack.
        attacked_items = target.with_neighbours(demand.items or ())
        hidden = decide(demand, hidden.decisions)
