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

from readiness.figures.charts import style
from readiness.figures.charts.marks import Mark, is_simulated, marks, need
from readiness.figures.charts.rows import Place, RowLayout
from readiness.figures.charts.style import Chart, Key, Sheet
from readiness.figures.charts.words import listed, word
from readiness.figures.display import display, display_interval


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
        if few:
            say.append(word(self.lang, "small_alt", groups=listed(self.lang, few)))
        if hidden:
            say.append(word(self.lang, "suppressed_alt", groups=listed(self.lang, hidden)))
        if self.simulated:
            say.append(word(self.lang, "simulated_alt"))
        return " ".join([*say, word(self.lang, "table_alt")])

    def figure(self) -> Figure:
        """The matplotlib figure; every dot and every interval carries its register id as gid."""
        with style.chart_style():
            return _Picture(self).draw()


class _Picture:
    """Places the panels of `Intervals` and draws them."""

    def __init__(self, spec: Intervals) -> None:
        self.spec = spec
        self.layout = RowLayout([place for place, _ in spec.table], spec.width)
        width = self.layout.width
        self.axis = style.wrap(spec.axis, width, bold=True)
        self.keys = style.key_lines(self._keys(), width)
        self.notes = self._notes(width)
        top = style.STAMP_HEIGHT if spec.simulated else 2.0
        self.axis_top = top
        self.plot_top = top + 14 * len(self.axis) + style.AXIS_HEIGHT
        self.notes_top = self.plot_top + self.layout.height + 6
        height = self.notes_top + style.KEY_LINE * len(self.keys)
        height += style.NOTE_LINE * len(self.notes) + 2
        self.sheet = Sheet(spec.width, height, rtl=spec.lang == "ar")

    def draw(self) -> Figure:
        spec, sheet = self.spec, self.sheet
        if spec.simulated:
            style.draw_stamp(sheet, word(spec.lang, "simulated"))
        x, align = sheet.start(0)
        for i, line in enumerate(self.axis):
            y = self.axis_top + 14 * i + 7
            sheet.write(sheet.page, x, y, line, bold=True, align=align)
        axes, texts = self._panels()
        style.draw_share_axis(sheet, axes, self.layout.grid_spans(), spec.lang)
        self._reference(axes)
        for (place, mark), top in zip(spec.table, self.layout.tops, strict=True):
            self.layout.draw_label(sheet, place, self._below(place, mark), self.plot_top + top)
            y = self.layout.mark_y(top)
            if mark.value is None:
                self._text(texts, y, word(spec.lang, "suppressed"))
                continue
            self._dot(axes, place, mark, y)
            self._text(texts, y, self._reading(mark))
        style.draw_keys(sheet, self.keys, 0, self.notes_top)
        style.draw_notes(sheet, self.notes, self.notes_top + style.KEY_LINE * len(self.keys))
        return sheet.figure

    def _below(self, place: Place, mark: Mark) -> str:
        if mark.n is None:
            return ""
        base = word(self.spec.lang, "n", n=display(mark.n, "base", 0)[self.spec.lang])
        if self.spec.experts and place.code == self.spec.experts[0]:
            return word(self.spec.lang, "unweighted", n=base)
        return base

    def _reading(self, mark: Mark) -> str:
        """The share as the register shows it, with its interval where there is room."""
        text = f"{mark.display} {mark.flag}".strip()
        if self.layout.narrow or mark.lower is None or mark.upper is None:
            return text
        return f"{text}  ({interval_text(mark, self.spec.lang)})"

    def _panels(self) -> tuple[Axes, Axes]:
        readings = [self._reading(m) for _, m in self.spec.table if m.value is not None]
        readings.append(word(self.spec.lang, "suppressed"))
        room = max(style.measure(text, size=style.SMALL) for text in readings) + 8
        ends = [e for _, m in self.spec.table for e in (m.value, m.upper) if e is not None]
        starts = [e for _, m in self.spec.table for e in (m.value, m.lower) if e is not None]
        # A share's axis starts at zero unless every interval is far from it.
        low = 0.0 if min(starts, default=0.0) < 0.5 else 0.25
        high = min(1.0, max(ends, default=1.0) + 0.03)
        left = self.layout.label_width + 14
        span = self.layout.width - left - room - 14
        ylim = (self.layout.height, 0.0)
        size = (span, self.layout.height)
        axes = self.sheet.panel(left, self.plot_top, *size, (low, high), ylim)
        place = (self.layout.width - room, self.plot_top, room, self.layout.height)
        limits = (room, 0.0) if self.sheet.rtl else (0.0, room)
        return axes, self.sheet.panel(*place, limits, ylim)

    def _reference(self, axes: Axes) -> None:
        if not self.spec.total:
            return
        value = self.spec.table[0][1].value
        if value is not None:
            for top, bottom in self.layout.grid_spans():
                axes.plot(
                    [value, value],
                    [top, bottom],
                    color=style.BLUE,
                    linewidth=1,
                    linestyle=(0, (3, 2)),
                    zorder=1,
                )

    def _dot(self, axes: Axes, place: Place, mark: Mark, y: float) -> None:
        assert mark.value is not None
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
        expert = self.spec.experts is not None and place.code == self.spec.experts[0]
        hollow = self.spec.is_small(mark)
        (dot,) = axes.plot(
            [mark.value],
            [y],
            marker="s" if expert else "o",
            markersize=6.5 if expert else 7.5,
            markerfacecolor="white" if hollow else style.MUTED if expert else style.BLUE,
            markeredgecolor=style.MUTED if expert else style.BLUE,
            markeredgewidth=1.5,
            linestyle="none",
            zorder=3,
        )
        dot.set_gid(mark.id)

    def _text(self, axes: Axes, y: float, text: str) -> None:
        align = "right" if self.sheet.rtl else "left"
        self.sheet.write(axes, 0, y, text, size=style.SMALL, align=align)

    def _keys(self) -> list[Key]:
        spec, keys = self.spec, []
        if any(m.value is not None and spec.is_small(m) for _, m in spec.table):
            label = word(spec.lang, "small_dot", small=spec.small)
            keys.append(Key(label, style.BLUE, marker="o", filled=False))
        return keys

    def _notes(self, width: float) -> list[str]:
        flags = {mark.flag for _, mark in self.spec.table}
        signs = {"†": "caution", "‡": "review"}
        notes = [word(self.spec.lang, name) for sign, name in signs.items() if sign in flags]
        if self.spec.note:
            notes += style.wrap(self.spec.note, width, size=style.SMALL)
        return notes


def interval_text(mark: Mark, lang: str) -> str:
    """The interval of a mark by the rounding contract of its number."""
    assert mark.lower is not None and mark.upper is not None
    return display_interval(mark.lower, mark.upper, "share", mark.digits, mark.rounding)[lang]
