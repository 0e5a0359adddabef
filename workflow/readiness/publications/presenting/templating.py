"""Templates of what readers read; whatever they print is escaped in the markup of the file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from readiness.publications.presenting.writing import Form

FOLDER = Path(__file__).resolve().parent / "templates"


def render(name: str, form: Form, /, **values: Any) -> str:
    """The text of a template of `templates/`; a value that it lacks is an error."""
    return _environment(form.plain).get_template(name).render(values)


def style() -> str:
    """The report's own style, and what the pages of an audit add."""
    return "".join(
        files(room).joinpath("page.css").read_text("utf-8")
        for room in ("readiness.rendering", "readiness.publications.presenting")
    )


@cache
def _environment(plain: Callable[[str], Markup]) -> Environment:
    def written(value: Any) -> Any:
        return value if hasattr(value, "__html__") else plain(str(value))

    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=written,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
