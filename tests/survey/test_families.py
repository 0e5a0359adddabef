"""Contrasts of shares: MOVER limits, limits for all pairs at once, the facts of the family."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from readiness.ground.errors import StatisticsError
from readiness.survey import Design, design, proportion_estimates, proportions, share_contrasts
from readiness.survey.comparisons.families import GroupShares, combine_limits, family_of, mover
from readiness.survey.intervals import wilson


def grouped(sizes: list[int], shares: list[float], seed: int = 4) -> Design:
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(len(sizes)), sizes)
    y = (rng.random(len(code)) < np.array(shares)[code]).astype(float)
    frame = pd.DataFrame({"g": code, "y": y, "w": rng.uniform(1, 3, len(code))})
    return design(frame, weights="w", strata="g")


@pytest.mark.parametrize(
    ("x", "expected"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_newcombes_published_limits(
    x: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    p = np.array([x[2] / x[3], x[0] / x[1]])
    low, high = wilson(p, np.array([x[3], x[1]], float), np.array([1.959964, 1.959964]))
    pair = [(p[[k]], low[[k]], high[[k]]) for k in (0, 1)]
    limits = mover(pair[0], pair[1])
    np.testing.assert_allclose([limits[0][0], limits[1][0]], expected, atol=5e-5)


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_limits_of_a_sum_are_those_of_its_variance_where_they_are_symmetric(
    correlation: float,
) -> None:
    """As R's svycontrast of two means: variances add, less twice the covariance."""
    parts = [
        (-1.0, (3.0, 3.0 - 2 * 0.4, 3.0 + 2 * 0.4)),
        (1.0, (5.0, 5.0 - 2 * 0.3, 5.0 + 2 * 0.3)),
    ]
    se = np.sqrt(0.4**2 + 0.3**2 - 2 * correlation * 0.4 * 0.3)
    assert combine_limits(parts, correlation) == pytest.approx((2.0, 2 - 2 * se, 2 + 2 * se))


def test_limits_come_from_the_shares_own_intervals() -> None:
    d = grouped([40, 30], [0.3, 0.6])
    (row,) = share_contrasts(d, "y", "g")
    table = proportions(d, "y", [1.0, 0.0], by="g")
    table = table[table["category"] == 1.0]
    p, lower, upper = (table[c].to_numpy() for c in ("estimate", "lower", "upper"))
    low, high = mover((p[:1], lower[:1], upper[:1]), (p[1:], lower[1:], upper[1:]))
    assert (row.lower, row.upper) == (pytest.approx(low[0]), pytest.approx(high[0]))
    # One pair is its own family.
    assert row.simultaneous_lower == pytest.approx(row.lower)


def test_a_pair_has_a_p_beside_its_limits_whatever_the_degrees_of_freedom() -> None:
    """On six of them quantiles of t are 0 at the lowest levels, where p was sought first."""
    frame = pd.DataFrame(
        {
            "g": [0] * 20 + [1] * 7,
            "y": [0, 1] * 10 + [1, 0, 1, 1, 1, 0, 1],
            "w": [1.0] * 20 + [3.0, 1.0, 1.0, 4.0, 1.0, 2.0, 1.0],
        }
    )
    d = design(frame, weights="w", strata="g")
    assert d.domain_degrees(frame["g"].to_numpy(), 2)[1] == 6
    (row,) = share_contrasts(d, "y", "g")
    assert row.lower is not None and row.upper is not None
    assert row.p_value is not None
    assert (row.p_value <= 0.05) == (row.lower > 0 or row.upper < 0)


def test_p_is_where_a_limit_touches_zero() -> None:
    d = grouped([40, 30, 25], [0.3, 0.5, 0.6])
    for row in share_contrasts(d, "y", "g"):
        assert row.p_value is not None
        again = share_contrasts(d, "y", "g", level=1 - row.p_value)
        touched = next(r for r in again if (r.a, r.b) == (row.a, row.b))
        assert touched.lower is not None and touched.upper is not None
        assert min(abs(touched.lower), abs(touched.upper)) < 1e-6


