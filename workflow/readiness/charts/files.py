"""The files of a chart: SVG for a desk and for a telephone, its words, PNG, and its numbers.

A label that a spreadsheet would run is text there; the register has it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from readiness.charts.finished import COLUMNS, Chart
from readiness.charts.raster import to_png
from readiness.charts.sheet import NARROW, WIDE
from readiness.disclosure import escape_words
from readiness.tables import to_csv

Draw = Callable[[str], Chart]
"""A chart at one width; its argument prefixes the ids in its SVG."""


def files_of(charts: Mapping[str, Mapping[int, Draw]]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file; `charts`: by name, the chart at `WIDE` and at `NARROW`."""
    wide = {name: widths[WIDE](f"{name}-w") for name, widths in charts.items()}
    for name, chart in wide.items():
        yield f"{name}.svg", chart.svg
        yield f"{name}-narrow.svg", charts[name][NARROW](f"{name}-n").svg
        yield f"{name}.txt", f"{chart.alt}\n".encode()
        yield f"{name}.csv", _csv(chart)
    for name, picture in zip(wide, to_png([chart.svg for chart in wide.values()]), strict=True):
        yield f"{name}.png", picture


def _csv(chart: Chart) -> bytes:
    columns = list(chart.table[0]) if chart.table else COLUMNS
    return to_csv(escape_words(pd.DataFrame(list(chart.table), columns=columns))).encode()
