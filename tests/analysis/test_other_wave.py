"""A wave of other groups, kinds and codes than the shipped one, from its export to its register."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clinic_wave import ANSWERED, APART, RULES, Clinic, Tables, clinic, figures, tables
from readiness.analysis.selection import Selection
from readiness.questionnaire import BLANK, OF_NUMBERS
from readiness.register.figures import BASE
from readiness.register.precision import ShareDigits
from readiness.register.rows.respondents import weighting_rows


def test_groups_are_the_questionnaires(wave: Clinic) -> None:
    validated = wave.validated
    assert validated.groups == ("nurse", "midwife", "manager", "visitor")
    kept = {group: validated.count("kept", group) for group in validated.groups}
    assert (kept["manager"], kept["visitor"]) == tuple(APART.values())
    # Who does not say is weighted by the invitation, and in no group where there are several.
    blank = validated.answers[validated.answers["group"] == BLANK]
    assert len(blank) == 2 and (blank["base_weight"] != "").all()
    assert kept["nurse"] + kept["midwife"] + 2 == sum(ANSWERED.values())
    apart = validated.answers["group"].isin(["manager", "visitor"])
    assert (validated.answers.loc[apart, ["stratum", "site", "base_weight"]] == "").all(axis=None)


def test_the_register_has_the_levels_groups_and_boxes_of_the_questionnaire(
    wave: Clinic, drawn: pd.DataFrame
) -> None:
    rating = drawn[(drawn["item"] == "rating") & (drawn["kind"] == "estimate")]
    assert set(rating["level"]) == {"bad", "fair", "fine", "great", "top"}
    assert set(rating["group"]) == {"all", "harbour", "hill", "manager", "visitor"}
    unweighted = rating["statistic"].str.contains("unweighted")
    assert (unweighted == rating["group"].isin(["manager", "visitor"])).all()
    value = rating["value"].replace("", None).astype(float)
    top, parts = value["rating.top.all"], value["rating.fine.all"] + value["rating.great.all"]
    assert top == pytest.approx(parts)
    # Groups apart are counted, and their small counts are gone.
    answers = wave.validated.answers
    for group in ("manager", "visitor"):
        tools = answers.loc[answers["group"] == group, "tools.tablet"].map({"1": 1, "0": 0})
        row = drawn.loc[f"tools.tablet.{group}"]
        few = min(tools.sum(), tools.count() - tools.sum()) < RULES.minimum_base
        assert row["value"] == ("" if few else format(tools.mean(), ".12g"))


def test_only_the_margins_of_a_simulated_wave_are_a_scenario(made: Tables) -> None:
    for simulated in (True, False):
        tables = made.summary, made.steps, made.margins
        rows = weighting_rows(*tables, Selection.PROBABILITY, ShareDigits(), simulated=simulated)
        said = {row.statistic for row in rows if row.id.startswith("weighting.target.")}
        assert said == {"target share (scenario)" if simulated else "target share"}


def test_a_number_has_a_mean_with_its_base_and_interval(wave: Clinic, drawn: pd.DataFrame) -> None:
    answers = wave.validated.answers
    beds = pd.to_numeric(answers["beds"], errors="coerce")
    hill = beds[(answers["stratum"] == "hill") & beds.notna()]
    row = drawn.loc["beds.mean.hill"]
    # One margin, the strata: every weight of a site is the same.
    assert float(row["value"]) == pytest.approx(hill.mean())
    assert (row["unit"], row["n"], row["statistic"]) == (
        "number",
        str(len(hill)),
        "mean of answered",
    )
    # Simple random sampling of 46 of 150, in one stratum: s / sqrt(n) * sqrt(1 - f), about.
    se = hill.std() / np.sqrt(len(hill)) * np.sqrt(1 - ANSWERED["hill"] / 150)
    assert float(row["se"]) == pytest.approx(se, rel=0.05)
    assert float(drawn.loc["beds.mean.hill.lower", "value"]) == pytest.approx(float(row["lower"]))
    assert drawn.loc["beds.n.hill", "value"] == str(len(hill))
    assert drawn.loc["beds.mean.manager", "se"] == ""
    moved = drawn.loc["revision.beds.mean.all"]
    assert moved["unit"] == "number"
    assert float(moved["value"]) == pytest.approx(float(drawn.loc["beds.mean.all", "value"]) - 18)


def test_comparisons_are_of_the_declared_box_and_name_their_family(drawn: pd.DataFrame) -> None:
    contrast = drawn.loc["rating.contrast.harbour.hill"]
    top = drawn.loc[["rating.top.harbour", "rating.top.hill"], "value"].astype(float)
    assert float(contrast["value"]) == pytest.approx(top.iloc[1] - top.iloc[0])
    assert drawn.loc["rating.contrast.family", "value"] == "1"
    assert drawn.loc["rating.contrast.shown", "value"] == "1"


def test_limits_beside_an_adjusted_p_hold_for_its_family(made: Tables, drawn: pd.DataFrame) -> None:
    rows = made.comparisons
    row = rows[(rows["item"] == "rating") & (rows["test"] == "contrast")].iloc[0]
    name = "rating.contrast.harbour.hill"
    for end in ("lower", "upper"):
        assert drawn.loc[f"{name}.{end}", "value"] == drawn.loc[name, end]
        for identity, column in ((end, f"{end}_simultaneous"), (f"pointwise.{end}", end)):
            value = drawn.loc[f"{name}.{identity}", "value"]
            assert float(value) == pytest.approx(float(row[column]))


def test_a_multiple_choice_is_told_and_tested_by_group(made: Tables, drawn: pd.DataFrame) -> None:
    tests = made.comparisons
    tests = tests[tests["item"] == "tools"]
    assert list(tests["test"]) == ["multiple_marginal_f", "multiple_marginal_chisq"] + [
        "rao_scott_f"
    ] * 2 + ["contrasts_max_t"]
    assert list(tests["b"]) == ["", "", "tablet", "paper", ""]
    assert list(tests["leads"].astype(str)) == ["True"] + ["False"] * 4
    lead = float(tests["p_value"].iloc[0])
    assert float(drawn.loc["tools.test.multiple_marginal_f.p", "value"]) == pytest.approx(lead)
    # Beside it the least p of the pairs, as it was before the leading test closed them.
    contrasts = made.contrasts
    pairs = contrasts[contrasts["item"].eq("tools") & contrasts["by"].eq("site")]
    least = float(drawn.loc["tools.test.contrasts_max_t.p", "value"])
    assert pairs["p_adjusted"].astype(float).min() == pytest.approx(max(lead, least))
    # Of one option the adjusted p is told.
    for _, row in tests.iloc[2:4].iterrows():
        value = drawn.loc[f"tools.test.rao_scott_f.{row['b']}.p", "value"]
        assert float(value) == pytest.approx(float(row["p_adjusted"]))
    shares = made.estimates
    groups = shares.loc[(shares["item"] == "tools") & (shares["base"] == "asked"), "group"]
    assert {"all", "harbour", "hill"} <= set(groups)
    assert {"tools.tablet.harbour", "tools.tablet.harbour.asked"} <= set(drawn.index)


def test_comparisons_have_the_level_of_the_estimates(wave: Clinic, made: Tables) -> None:
    usual, low = made.comparisons, tables(wave, ["rating"], level=0.6).comparisons
    usual = usual[usual["item"] == "rating"]
    for test in ("contrast", "cramers_v", "probability_of_superiority"):
        wide, narrow = (t[t["test"] == test].iloc[0] for t in (usual, low))
        lengths = [float(row["upper"]) - float(row["lower"]) for row in (wide, narrow)]
        assert lengths[1] < 0.9 * lengths[0]
        assert (wide["effect"], wide["p_value"]) == (narrow["effect"], narrow["p_value"])


@pytest.mark.parametrize("selection", Selection)
def test_what_a_selection_does_not_allow_is_no_number(wave: Clinic, selection: Selection) -> None:
    made = figures(wave, selection)
    units, ids = set(made["unit"]), list(made.index)
    assert ("p" in units) == selection.inference
    bounds = made["kind"].isin(["bound", "selection"])
    ends = [i for i in made.index[~bounds] if i.endswith((".lower", ".upper", ".n_eff"))]
    assert bool(ends) == selection.inference == bool((made["se"] != "").any())
    assert ("settings.level" in ids) == selection.inference == (made["reliability"] != "").any()
    assert any(i.startswith("response.rr") for i in ids) == selection.response_rate
    assert any(i.startswith("quality.population") for i in ids) == selection.population
    # What everybody could do is told where it is known how many they are; no proxy narrows it.
    assert ("rating.top.all.others.worst.lower" in ids) == selection.population
    assert made["value"].get("rating.top.all.others", "") == "no_proxy" * selection.population
    assert ("balance.site.hill.after" in ids) == selection.population
    if selection.response_rate:
        for rate, value in (("all", 126 / 180), ("hill", 46 / 60)):
            assert float(made.loc[f"response.rr2.{rate}", "value"]) == pytest.approx(value)
        # Nothing tells whether the silent were eligible: their rates have a reason, and no value.
        assert made.loc["response.rr3.all", "value"] == "no_ineligible"
        assert made.loc["response.rr6_weighted.all", "value"] == "unknown_eligibility"
    # Shares, means, differences and bounds are there whatever the selection.
    assert {"rating.top.all", "beds.mean.all", "rating.contrast.harbour.hill"} <= set(ids)
    assert "rating.top.all.worst.lower" in ids


def test_without_a_group_item_everybody_is_weighted(tmp_path: Path) -> None:
    made = clinic(tmp_path, apart=False)
    assert made.validated.groups == ()
    assert set(made.validated.answers["group"]) == {"all"}
    assert len(made.validated.answers) == made.validated.count("kept") == sum(ANSWERED.values())
    shares = figures(made, Selection.PROBABILITY)
    assert set(shares.loc[shares["kind"] == "estimate", "group"]) == {"all", "harbour", "hill"}


@pytest.mark.parametrize("selection", [Selection.CENSUS, Selection.PROBABILITY])
def test_where_all_were_asked_and_answered_nothing_is_left_to_chance(
    tmp_path: Path, selection: Selection
) -> None:
    made = figures(clinic(tmp_path, everyone=True), selection)
    assert made.loc["weighting.cv", "value"] == "0"
    assert set(made.loc[made["kind"] == "estimate", "se"]) <= {"", "0"}
    # What has no variance has no test either, and the run goes on.
    assert "rating.test.rao_scott_f.p" not in made.index
    assert made.loc["rating.contrast.harbour.hill", "value"]
    if selection is Selection.CENSUS:
        value = made["value"]
        ends = [value[f"rating.top.all.others.worst.{end}"] for end in ("lower", "upper")]
        assert list(map(float, ends)) == pytest.approx([float(value["rating.top.all"])] * 2)
        assert value["response.rr2.all"] == value["response.rr6.all"] == "1"
        assert value["response.r_indicator"] == "all_alike"


def test_groups_without_an_answer_are_rows_without_numbers(wave: Clinic) -> None:
    """Nobody of one site answered these two: the base is 0, and nothing stops."""
    answers = wave.validated.answers.copy()
    answers.loc[answers["stratum"] == "hill", ["beds", "shift"]] = BLANK
    silent = replace(wave, validated=replace(wave.validated, answers=answers))
    made = figures(silent, Selection.PROBABILITY, ["rating", "shift", "beds"])
    assert made.loc["beds.mean.hill", "value"] == "" == made.loc["shift.day.hill", "value"]
    assert made.loc["beds.mean.hill", "suppressed"] == BASE
    assert not [i for i in made.index if i.startswith("shift.") and made.loc[i, "unit"] == "p"]


def test_a_number_has_these_statistics_in_the_register_and_no_other(drawn: pd.DataFrame) -> None:
    """Whatever else comes to be published of a number must be declared here."""
    weighted, apart = ("all", "harbour", "hill"), ("manager", "visitor")
    told = (*OF_NUMBERS, "n")
    expected = {f"beds.{what}.{group}" for what in told for group in (*weighted, *apart)}
    for group in weighted:
        expected |= {f"beds.median.{group}.{end}" for end in ("lower", "upper")}
        expected |= {f"beds.mean.{group}.{end}" for end in ("lower", "upper")}
        expected |= {f"beds.n.{group}.weighted", f"beds.n_eff.{group}"}
    expected |= {f"beds.mean.all.worst.{end}" for end in ("lower", "upper")}
    expected |= {f"missing.beds.{why}" for why in ("answered", "dont_know", "blank", "not_asked")}
    expected |= {"revision.beds.mean.all", "revision.beds.mean.all.before"}
    assert {name for name in drawn.index if "beds" in name} == expected
