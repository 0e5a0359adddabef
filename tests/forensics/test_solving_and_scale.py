"""Two numbers and a minute; verdicts for people and programs; power; and size."""

import json
import re
import time
from fractions import Fraction
from itertools import product
from typing import Any

import pandas as pd
import pytest
from haca_study import figure_set, haca_verdicts
from hypothesis import given
from hypothesis import strategies as st

from made_claims import claims_table
from readiness.forensics.arithmetic.bases import (
    NEAREST,
    FigureSet,
    SetKind,
    conventions,
    joint_bases,
    joint_mask,
    witness,
)
from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding
from readiness.forensics.arithmetic.sums import joint_power
from readiness.forensics.arithmetic.together import How
from readiness.forensics.judging.structure import parse_structure, read_register
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.summary import summary_ids
from readiness.forensics.solve import solve
from readiness.ground.errors import DataError
from readiness.language import WHOLE
from readiness.reporting.verdicts import render_solution, render_verdict, verdict_json


def test_solve_two_answers_of_one_question() -> None:
    found = solve(["67", "33"], n_max=32)
    first = found.rows[0]
    assert first.kind == "exhaustive"
    assert first.bases == (3, 6, 9, 12, 15, 18, 21, 24, 27, 30) and first.smallest == 3
    assert first.power is not None and first.power > Fraction(9, 10)
    assert "3, 6, 9, 12, 15, 18, 21, 24, 27 or 30" in render_solution(found, "en")


def test_solve_two_questions() -> None:
    rows = solve(["67", "64"], n_max=32).rows
    together = {row.missing: row for row in rows if row.kind == "together" and row.how is How.PLAIN}
    assert together[0].bases == () and together[0].smallest == 33
    assert together[1].bases == (12, 15, 22, 25, 28)
    assert "exhaustive" not in {row.kind for row in rows}


def test_solve_says_where_one_figure_may_be_a_complement() -> None:
    """27 of 40 is 67.5 %: no rounding of halves prints 67 beside 33, which takes 100 - 33."""
    pair = "one figure of a pair possibly as a hundred minus the other"
    for figures, said in ((["67/33"], True), (["67", "33"], True), (["67", "64"], False)):
        for base in (None, 40):
            assert (pair in render_solution(solve(figures, base=base), "en")) is said
    fits = solve(["67/33"], base=40, rounding="half_up").together
    assert fits is not None and fits.fits
    strict = figure_set(["67", "33"], "exhaustive")
    assert witness(strict, 40, conventions([Rounding.HALF_UP])[0]) is None


def test_solve_other_roundings_and_languages() -> None:
    cut = solve(["67", "64"], n_max=32, rounding="truncation").rows
    assert next(row for row in cut if row.kind == "together").bases == (28, 31)
    for language, word in (("fr", "personnes"), ("en", "people"), ("ar", "الأشخاص")):
        text = render_solution(solve(["67,5 %"]), language)
        assert word in text
        assert ("67,5" in text) is (language != "en")


