"""What readers can prove of withheld counts: on the releases that gave them away, and on tables
small enough to list every world.
"""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from itertools import product

import numpy as np
import pandas as pd
import pytest

from project_copy import ROOT
from readiness.attack import (
    Attacked,
    AttackRules,
    AttackTarget,
    Classes,
    CountVerdict,
    Release,
    attack,
    attack_table,
    first_given_away,
    knowledge,
    read_release,
)
from readiness.attack.attack import _ItemAttack, cells_of
from readiness.attack.knowledge import AttackedCell, AttackReader, Knowledge, Sums
from readiness.attack.released import PrintedInterval, ReleasedShare, ReleasedTable
from readiness.attack.solving import MOST_CELLS, PEOPLE, LinearSystem, Solver, narrow
from readiness.ground.errors import DataError
from readiness.questionnaire import load_questionnaire
from releases import FIRST, SECOND, released_figures

RULES = AttackRules(5, 5)


def shipped(name: str) -> Release:
    questionnaire = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")
    boxes = {item.id: item.levels_of for item in questionnaire.items if item.levels_of}
    return read_release(name, released_figures(name), boxes)


ITEMS = ("cost_saving", "preparation", "revolution", "time_saving")


def proven_small(found: list[Attacked]) -> dict[str, tuple[int, int]]:
    return {
        each.cell.id: (each.lowest, each.highest)
        for each in found
        if each.verdict is CountVerdict.GIVEN and not RULES.shows(each.lowest, each.highest)
    }


def test_the_first_releases_give_small_counts_away_by_what_they_print() -> None:
    one, two = (
        attack(AttackTarget(shipped(n), rules=RULES, sensitive=ITEMS), ITEMS)
        for n in (FIRST, SECOND)
    )
    assert proven_small(one) == {
        "cost_saving.dont_know.voice_artist": (1, 3),
        "revolution.dont_know.voice_artist": (2, 3),
    }
    assert proven_small(two) == {
        "cost_saving.dont_know.voice_artist": (2, 3),
        "preparation.dont_know.advertiser": (2, 3),
        "preparation.dont_know.voice_artist": (1, 2),
        "revolution.dont_know.voice_artist": (3, 4),
    }
    # Respondents less base: nobody or one of them did not know.
    row = attack_table(one).set_index("id").loc["time_saving.dont_know.voice_artist"]
    assert (row["lowest"], row["highest"], row["how"]) == ("0", "1", "counts")


RESPONDENTS = """\
id,kind,item,level,group,statistic,unit,value,n,suppressed,precision
quality.answered.all,quality,,,all,answered,count,40,,,published
quality.kept.all,quality,,,all,kept,count,44,,,published
quality.kept.expert,quality,,,expert,kept,count,4,,,published
quality.invited.expert,quality,,,expert,invited,count,90,,,published
balance.region.north.after,balance,region,north,,after weighting,share,0.3,12,,published
balance.region.south.after,balance,region,south,,after weighting,share,0.7,,,published
balance.region.west.after,balance,region,west,,after weighting,share,,3,few,published
response.region.east.rate,response,region,east,,response rate,share,0.5,8,,published
"""


def test_respondents_are_counted_by_group_where_a_release_says_how_many() -> None:
    figures = pd.read_csv(StringIO(RESPONDENTS), dtype=str, keep_default_na=False)
    release = read_release("first", figures, {})
    assert release.respondents == {"all": 40, "expert": 4, "region:north": 12}


WEIGHTED = """\
id,kind,value,item,level,group,statistic,n,suppressed,digits,dataset,precision
use.yes.all,estimate,0.4,use,yes,all,share,40,,1,one,published
use.n.all,count,38,use,,all,answers (answered),,,0,one,published
use.n.all.weighted,count,1377,use,,all,weight of the answers (answered),,,0,one,published
use.n.old.weighted,count,9,use,,old,weight of the answers (answered),,few,0,one,published
use.n.new.other,count,7,use,,new,answers of others (answered),,,0,one,published
"""


def test_a_weight_of_the_answers_is_read_as_it_was_rounded() -> None:
    figures = pd.read_csv(StringIO(WEIGHTED), dtype=str, keep_default_na=False)
    table = read_release("first", figures, {}).tables["use"]
    assert table.weights == {"all": PrintedInterval(1376.5, 1377.5)}
    assert table.bases["answered", "all"] == 38


