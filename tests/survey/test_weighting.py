"""Weighting: what it reaches, what it reports, what it refuses by name."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import (
    Collapse,
    Design,
    Trim,
    calibrate,
    design,
    means,
    rake,
    replicate,
    trim,
    weigh,
    with_replicates,
)
from readiness.survey.weighting.calibration import rake_weights, trim_weights
from readiness.survey.weighting.margins import make_margins

TOTALS = {
    "region": {"north": 300.0, "south": 500.0, "west": 200.0},
    "sex": {"f": 520.0, "m": 480.0},
}


def sample(n: int = 150, seed: int = 5) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b"], [n // 2, n - n // 2]),
            "weight": generator.uniform(2, 12, n),
            "region": generator.choice(["north", "south", "west"], n),
            "sex": generator.choice(["f", "m"], n),
            "y": generator.normal(10, 3, n),
        }
    )


@pytest.fixture
def d() -> Design:
    return design(sample(), weights="weight", strata="stratum")


def refused(d: Design, expected: str, margins: Any, **arguments: Any) -> None:
    with pytest.raises(StatisticsError, match=expected) as error:
        weigh(d, margins, **arguments)
    assert str(error.value).count("\n") <= 1


def test_raked_weights_meet_the_margins_and_the_report_says_so(d: Design) -> None:
    made = weigh(d, TOTALS)
    for variable, margin in TOTALS.items():
        sums = pd.Series(made.weights).groupby(d.data[variable]).sum()
        for category, total in margin.items():
            assert sums[category] == pytest.approx(total, rel=1e-9)
    report = made.report
    assert report.largest_gap < 1e-9
    assert report.final.total == pytest.approx(1000)
    assert report.final.n == 150
    assert report.margins["n"].sum() == 300


@pytest.mark.parametrize(
    ("margins", "expected"),
    [
        ({"region": {"north": 500, "south": 500}}, "'region', category 'west'.*not in the margin"),
        ({"region": {**TOTALS["region"], "east": 100.0}}, "'east': total 100 but no respondent"),
        ({**TOTALS, "sex": {"f": 520.0, "m": 490.0}}, "'region' adds up to 1000, 'sex' to 1010"),
        *(({"sex": {"f": 1.0, "m": x}}, "'m': total") for x in (-5.0, np.nan, np.inf)),
        ({"sex": {"f": 500.0, "m": 0.0}}, "category 'm': total 0 but"),
        ({"age": {"young": 1.0}}, "margin 'age' is no column"),
        ({}, "no margins given"),
    ],
)
def test_margins_that_do_not_hold_are_refused(d: Design, margins: Any, expected: str) -> None:
    refused(d, expected, margins)


def test_a_respondent_without_a_category(d: Design) -> None:
    broken = design(d.data.assign(sex=d.data["sex"].where(d.data.index != 4)), weights="weight")
    refused(broken, r"margin 'sex', category nan \(row 4\)", TOTALS)


def test_raking_that_cannot_converge_names_margin_and_category() -> None:
    frame = pd.DataFrame({"a": ["x", "x", "y"], "b": ["u", "u", "v"]})
    margins = {"a": {"x": 50.0, "y": 50.0}, "b": {"u": 80.0, "v": 20.0}}
    expected = "did not converge in 50 iterations: margin '[ab]', category '[xyuv]'"
    refused(design(frame), expected, margins, max_iterations=50)


def test_collapse_as_declared(d: Design) -> None:
    margins = {"region": TOTALS["region"] | {"east": 100.0}}
    merge = Collapse("region", ("east", "west"), "east or west", "too few answers expected")
    made = weigh(d, margins, collapse=[merge])
    row = made.report.margins.set_index("category").loc["east or west"]
    assert row["target"] == 300 and abs(row["gap"]) < 1e-9
    with pytest.raises(StatisticsError, match="cannot collapse 'moon'"):
        weigh(d, margins, collapse=[Collapse("region", ("moon",), "west", "none")])


def test_calibration_refusals(d: Design) -> None:
    one = {"one": np.ones(d.rows)}
    with pytest.raises(StatisticsError, match="did not converge: one is still off"):
        calibrate(d, one, {"one": 1e6}, bounds=(0.5, 2.0))
    with pytest.raises(StatisticsError, match="needs bounds"):
        calibrate(d, one, {"one": 1000.0}, distance="logit")
    with pytest.raises(StatisticsError, match="'two' has values or a total, not both"):
        calibrate(d, one, {"one": 1.0, "two": 2.0})
    with pytest.raises(StatisticsError, match="'y' is missing in row 3"):
        calibrate(d, {"y": d.data["y"].where(d.data.index != 3)}, {"y": 1.0})


def test_trimming_keeps_the_sum_and_opens_the_margins(d: Design) -> None:
    made = weigh(d, TOTALS, trim=Trim(0.9, 1.1))
    ratio = made.weights / d.weights * d.weights.sum() / 1000
    assert made.weights.sum() == pytest.approx(1000, rel=1e-12)
    assert ratio.min() >= 0.9 - 1e-9 and ratio.max() <= 1.1 + 1e-9
    assert made.report.largest_gap > 1e-4
    assert made.report.trimmed > 0
    assert made.design.replicates is not None and made.design.replicates.kind == "JKn"


def test_bounded_raking_keeps_bounds_and_margins(d: Design) -> None:
    made = weigh(d, TOTALS, trim=Trim(0.74, 1.33, keep_margins=True))
    ratio = made.weights / d.weights * d.weights.sum() / 1000
    assert ratio.min() >= 0.74 - 1e-9 and ratio.max() <= 1.33 + 1e-9
    # What is limited is the adjustment: weights are as unequal as the base weights make them.
    assert made.weights.max() > 1.33 * made.weights.mean()
    assert made.report.largest_gap < 1e-8
    refused(d, "did not converge: margin", TOTALS, trim=Trim(0.97, 1.03, keep_margins=True))


def test_trimming_that_is_impossible() -> None:
    with pytest.raises(StatisticsError, match="can add up to 10 over 4 rows"):
        trim_weights(np.array([1.0, 2, 3, 4]), 3, 5)
    with pytest.raises(StatisticsError, match="lower < upper"):
        trim_weights(np.ones(4), 2, 1)


def test_trimming_once_may_pass_the_limit_and_strict_may_not() -> None:
    w = np.array([1.0, 1, 1, 3.9, 10])
    once = trim_weights(w, 0, 4, strict=False)
    strict = trim_weights(w, 0, 4, strict=True)
    assert once.max() > 4 and strict.max() <= 4 + 1e-9
    assert once.sum() == pytest.approx(w.sum()) == pytest.approx(strict.sum())
    reweighted = trim(design(pd.DataFrame({"w": w}), weights="w"), 0, 4)
    np.testing.assert_allclose(reweighted.weights, strict)


def test_each_replicate_is_raked_and_trimmed_like_the_main_weights(d: Design) -> None:
    made = weigh(d, TOTALS, trim=Trim(0.9, 1.1))
    replicates = made.design.replicates
    assert replicates is not None
    raw = replicate(d, "JKn").replicates
    assert raw is not None
    margins = make_margins(d.data, TOTALS)
    for r in (0, 40, 149):
        base = raw.write_out()[:, r]
        raked = rake_weights(base, margins).weights
        mean = raked.sum() / base.sum()
        expected = trim_weights(raked, 0.9 * mean, 1.1 * mean, counts=base)
        np.testing.assert_allclose(replicates.write_out()[:, r], expected, rtol=1e-8)


def test_a_replicate_that_cannot_be_raked_says_which(d: Design) -> None:
    frame = d.data.copy()
    frame["region"] = np.where(
        frame.index == 20, "west", np.where(frame["y"] > 10, "north", "south")
    )
    lone = design(frame, weights="weight", strata="stratum")
    refused(lone, "replicate 21: margin 'region', category 'west'", TOTALS, replicates="JKn")


def test_replicates_that_the_strata_do_not_allow(d: Design) -> None:
    with pytest.raises(StatisticsError, match="'JK9' is unknown; expected one of JKn, groups"):
        replicate(d, "JK9")  # type: ignore[arg-type]
    with pytest.raises(StatisticsError, match="1 bootstrap replicates"):
        replicate(d, "subbootstrap", n_replicates=1)
    with pytest.raises(StatisticsError, match="groups would make 2000000 replicates of 150 rows"):
        replicate(d, "groups", n_replicates=2_000_000)
    with pytest.raises(StatisticsError, match="not be calibrated"):
        replicate(rake(d, TOTALS), "JKn")
    lonely = design(sample(3), weights="weight", strata=["a", "a", "b"])
    with pytest.raises(StatisticsError, match="stratum 'b' has one PSU"):
        replicate(lonely, "JKn")


def test_a_replicate_design_that_is_raked_rakes_every_replicate(d: Design) -> None:
    raked = rake(replicate(d, "subbootstrap", n_replicates=20, seed=2), TOTALS)
    assert raked.replicates is not None
    female = (d.data["sex"] == "f").to_numpy()
    np.testing.assert_allclose(raked.replicates.write_out()[female].sum(axis=0), 520, rtol=1e-9)


def test_given_replicate_weights_are_checked(d: Design) -> None:
    with pytest.raises(StatisticsError, match=r"expected \(150, replicates\)"):
        with_replicates(d, np.ones((149, 3)), scale=1)
    with pytest.raises(StatisticsError, match="negative, missing or infinite"):
        with_replicates(d, np.full((150, 3), -1.0), scale=1)


def test_nonrespondents_stay_out_of_the_margins() -> None:
    frame = sample(200)
    answered = np.arange(200) % 4 != 0
    # Of those who did not answer, nothing is known: not even their region.
    frame["region"] = frame["region"].where(answered)
    drawn = design(frame, weights="weight", strata="stratum")
    made = weigh(drawn.subset(answered), TOTALS, replicates="JKn")
    assert made.report.final.n == answered.sum() == made.design.n
    assert (made.weights[~answered] == 0).all()
    sums = pd.Series(made.weights).groupby(frame["region"]).sum()
    np.testing.assert_allclose([sums[k] for k in TOTALS["region"]], list(TOTALS["region"].values()))
    greg = weigh(drawn.subset(answered), TOTALS).design
    jackknife = means(made.design, "y")
    assert jackknife.values[0] == pytest.approx(means(greg, "y").values[0])
    assert jackknife.se[0] == pytest.approx(means(greg, "y").se[0], rel=0.1)


def test_replicate_weights_are_stored_with_the_digits_of_a_table() -> None:
    """So the same bytes come from any kernel of BLAS, which moves the bits behind them."""
    from readiness.analysis.weighting import round_as_stored

    rng = np.random.default_rng(1)
    weights = rng.lognormal(1.0, 1.0, (40, 30))
    weights[::7] = 0.0
    moved = weights * (1 + 3e-15 * rng.uniform(-1, 1, weights.shape))
    assert (weights != moved).mean() > 0.5
    assert (
        round_as_stored(weights) != round_as_stored(moved)
    ).mean() < 0.02  # on a boundary of the last digit
    np.testing.assert_allclose(round_as_stored(weights), weights, rtol=5e-12)
    assert round_as_stored(weights)[0, 0] == 0.0
