"""Sample sizes and allocations equal published examples; draws are what they say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.optimize import minimize

from readiness.ground.errors import StatisticsError
from readiness.survey.sizes import (
    allocate,
    cheapest_allocation,
    critical_value,
    draw,
    round_to_total,
    size_for_difference,
    size_for_variance,
    smallest_difference,
    unit_variance,
    variance_for_margin,
)


def test_sizes_are_those_of_practools() -> None:
    """PracTools 1.7.5, its vignette "Sample Size Calculation in Single-stage Sampling", examples 1
    to 3; man/nProp.Rd, man/nDep2sam.Rd.
    """
    cv = np.arange(0.01, 0.22, 0.02)
    made = np.ceil(size_for_variance(2.0**2, cv**2) - 1e-9)
    assert made.tolist() == [40000, 4445, 1600, 817, 494, 331, 237, 178, 139, 111, 91]
    assert round(float(size_for_variance(4.0, 0.05**2, 500))) == 381
    margins = np.arange(0.01, 0.085, 0.01)
    found = np.ceil(size_for_variance(0.25, variance_for_margin(0.5, margins)))
    assert found.tolist() == [9604, 2401, 1068, 601, 385, 267, 196, 151]
    # Both lines of the page of nProp are the same size.
    by_variance, by_cv = (
        size_for_variance(unit_variance(0.01), v) for v in (0.0005**2, (0.05 * 0.01) ** 2)
    )
    assert by_variance == pytest.approx(by_cv) == pytest.approx(39600)
    one_sided = float(stats.norm.ppf(0.95))
    n = size_for_difference((200, 200), 5, critical=one_sided, overlap=0.75, correlation=0.9)
    assert int(np.ceil(n)) == 33


@pytest.mark.parametrize(("share", "margin"), [(0.2, 0.05), (0.04, 0.01), (0.7, 0.1)])
def test_other_intervals_give_the_closed_forms_of_practools(share: float, margin: float) -> None:
    """R/nLogOdds.R and R/nWilson.R of PracTools 1.7.5 (Valliant, Dever and Kreuter 2018, ch. 3)."""
    z, p, q, e = float(stats.norm.ppf(0.975)), share, 1 - share, margin
    k = q / p
    x = e * (1 + k**2) + np.sqrt(e**2 * (1 + k**2) ** 2 + k**2 * (1 - 4 * e**2))
    logit = (np.sqrt(p * q) / z * np.log(x / (k * (1 - 2 * e)))) ** -2
    wilson = (p * q - 2 * e**2 + np.sqrt(e**2 - p * q * (4 * e**2 - p * q))) * (z / e) ** 2 / 2
    for interval, n in (("logit", logit), ("wilson", wilson)):
        made = p * q / variance_for_margin(p, e, interval=interval)  # type: ignore[arg-type]
        assert made == pytest.approx(n, rel=1e-6)


def test_a_small_population_needs_fewer_and_a_design_effect_more() -> None:
    target = variance_for_margin(0.5, 0.1)
    endless, small, clustered = (
        size_for_variance(unit_variance(0.5, people), target, people, deff)
        for people, deff in ((np.inf, 1.0), (120, 1.0), (np.inf, 1.5))
    )
    assert small < endless < clustered == pytest.approx(1.5 * endless)
    # Cochran (1977), eq. 4.2 with its finite population: n = n0 / (1 + (n0 - 1) / N).
    assert small == pytest.approx(endless / (1 + (endless - 1) / 120))
    with pytest.raises(StatisticsError, match=r"between 0 and 0\.5"):
        variance_for_margin(0.5, 0.5)


# Nh, Sh and costs of six strata of hospitals: PracTools 1.7.5, the same vignette.
NH = np.array([215.0, 65, 252, 50, 149, 144])
SH = np.array([26787207.0, 10645109, 6909676, 11085034, 9817762, 44553355])
COSTS = np.array([1400.0, 200, 300, 600, 450, 1000])


def test_allocations_are_those_of_stralloc() -> None:
    neyman = allocate(100, NH * SH, NH)
    assert_allclose(neyman, [34.641683, 4.161947, 10.473487, 3.333804, 8.798970, 38.590108], 1e-6)
    weight = NH / NH.sum()
    spread, variance = (weight * SH) ** 2, (0.05 * 11664181) ** 2
    bound = np.array([variance + (spread / NH).sum()])
    n = cheapest_allocation(spread[:, None], bound, NH, costs=COSTS)
    assert_allclose(n, [104.54922, 33.23283, 68.28362, 15.36917, 46.83941, 137.80400], 1e-6)


# De Meo (2009), "The Bethel package", inst/doc/bethelPackage.pdf of bethel 0.2, pages 4 and 5: its
# data `pop` by stratum (variances of income, books, days of sport; persons) and their totals.
BETHEL = np.array(
    [
        [1.732883e08, 50.439128, 1471.367734, 158],
        [1.469023e08, 43.873319, 1756.310294, 120],
        [1.645715e08, 60.549651, 1313.439746, 126],
        [1.614854e08, 74.742949, 1636.025, 40],
        [1.841919e08, 52.517703, 1661.695974, 124],
        [1.666571e08, 50.421943, 1493.444413, 180],
        [1.598161e08, 49.926759, 1290.623381, 197],
        [1.860479e08, 57.839731, 1596.331987, 55],
    ]
)
TOTALS = np.array([27509070.0, 12429, 56122])


@pytest.mark.parametrize(
    ("cv", "sizes"),
    [
        ((0.05, 0.05, 0.05), [25, 21, 19, 7, 21, 29, 30, 10]),
        ((0.05, 0.01, 0.2), [120, 85, 105, 37, 96, 137, 149, 45]),
    ],
)
def test_the_cheapest_allocation_is_bethels(cv: tuple[float, ...], sizes: list[int]) -> None:
    variances, people = BETHEL[:, :3], BETHEL[:, 3]
    bounds = (np.array(cv) * TOTALS) ** 2 + (variances * people[:, None]).sum(axis=0)
    n = cheapest_allocation(variances * people[:, None] ** 2, bounds, people)
    assert np.ceil(n).tolist() == sizes


def test_no_optimiser_finds_a_cheaper_allocation_within_bounds() -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        people = rng.integers(10, 400, 6).astype(float)
        spread = rng.uniform(0.1, 3, (6, 3)) * people[:, None]
        bounds = (spread / people[:, None]).sum(axis=0) * rng.uniform(1.1, 4, 3)
        n = cheapest_allocation(spread, bounds, people)
        assert ((spread / n[:, None]).sum(axis=0) <= bounds * (1 + 1e-8)).all()
        met = {
            "type": "ineq",
            "fun": lambda n, s=spread, b=bounds: 1 - (s / n[:, None]).sum(axis=0) / b,
        }
        best = minimize(
            np.sum, people, bounds=[(2, N) for N in people], constraints=[met], method="SLSQP"
        )
        assert n.sum() <= best.fun * (1 + 1e-5)
        assert (n <= people).all() and (n >= 2).all()
    with pytest.raises(StatisticsError, match="target 2 is met by no sample"):
        cheapest_allocation(spread, bounds * [1, 1e-3, 1], people)


def test_a_total_is_shared_out_within_bounds_and_whole_numbers_keep_it() -> None:
    parts = allocate(90, [1.0, 1, 100], [50, 50, 10], 2)
    assert_allclose(parts, [40, 40, 10])
    assert round_to_total(np.array([1.4, 2.3, 3.3]), 7).tolist() == [2, 2, 3]
    with pytest.raises(StatisticsError, match="from 6 to 110"):
        allocate(200, [1.0, 1, 1], [50, 50, 10], 2)


def test_a_difference_that_is_found_has_the_power_that_was_asked_for() -> None:
    reach = critical_value(2) + float(stats.norm.ppf(0.8))
    d = float(smallest_difference(0.3, (100, 250), reach))
    se = np.sqrt((0.3 + d) * (0.7 - d) / 100 + 0.21 / 250)
    assert stats.norm.cdf(d / se - critical_value(2)) == pytest.approx(0.8)
    assert np.isnan(smallest_difference(0.5, (4, 4), reach))
    assert critical_value(4) == pytest.approx(3.633 / np.sqrt(2), abs=1e-3)  # Tukey's q, tables


def test_a_draw_is_random_repeats_itself_and_knows_no_order() -> None:
    ids = [f"P{k:03d}" for k in range(200)]
    strata = ["small" if k % 10 == 0 else "large" for k in range(200)]
    sizes = {"small": 20, "large": 45}
    first = draw(ids, strata, sizes, 7)
    back = list(range(200))[::-1]
    again = draw([ids[k] for k in back], [strata[k] for k in back], sizes, 7)
    assert [ids[k] for k in first] == [ids[back[k]] for k in again] == sorted(ids[k] for k in first)
    assert {strata[k] for k in first} == {*sizes} and len({*first}) == 65
    times = np.zeros(200)
    for seed in range(400):
        times[draw(ids, strata, sizes, seed)] += 1
    large = times[np.array(strata) == "large"]
    assert stats.chisquare(large).pvalue > 0.001
    # One more person changes who was drawn in one place at most.
    more = draw([*ids, "Q"], [*strata, "large"], sizes, 7)
    assert len({*first} - {*more}) <= 1
    with pytest.raises(StatisticsError, match="small has 20 persons; 21"):
        draw(ids, strata, {"small": 21, "large": 1}, 7)
    with pytest.raises(StatisticsError, match="stratum large has no size"):
        draw(ids, strata, {"small": 2}, 7)
