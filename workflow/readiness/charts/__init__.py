"""Charts of published results: pure functions of register rows, drawn to deterministic SVG.

A chart is a function that returns a `Picture`: rows of marks on an axis (`marks`), with what is
said around them and, for who does not see it, instead of them. Drawing it at any width is the
picture's own affair. Sentences come from the catalogue `charts`, labels from the caller. A new kind
of chart is one module that makes rows, its texts in the catalogues, and a line where
`steps/draw_wave.py` chooses among them.
"""

from readiness.charts.bases import bases_chart, grid_chart
from readiness.charts.figures import DrawnFigures, GroupLabels
from readiness.charts.intervals import by_answer, by_group, intervals, revision
from readiness.charts.levels import Levels, level_bars
from readiness.charts.picture import Picture, files_of
from readiness.charts.sheet import NARROW, WIDE
from readiness.charts.weights import Margins, weights_chart

__all__ = [
    "NARROW",
    "WIDE",
    "DrawnFigures",
    "GroupLabels",
    "Levels",
    "Margins",
    "Picture",
    "bases_chart",
    "by_answer",
    "by_group",
    "files_of",
    "grid_chart",
    "intervals",
    "level_bars",
    "revision",
    "weights_chart",
]
