"""The numbers of a whole wave, all of them, and the publications that other tests copy."""

import csv
from pathlib import Path

import pytest

from project_copy import Project
from tiny_project import PUBLICATIONS, RESULTS, TINY


def values(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["value"] for row in csv.DictReader(file)}


def test_every_number_of_the_register_and_no_other(finished: Project) -> None:
    """A statistic more or less, or another value, is a change of what is published: it must be
    seen, and `tests/tiny/register.csv` changed with it.
    """
    made = values(finished.root / RESULTS / "register/figures.csv")
    pinned = values(TINY / "register.csv")
    assert list(made) == list(pinned)
    for name, value in pinned.items():
        try:
            assert float(made[name]) == pytest.approx(float(value), rel=1e-9, abs=1e-12), name
        except ValueError:
            assert made[name] == value, name


def test_the_publications_are_valid(released: Project) -> None:
    result = released.readiness("audit", "--level", "1")
    assert result.returncode == 0, result.stdout
    assert all(name in result.stdout for name in PUBLICATIONS)
    assert f"publications ({len(PUBLICATIONS)}): {len(PUBLICATIONS)} VALID" in result.stdout
