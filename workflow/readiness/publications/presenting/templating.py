"""The templates of pages, certificates and READMEs, and the style of pages."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from readiness.publications.presenting.writing import Form
from readiness.templating import environment

FOLDER = Path(__file__).resolve().parent / "templates"


def render(name: str, form: Form, /, **values: Any) -> str:
    """The text of a template of `templates/`; a value that it lacks is an error."""
    return environment(FOLDER, form.plain).get_template(name).render(values)


def style() -> str:
    """The report's own style, and what the pages of an audit add."""
    return "".join(
        files(room).joinpath("page.css").read_text("utf-8")
        for room in ("readiness.rendering", "readiness.publications.presenting")
    )
