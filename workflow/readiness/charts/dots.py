"""The frame of charts with one dot row a group: labels, an axis of shares, readings at the side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from readiness.charts import style
from readiness.charts.marks import Mark
from readiness.charts.rows import Place, RowLayout
from readiness.charts.style import Key, Sheet
from readiness.charts.words import word
from readiness.language import numbers

SIDE = 14.0
"""Room left and right of the axis, for half of its outer labels."""


@dataclass(frozen=True)
class DotFrame:
    """A sheet on which everything but the dots is drawn: `axes` has shares on x, `ys` the rows."""

    sheet: Sheet
    axes: Axes
    ys: list[float]
    spans: list[tuple[float, float]]


def dot_frame(
    places: Sequence[Place],
    below: Sequence[str],
    readings: Sequence[str],
    *,
    extent: tuple[float, float],
    axis: str,
    keys: Sequence[Key],
    notes: Sequence[str],
    lang: str,
    simulated: bool,
    width: int,
    from_zero: bool = True,
) -> DotFrame:
    """Lay out rows with their labels, the small text `below` each label and its reading.

    `extent`: the smallest and largest share to show. The axis starts at 0, or close to the smallest
    share where small changes matter more than levels (`from_zero=False`). Notes are broken into
    lines.
    """
    layout = RowLayout(places, width)
    title = style.wrap(axis, layout.width, bold=True)
    key_lines = style.key_lines(list(keys), layout.width)
    note_lines = [
        line for note in notes for line in style.wrap(note, layout.width, size=style.SMALL)
    ]
    top = style.STAMP_HEIGHT if simulated else 2.0
    plot_top = top + 14 * len(title) + style.AXIS_HEIGHT
    notes_top = plot_top + layout.height + 6
    height = notes_top + style.KEY_LINE * len(key_lines) + style.NOTE_LINE * len(note_lines) + 2
    sheet = Sheet(width, height, rtl=lang == "ar")
    if simulated:
        style.draw_stamp(sheet, word(lang, "simulated"))
    x, align = sheet.start(0)
    for i, line in enumerate(title):
        sheet.write(sheet.page, x, top + 14 * i + 7, line, bold=True, align=align)
    low = 0.0 if from_zero else max(0.0, extent[0] - 0.03)
    limits = (low, min(1.0, extent[1] + 0.03))
    axes, texts = _panels(sheet, layout, plot_top, readings, limits)
    style.draw_share_axis(sheet, axes, layout.grid_spans(), lang)
    ys = [layout.mark_y(each) for each in layout.tops]
    side = "right" if sheet.rtl else "left"
    for place, small, reading, y, each in zip(
        places, below, readings, ys, layout.tops, strict=True
    ):
        layout.draw_label(sheet, place, small, plot_top + each)
        sheet.write(texts, 0, y, reading, size=style.SMALL, align=side)
    style.draw_keys(sheet, key_lines, 0, notes_top)
    style.draw_notes(sheet, note_lines, notes_top + style.KEY_LINE * len(key_lines))
    return DotFrame(sheet, axes, ys, layout.grid_spans())


def _panels(
    sheet: Sheet,
    layout: RowLayout,
    top: float,
    readings: Sequence[str],
    shares: tuple[float, float],
) -> tuple[Axes, Axes]:
    room = max(style.measure(text, size=style.SMALL) for text in readings) + 8
    left = layout.label_width + SIDE
    span = layout.width - left - room - SIDE
    ylim = (layout.height, 0.0)
    axes = sheet.panel(left, top, span, layout.height, shares, ylim)
    limits = (room, 0.0) if sheet.rtl else (0.0, room)
    return axes, sheet.panel(layout.width - room, top, room, layout.height, limits, ylim)


def base_text(mark: Mark, lang: str, *, unweighted: bool = False) -> str:
    """ "n = 57", with the word for unweighted answers; empty where the base is unknown."""
    if mark.n is None:
        return ""
    base = word(lang, "n", n=numbers.number(mark.n, "base", 0, lang))
    return word(lang, "unweighted", n=base) if unweighted else base


def flag_notes(marks: Sequence[Mark], lang: str) -> list[str]:
    """The explanation of each flag that occurs among `marks`."""
    flags = {mark.flag for mark in marks}
    signs = {"†": "caution", "‡": "review"}
    return [word(lang, name) for sign, name in signs.items() if sign in flags]
