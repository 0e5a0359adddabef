"""Readiness by profession: diverging stacked bars of an ordered scale.

Low levels stand left of the axis and good ones right of it, so a row that lies to the left is a
profession that is not ready (Robbins and Heiberger 2011). "Don't know" is no level of the scale: it
stands apart, on the same scale of lengths. The total leads, groups follow from the least ready to
the readiest, experts stand last and apart because they are unweighted.

Levels that are not published are drawn as `charts.levels` says, or the row has no bar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from readiness.charts import style
from readiness.charts.dots import base_text, flag_notes
from readiness.charts.levels import Row, Segment, segments, uses_low
from readiness.charts.marks import is_simulated, marks, need
from readiness.charts.rows import MARK, Place, RowLayout
from readiness.charts.style import Chart, Key, Sheet
from readiness.charts.words import closing, listed, word

HATCH = "////"
WHITE = "#ffffff"
STRIPES = "||||"


@dataclass(frozen=True)
class ReadinessBars:
    """Diverging stacked bars of one ordinal item; `chart()` gives the SVG and alternative text.

    `rows`: the register's rows of one run (columns in `marks.COLUMNS`), shares 0-1. `levels`: code
    to label, from low to high; `low` of them stand left of the axis (default: the lower half, and
    the middle one of an odd scale lies across it). `groups`: code to label; `dont_know`, `total`,
    `experts`: code and label of the answer outside the scale and of the two special rows. Bars of
    fewer than `small` answers are hatched. `width` in CSS pixels; below 480 labels stand above
    their bars.

    Raises RenderError when the register lacks a share that the chart needs.
    """

    rows: pd.DataFrame
    item: str
    levels: Mapping[str, str]
    groups: Mapping[str, str]
    lang: str = "fr"
    low: int | None = None
    dont_know: tuple[str, str] | None = None
    total: tuple[str, str] | None = None
    experts: tuple[str, str] | None = None
    small: int = 30
    width: int = style.WIDE

    def chart(self) -> Chart:
        """The finished chart."""
        ids = [m.id for row in self.table for m in (*row.levels, row.dont_know) if m is not None]
        ids += [r.low.id for r in self.table if r.low and uses_low(r, self._left, self._across)]
        title = word(self.lang, "simulated") if self.simulated else self.item
        return Chart(style.to_svg(self.figure(), title), self.alt(), tuple(ids))

    @property
    def simulated(self) -> bool:
        """Whether the numbers come from a simulated wave."""
        return is_simulated(self.rows)

    @cached_property
    def table(self) -> list[Row]:
        """The rows from top to bottom."""
        found = marks(self.rows, self.item, self.lang)

        def row(code: str, label: str, section: bool = False) -> Row:
            levels = need(found, self.item, list(self.levels), code)
            outside = found.get((self.dont_know[0], code)) if self.dont_know else None
            return Row(code, label, levels, outside, section, found.get(("low", code)))

        def readiness(row: Row) -> tuple[bool, float, str]:
            low = self._low_share(row)
            return (low is None, -(low or 0.0), row.code)

        professions = sorted((row(*group) for group in self.groups.items()), key=readiness)
        first = [row(*self.total)] if self.total else []
        last = []
        if self.experts:
            last = [row(*self.experts, True)]
        if first:
            head = professions[0]
            professions[0] = replace(head, section=True)
        return first + professions + last

    def alt(self) -> str:
        """What the picture shows, in words without digits."""
        shown = [row for row in self.table if row.code in self.groups]
        published = [row.label for row in shown if self.segments(row)]
        few = [row.label for row in shown if self.segments(row) and self._is_small(row)]
        partly = [row.label for row in self.table if row.partly]
        hidden = [row.label for row in shown if not row.published]
        names = list(self.levels.values())
        cut = self._left + self._across
        say = [
            word(
                self.lang,
                "readiness_alt",
                groups=listed(self.lang, published),
                low=listed(self.lang, names[:cut]),
                high=listed(self.lang, names[cut:]),
            )
        ]
        if self.dont_know:
            say.append(word(self.lang, "dont_know_alt", label=self.dont_know[1]))
        if self.experts:
            say.append(word(self.lang, "experts_alt", label=self.experts[1]))
        say += closing(self.lang, few=few, partly=partly, hidden=hidden, simulated=self.simulated)
        return " ".join(say)

    # -- where a level stands -----------------------------------------------------------------

    @property
    def _across(self) -> int:
        """1 when the middle level of an odd scale lies across the axis."""
        return len(self.levels) % 2 if self.low is None else 0

    @property
    def _left(self) -> int:
        return len(self.levels) // 2 if self.low is None else self.low

    def _low_share(self, row: Row) -> float | None:
        """The share left of the axis, all of the middle level with it; None without a bar."""
        pieces = self.segments(row)
        cut = self._left + self._across
        return sum(piece.width for piece in pieces if piece.level < cut) if pieces else None

    def _is_small(self, row: Row) -> bool:
        return row.n is not None and row.n < self.small

    @property
    def colours(self) -> list[str]:
        """One colour a level: brown left, green right, the outermost darkest, grey across."""
        right = len(self.levels) - self._left - self._across
        return [
            *style.LOW_COLOURS[: self._left],
            *([style.NEUTRAL] * self._across),
            *reversed(style.HIGH_COLOURS[:right]),
        ]

    def segments(self, row: Row) -> list[Segment]:
        """The pieces of a row, from the axis outwards on each side; none where it has no bar."""
        return segments(row, self._left, self._across, self.colours)

    # -- the picture --------------------------------------------------------------------------

    def figure(self) -> Figure:
        """The matplotlib figure; every bar carries its register id as gid."""
        with style.chart_style():
            return _Picture(self).draw()


class _Picture:
    """Places the panels of `ReadinessBars` and draws them."""

    def __init__(self, spec: ReadinessBars) -> None:
        self.spec = spec
        self.pieces = {row.code: spec.segments(row) for row in spec.table}
        bold = (spec.total or ("",))[0]
        self.places = [Place(r.code, r.label, r.section, r.code == bold) for r in spec.table]
        self.layout = RowLayout(self.places, spec.width)
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
        self.sheet = Sheet(spec.width, height, rtl=spec.lang == "ar")

    def draw(self) -> Figure:
        spec, sheet = self.spec, self.sheet
        if spec.simulated:
            style.draw_stamp(sheet, word(spec.lang, "simulated"))
        style.draw_keys(sheet, self.keys, 0, self.keys_top, reading=False)
        main, apart = self._panels()
        style.draw_share_axis(sheet, main, self.layout.grid_spans(), spec.lang, zero=True)
        for row, place, top in zip(spec.table, self.places, self.layout.tops, strict=True):
            unweighted = spec.experts is not None and row.code == spec.experts[0]
            below = base_text(row.levels[0], spec.lang, unweighted=unweighted)
            below = f"{below} {row.flag}".strip()
            self.layout.draw_label(sheet, place, below, self.plot_top + top)
            if self.pieces[row.code]:
                self._bar(main, row, top)
            else:
                text = word(spec.lang, "partly" if row.partly else "suppressed")
                sheet.write(
                    main,
                    0,
                    self.layout.mark_y(top),
                    text,
                    size=style.SMALL,
                    colour=style.MUTED,
                    align="center",
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
                )
            if apart is not None and row.dont_know is not None:
                self._apart(apart, row, top)
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

    def _bar(self, main: Axes, row: Row, top: float) -> None:
        y = self.layout.mark_y(top)
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

    def _apart(self, axes: Axes, row: Row, top: float) -> None:
        mark = row.dont_know
        assert mark is not None
        y, end = self.layout.mark_y(top), mark.value or 0.0
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
        text = mark.display if mark.value is not None else word(self.spec.lang, "suppressed")
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
        if spec.dont_know:
            keys.append(Key(spec.dont_know[1], style.NEUTRAL))
        return keys

    def _note_keys(self) -> list[Key]:
        spec, keys = self.spec, []
        if any(self.pieces[row.code] and spec._is_small(row) for row in spec.table):
            label = word(spec.lang, "small", small=spec.small)
            keys.append(Key(label, style.MUTED, hatch=HATCH))
        if any(s.colour is None for pieces in self.pieces.values() for s in pieces):
            keys.append(Key(word(spec.lang, "together"), "white", hatch=STRIPES))
        return keys

    def _notes(self) -> list[str]:
        marks = [m for r in self.spec.table for m in (*r.levels, r.dont_know) if m is not None]
        return flag_notes(marks, self.spec.lang)
