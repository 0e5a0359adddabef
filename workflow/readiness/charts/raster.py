"""Charts as PNG: the same drawings, for whoever cannot place an SVG.

Typst draws them, with the fonts that come with the packages and no others, one chart a page: the
same bytes on every machine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from readiness.errors import RenderError
from readiness.fonts import own_folder

PIXELS_PER_INCH = 144
"""One and a half pixel a CSS pixel, where an inch has 96."""
TIMESTAMP = 946_684_800
"""A fixed time: nothing of a picture depends on when it was made."""


def to_png(pictures: Sequence[bytes]) -> list[bytes]:
    """Each SVG as a PNG. Raises RenderError where Typst cannot draw one."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for k, picture in enumerate(pictures):
            (work / f"{k}.svg").write_bytes(picture)
        pages = [f'#page(image("{k}.svg"))' for k in range(len(pictures))]
        head = "#set page(width: auto, height: auto, margin: 0pt)"
        (work / "charts.typ").write_text("\n".join([head, *pages]) + "\n", "utf-8")
        try:
            made = typst.compile(
                str(work / "charts.typ"),
                root=str(work),
                font_paths=[str(own_folder())],
                ignore_system_fonts=True,
                format="png",
                ppi=PIXELS_PER_INCH,
                timestamp=TIMESTAMP,
            )
        except typst.TypstError as error:
            raise RenderError(f"charts as PNG: Typst: {error}") from None
    found = made if isinstance(made, list) else [made]
    if len(found) != len(pictures):
        raise RenderError(f"charts as PNG: {len(found)} pages for {len(pictures)} charts.")
    return found
