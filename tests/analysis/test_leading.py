"""The test that leads a report: one function, measured as called, that nothing contradicts."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from project_copy import benchmark_module
from readiness.analysis import comparing
from readiness.analysis.selection import Selection
from readiness.config import Compare
from readiness.questionnaire.load import questionnaire_of
from readiness.survey import Design, association, design

GROUPS, ALPHA = "pqrs", 0.05


def close(name: str, kind: str, codes: str, **more: Any) -> dict[str, Any]:
    categories = [{"code": code, "text": code} for code in codes]
    return {"id": name, "kind": kind, "column": name, "categories": categories, **more}


ASKED = questionnaire_of(
    {
        "name": "leading",
        "version": "1",
        "language": "en",
        "title": {"en": "Leading"},
        "export": {},
        "items": [
            close("team", "single", GROUPS),
            close("scale", "ordinal", "abcd"),
            close("choice", "single", "abc"),
            close("ticks", "multi", "ab", blank_means="none"),
        ],
    },
    "leading-1.yaml",
)
ITEMS = ["scale", "choice", "ticks"]


def draw(seed: int, *, above: float = 0.0) -> Design:
    """Answers in which one group has moved from `c` to `d`, which the headline box does not see."""
    rng = np.random.default_rng(seed)
    n = 160
    frame = pd.DataFrame({"weight": rng.uniform(1, 3, n), "stratum": np.arange(n) % 2})
    frame["team"] = rng.choice(list(GROUPS), n, p=[0.4, 0.3, 0.2, 0.1])
    frame["scale"] = rng.choice(list("abcd"), n, p=[0.25, 0.25, 0.4, 0.1])
    frame["choice"] = rng.choice(list("abc"), n)
    for code in "ab":
        frame[f"ticks.{code}"] = rng.choice(["0", "1"], n)
    moved = frame["team"].eq("q") & frame["scale"].eq("c") & (rng.random(n) < above)
    frame.loc[moved, "scale"] = "d"
    return design(frame, weights="weight", strata="stratum")


def compare(sample: Design) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Tests, choices, and the contrasts as they are told."""
    how: Any = {"level": 0.95, "interval": "korn-graubard", "selection": Selection.PROBABILITY}
    contrasts = comparing.contrast_items(sample, ASKED, ["team"], ITEMS, **how)
    settings = Compare(items=ITEMS)
    tests, choices = comparing.compare_items(sample, ASKED, "team", settings, 0.95, contrasts)
    return tests, choices, comparing.close_pairs(contrasts, 0.95)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "PERMUTATIONS", 99)


def test_what_leads_a_report_is_the_function_that_the_benchmark_measures() -> None:
    bench = benchmark_module("leading_test")
    assert bench.LEADING is comparing.lead_comparison
    sample = draw(1, above=0.5)
    prepared = comparing.prepare_tests(sample)
    tests, choices, contrasts = compare(sample)
    leading = tests[tests["leads"].eq(True)].set_index("item")
    assert list(leading.index) == ITEMS == list(choices["item"])
    for name in ITEMS:
        measured = bench.LEADING(prepared, ASKED.item(name), "team", list(GROUPS))
        assert leading.loc[name, "test"] == measured.test
        assert leading.loc[name, "p_value"] == measured.p_value
        of_pairs = contrasts.loc[contrasts["item"].eq(name), "p_leading"]
        assert (of_pairs == measured.p_value).all()
    # Of one answer it is what R's svychisq gives.
    plain = association(sample, "team", "scale", "F")
    assert leading.loc["scale", "p_value"] == pytest.approx(plain.p_value)


def test_the_benchmark_measures_what_a_report_says() -> None:
    bench = benchmark_module("leading_test")
    world = bench.WORLDS["reporting"]
    asked = bench.ask(len(world.levels), 4)
    sample = bench.draw(world, "stratified", 60, 4, 3)
    name = bench.name_item(2)
    truth = bench.find_shares(world, "stratified", 60, 4, bench.ALTERNATIVES[1])
    said = dict(bench.report(sample, asked, name, truth))
    assert set(said) == set(bench.REPORTED) and set(said.values()) <= {0.0, 1.0}
    lead = bench.LEADING(
        comparing.prepare_tests(sample), asked.item(name), "team", asked.item("team").codes
    )
    assert said[bench.LEADS] == float(lead.p_value < ALPHA)


def test_no_pair_is_told_where_the_leading_test_establishes_nothing() -> None:
    """By itself a pair of this sample would be established, and contradict the leading test."""
    sample, rng = draw(2), np.random.default_rng(2)
    frame = sample.data.copy()
    moved = frame["team"].eq("s") & (rng.random(len(frame)) < 0.55)
    frame.loc[moved, "scale"] = rng.choice(list("ab"), moved.sum())
    how: Any = {"level": 0.95, "interval": "korn-graubard", "selection": Selection.PROBABILITY}
    moved_sample = design(frame, weights="weight", strata="stratum")
    raw = comparing.contrast_items(moved_sample, ASKED, ["team"], ["scale"], **how)
    assert (raw["p_leading"] > ALPHA).all() and raw["p_adjusted"].min() < ALPHA
    without = (raw["lower_simultaneous"] > 0) | (raw["upper_simultaneous"] < 0)
    assert without.any()
    told = comparing.close_pairs(raw, 0.95)
    assert (told["p_adjusted"] >= raw["p_leading"]).all()
    assert not ((told["lower_simultaneous"] > 0) | (told["upper_simultaneous"] < 0)).any()


def test_answers_above_the_headline_box_are_found_and_named() -> None:
    tests, _, contrasts = compare(draw(2, above=0.9))
    scale = tests[tests["item"].eq("scale")]
    assert scale.loc[scale["leads"].eq(True), "p_value"].item() < ALPHA
    pairs = contrasts[contrasts["item"].eq("scale")]
    assert not (pairs["p_adjusted"] < ALPHA).any()
    own = scale[scale["test"].eq(comparing.OF_ANSWER)].set_index("b")
    assert list(own.index) == [*"abcd", "low"]
    assert set(own.index[own["p_adjusted"] < ALPHA]) == {"c", "d"}
    # Of two answers one says all.
    assert tests[tests["item"].eq("choice") & tests["b"].ne("")]["b"].nunique() >= 3


def test_without_a_leading_test_no_pair_is_told() -> None:
    columns = ["p_adjusted", "p_leading", "lower_simultaneous", "upper_simultaneous"]
    table = pd.DataFrame([[0.001, np.nan, 0.1, 0.4], [0.001, 0.2, -0.4, -0.1]], columns=columns)
    told = comparing.close_pairs(table, 0.95)
    assert np.isnan(told["p_adjusted"].iloc[0]) and told["p_adjusted"].iloc[1] == 0.2
    assert list(told["lower_simultaneous"]) == [0.0, -0.4]
    assert list(told["upper_simultaneous"]) == [0.4, 0.0]