def test_dont_know_is_no_secret_but_of_a_sensitive_question() -> None:
    (target,) = [AttackTarget(shipped(FIRST), rules=RULES)]
    assert not any("dont_know" in each.cell.id for each in attack(target, ITEMS))
    asked = attack(replace(target, sensitive=ITEMS[:1]), ITEMS)
    assert {each.cell.item for each in asked if "dont_know" in each.cell.id} == {ITEMS[0]}


def test_each_count_is_attacked_once_published_or_not() -> None:
    """A published share of all who were asked has the count of the share of those who answered."""
    printed = {
        ("x", "asked"): around(0.2),
        ("x", "answered"): around(0.25),
        ("y", "asked"): None,
        ("y", "answered"): None,
    }
    table = ReleasedTable("q", {}, data="d@1")
    table.shares = [
        ReleasedShare(f"q.{level}.a.{base}", level, "a", base, value, weighted=False)
        for (level, base), value in printed.items()
    ]
    cells = [(cell.share.id, cell.withheld) for cell in cells_of(table) if not cell.rest]
    assert cells == [("q.x.a.answered", False), ("q.y.a.asked", True)]


def test_the_first_releases_together_give_more_away_than_each() -> None:
    """Two people more of a profession are two answers more at most."""
    releases = [shipped(FIRST), shipped(SECOND)]
    found = {}
    for item in (*ITEMS, "future_use"):
        target = AttackTarget(releases[1], releases[:1], rules=RULES)
        solver = Knowledge(target, item, releases[1].tables[item].key).possible(releases)
        assert solver is not None
        for release in releases:
            table = release.tables[item]
            for cell in cells_of(table, sensitive=True):
                column = solver.system.names.get((PEOPLE, table.key, *_of(cell)))
                if cell.rest or not cell.withheld or column is None:
                    continue
                one = narrow(solver, column, RULES.holds, RULES.wide)
                if not RULES.shows(one.lowest, one.highest):
                    found[release.name, cell.id] = (one.lowest, one.highest)
    assert len(found) == 10
    alone = (FIRST, "future_use.dont_know.advertiser"), (FIRST, "preparation.dont_know.producer")
    assert [found[each] for each in alone] == [(4, 4), (4, 4)]


def test_the_second_release_gives_away_what_the_first_one_withheld_and_who_came_since() -> None:
    """Four experts came in between: what three of them said, and one, is a difference."""
    first, second = shipped(FIRST), shipped(SECOND)
    items = ("regulation", "perception", "revolution")
    found = attack(AttackTarget(second, [first], rules=RULES, sensitive=items), items)
    given = {
        each.cell.id: (each.lowest, each.highest)
        for each in found
        if each.cell.before and each.verdict is CountVerdict.GIVEN
    }
    assert given == {
        "+simulated-2026-r1/perception.low.expert": (3, 3),
        "+simulated-2026-r1/regulation.copyright.expert": (1, 1),
        "+simulated-2026-r1/regulation.ethics_charter.expert": (2, 2),
        "+simulated-2026-r1/regulation.human_responsibility.expert": (1, 1),
        "+simulated-2026-r1/regulation.transparency.expert": (3, 3),
        "+simulated-2026-r1/revolution.dont_know.voice_artist": (1, 1),
    }


@pytest.mark.parametrize("known", ["a", "all"])
def test_what_earlier_numbers_and_who_came_tell_is_no_fault_of_this_release(known: str) -> None:
    """Nobody of thirty before, and one came, in this group or in any: one at most."""

    def release(name: str, people: int, share: PrintedInterval | None) -> Release:
        places = product(("a", "all"), ("yes", "no", "maybe"))
        table = table_of(
            {(level, group): None for group, level in places} | {("yes", "a"): share}, {}
        )
        table.data = f"d@{name}"
        return Release(name, {"q": table}, {known: people})

    before = release("1", 30, PrintedInterval(0.0, 0.0))
    before.tables["q"].shares[0] = replace(before.tables["q"].shares[0], whole=True)
    found = attack(AttackTarget(release("2", 31, None), [before], rules=RULES), counts=["q.yes.a"])
    assert [(e.lowest, e.highest, e.verdict) for e in found] == [(0, 1, CountVerdict.BEFORE)]


def _of(cell: AttackedCell) -> tuple[str, str]:
    return cell.share.level, cell.share.group


def table_of(
    shares: dict[tuple[str, str], PrintedInterval | None], bases: dict[str, int], item: str = "q"
) -> ReleasedTable:
    made = ReleasedTable(item, {}, data="d@1")
    for (level, group), value in shares.items():
        made.shares.append(
            ReleasedShare(f"{item}.{level}.{group}", level, group, "answered", value, weighted=True)
        )
    made.bases = {("answered", group): n for group, n in bases.items()}
    return made


