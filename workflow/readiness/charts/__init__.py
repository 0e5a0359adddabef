"""Charts of published results: pure functions of register rows, drawn to deterministic SVG.

Each chart is a dataclass of what it shows; `.chart()` gives a `Chart` (SVG bytes, alternative text
without numbers, register ids drawn, the numbers as a table), `.sheet()` the drawing behind it,
`.facts()` what the alternative text says. Sentences come from the catalogue `charts`, labels from
the caller.
"""

from readiness.charts.axis import bases_chart, grid_chart
from readiness.charts.bases import FeasibleBases
from readiness.charts.files import files_of
from readiness.charts.finished import Chart
from readiness.charts.grid import BaseGrid
from readiness.charts.intervals import Intervals, by_answer, by_group
from readiness.charts.level_bars import LevelBars
from readiness.charts.marks import Marks
from readiness.charts.revision import Revision
from readiness.charts.sheet import NARROW, WIDE
from readiness.charts.weights_picture import WeightsPicture

__all__ = [
    "NARROW",
    "WIDE",
    "BaseGrid",
    "Chart",
    "FeasibleBases",
    "Intervals",
    "LevelBars",
    "Marks",
    "Revision",
    "WeightsPicture",
    "bases_chart",
    "by_answer",
    "by_group",
    "files_of",
    "grid_chart",
]
