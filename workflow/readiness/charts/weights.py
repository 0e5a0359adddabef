"""What weighting did: the spread of the weights before and after trimming, and the margins' gaps.

Weights are drawn relative to their mean, so that 1 is a respondent who counts for an average one.
Trimming moves the margins: the lower panel shows by how much each category misses its target.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from readiness.charts.figures import closing, word
from readiness.charts.marks import AmountAxis, ChartRow, Dot, LineMark, Mark, Rule
from readiness.charts.picture import Cell, LegendKey, Picture, nothing
from readiness.charts.rows import Rows, round_step
from readiness.charts.sheet import SMALL, Align, Drawing, Panel, measure
from readiness.errors import RenderError
from readiness.facts import Fact, Listed
from readiness.language import Language, numbers, show
from readiness.survey.weighting.margins import JOINED

BINS = 30
DECIMALS = 4
HEIGHT = 170.0
LEFT, RIGHT = 52.0, 14.0
Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Margins:
    """By how much categories miss their targets.

    `gaps`: one row a category of a margin, columns `variable`, `category`, `before`, `after`; the
    last two are weighted share minus target, -1 to 1; no rows, no panel. `variables`: code to
    label, in the order to draw; `categories`: (variable, category) to label, codes stand where a
    label lacks.
    """

    gaps: pd.DataFrame
    variables: Mapping[str, str]
    categories: Mapping[tuple[str, str], str]

    def label(self, variable: str, category: str, language: Language) -> str:
        """The label of a category, or of several that were merged; the code where it has none."""
        codes = category.split(JOINED)
        labels = tuple(self.categories.get((variable, code), code) for code in codes)
        return show(Listed(labels), language)


def weights_chart(
    before: Weights,
    after: Weights,
    margins: Margins,
    language: Language,
    *,
    simulated: bool,
    bounds: Sequence[float] = (),
) -> Picture:
    """A histogram of relative weights above the margins' gaps; no number of it is registered.

    `before`, `after`: what raking made of the base weights of the same respondents, before and
    after any limit, in means of it, shape (n,); `bounds`: the limits; none, and nothing was. None
    of the wave could be weighted: there is nothing to show.

    Raises RenderError when weights are not positive or of two lengths, or a margin has no label.
    """
    for name, found in (("before", before), ("after", after)):
        if not np.all(np.isfinite(found)) or np.min(found, initial=1.0) <= 0:
            raise RenderError(f"weights chart: {name}: expected positive, finite weights.")
    if len(before) != len(after):
        raise RenderError(
            f"weights chart: {len(before)} weights before trimming, {len(after)} after; expected "
            "the same respondents."
        )
    if unknown := set(margins.gaps["variable"]) - set(margins.variables):
        raise RenderError(f"weights chart: no label for margins {', '.join(sorted(unknown))}.")
    title = word("charts.weights.axis", language)
    if len(after) == 0:
        return nothing(title, language, simulated=simulated)
    histogram = Histogram(*counts(before, after), tuple(bounds))
    keys = [
        LegendKey(word("charts.weights.before", language), "second", "diamond", filled=False),
        LegendKey(word("charts.weights.after", language), "accent", "circle"),
    ]
    gaps = len(margins.gaps) > 0
    return Picture(
        title,
        [
            Fact("charts.alt.trimmed" if bounds else "charts.alt.weights"),
            *([Fact("charts.alt.gaps")] if gaps else []),
            *closing(simulated=simulated),
        ],
        language,
        [histogram, _gaps(margins, bool(bounds), language)] if gaps else [histogram],
        simulated=simulated,
        keys=keys if bounds else [],
        table=[*histogram.table(), *_gap_table(margins, bool(bounds), language)],
    )


def counts(before: Weights, after: Weights) -> tuple[Weights, Weights, Weights]:
    """The histogram: edges of the bins, counts before and after."""
    top = max(1.0, *(float(np.max(w)) for w in (before, after)))
    # Edges at round steps, the same for both: 0, 0.1, 0.2 ...
    step = next(s for s in (0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, top) if top / s <= BINS)
    edges = np.arange(0, np.ceil(top / step) + 1) * step
    return edges, *(np.histogram(w, edges)[0].astype(float) for w in (before, after))  # type: ignore[return-value]


@dataclass(frozen=True)
class Histogram:
    """The panel of two histograms: what is is filled, what was an outline, `bounds` are dashed."""

    edges: Weights
    before: Weights
    after: Weights
    bounds: tuple[float, ...]

    def table(self) -> list[dict[str, Cell]]:
        """What is drawn: respondents in each class of weight."""
        ends = np.round(self.edges, DECIMALS)
        return [
            {
                "panel": "weights",
                "row": "",
                "from": float(low),
                "to": float(high),
                "before": int(was) if self.bounds else None,
                "after": int(now),
            }
            for low, high, was, now in zip(
                ends[:-1], ends[1:], self.before, self.after, strict=True
            )
        ]

    def draw(self, sheet: Drawing, top: float) -> float:
        """Draw the panel from `top` on; where it ends."""
        top += 18
        last = float(self.edges[-1])
        scale = sheet.panel(LEFT, sheet.width - LEFT - RIGHT, 0.0, last)
        most = max(1.0, float(max(self.before.max(), self.after.max())))
        floor, unit = top + HEIGHT, HEIGHT / (most * 1.05)
        side: Align = "left" if sheet.rtl else "right"
        step = round_step(max(1.0, most / 4))[0]
        for tick in np.arange(0, most + 1e-9, step):
            y = floor - tick * unit
            sheet.line(scale.left, y, scale.left + scale.width, y, colour="grid")
            text = numbers.whole(int(tick), sheet.language)
            _tick(sheet, sheet.start(LEFT - 6)[0], y, text, side)
        step, digits = round_step(max(0.5, 44 / scale.unit))
        for tick in np.arange(0, last + 1e-9, step):
            text = numbers.number(float(tick), "number", digits, sheet.language)
            _tick(sheet, scale.x(float(tick)), floor + 12, text, "middle")
        outline = [(scale.x(x), floor - n * unit) for x, n in self._corners(self.after)]
        closed = [(scale.x(0.0), floor), *outline, (scale.x(last), floor)]
        sheet.path(closed, fill="high2", id="after")
        if self.bounds:
            line = [(scale.x(x), floor - n * unit) for x, n in self._corners(self.before)]
            sheet.path(line, stroke="second", weight=2, id="before")
        self._bounds(sheet, scale, top, floor)
        return floor + 24

    def _corners(self, found: Weights) -> list[tuple[float, float]]:
        """The corners of a histogram's outline."""
        sides = np.repeat(self.edges, 2)[1:-1]
        return list(zip(sides.tolist(), np.repeat(found, 2).tolist(), strict=True))

    def _bounds(self, sheet: Drawing, scale: Panel, top: float, floor: float) -> None:
        """Where weights were cut, with the word for it where there is room."""
        said, free = word("charts.weights.bound", sheet.language), 0.0
        half = measure(said, size=SMALL) / 2
        for bound in (b for b in self.bounds if b <= self.edges[-1]):
            x = scale.x(bound)
            sheet.line(x, top, x, floor, weight=1.2, dash="4 3", id="bound")
            middle = min(max(x, half), sheet.width - half)
            if middle - half >= free:
                sheet.write(middle, top - 10, said, size=SMALL, colour="muted", align="middle")
                free = middle + half + 6


