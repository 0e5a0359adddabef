"""The layers that the package's top names: arrows go down only, and the page draws them."""

import subprocess
import sys

import pytest
from layers import PAGE, PICTURE, ROOT, draw, layer_of, list_arrows, list_layer_arrows, read_layers

PACKAGE = ROOT / "workflow/readiness"


def test_each_room_has_one_layer() -> None:
    named = [room for rooms in read_layers().values() for room in rooms]
    rooms = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert len(named) == len(set(named))
    assert set(named) == rooms


def test_no_arrow_runs_up_between_layers() -> None:
    order = list(read_layers())
    up = [
        f"{room} ({layer_of(room)}) imports {other} ({layer_of(other)})"
        for room, other in sorted(list_arrows())
        if order.index(layer_of(other)) < order.index(layer_of(room))
    ]
    assert up == []


@pytest.mark.parametrize("layer", ["confidentiality", "statistics", "records", "presentation"])
def test_these_layers_rest_on_the_ground_alone(layer: str) -> None:
    assert {other for one, other in list_layer_arrows() if one == layer} == {"ground"}


def test_the_ground_imports_no_other_layer() -> None:
    assert "ground" not in {layer for layer, _ in list_layer_arrows()}


def test_the_page_shows_the_layers_as_the_imports_draw_them() -> None:
    found = PICTURE.search(PAGE.read_text("utf-8"))
    assert found is not None
    assert found[0] == draw(), "draw it: .venv/bin/python tests/architecture/layers.py"


@pytest.mark.parametrize(
    ("room", "layers"),
    [
        ("survey.estimates.proportions", {"statistics", "ground"}),
        ("forensics.judging.study", {"forensics", "presentation", "ground"}),
        ("forensics.solve", {"forensics", "presentation", "ground"}),
    ],
)
def test_statistics_and_forensics_load_without_the_rest(room: str, layers: set[str]) -> None:
    """In a new process: what an import really loads, the package files among it."""
    code = (
        f"import sys, readiness.{room}\n"
        "print(*{name.split('.')[1] for name in sys.modules if name.startswith('readiness.')})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "workflow", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {layer_of(name) for name in done.stdout.split()} <= layers
