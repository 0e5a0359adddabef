"""The whole comparison of an item, as the workflow asks for it."""

import re

import numpy as np
import pytest
from comparison_samples import GROUPS, LEVELS, make, sample

from readiness.ground.facts import from_json, to_json
from readiness.language import LANGUAGES, tell
from readiness.survey import compare_groups, covariates, design, ordinal_model
from readiness.survey.comparisons.cells import factor
from readiness.survey.comparisons.compare import REASONS, Choice, choose
from readiness.survey.comparisons.effects import cramers_v
from readiness.survey.comparisons.rao_scott import rao_scott_test


def test_an_ordered_item_has_every_part() -> None:
    frame = sample(1200)
    d = make(frame)
    made = compare_groups(
        d, "level", (*LEVELS, "excellent"), "group", GROUPS, seed=1, permutations=499
    )
    assert [r.test for r in made.tests] == [
        "rao_scott_f",
        "permutation_combined",
        "permutation_categories",
        "kruskal_wallis_design",
        "ordinal_logit_term",
        "proportional_odds_check",
    ]
    assert made.n == 1200
    assert [r.test for r in made.effects].count("probability_of_superiority") == 6
    assert [r.test for r in made.effects].count("odds_ratio") == 3
    assert all(r.p_value is not None and r.p_value < 0.05 for r in made.tests[:5])
    table = made.frame()
    assert table["leads"].sum() == 1 and len(table) == len(made.rows)
    logit = made.test("ordinal_logit_term")
    assert logit is not None and "merged in the model: excellent" in logit.note


def test_a_binary_item_has_a_logit_and_an_unordered_one_has_not() -> None:
    d = make(sample(400))
    binary = compare_groups(
        d, "yes", [1, 0], "group", GROUPS, seed=1, permutations=99, ordered=False
    )
    assert binary.tests[0].test == "rao_scott_f"
    assert binary.test("ordinal_logit_term") is not None
    unordered = compare_groups(
        d, "level", LEVELS, "group", GROUPS, seed=1, permutations=99, ordered=False
    )
    assert unordered.test("ordinal_logit_term") is None
    assert unordered.test("kruskal_wallis_design") is None
    assert unordered.lead.test == "rao_scott_f" and unordered.lead.p_value is not None
    assert unordered.test("permutation_categories") is not None


def test_special_codes_are_outside_the_base() -> None:
    frame = sample(300)
    frame.loc[:19, "level"] = "_dont_know"
    frame.loc[20:29, "level"] = None
    made = compare_groups(make(frame), "level", LEVELS, "group", GROUPS, seed=1, permutations=99)
    assert made.n == 270


def test_the_choice_follows_n() -> None:
    for n, sizes in ((32, [14, 10, 8]), (600, [200, 180, 120, 50, 50]), (600, [300, 300])):
        assert choose(n, sizes).lead == "rao_scott"
    assert choose(100_000, [50_000, 50_000]).lead == "effect_size"
    # Rank tests stand beside it where they were seen to keep their level.
    assert "kruskal_wallis" not in choose(32, [16, 16]).beside
    assert "kruskal_wallis" not in choose(600, [550, 50]).beside
    assert "kruskal_wallis" in choose(600, [300, 300]).beside
    # Clusters that cannot be permuted are not.
    assert "permutation" in choose(600, [300, 300], clusters="permuted").beside
    for clusters in ("crossed", "few", "unknown"):
        made = choose(600, [300, 300], clusters=clusters)  # type: ignore[arg-type]
        assert made.lead == "rao_scott" and "permutation" not in made.beside


@pytest.mark.parametrize("choice", [choose(32, [16, 16]), choose(50_000, [25_000, 25_000])])
def test_the_reason_can_be_told_in_every_language_without_digits(choice: Choice) -> None:
    assert from_json(to_json(choice.reason)) == choice.reason
    assert choice.reason.kind in REASONS
    texts = {language: tell(choice.reason, language) for language in LANGUAGES}
    assert len(set(texts.values())) == len(LANGUAGES)
    for text in texts.values():
        assert not re.search(r"\d", text) and text.endswith(".")


def test_small_samples_get_exact_tests() -> None:
    frame = sample(40)
    made = compare_groups(
        design(frame, weights="weight"), "level", LEVELS, "group", GROUPS, seed=1, permutations=499
    )
    assert made.lead.test == "rao_scott_f" and made.test("permutation_combined") is not None
    fisher = made.test("fisher_freeman_halton")
    assert fisher is not None and fisher.p_value is not None


def test_fisher_says_when_it_is_monte_carlo() -> None:
    frame = sample(95, effect=0.2)
    made = compare_groups(
        design(frame, weights="weight"), "level", LEVELS, "group", GROUPS, seed=1, permutations=499
    )
    fisher = made.test("fisher_freeman_halton")
    assert fisher is not None and fisher.p_value is not None
    assert "Monte Carlo (499 tables, seed 1)" in fisher.method


def test_cramers_v_interval_holds_its_estimate_and_grows_with_the_effect() -> None:
    values = []
    for effect in (0.0, 0.5, 1.5):
        d = make(sample(600, effect=effect))
        v = cramers_v(rao_scott_test(d, factor(d, "group"), factor(d, "level")))
        assert v.lower is not None and v.effect is not None and v.upper is not None
        assert 0 <= v.lower <= v.effect <= v.upper <= 1
        values.append(v.effect)
    assert values[0] < values[1] < values[2]


def test_proportional_odds_check_finds_a_broken_assumption() -> None:
    rng = np.random.default_rng(4)
    frame = sample(800, effect=0.0, seed=9)
    holds = ordinal_model(make(frame), "level", covariates(make(frame), ["group"]), levels=LEVELS)
    # Producers polarise: far more at both ends, the same middle.
    extreme = (frame["group"] == "director") & (rng.random(800) < 0.7)
    frame.loc[extreme, "level"] = rng.choice(["none", "good"], int(extreme.sum()))
    d = make(frame)
    broken = ordinal_model(d, "level", covariates(d, ["group"]), levels=LEVELS)
    assert (holds.proportional_odds_check().p_value or 0) > 0.05
    assert (broken.proportional_odds_check().p_value or 1) < 1e-4
