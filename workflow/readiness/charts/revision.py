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
from readiness.charts.dots import base_text, dot_frame
from readiness.charts.marks import Mark, is_simulated, marks, need
from readiness.charts.rows import NARROW_BELOW, Place
from readiness.charts.style import Chart, Key
from readiness.charts.words import closing, listed, word


@dataclass(frozen=True)
class Revision:
    """Dumbbells of one share in two versions; `chart()` gives the SVG and alternative text.

    `before`, `after`: register rows of the two runs (columns in `marks.COLUMNS`), shares 0-1, both
    holding (`item`, `level`) for every group. `versions`: what the two are called
    ("Première publication", "Deuxième publication"). Groups and `total` as in `ReadinessBars`;
    rows go from the largest change to the smallest. `width` in CSS pixels.

    Raises RenderError when a register lacks a share that the chart needs.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    item: str
    level: str
    groups: Mapping[str, str]
    axis: str
    versions: tuple[str, str]
    lang: str = "fr"
    total: tuple[str, str] | None = None
    width: int = style.WIDE

    def chart(self) -> Chart:
        """The finished chart; ids are the same in both registers and are given once."""
        title = word(self.lang, "simulated") if self.simulated else self.axis
        ids = tuple(after.id for _, _, after in self.table)
        return Chart(style.to_svg(self.figure(), title), self.alt(), ids)

    @property
    def simulated(self) -> bool:
        """Whether one of the versions comes from a simulated wave."""
        return is_simulated(self.before) or is_simulated(self.after)

    @cached_property
    def table(self) -> list[tuple[Place, Mark, Mark]]:
        """The rows from top to bottom: the total, then groups by size of their change."""
        first, second = (marks(rows, self.item, self.lang) for rows in (self.before, self.after))

        def pair(code: str) -> tuple[Mark, Mark]:
            old, new = (need(m, self.item, [self.level], code)[0] for m in (first, second))
            return old, new

        def order(group: tuple[str, str]) -> tuple[bool, float, str]:
            old, new = pair(group[0])
            if old.value is None or new.value is None:
                return (True, 0.0, group[0])
            return (False, -abs(new.value - old.value), group[0])

        table = []
        if self.total:
            table.append((Place(*self.total, bold=True), *pair(self.total[0])))
        for i, (code, label) in enumerate(sorted(self.groups.items(), key=order)):
            place = Place(code, label, section=bool(self.total) and i == 0)
            table.append((place, *pair(code)))
        return table

    def alt(self) -> str:
        """What the picture shows, in words without digits."""
        both = [p.label for p, old, new in self.table if not _hidden(old, new)]
        hidden = [p.label for p, old, new in self.table if _hidden(old, new)]
        say = [word(self.lang, "revision_alt", groups=listed(self.lang, both))]
        say += closing(self.lang, hidden=hidden, simulated=self.simulated)
        return " ".join(say)

    def figure(self) -> Figure:
        """The matplotlib figure; dots have the gids `<id>.before` and `<id>.after`."""
        with style.chart_style():
            shown = [
                v for _, old, new in self.table for v in (old.value, new.value) if v is not None
            ]
            frame = dot_frame(
                [place for place, _, _ in self.table],
                [base_text(new, self.lang) for _, _, new in self.table],
                [self._reading(old, new) for _, old, new in self.table],
                extent=(min(shown, default=0.0), max(shown, default=1.0)),
                axis=self.axis,
                keys=self._keys(),
                notes=[word(self.lang, "revision_note")],
                lang=self.lang,
                simulated=self.simulated,
                width=self.width,
                from_zero=False,
            )
            for (_, old, new), y in zip(self.table, frame.ys, strict=True):
                if old.value is not None and new.value is not None:
                    self._dumbbell(frame.axes, (old.id, new.id), (old.value, new.value), y)
            return frame.sheet.figure

    def _dumbbell(
        self, axes: Axes, ids: tuple[str, str], values: tuple[float, float], y: float
    ) -> None:
        axes.plot(values, [y, y], color=style.MUTED, linewidth=1.6, zorder=2)
        for gid, value, name, key in zip(ids, values, _STAGES, self._keys(), strict=True):
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
            dot.set_gid(f"{gid}.{name}")

    def _reading(self, old: Mark, new: Mark) -> str:
        if _hidden(old, new):
            return word(self.lang, "suppressed")
        if self.width < NARROW_BELOW:
            return new.display
        return word(self.lang, "revision_reading", before=old.display, after=new.display)

    def _keys(self) -> list[Key]:
        return [
            Key(self.versions[0], style.VERMILION, marker="D", filled=False),
            Key(self.versions[1], style.BLUE, marker="o"),
        ]


_STAGES = ("before", "after")


def _hidden(old: Mark, new: Mark) -> bool:
    """Whether a version is not published: then neither is shown, or their gap would tell."""
    return old.value is None or new.value is None
