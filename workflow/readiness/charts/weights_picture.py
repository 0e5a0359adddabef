"""The picture of `WeightsPicture`: a histogram of the weights above the gaps of the margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from readiness.charts import frame
from readiness.charts.axes import AXIS_HEIGHT, draw_axis
from readiness.charts.blank import nothing_to_show
from readiness.charts.finished import Chart, finish
from readiness.charts.frame import Key
from readiness.charts.metrics import SMALL, measure, wrap
from readiness.charts.sheet import Align, Scale, Shape, Sheet
from readiness.charts.weights import WeightsSpec
from readiness.charts.words import word
from readiness.language import numbers

HISTOGRAM = 170.0
LEFT, RIGHT = 52.0, 14.0
ROW, LINE = 22.0, 17.0


@dataclass(frozen=True)
class WeightsPicture(WeightsSpec):
    """A histogram of relative weights above the margins' gaps; fields as in `WeightsSpec`."""

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; it draws no number of the register, so it has no ids."""
        return finish(self.sheet(name), self.heading, self.facts(), table=self.table())

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; outlines have the ids `before` and `after`, gaps their category."""
        sheet = Sheet(self.width, self.language, name)
        if self.empty:
            return nothing_to_show(sheet, self.heading, simulated=self.simulated)
        return _Picture(self, sheet).draw()


