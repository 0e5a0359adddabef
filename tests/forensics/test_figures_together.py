"""Figures of one source beside the number of people printed with them."""

import random
from fractions import Fraction
from itertools import product

import pytest
from haca_study import figure_set

from honest_tables import KINDS, honest_table, is_explained, wrong_base
from made_claims import claims_table
from readiness.forensics.arithmetic.bases import FigureSet, SetKind, apportioned_mask, joint_mask
from readiness.forensics.arithmetic.figures import PrintedFigure
from readiness.forensics.arithmetic.sums import base_power
from readiness.forensics.arithmetic.together import How, Who, judge_together
from readiness.forensics.judging.structure import parse_structure
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.together import state_strength, state_together
from readiness.forensics.judging.verdict import numbers_of
from readiness.forensics.solve import solve
from readiness.ground.facts import Fact, Listed, NamedNumber, Printed, Term
from readiness.language import WHOLE, tell
from readiness.reporting.verdicts import render_solution

# Of 81 answers, in percent with two decimals.
OF_81 = [f"{100 * k / 81:.2f}" for k in (9, 11, 13, 20, 25, 27, 33, 41, 50, 54, 62)]


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_eleven_figures_of_81_beside_1500() -> None:
    found = solve(OF_81, base=1500)
    assert found.together is not None and not found.together.fits
    fewer = found.together.readings[0]
    assert (fewer.who, fewer.how) == (Who.FEWER, How.PLAIN)
    assert fewer.bases == tuple(range(81, 1500, 81))
    said = lines(render_solution(found, "en"))
    assert (
        said[1].startswith("11 of the 11") or "of the 11 figures cannot come from 1,500" in said[1]
    )
    assert said[2] == "All 11 figures fit 81, and no other number below 162."
    assert said[3] == "If 1,500 people were asked and 81 answered, the figures are possible."
    assert "A strong check: fewer than one in a thousand" in said[-1]


def test_the_figures_that_cannot_come_are_named_and_no_others() -> None:
    found = solve(OF_81, base=1500).together
    assert found is not None
    refused = {place for place, _ in found.refused}
    by_hand = {
        place
        for place, figure in enumerate(OF_81)
        if not any(
            abs(Fraction(100 * k, 1500) - Fraction(figure)) <= Fraction(1, 200) for k in range(1501)
        )
    }
    assert refused == by_hand and 0 < len(refused) < len(OF_81)


def test_largest_remainders_are_the_reading_of_34_33_33_of_three() -> None:
    found = solve(["34", "33", "33"], base=3)
    assert found.together is not None
    first = found.together.readings[0]
    assert (first.who, first.how, first.bases) == (Who.PRINTED, How.LARGEST_REMAINDER, (3,))
    assert "If the figures were adjusted to add to 100, the figures are possible." in lines(
        render_solution(found, "en")
    )
    rows = solve(["34", "33", "33"]).rows
    plain, adjusted = [row for row in rows if row.kind == "exhaustive"]
    assert plain.smallest == 58 and adjusted.bases[:3] == (3, 6, 9)


def test_figures_that_add_to_102_are_not_one_question() -> None:
    found = solve(["24/28/50"])
    assert found.facts[1].kind == "forensics.solve.not_one"
    assert "add to 102: they cannot be the answers to one question" in render_solution(found, "en")
    assert [row.kind for row in found.rows] == ["several"] and found.rows[0].smallest == 46
    # Without being told that they are one question, their sum is stated as if they were.
    separate = solve(["24", "28", "50"])
    assert separate.facts[1] == found.facts[1] and separate.rows[0].kind == "together"
    # Figures far above 100 are of several questions.
    assert "add to" not in render_solution(solve(["67", "64"]), "en")
    # Less than 100 may be answers that were not printed.
    assert [row.kind for row in solve(["24/28"]).rows] == ["exclusive"]


def test_67_33_with_64() -> None:
    found = solve(["67/33", "64"], base=32)
    assert found.together is not None
    by_who = {reading.who: reading for reading in found.together.readings}
    assert by_who[Who.FEWER_MISSING].bases == (12, 15, 22, 25, 28)
    assert by_who[Who.FILTER].own[1] == (11, 14, 22, 25, 28)
    assert by_who[Who.OTHER].bases[0] == 33
    assert "No number below 32 fits all 3 figures." in lines(render_solution(found, "en"))
    assert solve(["67/33", "64"], base=33).together == judge_together(
        [figure_set(["67", "33"], "exhaustive"), figure_set(["64"])], 33
    )
    assert "All 3 figures can come from 33 people." in render_solution(
        solve(["67/33", "64"], base=33), "en"
    )


