"""Exact tests and tail probabilities against brute force and closed forms."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from readiness.ground.errors import StatisticsError
from readiness.survey import adjust_p, exact_permutation, exact_wilcoxon, fisher_freeman_halton
from readiness.survey.comparisons.cumulative import cdf, density, interval_probability
from readiness.survey.comparisons.effects import noncentrality_interval
from readiness.survey.comparisons.rao_scott import tail_probability

BOUNDED = settings(max_examples=40)


def all_tables(rows: list[int], columns: list[int]) -> list[list[list[int]]]:
    """Every table with these margins, the slow way."""
    if len(rows) == 1:
        return [[columns]] if sum(columns) == rows[0] else []
    found = []
    for first in itertools.product(*(range(min(rows[0], c) + 1) for c in columns)):
        if sum(first) == rows[0]:
            rest = [c - x for c, x in zip(columns, first, strict=True)]
            found += [[list(first), *tail] for tail in all_tables(rows[1:], rest)]
    return found


def brute_fisher(table: np.ndarray) -> float:
    rows, columns = table.sum(axis=1).tolist(), table.sum(axis=0).tolist()

    def probability(t: object) -> float:
        ways = math.prod(map(math.factorial, rows)) * math.prod(map(math.factorial, columns))
        cells = math.prod(math.factorial(int(x)) for x in np.ravel(t))  # type: ignore[arg-type]
        return ways / (math.factorial(sum(rows)) * cells)

    observed = probability(table)
    likely = observed * (1 + 1e-7)
    return sum(p for t in all_tables(rows, columns) if (p := probability(t)) <= likely)


@BOUNDED
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=4))
def test_fisher_freeman_halton_equals_the_sum_over_all_tables(counts: list[list[int]]) -> None:
    table = np.array(counts)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        with pytest.raises(StatisticsError):
            fisher_freeman_halton(counts)
        return
    p = fisher_freeman_halton(counts).p_value
    assert p == pytest.approx(brute_fisher(table), rel=1e-9)
    assert fisher_freeman_halton(table.T[::-1]).p_value == pytest.approx(p, rel=1e-9)


def test_fisher_holds_at_the_size_of_a_small_survey_and_monte_carlo_agrees() -> None:
    rng = np.random.default_rng(3)
    table = np.zeros((8, 4), dtype=int)
    np.add.at(table, (rng.integers(0, 8, 32), rng.integers(0, 4, 32)), 1)
    exact = fisher_freeman_halton(table)
    drawn = fisher_freeman_halton(table, monte_carlo=20_000, seed=1)
    assert exact.p_value is not None and drawn.p_value is not None
    error = math.sqrt(exact.p_value * (1 - exact.p_value) / 20_000)
    assert abs(exact.p_value - drawn.p_value) < 4 * error
    assert "Monte Carlo (20000 tables, seed 1)" in drawn.method and "exact" in exact.method


def test_fisher_too_large_says_so_and_names_the_way_out() -> None:
    with pytest.raises(StatisticsError, match="collapse levels, or declare"):
        fisher_freeman_halton(np.full((8, 5), 40), limit=10_000)


def test_fisher_refuses_weighted_totals() -> None:
    with pytest.raises(StatisticsError, match="whole unweighted counts"):
        fisher_freeman_halton([[1.5, 2.0], [3.0, 1.0]])


@BOUNDED
@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=5),
    st.lists(st.integers(0, 4), min_size=2, max_size=5),
)
def test_exact_two_sample_tests_equal_enumeration(x: list[int], y: list[int]) -> None:
    both = np.array(x + y)
    if np.ptp(both) == 0:
        with pytest.raises(StatisticsError, match="all answers are the same"):
            exact_wilcoxon(x, y)
        return
    for test, scores in (
        (exact_permutation, both.astype(float)),
        (exact_wilcoxon, stats.rankdata(both)),
    ):
        sums = np.array([sum(c) for c in itertools.combinations(scores, len(x))])
        centre = scores.mean() * len(x)
        far = np.abs(sums - centre) >= abs(scores[: len(x)].sum() - centre) - 1e-9
        assert test(x, y).p_value == pytest.approx(far.mean(), rel=1e-10)


def test_the_saddlepoint_is_near_what_it_approximates() -> None:
    for x, k, ddf in ((3.0, 2, 11.0), (40.0, 7, 300.0), (260.0, 4, 90.0)):
        expected = stats.f.sf(x / k, k, ddf)
        assert tail_probability(x, np.ones(k), ddf) == pytest.approx(expected, rel=0.02)
    rng = np.random.default_rng(11)
    weights, ddf = np.array([2.5, 1.0, 0.3]), 18.0
    draws = (weights * rng.chisquare(1, (400_000, 3))).sum(axis=1) / (
        rng.chisquare(ddf, 400_000) / ddf
    )
    share = float((draws > 8.0).mean())
    assert tail_probability(8.0, weights, ddf) == pytest.approx(share, rel=0.03)


def test_tiny_tails_do_not_underflow() -> None:
    p = tail_probability(900.0, np.ones(4), 2000.0)
    assert p == pytest.approx(stats.f.sf(225.0, 4, 2000), rel=0.05) and 0 < p < 1e-50


@pytest.mark.parametrize("link", ["logistic", "probit"])
def test_links_are_consistent(link: str) -> None:
    x = np.linspace(-4, 4, 41)
    h = 1e-5
    f, slope = density(link, x)  # type: ignore[arg-type]
    numeric = (cdf(link, x + h) - cdf(link, x - h)) / (2 * h)  # type: ignore[arg-type]
    np.testing.assert_allclose(f, numeric, atol=1e-8)
    up, down = density(link, x + h)[0], density(link, x - h)[0]  # type: ignore[arg-type]
    np.testing.assert_allclose(slope, (up - down) / (2 * h), atol=1e-8)
    ends = np.concatenate([[-np.inf], x, [np.inf]])
    pieces = interval_probability(link, ends[1:], ends[:-1])  # type: ignore[arg-type]
    assert pieces.sum() == pytest.approx(1.0, rel=1e-12) and (pieces > 0).all()


def test_far_tails_of_the_links_keep_their_digits() -> None:
    upper, lower = np.array([41.0]), np.array([40.0])
    expected = math.exp(-40) - math.exp(-41)
    assert interval_probability("logistic", upper, lower)[0] == pytest.approx(expected, rel=1e-12)
    assert interval_probability("logistic", -lower, -upper)[0] == pytest.approx(expected, rel=1e-12)


def test_noncentrality_interval_inverts_the_distribution() -> None:
    low, high = noncentrality_interval(4.0, 3.0, 120.0)
    assert stats.ncf.sf(4.0, 3, 120, low) == pytest.approx(0.025, abs=1e-6)
    assert stats.ncf.cdf(4.0, 3, 120, high) == pytest.approx(0.025, abs=1e-6)
    assert noncentrality_interval(0.05, 3.0, 120.0) == (0.0, 0.0)


def test_adjustment_leaves_out_what_was_not_tested() -> None:
    p = [0.01, math.nan, 0.04]
    np.testing.assert_allclose(adjust_p(p, "bonferroni"), [0.02, math.nan, 0.08])
    assert np.isnan(adjust_p([math.nan], "holm")).all()
    with pytest.raises(StatisticsError, match="expected one of holm"):
        adjust_p(p, "tukey")  # type: ignore[arg-type]
    with pytest.raises(StatisticsError, match="outside 0-1"):
        adjust_p([1.2], "holm")
