"""A page of every kind of block in a real browser: nothing is cut off or scrolls sideways."""

from collections.abc import Iterator
from typing import Any

import pytest

import browser
from readiness.rendering.render import Rendering

pytestmark = browser.needed


@pytest.fixture(scope="module")
def window(rendering: Rendering) -> Iterator[Any]:
    assert rendering.html is not None
    with browser.chromium() as chromium:
        yield browser.opened(chromium, rendering.html)


@pytest.mark.parametrize("width", [*browser.WIDTHS, 320])
def test_the_page_never_scrolls_sideways(window: Any, width: int) -> None:
    window.set_viewport_size({"width": width, "height": 800})
    assert window.evaluate(browser.CUT) == []
    assert window.evaluate(browser.OVERLAPS) == []
    assert window.trouble == []


def test_it_is_accessible_and_has_every_letter(window: Any) -> None:
    window.set_viewport_size({"width": 1280, "height": 800})
    assert window.evaluate(browser.MISSING) == []
    assert browser.violations(window) == []