@pytest.mark.parametrize(
    ("figures", "options", "expected"),
    [
        ([], {}, "at least one"),
        (["~60"], {}, "approximate"),
        (["67"], {"n_max": 0}, "n_max 0"),
        (["67"], {"n_max": 10**9}, "n_max"),
        (["67"], {"max_missing": -1}, "missing"),
        (["67"], {"base": 0}, "base 0"),
        (["67"], {"base": 10**6}, "base 1000000"),
        (["67/"], {}, "empty"),
        (["67"] * 61, {}, "at most 60"),
        (["67"], {"rounding": "up"}, "truncation"),
    ],
)
def test_solve_refuses(figures: list[str], options: dict[str, Any], expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        solve(figures, **options)


def test_a_solution_is_rendered_in_languages_of_the_catalogues_only() -> None:
    with pytest.raises(DataError, match="one of ar, en, es, fr"):
        render_solution(solve(["67"]), "xx")


@given(
    figures=st.lists(
        st.one_of(
            st.integers(0, 100).map(str),
            st.decimals(0, 100, places=1).map(str),
            st.text(max_size=4),
        ),
        max_size=4,
    ),
    n_max=st.integers(-2, 120),
    rounding=st.sampled_from(["nearest", "half_even", "ceiling", "x"]),
)
def test_anything_is_solved_or_refused(figures: list[str], n_max: int, rounding: str) -> None:
    try:
        found = solve(figures, n_max=n_max, rounding=rounding)
    except DataError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert len(found.rows) >= 1 and render_solution(found, "en").endswith("\n")


def test_json() -> None:
    content = json.loads(verdict_json(list(haca_verdicts("2").values())))
    release = next(v for v in content if v["id"] == "joint.release")
    assert release["numbers"]["reconciled"] == [12, 15, 22, 25, 28]
    assert re.fullmatch(r"\d+/\d+", release["numbers"]["power"])


def test_one_fair_paragraph() -> None:
    """What the publisher's own figures can share, the innocent reading with it, what is unknown."""
    verdicts = haca_verdicts("2")
    found = summary_ids(list(verdicts.values()), "release")
    assert found == ["joint.release", "unknown.full_study", "unknown.sent_or_answered"]
    for language in WHOLE:
        told = " ".join(render_verdict(verdicts[name].facts, language) for name in found)
        assert len(told.split()) < 180


def brute_power(sets: list[FigureSet], n_max: int, missing: int) -> Fraction:
    """Every alternative of every shape, judged one by one by the engine of bases."""
    shapes: list[list[FigureSet]] = []
    for one in sets:
        if one.kind is SetKind.EXHAUSTIVE and len(one.figures) == 2:
            shapes.append(
                [
                    FigureSet((PrintedFigure(a, 0), PrintedFigure(100 - a, 0)), one.kind)
                    for a in range(101)
                ]
            )
        else:
            shapes.append([FigureSet((PrintedFigure(a, 0),), one.kind) for a in range(101)])
    tried = passed = 0
    for alternative in product(*shapes):
        tried += 1
        passed += bool(joint_mask(list(alternative), n_max, missing).any())
    return Fraction(passed, tried)


@pytest.mark.parametrize("missing", [0, 1])
def test_power_is_brute_force(missing: int) -> None:
    pair, single = figure_set(["67", "33"], "exhaustive"), figure_set(["64"])
    assert joint_power([pair], 32, missing) == brute_power([pair], 32, missing)
    assert joint_power([pair, single], 7, missing) == brute_power([pair, single], 7, missing)


def test_power_is_not_counted_where_it_would_take_long() -> None:
    assert joint_power([figure_set(["31.2", "24.5", "44.3"], "exhaustive")], 100) is None
    assert joint_power([figure_set(["67", "33.0"])], 100) is None


def large_register(claims: int, base: str = "") -> tuple[pd.DataFrame, Any]:
    """Questions of five answers each, 31/24/21/14/10; `base`: the number reported for each."""
    values = ["31", "24", "21", "14", "10"]
    rows, sets, items = [], [], {}
    for i in range(claims // 5):
        items[f"item{i}"] = {"label": {"fr": f"question {i}"}}
        names = [f"press.item{i}.c{j}" for j in range(5)]
        sets.append({"id": f"item{i}", "item": f"item{i}", "kind": "exhaustive", "claims": names})
        for j, name in enumerate(names):
            own = {"item": f"item{i}", "category": f"c{j}", "value": values[j]}
            rows.append({"claim_id": name, **own})
    totals = []
    for i in range(claims // 5 if base else 0):
        own = {"item": f"item{i}", "category": "base", "value": base, "unit": "count"}
        rows.append({"claim_id": f"press.item{i}.base", **own})
        totals.append({"claim": f"press.item{i}.base", "counts": "answered", "sets": [f"item{i}"]})
    content = {
        "study": "large",
        "publisher": "x",
        "claims": "large",
        "version": "1",
        "items": items,
        "sets": sets,
        "totals": totals,
    }
    return claims_table(rows, "press"), parse_structure(content)


def test_five_categories_to_2000() -> None:
    """In well under a second of the processor; ten are allowed for a slow one."""
    start = time.process_time()
    figures = figure_set(["31.2", "24.5", "20.1", "14.1", "10.1"], "exhaustive")
    found = joint_bases([figures], 2000, 0, conventions(tuple(Rounding)))
    shown = [witness(figures, n, c) for n in found[:200] for c in NEAREST]
    assert time.process_time() - start < 10
    assert len(found) > 1000 and any(shown)


def test_a_register_of_2000_claims() -> None:
    """In seconds; a generous bound so that only a change of growth fails it."""
    frame, structure = large_register(2_000)
    start = time.process_time()
    assert len(read_register(frame, structure)) == 2_000
    verdicts = judge(frame, structure)
    assert time.process_time() - start < 20
    # The numbers and the sum of each question, and what all of them can share.
    assert len(verdicts) == 802


def test_a_register_of_2000_claims_beside_their_base() -> None:
    """All questions of one source together; nothing grows with the square of their number."""
    frame, structure = large_register(2_000, base="57")
    start = time.process_time()
    verdicts = {v.id: v for v in judge(frame, structure)}
    assert time.process_time() - start < 20
    source = verdicts["total.source.press"]
    # Of 57 people 31, 24 and 10 percent cannot be; 21 and 14 can.
    assert (source.numbers["refused"], source.numbers["figures"]) == (1200, 2000)
    assert source.numbers["fewer"] == (29, 42)
