"""An answer crossed with a grouping once gives the shares that are counted one by one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from readiness.survey import Design, design, proportion_estimates, proportions, replicate
from readiness.survey.coding import factorize_column
from readiness.survey.estimates.proportions import Crossing, can_cross, group_codes
from readiness.survey.replicates import Replicates

LEVELS = ["low", "middle", "high"]
GROUPS = ["a", "b", "c", "nobody"]


@pytest.fixture(scope="module")
def taylor() -> Design:
    rng = np.random.default_rng(8)
    n = 90
    frame = pd.DataFrame(
        {
            "y": rng.choice([*LEVELS, "_dont_know", "_blank"], n),
            "g": rng.choice(["a", "b", None], n, p=[0.5, 0.4, 0.1]),
            "s": rng.choice(["x", "y", "z"], n),
            "w": rng.uniform(1, 3, n),
        }
    )
    frame.loc[0, "g"] = "c"  # one respondent
    frame.loc[0, "y"] = "low"
    return design(frame, weights="w", strata="s").subset(frame["w"] < 2.8)


@pytest.mark.parametrize("kind", ["JKn", "groups", "subbootstrap"])
def test_the_shares_are_those_of_each_count(taylor: Design, kind: str) -> None:
    made = replicate(taylor, kind, n_replicates=12, seed=3)  # type: ignore[arg-type]
    assert can_cross(made) and not can_cross(taylor)
    answers = factorize_column(made.data["y"])
    crossing = Crossing.make(made, answers, group_codes(made, "g", GROUPS))
    for categories, values in (
        (LEVELS, made.data["y"].to_numpy(dtype=object)),
        (["1", "0"], np.where(made.data["y"].isin(["low", "_dont_know"]), "1", "0")),
    ):
        chosen = [dict(zip(made.data["y"], values, strict=True))[text] for text in answers[1]]
        place = [categories.index(c) if c in categories else -1 for c in chosen]
        for grouped in (True, False):
            one = crossing.proportions(place, categories, grouped=grouped)
            by = {"by": "g", "groups": GROUPS} if grouped else {}
            other = proportion_estimates(made, values, categories, **by)  # type: ignore[arg-type]
            for name in ("values", "covariance", "counts", "n", "weighted"):
                np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)
            np.testing.assert_array_equal(one.degrees_of_freedom, other.degrees_of_freedom)
            assert one.groups == other.groups


def test_a_group_that_a_replicate_empties_takes_no_variance_from_the_others(taylor: Design) -> None:
    jack = replicate(taylor, "JKn")
    table = proportions(jack, "y", LEVELS, by="g", groups=GROUPS).set_index("group")
    rest = proportions(taylor, "y", LEVELS, by="g", groups=GROUPS).set_index("group")
    assert np.isnan(table.loc["c", "se"]).all() and (table.loc["c", "n"] == 1).all()
    np.testing.assert_allclose(table.loc["a", "se"], rest.loc["a", "se"], rtol=0.1)


def test_two_respondents_in_one_group_of_replicates_are_said() -> None:
    frame = pd.DataFrame({"y": ["p", "q"] * 20, "g": ["few"] * 2 + ["many"] * 38})
    made = design(frame)
    weights = np.ones((40, 4)) * 4 / 3
    for r in range(4):
        weights[r * 10 : (r + 1) * 10, r] = 0.0
    jack = replace(made, replicates=Replicates(weights, 3 / 4, np.ones(4), kind="groups"))
    table = proportions(jack, "y", ["p", "q"], by="g").set_index("group")
    assert table.loc["few", "note"].str.startswith("a replicate leaves the group empty").all()
    assert table.loc["few", ["se", "lower", "upper"]].isna().all(axis=None)
    assert table.loc["many", ["se", "lower", "upper"]].notna().all(axis=None)
