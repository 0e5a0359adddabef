"""Every case of the shared reference (R survey 4.4-2), at the tolerance that its kind allows.

The fixtures of our own in `fixtures/` (test_fixtures.py) hold in every clone; this file needs the
shared folder beside the checkout.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import estimate_cases
import pandas as pd
import pytest
import weighting_cases
from reference_designs import SHARED, reference, table, taylor

if not (SHARED / "reference.json").exists():
    pytest.skip(
        "the shared reference (../shared/cases/reference) is not beside this checkout",
        allow_module_level=True,
    )

KINDS: dict[str, Any] = {**estimate_cases.KINDS, **weighting_cases.KINDS}
if importlib.util.find_spec("comparison_cases") is not None:
    import comparison_cases

    KINDS.update(comparison_cases.CHECKS)

CASES = {case["id"]: case for case in reference()["cases"]}


@pytest.mark.parametrize("case_id", CASES)
def test_case(case_id: str) -> None:
    case = CASES[case_id]
    name = case["design"]
    design = taylor(name) if name in reference()["designs"] else None
    if design is not None:
        data = design.data
    else:
        csv = case["args"].get("csv") if isinstance(case["args"], dict) else None
        data = table(csv) if csv else pd.DataFrame()
    KINDS[case["kind"]](case, data, design)


def test_no_case_is_left_out() -> None:
    assert len(CASES) == len(reference()["cases"]) == 488
    missing = {case["kind"] for case in CASES.values()} - set(KINDS)
    assert not missing, f"kinds without a test: {sorted(missing)}"
