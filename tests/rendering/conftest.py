"""A small report of every kind of block, rendered once."""

from __future__ import annotations

import pytest
from small_report import CHARTS, PAGE

from readiness.rendering.render import Rendering, render


@pytest.fixture(scope="session")
def rendering(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    folder = tmp_path_factory.mktemp("rendered")
    return render(PAGE, folder, resources=CHARTS, quarto=None)


@pytest.fixture(scope="session")
def page(rendering: Rendering) -> str:
    assert rendering.html is not None
    return rendering.html.read_text(encoding="utf-8")
