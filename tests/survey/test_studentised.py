"""The studentised permutation statistics: their mathematics, and what the pairs keep."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import make, sample
from scipy import stats

from readiness.survey import design, permutation_test
from readiness.survey.comparisons.permutation import (
    finite_factors,
    score_categories,
    score_ranks,
    studentised_statistics,
)

STATISTICS = ("combined", "categories")


def values(
    y: np.ndarray, code: np.ndarray, weight: np.ndarray, order: np.ndarray, categories: bool = False
) -> dict[Any, np.ndarray]:
    """Both statistics without blocks."""
    block = np.zeros(len(y), int)
    made = score_categories(y, block) if categories else score_ranks(y, block)
    return studentised_statistics(*made, code, weight, int(code.max()) + 1)(order)


def test_equal_groups_give_the_mean_square_ratio_of_ranks_and_pearsons_statistic() -> None:
    rng = np.random.default_rng(4)
    y, code = rng.integers(0, 4, 4000).astype(float), np.repeat(np.arange(4), 1000)
    identity = np.arange(4000)[None, :]
    anova = stats.f_oneway(*(stats.rankdata(y)[code == g] for g in range(4))).statistic
    found = values(y, code, np.ones(4000), identity)
    assert found["anova"][0] == pytest.approx(anova, rel=5e-3)
    pearson = stats.chi2_contingency(pd.crosstab(code, y)).statistic
    found = values(y, code, np.ones(4000), identity, categories=True)
    assert found["studentised"][0] == pytest.approx(pearson, rel=1e-2)
    # Per degree of freedom.
    assert found["anova"][0] == pytest.approx(pearson / 9, rel=1e-2)


def test_its_p_is_that_of_all_permutations() -> None:
    rng = np.random.default_rng(5)
    y = np.array([0, 0, 1, 2, 2, 3, 3, 1], float)
    code = np.array([0, 0, 0, 1, 1, 1, 1, 2])
    weight = rng.uniform(1, 3, 8)
    every = np.array(list(itertools.permutations(range(8))))
    found = values(y, code, weight, every).values()
    smaller = np.minimum(
        *((one[None, :] >= one[:, None] * (1 - 1e-10)).mean(axis=1) for one in found)
    )
    exact = float((smaller <= smaller[0]).mean())
    d = design(pd.DataFrame({"y": y, "g": code, "w": weight}), weights="w")
    row = permutation_test(d, "y", "g", blocks=None, permutations=9999, seed=1)
    assert row.p_value == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 9999) ** 0.5)
    assert row.test == "permutation_combined" and row.statistic == pytest.approx(
        smaller[0], abs=0.02
    )


def test_an_answer_takes_its_relative_weight_along_and_a_group_keeps_its_mass() -> None:
    """Against the definition, written out for one permutation."""
    rng = np.random.default_rng(6)
    y, code = rng.integers(0, 4, 30).astype(float), np.repeat([0, 1, 2], [15, 10, 5])
    weight = rng.uniform(1, 9, 30) * np.array([1.0, 5.0, 20.0])[code]
    order = rng.permutation(30)
    e = stats.rankdata(y) / 30
    e -= e.mean()
    mass = np.bincount(code, weights=weight)
    relative = weight / (mass / np.bincount(code))[code]
    mean, variance = np.zeros(3), np.zeros(3)
    for g in range(3):
        came = order[code == g]
        a = relative[came] / relative[came].sum()
        mean[g] = a @ e[came]
        own = (a**2 @ (e[came] - mean[g]) ** 2) / (1 - (a**2).sum())
        n = len(came)
        variance[g] = ((n - 1) * own + 2 * e.var(ddof=1) * (a**2).sum()) / (n + 1)
    centre = (mean / variance).sum() / (1 / variance).sum()
    found = values(y, code, weight, order[None, :])
    assert found["studentised"][0] == pytest.approx(((mean - centre) ** 2 / variance).sum())
    s = mass / mass.sum()
    expected = s @ (variance * (1 - 2 * s) + variance @ s**2)
    assert found["anova"][0] == pytest.approx(s @ (mean - s @ mean) ** 2 / expected)


def finite(n: int = 60) -> pd.DataFrame:
    """Three groups over two strata, with weights that differ within a stratum and sum up to it."""
    rng = np.random.default_rng(10)
    frame = pd.DataFrame(
        {
            "y": rng.integers(0, 4, n).astype(float),
            "g": np.repeat([0, 1, 2], n // 3),
            "s": np.repeat(["a", "b"], n // 2),
            "w": rng.uniform(1, 4, n),
        }
    )
    whole = frame.groupby("s")["w"].transform("sum")
    frame["N"] = whole.round()
    frame["w"] *= frame["N"] / whole
    return frame


@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_the_observed_variances_are_those_of_a_finite_population(scale: float) -> None:
    """Against the definition, whatever the scale of the weights."""
    frame = finite()
    code, rank = frame["g"].to_numpy(), stats.rankdata(frame["y"]) / len(frame)
    e = rank - rank.mean()
    mean, variance = np.zeros(3), np.zeros(3)
    for g in range(3):
        w, inside = frame["w"].to_numpy()[code == g], e[code == g]
        a, n = w / w.sum(), len(w)
        mean[g] = a @ inside
        own = (np.maximum(1 - 1 / w, 0) * a**2) @ (inside - mean[g]) ** 2 / (1 - (a**2).sum())
        variance[g] = ((n - 1) * own + 2 * e.var(ddof=1) * (a**2).sum()) / (n + 1)
    centre = (mean / variance).sum() / (1 / variance).sum()
    d = design(frame.assign(w=scale * frame["w"]), weights="w", strata="s", fpc="N")
    arguments: dict[str, Any] = {"blocks": None, "permutations": 199, "seed": 4}
    row = permutation_test(d, "y", "g", **arguments)
    made = score_ranks(frame["y"].to_numpy(), np.zeros(len(frame), int))
    statistics = studentised_statistics(*made, code, d.full_weights, 3)
    found = statistics(np.arange(len(frame))[None, :], finite_factors(d))["studentised"]
    assert found[0] == pytest.approx(((mean - centre) ** 2 / variance).sum())
    assert row.method.endswith("for a finite population")


@pytest.mark.parametrize("statistic", STATISTICS)
def test_of_an_endless_population_nothing_is_counted_and_of_a_whole_one_all(statistic: Any) -> None:
    frame = finite()
    arguments: dict[str, Any] = {
        "blocks": None,
        "permutations": 199,
        "seed": 4,
        "statistic": statistic,
    }

    def p(population: pd.Series | None, weights: pd.Series) -> float:
        made = frame.assign(N=population, w=weights)
        d = design(made, weights="w", strata="s", fpc=None if population is None else "N")
        row = permutation_test(d, "y", "g", **arguments)
        assert row.p_value is not None and np.isfinite(row.statistic or np.nan)
        return row.p_value

    unknown, few, many = p(None, frame["w"]), p(frame["N"], frame["w"]), frame["N"] * 1e9
    assert p(many, frame["w"] * 1e9) == unknown > few
    # Everybody answered: the groups' means are known, and they differ.
    whole = frame.groupby("s")["y"].transform("size").astype(float)
    assert p(whole, pd.Series(1.0, frame.index)) < 0.05


def test_permutations_stay_within_blocks_and_a_shift_between_blocks_is_no_effect() -> None:
    rng = np.random.default_rng(8)
    block = np.repeat([0, 1], 60)
    # Groups answer alike within each block, blocks answer apart, groups are spread unevenly.
    code = np.where(rng.random(120) < np.where(block == 0, 0.8, 0.2), 0, 1)
    y = rng.integers(0, 4, 120) + 6 * block
    d = design(
        pd.DataFrame({"y": y, "g": code, "b": block, "w": rng.uniform(1, 2, 120)}), weights="w"
    )
    arguments: dict[str, Any] = {"permutations": 499, "seed": 2, "statistic": "combined"}
    inside = permutation_test(d, "y", "g", blocks="b", **arguments)
    across = permutation_test(d, "y", "g", blocks=None, **arguments)
    assert (inside.p_value or 0) > 0.1 and (across.p_value or 1) < 0.01


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_order_of_the_rows_does_not_matter(statistic: Any) -> None:
    frame = sample(120)
    turned = frame.sample(frac=1, random_state=4)
    rows = [
        permutation_test(
            make(f),
            "code",
            "group",
            blocks="stratum",
            permutations=299,
            seed=6,
            statistic=statistic,
        )
        for f in (frame, turned)
    ]
    assert rows[0].p_value == rows[1].p_value