def _tick(sheet: Drawing, x: float, y: float, text: str, align: Align) -> None:
    sheet.write(x, y, text, size=SMALL, colour="muted", align=align, tick=True)


def _gaps(margins: Margins, trimmed: bool, language: Language) -> Rows:
    """The panel of the margins: a heading a variable, then its categories."""
    rows: list[ChartRow] = []
    for code, label in margins.variables.items():
        part = margins.gaps[margins.gaps["variable"] == code]
        if len(part):
            rows.append(ChartRow(label, bold=True, section=bool(rows)))
        for row in part.to_dict("records"):
            category, was, now = str(row["category"]), float(row["before"]), float(row["after"])
            marks: list[Mark] = [Dot(now, size=9, id=f"{code}.{category}.after")]
            if trimmed:
                name = f"{code}.{category}.before"
                diamond = Dot(was, "diamond", "second", filled=False, size=9, id=name)
                marks = [LineMark(was, now, "neutral"), diamond, *marks]
            rows.append(ChartRow(margins.label(code, category, language), marks))
    values = margins.gaps[["before", "after"]].to_numpy(dtype=float)
    reach = max(0.002, float(np.max(np.abs(values)))) * 1.1
    axis = AmountAxis("points", ends=(-reach, reach), rules=[Rule(0.0, "target", dashed=False)])
    return Rows(rows, axis, title=word("charts.gaps.axis", language))


def _gap_table(margins: Margins, trimmed: bool, language: Language) -> list[dict[str, Cell]]:
    return [
        {
            "panel": "gaps",
            "row": margins.label(row["variable"], str(row["category"]), language),
            "from": None,
            "to": None,
            "before": float(row["before"]) if trimmed else None,
            "after": float(row["after"]),
        }
        for row in margins.gaps.to_dict("records")
    ]
