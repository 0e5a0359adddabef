"""The redraws benchmark: few redraws here, enough to hold its page and its largest findings."""

from __future__ import annotations

from types import ModuleType

import pandas as pd
import pytest

from project_copy import ROOT, benchmark_module


@pytest.fixture(scope="module")
def redraws() -> ModuleType:
    return benchmark_module("redraws")


@pytest.fixture(scope="module")
def results(redraws: ModuleType) -> pd.DataFrame:
    found: pd.DataFrame = redraws.run(4, 2)
    return found


def test_every_target_is_estimated_by_every_method(
    redraws: ModuleType, results: pd.DataFrame
) -> None:
    shares = results[results["kind"] == "share"]
    counts = shares.groupby(["target", "method"]).size()
    assert len(counts) == len(redraws.TARGETS) * len(redraws.METHODS)
    assert (counts == 4).all()
    assert shares["value"].between(0, 1).all()
    assert (shares["lower"] <= shares["value"]).all()
    assert (shares["value"] <= shares["upper"]).all()


def test_weights_bring_use_ai_back_and_not_team_trained(
    redraws: ModuleType, results: pd.DataFrame
) -> None:
    population = redraws.make_population()
    shares = results[results["kind"] == "share"]
    mean = shares.groupby(["target", "method"])["value"].mean()
    number = {target.item: n for n, target in enumerate(redraws.TARGETS) if target.group == "all"}
    truth = {item: redraws.share(population, redraws.TARGETS[n]) for item, n in number.items()}
    use, team = number["use_ai"], number["team_trained"]
    assert mean[use, "unweighted"] - truth["use_ai"] > 0.03
    assert abs(mean[use, "raked"] - truth["use_ai"]) < 0.03
    assert mean[team, "raked"] - truth["team_trained"] > 0.05


def test_the_page_holds_a_row_for_every_estimate(
    redraws: ModuleType, results: pd.DataFrame
) -> None:
    page = redraws.page(results, 4)
    assert page.count("| raked, limited |") == len(redraws.TARGETS)
    assert "nan" not in page
    shipped = (ROOT / "docs/measurements.md").read_text(encoding="utf-8")
    assert "## Estimates against the truth\n" in shipped and "--redraws 500`" in shipped
    assert shipped.count("| raked, limited |") == len(redraws.TARGETS)


def test_the_number_of_workers_does_not_matter(redraws: ModuleType, results: pd.DataFrame) -> None:
    first = results[results["seed"] < redraws.FIRST_SEED + 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(redraws.run(2, 1), first)
