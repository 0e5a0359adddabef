"""Templates of pages, which escape whatever they print, and stylesheets of pages."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


@cache
def environment(folder: Path, plain: Callable[[str], Markup]) -> Environment:
    """Return the Jinja environment of a folder of templates.

    `plain` escapes each printed value. A template that names an undefined value raises an error.
    """

    def escape(value: Any) -> Any:
        return value if hasattr(value, "__html__") else plain(str(value))

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def stylesheet(room: str, name: str) -> str:
    """Return the stylesheet of reports, followed by the stylesheet `name` of a package `room`.

    `room`: dotted name of the package, as `readiness.site`.
    """
    return "".join(
        files(place).joinpath(sheet).read_text("utf-8")
        for place, sheet in (("readiness.rendering", "page.css"), (room, name))
    )
