"""The fairest sentences: a pass rate a check, every number of people, no "simplest" of several."""

from fractions import Fraction
from itertools import product

import pytest
from haca_study import figure_set, haca_claims, haca_structure, haca_verdicts, sentence

from readiness.forensics.arithmetic.bases import (
    NEAREST,
    every_base_from,
    fewest_missing,
    joint_mask,
    witnesses,
)
from readiness.forensics.arithmetic.sums import joint_power
from readiness.forensics.judging.study import judge, lead_bases
from readiness.forensics.judging.verdict import Status


def test_the_number_from_which_every_number_fits() -> None:
    sets = [figure_set(["67", "33"], "exhaustive"), figure_set(["64"])]
    assert every_base_from(sets, 0) == 94
    assert every_base_from(sets, 1) == 64
    # By looking at each number, far beyond.
    for missing, first in ((0, 94), (1, 64)):
        mask = joint_mask(sets, 3000, missing)
        assert not mask[first - 1] and mask[first:].all()
    assert every_base_from([figure_set(["67.5"])]) is not None
    # Three that add up to 98: no number of people fits, and none is named.
    assert every_base_from([figure_set(["32", "33", "33"], "exhaustive")]) is None


def test_the_figures_of_haca() -> None:
    found = haca_verdicts("2")
    release, everything = found["every.release"], found["every.everything"]
    assert (release.numbers["every"], release.numbers["every_missing"]) == (94, 64)
    assert (everything.numbers["every"], everything.numbers["every_missing"]) == (99, 85)
    # Below it some fit: on twelve people with one answer missing in all, or two of everything.
    assert release.numbers["fits"][:5] == (33, 36, 39, 42, 45)  # type: ignore[index]
    assert release.numbers["fits_missing"][:6] == (12, 15, 22, 25, 28, 33)  # type: ignore[index]
    for verdict, silent in ((release, 1), (everything, 2)):
        assert (verdict.numbers["least"], verdict.numbers["silent"]) == (12, silent)
    assert "and any number from 94 up. With at most 1 missing answer" in sentence(release)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_the_fewest_missing_answers_are_those_that_looking_finds(missing: int) -> None:
    sets = [figure_set(["67", "33"], "exhaustive"), figure_set(["64"]), figure_set(["91"])]
    for people in range(1, 40):
        # Question by question, under one rounding: the smallest sum of what each one lacks.
        found = [
            sum(lacking)
            for convention in NEAREST
            for lacking in product(range(missing + 1), repeat=len(sets))
            if all(n < people for n in lacking)
            and all(
                next(witnesses(s, people - n, convention), None)
                for s, n in zip(sets, lacking, strict=True)
            )
        ]
        assert fewest_missing(sets, people, missing) == min(found, default=None), people


def test_a_study_of_one_question_has_its_numbers_too() -> None:
    claims, whole = haca_claims("2"), haca_structure("2")
    kept = {"sets": whole.sets[1:2], "shared_bases": (), "group_sets": (), "cross_tables": ()}
    alone = {v.id: v for v in judge(claims, whole.model_copy(update=kept))}
    assert alone["every.team_trained"].numbers["least"] == 11
    assert "silent" not in alone["every.team_trained"].numbers


def test_what_the_picture_shows() -> None:
    shown = lead_bases(haca_claims("2"), haca_structure("2"))
    assert shown is not None and (shown.id, shown.last) == ("release", 100)
    assert shown.figures == (("67", "33"), ("64",))
    assert shown.bases[:2] == (33, 36) and shown.bases_missing[:5] == (12, 15, 22, 25, 28)
    assert [(r.n, r.whose, r.counts) for r in shown.reported] == [(32, "press", "unknown")]


def test_each_stated_check_has_its_own_pass_rate() -> None:
    joint = haca_verdicts("2")["joint.everything"]
    named = ("prep_sector", "team_trained", "replace", "use", "revolution", "cost", "time")
    figures = (
        [str(v) for k, v in joint.numbers.items() if k.startswith(f"{name}_")] for name in named
    )
    sets = [figure_set(each, "exhaustive" if len(each) > 1 else "exclusive") for each in figures]
    assert joint.numbers["power"] == joint_power(sets, 32, 0)
    assert joint.numbers["power_missing"] == joint_power(sets, 32, 1)
    shares = [joint.numbers[k] for k in ("power_missing", "power")]
    assert all(isinstance(s, Fraction) for s in shares)
    assert [round(float(s), 3) for s in shares] == [0.069, 0.002]  # type: ignore[arg-type]
    text = sentence(joint)
    assert "With at most 1 missing answer per question, 6.9% of sets of" in text
    assert "if everyone answered every question, 0.2% would" in text


def test_a_sentence_that_reconciles_is_not_called_impossible() -> None:
    found = haca_verdicts("2")
    for verdict in found.values():
        if verdict.kind == "joint" and "are compatible if" in sentence(verdict):
            assert verdict.status is Status.INCOMPATIBLE
    assert found["joint.pairs"].status is Status.POSSIBLE


def test_of_readings_as_simple_as_one_another_none_is_the_simplest() -> None:
    reading = haca_verdicts("2")["simplest.reading"]
    # 12 people with one silent on a question, and 24 with two.
    assert reading.numbers["people"] == 12 and reading.numbers["silent"] == 1
    assert 24 in reading.numbers["others"]  # type: ignore[operator]
    assert "One of several possible readings" in sentence(reading)
    assert "The simplest reading" not in sentence(reading)
