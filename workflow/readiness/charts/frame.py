"""What stands around panels: ribbon, title, subtitle and keys above them, texts between and below.

Each function draws from a height on and returns where it ended, so that a chart is built from top
to bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from readiness.charts import palette
from readiness.charts.metrics import BODY, SMALL, TITLE, measure, wrap
from readiness.charts.sheet import Align, Shape, Sheet
from readiness.language import text

RIBBON = 24.0
NOTE_LINE = 17.0
KEY_LINE = 22.0
KEY_SIZE = 15.0
_KEY_GAP = 7.0
_BETWEEN = 18.0


@dataclass(frozen=True)
class Key:
    """One entry of a legend: how the thing looks, and its label.

    `look`: `patch`, `hatch` (a hatched patch), `outline` (an empty one), `stroke` (a line), or the
    shape of a marker.
    """

    label: str
    colour: str
    look: Literal["patch", "hatch", "outline", "stroke"] | Shape = "patch"
    filled: bool = True

    @property
    def width(self) -> float:
        """Its width with the space after it."""
        return KEY_SIZE + _KEY_GAP + measure(self.label, size=BODY) + _BETWEEN

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """How it looks, from its left side and the middle of its height."""
        box = (x, y - KEY_SIZE / 2, KEY_SIZE, KEY_SIZE)
        match self.look:
            case "stroke":
                sheet.line(x, y, x + KEY_SIZE, y, colour=self.colour, weight=2)
            case "outline":
                inner = (x + 1, box[1] + 1, KEY_SIZE - 2, KEY_SIZE - 2)
                sheet.rect(*inner, stroke=self.colour, weight=2)
            case "patch" | "hatch":
                sheet.rect(*box, fill=self.colour)
                if self.look == "hatch":
                    sheet.hatch(*box)
            case shape:
                at = (x + KEY_SIZE / 2, y)
                sheet.marker(*at, shape, size=12, colour=self.colour, filled=self.filled)


def head(sheet: Sheet, title: str, subtitle: str = "", *, simulated: bool) -> float:
    """The ribbon of a simulated wave, the title and what is shown of whom."""
    y = 0.0
    if simulated:
        sheet.rect(0, 0, sheet.width, RIBBON, fill="stamp", id="stamp")
        said = text("report.simulated.title", sheet.language)
        x, colour = sheet.width / 2, palette.on("stamp")
        sheet.write(x, RIBBON / 2, said, bold=True, colour=colour, align="middle", id="stamp")
        y = RIBBON + 8
    x, align = sheet.start()
    for line in wrap(title, sheet.width, size=TITLE, bold=True):
        sheet.write(x, y + 11, line, size=TITLE, bold=True, align=align)
        y += 22
    return lines(sheet, subtitle, y) + 6


def lines(sheet: Sheet, said: str, top: float, *, bold: bool = False) -> float:
    """A text in lines, small or `bold`; none where it is empty."""
    x, align = sheet.start()
    size, colour = (BODY, "ink") if bold else (SMALL, "muted")
    for line in wrap(said, sheet.width, size=size, bold=bold) if said else []:
        at = top + NOTE_LINE / 2
        sheet.write(x, at, line, size=size, bold=bold, colour=colour, align=align)
        top += NOTE_LINE
    return top


def keys(sheet: Sheet, entries: Sequence[Key], top: float, *, reading: bool = True) -> float:
    """A legend in as many lines as it needs; an ordered scale keeps the direction of its axis.

    `reading`: in reading direction; otherwise always from left to right.
    """
    mirrored = sheet.rtl and reading
    room, beside = sheet.width - KEY_SIZE - _KEY_GAP, KEY_SIZE + _KEY_GAP
    for line in _key_lines(entries, sheet.width):
        y = top + KEY_LINE / 2
        x = sheet.width if mirrored else 0.0
        if sheet.rtl and not reading:
            x = max(0.0, sheet.width - sum(key.width for key in line) + _BETWEEN)
        most = 1
        for key in line:
            key.draw(sheet, x - KEY_SIZE if mirrored else x, y)
            at: tuple[float, Align] = (x - beside, "right") if mirrored else (x + beside, "left")
            broken = wrap(key.label, room, size=BODY)
            for k, part in enumerate(broken):
                sheet.write(at[0], y + NOTE_LINE * k, part, align=at[1])
            most = max(most, len(broken))
            x += -key.width if mirrored else key.width
        top += KEY_LINE + NOTE_LINE * (most - 1)
    return top


def _key_lines(entries: Sequence[Key], width: float) -> list[list[Key]]:
    found: list[list[Key]] = []
    used = 0.0
    for key in entries:
        if not found or used + key.width - _BETWEEN > width:
            found.append([])
            used = 0.0
        found[-1].append(key)
        used += key.width
    return found
