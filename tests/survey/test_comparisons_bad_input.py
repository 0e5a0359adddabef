"""Input that leaves nothing to compare: a message or a documented row, never NaN in silence."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import GROUPS, LEVELS, make, sample

from readiness.ground.errors import StatisticsError
from readiness.survey import (
    Design,
    association,
    compare_groups,
    covariates,
    cronbach_alpha,
    design,
    kappa,
    linear_model,
    ordinal_model,
    pairwise,
    permutation_test,
    rank_test,
    share_contrasts,
    t_test,
)
from readiness.survey.comparisons.cells import ComparisonRow
from readiness.survey.comparisons.compare import choose


def compared(d: Design, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "outcome": "level",
        "categories": LEVELS,
        "groups": "group",
        "group_names": GROUPS,
        "seed": 1,
        "permutations": 199,
    }
    return compare_groups(d, **(arguments | changes))


def message(call: Callable[[], object]) -> str:
    with pytest.raises(StatisticsError) as caught:
        call()
    text = str(caught.value)
    assert len(text) > 0 and text.count("\n") <= 1, "one or two lines"
    return text


def complete(row: ComparisonRow) -> bool:
    """No NaN or infinity in silence: every number is finite, and a row without p says why."""
    numbers = [row.statistic, row.p_value, row.p_adjusted, row.effect, row.lower, row.upper]
    finite = all(v is None or np.isfinite(v) for v in numbers)
    return finite and (row.p_value is not None or row.effect is not None or bool(row.note))


def test_an_outcome_with_one_level() -> None:
    frame = sample().assign(level="weak", code=1, yes=1)
    d = make(frame)
    assert "only 'weak'" in message(lambda: compared(d))
    assert "one level" in message(lambda: rank_test(d, "code", "group"))
    assert "one level" in message(lambda: ordinal_model(d, "level", covariates(d, ["group"])))
    assert "one value, 1" in message(
        lambda: linear_model(d, "yes", covariates(d, ["group"]), family="binomial")
    )
    assert "one level" in message(
        lambda: permutation_test(d, "code", "group", blocks="stratum", seed=1)
    )
    assert "only '1'" in message(lambda: association(d, "group", "yes"))


def test_one_group_only() -> None:
    d = make(sample()).subset(sample()["group"] == "creator")
    assert "only 'creator'" in message(lambda: compared(d))
    assert "only 'creator'" in message(lambda: pairwise(d, "yes", "group"))
    assert "fewer than two levels" in message(lambda: covariates(d, ["group"]))


def test_nobody_answered_and_zero_rows() -> None:
    frame = sample().assign(level="_blank")
    assert "no respondent has both" in message(lambda: compared(make(frame)))
    d = make(sample())
    nobody = d.subset(np.zeros(d.rows, bool))
    assert "no respondent has both" in message(lambda: compared(nobody))
    assert "nobody" in message(lambda: rank_test(nobody, "code", "group"))
    assert "nobody" in message(lambda: pairwise(nobody, "yes", "group"))
    assert "0 rows" in message(lambda: make(sample().iloc[:0]))


def test_a_group_of_one_respondent_is_left_out_and_named() -> None:
    frame = sample()
    frame.loc[frame.index[0], "group"] = "voice artist"
    names = (*GROUPS, "voice artist")
    d = make(frame)
    rank = rank_test(d, "code", "group", group_levels=names)
    assert rank.note == "one respondent, left out of the test: voice artist"
    assert rank.n == len(frame) - 1 and rank.df1 == 3
    made = compared(d, group_names=names)
    for row in share_contrasts(d, "yes", "group", group_levels=names):
        if "voice artist" in (row.a, row.b):
            assert row.p_value is None and row.lower is None and "one respondent" in row.note
        else:
            assert row.p_value is not None
    superiority = [r for r in made.effects if r.test == "probability_of_superiority"]
    assert {r.note for r in superiority if "voice artist" in (r.a, r.b)} == {
        "a group of one respondent: no interval"
    }
    assert all(complete(row) for row in made.rows)
    two = make(frame[frame["group"].isin(["voice artist", "creator"])].reset_index(drop=True))
    assert "fewer than two groups of two" in message(lambda: rank_test(two, "code", "group"))
    assert "one respondent" in message(lambda: t_test(two, "code", "group"))


def test_separation_gives_no_estimate_and_says_so() -> None:
    frame = sample()
    frame.loc[frame["group"] == "producer", ["level", "code", "yes"]] = ["good", 3, 1]
    d = make(frame)
    text = message(lambda: ordinal_model(d, "level", covariates(d, ["group"]), levels=LEVELS))
    assert "separation" in text and "group[producer]" in text
    assert "group[producer]" in message(
        lambda: linear_model(d, "yes", covariates(d, ["group"]), family="binomial")
    )
    row = compared(d).test("ordinal_logit_term")
    assert row.p_value is None and row.note.startswith("no result: separation")
    assert all(complete(r) for r in compared(d).rows)


def test_constants_and_dependent_covariates() -> None:
    frame = sample().assign(constant=5.0, twice=lambda f: 2 * f["score"])
    d = make(frame)
    for fit in (
        lambda x: ordinal_model(d, "level", x, levels=LEVELS),
        lambda x: linear_model(d, "code", x),
    ):
        assert "constant is constant" in message(lambda fit=fit: fit(covariates(d, ["constant"])))  # type: ignore[misc]
        assert "twice is a combination" in message(
            lambda fit=fit: fit(covariates(d, ["score", "twice"]))  # type: ignore[misc]
        )
    few = d.subset(np.arange(d.rows) < 2)
    assert "too few" in message(lambda: linear_model(few, "weight", covariates(few, ["score"])))
    perfect = make(frame.assign(y=lambda f: 3 * f["score"] + 1))
    assert "fits exactly" in message(
        lambda: linear_model(perfect, "y", covariates(perfect, ["score"]))
    )
    assert "no variance" in message(lambda: cronbach_alpha(d, np.ones((d.rows, 3))))
    assert "kappa is 0/0" in message(lambda: kappa(make(frame.assign(a=1, b=1)), "a", "b"))


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinities(value: float) -> None:
    frame = sample()
    frame.loc[3, "score"] = value
    d = make(frame)
    assert "infinite in row 3" in message(lambda: rank_test(d, "score", "group"))
    assert "infinite in row 3" in message(lambda: pairwise(d, "score", "group"))
    assert "infinite in row 3" in message(lambda: covariates(d, ["score"]))
    assert "infinite in row 3" in message(lambda: t_test(d, "score", "yes"))
    assert "infinite" in message(
        lambda: cronbach_alpha(d, frame[["score", "code"]].to_numpy(float))
    )


def test_missing_values_leave_the_base_and_are_counted() -> None:
    frame = sample()
    frame.loc[:9, "score"] = np.nan
    d = make(frame)
    assert rank_test(d, "score", "group").n == len(frame) - 10
    assert pairwise(d, "score", "group")[0].n < pairwise(d, "code", "group")[0].n
    assert linear_model(d, "code", covariates(d, ["score"])).n == len(frame) - 10


def test_unknown_values_and_bad_declarations() -> None:
    d = make(sample())
    assert "has the value 'good'" in message(lambda: compared(d, categories=LEVELS[:3]))
    assert "declares a level twice" in message(lambda: compared(d, categories=(*LEVELS, "weak")))
    assert "no column 'nope'" in message(lambda: compared(d, outcome="nope"))
    codes = d.data["code"].to_numpy() + 1
    assert "not positions" in message(lambda: compared(d, outcome=codes))
    assert "no term 'x'" in message(
        lambda: linear_model(d, "code", covariates(d, ["group"])).term_test("x")
    )
    assert "takes two" in message(lambda: t_test(d, "code", "group"))
    assert "link 'logit'" in message(
        lambda: ordinal_model(d, "level", covariates(d, ["group"]), link="logit")  # type: ignore[arg-type]
    )


def test_blocks_that_cannot_permute_anything_are_refused() -> None:
    d = make(sample())
    text = message(lambda: permutation_test(d, "code", "group", blocks="group", seed=1))
    assert "p would be 1" in text and "never the groups themselves" in text
    assert "at least 99" in message(
        lambda: permutation_test(d, "code", "group", blocks=None, permutations=10, seed=1)
    )
    gap = d.data["stratum"].where(np.arange(d.rows) > 0).to_numpy()
    assert "no block" in message(lambda: permutation_test(d, "code", "group", blocks=gap, seed=1))


def test_a_share_of_zero_keeps_a_variance() -> None:
    frame = sample()
    frame.loc[frame["group"] == "producer", "yes"] = 0
    rows = pairwise(make(frame), "yes", "group")
    row = next(r for r in rows if r.b == "producer" and r.a == "creator")
    assert "all alike in producer" in row.note
    naive = next(r for r in pairwise(make(sample()), "yes", "group") if r.b == "producer")
    assert row.upper is not None and row.lower is not None and naive.upper is not None
    assert row.upper - row.lower > 0.1


def test_too_few_degrees_of_freedom() -> None:
    frame = sample(40).assign(psu=lambda f: np.arange(40) % 3)
    clustered = design(frame, weights="weight", psu="psu")
    assert "does not exist" in message(lambda: rank_test(clustered, "code", "group"))
    assert "Wald test" in message(lambda: association(clustered, "group", "level", "adjWald"))
    rows = compared(clustered).rows
    assert all(complete(row) for row in rows)


def test_no_degrees_of_freedom_at_all() -> None:
    frame = pd.DataFrame(
        {"level": ["none", "good"], "group": ["creator", "producer"], "s": [1, 2], "w": [1.0, 2.0]}
    )
    d = design(frame, weights="w", strata="s", lonely_psu="adjust")
    made = compared(d)
    text = message(lambda: association(d, "group", "level"))
    assert "no degrees of freedom" in text
    assert all(complete(row) for row in made.rows)


def test_no_warning_and_no_nan_on_a_tiny_sample() -> None:
    for seed in range(12):
        frame = sample(14, seed=seed)
        if frame["level"].nunique() < 2 or frame["group"].nunique() < 2:
            continue
        d = design(frame, weights="weight")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            made = compared(d)
        assert made.choice.lead == "rao_scott"
        assert made.lead.p_value is not None
        assert all(complete(row) for row in made.rows), made.frame()


def test_choice_refuses_what_it_does_not_know() -> None:
    assert "nothing to compare" in message(lambda: choose(0, []))


def test_frames_hold_numbers_even_when_nothing_was_tested() -> None:
    table = ComparisonRow("contrast", n=3, note="no test").frame()
    assert table["p_value"].isna().all() and table["note"][0] == "no test"
    assert pd.api.types.is_float_dtype(table["statistic"])


def test_an_odds_ratio_beyond_any_number_is_not_given() -> None:
    d = make(sample())
    fit = ordinal_model(d, "level", covariates(d, ["group"]), levels=LEVELS)
    exact = np.eye(len(fit.covariance)) * 1e-20
    for beta, is_given in ((699.5, True), (-699.5, True), (700.5, False), (-700.5, False)):
        far = replace(fit, coefficients=np.full_like(fit.coefficients, beta), covariance=exact)
        for row in far.odds_ratios():
            assert complete(row) and (row.effect is not None) == is_given
            assert ("beyond any number" in row.note) != is_given
