"""Figures of part of the respondents (`estimate.where`) tell of nobody who is outside, or inside.

Few people outside a domain, or in it, are few people of a group who gave an answer: by the bases of
the domain, and by what is published of everybody beside it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from random_waves import DESIGNS, ComputedWave, make_persons, make_questionnaire, run_steps

from readiness.analysis.domain import add_domain
from readiness.attack import CountVerdict, attack
from readiness.disclosure import Policy
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.register.attacking import known_classes, read_target

WHERE = {"uses": ["yes"]}
ITEMS = ["tool", "agree_1"]


def compute_domain(
    root: Path, outside: dict[str, int], *beside: dict[str, list[str]] | None
) -> ComputedWave:
    """Compute a wave of those who said yes, for the public.

    `outside`: how many of a region said no; `beside`: of whom other numbers are published.
    """
    rng = np.random.default_rng(54)
    persons = make_persons(rng, 400)
    for region, people in outside.items():
        own = persons.index[persons["region"] == region]
        persons.loc[own, "uses"] = "yes"
        persons.loc[own[:people], "uses"] = "no"
    persons["how often"] = np.where(persons["uses"] == "yes", "often", "")
    wave, persons, listed = DESIGNS["strata"](rng, persons)
    persons["answered"] = True
    wave["disclosure"] = "public"
    wave["estimate"] = {"where": WHERE, "items": ITEMS, "by": ["region"]}
    wave["compare"]["items"] = ITEMS
    document = make_questionnaire(wave, listed=listed)
    return run_steps(root, wave, document, persons, beside)


def list_given(wave: ComputedWave, figures: pd.DataFrame) -> set[str]:
    """List the counts that a register of a wave gives away."""
    answers = read_text_table(wave.folder / "validate/answers.csv", "the answers")
    weights = read_text_table(wave.folder / "weight/weights.csv", "the weights")
    answers, asked = add_domain(answers, wave.questionnaire, WHERE)
    respondents = answers.merge(weights[["respondent", "weight"]], on="respondent")
    classes = known_classes(respondents, asked, ["region"], {})
    target = read_target(figures.astype(str), [], classes, asked, Policy.of(), {}, respondents)
    return {one.cell.id for one in attack(target) if one.verdict is CountVerdict.GIVEN}


def list_bases(wave: ComputedWave) -> dict[str, set[str]]:
    """List the groups of which each item has a base that is told."""
    counts = wave.register[(wave.register["kind"] == "count") & (wave.register["unit"] == "base")]
    told = [row for row in list_rows(counts) if not row["suppressed"]]
    return {item: {row["group"] for row in told if row["item"] == item} for item in ITEMS}


@pytest.mark.parametrize("outside", [2, "all but 3"])
def test_few_outside_a_domain_or_inside_are_withheld_and_attacked(
    outside: int | str, tmp_path: Path
) -> None:
    coast = int((make_persons(np.random.default_rng(54), 400)["region"] == "coast").sum())
    people = coast - 3 if isinstance(outside, str) else outside
    wave = compute_domain(tmp_path, {"coast": people})
    for groups in list_bases(wave).values():
        # The groups without a base are two: one would be the rest of the total.
        assert "all" in groups and "coast" not in groups and len(groups) == 2
    figures = wave.register
    assert not list_given(wave, figures)
    answers = read_text_table(wave.folder / "validate/answers.csv", "the answers")
    own = answers[(answers["region"] == "coast") & (answers["uses"] == "yes")]
    n = int((~own["agree_1"].str.startswith("_")).sum())
    told = figures.copy()
    row = told["id"] == "agree_1.n.coast"
    assert row.sum() == 1
    told.loc[row, ["value", "suppressed"]] = [str(n), ""]
    side = "inside" if isinstance(outside, str) else "outside"
    assert f"_domain.{side}.coast" in list_given(wave, told)


def test_few_outside_a_domain_of_all_leave_no_number_of_it(tmp_path: Path) -> None:
    wave = compute_domain(tmp_path, {"coast": 3, "north": 0, "south": 0})
    assert not any(list_bases(wave).values())
    # How many were not asked says how many are outside, too.
    assert not (wave.register["kind"] == "missing").any()


def test_the_difference_from_numbers_of_everybody_tells_of_nobody(tmp_path: Path) -> None:
    outside = {"coast": 20, "north": 0, "south": 0}
    wave = compute_domain(tmp_path / "alone", outside)
    beside = compute_domain(tmp_path / "beside", outside, None)
    answers = read_text_table(wave.folder / "validate/answers.csv", "the answers")
    gap = answers.loc[answers["uses"] != "yes", "agree_1"].value_counts()
    assert (gap < 5).any()
    # Of the total the rounding of both shares hides so few; of the groups it does not.
    assert list_bases(wave)["agree_1"] > {"all"} == list_bases(beside)["agree_1"]
