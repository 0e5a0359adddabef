"""Rows of a chart: where labels, bars and grid lines stand, wide or on a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.charts import style
from readiness.charts.style import Sheet

SECTION_GAP = 10.0
MARK = 15.0
"""Height kept for the mark of a row (a bar, a dot), in points."""

NARROW_BELOW = 480
"""Below this width in CSS pixels labels stand above their marks."""


@dataclass(frozen=True)
class Place:
    """A row: its group, its label, whether it opens a section and whether it is emphasised."""

    code: str
    label: str
    section: bool = False
    bold: bool = False


class RowLayout:
    """Heights and label column of a list of rows, in points; `top` is from the plot's top."""

    def __init__(self, places: Sequence[Place], width_px: int) -> None:
        self.width = width_px * style.POINTS_PER_PIXEL
        self.narrow = width_px < NARROW_BELOW
        self.row_height = 36.0 if self.narrow else 30.0
        longest = max(style.measure(place.label, bold=place.bold) for place in places)
        self.label_width = 0.0 if self.narrow else min(longest, 0.3 * self.width) + 12
        self.tops: list[float] = []
        top = 0.0
        for place in places:
            top += SECTION_GAP if place.section else 0
            self.tops.append(top)
            top += self.row_height
        self.height = top

    def mark_y(self, top: float) -> float:
        """The middle of the mark of the row at `top`."""
        return top + (self.row_height - MARK / 2 - 4 if self.narrow else self.row_height / 2)

    def grid_spans(self) -> list[tuple[float, float]]:
        """From where to where grid lines run: the whole height, or beside the marks only."""
        if not self.narrow:
            return [(0.0, self.height)]
        centres = [self.mark_y(top) for top in self.tops]
        return [(y - MARK / 2 - 2, y + MARK / 2 + 2) for y in centres]

    def draw_label(self, sheet: Sheet, place: Place, below: str, y: float) -> None:
        """The label of a row whose top is at `y` on the page, with its base in small type."""
        x, align = sheet.start(0)
        if self.narrow:
            end, other = (0.0, "left") if sheet.rtl else (sheet.width, "right")
            room = sheet.width - style.measure(below, size=style.SMALL) - 8
            size = style.BODY
            while size > 6 and style.measure(place.label, size=size, bold=place.bold) > room:
                size -= 0.5
            sheet.write(
                sheet.page, end, y + 8, below, size=style.SMALL, colour=style.MUTED, align=other
            )
            sheet.write(sheet.page, x, y + 8, place.label, size=size, bold=place.bold, align=align)
            return
        lines = style.wrap(place.label, self.label_width - 10, bold=place.bold)
        step = 11.0
        first = y + self.row_height / 2 - step * (len(lines) - (0 if below else 1)) / 2
        for i, line in enumerate(lines):
            sheet.write(sheet.page, x, first + i * step, line, bold=place.bold, align=align)
        sheet.write(
            sheet.page,
            x,
            first + len(lines) * step,
            below,
            size=style.SMALL,
            colour=style.MUTED,
            align=align,
        )
