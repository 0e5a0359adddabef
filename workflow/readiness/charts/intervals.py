"""One share by profession: a dot and its interval, sorted, with the total as a reference.

What an interval may be called depends on how the sample was drawn; the note below the chart comes
from the caller, who knows. Unweighted experts have a dot and no interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from readiness.charts import style
from readiness.charts.dots import DotFrame, base_text, dot_frame, flag_notes
from readiness.charts.marks import Mark, is_simulated, marks, need
from readiness.charts.rows import NARROW_BELOW, Place
from readiness.charts.style import Chart, Key
from readiness.charts.words import closing, listed, word
from readiness.language import numbers


@dataclass(frozen=True)
class Intervals:
    """Dots with intervals of one share; `chart()` gives the SVG and its alternative text.

    `rows`: the register's rows of one run (columns in `marks.COLUMNS`), shares 0-1; the dots are
    the shares of (`item`, `level`), where `level` may be empty. `groups`, `total`, `experts`: as in
    `ReadinessBars`. `axis`: what the share is ("Préparation inexistante ou faible"); `note`: the
    caller's sentence on what the intervals mean. Fewer than `small` answers: an open circle.
    `width` in CSS pixels.

    Raises RenderError when the register lacks a share that the chart needs.
    """

    rows: pd.DataFrame
    item: str
    level: str
    groups: Mapping[str, str]
    axis: str
    lang: str = "fr"
    total: tuple[str, str] | None = None
    experts: tuple[str, str] | None = None
    note: str = ""
    small: int = 30
    width: int = style.WIDE

    def chart(self) -> Chart:
        """The finished chart."""
        title = word(self.lang, "simulated") if self.simulated else self.axis
        ids = tuple(mark.id for _, mark in self.table)
        return Chart(style.to_svg(self.figure(), title), self.alt(), ids)

    @property
    def simulated(self) -> bool:
        """Whether the numbers come from a simulated wave."""
        return is_simulated(self.rows)

    @cached_property
    def table(self) -> list[tuple[Place, Mark]]:
        """The rows from top to bottom: total, groups from the highest share, experts."""
        found = marks(self.rows, self.item, self.lang)

        def mark(code: str) -> Mark:
            return need(found, self.item, [self.level], code)[0]

        def order(group: tuple[str, str]) -> tuple[bool, float, str]:
            value = mark(group[0]).value
            return (value is None, -(value or 0.0), group[0])

        table = []
        if self.total:
            place = Place(self.total[0], self.total[1], bold=True)
            table.append((place, mark(self.total[0])))
        for i, (code, label) in enumerate(sorted(self.groups.items(), key=order)):
            table.append((Place(code, label, section=bool(self.total) and i == 0), mark(code)))
        if self.experts:
            table.append((Place(*self.experts, section=True), mark(self.experts[0])))
        return table

    def is_small(self, mark: Mark) -> bool:
        """Whether the base is below `small`."""
        return mark.n is not None and mark.n < self.small

    def alt(self) -> str:
        """What the picture shows, in words without digits."""
        shown = [(p.label, m) for p, m in self.table if p.code in self.groups]
        published = [label for label, m in shown if m.value is not None]
        few = [label for label, m in shown if m.value is not None and self.is_small(m)]
        hidden = [label for label, m in shown if m.value is None]
        say = [word(self.lang, "intervals_alt", groups=listed(self.lang, published))]
        if self.total:
            say.append(word(self.lang, "total_alt", label=self.total[1]))
        if self.experts:
            say.append(word(self.lang, "experts_alt", label=self.experts[1]))
        say += closing(self.lang, few=few, hidden=hidden, simulated=self.simulated)
        return " ".join(say)

    def figure(self) -> Figure:
        """The matplotlib figure; every dot and every interval carries its register id as gid."""
        with style.chart_style():
            marks_drawn = [mark for _, mark in self.table]
            shown = [v for m in marks_drawn for v in (m.value, m.lower, m.upper) if v is not None]
            frame = dot_frame(
                [place for place, _ in self.table],
                [base_text(m, self.lang, unweighted=self._is_expert(p)) for p, m in self.table],
                [self._reading(mark) for mark in marks_drawn],
                extent=(min(shown, default=0.0), max(shown, default=1.0)),
                axis=self.axis,
                keys=self._keys(),
                notes=self._notes(marks_drawn),
                lang=self.lang,
                simulated=self.simulated,
                width=self.width,
            )
            self._reference(frame)
            for (place, mark), y in zip(self.table, frame.ys, strict=True):
                if mark.value is not None:
                    self._dot(frame.axes, place, mark, mark.value, y)
            return frame.sheet.figure

    def _notes(self, drawn: list[Mark]) -> list[str]:
        reference = [word(self.lang, "reference", label=self.total[1])] if self.total else []
        return [*reference, *flag_notes(drawn, self.lang), *([self.note] if self.note else [])]

    def _is_expert(self, place: Place) -> bool:
        return self.experts is not None and place.code == self.experts[0]

    def _reading(self, mark: Mark) -> str:
        """The share as the register shows it, with its interval where there is room."""
        if mark.value is None:
            return word(self.lang, "suppressed")
        text = f"{mark.display} {mark.flag}".strip()
        if self.width < NARROW_BELOW or mark.lower is None or mark.upper is None:
            return text
        return f"{text}  ({interval_text(mark, self.lang)})"

    def _reference(self, frame: DotFrame) -> None:
        value = self.table[0][1].value if self.total else None
        if value is None:
            return
        for top, bottom in frame.spans:
            frame.axes.plot(
                [value, value],
                [top, bottom],
                color=style.BLUE,
                linewidth=1,
                linestyle=(0, (3, 2)),
                zorder=1,
            )

    def _dot(self, axes: Axes, place: Place, mark: Mark, value: float, y: float) -> None:
        if mark.lower is not None and mark.upper is not None:
            (line,) = axes.plot(
                [mark.lower, mark.upper],
                [y, y],
                color=style.INK,
                linewidth=2.2 if place.bold else 1.6,
                solid_capstyle="butt",
                zorder=2,
            )
            line.set_gid(f"{mark.id}.interval")
        expert = self._is_expert(place)
        colour = style.MUTED if expert else style.BLUE
        (dot,) = axes.plot(
            [value],
            [y],
            marker="s" if expert else "o",
            markersize=6.5 if expert else 7.5,
            markerfacecolor="white" if self.is_small(mark) else colour,
            markeredgecolor=colour,
            markeredgewidth=1.5,
            linestyle="none",
            zorder=3,
        )
        dot.set_gid(mark.id)

    def _keys(self) -> list[Key]:
        if not any(m.value is not None and self.is_small(m) for _, m in self.table):
            return []
        label = word(self.lang, "small_dot", small=self.small)
        return [Key(label, style.BLUE, marker="o", filled=False)]


def interval_text(mark: Mark, lang: str) -> str:
    """The interval of a mark by the rounding contract of its number."""
    assert mark.lower is not None and mark.upper is not None
    return numbers.interval(mark.lower, mark.upper, "share", mark.digits, lang, mark.rounding)
