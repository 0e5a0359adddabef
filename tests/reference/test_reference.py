"""Every case of the reference (R survey 4.4-2), at the tolerance that its kind allows."""

from typing import Any

import comparison_cases
import estimate_cases
import pytest
import weighting_cases
from reference_designs import of_case, reference

KINDS: dict[str, Any] = {**comparison_cases.CHECKS, **estimate_cases.KINDS, **weighting_cases.KINDS}

CASES = {case["id"]: case for case in reference()["cases"]}


@pytest.mark.parametrize("case_id", CASES)
def test_case(case_id: str) -> None:
    case = CASES[case_id]
    data, design = of_case(case)
    KINDS[case["kind"]](case, data, design)


def test_no_case_is_left_out() -> None:
    assert len(CASES) == len(reference()["cases"]) == 488
    missing = {case["kind"] for case in CASES.values()} - set(KINDS)
    assert not missing, f"kinds without a test: {sorted(missing)}"
