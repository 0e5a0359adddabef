"""A small report of every kind of block, rendered once."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.rendering import Rendering, render

HERE = Path(__file__).parent
PAGE = HERE / "page.qmd"
CHARTS = {"charts": HERE / "charts"}
DISPLAYS = {"w/faible": "67,3 %", "w/base": "640", "w/deff": "1,42", "w/small": "< 30"}


@pytest.fixture(scope="session")
def rendering(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    folder = tmp_path_factory.mktemp("rendered")
    return render(PAGE, folder, resources=CHARTS, quarto=None)


@pytest.fixture(scope="session")
def page(rendering: Rendering) -> str:
    assert rendering.html is not None
    return rendering.html.read_text(encoding="utf-8")