def around(value: float, half: float = 0.0005) -> PrintedInterval:
    return PrintedInterval(value - half, value + half)


def split(**yes: float | None) -> dict[tuple[str, str], PrintedInterval | None]:
    """The shares of yes and of no by group, None: withheld."""
    pairs = {("yes", group): share for group, share in yes.items()}
    pairs |= {("no", group): None if share is None else 1 - share for group, share in yes.items()}
    return {place: None if share is None else around(share) for place, share in pairs.items()}


def test_a_withheld_share_follows_from_the_others() -> None:
    table = table_of(split(all=12 / 40, a=None, b=9 / 20), {"all": 40, "a": 20, "b": 20})
    found = {each.cell.id: each for each in attack(AttackTarget(Release("r", {"q": table}, {})))}
    assert (found["q.yes.a"].lowest, found["q.yes.a"].highest) == (3, 3)
    assert found["q.yes.a"].verdict is CountVerdict.GIVEN
    assert first_given_away(attack_table(found.values())).startswith(
        "q.yes.a: 3 to 3 people can be proven from the published shares"
    )
    # The larger one of the two is known as well, and is no small number.
    assert found["q.no.a"].verdict is CountVerdict.HELD


def test_people_outside_every_group_are_supposed_where_the_groups_cannot_be_all() -> None:
    table = table_of(split(all=0.5, a=0.9, b=0.8), {"all": 40})
    knowledge = Knowledge(AttackTarget(Release("r", {"q": table}, {})), "q", table.key)
    solver = knowledge.solver()
    both = [solver.system.names[PEOPLE, table.key, "answered", group] for group in ("a", "b")]
    assert (solver.points[:, both].sum(axis=1) < 40).all()


def test_who_knows_two_answers_knows_more() -> None:
    table = table_of(split(all=30 / 60, a=None, b=None), {"all": 60, "a": 5, "b": 55})
    found = attack(AttackTarget(Release("r", {"q": table}, {}), rules=AttackRules(5, 5)))
    assert all(each.verdict is CountVerdict.HELD for each in found)
    # Six is more than five people can be apart: that there are five is all that anybody learns.
    found = attack(AttackTarget(Release("r", {"q": table}, {}), rules=AttackRules(5, 6)))
    of_five = {(e.lowest, e.highest, e.verdict) for e in found if e.cell.share.group == "a"}
    assert of_five == {(0, 5, CountVerdict.HELD)}


def test_a_group_of_few_that_nothing_tells_of_is_no_secret_to_who_knows_the_frame() -> None:
    frame = Classes(pd.DataFrame({"": ["a", "b"]}), np.array([6, 34]), np.ones(2))
    nothing = dict.fromkeys(product(("yes", "no", "maybe"), ("all", "a", "b")))
    release = Release("r", {"q": table_of(nothing, {})}, {})
    found = attack(AttackTarget(release, classes=frame, rules=AttackRules(10, 10)))
    few = {(e.lowest, e.highest, e.verdict) for e in found if e.cell.share.group == "a"}
    assert few == {(0, 6, CountVerdict.HELD)}


def beside_a_withheld_group(yes: int, lightest: float, heaviest: float) -> tuple[Release, Classes]:
    """So many of forty say yes, twelve of them in a group of thirty, the other ten are withheld;
    all weigh the same, which who does not know the frame cannot tell.
    """
    people, table = {"all": 40, "a": 10, "b": 30}, split(all=yes / 40, a=None, b=12 / 30)
    release = Release("r", {"q": table_of(table, people)}, people, lightest, heaviest)
    return release, Classes(pd.DataFrame({"": ["a", "b"]}), np.array([10, 30]), np.ones(2))


def test_what_the_strongest_reader_knows_to_be_large_is_no_small_count_to_others() -> None:
    """Six of ten: who knows all weights sees it, who knows their range says four to eight."""
    release, frame = beside_a_withheld_group(18, 0.7, 1.4)

    def found(classes: Classes | None) -> dict[str, tuple[int, int, CountVerdict]]:
        target = AttackTarget(release, classes=classes, rules=RULES)
        return {e.cell.id: (e.lowest, e.highest, e.verdict) for e in attack(target)}

    assert found(None)["q.yes.a"] == (4, 8, CountVerdict.GIVEN)
    assert found(frame)["q.yes.a"] == (6, 6, CountVerdict.HELD)
    # The other four are few, whoever reads.
    assert found(None)["q.no.a"][2] is found(frame)["q.no.a"][2] is CountVerdict.GIVEN