def test_a_misprint_names_the_figure_and_what_it_stands_for() -> None:
    found = solve(["50", "25", "76"], base=4)
    assert found.together is not None
    (reading,) = [r for r in found.together.readings if r.misprints]
    (misprint,) = reading.misprints
    assert (misprint.position, misprint.repairs) == (2, ("75",))
    assert "If 76 is a misprint for 75, the figures are possible." in render_solution(found, "en")
    # Two figures that do not fit are no single slip.
    two = solve(["51", "25", "76"], base=4).together
    assert two is not None and not any(r.misprints for r in two.readings)


def test_none_is_excused_only_where_something_is_none() -> None:
    assert "innocent" in render_solution(solve(["67", "64"], n_max=32), "en")
    assert "innocent" not in render_solution(solve(["67", "64"], n_max=40), "en")


def test_a_list_is_whole_up_to_the_number_from_which_all_fit() -> None:
    text = render_solution(solve(["67/33", "64"], n_max=2000), "en")
    assert "91, 92, and any number from 94 on" in text
    assert "and others" not in text


@pytest.mark.parametrize(
    ("power", "kind"),
    [
        (Fraction(1), "none"),
        (Fraction(999, 1000), "nearly_none"),
        (Fraction(94, 100), "weak"),
        (Fraction(1, 2), "weak"),
        (Fraction(49, 100), "fair"),
        (Fraction(1, 20), "fair"),
        (Fraction(49, 1000), "strong"),
        (Fraction(1, 1000), "strong"),
        (Fraction(999, 1_000_000), "strongest"),
    ],
)
def test_the_strength_of_a_check_in_words(power: Fraction, kind: str) -> None:
    (fact,) = state_strength(power)
    assert fact.kind == f"forensics.strength.{kind}"
    assert all(tell(fact, language) for language in WHOLE)
    assert state_strength(None) == []


def test_a_weak_check_says_its_share() -> None:
    assert "A weak check: 94% of made-up percentages would pass it." in (
        render_solution(solve(["67/33"], n_max=32), "en")
    )


def test_the_strength_on_one_base_is_brute_force() -> None:
    for n in (8, 40):
        pair, single = figure_set(["67", "33"], "exhaustive"), figure_set(["64"])
        passing = sum(
            bool(
                joint_mask(
                    [
                        FigureSet((PrintedFigure(a, 0), PrintedFigure(100 - a, 0)), pair.kind),
                        FigureSet((PrintedFigure(b, 0),), single.kind),
                    ],
                    n,
                )[n]
            )
            for a, b in product(range(101), repeat=2)
        )
        assert base_power([pair, single], n) == Fraction(passing, 101 * 101), n


def apportioned_by_hand(counts: tuple[int, ...], scale: int) -> set[tuple[int, ...]]:
    """All digits that Hamilton's method can print of counts, however equal remainders are taken."""
    n = sum(counts)
    cut = [divmod(scale * count, n) for count in counts]
    left = scale - sum(whole for whole, _ in cut)
    found = set()
    for raised in product((0, 1), repeat=len(counts)):
        rests = [rest for (_, rest), up in zip(cut, raised, strict=True) if up]
        kept = [rest for (_, rest), up in zip(cut, raised, strict=True) if not up]
        if sum(raised) == left and min(rests, default=n) >= max(kept, default=0):
            found.add(tuple(whole + up for (whole, _), up in zip(cut, raised, strict=True)))
    return found


@pytest.mark.parametrize("scale_of", [0, 1])
def test_largest_remainders_are_brute_force(scale_of: int) -> None:
    """Sets of three figures, whole or with a decimal, on each base up to 9."""
    scale = 100 * 10**scale_of
    shown: dict[int, set[tuple[int, ...]]] = {}
    for n in range(1, 10):
        counts = [(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)]
        shown[n] = set().union(*(apportioned_by_hand(each, scale) for each in counts))
    tried = [
        (a, b, scale - a - b)
        for a in range(0, scale + 1, 3 if scale_of == 0 else 37)
        for b in range(0, scale + 1 - a, 2 if scale_of == 0 else 41)
    ]
    tried += sorted(set().union(*shown.values()))[::7]
    for digits in tried:
        figures = tuple(PrintedFigure(each, scale_of) for each in digits)
        mask = apportioned_mask(FigureSet(figures, SetKind.EXHAUSTIVE), 9)
        assert [n for n in range(10) if mask[n]] == [n for n in shown if digits in shown[n]], digits


