"""Rows of a chart: where labels, bars and grid lines stand, wide or on a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.charts import style
from readiness.charts.style import Sheet

SECTION_GAP = 10.0
MARK = 15.0
"""Height kept for the mark of a row (a bar, a dot), in points."""

LINE = 11.0
"""From line to line of a label, in points."""

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
    """Heights and label column of a list of rows, in points; `tops` are from the plot's top.

    `below`: the small text that stands with each label, its base. A row is as high as its label
    needs, which is broken into lines.
    """

    def __init__(self, places: Sequence[Place], below: Sequence[str], width_px: int) -> None:
        self.places, self.below = places, below
        self.width = width_px * style.POINTS_PER_PIXEL
        self.narrow = width_px < NARROW_BELOW
        longest = max(style.measure(place.label, bold=place.bold) for place in places)
        self.label_width = 0.0 if self.narrow else min(longest, 0.3 * self.width) + 12
        beside = max(style.measure(text, size=style.SMALL) for text in below) + 8
        room = self.width - beside if self.narrow else self.label_width - 10
        self.lines = [style.wrap(place.label, room, bold=place.bold) for place in places]
        least, around = (36.0, 25.0) if self.narrow else (30.0, 19.0)
        self.heights = [max(least, LINE * len(lines) + around) for lines in self.lines]
        self.tops: list[float] = []
        top = 0.0
        for place, height in zip(places, self.heights, strict=True):
            top += SECTION_GAP if place.section else 0
            self.tops.append(top)
            top += height
        self.height = top
        self.marks = [
            top + (height - MARK / 2 - 4 if self.narrow else height / 2)
            for top, height in zip(self.tops, self.heights, strict=True)
        ]
        """The middle of the mark of each row."""

    def grid_spans(self) -> list[tuple[float, float]]:
        """From where to where grid lines run: the whole height, or beside the marks only."""
        if not self.narrow:
            return [(0.0, self.height)]
        return [(y - MARK / 2 - 2, y + MARK / 2 + 2) for y in self.marks]

    def draw_labels(self, sheet: Sheet, start: float) -> None:
        """The labels with their bases in small type; the plot's top is at `start`."""
        x, align = sheet.start(0)
        end, other = (0.0, "left") if sheet.rtl else (sheet.width, "right")
        for row, (place, below) in enumerate(zip(self.places, self.below, strict=True)):
            lines, y = self.lines[row], start + self.tops[row]
            shown = len(lines) - (0 if below else 1)
            first = y + (8 if self.narrow else self.heights[row] / 2 - LINE * shown / 2)
            for i, line in enumerate(lines):
                at = first + i * LINE
                sheet.write(sheet.page, x, at, line, bold=place.bold, align=align)
            sheet.write(
                sheet.page,
                end if self.narrow else x,
                first if self.narrow else first + len(lines) * LINE,
                below,
                size=style.SMALL,
                colour=style.MUTED,
                align=other if self.narrow else align,
            )
