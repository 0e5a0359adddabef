"""What each way of selecting respondents allows to be said."""

from __future__ import annotations

from typing import get_args

import pytest

from readiness.analysis.selection import Selection
from readiness.config import SelectionName

ALLOWED = {
    Selection.PROBABILITY: {"is_drawn", "response_rate", "population", "intervals", "p_values"},
    Selection.CENSUS: {"response_rate", "population"},
    Selection.PARTIAL_CENSUS: {"response_rate", "population", "intervals"},
    Selection.OPT_IN: {"population", "intervals", "p_values"},
    Selection.PURPOSIVE: set(),
}


@pytest.mark.parametrize("selection", Selection)
def test_a_selection_allows_what_the_methods_page_says(selection: Selection) -> None:
    properties = {name for name, value in vars(Selection).items() if isinstance(value, property)}
    allowed = {name for name in properties - {"key", "configured_word"} if getattr(selection, name)}
    assert allowed == ALLOWED[selection]


def test_the_configuration_spells_all_of_them() -> None:
    spelled = set(get_args(SelectionName))
    assert {selection.value for selection in Selection} - spelled == {"census with nonresponse"}
    for complete in (True, False):
        found = {Selection.of(name, complete=complete) for name in spelled}
        assert (Selection.PARTIAL_CENSUS in found) is not complete
