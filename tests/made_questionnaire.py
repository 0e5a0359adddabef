"""Questionnaires as a test needs them: an option is its code and its text."""

from collections.abc import Mapping
from typing import Any


def question(
    code: str, kind: str, column: str = "", options: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """A question under a header, its own code unless another is given."""
    categories = [{"code": option, "text": text} for option, text in (options or {}).items()]
    own = {"categories": categories} if options else {}
    return {"id": code, "kind": kind, "column": column or code, **own, **more}


def document(name: str, *items: Mapping[str, Any], language: str = "en", **more: Any) -> Any:
    """The first version of a questionnaire, as its file has it."""
    head = {"name": name, "version": "1", "language": language, "title": {language: name.title()}}
    return {**head, "items": [*items], **more}
