"""The studentised permutation statistic: its mathematics, and its power in a small group."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import GROUPS, LEVELS, make, sample
from scipy import stats

from readiness.errors import StatisticsError
from readiness.survey import design
from readiness.survey.comparisons import compare_ordinal, permutation_test
from readiness.survey.comparisons.studentised import studentised_statistic

ROOT = Path(__file__).parents[2]


def load() -> Any:
    path = ROOT / "benchmarks" / "permutation.py"
    spec = importlib.util.spec_from_file_location("permutation_study", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_two_large_groups_give_the_square_of_welchs_t_on_ranks() -> None:
    rng = np.random.default_rng(3)
    y = np.concatenate([rng.integers(0, 5, 3000), rng.integers(0, 3, 1000) + 1]).astype(float)
    code = np.repeat([0, 1], [3000, 1000])
    ranks = stats.rankdata(y)
    welch = stats.ttest_ind(ranks[:3000], ranks[3000:], equal_var=False).statistic ** 2
    ours = studentised_statistic(y, code, np.ones(4000), np.zeros(4000, int), 2)
    assert ours(np.arange(4000)[None, :])[0] == pytest.approx(welch, rel=3e-3)


def test_its_p_is_that_of_all_permutations() -> None:
    rng = np.random.default_rng(5)
    y = np.array([0, 0, 1, 2, 2, 3, 3, 1], float)
    code = np.array([0, 0, 0, 1, 1, 1, 1, 2])
    weight = rng.uniform(1, 3, 8)
    every = np.array(list(itertools.permutations(range(8))))
    values = studentised_statistic(y, code, weight, np.zeros(8, int), 3)(every)
    exact = float((values >= values[0] * (1 - 1e-10)).mean())
    d = design(pd.DataFrame({"y": y, "g": code, "w": weight}), weights="w")
    row = permutation_test(
        d, "y", "g", blocks=None, permutations=9999, seed=1, statistic="studentised"
    )
    assert row.p_value == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 9999) ** 0.5)
    assert row.test == "permutation_studentised" and row.statistic == pytest.approx(values[0])


def test_permutations_stay_within_blocks_and_a_shift_between_blocks_is_no_effect() -> None:
    rng = np.random.default_rng(8)
    block = np.repeat([0, 1], 60)
    # Groups answer alike within each block, blocks answer apart, groups are spread unevenly.
    code = np.where(rng.random(120) < np.where(block == 0, 0.8, 0.2), 0, 1)
    y = rng.integers(0, 4, 120) + 6 * block
    d = design(
        pd.DataFrame({"y": y, "g": code, "b": block, "w": rng.uniform(1, 2, 120)}), weights="w"
    )
    inside = permutation_test(
        d, "y", "g", blocks="b", permutations=999, seed=2, statistic="studentised"
    )
    across = permutation_test(
        d, "y", "g", blocks=None, permutations=999, seed=2, statistic="studentised"
    )
    assert (inside.p_value or 0) > 0.1 and (across.p_value or 1) < 0.01


def test_the_order_of_the_rows_does_not_matter() -> None:
    frame = sample(120)
    turned = frame.sample(frac=1, random_state=4)
    rows = [
        permutation_test(
            make(f), "code", "group", blocks="stratum", permutations=299, seed=6,
            statistic="studentised",
        )
        for f in (frame, turned)
    ]  # fmt: skip
    assert rows[0].p_value == rows[1].p_value


def test_the_combined_p_is_that_of_the_smaller_one_among_all_draws() -> None:
    d = make(sample(120))
    arguments: dict[str, Any] = {"blocks": "stratum", "permutations": 499, "seed": 3}
    alone = [
        permutation_test(d, "code", "group", statistic=s, **arguments)  # type: ignore[arg-type]
        for s in ("midrank", "studentised")
    ]
    both = permutation_test(d, "code", "group", statistic="combined", **arguments)
    smaller = min(row.p_value or 1.0 for row in alone)
    assert both.test == "permutation_combined" and both.statistic == smaller
    # Never better than the better one, never worse than Bonferroni of the two allows.
    assert smaller <= (both.p_value or 0) <= 2 * smaller


def test_a_comparison_takes_it_by_name_and_keeps_the_other() -> None:
    d = make(sample(90))
    arguments: dict[str, Any] = {"seed": 1, "permutations": 199, "blocks": "stratum"}
    before = compare_ordinal(d, "level", LEVELS, "group", GROUPS, **arguments)
    named = compare_ordinal(
        d, "level", LEVELS, "group", GROUPS, statistic="studentised", **arguments
    )
    assert before.lead.test == "permutation_midrank"
    assert named.lead.test == "permutation_studentised"
    assert named.contrasts == before.contrasts and named.effects == before.effects
    with pytest.raises(StatisticsError, match="statistic 'pearson' is unknown"):
        compare_ordinal(
            d, "level", LEVELS, "group", GROUPS, statistic="pearson", **arguments  # type: ignore[arg-type]
        )  # fmt: skip


def test_it_sees_a_profession_of_one_percent_and_holds_its_level() -> None:
    study = load()
    small = study.rejected("90 % of the smallest group (1 %, n = 18) moved", 30, 99)
    assert small["studentised"] >= 0.85 and small["midrank"] <= 0.65
    null = study.rejected("no difference, unequal dispersion", 40, 99)
    assert null["studentised"] <= 0.20  # .05 and three standard errors of 40 samples
