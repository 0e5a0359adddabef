"""Weights that came with the answers: a poll's own, and its published shares by each of them."""

import pandas as pd
import pytest

from clinic_wave import as_text
from project_copy import ROOT
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import weigh_wave, weighted_design, weighted_part, weights_table
from readiness.config import Weight
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.language.catalogue import read_catalogue
from readiness.register.rows.respondents import STEPS
from readiness.survey import proportions

POLL = ROOT.parent / "shared/microdata/poll-az02"
SHARES = {
    "final_weight": (50.30, 39.42, 10.28),
    "w_lv": (49.94, 38.63, 11.43),
    "w_rv": (49.86, 35.33, 14.82),
}


def weigh(answers: pd.DataFrame, column: str) -> tuple[pd.DataFrame, tuple[Fact, ...], object]:
    table = weighted_part(answers, pd.DataFrame(columns=["quantity"]), ())
    made = weigh_wave(table, {}, {}, Weight(given=column), Selection.OPT_IN)
    return weights_table(table, made), made.steps, made.replicates


@pytest.mark.skipif(not POLL.is_dir(), reason="the microdata are not beside the project")
@pytest.mark.parametrize("column", SHARES)
def test_a_poll_is_told_by_its_own_weights(column: str) -> None:
    answers = pd.read_csv(next(POLL.glob("*.csv")), dtype=str, keep_default_na=False)
    answers = answers.rename(columns=str.lower).assign(
        respondent=[f"r{k}" for k in range(len(answers))], group="all"
    )
    weights, steps, replicates = weigh(answers, column)
    assert steps[0].kind == "weighting.step.given"
    design = weighted_design(answers, as_text(weights), replicates)  # type: ignore[arg-type]
    codes = ["Dem", "Rep", "Und"]
    shares = proportions(design, "response", codes)["estimate"] * 100
    assert list(shares.round(2)) == pytest.approx(SHARES[column], abs=0.011)


@pytest.mark.parametrize("wrong", ["", "-1", "much"])
def test_a_weight_is_a_number_of_none_or_more(wrong: str) -> None:
    answers = pd.DataFrame({"respondent": ["a", "b"], "group": "all", "w": ["1.5", wrong]})
    with pytest.raises(DataError, match=r"row 3, w: .* expected a weight of 0 or more"):
        weigh(answers, "w")


def test_who_has_no_weight_is_in_no_estimate_and_counted() -> None:
    answers = pd.DataFrame({"respondent": [*"abc"], "group": "all", "w": [*"103"], "use": [*"yyn"]})
    weights, steps, replicates = weigh(answers, "w")
    (found,) = [fact for fact in steps if fact.kind == "weighting.step.nobody"]
    assert found.values == {"n": 1}
    design = weighted_design(answers, as_text(weights), replicates)  # type: ignore[arg-type]
    shares = proportions(design, "use", ["y", "n"])
    assert list(shares["estimate"]) == [0.25, 0.75] and set(shares["n"]) == {2}


def test_each_count_that_a_step_states_is_a_number_of_the_register() -> None:
    said = read_catalogue("en", "weighting")
    steps = {str(m.id).rpartition(".")[2]: str(m.string) for m in said if ".step." in str(m.id)}
    counted = {name for name, numbers in STEPS.items() if "n" in numbers}
    assert {name for name, text in steps.items() if "{n" in text} == counted