class _Picture:
    """Draws one panel below the other."""

    def __init__(self, spec: WeightsSpec, sheet: Sheet) -> None:
        self.spec, self.sheet = spec, sheet
        before, after = (
            word(key, spec.language) for key in ("charts.weights.before", "charts.weights.after")
        )
        self.keys = [
            Key(before, "second", "diamond", filled=False),
            Key(after, "accent", "circle"),
        ]

    def draw(self) -> Sheet:
        spec, sheet = self.spec, self.sheet
        top = frame.head(sheet, spec.heading, simulated=spec.simulated)
        if spec.trimmed:
            top = frame.keys(sheet, self.keys, top)
        top = self._histogram(top + 22)
        margins = [
            (code, label, spec.gaps[spec.gaps["variable"] == code])
            for code, label in spec.variables.items()
            if (spec.gaps["variable"] == code).any()
        ]
        sheet.height = self._gaps(margins, top + 14) if margins else top
        return sheet

    # -- weights

    def _histogram(self, top: float) -> float:
        spec, sheet = self.spec, self.sheet
        edges, before, after = spec.counts()
        most = max(1, int(max(before.max(), after.max())))
        scale = sheet.panel(LEFT, sheet.width - LEFT - RIGHT, float(edges[0]), float(edges[-1]))
        floor = top + HISTOGRAM
        unit = HISTOGRAM / (most * 1.05)
        for tick in _round_ticks(most):
            y = floor - tick * unit
            sheet.line(scale.left, y, scale.left + scale.width, y, colour="grid")
            x, _ = sheet.start(LEFT - 6)
            side: Align = "left" if sheet.rtl else "right"
            text = numbers.whole(tick, spec.language)
            sheet.write(x, y, text, size=SMALL, colour="muted", align=side, tick=True)
        steps = (m * 10.0**e for e in range(-1, 12) for m in (1, 2, 5) if m * 10.0**e >= 0.5)
        step = next(s for s in steps if scale.unit * s >= 44)
        for tick in np.arange(0, edges[-1] + 1e-9, step):
            text = numbers.number(float(tick), "number", 0 if step >= 1 else 1, spec.language)
            at = (scale.x(float(tick)), floor + 12)
            sheet.write(*at, text, size=SMALL, colour="muted", align="middle", tick=True)
        outline = [(scale.x(x), floor - n * unit) for x, n in _steps(edges, after)]
        closed = [(scale.x(float(edges[0])), floor), *outline, (scale.x(float(edges[-1])), floor)]
        sheet.area(closed, fill="high2", id="after")
        if spec.trimmed:
            line = [(scale.x(x), floor - n * unit) for x, n in _steps(edges, before)]
            sheet.outline(line, colour="second", weight=2, id="before")
        self._bounds(scale, top, floor, float(edges[-1]))
        return floor + 24

    def _bounds(self, scale: Scale, top: float, floor: float, last: float) -> None:
        """Where weights were cut, with the word for it where there is room."""
        said = word("charts.weights.bound", self.spec.language)
        free = 0.0
        for bound in (b for b in self.spec.bounds if b <= last):
            x, half = scale.x(bound), measure(said, size=SMALL) / 2
            self.sheet.line(x, top, x, floor, weight=1.2, dash="4 3", id="bound")
            middle = min(max(x, half), self.sheet.width - half)
            if middle - half >= free:
                self.sheet.write(middle, top - 10, said, size=SMALL, colour="muted", align="middle")
                free = middle + half + 6

    # -- margins

    def _gaps(self, margins: list[tuple[str, str, pd.DataFrame]], top: float) -> float:
        spec, sheet = self.spec, self.sheet
        texts = {
            (code, str(category)): wrap(
                spec.label(code, str(category)),
                0.42 * sheet.width,
                size=SMALL,
            )
            for code, _, part in margins
            for category in part["category"]
        }
        longest = max(measure(line, size=SMALL) for lines in texts.values() for line in lines)
        values = spec.gaps[["before", "after"]].to_numpy(dtype=float)
        reach = max(0.002, float(np.max(np.abs(values)))) * 1.1
        left = longest + 30
        scale = sheet.panel(left, sheet.width - left - 20, -reach, reach)
        x, align = sheet.start()
        for line in wrap(word("charts.gaps.axis", spec.language), sheet.width, bold=True):
            sheet.write(x, top + LINE / 2, line, bold=True, align=align)
            top += LINE + 2
        top += AXIS_HEIGHT
        ends = top + sum(
            ROW + 6 + sum(self._height(texts[code, str(c)]) for c in part["category"])
            for code, _, part in margins
        )
        self._gap_axis(scale, reach, top, ends)
        for code, label, part in margins:
            sheet.write(x, top + ROW / 2, label, size=SMALL, bold=True, align=align)
            top += ROW
            for row in part.to_dict("records"):
                lines = texts[code, str(row["category"])]
                inner, _ = sheet.start(12)
                for k, line in enumerate(lines):
                    at = top + ROW / 2 + LINE * k
                    sheet.write(inner, at, line, size=SMALL, align=align)
                middle = top + self._height(lines) / 2
                self._gap(scale, f"{code}.{row['category']}", row["before"], row["after"], middle)
                top += self._height(lines)
            top += 6
        return top

    @staticmethod
    def _height(lines: list[str]) -> float:
        return ROW + LINE * (len(lines) - 1)

    def _gap_axis(self, scale: Scale, reach: float, top: float, end: float) -> None:
        steps = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)
        step = next(s for s in steps if scale.unit * s >= 46 or s == 1.0)
        count = int(reach / step)
        # "+0,2" without its noun: the panel's title says what is counted.
        texts = {
            k * step: numbers.number(
                round(k * step, 6),
                "points",
                1 if step < 0.01 else 0,
                self.spec.language,
                noun=False,
            )
            for k in range(-count, count + 1)
        }
        draw_axis(self.sheet, scale, top, [(top, end)], texts, strong=0.0)

    def _gap(self, scale: Scale, name: str, before: float, after: float, y: float) -> None:
        sheet = self.sheet
        drawn = list(zip(("before", "after"), (before, after), self.keys, strict=True))
        if self.spec.trimmed:
            sheet.line(scale.x(before), y, scale.x(after), y, colour="neutral", weight=2)
        for stage, value, key in drawn if self.spec.trimmed else drawn[1:]:
            shape: Shape = "diamond" if stage == "before" else "circle"
            sheet.marker(
                scale.x(value), y, shape, size=9, colour=key.colour, filled=key.filled,
                id=f"{name}.{stage}",
            )  # fmt: skip


def _steps(edges: np.ndarray, counts: np.ndarray) -> list[tuple[float, float]]:
    """The corners of a histogram's outline."""
    corners: list[tuple[float, float]] = []
    for k, count in enumerate(counts):
        corners += [(float(edges[k]), float(count)), (float(edges[k + 1]), float(count))]
    return corners


def _round_ticks(most: int) -> list[int]:
    """About three round counts up to `most`."""
    step = next(m * 10**e for e in range(9) for m in (1, 2, 5) if most / (m * 10**e) <= 4)
    return list(range(0, most + 1, step))
