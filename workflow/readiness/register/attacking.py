"""The attack on a register, what it found, and what is withheld beyond the policy for that.

What suppression proves of its own systems the attack does not take from it: it knows whole numbers,
and what several items say together. So both take turns until nothing is given away.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

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
            f"the register of figures, {baseless}: a share without its base, which no reader could "
            "judge. Suppress the share, or publish how many people it is of."
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
    """Return a register (as text) as what is attacked, after `earlier` ones.

    `classes` of the release by "", and of each variant; `varied`: what respondents weigh in it.
    `respondents`: their coded answers, by which it is known what is merged. Raises DataError where
    the register tells what the attack does not read.
    """
    # Readers have rounded numbers: 0.163 is printed as 16 %, which is at most 16.5 %.
    figures = round_register(figures)
    if unread := find_unread(figures):
        raise DataError(
            f"the register of figures, {unread}: no model covers this kind of row, so its "
            "disclosure risk is unknown. Add the kind to attack/released.py, or do not publish it."
        )
    boxes = {item.id: item.levels_of for item in questionnaire.items if item.levels_of}
    releases = [read_release(path.parent.name, read_register(path), boxes) for path in earlier]
    release, variants = read_variants(read_release("", figures, boxes), figures, varied, classes)
    rules = AttackRules(policy.minimum_cell, policy.width)
    routes = [
        Route(item.id, condition.item, condition.one_of, len(item.asked_if) == 1)
        for item in questionnaire.items
        for condition in item.asked_if
    ]
    sensitive = frozenset(item.id for item in questionnaire.items if item.sensitive)
    merged = [*_list_merged(questionnaire, respondents)]
    known = (release, releases, classes.get(""), rules, routes, variants, sensitive)
    return AttackTarget(*known, merged)


def _list_merged(questionnaire: Questionnaire, respondents: pd.DataFrame) -> Iterator[Merged]:
    """Yield the answers to derived items that are some answers to one other item, and no more.

    Reports say how an item is derived: what is seen of the answers here is known to readers.
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
    """What a reader knows who knows every respondent's groups, of the frame or made of it, by the
    weights of the release ("") and of each variant; nothing where there is no frame. `respondents`:
    with the variables `by` which groups are, and `weight`.
    """
    groups = {}
    for place, name in enumerate(by):
        codes = questionnaire.grouping(name).codes
        named = {code: group_name(name, code) if place else code for code in codes}
        groups[name if place else ""] = (name, named)
    if not questionnaire.frame or not groups or respondents.empty:
        return {}
    return classes_of(respondents, pd.to_numeric(respondents["weight"]), groups, varied)


def read_varied(path: Path | None, respondents: pd.DataFrame) -> dict[str, pd.Series]:
    """What each of the respondents weighs in each variant, by its name, as the firmness step wrote
    it; nothing where it wrote nothing.
    """
    if path is None:
        return {}
    table = read_text_table(path, "the varied weights").set_index("respondent")
    rows = table.reindex(respondents["respondent"]).reset_index(drop=True)
    return {str(name): pd.to_numeric(rows[name]) for name in rows}


def find_even(respondents: pd.DataFrame, by: Sequence[str]) -> frozenset[str]:
    """The variables, as groups are called by them ("" for the one that is compared), of which each
    group is of one stratum and one weight, so that variances of all are sums over the groups; none
    where all respondents are. `respondents`: as above, with `stratum`.
    """
    weights = respondents["weight"].map("{:.6g}".format)
    cells = respondents.groupby([respondents["stratum"], weights]).ngroup()
    if cells.nunique() < 2:
        return frozenset()
    whole = [cells.groupby(respondents[name]).nunique().max() == 1 for name in by]
    return frozenset(name if place else "" for place, name in enumerate(by) if whole[place])


# How often the interval of a count is asked to be wider, each time twice as wide as before.
WIDENED = 2
# Then all numbers of groups are suppressed: of its item in its group; in the group beside it of
# which that costs least; in all groups; of the items next to it; at last the numbers of all
# respondents, never given up before those of groups.
GROUP, BESIDE, ITEM, NEIGHBOURS, TOTALS = 1, 2, 3, 4, 5


