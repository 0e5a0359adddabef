"""The picture of `LevelBars`: keys, bars around their axis, "don't know" beside them, notes."""

from __future__ import annotations

from readiness.charts import frame, palette
from readiness.charts.frame import Key
from readiness.charts.level_spec import LevelSpec
from readiness.charts.levels import Row, Segment
from readiness.charts.marks import Mark
from readiness.charts.metrics import BODY, SMALL, measure, wrap
from readiness.charts.rows import Below, Place, RowLayout
from readiness.charts.sheet import Align, Scale, Sheet
from readiness.charts.words import base_text, quoted, sign_notes, word
from readiness.facts import Listed
from readiness.language import show
from readiness.register.signs import Sign

GAP, EDGE = 22.0, 6.0
_INSET = 8.0
BOX = 130.0
"""The width of the empty box of a row that has no bar."""


def draw(spec: LevelSpec, sheet: Sheet) -> Sheet:
    """The chart on its sheet, whose height it sets."""
    return _Picture(spec, sheet).draw()


class _Picture:
    """Places the panels of `LevelBars` and draws them."""

    def __init__(self, spec: LevelSpec, sheet: Sheet) -> None:
        self.spec, self.sheet = spec, sheet
        self.pieces = {row.code: spec.segments(row) for row in spec.table}
        bold = (spec.total or ("",))[0]
        places = [Place(r.code, r.label, r.section, r.code == bold) for r in spec.table]
        narrow = RowLayout.is_narrow(spec.width)
        self.heads = {row.code: self._head(row) for row in spec.table}
        below = [self._beside(row) if narrow else Below(self._base(row)) for row in spec.table]
        self.layout = RowLayout(places, below, spec.width)
        self.bar = self.layout.bar

    def _base(self, row: Row) -> str:
        return base_text(row.levels[0], self.spec.language, unweighted=row.apart)

    def _head(self, row: Row) -> Mark | None:
        """The headline share, where it has a value and is not the whole of what is hidden."""
        found = self.spec.headline(row) if self.spec.ordered else None
        return found if found is not None and found.value is not None else None

    def _beside(self, row: Row) -> Below:
        head = self.heads[row.code]
        return Below(head.text, id=head.place, bold=True) if head else Below(self._base(row))

    def draw(self) -> Sheet:
        spec, sheet, layout = self.spec, self.sheet, self.layout
        top = frame.head(sheet, spec.heading, spec.subtitle, simulated=spec.simulated)
        top = frame.keys(sheet, self._keys(), top, reading=False) + 4
        main, apart = self._panels()
        top = self._sides(main, top)
        sheet.height = top + layout.height
        layout.draw_labels(sheet, top)
        for row, y in zip(spec.table, layout.marks, strict=True):
            if self.pieces[row.code]:
                self._bar(main, row, top + y)
            else:
                self._instead(main, row, top + y)
            if apart is not None and row.dont_know is not None:
                self._apart(apart, row, row.dont_know, top + y)
        self._axis(main, top)
        end = top + layout.height + 8
        end = frame.keys(sheet, self._note_keys(), end)
        sheet.height = frame.notes(sheet, self._notes(), end) + 4
        return sheet

    # -- places

    def _panels(self) -> tuple[Scale, Scale | None]:
        """The scales of the bars and of "don't know": the same pixels for the same share."""
        spec, layout = self.spec, self.layout
        ends = [(s.left, s.left + s.width) for pieces in self.pieces.values() for s in pieces]
        low = min([0.0, *(left for left, _ in ends)])
        high = max([0.0, *(right for _, right in ends)])
        span = max(high - low, 0.1)
        outside = [row.dont_know for row in spec.table if row.dont_know]
        room = max((measure(m.plain, size=SMALL) for m in outside), default=0.0) + 8
        apart = max([m.value or 0.0 for m in outside] + [0.02]) if outside else 0.0
        head, left_side = self._head_room()
        fixed = layout.label_width + head + EDGE + (GAP + room if outside else 0.0)
        scale = (spec.width - fixed) / (span + apart)
        before = layout.label_width + (head if left_side != self.sheet.rtl else 0.0)
        main = self.sheet.panel(before, scale * span, low, high if high > low else low + span)
        if not outside:
            return main, None
        start = layout.label_width + head + scale * span + GAP
        width = scale * apart + room
        left = self.sheet.mirrored(start, width)
        if self.sheet.rtl:  # grows away from the scale, so that its text has room
            return main, Scale(left + width - scale, scale, 1.0, 0.0)
        return main, Scale(left, scale, 0.0, 1.0)

    def _head_room(self) -> tuple[float, bool]:
        """The room that headline numbers need beside the bars, and whether it is left of them."""
        heads = [mark for mark in self.heads.values() if mark]
        if self.layout.narrow or not heads:
            return 0.0, True
        room = max(measure(mark.plain, size=BODY, bold=True) for mark in heads) + _INSET
        return room, self._head_left()

    def _head_left(self) -> bool:
        """Whether the headline's levels stand left of the axis."""
        codes = list(self.spec.levels)
        headline = next(iter(self.spec.boxes.values()), ())
        return all(codes.index(code) < self.spec.left + self.spec.across for code in headline)

    def _sides(self, main: Scale, top: float) -> float:
        """What lies left and right of the axis, above the bars; where they end."""
        spec, sheet = self.spec, self.sheet
        if not spec.ordered:
            return top
        names = list(spec.levels.values())
        low, high = names[: spec.left], names[spec.left + spec.across :]
        x = main.x(0)
        sides: tuple[tuple[list[str], float, Align, float], ...] = (
            (low, x - 8, "right", x - 8),
            (high, x + 8, "left", sheet.width - x - 8),
        )
        lines = 0
        for labels, at, align, room in sides:
            text = show(Listed(tuple(labels), "or"), spec.language)
            broken = wrap(text, max(room, 60.0), size=SMALL)
            if any(measure(each, size=SMALL) > room for each in broken):
                continue  # no room on this side: the keys say it
            lines = max(lines, len(broken))
            for k, each in enumerate(broken):
                y = top + frame.NOTE_LINE * (k + 0.5)
                sheet.write(at, y, each, size=SMALL, colour="muted", align=align)
        return top + frame.NOTE_LINE * lines + 4

    # -- pieces

    def _axis(self, main: Scale, top: float) -> None:
        """The line between low and high, over the bars; not through a box that lies across it."""
        layout, x = self.layout, main.x(0)
        across = [
            (mark.box[1], mark.box[3])
            for mark in self.sheet.marks
            if mark.kind == "rect" and mark.box[0] < x - 1 and mark.box[2] > x + 1
        ]
        for start, end in layout.spans(top):
            for low, high in sorted(box for box in across if start <= box[0] and box[1] <= end):
                if low > start:
                    self.sheet.line(x, start, x, low, weight=1.5, id="axis")
                start = high
            if end > start:
                self.sheet.line(x, start, x, end, weight=1.5, id="axis")

    def _instead(self, main: Scale, row: Row, y: float) -> None:
        """What stands where there is no bar: an empty box with the sign."""
        hidden = next(mark for mark in row.levels if mark.value is None)
        width = min(BOX, main.width)
        left = main.x(0) - (width / 2 if main.low < 0 < main.high else 0.0)
        left = min(max(left, main.left), main.left + main.width - width)
        if main.high <= 0:
            left = main.x(0) - width
        self._empty(left, y, width, hidden)
        head = self.heads[row.code]
        if head and not self.layout.narrow:
            x = left - _INSET + 2
            self.sheet.write(x, y, head.plain, bold=True, align="right", id=head.place)

    def _empty(self, left: float, y: float, width: float, mark: Mark, id: str = "") -> None:
        sheet = self.sheet
        sheet.rect(
            left,
            y - self.bar / 2,
            width,
            self.bar,
            fill="paper",
            stroke="muted",
            dashed=True,
            id=id,
        )
        if measure(mark.plain, size=SMALL) + 6 <= width:
            middle = left + width / 2
            sheet.write(
                middle, y, mark.plain, size=SMALL, colour="muted", align="middle", id=mark.place
            )

    def _bar(self, main: Scale, row: Row, y: float) -> None:
        spec = self.spec
        marks = {mark.id: mark for mark in row.levels}
        for piece in self.pieces[row.code]:
            left, width = main.x(piece.left), piece.width * main.unit
            if piece.colour is None:
                hidden = row.levels[piece.level]
                self._empty(left, y, width, hidden, piece.id)
            else:
                self._level(piece, marks[piece.id], left, width, y, small=spec.is_small(row))
        head = self.heads[row.code]
        if head and not self.layout.narrow:
            self._headline(main, row, head, y)

    def _level(
        self, piece: Segment, mark: Mark, left: float, width: float, y: float, *, small: bool
    ) -> None:
        sheet, colour = self.sheet, piece.colour or ""
        sheet.rect(
            left, y - self.bar / 2, width, self.bar, fill=colour, stroke="paper", id=piece.id
        )
        weak = small or mark.sign is Sign.WEAK
        if weak:
            sheet.hatch(left, y - self.bar / 2, width, self.bar, id=piece.id)
        needed = measure(mark.plain, size=SMALL)
        if needed + 6 > width:
            return
        middle = left + width / 2
        if weak:  # nothing runs through a number
            sheet.rect(middle - needed / 2 - 2, y - 8, needed + 4, 16, fill=colour)
        on = palette.on(colour)
        sheet.write(middle, y, mark.plain, size=SMALL, colour=on, align="middle", id=mark.place)

    def _headline(self, main: Scale, row: Row, head: Mark, y: float) -> None:
        """The headline share, bold, where its side of the bar ends."""
        pieces = self.pieces[row.code]
        if self._head_left():
            x = main.x(min(piece.left for piece in pieces)) - _INSET + 2
            self.sheet.write(x, y, head.plain, bold=True, align="right", id=head.place)
        else:
            x = main.x(max(piece.left + piece.width for piece in pieces)) + _INSET - 2
            self.sheet.write(x, y, head.plain, bold=True, align="left", id=head.place)

    def _apart(self, scale: Scale, row: Row, mark: Mark, y: float) -> None:
        """The share outside the scale, with its number; growing away from the bars."""
        end = scale.x(mark.value or 0.0)
        if mark.value:
            left = min(scale.x(0), end)
            width = abs(end - scale.x(0))
            self.sheet.rect(left, y - self.bar / 2, width, self.bar, fill="neutral", id=mark.id)
            if self.spec.is_small(row) or mark.sign is Sign.WEAK:
                self.sheet.hatch(left, y - self.bar / 2, width, self.bar, id=mark.id)
        beside: tuple[float, Align] = (end - 4, "right") if self.sheet.rtl else (end + 4, "left")
        self.sheet.write(beside[0], y, mark.plain, size=SMALL, align=beside[1], id=mark.place)

    # -- keys and notes

    def _keys(self) -> list[Key]:
        spec = self.spec
        keys = [Key(n, c) for n, c in zip(spec.levels.values(), spec.colours, strict=True)]
        if spec.dont_know and any(row.dont_know for row in spec.table):
            keys.append(Key(spec.dont_know[1], "neutral"))
        return keys

    def _note_keys(self) -> list[Key]:
        spec = self.spec
        if not any(self.pieces[row.code] and spec.is_small(row) for row in spec.table):
            return []
        label = word("charts.small.bars", spec.language, n=spec.small)
        return [Key(label, "muted", "hatch")]

    def _notes(self) -> list[str]:
        spec = self.spec
        marks = [m for r in spec.table for m in (*r.levels, r.dont_know) if m is not None]
        notes = sign_notes(marks, spec.language)
        if any(self.heads.values()):
            codes = next(iter(spec.boxes.values()))
            levels = quoted([spec.levels[code] for code in codes])
            notes.insert(0, word("charts.bold", spec.language, levels=levels))
        return notes
