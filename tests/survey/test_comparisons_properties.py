"""What a comparison must not depend on, and the formulas it must fall back to."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from comparison_samples import GROUPS, LEVELS, make, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from readiness.survey import (
    Design,
    compare_groups,
    covariates,
    cronbach_alpha,
    design,
    kappa,
    ordinal_model,
    pairwise,
    permutation_test,
    rank_test,
    table,
)
from readiness.survey.comparisons.cells import frame as frame_of
from readiness.survey.comparisons.effects import superiority_of
from readiness.survey.comparisons.permutation import Statistic

BOUNDED = settings(max_examples=6)


def flat(d: Design) -> pd.DataFrame:
    """All numbers of a comparison of `level` across `group`."""
    made = compare_groups(d, "level", LEVELS, "group", GROUPS, seed=5, permutations=199)
    low = d.data["level"].map({name: float(k < 2) for k, name in enumerate(LEVELS)})
    rows = (*made.rows, *pairwise(d, low, "group"))
    return frame_of(rows).drop(columns=["method", "note"])


@BOUNDED
@given(st.integers(0, 10_000))
def test_row_order_changes_nothing(seed: int) -> None:
    frame = sample()
    shuffled = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    pd.testing.assert_frame_equal(flat(make(frame)), flat(make(shuffled)), rtol=1e-9)


@BOUNDED
@given(st.floats(1e-6, 1e6))
def test_rescaling_the_weights_changes_nothing(scale: float) -> None:
    frame = sample()
    rescaled = frame.assign(weight=frame["weight"] * scale)
    pd.testing.assert_frame_equal(flat(make(frame)), flat(make(rescaled)), rtol=1e-8)


@BOUNDED
@given(st.permutations(range(4)))
def test_the_order_of_groups_changes_no_overall_test(order: list[int]) -> None:
    d = make(sample())
    names = [GROUPS[i] for i in order]
    first = compare_groups(d, "level", LEVELS, "group", GROUPS, seed=1, permutations=199)
    second = compare_groups(d, "level", LEVELS, "group", names, seed=1, permutations=199)
    for a, b in zip(first.tests, second.tests, strict=True):
        assert a.test == b.test
        assert b.p_value == pytest.approx(a.p_value, rel=1e-8)
    pairs = [pairwise(d, "yes", "group", group_levels=each) for each in (GROUPS, names)]
    found = {frozenset((r.a, r.b)): (r.a, r.effect, r.p_adjusted) for r in pairs[1]}
    for row in pairs[0]:
        one, effect, p = found[frozenset((row.a, row.b))]
        assert effect == pytest.approx(row.effect if one == row.a else -row.effect, rel=1e-9)  # type: ignore[operator]
        assert p == pytest.approx(row.p_adjusted, rel=1e-8)


@BOUNDED
@given(st.permutations(range(4)))
def test_the_order_of_nominal_categories_changes_no_test(order: list[int]) -> None:
    d = make(sample())
    names = [LEVELS[i] for i in order]
    first, second = (
        compare_groups(d, "level", each, "group", GROUPS, seed=1, permutations=199, ordered=False)
        for each in (LEVELS, names)
    )
    rao = [c.test("rao_scott_f") for c in (first, second)]
    assert rao[0] and rao[1]
    assert rao[1].p_value == pytest.approx(rao[0].p_value, rel=1e-8)


def test_reversing_the_scale_mirrors_the_ordinal_results() -> None:
    d = make(sample())
    up = ordinal_model(d, "level", covariates(d, ["group"]), levels=LEVELS)
    down = ordinal_model(d, "level", covariates(d, ["group"]), levels=LEVELS[::-1])
    np.testing.assert_allclose(down.coefficients, -up.coefficients, rtol=1e-9)
    np.testing.assert_allclose(down.cuts, -up.cuts[::-1], rtol=1e-9)
    one, two = up.proportional_odds_check(), down.proportional_odds_check()
    assert two.p_value == pytest.approx(one.p_value, rel=1e-8)
    assert rank_test(d, "code", "group").p_value == pytest.approx(
        rank_test(d, 3 - d.data["code"], "group").p_value, rel=1e-9
    )


def jackknife(d: Design, statistic: Callable[[Design], float]) -> float:
    """Standard error of a statistic by deleting respondents one by one within strata (JKn)."""
    total = 0.0
    for h in np.unique(d.strata):
        rows = np.flatnonzero(d.strata == h)
        grown = d.full_weights * np.where(d.strata == h, len(rows) / (len(rows) - 1), 1.0)
        left_out = [
            statistic(make(d.data.assign(weight=grown).drop(index=i).reset_index(drop=True)))
            for i in rows
        ]
        total += (len(rows) - 1) / len(rows) * ((left_out - np.mean(left_out)) ** 2).sum()
    return float(np.sqrt(total))


def test_linearised_effects_agree_with_the_jackknife() -> None:
    frame = sample(150, seed=2)
    frame["other"] = np.where(np.arange(150) % 3 == 0, 1 - frame["yes"], frame["yes"])
    frame["item2"] = frame["code"] + (np.arange(150) % 2)
    frame["binary"] = (frame["code"] > 1).astype(int)
    d = make(frame)
    t = float(stats.t.ppf(0.975, d.degrees_of_freedom))

    def superiority(x: Design) -> float:
        row = superiority_of(
            table(x, "group", "level", row_levels=GROUPS, column_levels=LEVELS), 0, 1
        )
        assert row.effect is not None
        return row.effect

    row = superiority_of(table(d, "group", "level", row_levels=GROUPS, column_levels=LEVELS), 0, 1)
    assert row.upper is not None and row.lower is not None and row.effect is not None
    logit = [np.log(v / (1 - v)) for v in (row.lower, row.upper)]
    se = (logit[1] - logit[0]) / (2 * t) * row.effect * (1 - row.effect)
    assert se == pytest.approx(jackknife(d, superiority), rel=0.03)

    agreed, kappa_se = kappa(d, "yes", "other")
    assert agreed.effect is not None
    assert kappa_se == pytest.approx(
        jackknife(d, lambda x: kappa(x, "yes", "other")[0].effect or 0.0), rel=0.03
    )

    def alpha(x: Design) -> float:
        # Written here, for the program resamples 999 times for the interval that is not asked.
        covariance = np.cov(x.data[["code", "item2"]].T, aweights=x.full_weights, ddof=0)
        return float(2 * (1 - np.trace(covariance) / covariance.sum()))

    scale = cronbach_alpha(d, frame[["code", "item2"]].to_numpy(float))
    assert scale.upper is not None and scale.lower is not None
    assert scale.effect == pytest.approx(alpha(d))
    se = np.log((1 - scale.lower) / (1 - scale.upper)) / (2 * t) * (1 - scale.effect)
    assert se == pytest.approx(jackknife(d, alpha), rel=0.05)


def test_permutation_p_is_seeded_and_finds_a_real_difference() -> None:
    d = make(sample(effect=1.0))
    first, again, other = (
        permutation_test(d, "code", "group", blocks="stratum", permutations=999, seed=s)
        for s in (1, 1, 2)
    )
    assert first == again and other.statistic == first.statistic
    assert first.p_value == pytest.approx(1 / 1000)
    nothing = make(sample(effect=0.0, seed=3))
    p = permutation_test(
        nothing, "code", "group", blocks="stratum", permutations=999, seed=1
    ).p_value
    assert p is not None and p > 0.05


@pytest.mark.parametrize("statistic", ["combined", "categories"])
def test_the_last_bits_of_a_weight_move_no_permutation_p(statistic: Statistic) -> None:
    """Respondents of one raking cell share a weight, and are permuted in an order of their own."""
    rng = np.random.default_rng(20260301)
    frame = sample(effect=0.1)
    frame["weight"] = rng.choice([1 / 3, 0.7, 1.1, 2.3], len(frame))
    noisy = frame.assign(weight=frame["weight"] * (1 + 1e-12 * rng.uniform(-1, 1, len(frame))))
    found, again = (
        permutation_test(
            make(one),
            "code",
            "group",
            blocks="stratum",
            permutations=499,
            seed=1,
            statistic=statistic,
        ).p_value
        for one in (frame, noisy)
    )
    assert found == again and found is not None and 0.002 < found < 1


def test_the_interval_of_alpha_is_as_skewed_as_its_items() -> None:
    """By resamples, the same each time: that of t misses the true value above it too often."""
    rng = np.random.default_rng(11)
    factor = rng.standard_normal((60, 1))
    items = np.digitize(0.75 * factor + 0.66 * rng.standard_normal((60, 5)), [0.1, 0.7, 1.2, 1.8])
    d = design(pd.DataFrame({"row": range(60)}))
    first, again = (cronbach_alpha(d, items.astype(float)) for _ in range(2))
    assert first == again and first.lower is not None and first.upper is not None
    assert first.effect is not None and first.lower < first.effect < first.upper
    below, above = ((1 - first.lower) / (1 - first.effect), (1 - first.effect) / (1 - first.upper))
    assert abs(np.log(below / above)) > 0.02  # limits of t are as far on either side
