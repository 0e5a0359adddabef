"""Weighting of few respondents: every draw ends with weights that meet what was kept."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.analysis.weighting import weighted_design
from readiness.ground.errors import StatisticsError
from readiness.language import LANGUAGES, tell
from readiness.survey import Collapse, Trim, proportions, weigh
from readiness.survey.design import design
from readiness.survey.replicates import Replicates
from readiness.survey.weighting.adapting import Adapted, Sampled, weigh_adapting

STRATA = {"a": 400, "b": 300, "c": 200, "d": 60, "e": 30, "f": 10}
SAMPLED = Sampled("base_weight", "stratum", STRATA)
MARGINS = {
    "stratum": {k: float(v) for k, v in STRATA.items()},
    "region": {"north": 500.0, "centre": 350.0, "south": 150.0},
}


def respondents(n: int, seed: int) -> pd.DataFrame:
    """`n` of six strata, the small ones far above their shares of the people."""
    rng = np.random.default_rng(seed)
    everybody = np.repeat(list(STRATA), list(STRATA.values()))
    chance = np.repeat([1 / count**0.7 for count in STRATA.values()], list(STRATA.values()))
    stratum = rng.choice(everybody, n, replace=False, p=chance / chance.sum())
    people = pd.Series(stratum).map(STRATA)
    return pd.DataFrame(
        {
            "stratum": stratum,
            "region": rng.choice(["north", "centre", "south"], n, p=[0.6, 0.3, 0.1]),
            "base_weight": people / np.minimum(people, max(2, n // 3)),
        }
    )


def weighed(n: int, seed: int, **options: object) -> Adapted:
    found = weigh_adapting(
        respondents(n, seed),
        SAMPLED,
        MARGINS,
        trim=Trim(0.2, 4.0),
        **options,  # type: ignore[arg-type]
    )
    for fact in found.steps:
        for language in LANGUAGES:
            assert tell(fact, language)
    return found


@settings(max_examples=40)
@given(n=st.integers(2, 60), seed=st.integers(0, 10**6))
def test_every_draw_ends_with_weights_that_meet_what_was_kept(n: int, seed: int) -> None:
    found = weighed(n, seed)
    assert found.weighting is not None
    weights = found.weighting.weights
    assert (weights > 0).all() and np.isfinite(weights).all()
    moved = 0.1 if "weighting.step.trimmed" in {fact.kind for fact in found.steps} else 1e-3
    assert abs(found.weighting.report.largest_gap) <= moved
    # A replicate a respondent, whatever happens in it.
    replicates = found.weighting.design.replicates
    assert replicates is not None and replicates.count == n
    assert (
        np.isfinite(replicates.write_out()).all() and (np.diag(replicates.write_out()) == 0).all()
    )
    assert weights.sum() == pytest.approx(1000, rel=1e-3)
    told = found.weighting.report.margins
    assert tuple(dict.fromkeys(told["variable"])) == (found.margins or ("_stratum",))
    if found.margins:
        assert (told["n"] >= 5).all()


def test_what_is_merged_hangs_on_who_answered_and_never_on_answers() -> None:
    people = respondents(27, 3)
    answers = np.random.default_rng(1)
    one = weigh_adapting(people.assign(y=answers.integers(0, 4, 27)), SAMPLED, MARGINS)
    other = weigh_adapting(people.assign(y=answers.integers(0, 4, 27)), SAMPLED, MARGINS)
    assert one.steps == other.steps and one.collapsed == other.collapsed
    assert one.weighting is not None and other.weighting is not None
    assert (one.weighting.weights == other.weighting.weights).all()


def test_enough_respondents_are_left_as_they_are() -> None:
    found = weighed(600, 1)
    assert not found.collapsed and found.margins == ("stratum", "region")
    steps = {fact.kind.rpartition(".")[2] for fact in found.steps}
    assert steps == {"raked", "inside", "jackknife"}


def test_what_was_declared_is_done_first() -> None:
    declared = Collapse("stratum", ("d", "e", "f"), "small trades", "agreed before the wave")
    found = weighed(40, 2, collapse=(declared,))
    assert found.collapsed[0] == declared
    assert not any({"d", "e", "f"} & set(merge.categories) for merge in found.collapsed[1:])


def test_a_census_and_a_group_of_one_are_weighted() -> None:
    people = respondents(40, 4).assign(
        people=lambda t: t["stratum"].map(t["stratum"].value_counts())
    )
    people["base_weight"] = 1.0
    everybody = people["stratum"].value_counts().astype(float).to_dict()
    sampled = Sampled("base_weight", "stratum", everybody)
    found = weigh_adapting(people, sampled, {"stratum": everybody})
    assert found.weighting is not None
    assert found.weighting.weights == pytest.approx(np.ones(40))


def test_many_who_are_not_weighted_to_margins_have_the_errors_of_a_simple_sample() -> None:
    said = np.where(np.arange(2_001) % 3 == 0, "yes", "no")
    names = pd.Series(np.arange(2_001)).astype(str)
    people = pd.DataFrame({"respondent": names, "everybody": "all", "base_weight": 1.0})
    found = weigh_adapting(people, Sampled("base_weight", "everybody"), None)
    assert found.replicates is None
    weights = people.assign(weight="1", stratum="all", stratum_population="")
    nothing = Replicates(np.empty((0, 0)), 1.0, np.empty(0))
    made = weighted_design(people[["respondent"]].assign(said=said), weights, nothing)
    p = float((said == "yes").mean())
    error = proportions(made, "said", ["yes", "no"])["se"].iloc[0]
    assert error == pytest.approx(np.sqrt(p * (1 - p) / 2_000), rel=1e-9)


def test_nobody_to_weight_is_a_fact_and_no_fault() -> None:
    found = weighed(1, 1)
    assert found.weighting is None
    assert [fact.kind for fact in found.steps] == ["weighting.step.none"]
    with pytest.raises(StatisticsError, match="no column"):
        weigh_adapting(respondents(20, 1), Sampled("weight", "stratum"), MARGINS)


@pytest.mark.parametrize("kind", ["JKn", "groups"])
def test_replicates_are_those_of_every_row_on_its_own(kind: str) -> None:
    """Patterns are a short cut: each replicate is the one that raking all rows again gives."""
    people = respondents(260, 5)
    limits = Trim(0.25, 2.1)
    found = weigh_adapting(people, SAMPLED, MARGINS, trim=limits, replicates=kind)  # type: ignore[arg-type]
    steps = {fact.kind.rpartition(".")[2] for fact in found.steps}
    assert "bounded" in steps and not {"merged", "linear"} & steps
    assert found.weighting is not None
    short = found.weighting.design.replicates
    drawn = design(
        people.assign(population=people["stratum"].map(STRATA)),
        weights="base_weight",
        strata="stratum",
        fpc="population",
    )
    whole = weigh(
        drawn,
        MARGINS,
        trim=replace(limits, keep_margins=True),
        replicates=kind,  # type: ignore[arg-type]
        n_replicates=80,
    )
    long = whole.design.replicates
    assert short is not None and long is not None
    np.testing.assert_allclose(found.weighting.weights, whole.weights, rtol=1e-6)
    np.testing.assert_allclose(short.write_out(), long.write_out(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(short.scale * short.rscales, long.scale * long.rscales)
