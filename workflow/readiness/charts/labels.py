"""Labels of rows: where they, their small texts and the marks stand, wide or on a telephone."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.charts.marks import Row, Text
from readiness.charts.metrics import BODY, SMALL, measure, wrap
from readiness.charts.sheet import Sheet

SECTION_GAP = 12.0
MARK, NARROW_MARK = 22.0, 18.0
"""Height kept for the mark of a row (a bar, a dot), wide and on a telephone."""
LINE = 17.0
"""From line to line of a label."""
NARROW_BELOW = 480
"""Below this width in CSS pixels labels stand above their marks."""
MOST = 0.28
"""The largest part of the width that labels take beside their marks."""


class Labels:
    """Heights and label column of a list of rows; `marks`, the middle of each, from their top.

    A row is as high as its label needs, which is broken into lines. On a telephone the number that
    stands for a row, or else its small text, is across from the label.
    """

    def __init__(self, rows: Sequence[Row], width: float) -> None:
        self.rows, self.narrow = rows, width < NARROW_BELOW
        self.bar = NARROW_MARK if self.narrow else MARK
        """Height of the mark of a row."""
        self.below = [
            row.head if self.narrow and row.head else Text(row.small, muted=True) for row in rows
        ]
        longest = max(measure(row.label, bold=row.bold) for row in rows)
        smallest = max(text.width for text in self.below)
        longest = min(max(longest, smallest), MOST * width)
        self.width = 0.0 if self.narrow else longest + 14
        room = width - smallest - 12 if self.narrow else self.width - 12
        self.lines = [wrap(row.label, room, size=BODY, bold=row.bold) for row in rows]
        self.small = [
            [text.text] if self.narrow else wrap(text.text, room, size=SMALL) if text.text else []
            for text in self.below
        ]
        self.tops, self.marks, self.height = list[float](), list[float](), 0.0
        for row, lines, small in zip(rows, self.lines, self.small, strict=True):
            self.height += SECTION_GAP if row.section else 0
            self.tops.append(self.height)
            if self.narrow:
                mark = self.bar + 4 if row.marks or row.reading else 0  # none for a heading
                height = LINE * len(lines) + mark + 4
                self.marks.append(self.height + height - self.bar / 2 - 5)
            else:
                height = max(self.bar + 10, LINE * (len(lines) + len(small)) + 8)
                self.marks.append(self.height + height / 2)
            self.height += height

    def spans(self, start: float) -> list[tuple[float, float]]:
        """From where to where lines of an axis run: the whole height, or beside marks only."""
        if not self.narrow:
            return [(start, start + self.height)]
        half = self.bar / 2 + 1
        at = (y for row, y in zip(self.rows, self.marks, strict=True) if row.marks)
        return [(start + y - half, start + y + half) for y in at]

    def draw(self, sheet: Sheet, start: float) -> None:
        """The labels with their small texts; the top of the rows is at `start`."""
        x, align = sheet.start()
        for k, (row, lines, small) in enumerate(
            zip(self.rows, self.lines, self.small, strict=True)
        ):
            if self.narrow:
                first = start + self.tops[k] + LINE / 2 + 2
                (x_small, side), under = sheet.end(), first
            else:
                first = start + self.marks[k] - LINE * (len(lines) + len(small) - 1) / 2
                x_small, side, under = x, align, first + LINE * len(lines)
            for n, line in enumerate(lines):
                sheet.write(x, first + LINE * n, line, bold=row.bold, align=align)
            own = self.below[k]
            for n, line in enumerate(filter(None, small)):
                sheet.write(
                    x_small,
                    under + LINE * n,
                    line,
                    size=SMALL,
                    bold=own.bold,
                    colour="muted" if own.muted else "ink",
                    align=side,
                    id=own.id,
                    tick=not own.id,
                )
