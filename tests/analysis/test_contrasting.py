"""Contrasts of every item by every variable: what is compared, over what p is adjusted."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from project_copy import ROOT
from readiness.analysis.comparing import COLUMNS, LIMITS, TESTED, contrast_items
from readiness.analysis.selection import Selection
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.kinds import GRID
from readiness.questionnaire.model import Grid
from readiness.survey import Design, design, proportions, replicate, share_contrasts

SHIPPED = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")
BY = ("profession", "region")
ITEMS = ("preparation", "use_ai", "jobs", "use_areas", "experience_years")


@pytest.fixture(scope="module")
def answers() -> Design:
    rng = np.random.default_rng(11)
    n = 240
    data = {
        "stratum": rng.choice(["a", "b"], n),
        "weight": rng.uniform(1, 3, n),
        "profession": rng.choice(["producer", "director", "creator"], n, p=[0.5, 0.3, 0.2]),
        "region": rng.choice(["north", "centre"], n),
        "experience_years": rng.integers(0, 40, n).astype(str),
    }
    for name in ("preparation", "use_ai", "jobs"):
        item = SHIPPED.item(name)
        codes = [*item.codes, "_dont_know", "_blank"]
        data[name] = rng.choice(codes, n, p=[0.8 / len(item.codes)] * len(item.codes) + [0.1] * 2)
    for column in SHIPPED.item("use_areas").columns:
        data[column] = rng.choice(["1", "0", "_blank"], n, p=[0.3, 0.6, 0.1])
    frame = pd.DataFrame(data)
    # One group differs, so that something is found.
    frame.loc[frame["profession"] == "creator", "use_ai"] = SHIPPED.item("use_ai").codes[0]
    return design(frame, weights="weight", strata="stratum")


def contrasts(
    whole: Design,
    items: tuple[str, ...] = ITEMS,
    by: tuple[str, ...] = BY,
    selection: Selection = Selection.PROBABILITY,
    asked: Questionnaire = SHIPPED,
) -> pd.DataFrame:
    arguments: Any = {"level": 0.95, "interval": "korn-graubard", "selection": selection}
    return contrast_items(whole, asked, by, items, **arguments)


@pytest.fixture(scope="module")
def table(answers: Design) -> pd.DataFrame:
    return contrasts(answers)


def test_every_closed_item_is_compared_by_every_variable(table: pd.DataFrame) -> None:
    assert list(table.columns) == COLUMNS
    pairs = {name: len(SHIPPED.variable(name).codes) for name in BY}
    pairs = {name: k * (k - 1) // 2 for name, k in pairs.items()}
    levels = {
        "preparation": {"low"},  # the headline box
        "use_ai": {SHIPPED.item("use_ai").codes[0]},  # of two answers, one says all
        "jobs": set(SHIPPED.item("jobs").codes),
        "use_areas": set(SHIPPED.item("use_areas").codes),
    }
    for (item, by), rows in table.groupby(["item", "by"]):
        assert set(rows["level"]) == levels[item]
        assert len(rows) == pairs[by] * len(levels[item]) == rows["family"].iloc[0]
        assert set(rows["base"]) == {"answered"}
    assert set(table["item"]) == set(levels)


def test_p_is_adjusted_over_the_whole_family_and_limits_agree_with_it(table: pd.DataFrame) -> None:
    for _, rows in table.groupby(["item", "by"]):
        known = rows.dropna(subset="p_value")
        assert len(rows) - len(known) == rows["untested"].iloc[0]
        bonferroni = np.minimum(len(known) * known["p_value"], 1.0)
        assert known["p_adjusted"].between(known["p_value"], bonferroni + 1e-12).all()
        excluded = (known["lower_simultaneous"] > 0) | (known["upper_simultaneous"] < 0)
        assert (excluded == (known["p_adjusted"] < 0.05)).all()
        assert (known["lower_simultaneous"] <= known["lower"] + 1e-12).all()
        assert (known["upper_simultaneous"] >= known["upper"] - 1e-12).all()
    assert (table["p_adjusted"] < 0.05).any(), "the group that was moved is found"


def test_the_rows_of_a_grid_are_one_family(answers: Design, table: pd.DataFrame) -> None:
    rows = [SHIPPED.item("use_ai").model_copy(update={"id": x, "grid": "g"}) for x in ("x", "y")]
    grid = Grid.model_construct(id="g", kind=GRID)
    asked = SHIPPED.model_copy(update={"items": tuple(rows), "grids": (grid,)})
    twice = answers.data.assign(x=answers.data["use_ai"], y=answers.data["use_ai"])
    found = contrasts(design(twice, weights="weight", strata="stratum"), ("x", "y"), asked=asked)
    alone = table[table["item"] == "use_ai"].reset_index(drop=True)
    for _, row in found.groupby("item"):
        p = row["p_adjusted"].to_numpy()
        np.testing.assert_allclose(p, np.minimum(2 * alone["p_adjusted"], 1.0))
        assert (row["family"].to_numpy() == 2 * alone["family"]).all()
        assert (
            ((row["lower_simultaneous"] > 0) | (row["upper_simultaneous"] < 0)) == (p < 0.05)
        ).all()


@pytest.mark.parametrize("replicated", [False, True])
def test_they_are_the_differences_of_the_tables_shares(answers: Design, replicated: bool) -> None:
    whole = replicate(answers, "JKn") if replicated else answers
    table = contrasts(whole, ("use_areas",), ("region",))
    item = SHIPPED.item("use_areas")
    column, option = item.columns[0], item.codes[0]
    shares = proportions(whole, column, ["1", "0"], by="region", groups=["north", "centre"])
    shares = shares[shares["category"] == "1"].set_index("group")
    row = table[(table["level"] == option) & (table["a"] == "north") & (table["b"] == "centre")]
    row = row.iloc[0]
    difference = shares.loc["centre", "estimate"] - shares.loc["north", "estimate"]
    assert row["effect"] == pytest.approx(difference)
    assert (row["n_a"], row["n_b"]) == tuple(shares.loc[["north", "centre"], "n"])
    y = answers.data[column].map({"1": 1.0, "0": 0.0}).to_numpy()
    (core,) = share_contrasts(
        whole.refitting() if replicated else whole, y, "region", group_levels=["north", "centre"]
    )
    assert (row["lower"], row["p_value"]) == pytest.approx((core.lower, core.p_value))


def test_a_selection_without_chance_has_differences_and_no_inference(answers: Design) -> None:
    for selection in Selection:
        table = contrasts(answers, ("use_ai",), ("region",), selection)
        assert table["effect"].notna().any()
        for columns in (TESTED, LIMITS):
            assert table[list(columns)].notna().any(axis=None) == selection.inference


def test_nobody_in_the_base_is_no_row(answers: Design) -> None:
    nobody = design(answers.data.assign(preparation="_not_asked"), weights="weight")
    found = contrasts(nobody, ("preparation", "use_ai"), ("region",))
    assert set(found["item"]) == {"use_ai"}
