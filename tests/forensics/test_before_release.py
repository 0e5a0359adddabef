"""What is done to a table before it leaves, and which of its cells are sensitive."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.disclosure import escape_cell, escape_frame, p_percent_rule
from readiness.ground.errors import StatisticsError


def test_numbers_stay_numbers_and_text_is_made_safe() -> None:
    frame = pd.DataFrame(
        {
            "=name": ["=1+1", "ok", "-5"],
            "value": [-5, 2, 3],
            "share": [-0.5, 0.2, 0.3],
            "mixed": ["@x", None, 4],
        }
    )
    safe = escape_frame(frame)
    assert list(safe.columns) == ["'=name", "value", "share", "mixed"]
    assert list(safe["'=name"]) == ["'=1+1", "ok", "'-5"]
    assert list(safe["value"]) == [-5, 2, 3] and list(safe["share"]) == [-0.5, 0.2, 0.3]
    assert safe["mixed"].iloc[0] == "'@x" and safe["mixed"].iloc[2] == 4
    assert list(frame["=name"]) == ["=1+1", "ok", "-5"]


@given(text=st.text(max_size=10))
def test_nothing_dangerous_comes_first(text: str) -> None:
    safe = escape_cell(text)
    assert not safe.startswith(tuple("=+-@\t\r\n\0"))
    assert safe.removeprefix("'") == text or safe == text


def test_sums_in_which_few_prevail() -> None:
    assert not p_percent_rule([40, 30, 20, 10], 100, Fraction(1, 10))
    assert p_percent_rule([100], 100, Fraction(1, 10))
    assert not p_percent_rule([], 0, Fraction(1, 10))
    for bad in (
        lambda: p_percent_rule([5], 3, Fraction(1, 2)),
        lambda: p_percent_rule([5], 5, Fraction(2)),
    ):
        with pytest.raises(StatisticsError):
            bad()