def test_t_rests_on_the_degrees_of_freedom_of_both_groups() -> None:
    d = grouped([500, 12], [0.4, 0.5])
    (row,) = share_contrasts(d, "y", "g")
    shares = proportion_estimates(d, "y", [1.0, 0.0], by="g")
    va, vb = shares.se[:, 0] ** 2
    assert d.degrees_of_freedom == 510
    assert row.df1 == pytest.approx((va + vb) ** 2 / (va**2 / 499 + vb**2 / 11))


def test_max_t_of_independent_groups_is_the_studentised_range() -> None:
    # Five groups of the same size, share and weights: the covariance is that of Tukey's range.
    frame = pd.DataFrame({"g": np.repeat(np.arange(5), 400), "y": np.tile([1.0, 0.0], 1000)})
    d = design(frame, strata="g")
    row = share_contrasts(d, "y", "g", interval="wilson")[0]
    tukey = 2 * stats.norm.sf(stats.studentized_range.ppf(0.95, 5, np.inf) / np.sqrt(2))
    alone = share_contrasts(d, "y", "g", interval="wilson", level=1 - tukey)[0]
    assert row.simultaneous_upper == pytest.approx(alone.upper, rel=0.01)
    bonferroni = share_contrasts(d, "y", "g", interval="wilson", level=1 - 0.05 / 10)[0]
    assert (row.upper or 0) < (row.simultaneous_upper or 0) < (bonferroni.upper or 0)


@pytest.mark.parametrize("answers", [1, 3])
def test_adjusted_p_and_simultaneous_limits_cannot_disagree(answers: int) -> None:
    """At the very level of a p: just below it the limits hold 0, just above they do not."""
    d = grouped([60, 45, 30, 25], [0.3, 0.5, 0.6, 0.75])
    made = proportion_estimates(d, "y", [1.0, 0.0], by="g")
    shares = {str(k): GroupShares.of(made, 0, "korn-graubard") for k in range(answers)}
    rows = family_of(shares, "0123")["0"]
    assert len({row.p_adjusted for row in rows}) > 3
    for place, row in enumerate(rows):
        assert row.p_adjusted is not None and row.p_value is not None
        assert row.p_value < row.p_adjusted or row.p_adjusted == 1.0
        if row.p_adjusted < 0.9:
            for level, excluded in ((1.0001, True), (0.9999, False)):
                at = family_of(shares, "0123", level=1 - row.p_adjusted * level)["0"][place]
                low, high = at.simultaneous_lower, at.simultaneous_upper
                assert low is not None and high is not None
                assert (low > 0 or high < 0) == excluded


def test_every_declared_pair_is_counted_and_said() -> None:
    frame = grouped([30, 20, 1], [0.3, 0.6, 0.5]).data
    d = design(frame, weights="w")
    rows = share_contrasts(d, "y", "g", group_levels=[0, 1, 2, 3])
    assert [(r.a, r.b) for r in rows] == [
        ("0", "1"),
        ("0", "2"),
        ("0", "3"),
        ("1", "2"),
        ("1", "3"),
        ("2", "3"),
    ]
    assert {r.family for r in rows} == {6} and {r.untested for r in rows} == {5}
    assert [r.p_value is None for r in rows] == [False, True, True, True, True, True]
    assert all(r.note for r in rows[1:])
    assert "one respondent in 2" in rows[1].note and "no answers in 3" in rows[2].note
    # Groups that all answer alike keep limits.
    alike = design(frame.assign(y=np.where(frame["g"] == 0, 0.0, frame["y"])), weights="w")
    first = share_contrasts(alike, "y", "g")[0]
    assert first.lower is not None and -1 <= first.lower < (first.upper or 0) <= 1
    assert "all alike in 0" in first.note


def test_bad_input() -> None:
    d = grouped([30, 20], [0.3, 0.6])
    with pytest.raises(StatisticsError, match="takes 0 and 1"):
        share_contrasts(d, "w", "g")
