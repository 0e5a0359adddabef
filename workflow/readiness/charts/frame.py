"""What stands around a picture: ribbon, title, subtitle above it; keys and notes below or above.

Each function draws from a height on and returns where it ended, so that a chart is built from top
to bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

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

    `look`: `patch`, `hatch` (a hatched patch), `outline` (an empty one), `gone` (a dashed empty
    box), `line` (dashed), `stroke` (a whole line), or the shape of a marker.
    """

    label: str
    colour: str
    look: str = "patch"
    filled: bool = True

    @property
    def width(self) -> float:
        """Its width with the space after it."""
        return KEY_SIZE + _KEY_GAP + measure(self.label, size=BODY) + _BETWEEN


def head(sheet: Sheet, title: str, subtitle: str = "", *, simulated: bool) -> float:
    """The ribbon of a simulated wave, the title and what is shown of whom."""
    y = 0.0
    if simulated:
        sheet.rect(0, 0, sheet.width, RIBBON, fill="stamp", id="stamp")
        said = text("charts.simulated", sheet.language)
        x, colour = sheet.width / 2, palette.on("stamp")
        sheet.write(x, RIBBON / 2, said, bold=True, colour=colour, align="middle", id="stamp")
        y = RIBBON + 8
    x, align = sheet.start()
    for line in wrap(title, sheet.width, size=TITLE, bold=True):
        sheet.write(x, y + 11, line, size=TITLE, bold=True, align=align)
        y += 22
    return notes(sheet, [subtitle], y) + 6


def notes(sheet: Sheet, texts: Sequence[str], top: float) -> float:
    """Small texts, one below the other, broken into lines; empty ones are none."""
    x, align = sheet.start()
    for said in filter(None, texts):
        for line in wrap(said, sheet.width, size=SMALL):
            at = top + NOTE_LINE / 2
            sheet.write(x, at, line, size=SMALL, colour="muted", align=align)
            top += NOTE_LINE
    return top


def keys(sheet: Sheet, entries: Sequence[Key], top: float, *, reading: bool = True) -> float:
    """A legend in as many lines as it needs; an ordered scale keeps the direction of its axis.

    `reading`: in reading direction; otherwise always from left to right.
    """
    mirrored = sheet.rtl and reading
    room = sheet.width - KEY_SIZE - _KEY_GAP
    for line in _lines(entries, sheet.width):
        y = top + KEY_LINE / 2
        x = sheet.width if mirrored else 0.0
        if sheet.rtl and not reading:
            x = max(0.0, sheet.width - sum(key.width for key in line) + _BETWEEN)
        most = 1
        for key in line:
            _key(sheet, key, x - KEY_SIZE if mirrored else x, y)
            beside = KEY_SIZE + _KEY_GAP
            at: tuple[float, Align] = (x - beside, "right") if mirrored else (x + beside, "left")
            broken = wrap(key.label, room, size=BODY)
            for k, part in enumerate(broken):
                sheet.write(at[0], y + NOTE_LINE * k, part, align=at[1])
            most = max(most, len(broken))
            x += -key.width if mirrored else key.width
        top += KEY_LINE + NOTE_LINE * (most - 1)
    return top


def _lines(entries: Sequence[Key], width: float) -> list[list[Key]]:
    lines: list[list[Key]] = []
    used = 0.0
    for key in entries:
        if not lines or used + key.width - _BETWEEN > width:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += key.width
    return lines


def _key(sheet: Sheet, key: Key, x: float, y: float) -> None:
    box = (x, y - KEY_SIZE / 2, KEY_SIZE, KEY_SIZE)
    if key.look == "gone":
        sheet.rect(*box, stroke="muted", dashed=True)
    elif key.look == "line":
        sheet.line(x, y, x + KEY_SIZE, y, colour=key.colour, weight=2, dash="4 3")
    elif key.look == "outline":
        inner = (x + 1, box[1] + 1, KEY_SIZE - 2, KEY_SIZE - 2)
        sheet.rect(*inner, stroke=key.colour, weight=2)
    elif key.look == "stroke":
        sheet.line(x, y, x + KEY_SIZE, y, colour=key.colour, weight=2)
    elif key.look in ("patch", "hatch"):
        sheet.rect(*box, fill=key.colour)
        if key.look == "hatch":
            sheet.hatch(*box)
    else:
        shape = cast("Shape", key.look)
        sheet.marker(x + KEY_SIZE / 2, y, shape, colour=key.colour, filled=key.filled, size=12)
