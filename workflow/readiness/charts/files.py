"""The files of a chart: SVG for a desk and for a telephone, its words, PNG, and its numbers.

A label that a spreadsheet would run is text there; the register has it as it is. Typst draws the
PNG, for whoever cannot place an SVG, with the fonts that come with the packages and no others: the
same bytes on every machine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from readiness.charts.picture import COLUMNS, Picture
from readiness.charts.sheet import NARROW, WIDE
from readiness.disclosure import escape_words
from readiness.errors import RenderError
from readiness.fonts import own_folder
from readiness.tables import to_csv


def files_of(pictures: Mapping[str, Picture]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file; `pictures` by name."""
    wide = {name: picture.svg(WIDE, f"{name}-w") for name, picture in pictures.items()}
    for name, picture in pictures.items():
        yield f"{name}.svg", wide[name]
        yield f"{name}-narrow.svg", picture.svg(NARROW, f"{name}-n")
        yield f"{name}.txt", f"{picture.alt}\n".encode()
        columns = list(picture.table[0]) if picture.table else COLUMNS
        table = pd.DataFrame(list(picture.table), columns=columns)
        yield f"{name}.csv", to_csv(escape_words(table)).encode()
    for name, drawn in zip(wide, to_png(list(wide.values())), strict=True):
        yield f"{name}.png", drawn


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
