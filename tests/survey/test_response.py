"""Response rates with weights, R-indicators and balance, against arithmetic and simulation."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import design, weigh
from readiness.survey.nonresponse import balance, r_indicator, response_table

CASES = (
    ["complete"] * 60
    + ["partial"] * 10
    + ["refusal"] * 15
    + ["non_contact"] * 10
    + ["other"] * 5
    + ["unknown_household"] * 20
    + ["ineligible"] * 40
)


def test_unweighted_rates_are_the_definitions() -> None:
    """AAPOR's definitions in exact fractions: 60 complete, 10 partial, e = 100 / 140."""
    made = response_table(CASES).set_index("rate")["unweighted"]
    e = Fraction(100, 140)
    for place, whole in enumerate((Fraction(120), 100 + e * 20, Fraction(100))):
        for rate, part in ((f"RR{2 * place + 1}", 60), (f"RR{2 * place + 2}", 70)):
            assert made[rate] == pytest.approx(float(part / whole)), rate


def test_e_is_that_of_the_known_cases_and_weights_count() -> None:
    weights = np.where(np.array(CASES) == "complete", 3.0, 1.0)
    made = response_table(CASES, weights).set_index("rate")
    assert made.loc["RR1", "weighted"] == pytest.approx(180 / 240)
    assert made.loc["RR3", "weighted"] == pytest.approx(180 / (220 + 220 / 260 * 20))
    rates = made.loc[["RR1", "RR3", "RR5"], "unweighted"]
    assert list(rates) == sorted(rates)
    nobody = response_table(["unknown_other"] * 3).set_index("rate")["unweighted"]
    assert nobody["RR1"] == 0 and np.isnan(nobody["RR3"]) and np.isnan(nobody["RR5"])


def test_rates_refuse_what_they_cannot_read() -> None:
    with pytest.raises(StatisticsError, match="disposition 'done' is unknown"):
        response_table(["complete", "done"])
    with pytest.raises(StatisticsError, match="no sampled case"):
        response_table([])
    with pytest.raises(StatisticsError, match="2 weights for 160"):
        response_table(CASES, [1.0, 2.0])


def test_the_r_indicator_of_two_groups_is_arithmetic() -> None:
    group = np.repeat([0.0, 1.0], [300, 100])
    answered = np.concatenate([np.arange(300) < 150, np.arange(100) < 80])
    indicator, is_told = r_indicator(answered, group[:, None])
    variance = np.where(group == 0, 0.5, 0.8).var(ddof=1)
    left = (1 + 1 / 400) * variance - (0.5 * 0.5 + 0.8 * 0.2) / 400
    assert indicator == pytest.approx(1 - 2 * np.sqrt(left)) and is_told


def test_the_adjustment_takes_off_what_chance_adds() -> None:
    """Everybody answers with the same chance: R is 1, and chance alone makes it smaller."""
    adjusted, told = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((250, 5))
        indicator, is_told = r_indicator(rng.random(250) < 0.6, x)
        adjusted.append((1 - indicator) ** 2 / 4)
        told.append(is_told)
        assert indicator < 1 or not is_told  # never 1 by cutting
    # What chance alone makes is 5 p (1 - p) / n; cut at 0, what is left is above it on average.
    assert np.mean(adjusted) < 0.4 * 5 * 0.6 * 0.4 / 250
    assert np.mean(told) < 0.2
    # With real differences the adjusted indicator is near the true one.
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4000, 2))
    rho = 1 / (1 + np.exp(-x @ [0.8, 0.4]))
    indicator, is_told = r_indicator(rng.random(4000) < rho, x)
    assert is_told and indicator == pytest.approx(1 - 2 * rho.std(), abs=0.02)


def test_the_r_indicator_refuses_what_has_no_propensity() -> None:
    x = np.random.default_rng(1).standard_normal((50, 2))
    with pytest.raises(StatisticsError, match="everybody answered"):
        r_indicator(np.ones(50, bool), x)
    with pytest.raises(StatisticsError, match="depend on one another"):
        r_indicator(np.arange(50) % 2 == 0, np.column_stack([x[:, 0], x[:, 0]]))
    with pytest.raises(StatisticsError, match="separation"):
        r_indicator(x[:, 0] > 0, x)


def test_balance_before_and_after_weighting() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"r": rng.choice(["n", "s"], 200, p=[0.7, 0.3]), "b": rng.uniform(1, 2, 200)}
    )
    totals = {"r": {"n": 500.0, "s": 500.0}}
    final = weigh(design(frame, weights="b"), totals).weights
    table = balance(frame, totals, {"unweighted": np.ones(200), "final": final})
    row = table.set_index("category").loc["n"]
    share = (frame["r"] == "n").mean()
    assert row["unweighted"] == pytest.approx(share)
    assert row["final"] == pytest.approx(0.5)
