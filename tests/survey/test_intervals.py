"""Intervals and reliability at their edges."""

import numpy as np
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import proportion_interval
from readiness.survey.intervals import nchs

ALL = ["korn-graubard", "beta", "logit", "asin", "likelihood", "wilson", "wald", "clopper-pearson"]


@pytest.mark.parametrize("method", ALL)
def test_shares_of_0_and_1_have_the_exact_limits_on_n(method: str) -> None:
    lower, upper = proportion_interval(method, [0.0, 1.0], [0.0, 0.0], 32, 30)  # type: ignore[arg-type]
    np.testing.assert_allclose(lower, [0, 0.8911188393206471], rtol=1e-12)
    np.testing.assert_allclose(upper, [0.10888116067935294, 1], rtol=1e-12)


@pytest.mark.parametrize("method", ALL)
def test_limits_enclose_the_share_and_grow_with_the_level(method: str) -> None:
    p, se = np.array([0.03, 0.4, 0.9]), np.array([0.02, 0.06, 0.03])
    narrow = proportion_interval(method, p, se, 120, 100, 0.8)  # type: ignore[arg-type]
    wide = proportion_interval(method, p, se, 120, 100, 0.99)  # type: ignore[arg-type]
    assert (narrow[0] < p).all() and (p < narrow[1]).all()
    assert (wide[0] < narrow[0]).all() and (narrow[1] < wide[1]).all()


def test_no_degrees_of_freedom_no_limits() -> None:
    lower, upper = proportion_interval("korn-graubard", 0.5, 0.1, 2, 0)
    assert np.isnan(lower) and np.isnan(upper)


def test_bad_level_and_method() -> None:
    with pytest.raises(StatisticsError, match="level 95"):
        proportion_interval("wald", 0.5, 0.1, 10, 9, 95)
    with pytest.raises(StatisticsError, match="'exact' is unknown"):
        proportion_interval("exact", 0.5, 0.1, 10, 9)  # type: ignore[arg-type]


def test_nchs_rules_one_by_one() -> None:
    def flag(p: float, n: float, n_eff: float, low: float, high: float, df: float = 50) -> str:
        return str(nchs(p, n, n_eff, low, high, df))

    assert flag(0.5, 400, 300, 0.45, 0.55) == "present"
    assert flag(0.5, 29, 29, 0.45, 0.55) == "suppress"
    assert flag(0.5, 400, 29, 0.45, 0.55) == "suppress"
    assert flag(0.5, 400, 300, 0.35, 0.65) == "suppress"
    assert flag(0.04, 400, 300, 0.01, 0.07) == "suppress"
    assert flag(0.01, 400, 300, 0.001, 0.05) == "present"
    assert flag(0.96, 400, 300, 0.93, 0.99) == "caution"
    assert flag(0.5, 400, 300, 0.45, 0.55, 7) == "review"
    assert flag(0.0, 400, 400, 0.0, 0.01) == "review"
    assert flag(float("nan"), 0, 0, float("nan"), float("nan"), 0) == "suppress"
