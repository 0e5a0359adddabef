"""The benchmark of reading and validating, at few rows: it finds what it plants."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from project_copy import benchmark_module


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    return benchmark_module("validation")


def test_every_planted_fault_is_found_and_no_other_of_its_rule(
    benchmark: ModuleType, tmp_path: Path
) -> None:
    planted = benchmark.write(tmp_path / "export.csv", 5000)
    found = benchmark.found(tmp_path / "export.csv")
    assert {rule: found[rule] for rule in planted} == planted
    # Answers at random are an interview too, and no two of them are alike.
    assert found["kept"] == 5000 and set(found) == {*planted, "kept"}
    by_hand = benchmark.instead(tmp_path / "export.csv")
    assert by_hand["cells"] == sum(
        planted[rule] for rule in ("unknown_option", "out_of_range", "not_a_number")
    )
