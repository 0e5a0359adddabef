"""A wave of which no list of persons is known: one stratum, each counts once, groups by answers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clinic_wave import ITEMS, Clinic, as_text, clinic
from readiness.analysis.comparing import compare_items, contrast_items
from readiness.analysis.estimating import estimate
from readiness.analysis.nonresponse import NOT_GIVEN, describe_nonresponse, nonresponse_tables
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import (
    people,
    read_replicates,
    replicates_file,
    weigh_wave,
    weighted_design,
    weighted_part,
    weights_table,
)
from readiness.config import Compare, Estimate
from readiness.language import LANGUAGES, tell
from readiness.register.rows.respondents import quality_rows
from readiness.reporting import statements
from readiness.survey.design import Design
from readiness.validation import Validated, validate

OPEN = Selection.OPT_IN


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic(tmp_path_factory.mktemp("open"), apart=False)


@pytest.fixture(scope="module")
def validated(wave: Clinic) -> Validated:
    return validate(wave.export, wave.questionnaire)


@pytest.fixture(scope="module")
def design(wave: Clinic, validated: Validated, tmp_path_factory: pytest.TempPathFactory) -> Design:
    answers, counts = as_text(validated.answers), as_text(validated.counts)
    table = weighted_part(answers, counts, ())
    weighed = weigh_wave(table, people(counts), {}, None, OPEN)
    weights = as_text(weights_table(table, weighed))
    assert set(weights["stratum"]) == {"all"} and set(weights["stratum_population"]) == {""}
    assert set(weights["weight"].astype(float)) == {1.0}
    file = Path(tmp_path_factory.mktemp("weights")) / "replicates.npz"
    file.write_bytes(replicates_file(weighed.replicates))
    return weighted_design(answers, weights, read_replicates(file))


def estimates(wave: Clinic, design: Design, by: str | list[str] | None) -> pd.DataFrame:
    asked = Estimate(by=by, items=ITEMS)
    return estimate(design, design.data.iloc[:0], wave.questionnaire, asked)


def test_its_variance_is_that_of_a_simple_random_sample_without_an_end(
    wave: Clinic, design: Design
) -> None:
    made = estimates(wave, design, None).set_index(["item", "level", "base", "group"])
    assert set(made.index.get_level_values("group")) == {"all"}
    row = made.loc["rating", "top", "answered", "all"]
    p, n = row["estimate"], row["n"]
    # A jackknife of a mean is s / sqrt(n): n - 1 below p (1 - p), and no finite population.
    assert row["se"] == pytest.approx(np.sqrt(p * (1 - p) / (n - 1)), rel=1e-9)
    # Nobody counts for more than another: the effective number of answers is the number.
    assert row["n_eff"] == pytest.approx(n, rel=1e-9)


def test_groups_are_the_answers_to_an_item_and_who_has_none_is_in_the_total(
    wave: Clinic, design: Design
) -> None:
    made = estimates(wave, design, ["shift", "rating"])
    data = design.data
    ratings = made[made["item"].eq("rating") & made["level"].eq("top")].set_index("group")
    inside = {
        g: data["shift"].eq(g) & ~data["rating"].str.startswith("_") for g in ("day", "night")
    }
    for group, rows in inside.items():
        assert ratings.loc[group, "n"] == rows.sum()
        share = data.loc[rows, "rating"].isin(["fine", "great"]).mean()
        assert ratings.loc[group, "estimate"] == pytest.approx(share)
    others = data["shift"].str.startswith("_") & ~data["rating"].str.startswith("_")
    assert others.sum() > 0
    assert ratings.loc["all", "n"] == sum(rows.sum() for rows in inside.values()) + others.sum()
    # No item is told by its own answers.
    assert set(made.loc[made["item"].eq("shift"), "group"]) == {
        "all",
        *(f"rating:{code}" for code in ("bad", "fair", "fine", "great")),
    }
    assert set(ratings.index) == {"all", "day", "night"}


def test_tests_and_contrasts_are_of_those_groups(wave: Clinic, design: Design) -> None:
    settings = Compare(items=["rating"])
    contrasts = contrast_items(
        design,
        wave.questionnaire,
        ["shift"],
        ["rating", "shift"],
        level=0.95,
        interval="wilson",
        selection=OPEN,
    )
    assert set(zip(contrasts["item"], contrasts["a"], contrasts["b"], strict=True)) == {
        ("rating", "day", "night")
    }
    tests, choices = compare_items(design, wave.questionnaire, "shift", settings, 0.95, contrasts)
    known = ~design.data[["rating", "shift"]].apply(lambda c: c.str.startswith("_")).any(axis=1)
    leading = tests[tests["leads"].eq(True)]
    assert set(leading["n"]) == {known.sum()} and choices["lead"].tolist() != [""]
    none, nothing = compare_items(design, wave.questionnaire, "", Compare(), 0.95, contrasts)
    assert none.empty and nothing.empty and list(nothing) == ["item", "lead", "fact"]
    assert {"item", "leads"} <= {*none.columns}


def test_a_census_without_its_list_says_that_nobody_knows_its_size() -> None:
    fact = statements.describe_response(Selection.CENSUS, {"answered": 5})
    assert fact.kind.endswith(".unlisted")
    assert all(tell(fact, language) for language in LANGUAGES)


def test_nothing_is_known_of_those_who_did_not_answer(
    wave: Clinic, design: Design, validated: Validated
) -> None:
    asked = Estimate(by="shift", items=["rating"])
    known = describe_nonresponse(design, {}, None, wave.questionnaire, OPEN)
    assert known.reason == NOT_GIVEN and (known.base_weights == 1).all()
    tables = nonresponse_tables(
        design, design.data, None, wave.questionnaire, asked, known, OPEN, 5
    )
    assert tables["response"].empty and tables["balance"].empty
    assert set(tables["bounds"]["reason"]) == {NOT_GIVEN}
    assert set(tables["missing"]["item"]) == {"rating", "shift"}
    counts = as_text(validated.counts)
    rows = {r.id: r.value for r in quality_rows(counts, as_text(validated.issues), OPEN)}
    assert rows["quality.answered.all"] == rows["quality.kept.all"] == design.rows
    assert not [i for i in rows if "invit" in i or "population" in i or "response" in i]
