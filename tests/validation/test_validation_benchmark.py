"""The benchmark of reading and validating, at few rows: it finds what it plants."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "validation_benchmark", ROOT / "benchmarks" / "validation.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


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
