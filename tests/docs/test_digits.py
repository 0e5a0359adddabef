"""The table of digits in docs/methods.md has a line for every kind of row of a register."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from project_copy import Project
from readiness.register.figures import read_register
from readiness.steps.register_wave import MADE_FROM
from tiny_project import RESULTS

METHODS = Path(__file__).parents[2] / "docs/methods.md"


@pytest.fixture(scope="module")
def declared() -> dict[tuple[str, str], set[int]]:
    """The decimals of each kind and unit, as the guide has them."""
    rows = re.findall(
        r"^\| `(\w+)` \| `(\w+)` \| ([\d, ]+) \| (.+) \|$", METHODS.read_text("utf-8"), re.M
    )
    assert all(why.strip() for *_, why in rows)
    return {(kind, unit): {int(n) for n in digits.split(",")} for kind, unit, digits, _ in rows}


def test_every_kind_that_the_register_can_have_is_there(
    declared: dict[tuple[str, str], set[int]],
) -> None:
    assert {kind for kind, _ in declared} == set(MADE_FROM)


def test_the_rows_of_a_register_have_these_digits(
    declared: dict[tuple[str, str], set[int]], finished: Project
) -> None:
    figures = read_register(finished.root / RESULTS / "register/figures.csv")
    assert len(figures)
    for row in figures.to_dict("records"):
        assert int(row["digits"]) in declared[row["kind"], row["unit"]], row["id"]


def test_groups_are_whole_and_all_are_whole_below_a_thousand(finished: Project) -> None:
    figures = read_register(finished.root / RESULTS / "register/figures.csv")
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    assert set(shares["digits"]) == {"0"}
    told = shares[shares["suppressed"] == ""]
    assert len(told) and (told["n"] != "").all()
