"""The reference numbers that travel with the project, recomputed in every clone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import comparison_cases
import estimate_cases
import pytest
import reference_designs
import weighting_cases

FIXTURES = Path(__file__).parent / "fixtures"
CASES = {c["id"]: c for c in json.loads((FIXTURES / "reference.json").read_text("utf-8"))["cases"]}
KINDS: dict[str, Any] = {
    **comparison_cases.CHECKS,
    **estimate_cases.KINDS,
    **weighting_cases.KINDS,
}


@pytest.mark.parametrize("case_id", CASES)
def test_fixture(case_id: str) -> None:
    case = CASES[case_id]
    with reference_designs.reading(FIXTURES):
        data, design = reference_designs.of_case(case)
        KINDS[case["kind"]](case, data, design)


def test_fixtures_are_the_shared_numbers() -> None:
    if not (reference_designs.SHARED / "reference.json").exists():
        pytest.skip("the shared reference (../shared/cases/reference) is not beside this checkout")
    text = (reference_designs.SHARED / "reference.json").read_text("utf-8")
    shared = {c["id"]: c for c in json.loads(text)["cases"]}
    for case_id, case in CASES.items():
        plain = json.loads(json.dumps(shared[case_id]).replace(".csv.gz", ".csv"))
        assert case == plain, case_id
