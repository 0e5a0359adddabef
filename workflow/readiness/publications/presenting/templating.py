"""The templates of pages and READMEs, and the style of pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from readiness.publications.presenting.writing import Form
from readiness.rendering.policy import stylesheet
from readiness.templating import environment

FOLDER = Path(__file__).resolve().parent / "templates"


def render(name: str, form: Form, /, **values: Any) -> str:
    """The text of a template of `templates/`; a value that it lacks is an error."""
    return environment(FOLDER, form.plain).get_template(name).render(values)


def style() -> str:
    """The report's own style, and what the pages of an audit add."""
    return stylesheet("readiness.publications.presenting", "page.css")
