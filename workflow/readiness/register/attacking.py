"""The attack on a register, what it found, and what is withheld beyond the policy for that.

What suppression proves of its own systems the attack does not take from it: it knows whole numbers,
and what several items say together. So both take turns until nothing is given away. What was left
standing of a withheld number, or shown on too few people, is found too: so an altered register is
seen.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from readiness.analysis.selection import group_name
from readiness.arrays import list_rows
from readiness.attack import (
    COLUMNS,
    Attacked,
    AttackRules,
    AttackTarget,
    Classes,
    CountVerdict,
    Route,
    attack,
    classes_of,
    find_unread,
    first_given_away,
    given_away,
    read_release,
    read_variants,
)
from readiness.disclosure import Policy
from readiness.disclosure.optimise import Decisions
from readiness.errors import DataError, DisclosureError
from readiness.questionnaire import Questionnaire
from readiness.register.display import SUPPRESSED_TEXT, show_safely
from readiness.register.figures import base_id, read_register, share_id
from readiness.register.linked import Demand, others
from readiness.register.withholding import Withheld
from readiness.tables import read_text_table


def read_target(
    figures: pd.DataFrame,
    earlier: Sequence[Path],
    classes: Mapping[str, Classes],
    questionnaire: Questionnaire,
    policy: Policy,
    varied: Mapping[str, pd.Series],
) -> AttackTarget:
    """A register (as text) as what is attacked, after `earlier` ones; DataError where it tells what
    the attack does not read. `classes` of the release by "", and of each variant; `varied`: what
    respondents weigh in it.
    """
    if unread := find_unread(figures):
        raise DataError(
            f"the register of figures, {unread}: told by nobody's model, so what it gives away "
            "cannot be known. Teach attack/released.py to read it, or do not publish it."
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
    return AttackTarget(release, releases, classes.get(""), rules, routes, variants)


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
# Then all numbers are withheld of its item in its group, of its item, and of those next to it.
GROUP, ITEM, NEIGHBOURS = 1, 2, 3


def demand_more(
    found: Iterable[Attacked], tries: Counter[str], estimates: pd.DataFrame, target: AttackTarget
) -> Demand | None:
    """What to withhold so that less is given away than was `found`; None where nothing is, or
    nothing is left to withhold. `tries`: how often it was asked for each count; counted on here.
    """
    hidden: set[str] = set()
    widths: dict[str, int] = {}
    items: set[str] = set()
    for cell in (each.cell for each in found if each.verdict is CountVerdict.GIVEN):
        tries[cell.id] += 1
        step = tries[cell.id] - WIDENED
        if step > NEIGHBOURS:
            continue
        widths[others(cell.share.id) if cell.rest else cell.share.id] = (
            target.rules.width * 2 ** min(tries[cell.id], WIDENED)
        )
        own = frozenset([cell.item])
        near = target.with_neighbours(own) if step == NEIGHBOURS else own
        if not cell.withheld:
            hidden.add(cell.share.id)
        if step >= GROUP:
            rows = estimates[estimates["item"].isin(near)]
            rows = rows[rows["group"] == cell.share.group] if step == GROUP else rows
            for item, level, group, base in rows[["item", "level", "group", "base"]].to_numpy():
                hidden |= {share_id(item, level, group, base), base_id(item, group, base)}
        items |= near
    return Demand(frozenset(hidden), widths, frozenset(items)) if items else None


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


ATTACK, VERDICT = "attack.csv", "verdict.json"
WHAT_TO_DO = (
    "Tell fewer groups or decimals, merge small groups, or let `disclosure` withhold more; every "
    "count: attack.csv"
)


def small_groups(figures: pd.DataFrame, minimum: int) -> Iterator[str]:
    """Numbers of people below the minimum that a register shows: bases, and respondents."""
    for row in list_rows(figures[figures["suppressed"] == ""]):
        of_quality = row["kind"] == "quality" and row["statistic"] in ("answered", "kept")
        people = row["kind"] == "count" or of_quality
        text = row["value"] if people else row["n"]
        if text and 0 < int(text) < minimum:
            yield f"{row['id']}: shown on a base of {text}, below {minimum}."


# How the ids of the numbers end that a share has beside it.
BESIDE = (
    *("lower", "upper", "n_eff", "worst.lower", "worst.upper"),
    *("selection.lower", "selection.upper"),
)


def left_behind(figures: pd.DataFrame) -> Iterator[str]:
    """Numbers of a share that is marked as not published."""
    ids = set(figures.loc[figures["suppressed"] == "", "id"])
    for row in list_rows(figures[figures["suppressed"] != ""]):
        name = row["id"]
        left = [c for c in ("value", "se", "lower", "upper", "n_eff", "deff") if row[c]]
        moved = (f"{since}.{name}" for since in ("revision", "change"))
        left += [own for own in (*(f"{name}.{end}" for end in BESIDE), *moved) if own in ids]
        if left:
            yield f"{name}: is not published, but {left[0]} is."
        if (text := show_safely(row, "en")) != SUPPRESSED_TEXT:
            yield f"{name}: is not published, but {text} is shown."


def read_attack(path: Path) -> pd.DataFrame:
    """The attack's table, as `freeze` keeps it: what readers can prove of each withheld count.

    DataError when it is another table.
    """
    table = read_text_table(path, "the disclosure-risk check")
    if missing := [name for name in COLUMNS if name not in table]:
        raise DataError(f"{path}: no column {', '.join(missing)}. Restore it with git.")
    return table


def findings(attacked: pd.DataFrame) -> str:
    """One line: how much a reader can work out."""
    before = int((attacked["verdict"] == CountVerdict.BEFORE.value).sum())
    told = f", {before} were given away by earlier releases" if before else ""
    return f"{len(attacked)} counts attacked, {len(given_away(attacked))} given away{told}"


def refuse_given_away(what: str, table: pd.DataFrame) -> None:
    """DisclosureError naming the first count that a release gives away, if there is one.

    `what`: the release, for the message.
    """
    if told := first_given_away(table):
        raise DisclosureError(f"{what}: {told}\n{WHAT_TO_DO}.")


def not_attacked(figures: pd.DataFrame, attacked: pd.DataFrame) -> list[str]:
    """The withheld shares of a register of which an attack has no row, sorted.

    An option's share of those asked is of the same people as that of those who answered: where one
    of them is shown, the count is that of a published share.
    """
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    hidden, shown = shares[shares["suppressed"] != ""], shares[shares["suppressed"] == ""]
    cell = ["item", "level", "group"]
    known = pd.MultiIndex.from_frame(pd.concat([attacked[cell], shown[cell]]))
    return sorted(hidden.loc[~pd.MultiIndex.from_frame(hidden[cell]).isin(known), "id"])
