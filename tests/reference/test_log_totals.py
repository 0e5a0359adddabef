"""Limits of totals on the log scale are those of R survey (`log_totals.R`)."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reference_designs import FIXTURES, table

from readiness.survey import design, totals

CASES = json.loads((FIXTURES / "log_totals.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['design']} {c['level']}")
def test_log_limits_are_those_of_r(case: dict[str, Any]) -> None:
    frame = table(f"{case['design']}.csv")
    drawn = {"strata": "stype"} if case["design"] == "apistrat" else {"psu": "dnum"}
    made = totals(design(frame, weights="pw", fpc="fpc", **drawn), "enroll")  # type: ignore[arg-type]
    lower, upper = made.log_interval(case["level"])
    found = [made.values[0], lower[0], upper[0]]
    assert found == pytest.approx([case[name] for name in ("total", "lower", "upper")], rel=1e-8)


def test_a_total_of_nobody_has_no_log_limits() -> None:
    frame = pd.DataFrame({"y": [0.0, 0.0, 0.0], "w": [1.0, 2.0, 1.0]})
    lower, upper = totals(design(frame, weights="w"), "y").log_interval()
    assert np.isnan(lower).all() and np.isnan(upper).all()
