"""The attack reads what several items and parts of a register tell; what it is not met by goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from itertools import chain

import pandas as pd
import pytest

from project_copy import ROOT
from readiness.analysis.nonresponse import COLUMNS as BOUNDS
from readiness.attack import (
    Attacked,
    AttackedCell,
    AttackRules,
    AttackTarget,
    CountVerdict,
    Merged,
    Release,
    Route,
    attack,
    find_baseless,
    find_unread,
)
from readiness.attack.knowledge import AttackReader, How
from readiness.attack.released import (
    OF_ITEMS,
    OTHERS,
    READ,
    PrintedInterval,
    ReleasedShare,
    ReleasedTable,
    read_release,
)
from readiness.disclosure import Policy
from readiness.disclosure.suppress import Decisions
from readiness.ground.errors import DataError
from readiness.ground.figure_id import base_id, share_id
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.register.attacking import (
    _list_merged,
    check_bases,
    demand_more,
    read_target,
    withhold_until_held,
)
from readiness.register.figures import (
    WITHHELD,
    FigureRow,
    Origin,
    make_register,
    read_register,
)
from readiness.register.firmness import FIRMNESS
from readiness.register.linked import Demand
from readiness.register.precision import ShareDigits
from readiness.register.rows.respondents import bound_rows
from readiness.register.withholding import Withheld
from readiness.steps.register_wave import MADE_FROM
from releases import SECOND, released_figures

# A question of all, and one of those alone who said yes; of the latter three left it empty.
USES = {"yes": 112, "no": 1184}
WHY = {"time": 44, "money": 29, "law": 24, "staff": 8, "other": 4}
FEW = "why.other.all"
# The newest publication: its register has the kinds of rows that this program writes.
RECENT = "simulated-2026-r6"
BASE = base_id("why", "all", "answered")
ROUTE = Route("why", "uses", ("yes",))


def told(hidden: Collection[str], routes: Collection[Route] = (ROUTE,)) -> AttackTarget:
    """Both questions in one unweighted release, to a tenth of a percent."""
    tables = {}
    for item, counts in (("uses", USES), ("why", WHY)):
        table, n = ReleasedTable(item, {}, data="d@1"), sum(counts.values())
        for level, count in counts.items():
            name, near = share_id(item, level, "all", "answered"), round(count / n, 3)
            value = None if name in hidden else PrintedInterval(near - 5e-4, near + 5e-4)
            table.shares.append(ReleasedShare(name, level, "all", "answered", value, False))
        if base_id(item, "all", "answered") not in hidden:
            table.bases["answered", "all"] = n
        tables[item] = table
    release = Release("r", tables, {"all": 1430})
    return AttackTarget(release, rules=AttackRules(5, 5), routes=tuple(routes))


def given(target: AttackTarget) -> dict[str, tuple[int, int]]:
    """Between what each count is that is given away."""
    found = [each for each in attack(target) if each.verdict is CountVerdict.GIVEN]
    return {each.cell.id: (each.lowest, each.highest) for each in found}


def test_what_routes_to_a_question_tells_its_base_and_so_its_rarest_answer() -> None:
    hidden = {FEW, BASE}
    assert not given(told(hidden, ()))
    assert given(told(hidden))[FEW][1] == WHY["other"]
    # Of some it is not known whether they were asked.
    target = told(hidden)
    unclear = replace(target, release=replace(target.release, unclear=150))
    assert not given(unclear)


def test_who_ticked_an_option_answered_what_it_routes_to() -> None:
    hidden = {FEW, BASE}
    target = told(hidden)
    uses, why = target.release.tables["uses"], target.release.tables["why"]
    asked = [replace(share, base="asked") for share in uses.shares]
    several = replace(uses, shares=asked, bases={("asked", "all"): sum(USES.values())})
    why.counts["not_given"] = PrintedInterval(3.0, 3.0)
    release = replace(target.release, tables={"uses": several, "why": why})
    ticked = replace(target, release=release)
    # Whoever ticked it answered, but for three: nothing is left open.
    assert given(ticked)[FEW] == (WHY["other"],) * 2
    # Of those who gave two answers, both asked for, nobody knows how few they are.
    both = replace(ticked, routes=(replace(ROUTE, alone=False),))
    assert given(both) != given(ticked)


def test_what_merges_answers_tells_of_each() -> None:
    """Three and four people gave withheld answers; merged with others both are counted."""
    counts = {
        "cost": {"little": 3, "fair": 40, "much": 4, "huge": 53},
        "dear": {"no": 43, "yes": 57},
    }
    tables = {}
    for item, answers in counts.items():
        tables[item] = table = ReleasedTable(item, {}, data="d@1")
        table.bases["answered", "all"] = 100
        for level, count in answers.items():
            near = count / 100
            value = None if count < 5 else PrintedInterval(near - 4e-3, near + 4e-3)
            name = share_id(item, level, "all", "answered")
            table.shares.append(ReleasedShare(name, level, "all", "answered", value, False))
    merged = [Merged("dear", "no", "cost", ("fair", "little"))]
    target = AttackTarget(Release("r", tables, {"all": 100}), rules=AttackRules(5, 5))
    assert not given(target)
    found = given(replace(target, merged=merged))
    assert found["cost.little.all"] == (3, 3) and found["cost.much.all"] == (4, 4)


def ask_cost() -> Questionnaire:
    """A question, and what merges its answers."""
    item = {"label": {"en": "Cost"}, "column": "Cost", "kind": "single"}
    options = [{"code": c, "text": c} for c in ("little", "fair", "much")]
    few = [{"code": c, "text": c} for c in ("no", "yes")]
    return questionnaire_of(
        {
            "name": "q",
            "version": "1",
            "language": "en",
            "title": {"en": "Q"},
            "export": {"timestamp": "when"},
            "items": [
                {"id": "cost", "categories": options, **item},
                {**item, "id": "dear", "column": "", "categories": few, "derived_from": ["cost"]},
            ],
        },
        "here",
    )


def test_answers_are_seen_to_be_merged() -> None:
    asked = ask_cost()
    answers = pd.DataFrame(
        {"cost": ["little", "fair", "much", "_blank"], "dear": ["no", "no", "yes", "_blank"]}
    )
    assert [*_list_merged(asked, answers)] == [
        Merged("dear", "no", "cost", ("fair", "little")),
        Merged("dear", "yes", "cost", ("much",)),
    ]
    # Where the same answer is both, it is no sum.
    both = pd.concat([answers, pd.DataFrame({"cost": ["little"], "dear": ["yes"]})])
    assert not [*_list_merged(asked, both)]


def test_the_attack_reads_a_register_as_it_is_printed() -> None:
    """0.163 is printed as 16 %: between 15.5 and 16.5, not between 15.8 and 16.8."""
    row = FigureRow(
        "cost.little.all",
        "estimate",
        "share",
        0.163,
        "cost",
        "little",
        "all",
        "share of answered",
        n=90,
    )
    figures = make_register([row], run="r", origin=lambda row: Origin(), simulated=True)
    known = ([], {}, ask_cost(), Policy.of({}, 5), {}, pd.DataFrame())
    target = read_target(figures.astype(str), *known)
    (share,) = target.release.tables["cost"].shares
    assert share.value == PrintedInterval(pytest.approx(0.155), pytest.approx(0.165))


# Kinds of rows from which the attack takes a number, and the others: what they rest on.
TAKEN = {"estimate", "count", "missing", "bound", "test", "quality", "weighting", "balance"}
FROM_PRINTED = "computed from printed numbers, and not printed beside a withheld share of its own"
NOT_TAKEN = {
    "interval": FROM_PRINTED,
    "effective": "of the answers that are published, in a group where one is",
    "revision": FROM_PRINTED,
    "change": FROM_PRINTED,
    "selection": FROM_PRINTED,
    "setting": "a choice of the analyst",
    "response": "people of the sample list, not of their answers",
    "scale": "one number of all answers to several questions",
}


def test_the_attack_knows_every_kind_of_row_that_a_wave_has() -> None:
    """Those that it does not compute with are functions of printed numbers, or not of answers."""
    assert {*READ, *OTHERS, *OF_ITEMS, FIRMNESS} == {*MADE_FROM}
    assert {*TAKEN, *NOT_TAKEN, FIRMNESS} == {*MADE_FROM} and not TAKEN & {*NOT_TAKEN}


@pytest.mark.parametrize("kind", sorted({*TAKEN, *NOT_TAKEN} - {"change", "scale"}))
def test_a_kind_of_row_is_taken_by_the_attack_or_is_none_beside_a_withheld_share(
    kind: str,
) -> None:
    figures = read_register(ROOT / "publications" / RECENT / "figures.csv")
    of_kind = figures["kind"] == kind
    without = figures[~of_kind]
    assert of_kind.any()
    # A kind is taken where a release with other numbers, or without its rows, is another to it.
    other = figures.assign(**{name: figures[name].mask(of_kind, "3") for name in ("value", "n")})
    told = read_release("", figures, {})
    taken = any(told != read_release("", each, {}) for each in (without, other))
    assert taken is (kind in TAKEN)
    if NOT_TAKEN.get(kind) == FROM_PRINTED:
        withheld = figures.loc[
            (figures["kind"] == "estimate") & (figures["suppressed"] != ""),
            ["item", "level", "group"],
        ]
        cells = set(withheld.itertuples(index=False, name=None))
        rows = figures[of_kind & (figures["value"] != "") & (figures["unit"] != "reason")]
        for row in rows.to_dict("records"):
            item = row["item"].removeprefix("revision:").partition(":")[0]
            assert (item, row["level"], row["group"]) not in cells, row["id"]


def test_beside_a_withheld_share_a_test_of_the_table_is_a_band_and_no_more() -> None:
    figures = read_register(ROOT / "publications" / RECENT / "figures.csv")
    shares = figures[(figures["kind"] == "estimate") & (figures["level"] != "")]
    groups = shares[(shares["group"] != "all") & ~shares["group"].str.contains(":")]
    hidden = {*groups.loc[groups["suppressed"] == WITHHELD, "item"]}
    tests = figures[(figures["kind"] == "test") & (figures["group"] == "")]
    beside = tests[tests["item"].isin(hidden) & tests["unit"].isin(["p", "number"])]
    led = beside[~beside["id"].str.contains("contrasts_max_t")]
    assert hidden and list(led["id"]) == []


def test_bounds_that_assume_nothing_tell_a_base() -> None:
    asked, gave = 120, WHY["time"]
    target = told({FEW, BASE}, ())
    table = target.release.tables["why"]
    missing = asked - sum(WHY.values())
    for end, count in (("lower", gave), ("upper", gave + missing)):
        share = count / asked
        table.worst["time", end] = PrintedInterval(share - 5e-4, share + 5e-4)
    assert not given(target)
    # So many respondents, all of them asked.
    table.counts["not_asked"] = PrintedInterval(0.0, 0.0)
    known = replace(target, release=replace(target.release, n=asked))
    assert given(known)[FEW][1] == WHY["other"]


def test_more_is_withheld_until_the_attack_is_met() -> None:
    counts = (("uses", level) for level in USES), (("why", level) for level in WHY)
    table = pd.DataFrame(chain(*counts), columns=["item", "level"])
    table = table.assign(group="all", base="answered")
    asked: list[Demand] = []

    def decide(demand: Demand | None, before: Decisions | None) -> Withheld:
        """Nothing but what must be withheld, and what is asked for."""
        asked.extend([demand] if demand else [])
        gone = before.hidden | demand.hidden if before and demand else frozenset({FEW, BASE})
        return Withheld(gone, Decisions(complementary=gone))

    found = withhold_until_held(decide, told, table)
    assert not given(told(found.ids))
    assert [each.widths.get(FEW) for each in asked[:2]] == [10, 20]
    assert {share_id("why", level, "all", "answered") for level in WHY} <= found.ids
    # Numbers of all go at the very last, those of the questions beside it, too.
    assert not asked[-2].hidden & {share_id("uses", level, "all", "answered") for level in USES}


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("kind", "quartile", "cost_saving."),
        ("statistic", "mode of answered", "cost_saving."),
        ("skew", "0.3", "column skew"),
    ],
)
def test_what_nobody_reads_stops_the_gate(column: str, value: str, says: str) -> None:
    figures = released_figures(SECOND)
    assert not find_unread(figures)
    row = figures.index[(figures["kind"] == "estimate") & (figures["se"] != "")][0]
    figures.loc[row, column] = value
    assert find_unread(figures.fillna("")).startswith(says)


@pytest.mark.parametrize("identity", ["simulated-2026-r4", "simulated-2026-r5"])
def test_a_sealed_ledger_with_shares_without_bases_is_attacked(identity: str) -> None:
    """Such ledgers 1.0 sealed; a new register with such a share stops the gate."""
    figures = read_register(ROOT / "publications" / identity / "figures.csv")
    assert find_baseless(figures)
    known = ([], {}, ask_cost(), Policy.of({}, 5), {}, pd.DataFrame())
    tables = read_target(figures, *known).release.tables
    share, table = next(
        (share, table)
        for table in tables.values()
        for share in table.shares
        if share.id == find_baseless(figures)
    )
    # The share is known, and of how many people it is, nobody is told.
    assert share.value is not None and (share.base, share.group) not in table.bases
    with pytest.raises(DataError, match=find_baseless(figures)):
        check_bases(figures)
    shown = (figures["kind"] == "estimate") & (figures["suppressed"] == "")
    check_bases(figures[~shown | (figures["n"] != "")])


@pytest.mark.parametrize("kind", ["test", "selection", "scale", "revision", "change"])
def test_a_share_that_a_test_or_scale_tells_stops_the_gate(kind: str) -> None:
    figures = released_figures(SECOND)
    row = figures.index[(figures["kind"] == "estimate") & (figures["se"] != "")][0]
    own = {"kind": kind, "statistic": "share who gave it twice", "n": "", "se": ""}
    figures.loc[row, list(own)] = list(own.values())
    assert find_unread(figures).startswith("cost_saving.")
    # A number that is none of people is read by nobody, and tells nobody.
    figures.loc[row, "unit"] = "points"
    assert not find_unread(figures)


def test_bounds_are_suppressed_with_the_share_that_they_are_of() -> None:
    row = dict.fromkeys(BOUNDS, "") | {"item": "why", "level": "time", "unit": "share"}
    row |= {"worst_lower": "0.3", "worst_upper": "0.5", "reason": "not_given"}
    digits = ShareDigits()
    assert all(r.value is not None for r in bound_rows(pd.DataFrame([row]), {}, digits))
    share = share_id("why", "time", "all", "answered")
    hidden = list(bound_rows(pd.DataFrame([row]), {share: "few"}, digits))
    assert hidden and all(each.value is None and each.suppressed for each in hidden)


def test_of_a_group_of_few_one_group_beside_it_is_suppressed_and_no_more() -> None:
    """An interval of three people cannot be wider: what hides them is one other group's numbers."""
    people = {"few": 3, "cheap": 20, "dear": 40, "all": 63}
    rows = [("q", level, group, "answered", n) for group, n in people.items() for level in "xy"]
    estimates = pd.DataFrame(rows, columns=["item", "level", "group", "base", "n"])
    seen = PrintedInterval(0.5, 0.5)
    shares = [
        ReleasedShare(share_id(*row[:4]), *row[1:4], None if row[2] == "few" else seen, False)
        for row in rows
    ]
    bases = {("answered", group): n for group, n in people.items()}
    target = AttackTarget(Release("r", {"q": ReleasedTable("q", {}, shares, bases)}, {}))
    cell = AttackedCell("q", shares[0], withheld=True, rest=True)
    given_away = Attacked(cell, 1, 3, CountVerdict.GIVEN, AttackReader.PUBLICATION, How.SHARES)
    demand = demand_more([given_away], Counter(), estimates, target)
    suppressed = {share_id(*row[:4]) for row in rows if row[2] in ("few", "cheap")}
    assert demand and demand.hidden == suppressed
