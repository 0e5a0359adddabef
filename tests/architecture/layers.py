"""Draw the package's layers and rooms from its imports.

    .venv/bin/python tests/architecture/layers.py    # writes the picture in docs/architecture.md

The layers are those that the package's own first lines name.
"""

import ast
import re
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "workflow/readiness"
PAGE = ROOT / "docs/architecture.md"
PICTURE = re.compile(
    r"(?<=<!-- drawn by tests/architecture/layers.py -->\n).*?(?=<!-- end -->)", re.S
)


@cache
def read_layers() -> dict[str, tuple[str, ...]]:
    """Return the rooms of each layer, from top to bottom."""
    text = ast.get_docstring(ast.parse((PACKAGE / "__init__.py").read_bytes())) or ""
    rows = re.findall(r"^ {4}(\w+) +(\w+(?:, \w+)*)$", text, re.MULTILINE)
    return {layer: tuple(rooms.split(", ")) for layer, rooms in rows}


@cache
def list_arrows() -> frozenset[tuple[str, str]]:
    """Return the pairs of rooms of which the first imports from the second."""
    arrows = set()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.ImportFrom):
                continue
            package, _, inner = (node.module or "").partition(".")
            if package != "readiness":
                continue
            imported = [inner] if inner else [alias.name for alias in node.names]
            arrows |= {(room, name.split(".")[0]) for name in imported}
    return frozenset(arrows)


def layer_of(room: str) -> str:
    """Return the layer of a room; the command's own file is of the top one."""
    layers = read_layers()
    if room == "__main__":
        return next(iter(layers))
    return next(layer for layer, rooms in layers.items() if room in rooms)


def list_layer_arrows() -> set[tuple[str, str]]:
    """Return the pairs of layers of which the first imports from the second."""
    pairs = {(layer_of(room), layer_of(other)) for room, other in list_arrows()}
    return {(layer, other) for layer, other in pairs if layer != other}


def draw() -> str:
    """Return the picture: a row a layer, a column a layer that it may import from."""
    layers = read_layers()
    order = list(layers)
    arrows = list_layer_arrows()
    name_width = max(map(len, order)) + 5
    rooms_width = max(len(", ".join(rooms)) for rooms in layers.values()) + 3
    lines = [f"{'layer':{name_width}}{'rooms':{rooms_width}}imports from layer"]
    header = "".join(f"{number:>3}" for number in range(1, len(order) + 1))
    lines.append(f"{'':{name_width + rooms_width}}{header}")
    for number, layer in enumerate(order, 1):
        marks = "".join("  x" if (layer, other) in arrows else "  ." for other in order)
        rooms = ", ".join(layers[layer])
        lines.append(f"{number:>2}  {layer:{name_width - 4}}{rooms:{rooms_width}}{marks}")
    return "\n".join(["```", *lines, "```", ""])


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    PAGE.write_text(PICTURE.sub(lambda _: draw(), page), "utf-8")
    sys.exit(0 if PICTURE.search(page) else f"{PAGE}: no place for the picture")
