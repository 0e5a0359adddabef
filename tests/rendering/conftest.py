"""A small report of every kind of block, rendered once."""

from pathlib import Path

import pytest
from small_report import CHARTS, PAGE

import quarto_like
from readiness.rendering.engines import find_quarto
from readiness.rendering.render import Rendering, render


@pytest.fixture(scope="session")
def rendering(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    folder = tmp_path_factory.mktemp("rendered")
    return render(PAGE, folder, resources=CHARTS, quarto=None)


@pytest.fixture(scope="session")
def page(rendering: Rendering) -> str:
    assert rendering.html is not None
    return rendering.html.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def quarto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quarto, or what stands for it where there is none."""
    return find_quarto() or quarto_like.install(tmp_path_factory.mktemp("quarto"))


@pytest.fixture(params=["embedded", "quarto"])
def engine(request: pytest.FixtureRequest, quarto: Path) -> Path | None:
    """Each engine: no program is the embedded one."""
    return quarto if request.param == "quarto" else None
