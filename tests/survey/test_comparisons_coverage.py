"""The simulation behind the choice of the test: it runs, repeats itself, and its page holds."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def load() -> Any:
    """The benchmark as a module (its name is also that of a well-known package)."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    spec = importlib.util.spec_from_file_location(
        "coverage_study", ROOT / "benchmarks" / "coverage.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


study = load()


def test_the_population_has_one_item_without_any_difference() -> None:
    people = study.population()
    shares = people.groupby(["stratum", "profession"])["same"].value_counts(normalize=True)
    spread = shares.groupby(["stratum", "same"]).agg(lambda v: v.max() - v.min())
    smallest = people.groupby(["stratum", "profession"]).size().min()
    assert spread.max() <= 2 / smallest, "equal but for whole numbers"
    low = (people["differs"] < 2).groupby(people["profession"]).mean()
    assert low.max() - low.min() > 0.2


@pytest.mark.parametrize("setting", [study.SETTINGS[0], study.SETTINGS[1]])
def test_a_run_repeats_itself_and_has_every_part(setting: Any) -> None:
    rejected, covered = study.one_run(setting, 3)
    again = study.one_run(setting, 3)
    np.testing.assert_equal((dict(rejected), dict(covered)), tuple(dict(part) for part in again))
    assert sum(k[0] == "the primary test" for k in rejected) == 1
    assert {k[1] for k in covered if k[0] == "highest level, all"} == set(study.SHARES)


def test_the_primary_test_keeps_its_level_in_the_published_study() -> None:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    runs = int(re.search(r"([\d,]+) runs a setting", page)[1].replace(",", ""))  # type: ignore[index]
    assert runs >= 4_000
    row = next(line for line in page.splitlines() if line.startswith("| the primary test"))
    sizes = [float(v) for v in re.findall(r"\*\*(0\.\d+)\*\*", row)]
    assert len(sizes) == len(study.SETTINGS)
    limit = 0.06 + 2 * (0.06 * 0.94 / runs) ** 0.5
    assert max(sizes) <= limit and "TOO OFTEN" not in row
