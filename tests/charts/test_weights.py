"""The picture of the weights: every respondent is counted, gaps stand at their values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from drawing import by_gid, texts, weights
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch

from readiness.errors import RenderError
from readiness.language import text


def test_the_histogram_counts_every_respondent() -> None:
    spec = weights()
    edges, before, after = spec.counts()
    assert before.sum() == after.sum() == 640
    relative = spec.before / spec.before.mean()
    assert before[3] == ((relative >= edges[3]) & (relative < edges[4])).sum()
    steps = by_gid(spec.figure(), StepPatch)
    assert np.array_equal(steps["before"].get_data().values, before)
    assert np.array_equal(steps["after"].get_data().values, after)
    assert np.array_equal(steps["after"].get_data().edges, edges)


def test_gaps_stand_at_their_values() -> None:
    spec = weights()
    drawn = by_gid(spec.figure(), Line2D)
    for row in spec.gaps.to_dict("records"):
        for stage in ("before", "after"):
            dot = drawn[f"{row['variable']}.{row['category']}.{stage}"]
            assert list(dot.get_xdata()) == [row[stage]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"before": np.array([])}, "positive"),
        ({"after": np.array([1.0, np.nan])}, "positive"),
        ({"after": np.array([1.0, 2.0])}, "same respondents"),
        ({"gaps": pd.DataFrame({"variable": ["region"]})}, "columns"),
        ({"variables": {"region": "Région"}}, "no label for margins"),
    ],
)
def test_weights_refuse_what_they_cannot_show(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RenderError, match=message):
        replace(weights(), **change)


def test_equal_weights_are_one_column() -> None:
    same = np.full(50, 3.7)
    spec = replace(weights(), before=same, after=same)
    edges, before, _ = spec.counts()
    assert before.max() == 50 and edges[-1] >= 1
    assert spec.chart().svg


def test_without_trimming_there_is_no_before_and_without_margins_no_gap() -> None:
    spec = replace(weights(), bounds=(), gaps=weights().gaps.iloc[:0])
    steps = by_gid(spec.figure(), StepPatch)
    assert set(steps) == {"after"}
    said = [each for each, _ in texts(spec.figure())]
    assert not {text(f"charts.{key}", "fr") for key in ("weights.before", "gaps.axis")} & {*said}
    alt = spec.chart().alt
    assert "écrêtage" not in alt and "marges" not in alt
    assert "écrêtage" in weights().chart().alt and "marges" in weights().chart().alt