@pytest.mark.parametrize("kind", KINDS)
def test_honest_tables_are_never_impossible_without_their_own_reading(kind: str) -> None:
    """A slice of `benchmarks/figures_together.py`, which tries 20,000."""
    draw = random.Random(f"honest {kind}")
    refused = 0
    for _ in range(150):
        table = honest_table(kind, draw)
        found = judge_together(table.sets, table.printed)
        refused += not found.fits
        assert is_explained(table, found), table
    # The test sees something: tables of all other kinds do not fit as printed now and then.
    assert (refused > 0) is (kind != "plain")


def test_wrong_bases_are_found_and_the_true_number_is_named() -> None:
    draw = random.Random("wrong base")
    found = [wrong_base(draw, figures=8, decimals=1) for _ in range(100)]
    assert all(named for refused, named in found if refused)
    assert sum(refused for refused, _ in found) > 95


def test_every_sentence_is_told_in_every_language() -> None:
    draw = random.Random("sentences")
    kinds: set[str] = set()
    for kind in KINDS:
        for _ in range(12):
            table = honest_table(kind, draw)
            written = ["/".join(map(str, s.figures)) for s in table.sets]
            solution = solve(written, base=table.printed)
            for language in WHOLE:
                text = render_solution(solution, language)
                assert "{" not in text and "[en]" not in text
            kinds |= {kind for fact in solution.facts for kind in all_kinds(fact)}
    for expected in ("together.if_own", "clause.blanks", "clause.largest_remainder"):
        assert f"forensics.{expected}" in kinds


def unnamed(value: object) -> list[object]:
    """Numbers in a fact that have no name, and so would have no row in a register."""
    match value:
        case NamedNumber():
            return []
        case Fact(_, values):
            return [bare for inner in values.values() for bare in unnamed(inner)]
        case Listed(items):
            return [bare for inner in items for bare in unnamed(inner)]
        case int() | Printed() | Fraction():
            return [value]
    return []


def test_every_number_of_a_verdict_has_a_name_and_one_value() -> None:
    draw = random.Random("named")
    for kind in KINDS * 25:
        table = honest_table(kind, draw)
        wrong = draw.randint(1, 2 * table.printed)
        for base in (table.printed, wrong):
            found = judge_together(table.sets, base)
            facts = state_together(found, table.sets, lambda *_: Term("forensics.press"))
            assert [bare for fact in facts for bare in unnamed(fact)] == []
            by_name: dict[str, set[object]] = {}
            for fact in facts:
                for name, number in numbers_of([fact]).items():
                    by_name.setdefault(name, set()).add(number)
            assert all(len(values) == 1 for values in by_name.values()), by_name


def test_the_figures_of_one_source_are_judged_together_without_being_told() -> None:
    """Two questions of one source and no number of people: they have a verdict that they share."""
    rows = [
        {"claim_id": "x.use.yes", "item": "use", "category": "yes", "value": "67"},
        {"claim_id": "x.train.no", "item": "train", "category": "no", "value": "64"},
        {"claim_id": "y.use.yes", "item": "use", "category": "yes", "value": "10"},
    ]
    labels = {"label": {"en": "question"}}
    content = {
        "study": "x",
        "publisher": "X",
        "claims": "x",
        "version": "1",
        "items": {"use": labels, "train": labels},
        "sets": [
            {
                "id": row["claim_id"].replace(".", "_"),
                "item": row["item"],
                "kind": "exclusive",
                "claims": [row["claim_id"]],
            }
            for row in rows
        ],
    }
    verdicts = {v.id: v for v in judge(claims_table(rows, "X"), parse_structure(content))}
    assert verdicts["joint.x"].numbers["first"] == 33
    assert "joint.y" not in verdicts
    # Who says that nothing is shared is believed.
    alone = parse_structure({**content, "shared_bases": []})
    assert not any(v.kind == "joint" for v in judge(claims_table(rows, "X"), alone))


def all_kinds(fact: Fact) -> set[str]:
    inner = (value for value in fact.values.values())
    found = {fact.kind}
    for value in inner:
        for part in getattr(value, "items", (value,)) if not isinstance(value, dict) else ():
            key = getattr(part, "key", None)
            found |= all_kinds(part) if isinstance(part, Fact) else {key} if key else set()
    return found
