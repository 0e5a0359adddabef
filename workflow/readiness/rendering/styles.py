"""The stylesheet of a page: the reports' own, and what the pages of another room add."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

OWN = "page.css"
"""The stylesheet of the reports, beside this module."""


@cache
def stylesheet(room: str, name: str) -> str:
    """The reports' style, and the one called `name` in a room (`readiness.site`)."""
    return "".join(
        files(place).joinpath(sheet).read_text("utf-8")
        for place, sheet in (("readiness.rendering", OWN), (room, name))
    )
