"""The simulation behind the choice of the test: it runs, repeats itself, and its page holds."""

import re
from typing import Any

import numpy as np
import pytest

from project_copy import ROOT, benchmark_module

study: Any = benchmark_module("coverage")
SMALL, SHIPPED = study.Setting(30, 3), study.Setting(640, 7)


def test_no_group_differs_under_the_nulls_and_one_does_under_each_alternative() -> None:
    for setting in (SMALL, SHIPPED):
        people = study.population(setting)
        smallest = people.groupby("group").size().min()
        for outcome in study.OUTCOMES:
            shares = people.groupby("group")[outcome].value_counts(normalize=True).unstack()
            spread = float((shares.max() - shares.min()).max())
            if outcome in study.NULLS:
                assert spread <= 2 / smallest, "equal but for whole numbers"
            else:
                assert spread > 0.05, outcome


def test_a_sample_repeats_itself_and_its_counts_make_the_page() -> None:
    rows = study.one_sample(SMALL, 3)
    np.testing.assert_equal(rows, study.one_sample(SMALL, 3))
    assert {row[0] for row in rows} >= {
        "test",
        "share",
        "contrast",
        "simultaneous",
        "familywise",
        "silent",
        "step",
    }
    tested = {(outcome, name) for what, outcome, name, _ in rows if what == "test"}
    assert {(o, "permutation, combined") for o in study.OUTCOMES} <= tested
    table = study.counted([(SMALL.name, *row) for row in rows])
    page = study.document(table, list(study.SETTINGS))
    assert "| 30 in 3 |" in page and "640 in 7" not in page


@pytest.mark.parametrize(
    "setting",
    [SMALL, pytest.param(SHIPPED, marks=pytest.mark.thorough)],
    ids=lambda setting: setting.name,
)
def test_a_slice_keeps_its_level_and_sees_the_smallest_group(setting: Any) -> None:
    """With the workflow's own weights; 60 and 30 samples, 99 permutations."""
    people, runs = study.population(setting), 60 if setting is SMALL else 30
    found: dict[str, list[bool]] = {"null": [], "combined": []}
    for seed in range(runs):
        made = study.weighted(study.answering(people, setting, 77_000 + seed), None)
        design = made.weighting.design
        for key, outcome in (("null", study.NULLS[2]), ("combined", study.CLEAR[0])):
            row = study.permutation_test(
                design, outcome, "group", blocks=None, permutations=99, seed=seed
            )
            found[key].append((row.p_value or 0.0) <= 0.05)
    rates = {key: float(np.mean(values)) for key, values in found.items()}
    # Three simulation standard errors above the target of docs/measurements.md.
    assert rates["null"] <= 0.065 + 3 * (0.065 * 0.935 / runs) ** 0.5
    assert rates["combined"] >= 0.7


def test_the_published_study_meets_its_targets_of_level() -> None:
    shipped = (ROOT / "docs/measurements.md").read_text(encoding="utf-8")
    page = shipped.split("\n## Level and power")[1].split("\n## ")[0]
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:]]
        for line in page.splitlines()
        if line.startswith("|") and (cells := line.strip("|").split("|"))
    }
    assert len(rows["samples"]) == len(study.SETTINGS)
    (level,) = (
        cells for name, cells in rows.items() if name.startswith("level of the permutation")
    )
    assert not any("not met" in cell for cell in level)
    (error,) = (cells for name, cells in rows.items() if name.startswith("familywise error at"))
    assert not any("not met" in cell for cell in error)
    assert all(re.match(r"\.\d{3} ", cell) for cell in (*level, *error))
