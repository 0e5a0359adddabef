"""The benchmark of nonresponse: few redraws here, enough to hold its largest findings."""

from __future__ import annotations

from types import ModuleType

import pandas as pd
import pytest

from project_copy import ROOT, benchmark_module


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    return benchmark_module("nonresponse")


def test_blanks_that_depend_on_the_answer_are_held_by_the_bounds_alone(
    benchmark: ModuleType,
) -> None:
    held = benchmark.run(4).groupby(["item", "range"])["held"].mean()
    assert held["team_trained", "interval"] == 0
    assert held["team_trained", "empty questions"] == 1
    for item in ("use_ai", "preparation", "revolution"):
        assert held[item, "one of the last two"] == 1


def test_the_page_marks_what_misses_the_truth(benchmark: ModuleType) -> None:
    asked = benchmark.questionnaire()
    truth = {"use_ai": 0.45, "team_trained": 0.48, "preparation": 0.6, "revolution": 0.5}
    rows: list[tuple[object, ...]] = []
    for name, value in truth.items():
        share = f"{name}.{asked.item(name).first_level}.all"
        off = 0.12 if name == "team_trained" else 0.0
        rows.append((share, value + off, value + off - 0.05, value + off + 0.05))
        for kind, below in (("worst", 0.13), ("selection", 0.01)):
            rows.append((f"{share}.{kind}.lower", value + off - below, "", ""))
            rows.append((f"{share}.{kind}.upper", value + off, "", ""))
        rows.append((f"{share}.selection.correlation", 0.2, "", ""))
    register = pd.DataFrame(rows, columns=["id", "value", "lower", "upper"]).astype(str)
    lines = benchmark.shipped(register, asked, truth).splitlines()
    missing = [line for line in lines if "(misses)" in line]
    assert len(missing) == 1 and missing[0].startswith("| `team_trained` | 48.0 | 60.0 ")
    assert missing[0].count("(misses)") == 2  # the interval, and the range that is too short
    page = (ROOT / "docs/simulated-wave.md").read_text("utf-8")
    written = page[page.index(benchmark.BEGIN) : page.index(benchmark.END)]
    assert written.count("| `team_trained` |") == 2 and "500 redraws" in written.replace("\n", " ")
