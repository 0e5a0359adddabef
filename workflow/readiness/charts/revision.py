"""What a later version of the data changed: two dots and a line for each group.

A revision is shown and never tested: both versions hold mostly the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from readiness.charts import style
from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.dots import DotRows, dot_frame
from readiness.charts.marks import Mark, Marks
from readiness.charts.rows import NARROW_BELOW, Place
from readiness.charts.style import Chart, Key
from readiness.charts.words import about, base_text, closing, said, word
from readiness.facts import Fact
from readiness.language import Language

_STAGES = ("before", "after")
Pair = tuple[Place, Mark | None, Mark]
"""A row: its place, the share before (None where none was published) and after."""


@dataclass(frozen=True)
class Revision:
    """Two dots of one number a group, before and after; `chart()` gives the SVG and its text.

    `rows`: the register's rows of one run (columns in `marks.COLUMNS`) that revises a publication;
    shares 0-1, means in their own unit. `axis`: what the number of (`item`, `level`) is. `groups`,
    `total` as in `LevelBars`; rows go from the largest change to the smallest. `width` in CSS
    pixels.
    """

    rows: pd.DataFrame
    item: str
    level: str
    groups: Mapping[str, str]
    axis: str
    language: Language
    total: tuple[str, str] | None = None
    width: int = style.WIDE

    def chart(self) -> Chart:
        """The finished chart, with the ids of both versions."""
        title = word("charts.simulated", self.language) if self.simulated else self.axis
        ids = tuple(mark.id for _, *pair in self.table for mark in pair if mark is not None)
        return Chart(style.to_svg(self.figure(), title), said(self.facts(), self.language), ids)

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.rows, self.language)

    @property
    def simulated(self) -> bool:
        """Whether one of the versions comes from a simulated wave."""
        return self._marks.simulated

    @cached_property
    def table(self) -> list[Pair]:
        """The rows from top to bottom: the total, then groups by size of their change."""

        def order(row: Pair) -> tuple[bool, float, str]:
            place, old, new = row
            values = _values(old, new)
            return (values is None, -abs(values[1] - values[0]) if values else 0.0, place.code)

        first = self._pair(Place(*self.total, bold=True)) if self.total else []
        groups = [
            row for code, name in self.groups.items() for row in self._pair(Place(code, name))
        ]
        groups.sort(key=order)
        if first and groups:
            place, old, new = groups[0]
            groups[0] = (Place(place.code, place.label, section=True), old, new)
        rows = first + groups
        return rows if any(_values(old, new) for _, old, new in rows) else []

    def _pair(self, place: Place) -> list[Pair]:
        old = self._marks.find(self.item, self.level, place.code, version="before")
        new = self._marks.find(self.item, self.level, place.code)
        return [(place, old, new)] if new is not None else []

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        if not self.table:
            return nothing(self.axis, simulated=self.simulated)
        both = [p.label for p, old, new in self.table if _values(old, new)]
        hidden = [p.label for p, old, new in self.table if not _values(old, new)]
        say = [Fact("charts.alt.revision", {"item": self.axis}), *about("charts.alt.order", both)]
        say += [Fact("charts.revision.note")]
        return say + closing(hidden=hidden, simulated=self.simulated)

    def figure(self) -> Figure:
        """The matplotlib figure; dots have the gids `<id>.before` and `<id>.after`."""
        with style.chart_style():
            if not self.table:
                return nothing_to_show(
                    self.axis, self.language, self.width, simulated=self.simulated
                )
            pairs = [_values(old, new) for _, old, new in self.table]
            shown = [value for pair in pairs for value in pair or ()]
            frame = dot_frame(
                DotRows(
                    [place for place, _, _ in self.table],
                    [base_text(new, self.language) for _, _, new in self.table],
                    [self._reading(old, new) for _, old, new in self.table],
                    extent=(min(shown), max(shown)),
                    unit=self.table[0][2].unit,
                    from_zero=False,
                ),
                axis=self.axis,
                keys=self._keys(),
                notes=[word("charts.revision.note", self.language)],
                language=self.language,
                simulated=self.simulated,
                width=self.width,
            )
            for (_, _, new), values, y in zip(self.table, pairs, frame.ys, strict=True):
                if values:
                    self._dumbbell(frame.axes, new.id, values, y)
            return frame.sheet.figure

    def _dumbbell(self, axes: Axes, identity: str, values: tuple[float, float], y: float) -> None:
        axes.plot(values, [y, y], color=style.MUTED, linewidth=1.6, zorder=2)
        for value, name, key in zip(values, _STAGES, self._keys(), strict=True):
            (dot,) = axes.plot(
                [value],
                [y],
                marker=key.marker,
                markersize=7.5,
                markerfacecolor=key.colour if key.filled else "white",
                markeredgecolor=key.colour,
                markeredgewidth=1.5,
                linestyle="none",
                zorder=3,
            )
            dot.set_gid(f"{identity}.{name}")

    def _reading(self, old: Mark | None, new: Mark) -> str:
        if old is None or not _values(old, new):
            return word("charts.suppressed", self.language)
        if self.width < NARROW_BELOW:
            return new.display
        values = {"before": old.display, "after": new.display}
        return word("charts.revision.reading", self.language, **values)

    def _keys(self) -> list[Key]:
        labels = ("charts.revision.before", "charts.revision.after")
        before, after = (word(label, self.language) for label in labels)
        return [
            Key(before, style.VERMILION, marker="D", filled=False),
            Key(after, style.BLUE, marker="o"),
        ]


def _values(old: Mark | None, new: Mark) -> tuple[float, float] | None:
    """Both shares; None where one is not published: the other's place would tell of it."""
    if old is None or old.value is None or new.value is None:
        return None
    return (old.value, new.value)
