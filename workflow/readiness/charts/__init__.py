"""Charts of published results: pure functions of register rows, drawn to deterministic SVG.

Each chart is a dataclass of what it shows; `.chart()` gives a `Chart` (SVG bytes, alternative text
without numbers, register ids drawn), `.figure()` the matplotlib figure behind it, `.facts()` what
the alternative text says. All texts come from the catalogue `charts`, labels from the caller.
"""

from readiness.charts.axis import bases_chart
from readiness.charts.bases import FeasibleBases
from readiness.charts.intervals import Intervals, by_answer, by_group
from readiness.charts.level_bars import LevelBars
from readiness.charts.marks import Marks
from readiness.charts.revision import Revision
from readiness.charts.style import NARROW, WIDE, Chart
from readiness.charts.weights import WeightsPicture

__all__ = [
    "NARROW",
    "WIDE",
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
]
