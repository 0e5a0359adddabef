"""Replicate weights that came with the answers, of a wave and of a table: as R survey has them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from reference_designs import FIXTURES, close, reference, table

from clinic_wave import as_text
from readiness.analysis.any_csv.sample import Survey, make_sample
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import (
    read_replicates,
    replicates_file,
    weigh_wave,
    weighted_design,
    weighted_part,
    weights_table,
)
from readiness.config import Weight
from readiness.ground.errors import StatisticsError
from readiness.survey import Design, means
from readiness.survey.comparisons.cells import factor
from readiness.survey.comparisons.compare import compare_groups
from readiness.survey.comparisons.families import share_contrasts
from readiness.survey.comparisons.rao_scott import rao_scott_test
from readiness.survey.estimates.means import quantiles
from readiness.survey.replicates import scale_given

CASES = json.loads((FIXTURES / "given.json").read_text("utf-8"))
MARGINS = {"s": {"c": 500, "n": 700, "s": 600}, "g": {"a": 900, "b": 900}}
IDS = [f"{case['type']}{'-mse' * case['mse']}" for case in CASES]


def describe(case: dict[str, Any]) -> dict[str, Any]:
    """The columns of a case and its constants, as a configuration has them."""
    known = {"rho": case["rho"], "scale": case["scale_given"], "rscales": case["rscales_given"]}
    return {
        "columns": f"{case['type'].lower().replace('-', '_')}_*",
        "type": case["type"],
        "mse": case["mse"],
        **{name: value for name, value in known.items() if value is not None},
    }


def weigh(name: str, given: dict[str, Any], step: str, folder: Path) -> Design:
    """The design of a wave whose answers are the table, through the files of the weight step."""
    answers = table(name).rename(columns=str.lower).astype(str)
    answers = answers.assign(respondent=[f"r{k}" for k in range(len(answers))], group="all")
    part = weighted_part(answers, pd.DataFrame(columns=["quantity"]), ())
    settings = Weight.model_validate({"given": given})
    made = weigh_wave(part, {}, {}, settings, Selection.PROBABILITY)
    assert made.steps[0].kind == f"weighting.step.{step}"
    (folder / "replicates.npz").write_bytes(replicates_file(made.replicates))
    replicates = read_replicates(folder / "replicates.npz")
    return weighted_design(answers, as_text(weights_table(part, made)), replicates)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_estimate_of_a_wave_is_that_of_r(case: dict[str, Any], tmp_path: Path) -> None:
    given = {"weight": "w", "replicates": describe(case)}
    d = weigh("given.csv.gz", given, "replicated", tmp_path)
    y, yes = d.numeric("y"), (d.column("a") == "yes").astype(float)
    assert d.replicates is not None
    close(d.replicates.scale, case["scale"])
    assert d.degrees_of_freedom == case["degf"]
    close([*means(d, y).values, *means(d, y).se], case["mean"])
    close([*means(d, yes).values, *means(d, yes).se], case["share"])
    by = means(d, yes, by="g")
    close([*by.values, *by.se], case["by"])
    spread = by.covariance[0, 0] + by.covariance[1, 1] - 2 * by.covariance[0, 1]
    close([by.values[1] - by.values[0], np.sqrt(spread)], case["difference"])
    part = d.subset(d.column("g") == "a")
    assert part.degrees_of_freedom == case["degf_a"]
    close([*means(part, y).values, *means(part, y).se], case["mean_a"])
    middle = quantiles(d, y, [0.5])
    close(middle[["estimate", "lower", "upper"]].to_numpy(), case["median"])
    groups, answer = factor(d, "g", ["a", "b"], "the group"), factor(d, "a", ["yes", "no"], "a")
    test = rao_scott_test(d.refitting(), groups, answer).second_order()
    close([test.statistic, test.df1, test.df2, test.p_value], case["f"])
    (pair,) = share_contrasts(d, yes, "g")
    close(pair.statistic, case["difference"][0] / case["difference"][1])
    compared = compare_groups(d, "a", ["yes", "no"], "g", ["a", "b"], seed=1, ordered=False)
    assert compared.choice.reason.kind == "report.choice.clusters"
    assert compared.lead.test == "rao_scott_f"


def test_units_that_came_with_the_answers_are_left_out_as_in_r(tmp_path: Path) -> None:
    given = {"weight": "wtmec2yr", "strata": "sdmvstra", "psu": "sdmvpsu"}
    d = weigh("nhanes.csv", given, "drawn", tmp_path)
    [case] = [c for c in reference()["cases"] if c["id"] == "nhanes/rep_JKn/mean/WTMEC2YR"]
    assert d.replicates is not None and d.replicates.count == case["result"]["n_rep"]
    assert d.degrees_of_freedom == case["result"]["degf"]
    own = means(d, "wtmec2yr")
    close([*own.values, *own.se], [case["result"]["estimate"], case["result"]["se"]])
    with pytest.raises(ValidationError, match="replicates, or strata and psu"):
        Weight.model_validate({"given": {**given, "replicates": describe(CASES[0])}})


def test_a_stratum_of_one_unit_is_taken_with_the_next() -> None:
    answers = pd.DataFrame({"h": [*"1122239"], "u": [*"1212311"], "w": "2", "group": "all"})
    answers = answers.assign(respondent=[*"abcdefg"], y=[1.0, 4, 2, 2, 5, 3, 9])
    settings = Weight.model_validate({"given": {"weight": "w", "strata": "h", "psu": "u"}})
    made = weigh_wave(answers.assign(stratum="all"), {}, {}, settings, Selection.PROBABILITY)
    said = {fact.kind: fact.values for fact in made.steps}
    assert said["weighting.step.lonely"] == {"n": 2}
    totals = made.replicates.matrix.T @ answers["y"].to_numpy()  # type: ignore[union-attr]
    variance = made.replicates.scale * made.replicates.rscales @ (totals - 52) ** 2  # type: ignore
    # By hand, sum of n / (n - 1) (t - mean)^2: strata 1, 2, and 3 with 9.
    assert variance == pytest.approx(2 * 2 * 3**2 + 1.5 * 4 * 6 + 2 * 2 * 6**2)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_each_replicate_of_a_table_is_raked_as_in_r(case: dict[str, Any]) -> None:
    known = {"selection": "probability", "weights": "w", "replicates": describe(case)}
    asked = {"items": {"a": {"categories": ["yes", "no"]}}, "margins": MARGINS}
    frame = table("given.csv.gz").astype(str)
    made = means(make_sample(frame, Survey.model_validate({**known, **asked}), "x").design, "y")
    close([*made.values, *made.se], case["raked"], relative=1e-7)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("Fay", {}, "rho"),
        ("BRR", {"rho": 0.3}, "rho"),
        ("BRR", {"scale": 1.0}, "own"),
        ("JKn", {}, "needs rscales"),
        ("other", {}, "needs scale"),
        ("JK1", {"rscales": [1.0]}, "1 rscales of 4"),
        ("JK1", {"scale": float("inf")}, "finite"),
        ("JK3", {}, "unknown"),
    ],
)
def test_constants_that_do_not_fit_are_refused(kind: Any, given: dict[str, Any], said: str) -> None:
    with pytest.raises(StatisticsError, match=said):
        scale_given(kind, 4, **given)
