"""Groups and answers stand by nature or by size, in charts and tables alike."""

from __future__ import annotations

import pandas as pd
import pytest

from readiness.register.figures import group_order, values_of

ROWS = pd.DataFrame(
    [
        ("q.low.a", "0.2", ""),
        ("q.low.b", "0.5", ""),
        ("q.low.c", "", "base"),
        ("q.low.d", "0.9", "few"),
        ("q.low.e", "0.5", ""),
        ("q.low.region:x", "0.1", ""),
        ("q.low.region:y", "0.7", ""),
        ("q.one.all", "0.3", ""),
        ("q.two.all", "0.6", ""),
    ],
    columns=["id", "value", "suppressed"],
)


@pytest.mark.parametrize("text", [True, False])
def test_groups_go_by_the_number_that_is_shown(text: bool) -> None:
    rows = ROWS if text else ROWS.assign(value=pd.to_numeric(ROWS["value"]))
    value = values_of(rows)
    # Equal ones as listed; what is withheld stands last, wherever its number would put it.
    codes = ["c", "d", "a", "e", "b", "unknown"]
    expected = ["e", "b", "a", "c", "d", "unknown"]
    assert group_order(value, "q", "low", codes, ordered=False) == expected
    assert group_order(value, "q", "low", codes, ordered=True) == codes
    assert group_order(value, "q", "low", ["x", "y"], ordered=False, prefix="region:") == ["y", "x"]
