"""Run a document's cells: `python -m readiness.rendering.running IN OUT`.

IN is a JSON list of pieces of Python, `{"source": ..., "inline": ...}`, which share one namespace.
OUT gets one line of JSON as each piece ends: a list of its outputs, or an error, which is the last
line. This program prints nothing on stdout: what a piece prints is its own, and a crash of the
program leaves the lines of the pieces that ended before.
"""

import ast
import contextlib
import io
import json
import re
import sys
import traceback
from pathlib import Path
from typing import Any

from readiness.ground.errors import RenderError

# An output of a cell: kind (`printed`, `markdown`, `plain`) and text.
Shown = dict[str, str]

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~^$@])")


_PICTURES = ("_repr_png_", "_repr_jpeg_", "_repr_svg_", "savefig")


def show_value(value: object) -> Shown:
    """Return the display of a value: Markdown, a table for a data frame, else the `repr`.

    Raises RenderError for a picture: the check of the page's numbers could not read it.
    """
    kind = type(value)
    if represent := getattr(kind, "_repr_markdown_", None):
        return {"markdown": represent(value)}
    if hasattr(kind, "iterrows") and hasattr(kind, "columns"):
        return {"markdown": write_table(value)}
    if any(hasattr(kind, name) for name in _PICTURES):
        raise RenderError(
            f"a {kind.__name__} is a picture, in which no number can be checked; only "
            "`quarto render` shows it"
        )
    return {"plain": repr(value)}


def write_table(frame: Any) -> str:
    """Return a pandas data frame as a Markdown table, its index first, as Quarto shows one."""
    header = ["", *map(str, frame.columns)]
    rows = [[str(value) for value in row] for row in frame.itertuples(name=None)]
    cells = [[_MARKUP.sub(r"\\\1", cell) for cell in row] for row in (header, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], f"|:--|{'--:|' * len(frame.columns)}", *lines[1:]])


def inline(value: object) -> Shown:
    """Return the display of a value within a line of text, where strings are escaped."""
    # Quarto does the same (src/core/jupyter/jupyter-inline.ts).
    output = show_value(value)
    if "markdown" in output:
        return output
    return {"markdown": _MARKUP.sub(r"\\\1", value) if isinstance(value, str) else repr(value)}


def run(piece: dict[str, Any], name: str, namespace: dict[str, Any]) -> list[Shown]:
    """Run one piece; return its output, then the value of its last expression.

    A value of None is left out.
    """
    if piece["inline"]:
        # Running the cells of the user's own report is the purpose of this module.
        return [inline(eval(compile(piece["source"].strip(), name, "eval"), namespace))]  # noqa: S307
    tree = ast.parse(piece["source"], name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, name, "exec"), namespace)  # noqa: S102
        value = None
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)  # noqa: S307
    found = [{"printed": printed.getvalue()}] if printed.getvalue() else []
    return found if value is None else [*found, show_value(value)]


def failure(error: BaseException, name: str) -> dict[str, Any]:
    """Return an error as data: name, message, and last line within the piece, from 1."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return {"error": type(error).__name__, "said": error.msg, "line": error.lineno or 1}
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == name]
    return {"error": type(error).__name__, "said": str(error), "line": (lines or [1])[-1] or 1}


def main(pieces: Path, results: Path) -> int:
    """Run the pieces in order until one fails; return 1 after a failure, else 0."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with results.open("w", encoding="utf-8") as out:
        for k, piece in enumerate(json.loads(pieces.read_text("utf-8"))):
            name = f"<cell {k}>"
            try:
                result: object = run(piece, name, namespace)
            # Also SystemExit: a cell that ends the program has not shown the rest.
            except BaseException as error:
                result = failure(error, name)
            out.write(json.dumps(result) + "\n")
            out.flush()
            if isinstance(result, dict):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
