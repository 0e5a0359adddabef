"""The files of a chart: SVG for a desk and for a telephone, its words, PNG, and its numbers.

A label that a spreadsheet would run is text there; the register has it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from readiness.charts.picture import COLUMNS, Picture
from readiness.charts.raster import to_png
from readiness.charts.sheet import NARROW, WIDE
from readiness.disclosure import escape_words
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
