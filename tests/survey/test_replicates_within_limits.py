"""Random groups and the jackknife tell the same precision where weights have limits."""

import numpy as np
import pandas as pd
import pytest

from readiness.survey import proportions
from readiness.survey.weighting.adapting import Sampled, weigh_adapting
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
