"""What each way of selecting respondents allows to be said."""

from typing import get_args

import pytest

from readiness.analysis.selection import Selection
from readiness.config import SelectionName

ALLOWED = {
    Selection.PROBABILITY: {"is_drawn", "response_rate", "population", "inference"},
    Selection.CENSUS: {"response_rate", "population"},
    Selection.OPT_IN: {"population", "inference"},
    Selection.PURPOSIVE: set(),
}


@pytest.mark.parametrize("selection", Selection)
def test_a_selection_allows_what_the_methods_page_says(selection: Selection) -> None:
    properties = {name for name, value in vars(Selection).items() if isinstance(value, property)}
    allowed = {name for name in properties - {"key"} if getattr(selection, name)}
    assert allowed == ALLOWED[selection]


def test_the_configuration_spells_all_of_them() -> None:
    assert {selection.value for selection in Selection} == set(get_args(SelectionName))
