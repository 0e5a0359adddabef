"""The one rule by which two numbers are the same."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_copy import Project
from readiness.language import LANGUAGES
from readiness.register.display import show_row
from readiness.register.figures import (
    PRECISION,
    PUBLISHED,
    FigureRow,
    Origin,
    make_register,
    read_register,
)
from readiness.register.published import close, gives, gives_row, number, plain, same_cell
from tiny_project import RESULTS

NBSP, NNBSP, THIN, LRM, MINUS = "\u00a0", "\u202f", "\u2009", "\u200e", "\u2212"


def row(value: float, unit: str = "share", digits: int = 1) -> dict[Any, Any]:
    """A row of a register, as text."""
    figure = FigureRow(id="a", kind="estimate", unit=unit, value=value, digits=digits)
    table = make_register([figure], run="r", origin=lambda _: Origin(), simulated=True)
    return table.astype(str).to_dict("records")[0]


def texts_of(row: dict[Any, Any]) -> dict[str, str]:
    """What readers of each language see of a row."""
    return {language: show_row(row, language) for language in LANGUAGES}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("0.346058960868", "0.346058960869", True),
        ("73.6843457697", "73.6843457696", True),
        ("0.3460589608", "0.3460589605", True),
        ("0.3460589608", "0.3460589615", False),  # 2e-9
        ("-5.00000396642e-12", "-4.1e-12", True),  # beside zero
        ("-5e-12", "-3.9e-12", False),
        ("0", "1e-12", True),
        ("0", "-0", True),
        ("57", "57.0", True),
        ("57", "58", False),
        ("", "", True),
        ("", "0", False),
        ("11 22 23", "11 22 23", True),
        ("11 22 23", "11 22 24", False),
        ("nan", "nan", True),  # the same text, and no number
        ("534", "5_3_4", False),
        ("534", "\u0665\u0663\u0664", False),
        ("534", " 534", False),
        ("1e400", "1e401", False),
    ],
)
def test_the_same_cell(first: str, second: str, same: bool) -> None:
    assert same_cell(first, second) is same_cell(second, first) is same


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_every_stored_value_is_a_number_and_itself(value: float) -> None:
    stored = format(value, ".12g")
    read = number(stored)
    assert read is not None and close(read, value)
    assert same_cell(stored, format(value, ".17g"))


def test_typography_is_no_value() -> None:
    assert plain(f"12{NNBSP}345") == plain(f"12{NBSP}345") == plain(f"12{THIN}345") == "12345"
    assert plain(f"{MINUS}1,25") == plain("-1,25") == plain(f"{LRM}-1,25")
    assert plain(f"67,3{NBSP}%") == plain("67,3%") == plain(f"67,3{LRM}\u066a")
    # A reader takes another number from these.
    for first, second in (("12,345", "12.345"), ("-1", "1"), ("54.6", "5.46"), ("5\u00b2", "52")):
        assert plain(first) != plain(second)
    assert plain("\u202e54.6") != plain("54.6")  # shown from right to left


@pytest.mark.parametrize("tie", [0.5455, 0.2785])
def test_a_tie_gives_both_of_its_figures(tie: float) -> None:
    """These two stand in shipped margins; a sum in another order gives either side of them."""
    for noise in (0.0, 5e-13, -5e-13, 4e-10, -4e-10):
        made = row(tie * (1 + noise))
        for figure in (tie - 5e-4, tie + 5e-4):
            assert gives_row({**made, PRECISION: PUBLISHED, "value": f"{figure:.3f}"}, made)
        further = {**made, PRECISION: PUBLISHED, "value": f"{tie + 0.0016:.3f}"}
        assert not gives_row(further, made)
    # Zero has no sign, and a difference of nothing may be on either side.
    gap = row(-5.00000396642e-12, "points", 2)
    assert texts_of(gap)["en"] == f"0.00{NBSP}points" and gives_row(gap, row(-4.2e-12, "points", 2))


@pytest.mark.parametrize(
    ("value", "figure", "digits", "given"),
    [
        (0.5455, "0.546", 3, True),
        (0.5455, "0.545", 3, True),
        (0.5455, "0.544", 3, False),
        (0.54549, "0.545", 3, True),
        (0.54549, "0.546", 3, False),
        (0.2785 * (1 - 4e-13), "0.278", 3, True),
        (366.889492453, "367", 0, True),
        (366.5, "366", 0, True),
        (366.5, "367", 0, True),
        (366.4, "367", 0, False),
        (-2e-12, "0.000", 3, True),
        (0.5, "0.5", 3, True),
        (0.5, "", 3, False),
        (0.5, "1_0", 0, False),
    ],
)
def test_a_value_gives_what_was_published_of_it(
    value: float, figure: str, digits: int, given: bool
) -> None:
    assert gives(value, figure, digits) is given


def test_every_number_bears_a_perturbation(finished: Project) -> None:
    """1e-12, as another processor gives, moves no number: not its value, not its text."""
    rng = random.Random(20260301)
    for figure in read_register(finished.root / RESULTS / "register/figures.csv").to_dict(
        "records"
    ):
        value = number(figure["value"])
        if figure["unit"] not in ("share", "points", "p", "number", "count") or value is None:
            continue
        if value.is_integer():
            continue
        moved = value * (1 + 1e-12 * rng.uniform(-1, 1))
        made = {**figure, "value": format(moved, ".12g")}
        assert gives_row(figure, made) and gives_row(made, figure), figure["id"]
