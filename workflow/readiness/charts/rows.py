"""Rows of a chart: where labels, bars and lines stand, wide or on a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.charts.metrics import BODY, SMALL, measure, wrap
from readiness.charts.sheet import Sheet

SECTION_GAP = 12.0
MARK, NARROW_MARK = 22.0, 18.0
"""Height kept for the mark of a row (a bar, a dot), wide and on a telephone."""

LINE = 17.0
"""From line to line of a label."""

NARROW_BELOW = 480
"""Below this width in CSS pixels labels stand above their marks."""


@dataclass(frozen=True)
class Place:
    """A row: its group, its label, whether it opens a section and whether it is emphasised."""

    code: str
    label: str
    section: bool = False
    bold: bool = False


@dataclass(frozen=True)
class Below:
    """What stands with a label, in small type: below it, or on a telephone across from it.

    `id`: the register's number that it shows; without one it is a base.
    """

    text: str
    id: str = ""
    bold: bool = False


class RowLayout:
    """Heights and label column of a list of rows; `tops` are from the plot's top.

    `below`: what stands with each label. A row is as high as its label needs, which is broken into
    lines.
    """

    def __init__(self, places: Sequence[Place], below: Sequence[Below], width: float) -> None:
        self.places, self.below, self.width = places, below, width
        self.narrow = self.is_narrow(width)
        self.bar = NARROW_MARK if self.narrow else MARK
        """Height of the mark of a row."""
        longest = max(measure(place.label, size=BODY, bold=place.bold) for place in places)
        smallest = max(measure(each.text, size=SMALL, bold=each.bold) for each in below)
        longest = max(longest, min(smallest, 0.28 * width))
        self.label_width = 0.0 if self.narrow else min(longest, 0.28 * width) + 14
        room = width - smallest - 12 if self.narrow else self.label_width - 12
        self.lines = [wrap(p.label, room, size=BODY, bold=p.bold) for p in places]
        self.small = [
            [each.text] if self.narrow or not each.text else wrap(each.text, room, size=SMALL)
            for each in below
        ]
        self.heights = [
            LINE * len(lines) + self.bar + 8
            if self.narrow
            else max(self.bar + 10, LINE * (len(lines) + len([x for x in small if x])) + 8)
            for lines, small in zip(self.lines, self.small, strict=True)
        ]
        self.tops: list[float] = []
        top = 0.0
        for place, height in zip(places, self.heights, strict=True):
            top += SECTION_GAP if place.section else 0
            self.tops.append(top)
            top += height
        self.height = top
        self.marks = [
            top + (height - self.bar / 2 - 5 if self.narrow else height / 2)
            for top, height in zip(self.tops, self.heights, strict=True)
        ]
        """The middle of the mark of each row."""

    @staticmethod
    def is_narrow(width: float) -> bool:
        """Whether labels stand above their marks on a sheet of this width."""
        return width < NARROW_BELOW

    def spans(self, start: float) -> list[tuple[float, float]]:
        """From where to where lines of an axis run: the whole height, or beside marks only."""
        if not self.narrow:
            return [(start, start + self.height)]
        return [(start + y - self.bar / 2 - 1, start + y + self.bar / 2 + 1) for y in self.marks]

    def draw_labels(self, sheet: Sheet, start: float) -> None:
        """The labels with their bases in small type; the plot's top is at `start`."""
        x, align = sheet.start()
        for row, (place, lines) in enumerate(zip(self.places, self.lines, strict=True)):
            small = [text for text in self.small[row] if text]
            y = start + self.tops[row]
            if self.narrow:
                y += LINE / 2 + 2
            else:
                y += self.heights[row] / 2 - LINE * (len(lines) + len(small) - 1) / 2
            for line in lines:
                sheet.write(x, y, line, bold=place.bold, align=align)
                y += LINE
            if self.narrow:
                x_small, side = sheet.end()
                y -= LINE * len(lines)
            else:
                x_small, side = x, align
            own = self.below[row]
            colour = "ink" if own.bold else "muted"
            for k, text in enumerate(small):
                sheet.write(
                    x_small, y + LINE * k, text, size=SMALL, bold=own.bold, colour=colour,
                    align=side, id=own.id, tick=not own.id,
                )  # fmt: skip
