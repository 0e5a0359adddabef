"""Draw the panel of rows: labels, marks on one scale, texts at their side.

Labels stand beside their marks, or above the marks on a narrow sheet. An axis of amounts has few
lines, each with its number above the marks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from readiness.charts import palette
from readiness.charts.figures import (
    AmountAxis,
    BarMark,
    ChartRow,
    Dot,
    Gone,
    LineMark,
    Mark,
    Rule,
    TextMark,
    Unit,
)
from readiness.charts.picture import NOTE_LINE
from readiness.charts.sheet import BODY, SMALL, Align, Drawing, Panel, measure, wrap
from readiness.language import numbers

# Below this width in CSS pixels labels stand above their marks.
NARROW_BELOW = 480
# Distance in pixels between the lines of a label.
LINE = 17.0
# Distance in pixels between texts in one line.
SPACE = 12.0


class Labels:
    """Heights and label column of a list of rows.

    `tops`, `marks`: top of each row and middle of its marks, in pixels from the top of the rows. A
    row is as high as its label needs, which is broken into lines, with the small text below. On a
    narrow sheet the small text is across from the label, and beside it the head of the row.
    """

    def __init__(self, rows: Sequence[ChartRow], width: float) -> None:
        self.rows, self.narrow = rows, width < NARROW_BELOW
        # Height reserved for the mark of a row (a bar, a dot).
        self.bar = 18.0 if self.narrow else 22.0
        smalls = [TextMark(row.small, muted=True) for row in rows]
        heads = [row.head if self.narrow else None for row in rows]
        # Texts across from each label on a narrow sheet, from the edge of the sheet inwards.
        self.across = [
            [text for text in (head, small) if text is not None and text.text]
            for head, small in zip(heads, smalls, strict=True)
        ]
        smallest = max(text.width for text in smalls)
        longest = max(smallest, *(measure(row.label, bold=row.bold) for row in rows))
        # Labels beside the marks take at most 28 % of the width.
        self.width = 0.0 if self.narrow else min(longest, 0.28 * width) + 14
        taken = max(sum(text.width + SPACE for text in texts) for texts in self.across)
        room = width - taken if self.narrow else self.width - 12
        self.lines = [wrap(row.label, room, size=BODY, bold=row.bold) for row in rows]
        self.small = [
            wrap(text.text, room, size=SMALL) if text.text and not self.narrow else []
            for text in smalls
        ]
        self.tops, self.marks, self.height = list[float](), list[float](), 0.0
        for row, lines, small in zip(rows, self.lines, self.small, strict=True):
            self.height += 12.0 if row.section else 0
            self.tops.append(self.height)
            if self.narrow:
                mark = self.bar + 4 if row.marks or row.reading else 0  # a heading has no mark
                height = LINE * len(lines) + mark + 4
                self.marks.append(self.height + height - self.bar / 2 - 5)
            else:
                height = max(self.bar + 10, LINE * (len(lines) + len(small)) + 8)
                self.marks.append(self.height + height / 2)
            self.height += height

    def spans(self, start: float) -> list[tuple[float, float]]:
        """Return start and end of each piece of an axis line, with the rows' top at `start`.

        The whole height on a wide sheet, the heights of the marks alone on a narrow one.
        """
        if not self.narrow:
            return [(start, start + self.height)]
        half = self.bar / 2 + 1
        at = (y for row, y in zip(self.rows, self.marks, strict=True) if row.marks)
        return [(start + y - half, start + y + half) for y in at]

    def draw(self, sheet: Drawing, start: float) -> None:
        """Draw the labels with their small texts; the top of the rows is at `start`."""
        x, align = sheet.start()
        for k, row in enumerate(self.rows):
            lines, small = self.lines[k], self.small[k]
            if self.narrow:
                first = start + self.tops[k] + LINE / 2 + 2
                self._draw_across(sheet, self.across[k], first)
            else:
                first = start + self.marks[k] - LINE * (len(lines) + len(small) - 1) / 2
            for n, line in enumerate(lines):
                sheet.write(x, first + LINE * n, line, bold=row.bold, align=align)
            for n, line in enumerate(small, len(lines)):
                look: dict[str, Any] = {"size": SMALL, "colour": "muted", "align": align}
                sheet.write(x, first + LINE * n, line, tick=True, **look)

    def _draw_across(self, sheet: Drawing, texts: Sequence[TextMark], y: float) -> None:
        """Draw texts across from a label, from the far edge inwards."""
        used = 0.0
        for text in texts:
            x, align = sheet.end(used)
            look: dict[str, Any] = {"bold": text.bold, "colour": "muted" if text.muted else "ink"}
            sheet.write(
                x, y, text.text, size=SMALL, id=text.id, tick=not text.id, align=align, **look
            )
            used += text.width + SPACE


# Width in pixels of a number on an axis, by unit.
_ROOM = {"share": 52.0, "number": 62.0, "points": 46.0}
_ROUND = [(m, e) for e in range(-6, 13) for m in (1, 2, 5)]
_SHARES = [(5, -2), (1, -1), (25, -2), (5, -1)]


def round_step(needed: float, steps: Sequence[tuple[int, int]] = _ROUND) -> tuple[float, int]:
    """Return the smallest round step that is at least `needed`, and its number of decimals.

    `steps`: mantissa and exponent of ten of each step, ascending; the last where all are smaller.
    """
    m, e = next(((m, e) for m, e in steps if m * 10.0**e >= needed), steps[-1])
    return m * 10.0**e, max(0, -e)


def draw_axis(sheet: Drawing, axis: AmountAxis, scale: Panel, top: float, labels: Labels) -> None:
    """Draw grid lines at round amounts within the scale, with their numbers above the rows.

    `top`: top of the rows. A number that the sheet's edge would cut is left out.
    """
    steps = _SHARES if axis.unit == "share" else _ROUND
    step, digits = round_step(_ROOM[axis.unit] / scale.unit, steps)
    for k in range(math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9) + 1):
        amount = k * step
        x, text = scale.x(amount), write_amount(amount, axis.unit, digits, sheet.language)
        for start, end in labels.spans(top):
            sheet.line(x, start, x, end, colour="grid")
        half = measure(text, size=SMALL) / 2
        if half <= x <= sheet.width - half:
            sheet.write(x, top - 9, text, size=SMALL, colour="muted", align="middle", tick=True)


def write_amount(amount: float, unit: Unit, digits: int, language: str) -> str:
    """Return the text of a round amount on an axis of `unit` (shares and points: 0-1 scale).

    `digits`: decimals of the amount.
    """
    if unit == "points":
        # Write "+0,2" and not "+0,2 points": the title of the panel names the unit.
        return numbers.number(round(amount, 6), unit, max(0, digits - 2), language, noun=False)
    if unit == "share":
        return numbers.number(round(amount, 2), unit, 0, language)
    return numbers.number(round(amount, digits), "number", digits, language)


SHARES = AmountAxis()
# Pixels left and right of an axis with numbers, so that its first and last number are not cut.
SIDE = 18.0
EDGE, GAP, INSET = 6.0, 22.0, 6.0
# Pixels between the texts beside a row.
BETWEEN = 7.0
# Width in pixels of the box for an unpublished value: empty, and with a text inside.
BOX, SAID_BOX = 44.0, 130.0


@dataclass(frozen=True)
class Rows:
    """Rows of marks on an axis; `head_left`: the main number of a row is left of its marks."""

    rows: Sequence[ChartRow]
    axis: AmountAxis = SHARES
    head_left: bool = True

    def draw(self, sheet: Drawing, top: float) -> float:
        """Draw the panel from height `top` on; return the height at which it ends."""
        return _Plot(self, sheet).draw(top)


class _Plot:
    """A panel of rows, drawn on a sheet."""

    def __init__(self, panel: Rows, sheet: Drawing) -> None:
        self.panel, self.sheet = panel, sheet
        self.labels = Labels(panel.rows, sheet.width)
        self.readings = [
            [text for text in row.reading if not (text.wide and self.labels.narrow)]
            for row in panel.rows
        ]
        self.scale, self.aside = self._make_scales()

    def draw(self, top: float) -> float:
        """Draw labels, axis, marks and texts from `top` on; return the height at which they end."""
        panel, sheet, labels = self.panel, self.sheet, self.labels
        if panel.axis.unit:
            top += 22.0
            draw_axis(sheet, panel.axis, self.scale, top, labels)
        elif panel.axis.sides:
            top = self._draw_sides(panel.axis.sides, top)
        labels.draw(sheet, top)
        # A solid line is drawn over bars that end at the line, and behind bars that cross it.
        bars = [mark for row in panel.rows for mark in row.marks if isinstance(mark, BarMark)]
        behind = [
            rule
            for rule in panel.axis.rules
            if rule.dashed or any(b.low + 1e-9 < rule.at < b.high - 1e-9 for b in bars)
        ]
        for rule in behind:
            self._draw_rule(rule, top)
        middles = [top + y for y in labels.marks]
        for row, reading, y in zip(panel.rows, self.readings, middles, strict=True):
            for mark in row.marks:
                self._mark(mark, y)
            self._draw_outer(row, y)
            self._draw_head(row, y)
            # Write the texts beside the marks, one after the other in reading direction.
            at = self.sheet.width - self.room + BETWEEN
            for text in reading:
                x, align = self.sheet.start(at)
                self._say(text, x, y, align, "muted" if text.muted else "ink")
                at += text.width + BETWEEN
            if row.aside and self.aside:
                self._draw_aside(row.aside, self.aside, y)
        for rule in panel.axis.rules:
            if rule not in behind:
                self._draw_rule(rule, top)
        for row, y in zip(panel.rows, middles, strict=True):
            for mark in row.marks:
                if isinstance(mark, Gone):
                    left, width = self._place_box(mark)
                    self._draw_empty(left, y, width, mark.text)
        return top + labels.height

    # -- places

    def _make_scales(self) -> tuple[Panel, Panel | None]:
        """Return the scales of the marks and of the panel aside: the same pixels per amount.

        None for the panel aside where no row has one. Sets `room`: the width of the texts beside
        the marks.
        """
        panel, sheet, labels = self.panel, self.sheet, self.labels
        low, high = panel.axis.limits(panel.rows)
        before = after = SIDE if panel.axis.unit else 0.0
        self.room = max(sum(t.width + BETWEEN for t in reading) for reading in self.readings)
        after += (self.room + 3 if self.room else 0.0) + (0.0 if panel.axis.unit else EDGE)
        heads = [measure(row.head.text, bold=True) for row in panel.rows if row.head]
        if heads and not labels.narrow:
            room, leads = max(heads) + INSET + 2, panel.head_left != sheet.rtl
            before, after = before + room * leads, after + room * (not leads)
        asides = [row.aside for row in panel.rows if row.aside]
        beside = max((bar.text.width for bar in asides if bar.text), default=0.0) + 8
        apart = max((bar.high for bar in asides), default=0.0)
        apart = max(apart, 0.02) if asides else 0.0
        fixed = labels.width + before + after + (GAP + beside if asides else 0.0)
        unit, start = (sheet.width - fixed) / (high - low + apart), labels.width + before
        main = sheet.panel(start, unit * (high - low), low, high)
        if not asides:
            return main, None
        width = unit * apart + beside
        left = sheet.mirror(start + unit * (high - low) + after - EDGE + GAP, width)
        # In Arabic, bars of the aside grow to the left, away from the marks: their text needs room.
        aside = (left + width - unit, unit, 1.0, 0.0) if sheet.rtl else (left, unit, 0.0, 1.0)
        return main, Panel(*aside)

    def _place_box(self, mark: Gone) -> tuple[float, float]:
        """Return left side and width in pixels of the box of an unpublished value."""
        scale = self.scale
        width = min(SAID_BOX if mark.text else BOX, scale.width)
        if self.panel.axis.unit:
            return scale.left, width
        left = scale.x(0) - (width / 2 if scale.low < 0 < scale.high else 0.0)
        left = scale.x(0) - width if scale.high <= 0 else left
        return min(max(left, scale.left), scale.left + scale.width - width), width

    # -- pieces

    def _draw_sides(self, sides: tuple[str, str], top: float) -> float:
        """Draw the texts left and right of zero above the bars; return where they end."""
        x = self.scale.x(0)
        places: tuple[tuple[float, Align, float], ...] = (
            (x - 8, "right", x - 8),
            (x + 8, "left", self.sheet.width - x - 8),
        )
        lines = 0
        for text, (at, align, room) in zip(sides, places, strict=True):
            text_lines = wrap(text, max(room, 60.0), size=SMALL)
            if any(measure(line, size=SMALL) > room for line in text_lines):
                continue  # the legend has the same labels
            lines = max(lines, len(text_lines))
            for k, line in enumerate(text_lines):
                y = top + NOTE_LINE * (k + 0.5)
                self.sheet.write(at, y, line, size=SMALL, colour="muted", align=align)
        return top + NOTE_LINE * lines + 4

    def _draw_rule(self, rule: Rule, top: float) -> None:
        x, dash = self.scale.x(rule.at), "4 3" if rule.dashed else ""
        look: dict[str, Any] = {"colour": rule.colour, "weight": rule.weight, "id": rule.id}
        for start, end in self.labels.spans(top):
            self.sheet.line(x, start, x, end, dash=dash, **look)

    def _mark(self, mark: Mark, y: float) -> None:
        sheet, x = self.sheet, self.scale.x
        match mark:
            case Dot(at, shape, colour, filled, id):
                sheet.marker(x(at), y, shape, size=11, colour=colour, filled=filled, id=id)
            case LineMark(low, high, colour, weight, id):
                sheet.line(x(low), y, x(high), y, colour=colour, weight=weight, id=id)
            case BarMark():
                self._draw_bar(mark, x(mark.low), x(mark.high), y)

    def _draw_bar(self, bar: BarMark, left: float, right: float, y: float) -> None:
        sheet, height = self.sheet, bar.height * self.labels.bar
        if not bar.colour:
            self._draw_empty(left, y, right - left, bar.text, bar.id)
            return
        box = (left, y - height / 2, max(right - left, 1.0), height)
        sheet.rect(*box, fill=bar.colour, stroke=bar.outline, id=bar.id)
        if bar.hatched:
            sheet.hatch(*box, id=bar.id)
        width = right - left
        if bar.text is None or bar.text.width + 2 > width:
            return
        middle, needed = (left + right) / 2, min(bar.text.width + 4, width)
        if bar.hatched:  # no stripe crosses the digits
            sheet.rect(middle - needed / 2, y - 7, needed, 14, fill=bar.colour)
        self._say(bar.text, middle, y, "middle", palette.on(bar.colour))

    def _draw_outer(self, row: ChartRow, y: float) -> None:
        """Write the number of the last bar beside the bar, if the bar is too short for the number.

        Nothing is written where a head or labels take the place beside the bar: on a narrow sheet,
        on a sheet read from the right, and with heads on the right.
        """
        bars = [mark for mark in row.marks if isinstance(mark, BarMark) and mark.colour]
        taken = self.sheet.rtl or self.labels.narrow or not self.panel.head_left
        if not bars or taken or bars[-1].text is None:
            return
        last, text = bars[-1], bars[-1].text
        left, right = self.scale.x(last.low), self.scale.x(last.high)
        if text.width + 2 > right - left and text.width + 4 <= EDGE + GAP:
            self._say(text, right + 4, y, "left", "ink")

    def _draw_empty(
        self, left: float, y: float, width: float, text: TextMark | None, id: str = ""
    ) -> None:
        """Draw a dashed empty box, with its text where the text fits."""
        height = self.labels.bar
        look: dict[str, Any] = {"fill": "paper", "stroke": "muted", "dashed": True, "id": id}
        self.sheet.rect(left, y - height / 2, width, height, **look)
        if text and text.width + 6 <= width:
            self._say(text, left + width / 2, y, "middle", "muted")

    def _draw_head(self, row: ChartRow, y: float) -> None:
        """Write the main number of a row (`head`) beside its marks.

        A narrow sheet has the number on the line of the label (`_draw_across`).
        """
        if row.head is None or self.labels.narrow:
            return
        ends = [e for m in row.marks if isinstance(m, BarMark) for e in (m.low, m.high)]
        left, right = (self.scale.x(e) for e in (min(ends, default=0.0), max(ends, default=0.0)))
        for mark in row.marks:
            if isinstance(mark, Gone):
                left, width = self._place_box(mark)
                right = left + width
        x, align = (left - INSET, "right") if self.panel.head_left else (right + INSET, "left")
        self.sheet.write(x, y, row.head.text, size=BODY, bold=True, align=align, id=row.head.id)  # type: ignore[arg-type]

    def _draw_aside(self, bar: BarMark, scale: Panel, y: float) -> None:
        """Draw a bar of the panel aside, with its text."""
        zero, end = scale.x(0), scale.x(bar.high)
        if bar.high:
            box = BarMark(0, bar.high, bar.colour, hatched=bar.hatched, id=bar.id)
            self._draw_bar(box, min(zero, end), max(zero, end), y)
        if bar.text:
            x, align = (end - 4, "right") if self.sheet.rtl else (end + 4, "left")
            self._say(bar.text, x, y, align, "ink")  # type: ignore[arg-type]

    def _say(self, text: TextMark, x: float, y: float, align: Align, colour: str) -> None:
        look: dict[str, Any] = {"bold": text.bold, "colour": colour, "align": align, "id": text.id}
        self.sheet.write(x, y, text.text, size=SMALL, **look)
