"""The small report of every kind of block, and what its register shows."""

from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE / "page.qmd"
CHARTS = {"charts": HERE / "charts"}
DISPLAYS = {"w/faible": "67,3 %", "w/base": "640", "w/deff": "1,42", "w/small": "< 30"}
