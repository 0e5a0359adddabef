"""The benchmark of disclosure control: a slice of its surveys, enough to hold its page."""

from __future__ import annotations

from types import ModuleType

import pandas as pd
import pytest

from project_copy import ROOT, benchmark_module


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    return benchmark_module("disclosure")


@pytest.fixture(scope="module")
def results(bench: ModuleType) -> pd.DataFrame:
    found: pd.DataFrame = bench.run((3, 8, 11, 30), 1)
    return found


def test_withholding_small_counts_alone_protects_nobody(
    bench: ModuleType, results: pd.DataFrame
) -> None:
    # Of two releases it protects those who came between: nobody knows all weights of the first.
    alone = [seed for seed in set(results["seed"]) if not bench.survey(seed).several_releases]
    own = results[results["seed"].isin(alone) & (results["rule"] == "primaries")]
    assert len(own) and own["given"].sum() > 0.8 * own["protected"].sum()
    by = results.groupby("rule")[["protected", "given"]].sum().T.to_dict()
    assert by["primaries"]["given"] > 0.5 * by["primaries"]["protected"]
    assert by["optimised"]["given"] == 0
    # Nor would the gate refuse any of them, which looks at what is not small as well.
    assert (results.loc[results["rule"] == "optimised", "refused"] == 0).all()
    # Linear algebra over shares knows no whole numbers, no known weights, no respondents.
    assert 0 < by["linear"]["given"] < by["primaries"]["given"]


@pytest.mark.parametrize("seed", [17, 91])
def test_what_single_surveys_once_gave_away_is_withheld(
    bench: ModuleType, thorough: bool, seed: int
) -> None:
    """Of 91 the earlier release told of others and left a "do not know" too narrow; of 17 four to
    eight, withheld for another count, were told: a reader takes them for few."""
    if not thorough:
        pytest.skip("takes ten seconds each: --thorough")
    (found,) = bench.run((seed,), 1, ("optimised",)).to_dict("records")
    assert found["protected"] > 0 and found["given"] == found["refused"] == 0


def test_the_page_has_a_row_for_every_number(bench: ModuleType, results: pd.DataFrame) -> None:
    single = bench.tables(each=1)
    assert single["optimal"].all()
    shipped = (ROOT / "docs/measurements.md").read_text("utf-8")
    pages = (
        bench.page(results, single),
        shipped.split("\n## Disclosure control")[1].split("\n## ")[0],
    )
    names = [
        [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("|")]
        for page in pages
    ]
    assert names[0] == names[1]
