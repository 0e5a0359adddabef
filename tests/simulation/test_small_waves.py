"""The benchmark of small waves: a slice of its draws, enough to hold its page."""

from __future__ import annotations

from types import ModuleType

import pandas as pd
import pytest

from project_copy import ROOT, benchmark_module


@pytest.fixture(scope="module")
def small() -> ModuleType:
    return benchmark_module("small_waves")


@pytest.fixture(scope="module")
def results(small: ModuleType) -> pd.DataFrame:
    found: pd.DataFrame = small.run(6, 1, (12, 27))
    return found


def test_every_draw_is_weighted_and_says_how(small: ModuleType, results: pd.DataFrame) -> None:
    assert set(results["end"]) <= set(small.ENDS) - {"none"}
    # Of limits one thing happens: kept with the margins, kept without, or not kept.
    assert (results[["bounded", "trimmed", "limits"]].sum(axis=1) == 1).all()
    assert (results.loc[~results["trimmed"], "gap"] < 1e-3).all()
    assert (results.loc[results["trimmed"], "gap"] <= 0.1).all()
    assert (results.loc[~results["limits"], "largest"] <= 4 + 1e-6).all()
    assert results["lower"].le(results["estimate"]).all()
    assert results["estimate"].le(results["upper"]).all() and results["se"].gt(0).all()


def test_smaller_waves_keep_less(results: pd.DataFrame) -> None:
    less = results["end"].isin(["left_out", "strata"]).groupby(results["n"]).sum()
    assert less[12] > less[27]


def test_the_page_has_a_row_for_every_end(small: ModuleType, results: pd.DataFrame) -> None:
    shipped = (ROOT / "docs/measurements.md").read_text("utf-8")
    pages = (small.page(results), shipped.split("\n## Small waves")[1].split("\n## ")[0])
    names = [
        [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("|")]
        for page in pages
    ]
    assert names[0] == names[1]
    assert set(small.MARKS.values()) <= set(names[0])


def test_a_draw_does_not_depend_on_the_others(small: ModuleType, results: pd.DataFrame) -> None:
    again = small.one_draw(27, 3)
    row = results[(results["n"] == 27) & (results["seed"] == 3)].iloc[0]
    assert {name: row[name] for name in again} == again
