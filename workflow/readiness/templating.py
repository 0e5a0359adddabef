"""Templates of what readers read; whatever they print is escaped in the markup of the file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


@cache
def environment(folder: Path, plain: Callable[[str], Markup]) -> Environment:
    """The templates of a folder; `plain` writes each value that is no markup yet.

    A value that a template lacks is an error, not a blank.
    """

    def written(value: Any) -> Any:
        return value if hasattr(value, "__html__") else plain(str(value))

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=written,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
