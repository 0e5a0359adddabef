"""Estimates: declared categories, bases, domains, bad input."""

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import Design, design, means, proportions, quantiles, ratio, variance
from readiness.survey.coding import option_answers


@pytest.fixture
def d() -> Design:
    generator = np.random.default_rng(11)
    n = 240
    frame = pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b", "c"], n // 3),
            "weight": generator.uniform(5, 15, n),
            "group": generator.choice(["x", "y"], n),
            "level": generator.choice(["low", "mid", "high"], n, p=[0.5, 0.3, 0.2]),
            "score": generator.normal(50, 10, n),
        }
    )
    return design(frame, weights="weight", strata="stratum")


LEVELS = ["low", "mid", "high"]


def test_a_declared_category_without_answers_is_a_row_with_0(d: Design) -> None:
    table = proportions(d, "level", ["none", *LEVELS])
    assert table["category"].tolist() == ["none", *LEVELS]
    empty = table.iloc[0]
    assert empty["estimate"] == 0 and empty["count"] == 0 and empty["se"] == 0
    assert 0 == empty["lower"] < empty["upper"] < 0.02
    assert empty["reliability"] == "review"
    assert table["estimate"].sum() == pytest.approx(1, abs=1e-14)


def test_special_codes_leave_the_base_and_others_are_refused(d: Design) -> None:
    answers = d.data["level"].where(d.data.index >= 30, "_dont_know")
    assert (proportions(d, answers, LEVELS)["n"] == 210).all()
    with pytest.raises(StatisticsError, match="'hgih' in row 7, which is not declared"):
        proportions(d, d.data["level"].where(d.data.index != 7, "hgih"), LEVELS)
    kept = proportions(d, d.data["level"].where(d.data.index != 7, "?"), LEVELS, outside=["?"])
    assert (kept["n"] == 239).all()


def test_a_declared_group_without_respondents_is_empty_and_says_so(d: Design) -> None:
    table = proportions(d, "level", LEVELS, by="group", groups=["x", "y", "z"])
    empty = table[table["group"] == "z"]
    assert (empty["n"] == 0).all() and empty["estimate"].isna().all()
    assert (empty["reliability"] == "suppress").all()
    assert (empty["note"] == "no respondent in the base").all()
    full = proportions(d, "level", LEVELS, by="group")
    pd.testing.assert_frame_equal(table[table["group"] != "z"], full)


def test_empty_base(d: Design) -> None:
    with pytest.raises(StatisticsError, match="base is empty"):
        proportions(d, np.full(d.rows, "_blank"), LEVELS)
    with pytest.raises(StatisticsError, match="base is empty"):
        proportions(d.subset(np.zeros(d.rows, dtype=bool)), "level", LEVELS)
    with pytest.raises(StatisticsError, match="'low' is declared twice"):
        proportions(d, "level", ["low", "low"])


def test_infinite_missing_and_text_values(d: Design) -> None:
    y = d.data["score"].to_numpy().copy()
    y[4] = np.inf
    with pytest.raises(StatisticsError, match="infinite in row 4"):
        means(d, y)
    y[4] = np.nan
    with pytest.raises(StatisticsError, match=r"missing for 1 respondents.*row 4"):
        means(d, y)
    assert means(d, y, missing="drop").n[0] == d.rows - 1
    with pytest.raises(StatisticsError, match="'level' is not numeric"):
        means(d, "level")
    with pytest.raises(StatisticsError, match="nobody in the domain"):
        means(d, np.full(d.rows, np.nan), missing="drop")


def test_ratio_with_a_zero_denominator(d: Design) -> None:
    with pytest.raises(StatisticsError, match="is 0; no ratio"):
        ratio(d, "score", np.zeros(d.rows))


def test_variance_needs_two_respondents(d: Design) -> None:
    with pytest.raises(StatisticsError, match="needs 2 respondents"):
        variance(d.subset(np.arange(d.rows) == 3), "score")


def test_quantiles_refuse_what_they_cannot_do(d: Design) -> None:
    with pytest.raises(StatisticsError, match="quantile at 1"):
        quantiles(d, "score", [0.5, 1])
    with pytest.raises(StatisticsError, match="rule 'hf9'"):
        quantiles(d, "score", [0.5], rule="hf9")  # type: ignore[arg-type]


def test_options_on_both_bases() -> None:
    column = ["1", "0", 1.0, True, "_blank", None, "_not_asked"]
    asked, answered = (option_answers(column, "a", base) for base in ("asked", "answered"))  # type: ignore[arg-type]
    assert asked.tolist() == ["1", "0", "1", "1", "0", "0", "_outside"]
    assert answered.tolist() == ["1", "0", "1", "1", "_blank", "_blank", "_outside"]
    with pytest.raises(StatisticsError, match="option 'a' is '2' in row 1"):
        option_answers([1, 2, 0], "a", "asked")
