"""Axes of amounts: few lines, each with its number above the marks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from readiness.charts.metrics import SMALL, measure
from readiness.charts.sheet import Scale, Sheet
from readiness.language import numbers

AXIS_HEIGHT = 22.0
Spans = Sequence[tuple[float, float]]
"""From where to where the lines of an axis run, from top to bottom."""
_SHARE_ROOM, _NUMBER_ROOM = 52.0, 62.0


def share_axis(sheet: Sheet, scale: Scale, top: float, spans: Spans) -> None:
    """Lines every 5, 10, 25 or 50 percent, as their numbers have room."""
    steps = (0.05, 0.1, 0.25, 0.5)
    step = next(s for s in steps if scale.unit * s >= _SHARE_ROOM or s == 0.5)
    low, high = max(scale.low, 0.0), min(scale.high, 1.0)
    ticks = [k * step for k in range(21) if low - 1e-9 <= k * step <= high + 1e-9]
    texts = {t: numbers.number(round(t, 2), "share", 0, sheet.language) for t in ticks}
    draw_axis(sheet, scale, top, spans, texts)


def number_axis(sheet: Sheet, scale: Scale, top: float, spans: Spans) -> None:
    """Lines at round steps."""
    sizes = [(m, e) for e in range(-6, 13) for m in (1, 2, 5)]
    m, e = next((m, e) for m, e in sizes if scale.unit * m * 10.0**e >= _NUMBER_ROOM)
    step, digits = m * 10.0**e, max(0, -e)
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9)
    ticks = [k * step for k in range(first, last + 1)]
    texts = {t: numbers.number(round(t, digits), "number", digits, sheet.language) for t in ticks}
    draw_axis(sheet, scale, top, spans, texts)


def draw_axis(
    sheet: Sheet,
    scale: Scale,
    top: float,
    spans: Spans,
    texts: Mapping[float, str],
    *,
    strong: float | None = None,
) -> None:
    """Lines at these amounts, their texts above `top`; the one at `strong` is emphasised.

    A text that would be cut by the edge of the sheet is left out.
    """
    for amount, text in texts.items():
        x = scale.x(amount)
        emphasised = strong is not None and abs(amount - strong) < 1e-9
        for start, end in spans:
            colour = "ink" if emphasised else "grid"
            sheet.line(x, start, x, end, colour=colour, weight=1.5 if emphasised else 1)
        half = measure(text, size=SMALL) / 2
        if half <= x <= sheet.width - half:
            y = top - 9
            sheet.write(x, y, text, size=SMALL, colour="muted", align="middle", tick=True)
