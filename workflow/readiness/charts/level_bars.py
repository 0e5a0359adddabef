"""Levels of an item by group, as stacked bars: diverging for a scale, from zero where no order is.

Low levels of a scale stand left of the axis and high ones right of it, so a row that lies to the
left is a group with low answers (Robbins and Heiberger 2011). "Don't know" is no level: it stands
apart, on the same scale of lengths. The total comes first; groups follow by the share left of the
axis (or in the first level), the largest first; groups that are counted apart stand last.

Levels that are not published are drawn as `charts.levels` says, or the row has no bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from readiness.charts import style
from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.levels import Row, Segment, box_of, segments
from readiness.charts.marks import Mark, Marks
from readiness.charts.rows import MARK, Place, RowLayout
from readiness.charts.style import Chart, Key, Sheet
from readiness.charts.words import about, base_text, closing, flag_notes, said, word
from readiness.errors import RenderError
from readiness.facts import Fact, Listed, Value

HATCH = "////"
WHITE = "#ffffff"
STRIPES = "||||"


@dataclass(frozen=True)
class LevelBars:
    """Stacked bars of one item's levels; `chart()` gives the SVG and alternative text.

    `rows`: the register's rows of one run (columns in `marks.COLUMNS`), shares 0-1. `title`: the
    item's label. `levels`: code to label, from low to high or as listed; `ordered`: whether they
    are a scale. Of a scale the lower half stands left of the axis, and the middle level of an odd
    one lies across it; all others start at the axis. `boxes`: codes of levels that the register
    also has together, by the name of that share. `groups`, `apart`: code to label of the groups
    that add to the total and of those outside it; `total`, `dont_know`: code and label. A group of
    which the register has nothing has no row. Bars of fewer than `small` answers are hatched.
    `width` in CSS pixels; below 480 labels stand above their bars.

    Raises RenderError when the register lacks a level of a group of which it has others.
    """

    rows: pd.DataFrame
    item: str
    title: str
    levels: Mapping[str, str]
    groups: Mapping[str, str]
    language: str
    ordered: bool = True
    boxes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dont_know: tuple[str, str] | None = None
    total: tuple[str, str] | None = None
    apart: Mapping[str, str] = field(default_factory=dict)
    small: int = field(kw_only=True)
    width: int = style.WIDE

    def chart(self) -> Chart:
        """The finished chart."""
        ids = [m.id for row in self.table for m in (*row.levels, row.dont_know) if m is not None]
        boxes = (box_of(row, self._left, self._across) for row in self.table)
        ids += [box.id for box in boxes if box]
        title = word("charts.simulated", self.language) if self.simulated else self.title
        return Chart(style.to_svg(self.figure(), title), self.alt(), tuple(ids))

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.rows, self.language)

    @property
    def simulated(self) -> bool:
        """Whether the numbers come from a simulated wave."""
        return self._marks.simulated

    @cached_property
    def table(self) -> list[Row]:
        """The rows from top to bottom."""

        def order(row: Row) -> tuple[bool, float, str]:
            low = self._low_share(row)
            return (low is None, -(low or 0.0), row.code)

        first = self._rows([self.total] if self.total else [])
        groups = sorted(self._rows(self.groups.items()), key=order)
        if first and groups:
            groups[0] = replace(groups[0], section=True)
        last = [replace(row, apart=True) for row in self._rows(self.apart.items())]
        if last:
            last[0] = replace(last[0], section=True)
        return first + groups + last

    def _rows(self, groups: Iterable[tuple[str, str]]) -> list[Row]:
        found = (self._row(code, label) for code, label in groups)
        return [row for row in found if row is not None]

    def _row(self, code: str, label: str) -> Row | None:
        """A group's row; None where the register has no level of it."""
        levels = {level: self._marks.find(self.item, level, code) for level in self.levels}
        known = [mark for mark in levels.values() if mark is not None]
        if not known:
            return None
        if len(known) < len(levels):
            lacking = next(level for level, mark in levels.items() if mark is None)
            raise RenderError(
                f"chart of {self.item!r}: the register has no share of level {lacking!r} in group "
                f"{code!r}; what is not published needs a suppressed row."
            )
        codes = list(self.levels)
        boxes = []
        for name, members in self.boxes.items():
            box = self._marks.find(self.item, name, code)
            places = sorted(codes.index(member) for member in members)
            run = range(places[0], places[-1] + 1)
            if box and list(run) == places:
                boxes.append((run, box))
        outside = self._marks.find(self.item, self.dont_know[0], code) if self.dont_know else None
        return Row(code, label, known, outside, section=False, boxes=boxes)

    def alt(self) -> str:
        """What the picture shows, in words without numbers."""
        return said(self.facts(), self.language)

    def facts(self) -> list[Fact]:
        """The same as facts, each chosen by what is drawn."""
        if not self.table:
            return nothing(self.title, simulated=self.simulated)
        shown = [row for row in self.table if row.code in self.groups]
        drawn = [row for row in self.table if self.segments(row)]
        say = [self._axis_fact()] if drawn else []
        say += about("charts.alt.order", [row.label for row in shown if self.segments(row)])
        if self.total and self.table[0].code == self.total[0]:
            say.append(Fact("charts.alt.total_first", {"label": self.total[1]}))
        if self.dont_know and any(row.dont_know for row in self.table):
            say.append(Fact("charts.alt.dont_know", {"label": self.dont_know[1]}))
        say += about("charts.alt.apart", [row.label for row in self.table if row.apart])
        return say + closing(
            few=[row.label for row in drawn if self._is_small(row)],
            partly=[row.label for row in self.table if row.partly],
            hidden=[row.label for row in self.table if not row.published],
            simulated=self.simulated,
        )

    def _axis_fact(self) -> Fact:
        names = list(self.levels.values())
        if not self.ordered:
            return Fact("charts.alt.stacked", {"item": self.title, "levels": Listed(tuple(names))})
        cut = self._left + self._across
        values: dict[str, Value] = {
            "item": self.title,
            "low": Listed(tuple(names[: self._left])),
            "high": Listed(tuple(names[cut:])),
        }
        if not self._across:
            return Fact("charts.alt.levels", values)
        return Fact("charts.alt.levels_across", {**values, "middle": names[self._left]})

    # -- where a level stands -----------------------------------------------------------------

    @property
    def _across(self) -> int:
        """1 when the middle level of an odd scale lies across the axis."""
        return len(self.levels) % 2 if self.ordered else 0

    @property
    def _left(self) -> int:
        return len(self.levels) // 2 if self.ordered else 0

    def _low_share(self, row: Row) -> float | None:
        """The share by which rows are sorted; None without a bar.

        Left of the axis, with all of the middle level; where there is no scale, the first level.
        """
        pieces = self.segments(row)
        cut = self._left + self._across if self.ordered else 1
        return sum(piece.width for piece in pieces if piece.level < cut) if pieces else None

    def _is_small(self, row: Row) -> bool:
        return row.n is not None and row.n < self.small

    @property
    def colours(self) -> list[str]:
        """One colour a level: brown left, green right, the outermost darkest, grey across.

        Levels without an order have colours that differ in lightness from their neighbours.
        """
        if not self.ordered:
            return [style.CATEGORIES[k % len(style.CATEGORIES)] for k in range(len(self.levels))]
        right = len(self.levels) - self._left - self._across
        return [
            *style.shades(style.LOW_COLOURS, self._left),
            *([style.NEUTRAL] * self._across),
            *reversed(style.shades(style.HIGH_COLOURS, right)),
        ]

    def segments(self, row: Row) -> list[Segment]:
        """The pieces of a row, from the axis outwards on each side; none where it has no bar."""
        return segments(row, self._left, self._across, self.colours)

    # -- the picture --------------------------------------------------------------------------

    def figure(self) -> Figure:
        """The matplotlib figure; every bar carries its register id as gid."""
        with style.chart_style():
            if not self.table:
                return nothing_to_show(
                    self.title, self.language, self.width, simulated=self.simulated
                )
            return _Picture(self).draw()