def test_margins_of_another_total_than_the_lists_leave_the_mean_weight_open() -> None:
    """Of ten and thirty people who weigh the same, whatever a weight is."""
    release, frame = beside_a_withheld_group(18, 0.7, 1.4)
    weights = {"a": PrintedInterval(104.5, 105.5), "b": PrintedInterval(314.5, 315.5)}
    release.tables["q"].weights = weights
    told = AttackTarget(replace(release, mean=10.0), classes=frame, rules=RULES)
    assert {e.cell.id: (e.lowest, e.highest) for e in attack(told)}["q.yes.a"] == (6, 6)
    weights["b"] = PrintedInterval(400.0, 401.0)
    with pytest.raises(DataError, match="contradict each other"):
        attack(told)


def test_later_answers_are_told_by_what_they_add() -> None:
    def release(name: str, more: int) -> Release:
        shares: dict[tuple[str, str], PrintedInterval | None] = {
            ("yes", "a"): None,
            ("no", "a"): None,
        }
        table = table_of(shares, {"a": 20 + more})
        table.data = f"d@{name}"
        table.weights = {}
        return Release(name, {"q": table}, {})

    before = release("1", 0)
    before.tables["q"].shares[0] = ReleasedShare(
        "q.yes.a", "yes", "a", "answered", around(9 / 20), weighted=True
    )
    # Who also knows the frame cell of each of the 22 people learns as much.
    frame = Classes(pd.DataFrame({"": ["a"]}), np.array([22]), np.ones(1))
    for classes in (None, frame):
        found = attack(AttackTarget(release("2", 2), [before], classes=classes, rules=RULES))
        assert {(e.cell.id, e.lowest, e.highest) for e in found} == {
            ("q.yes.a", 9, 11),
            ("q.no.a", 11, 13),
        }


