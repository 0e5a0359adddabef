"""The design: what it accepts, what it refuses, domains, lonely PSUs, stages."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import Design, design, means, totals


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stratum": ["a"] * 4 + ["b"] * 4,
            "psu": [1, 1, 2, 2, 3, 3, 4, 4],
            "weight": [10.0, 12, 8, 10, 20, 25, 15, 20],
            "size": [40] * 4 + [80] * 4,
            "y": [1.0, 2, 4, 4, 7, 8, 9, 5],
        }
    )


STRATA: dict[str, Any] = {"strata": "stratum"}
SIZED: dict[str, Any] = {**STRATA, "fpc": "size"}
BELOW = "FPC 'size' of stratum 'a' is 3, below the 4 units"
BAD_WEIGHT = "1 of 8 weights in 'weight'.*row 3"


@pytest.mark.parametrize(
    ("change", "arguments", "expected"),
    [
        *(({"weight": {3: w}}, {"weights": "weight"}, BAD_WEIGHT) for w in (-1.0, np.nan, np.inf)),
        ({"weight": "heavy"}, {"weights": "weight"}, "not numeric"),
        ({}, {"weights": "wieght"}, "no column 'wieght'"),
        ({}, {"strata": "region"}, "no column 'region'"),
        ({"stratum": {5: None}}, STRATA, "stratum 'stratum' is missing in row 5"),
        ({"psu": {2: np.nan}}, {"psu": "psu"}, "PSU 'psu' is missing in row 2"),
        ({"size": [3] * 4 + [80] * 4}, SIZED, BELOW),
        ({"size": {1: 41}}, SIZED, "varies within stratum 'a'"),
        ({"size": {6: np.nan}}, SIZED, "FPC 'size' is nan in row 6"),
        ({}, {"lonely_psu": "ignore"}, "lonely_psu 'ignore' is unknown"),
        ({"a": 1, "b": 2}, {"psu": ["a", "b", "psu"]}, "3 stages"),
    ],
)
def test_what_is_no_design_is_refused_by_name(
    frame: pd.DataFrame, change: dict[str, Any], arguments: dict[str, Any], expected: str
) -> None:
    for column, values in change.items():
        if isinstance(values, dict):
            ((row, value),) = values.items()
            values = frame[column].astype(object).where(frame.index != row, value)
            values = values if column == "stratum" else values.astype(float)
        frame[column] = values
    with pytest.raises(StatisticsError, match=expected) as error:
        design(frame, **arguments)
    assert str(error.value).count("\n") <= 1


def test_a_psu_in_two_strata_needs_nest(frame: pd.DataFrame) -> None:
    frame["psu"] = [1, 1, 2, 2, 1, 1, 2, 2]
    with pytest.raises(StatisticsError, match=r"PSU 1 .*more than one stratum.*nest=True"):
        design(frame, strata="stratum", psu="psu")
    nested = design(frame, weights="weight", strata="stratum", psu="psu", nest=True)
    assert nested.degrees_of_freedom == 2


def test_lonely_psu_fails_by_name_and_other_rules_differ(frame: pd.DataFrame) -> None:
    frame = frame.iloc[:5]
    with pytest.raises(StatisticsError, match="stratum 'b' has one PSU"):
        means(design(frame, weights="weight", strata="stratum"), "y")
    se = {
        rule: totals(design(frame, weights="weight", strata="stratum", lonely_psu=rule), "y").se[0]
        for rule in ("remove", "certainty", "adjust", "average")
    }
    assert se["remove"] == se["certainty"] < se["adjust"]
    assert se["average"] == pytest.approx(se["remove"] * np.sqrt(2))


def test_lonely_everywhere_has_nothing_to_average(frame: pd.DataFrame) -> None:
    d = design(frame.iloc[[0, 4]], weights="weight", strata="stratum", lonely_psu="average")
    with pytest.raises(StatisticsError, match="every stratum has one PSU"):
        means(d, "y")


def test_domain_values_outside_do_not_matter(frame: pd.DataFrame) -> None:
    d = design(frame, weights="weight", strata="stratum").subset(frame["y"] < 8)
    spoiled = np.where(frame["y"] < 8, frame["y"], np.nan)
    assert means(d, "y").se[0] == means(d, spoiled).se[0]


def test_influence_values_must_be_finite_and_of_the_right_length(frame: pd.DataFrame) -> None:
    d = design(frame, weights="weight")
    with pytest.raises(StatisticsError, match="missing or infinite"):
        d.total_covariance(np.full(8, np.nan))
    with pytest.raises(StatisticsError, match="shape"):
        d.total_covariance(np.ones(7))
    with pytest.raises(StatisticsError, match="7 values for a design of 8 rows"):
        d.subset(np.ones(7, dtype=bool))


def test_sums_by_cell_equal_the_dense_covariance() -> None:
    generator = np.random.default_rng(3)
    n = 500
    frame = pd.DataFrame(
        {
            "h": generator.integers(0, 4, n),
            "psu": generator.integers(0, 40, n),
            "w": generator.uniform(1, 5, n),
            "size": 5000,
        }
    )
    codes = generator.integers(-1, 6, n)
    indicators = codes[:, None] == np.arange(6)
    for arguments in (
        {"strata": "h"},
        {"strata": "h", "fpc": "size"},
        {"strata": "h", "psu": "psu", "nest": True},
    ):
        d = design(frame, weights="w", **arguments).subset(frame["w"] > 1.5)
        dense = d.total_covariance(indicators)
        np.testing.assert_allclose(_by_cells(d, codes, 6), dense, rtol=1e-9, atol=1e-9)


def _by_cells(d: Design, codes: Any, size: int) -> Any:
    from readiness.survey.variance import code_covariance

    inside = np.where(d.mask, codes, -1)
    rule = (d.lonely_psu, False)
    return code_covariance(inside, size, d.full_weights, d.stages[0], d.mask, rule)