class _Picture:
    """Places the panels of `LevelBars` and draws them."""

    def __init__(self, spec: LevelBars) -> None:
        self.spec = spec
        self.pieces = {row.code: spec.segments(row) for row in spec.table}
        bold = (spec.total or ("",))[0]
        places = [Place(r.code, r.label, r.section, r.code == bold) for r in spec.table]
        below = [base_text(r.levels[0], spec.language, unweighted=r.apart) for r in spec.table]
        below = [f"{text} {r.flag}".strip() for text, r in zip(below, spec.table, strict=True)]
        self.layout = RowLayout(places, below, spec.width)
        width = self.layout.width
        self.keys = style.key_lines(self._level_keys(), width)
        self.notes = self._notes()
        self.note_keys = style.key_lines(self._note_keys(), width)
        top = style.STAMP_HEIGHT if spec.simulated else 2.0
        self.keys_top = top
        top += style.KEY_LINE * len(self.keys) + 6
        self.plot_top = top + style.AXIS_HEIGHT
        self.notes_top = self.plot_top + self.layout.height + 6
        height = self.notes_top + style.KEY_LINE * len(self.note_keys)
        height += style.NOTE_LINE * len(self.notes) + 2
        self.sheet = Sheet(spec.width, height, spec.language)

    def draw(self) -> Figure:
        spec, sheet = self.spec, self.sheet
        if spec.simulated:
            style.draw_stamp(sheet, word("charts.simulated", spec.language))
        style.draw_keys(sheet, self.keys, 0, self.keys_top, reading=False)
        main, apart = self._panels()
        style.draw_share_axis(sheet, main, self.layout.grid_spans(), spec.language, zero=True)
        self.layout.draw_labels(sheet, self.plot_top)
        for row, y in zip(spec.table, self.layout.marks, strict=True):
            if self.pieces[row.code]:
                self._bar(main, row, y)
            else:
                self._instead(main, row, y)
            if apart is not None and row.dont_know is not None:
                self._apart(apart, row, row.dont_know, y)
        style.draw_keys(sheet, self.note_keys, 0, self.notes_top)
        style.draw_notes(sheet, self.notes, self.notes_top + style.KEY_LINE * len(self.note_keys))
        return sheet.figure

    def _panels(self) -> tuple[Axes, Axes | None]:
        """The axes of the scale and of "don't know": the same points for the same share."""
        ends = [(s.left, s.left + s.width) for pieces in self.pieces.values() for s in pieces]
        low = min([0.0, *(left for left, _ in ends)])
        high = max([0.0, *(right for _, right in ends)])
        span = max(high - low, 0.1)
        outside = [row.dont_know.value or 0.0 for row in self.spec.table if row.dont_know]
        room = style.measure("00,0 % †", size=style.SMALL) + 4 if outside else 0.0
        apart = max([*outside, 0.05]) if outside else 0.0
        gap = 16.0 if outside else 0.0
        scale = (self.sheet.width - self.layout.label_width - gap - room - 8) / (span + apart)
        ylim = (self.layout.height, 0.0)
        place = (self.layout.label_width + 4, self.plot_top, scale * span, self.layout.height)
        main = self.sheet.panel(*place, (low, low + span), ylim)
        if not outside:
            return main, None
        left = self.layout.label_width + 4 + scale * span + gap
        place = (left, self.plot_top, scale * apart + room, self.layout.height)
        limits = (0.0, apart + room / scale)
        if self.sheet.rtl:
            limits = (limits[1], 0.0)  # grows away from the scale, so that its text has room
        return main, self.sheet.panel(*place, limits, ylim)

    # -- pieces

    def _instead(self, main: Axes, row: Row, y: float) -> None:
        """What stands where there is no bar: in the middle of a diverging one, or at its start."""
        low, _ = main.get_xlim()
        self.sheet.write(
            main,
            0,
            y,
            word("charts.partly" if row.partly else "charts.suppressed", self.spec.language),
            size=style.SMALL,
            colour=style.MUTED,
            align="center" if low < 0 else "left",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
        )

    def _bar(self, main: Axes, row: Row, y: float) -> None:
        low, high = main.get_xlim()
        points = main.get_position().width * self.sheet.width / (high - low)
        small = self.spec._is_small(row)
        for piece in self.pieces[row.code]:
            merged = piece.colour is None
            colour = piece.colour or WHITE
            patch = Rectangle(
                (piece.left, y - MARK / 2),
                piece.width,
                MARK,
                facecolor=colour,
                edgecolor=style.MUTED if merged else "white",
                linewidth=0.8,
                hatch=STRIPES if merged else HATCH if small else "",
                zorder=2,
            )
            patch.set_gid(piece.id)
            main.add_patch(patch)
            text = piece.display
            if not text or style.measure(text, size=style.SMALL) + 6 > piece.width * points:
                continue
            # Nothing runs through a number: no hatching, no axis.
            crossed = small or merged or piece.left < 0 < piece.left + piece.width
            box = {"facecolor": colour, "edgecolor": "none", "pad": 1} if crossed else None
            self.sheet.write(
                main,
                piece.left + piece.width / 2,
                y,
                text,
                size=style.SMALL,
                align="center",
                colour=style.ink_on(colour),
                bbox=box,
                zorder=4,
            )

    def _apart(self, axes: Axes, row: Row, mark: Mark, y: float) -> None:
        end = mark.value or 0.0
        if mark.value is not None:
            patch = Rectangle(
                (0, y - MARK / 2),
                mark.value,
                MARK,
                facecolor=style.NEUTRAL,
                linewidth=0,
                zorder=2,
                hatch=HATCH if self.spec._is_small(row) else "",
                edgecolor="white",
            )
            patch.set_gid(mark.id)
            axes.add_patch(patch)
        hidden = mark.value is None
        text = word("charts.suppressed", self.spec.language) if hidden else mark.display
        align, side = ("right", -1) if self.sheet.rtl else ("left", 1)
        axes.annotate(
            f"{text} {mark.flag}".strip(),
            (end, y),
            xytext=(3 * side, 0),
            textcoords="offset points",
            ha=align,
            va="center",
            color=style.INK,
            fontproperties=style.font(style.SMALL),
            annotation_clip=False,
        )

    # -- keys and notes

    def _level_keys(self) -> list[Key]:
        spec = self.spec
        keys = [Key(n, c) for n, c in zip(spec.levels.values(), spec.colours, strict=True)]
        if spec.dont_know and any(row.dont_know for row in spec.table):
            keys.append(Key(spec.dont_know[1], style.NEUTRAL))
        return keys

    def _note_keys(self) -> list[Key]:
        spec, keys = self.spec, []
        if any(self.pieces[row.code] and spec._is_small(row) for row in spec.table):
            label = word("charts.small.bars", spec.language, n=spec.small)
            keys.append(Key(label, style.MUTED, hatch=HATCH))
        if any(s.colour is None for pieces in self.pieces.values() for s in pieces):
            keys.append(Key(word("charts.together", spec.language), "white", hatch=STRIPES))
        return keys

    def _notes(self) -> list[str]:
        marks = [m for r in self.spec.table for m in (*r.levels, r.dont_know) if m is not None]
        return flag_notes(marks, self.spec.language)