def test_ends_are_cut_where_no_world_is_found() -> None:
    """Three market splits hide every world; that x is 3 is plain: x + 10 y = 13."""
    system, rng = LinearSystem(), np.random.default_rng(0)
    x, y = system.variable(("x",), 0, 6), system.variable(("y",), 0, 2)
    system.row({x: 1.0, y: 10.0}, 13, 13)
    boxes = [system.variable(("z", str(n)), 0, 1) for n in range(30)]
    for _ in range(3):
        sizes = rng.integers(1, 100, len(boxes)).astype(float)
        system.row(dict(zip(boxes, sizes, strict=True)), sizes.sum() // 2, sizes.sum() // 2)
    solver = Solver(system, nodes=5)
    assert solver.bound_by_relaxation(x) == (0, 6)
    assert solver.find_world(x, 0, 6) is None
    found = narrow(solver, x, *[lambda low, high: high - low > 4] * 2, margin=None)
    assert (found.lowest, found.highest) == (0, 4)


def test_sums_of_weights_are_reached_by_certain_numbers_of_people() -> None:
    people, weights = [3, 2, 4], [0.7, 1.31, 1.9]
    low, high = 3.3, 3.9
    listed = {
        sum(x)
        for x in product(*(range(n + 1) for n in people))
        if low <= np.dot(x, weights) <= high
    }
    sums = Sums.of(np.array(people), np.array(weights))
    assert set(sums.count_people(low, high)) == listed


# How many people of six frame cells gave each answer to a question, and the weight of each in
# mean weights. Of such a survey (seed 6 of benchmarks/disclosure.py) a third program put an answer
# of one region between 1 and 5 people.
CELLS = pd.DataFrame(
    {
        "": ["a", "a", "b", "b", "c", "c"],
        "size": ["size:s", "size:l"] * 3,
        "area": ["area:e", "area:e", *["area:w"] * 4],
        "people": [12, 19, 10, 11, 14, 21],
        "weight": [0.362983, 0.533906, 1.107728, 1.629339, 0.969066, 1.425384],
        "one": [2, 3, 4, 8, 10, 10],
        "two": [0, 5, 0, 0, 0, 3],
        "three": [4, 3, 4, 3, 0, 3],
        "four": [5, 7, 1, 0, 2, 2],
        "dont_know": [1, 1, 1, 0, 1, 0],
    }
)
# In which groups an answer's share is withheld; "low" is the first two answers together.
WITHHELD = {
    "one": ["size:s", "size:l"],
    "two": ["a", "c", "size:s", "size:l", "area:e", "area:w"],
    "three": ["b", "c"],
    "four": ["a", "b", "c", "area:e", "area:w"],
    "low": ["a", "c", "area:e", "area:w"],
    "dont_know": [],
}


def release_of_cells() -> AttackTarget:
    """Whole percents of every group but what is withheld, to who knows everybody's cell."""
    parts = {level: [level] for level in ("one", "two", "three", "four", "dont_know")}
    parts["low"] = ["one", "two"]
    answered = ["one", "two", "three", "four"]
    known = Classes(
        CELLS[["", "size", "area"]], CELLS["people"].to_numpy(), CELLS["weight"].to_numpy()
    )
    table = ReleasedTable("q", {"low": ("one", "two")}, data="d@1")
    for group in ("all", "a", "b", "c", "size:s", "size:l", "area:e", "area:w"):
        inside = CELLS[known.inside(group)]
        for level, own in parts.items():
            base, of = ("with_dont_know", [*answered, "dont_know"])
            if level != "dont_know":
                base, of = "answered", answered
            table.bases[base, group] = int(inside[of].to_numpy().sum())
            gave, every = (inside[names].sum(axis=1) @ inside["weight"] for names in (own, of))
            value = None if group in WITHHELD[level] else around(round(gave / every, 2), 0.005)
            share = ReleasedShare(f"q.{level}.{group}", level, group, base, value, weighted=True)
            table.shares.append(replace(share, whole=value is not None and not gave))
    people = {group: int(CELLS["people"][known.inside(group)].sum()) for group in table.groups}
    weights = CELLS["weight"].min(), CELLS["weight"].max()
    return AttackTarget(Release("r", {"q": table}, people, *weights), classes=known, rules=RULES)


def test_whole_numbers_narrow_the_counts_of_a_survey_of_few_people() -> None:
    """By real numbers up to sixteen of the twenty people of a group gave an answer."""
    target = release_of_cells()
    solver = Knowledge(target, "q", "q d@1").solver(frame=True)
    assert solver.counts("q d@1") > MOST_CELLS
    asked = solver.system.names[PEOPLE, "q d@1", "four", "b"]
    low, high = solver.bound_by_relaxation(asked)
    assert RULES.holds(low, high)
    (found,) = attack(target, counts=["q.four.b"])[:1]
    assert found.verdict is CountVerdict.GIVEN and found.lowest <= 1 <= found.highest
    assert not RULES.holds(found.lowest, found.highest)


def test_a_count_of_which_a_search_ends_undecided_is_given_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(knowledge, "SEARCHES", 0)
    (found,) = attack(release_of_cells(), counts=["q.four.b"])[:1]
    assert RULES.holds(found.lowest, found.highest)
    assert found.verdict is CountVerdict.GIVEN


def test_weights_of_an_answer_narrow_no_count_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sixteen of size:s gave another answer: their weights are not those behind the share."""
    monkeypatch.setattr(knowledge, "MOST_CELLS_OF_FEW", 0)
    target = release_of_cells()
    table = target.release.tables["q"]
    item = _ItemAttack(target, "q", table)
    solver = item.knowledge.solver(frame=True)
    (rest,) = (cell for cell in cells_of(table) if cell.id == "~q.one.size:s")
    column = item._find_column(solver, rest)
    assert rest.rest and column is not None and solver.searches is None
    by_relaxation = solver.bound_by_relaxation(column)
    found = item._bound_count(rest, frame=True)
    assert (found.lowest, found.highest) == by_relaxation
    assert found.lowest <= 16 <= found.highest


def test_two_known_answers_narrow_what_one_does_not() -> None:
    """Whoever knows two who said y in group a proves that one to four people said z there."""
    told = {("x", "all"): 0.4, ("y", "all"): 0.4, ("x", "a"): 0.6, ("y", "b"): 3 / 11}
    told |= {("z", "b"): 6 / 11, ("y", "c"): 13 / 24}
    places = product("xyz", ("all", "a", "b", "c"))
    shares = {place: around(told[place]) if place in told else None for place in places}
    people = {"all": 45, "a": 10, "b": 11, "c": 24}
    release = Release("r", {"q": table_of(shares, people)}, people, 1 / 1.5, 1.5)
    found = {each.cell.id: each for each in attack(AttackTarget(release, rules=RULES))}["q.z.a"]
    assert (found.lowest, found.highest, found.verdict) == (1, 4, CountVerdict.GIVEN)
    assert (found.reader, found.known) == (AttackReader.ANSWERS, "2 q.y.a")
