"""The program that runs a document's cells: `python -m readiness.rendering.running IN OUT`.

IN is a JSON list of pieces of Python, `{"source": ..., "inline": ...}`, which share one namespace.
OUT gets one line of JSON a piece as it ends: a list of what it showed, or an error, which is the
last line. Nothing is said on stdout: what a piece prints is its own, and a crash of this program
leaves the lines of what ended before.
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

# One thing shown: its kind (`printed`, `markdown`, `plain`), its text.
Shown = dict[str, str]

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~^$@])")


_PICTURES = ("_repr_png_", "_repr_jpeg_", "_repr_svg_", "savefig")


def show_value(value: object) -> Shown:
    """Return how a value is shown: its Markdown, a table of a data frame, else what Python prints.

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
    """The same within a line of text, where a string is escaped."""
    # As Quarto does (src/core/jupyter/jupyter-inline.ts).
    found = show_value(value)
    if "markdown" in found:
        return found
    return {"markdown": _MARKUP.sub(r"\\\1", value) if isinstance(value, str) else repr(value)}


def run(piece: dict[str, Any], name: str, namespace: dict[str, Any]) -> list[Shown]:
    """Run one piece: what it printed, then its last expression's value, unless that is None."""
    if piece["inline"]:
        # To run the cells of the user's own report is what this module is for.
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
    """An error as data: its name, what it says, and its last line within the piece, from 1."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return {"error": type(error).__name__, "said": error.msg, "line": error.lineno or 1}
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == name]
    return {"error": type(error).__name__, "said": str(error), "line": (lines or [1])[-1] or 1}


def main(pieces: Path, results: Path) -> int:
    """Run the pieces in order until one fails."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with results.open("w", encoding="utf-8") as out:
        for k, piece in enumerate(json.loads(pieces.read_text("utf-8"))):
            name = f"<cell {k}>"
            try:
                done: object = run(piece, name, namespace)
            # Also SystemExit: a cell that ends the program has not shown the rest.
            except BaseException as error:
                done = failure(error, name)
            out.write(json.dumps(done) + "\n")
            out.flush()
            if isinstance(done, dict):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
