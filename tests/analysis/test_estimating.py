"""What the estimate step counts: each answer on the bases that the survey core defines."""

import pandas as pd
import pytest

from made_questionnaire import document, question
from project_copy import ROOT
from readiness.analysis.estimating import compare_rows, count_apart, estimate_item
from readiness.config import Estimate
from readiness.ground.errors import StatisticsError
from readiness.questionnaire import load_questionnaire, questionnaire_of
from readiness.survey import design, proportions
from readiness.survey.coding import option_answers

ITEM = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml").item("use_areas")
SETTINGS = Estimate(by="profession", items=[ITEM.id], level=0.95)
CELLS = ["1", "1", "0", "0", "0", "_blank", "_dont_know", "_invalid", "_not_asked"] * 4


def answers() -> pd.DataFrame:
    """The same nine cells in every option, and a text that was excluded among them."""
    table = pd.DataFrame(dict.fromkeys(ITEM.columns, CELLS))
    return table.assign(stratum=["a", "b"] * (len(table) // 2), weight=range(10, 10 + len(table)))


@pytest.mark.parametrize("base", ["asked", "answered"])
def test_options_are_those_of_the_survey_core(base: str) -> None:
    whole = design(answers(), weights="weight", strata="stratum")
    table = estimate_item(whole, ITEM, "", (), SETTINGS)
    table = table[table["base"] == base].reset_index(drop=True)
    columns = ["n", "count", "estimate", "se", "lower", "upper"]
    for row, column in enumerate(ITEM.columns):
        codes = option_answers(answers()[column], column, base)  # type: ignore[arg-type]
        core = proportions(whole, codes, ["1", "0"]).iloc[:1].reset_index(drop=True)
        found = table[columns].iloc[[row]].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, core[columns])
    assert list(table["level"]) == list(ITEM.codes)


def test_an_answer_that_was_set_aside_is_in_no_base() -> None:
    whole = design(answers(), weights="weight", strata="stratum")
    table = estimate_item(whole, ITEM, "", (), SETTINGS)
    for counted in (table, count_apart(answers(), ITEM, "expert")):
        sizes = counted.groupby("base")["n"].unique().map(list).to_dict()
        # Of nine: not the invalid one and not the one who was not asked.
        assert sizes == {"asked": [7 * 4], "answered": [5 * 4]}
        assert set(counted["count"]) == {2 * 4}


def test_a_question_that_nobody_answered_has_no_estimate() -> None:
    nobody = answers().assign(**dict.fromkeys(ITEM.columns, "_not_asked"))
    whole = design(nobody, weights="weight", strata="stratum")
    assert estimate_item(whole, ITEM, "stratum", ("a", "b"), SETTINGS).empty


def test_an_unknown_code_in_a_group_apart_is_an_error() -> None:
    wrong = answers().assign(**{ITEM.columns[0]: "yes"})
    with pytest.raises(StatisticsError, match="expected 1, 0 or one of"):
        count_apart(wrong, ITEM, "expert")


@pytest.mark.parametrize("middle", [{}, {"middle": "aabb"}])
def test_the_rows_of_a_grid_with_the_largest_and_the_smallest_share(
    middle: dict[str, str],
) -> None:
    answers_of_rows = {"low": "bbba", **middle, "high": "aaab"}
    options = {"a": "Yes", "b": "No"}
    asked = questionnaire_of(
        document("grid", *(question(row, "single", options=options) for row in answers_of_rows)),
        "grid-1.yaml",
    )
    frame = pd.DataFrame({row: [*letters] * 10 for row, letters in answers_of_rows.items()})
    whole = design(frame.assign(weight=1.0, stratum="s"), weights="weight", strata="stratum")
    compared = compare_rows(whole, asked.items)
    assert compared is not None
    largest, smallest, p = compared
    assert (largest.id, smallest.id) == ("high", "low") and 0 < p < 0.05
    assert compare_rows(whole, asked.items[:1]) is None
