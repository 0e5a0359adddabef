"""Differences of two shares of the same people."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from readiness.survey import design
from readiness.survey.estimates.paired import test_differences as compare_pairs
from readiness.survey.weighting.recipe import make_replicates


def answers(n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"stratum": np.arange(n) % 3, "weight": rng.uniform(1, 4, n)})
    first = rng.random(n) < 0.5
    frame["first"] = first.astype(float)
    # Who gave the first gave the second, too, more often than others.
    frame["second"] = (rng.random(n) < np.where(first, 0.6, 0.2)).astype(float)
    frame["third"] = (rng.random(n) < 0.3).astype(float)
    return frame


def test_with_equal_weights_it_is_the_paired_t_test() -> None:
    frame = answers()
    made = compare_pairs(
        design(frame.assign(weight=1.0), weights="weight"),
        frame["first"].to_numpy(),
        frame[["second", "third"]].to_numpy(),
    )
    for p, name in zip(made, ("second", "third"), strict=True):
        assert p == pytest.approx(stats.ttest_rel(frame["first"], frame[name]).pvalue, rel=1e-12)


def test_weights_and_strata_enter_as_in_a_mean_of_differences() -> None:
    frame = answers()
    weight, gap = frame["weight"].to_numpy(), (frame["first"] - frame["second"]).to_numpy()
    share = (weight * gap).sum() / weight.sum()
    score, variance = weight * (gap - share) / weight.sum(), 0.0
    for _, own in pd.Series(score).groupby(frame["stratum"]):
        variance += len(own) * own.var(ddof=1)
    df = len(frame) - frame["stratum"].nunique()
    expected = 2 * stats.t.sf(abs(share) / variance**0.5, df)
    sample = design(frame, weights="weight", strata="stratum")
    (p,) = compare_pairs(sample, frame["first"].to_numpy(), frame[["second"]].to_numpy())
    assert p == pytest.approx(expected, rel=1e-10)


def test_answers_on_two_bases_are_compared_under_each_replicate() -> None:
    frame = answers(90)
    first, second = frame["first"].to_numpy().copy(), frame["third"].to_numpy().copy()
    first[:12], second[5:25] = np.nan, np.nan
    plain = design(frame, weights="weight")
    sample = replace(plain, replicates=make_replicates(plain, "JKn"))

    def gap(weight: np.ndarray) -> float:
        known = [np.isfinite(values) for values in (first, second)]
        shares = [
            np.average(values[inside], weights=weight[inside])
            for values, inside in zip((first, second), known, strict=True)
        ]
        return float(shares[0] - shares[1])

    weight, n = frame["weight"].to_numpy(), len(frame)
    left_out = [gap(np.where(np.arange(n) == k, 0, weight)) for k in range(n)]
    se = ((n - 1) / n * ((np.array(left_out) - np.mean(left_out)) ** 2).sum()) ** 0.5
    expected = 2 * stats.t.sf(abs(gap(weight)) / se, n - 1)
    (p,) = compare_pairs(sample, first, second[:, None])
    assert p == pytest.approx(expected, rel=1e-6)


def test_without_variance_nothing_is_left_to_chance() -> None:
    frame = answers(40)
    sample = design(frame, weights="weight")
    ones, zeros = np.ones(40), np.zeros((40, 1))
    assert compare_pairs(sample, ones, zeros) == [0.0]
    assert compare_pairs(sample, ones, ones[:, None]) == [1.0]
