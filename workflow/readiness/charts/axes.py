"""Axes of amounts: few lines, each with its number above the marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from readiness.charts.marks import Axis
from readiness.charts.metrics import SMALL, measure
from readiness.charts.sheet import Scale, Sheet
from readiness.language import numbers

HEIGHT = 22.0
Spans = Sequence[tuple[float, float]]
"""From where to where the lines of an axis run, from top to bottom."""
_ROOM = {"share": 52.0, "number": 62.0, "people": 40.0, "points": 46.0}
"""The pixels that a number of an axis needs."""
_ROUND = [(m, e) for e in range(-6, 13) for m in (1, 2, 5)]
_SHARES = [(5, -2), (1, -1), (25, -2), (5, -1)]


def round_step(needed: float, steps: Sequence[tuple[int, int]] = _ROUND) -> tuple[float, int]:
    """The smallest round step that is at least `needed`, or the last; its decimals."""
    m, e = next(((m, e) for m, e in steps if m * 10.0**e >= needed), steps[-1])
    return m * 10.0**e, max(0, -e)


def draw_axis(sheet: Sheet, axis: Axis, scale: Scale, top: float, spans: Spans) -> None:
    """Lines at round amounts between the scale's ends with their numbers, and the named rules.

    A number that the sheet's edge would cut, or that lies on a rule's, is left out.
    """
    share = axis.unit == "share"
    step, digits = round_step(_ROOM[axis.unit] / scale.unit, _SHARES if share else _ROUND)
    if axis.unit == "people":
        step, digits = max(step, 5.0), 0
    taken = [rule.at for rule in axis.rules if rule.text]
    for k in range(math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9) + 1):
        amount = k * step
        if axis.unit == "people" and (k < 1 or any(abs(amount - at) <= 2 for at in taken)):
            continue
        if axis.unit != "people":
            for start, end in spans:
                sheet.line(scale.x(amount), start, scale.x(amount), end, colour="grid")
        _tick(sheet, scale.x(amount), top, _number(amount, axis, digits, sheet.language))
    for rule in axis.rules:
        if rule.text:
            _tick(sheet, scale.x(rule.at), top, rule.text, bold=True, colour=rule.colour)


def _number(amount: float, axis: Axis, digits: int, language: str) -> str:
    if axis.unit == "points":
        # "+0,2" without its noun: the panel's title says what is counted.
        digits = max(0, digits - 2)
        return numbers.number(round(amount, 6), "points", digits, language, noun=False)
    if axis.unit == "share":
        return numbers.number(round(amount, 2), "share", 0, language)
    return numbers.number(round(amount, digits), "number", digits, language)


def _tick(sheet: Sheet, x: float, top: float, text: str, **look: Any) -> None:
    half = measure(text, size=SMALL, bold="bold" in look) / 2
    if half <= x <= sheet.width - half:
        look = {"colour": "muted", **look}
        sheet.write(x, top - 9, text, size=SMALL, align="middle", tick=True, **look)
