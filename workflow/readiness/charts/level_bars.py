"""Levels of an item by group, as stacked bars: diverging for a scale, else from zero on."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.charts.blank import nothing_to_show
from readiness.charts.finished import Chart, finish, line
from readiness.charts.level_picture import draw
from readiness.charts.level_spec import LevelSpec
from readiness.charts.sheet import Sheet


@dataclass(frozen=True)
class LevelBars(LevelSpec):
    """Stacked bars of one item's levels; fields and errors as in `LevelSpec`."""

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; `name` prefixes the ids in its SVG."""
        numbers = list(self.numbers())
        return finish(
            self.sheet(name),
            self.heading,
            self.facts(),
            ids=[mark.id for mark, _, _ in numbers],
            table=[line(mark, row, column) for mark, row, column in numbers],
        )

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; every bar and its number carry their register id."""
        sheet = Sheet(self.width, self.language, name)
        if not self.table:
            return nothing_to_show(sheet, self.title, simulated=self.simulated)
        return draw(self, sheet)
