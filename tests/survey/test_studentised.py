"""The studentised permutation statistics: their mathematics, and what the pairs keep."""

import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import sample
from scipy import stats

from readiness.ground.errors import StatisticsError
from readiness.survey import compare_groups, design, permutation_test
from readiness.survey.comparisons.permutation import (
    score_categories,
    score_ranks,
    studentised_statistics,
)

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from clusters import SETTINGS, measure_size

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
    below = (np.searchsorted(np.sort(one), one * (1 - 1e-10)) for one in found)
    smaller = 1 - np.maximum(*below) / len(every)
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


def test_no_finite_population_counts() -> None:
    """Whether groups differ is asked of what made them so: the population is one outcome of it."""
    frame = sample(120).assign(N=lambda f: f.groupby("stratum")["group"].transform("size") + 1.0)
    rows = [
        permutation_test(
            design(frame, weights="weight", strata="stratum", fpc=fpc),
            "code",
            "group",
            blocks=None,
            permutations=199,
            seed=4,
        )
        for fpc in (None, "N")
    ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_whole_clusters_are_permuted_as_their_means_would_be(statistic: Any) -> None:
    """Clusters of people who answer alike are one answer each, however many people they hold."""
    rng = np.random.default_rng(12)
    one = pd.DataFrame({"y": rng.integers(0, 3, 30).astype(float), "g": np.arange(30) % 3})
    one["s"], one["w"], one["psu"] = np.arange(30) // 15, rng.uniform(1, 3, 30), np.arange(30)
    five = one.loc[one.index.repeat(5)].assign(w=lambda f: f["w"] / 5)
    arguments: dict[str, Any] = {"permutations": 499, "seed": 3, "statistic": statistic}
    alone = permutation_test(design(one, weights="w"), "y", "g", blocks="s", **arguments)
    drawn = design(five, weights="w", strata="s", psu="psu")
    whole = permutation_test(drawn, "y", "g", blocks=None, **arguments)
    assert whole.p_value == pytest.approx(alone.p_value, abs=0.03) and whole.n == 150
    assert "whole clusters within strata" in whole.method
    # As people they would be five times as many.
    people = permutation_test(design(five, weights="w"), "y", "g", blocks="s", **arguments)
    assert (people.p_value or 1.0) < (whole.p_value or 0.0)


@pytest.mark.parametrize(
    ("groups", "strata", "words"),
    [
        (np.arange(60) % 3, np.zeros(60), "several"),
        (np.arange(60) // 20, np.arange(60) // 20, "few"),
    ],
)
def test_clusters_that_cannot_be_permuted_let_rao_scott_lead(
    groups: np.ndarray, strata: np.ndarray, words: str
) -> None:
    frame = pd.DataFrame({"y": np.arange(60) % 7 % 3, "g": groups, "s": strata})
    d = design(frame.assign(psu=np.arange(60) // 5), psu="psu", strata="s", weights=1.0)
    with pytest.raises(StatisticsError, match=words):
        permutation_test(d, "y", "g", blocks=None, permutations=199, seed=1)
    made = compare_groups(d, "y", [0, 1, 2], "g", [0, 1, 2], seed=1, permutations=199)
    assert made.choice.lead == "rao_scott" and made.lead.test == "rao_scott_f"
    assert made.lead.p_value is not None and made.test("permutation_combined") is None


def test_the_level_is_kept_where_clusters_were_drawn(thorough: bool) -> None:
    """A slice of `benchmarks/clusters.py`: people permuted one by one reject far too often."""
    for setting in SETTINGS[: None if thorough else 1]:
        sizes = measure_size(setting, samples=60)
        assert sizes["people"] > 0.12 and sizes["clusters"] < 0.12, setting


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
