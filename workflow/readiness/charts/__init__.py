"""Charts of published results: pure functions of register rows, drawn to deterministic SVG.

Each chart is a dataclass of what it shows; `.chart()` gives a `Chart` (SVG bytes, alternative text
without digits, register ids drawn), `.figure()` the matplotlib figure behind it.
"""

from readiness.charts.bases import FeasibleBases
from readiness.charts.intervals import Intervals
from readiness.charts.readiness_bars import ReadinessBars
from readiness.charts.revision import Revision
from readiness.charts.style import NARROW, WIDE, Chart
from readiness.charts.weights import WeightsPicture

__all__ = [
    "NARROW",
    "WIDE",
    "Chart",
    "FeasibleBases",
    "Intervals",
    "ReadinessBars",
    "Revision",
    "WeightsPicture",
]