def demand_more(
    found: Iterable[Attacked], tries: Counter[str], estimates: pd.DataFrame, target: AttackTarget
) -> Demand | None:
    """What to withhold so that less is given away than was `found`; None where nothing is, or
    nothing is left to withhold. `tries`: how often it was asked for each count; counted on here.
    """
    hidden: set[str] = set()
    widths: dict[str, int] = {}
    items: set[str] = set()
    told = _list_told(target)
    for cell in (each.cell for each in found if each.verdict is CountVerdict.GIVEN):
        tries[cell.id] += 1
        step = tries[cell.id] - WIDENED
        base = target.release.tables[cell.item].bases.get((cell.share.base, cell.share.group))
        if base is not None and base <= target.rules.width:
            # An interval of so few people cannot be wider.
            step = max(step, GROUP)
        around = _list_around(cell, step, estimates, target, told)
        while GROUP <= step < TOTALS and told.isdisjoint(around):
            # What is suppressed already protects no more than it did.
            step += 1
            around = _list_around(cell, step, estimates, target, told)
        tries[cell.id] = max(tries[cell.id], step + WIDENED)
        if step > TOTALS:
            continue
        widths[others(cell.share.id) if cell.rest else cell.share.id] = (
            target.rules.width * 2 ** min(tries[cell.id], WIDENED)
        )
        if not cell.withheld and cell.share.group != TOTAL:
            hidden.add(cell.share.id)
        hidden |= around
        own = frozenset([cell.item])
        items |= target.with_neighbours(own) if step >= NEIGHBOURS else own
    return Demand(frozenset(hidden), widths, frozenset(items)) if items else None


def _list_told(target: AttackTarget) -> frozenset[str]:
    """Return the ids of the shares and bases that a release tells."""
    told: set[str] = set()
    for item, table in target.release.tables.items():
        told |= {share.id for share in table.shares if share.value is not None}
        told |= {base_id(item, group, base) for base, group in table.bases}
    return frozenset(told)


def _list_around(
    cell: AttackedCell,
    step: int,
    estimates: pd.DataFrame,
    target: AttackTarget,
    told: Collection[str],
) -> set[str]:
    """Return the ids of the numbers that a step suppresses around a count; none before `GROUP`."""
    if step < GROUP:
        return set()
    group = cell.share.group
    near = frozenset([cell.item])
    near = target.with_neighbours(near) if step >= NEIGHBOURS else near
    rows = estimates[estimates["item"].isin(near)]
    if step <= BESIDE:
        rows = rows[rows["group"].isin([group, _find_beside(cell, rows, told)][:step])]
    if step < TOTALS:
        rows = rows[rows["group"] != TOTAL]
    around = {share_id(*cells) for cells in rows[["item", "level", "group", "base"]].to_numpy()}
    # How many were asked tells of the answer that it is asked after.
    after = [route.item for route in target.routes]
    routed = rows[rows["item"].isin(after) & (step >= NEIGHBOURS)]
    return around | {base_id(*cells) for cells in routed[["item", "group", "base"]].to_numpy()}


def _find_beside(cell: AttackedCell, rows: pd.DataFrame, told: Collection[str]) -> str:
    """Return the group of the same variable of which fewest shares are told, but some; of those the
    one with the fewest people. "" where none is. `rows`: the estimates of the count's item.
    """
    group = cell.share.group
    costs: dict[str, tuple[int, int]] = {}
    for row in list_rows(rows):
        other = str(row["group"])
        if other in (TOTAL, group) or variable_of(other) != variable_of(group):
            continue
        shown = share_id(row["item"], row["level"], other, row["base"]) in told
        shares, people = costs.get(other, (0, 0))
        costs[other] = shares + shown, max(people, int(row["n"]))
    telling = [other for other, (shares, _) in costs.items() if shares]
    return min(telling, key=lambda other: (*costs[other], other), default="")


def withhold_until_held(
    decide: Callable[[Demand | None, Decisions | None], Withheld],
    tell: Callable[[frozenset[str]], AttackTarget],
    estimates: pd.DataFrame,
) -> Withheld:
    """What is withheld when the attack gives nothing away any more, or there is nothing left that
    could be.

    `decide` withholds under a demand, after what was decided before; `tell` is the release in which
    these ids are withheld.
    """
    hidden = decide(None, None)
    tries: Counter[str] = Counter()
    anew: frozenset[str] = frozenset()
    while True:
        target = tell(hidden.ids)
        if (demand := demand_more(attack(target, anew), tries, estimates, target)) is None:
            return hidden
        # What nothing was withheld of, and nothing beside, holds as it did.
        anew = target.with_neighbours(demand.items or ())
        hidden = decide(demand, hidden.decisions)
