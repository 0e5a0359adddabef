"""The picture of the weights: every respondent is counted, gaps stand at their values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from drawing import made_up_weights, on_one_scale, texts, weights

from readiness.charts.weights import counts
from readiness.errors import RenderError
from readiness.language import text

GAPS = ["variable", "category", "before", "after"]
NO_GAPS = pd.DataFrame([], columns=GAPS)


def test_the_histogram_counts_every_respondent() -> None:
    spec = weights()
    raked, final, _ = made_up_weights()
    edges, before, after = counts(raked, final)
    assert before.sum() == after.sum() == 640
    assert before[3] == ((raked >= edges[3]) & (raked < edges[4])).sum()
    drawn = {mark.id: mark for mark in spec.sheet().marks if mark.id in ("before", "after")}
    sides, tops = [], []
    for stage, heights, points in (
        ("before", before, drawn["before"].points),
        ("after", after, drawn["after"].points[1:-1]),  # the area has its floor, too
    ):
        steps = np.repeat(heights, 2)
        sides += list(zip(np.repeat(edges, 2)[1:-1], [x for x, _ in points], strict=True))
        tops += list(zip(steps, [y for _, y in points], strict=True))
        assert stage in drawn
    assert on_one_scale(sides) > 0 > on_one_scale(tops)
    bins = [line for line in spec.table if line["panel"] == "weights"]
    assert [line["after"] for line in bins] == list(after)


def test_gaps_stand_at_their_values() -> None:
    spec = weights()
    drawn = {mark.id: mark for mark in spec.sheet().marks}
    places = [
        (row[stage], drawn[f"{row['variable']}.{row['category']}.{stage}"].x)
        for row in made_up_weights()[2].to_dict("records")
        for stage in ("before", "after")
    ]
    assert on_one_scale(places) > 0 and len(set(places)) > 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"before": np.array([])}, "same respondents"),
        ({"after": np.array([1.0, np.nan])}, "positive"),
        ({"after": np.array([1.0, 2.0])}, "same respondents"),
        ({"variables": {"region": "Région"}}, "no label for margins"),
    ],
)
def test_weights_refuse_what_they_cannot_show(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RenderError, match=message):
        weights(**change)


def test_without_trimming_there_is_no_before_and_without_margins_no_gap() -> None:
    spec = weights(bounds=(), gaps=NO_GAPS)
    sheet = spec.sheet()
    assert {mark.id for mark in sheet.marks if mark.kind == "path"} == {"after"}
    said = texts(sheet)
    assert not {text(f"charts.{key}", "fr") for key in ("weights.before", "gaps.axis")} & {*said}
    alt = spec.alt
    assert "limites" not in alt and "marges" not in alt
    assert "limites" in weights().alt and "marges" in weights().alt


def test_a_wave_that_cannot_be_weighted_says_so() -> None:
    nobody = np.array([])
    spec = weights(before=nobody, after=nobody, gaps=NO_GAPS)
    assert any("aucune valeur publiée" in each for each in texts(spec.sheet()))
    assert "aucune valeur publiée" in spec.alt and not spec.table


def test_merged_categories_are_named_together_and_any_spread_has_an_axis() -> None:
    merged = pd.DataFrame([("profession", "producer+director", 0.0, 0.01)], columns=GAPS)
    spec = weights(gaps=merged)
    assert "Producteurs et Réalisateurs" in texts(spec.sheet())
    assert weights(before=np.array([1e-9, 1.0, 1e9]), after=np.array([1.0, 1.0, 40_000.0])).svg()
