"""Random groups and the jackknife tell the same precision where weights have limits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from readiness.survey import design, proportions
from readiness.survey.weighting.adapting import Sampled, weigh_adapting
from readiness.survey.weighting.condensed import Limits, Raking, indicators, perturb
from readiness.survey.weighting.recipe import Trim

PEOPLE = {"small": 360.0, "middle": 4000.0, "large": 9000.0}


@pytest.mark.parametrize("trim", [None, Trim(0.2, 4.0, keep_margins=True)])
def test_a_group_that_is_left_out_is_not_held_to_the_limits(trim: Trim | None) -> None:
    """One weight in ten is near the lower limit; those left out used to be raked back to it."""
    rng = np.random.default_rng(1)
    n = {"small": 40, "middle": 160, "large": 200}
    stratum = np.repeat(list(n), list(n.values()))
    frame = pd.DataFrame({"stratum": stratum, "region": rng.choice(["n", "s"], 400)})
    frame["y"] = rng.integers(0, 2, 400)
    frame["w"] = frame["stratum"].map({s: PEOPLE[s] / n[s] for s in n})
    totals = {"stratum": PEOPLE, "region": {"n": 6160.0, "s": 7200.0}}
    errors = []
    for kind in ("JKn", "groups"):
        made = weigh_adapting(
            frame, Sampled("w", "stratum", PEOPLE), totals, trim=trim, replicates=kind
        )
        assert made.weighting is not None
        table = proportions(made.weighting.design, "y", [1, 0], by="stratum")
        errors.append(table["se"].to_numpy(float))
    # 80 groups: a standard error of the standard error of 8 %, less between the two.
    np.testing.assert_allclose(errors[1], errors[0], rtol=0.12)


def test_weights_that_no_limits_allow_are_calibrated_to_the_margins() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"stratum": rng.choice(["a", "b"], 60), "region": rng.choice(["n", "s"], 60)}
    )
    totals = {"stratum": {"a": 700.0, "b": 500.0}, "region": {"n": 400.0, "s": 800.0}}
    whole = design(frame.assign(w=20.0), weights="w", strata="stratum")
    raking = Raking.of(whole, totals, [])
    strict = replace(raking.recipe, lower=0.999, upper=1.001, how=Limits.BOUNDED)
    patterns = np.arange(len(raking.count))
    weigh = perturb(strict, raking.main, raking.one, patterns)
    factor = rng.uniform(0.5, 1.5, len(patterns))
    weights, is_linear = weigh(raking.base, factor, raking.count)
    assert is_linear
    inside, margins, _ = indicators(strict.margins)
    np.testing.assert_allclose(inside.T @ (weights * raking.count), margins)
