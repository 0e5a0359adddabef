"""The frame of charts with one dot row a line: labels, an axis, readings at the side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from readiness.charts import style
from readiness.charts.rows import Place, RowLayout
from readiness.charts.style import Key, Sheet
from readiness.charts.words import word
from readiness.language import Language

SIDE = 14.0
"""Room left and right of the axis, for half of its outer labels."""
PADDING = 0.06
"""Of the extent of numbers that are no shares, on both sides."""


@dataclass(frozen=True)
class DotFrame:
    """A sheet on which everything but the dots is drawn: `axes` has amounts on x, `ys` the rows."""

    sheet: Sheet
    axes: Axes
    ys: list[float]
    spans: list[tuple[float, float]]


@dataclass(frozen=True)
class DotRows:
    """What a frame holds: rows with their labels, the small text `below` each and its reading.

    `unit`: `share` or `number`. `extent`: the smallest and largest amount to show. The axis of
    shares starts at 0, or close to the smallest share where small changes matter more than levels
    (`from_zero=False`); that of numbers starts at 0 where none is below, and `from_zero`.
    """

    places: Sequence[Place]
    below: Sequence[str]
    readings: Sequence[str]
    extent: tuple[float, float]
    unit: str = "share"
    from_zero: bool = True

    @property
    def limits(self) -> tuple[float, float]:
        """Where the axis begins and ends."""
        low, high = self.extent
        if self.unit == "share":
            return (0.0 if self.from_zero else max(0.0, low - 0.03), min(1.0, high + 0.03))
        pad = PADDING * (high - low) or 1.0
        return (0.0 if self.from_zero and low >= 0 else low - pad, high + pad)


def dot_frame(
    rows: DotRows,
    *,
    axis: str,
    keys: Sequence[Key],
    notes: Sequence[str],
    language: Language,
    simulated: bool,
    width: int,
) -> DotFrame:
    """Lay out `rows` below the title of their `axis`. Notes are broken into lines."""
    layout = RowLayout(rows.places, rows.below, width)
    title = style.wrap(axis, layout.width, bold=True)
    key_lines = style.key_lines(list(keys), layout.width)
    note_lines = [
        line for note in notes for line in style.wrap(note, layout.width, size=style.SMALL)
    ]
    top = style.STAMP_HEIGHT if simulated else 2.0
    plot_top = top + 14 * len(title) + style.AXIS_HEIGHT
    notes_top = plot_top + layout.height + 6
    height = notes_top + style.KEY_LINE * len(key_lines) + style.NOTE_LINE * len(note_lines) + 2
    sheet = Sheet(width, height, language)
    if simulated:
        style.draw_stamp(sheet, word("charts.simulated", language))
    x, align = sheet.start(0)
    for i, line in enumerate(title):
        sheet.write(sheet.page, x, top + 14 * i + 7, line, bold=True, align=align)
    axes, texts = _panels(sheet, layout, plot_top, rows)
    draw_axis = style.draw_share_axis if rows.unit == "share" else style.draw_number_axis
    draw_axis(sheet, axes, layout.grid_spans(), language)
    layout.draw_labels(sheet, plot_top)
    side = "right" if sheet.rtl else "left"
    for reading, y in zip(rows.readings, layout.marks, strict=True):
        sheet.write(texts, 0, y, reading, size=style.SMALL, align=side)
    style.draw_keys(sheet, key_lines, 0, notes_top)
    style.draw_notes(sheet, note_lines, notes_top + style.KEY_LINE * len(key_lines))
    return DotFrame(sheet, axes, layout.marks, layout.grid_spans())


def _panels(sheet: Sheet, layout: RowLayout, top: float, rows: DotRows) -> tuple[Axes, Axes]:
    room = max(style.measure(text, size=style.SMALL) for text in rows.readings) + 8
    left = layout.label_width + SIDE
    span = layout.width - left - room - SIDE
    ylim = (layout.height, 0.0)
    axes = sheet.panel(left, top, span, layout.height, rows.limits, ylim)
    limits = (room, 0.0) if sheet.rtl else (0.0, room)
    return axes, sheet.panel(layout.width - room, top, room, layout.height, limits, ylim)
