"""The frame of charts with one dot row a line: labels, an axis, readings at the side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.charts import frame
from readiness.charts.axes import AXIS_HEIGHT, Spans, number_axis, share_axis
from readiness.charts.frame import Key
from readiness.charts.metrics import SMALL, measure
from readiness.charts.rows import Below, Place, RowLayout
from readiness.charts.sheet import Align, Scale, Sheet

SIDE = 18.0
"""Room left and right of the axis, for half of its outer labels."""
PADDING = 0.06
"""Of the extent of numbers that are no shares, on both sides."""


@dataclass(frozen=True)
class Part:
    """A piece of what a row says at its side: a number with its id, its interval, an arrow."""

    text: str
    id: str = ""
    bold: bool = False
    muted: bool = False

    @property
    def width(self) -> float:
        """Its width with the gap after it."""
        return measure(self.text, size=SMALL, bold=self.bold) + 7


@dataclass(frozen=True)
class DotRows:
    """What a frame holds: rows with their labels, the small text `below` each and its reading.

    `unit`: `share` or `number`. `extent`: the smallest and largest amount to show. The axis of
    shares starts at 0, or close to the smallest share where small changes matter more than levels
    (`from_zero=False`); that of numbers starts at 0 where none is below, and `from_zero`.
    """

    places: Sequence[Place]
    below: Sequence[Below]
    readings: Sequence[Sequence[Part]]
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


@dataclass(frozen=True)
class DotFrame:
    """Where dots stand on a sheet: `scale` has amounts, `ys` the middle of each row."""

    scale: Scale
    ys: list[float]
    spans: Spans


def dot_frame(
    sheet: Sheet,
    rows: DotRows,
    *,
    title: str,
    subtitle: str,
    keys: Sequence[Key],
    notes: Sequence[str],
    simulated: bool,
) -> DotFrame:
    """Everything but the dots, and how high the sheet is."""
    layout = RowLayout(rows.places, rows.below, sheet.width)
    top = frame.head(sheet, title, subtitle, simulated=simulated)
    top = frame.keys(sheet, keys, top) + AXIS_HEIGHT
    room = max(sum(part.width for part in reading) for reading in rows.readings) + 3
    span = sheet.width - layout.label_width - room - 2 * SIDE
    scale = sheet.panel(layout.label_width + SIDE, span, *rows.limits)
    spans = layout.spans(top)
    (share_axis if rows.unit == "share" else number_axis)(sheet, scale, top, spans)
    layout.draw_labels(sheet, top)
    ys = [top + y for y in layout.marks]
    for reading, y in zip(rows.readings, ys, strict=True):
        _read(sheet, reading, sheet.width - room + 10, y)
    sheet.height = frame.notes(sheet, notes, top + layout.height + 8) + 4
    return DotFrame(scale, ys, spans)


def _read(sheet: Sheet, reading: Sequence[Part], left: float, y: float) -> None:
    """The parts one after the other in reading direction."""
    side: Align = "right" if sheet.rtl else "left"
    for part in reading:
        x = sheet.width - left if sheet.rtl else left
        colour = "muted" if part.muted else "ink"
        sheet.write(
            x, y, part.text, size=SMALL, bold=part.bold, colour=colour, align=side, id=part.id
        )
        left += part.width
