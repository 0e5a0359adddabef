"""Draw a specification curve: the estimates of all variants of an analysis, sorted, with their
limits, and below them a dot for each choice that a variant makes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness.charts.figures import DrawnFigure, Unit
from readiness.charts.picture import draw_lines
from readiness.charts.rows import NARROW_BELOW, round_step, write_amount
from readiness.charts.sheet import SMALL, Drawing, measure, wrap

HEIGHT, LINE, ROOM = 170.0, 16.0, 34.0
# `GAP`: pixels between the axis numbers and the curve. `MOST`: largest part of the width for the
# names of choices.
GAP, MOST = 10.0, 0.36


@dataclass(frozen=True)
class DrawnVariant:
    """A variant of the analysis.

    `figure`: number of the finding in the variant. `holds`: the finding holds in the variant.
    `choices`: choice made in each dimension.
    """

    figure: DrawnFigure
    holds: bool
    choices: Mapping[str, str]

    @property
    def colour(self) -> str:
        """Colour token of the variant's marks."""
        return "accent" if self.holds else "second"

    @property
    def ends(self) -> tuple[float, float, float]:
        """Lower limit, value, upper limit; three times the value where it has no limits."""
        at, low, high = self.figure.value or 0.0, self.figure.lower, self.figure.upper
        return at if low is None else low, at, at if high is None else high


@dataclass(frozen=True)
class Curve:
    """A panel of variants in the given order, in the page's reading direction.

    `choices`: name of each choice by dimension. `against`: the amount with which estimates are
    compared, drawn as a dashed line; None for no line.
    """

    title: str
    variants: Sequence[DrawnVariant]
    choices: Mapping[str, Mapping[str, str]]
    against: float | None

    def draw(self, sheet: Drawing, top: float) -> float:
        """Draw the panel from height `top` on; return the height at which it ends."""
        top = draw_lines(sheet, self.title, top, bold=True) + 8
        names = [
            name for names_of_choices in self.choices.values() for name in names_of_choices.values()
        ]
        widest = max(measure(name, size=SMALL) for name in names)
        left = min(widest, MOST * sheet.width) + GAP if sheet.width >= NARROW_BELOW else 46.0
        step = (sheet.width - left - 8) / len(self.variants)
        columns = [sheet.mirror(left + (k + 0.5) * step, 0.0) for k in range(len(self.variants))]
        size = min(9.0, max(3.5, 0.8 * step))
        self._draw_estimates(sheet, top, left, columns, size)
        return self._draw_choices(sheet, top + HEIGHT + 14, left, columns, min(size, 7.0))

    def _draw_estimates(
        self, sheet: Drawing, top: float, left: float, columns: Sequence[float], size: float
    ) -> None:
        """Draw the axis, the line of `against`, and each variant's estimate with its limits."""
        unit: Unit = "share" if self.variants[0].figure.unit == "share" else "points"
        amounts = [end for variant in self.variants for end in variant.ends]
        amounts += [self.against] if self.against is not None else []
        low, high = min(amounts), max(amounts)
        scale = HEIGHT / max(high - low, 0.02)

        def place(amount: float) -> float:
            return top + HEIGHT - (amount - low) * scale

        tick, digits = round_step(ROOM / scale)
        edge, (x, align) = sheet.mirror(left, 0.0), sheet.end(sheet.width - left + GAP)
        far = sheet.mirror(sheet.width, 0.0)
        for k in range(math.ceil(low / tick - 1e-9), math.floor(high / tick + 1e-9) + 1):
            y, label = place(k * tick), write_amount(k * tick, unit, digits, sheet.language)
            sheet.line(edge, y, far, y, colour="grid")
            sheet.write(x, y, label, size=SMALL, colour="muted", align=align, tick=True)
        if self.against is not None:
            y = place(self.against)
            sheet.line(edge, y, far, y, weight=1.5, dash="4 3")
        for column, variant in zip(columns, self.variants, strict=True):
            lower, at, upper = map(place, variant.ends)
            look = {"colour": variant.colour, "id": variant.figure.place}
            if upper < lower:
                sheet.line(column, upper, column, lower, weight=1.5, **look)
            sheet.marker(column, at, "circle", size=size, filled=variant.holds, **look)

    def _draw_choices(
        self, sheet: Drawing, top: float, left: float, columns: Sequence[float], size: float
    ) -> float:
        """Draw the dots of the choices; return the height at which they end."""
        narrow = sheet.width < NARROW_BELOW
        x, align = sheet.start()
        for dimension, names_of_choices in self.choices.items():
            for choice, name in names_of_choices.items():
                lines = wrap(name, sheet.width if narrow else left - GAP, size=SMALL)
                for k, line in enumerate(lines):
                    y = top + LINE * (k + 0.5)
                    sheet.write(x, y, line, size=SMALL, colour="muted", align=align)
                top += LINE * (len(lines) if narrow else 0)
                height = LINE * (1 if narrow else len(lines))
                for column, variant in zip(columns, self.variants, strict=True):
                    if variant.choices[dimension] == choice:
                        at, colour = (column, top + height / 2), variant.colour
                        sheet.marker(*at, "circle", size=size, colour=colour, filled=variant.holds)
                top += height
            top += 6
        return top
