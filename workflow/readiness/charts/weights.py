"""What weighting did: the spread of the weights before and after trimming, and the margins' gaps.

Weights are drawn relative to their mean, so that 1 is a respondent who counts for an average one.
Trimming moves the margins: the lower panel shows by how much each category misses its target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from readiness.charts import style
from readiness.charts.style import Chart, Key, Sheet
from readiness.charts.words import closing, said, word
from readiness.errors import RenderError
from readiness.facts import Fact
from readiness.language import Language, numbers

BINS = 30
HISTOGRAM_HEIGHT = 130.0
ROW = 15.0
LINE = 10.0
TITLE = 14.0


@dataclass(frozen=True)
class WeightsPicture:
    """Histogram of relative weights above a dot plot of the margins' gaps; `chart()` draws it.

    `before`, `after`: weights of the same respondents before and after trimming, any scale, shape
    (n,). `gaps`: one row a category of a margin, columns `variable`, `category`, `before`, `after`;
    the last two are weighted share minus target, -1 to 1; no rows, no lower panel. `variables`:
    code to label, in the order to draw; `categories`: (variable, category) to label, codes stand
    where a label lacks. `bounds`: the trimming bounds, relative to the mean; none, and nothing was
    trimmed. `width` in CSS pixels.

    Raises RenderError when weights are empty, not positive or of two lengths, or gaps lack
    a column.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    gaps: pd.DataFrame
    variables: Mapping[str, str]
    categories: Mapping[tuple[str, str], str]
    simulated: bool
    language: Language
    bounds: tuple[float, ...] = ()
    width: int = style.WIDE

    def __post_init__(self) -> None:
        for name, weights in (("before", self.before), ("after", self.after)):
            if len(weights) == 0 or not np.all(np.isfinite(weights)) or np.min(weights) <= 0:
                raise RenderError(f"weights chart: {name}: expected positive, finite weights.")
        if len(self.before) != len(self.after):
            raise RenderError(
                f"weights chart: {len(self.before)} weights before trimming, {len(self.after)} "
                "after; expected the same respondents."
            )
        lacking = {"variable", "category", "before", "after"} - set(self.gaps.columns)
        if lacking:
            raise RenderError(f"weights chart: gaps lack the columns {', '.join(sorted(lacking))}.")
        unknown = set(self.gaps["variable"]) - set(self.variables)
        if unknown:
            raise RenderError(f"weights chart: no label for margins {', '.join(sorted(unknown))}.")

    def chart(self) -> Chart:
        """The finished chart; it draws no number of the register, so it has no ids."""
        title = "charts.simulated" if self.simulated else "charts.weights.axis"
        title = word(title, self.language)
        return Chart(style.to_svg(self.figure(), title), said(self.facts(), self.language))

    @property
    def trimmed(self) -> bool:
        """Whether there is a before and an after."""
        return bool(self.bounds)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        say = [Fact("charts.alt.trimmed" if self.trimmed else "charts.alt.weights")]
        if len(self.gaps):
            say.append(Fact("charts.alt.gaps"))
        return say + closing(simulated=self.simulated)

    def counts(self) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """The histogram: edges of the bins (relative to the mean), counts before and after."""
        relative = [w / np.mean(w) for w in (self.before, self.after)]
        top = max(1.0, *(float(np.max(w)) for w in relative))
        # Edges at round steps, the same for both: 0, 0.1, 0.2 ...
        step = next(s for s in (0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, top) if top / s <= BINS)
        edges = np.arange(0, np.ceil(top / step) + 1) * step
        before, after = (np.histogram(w, edges)[0] for w in relative)
        return edges, before, after

    def figure(self) -> Figure:
        """The matplotlib figure; steps have the gids `before` and `after`, gaps their category."""
        with style.chart_style():
            return _Picture(self).draw()


class _Picture:
    """Places the panels of `WeightsPicture` and draws them."""

    def __init__(self, spec: WeightsPicture) -> None:
        self.spec = spec
        self.margins = [
            (code, label, spec.gaps[spec.gaps["variable"] == code])
            for code, label in spec.variables.items()
            if (spec.gaps["variable"] == code).any()
        ]
        width = spec.width * style.POINTS_PER_PIXEL
        self.texts = {
            (code, str(category)): style.wrap(
                self._category(code, str(category)), 0.42 * width, size=style.SMALL
            )
            for code, _, part in self.margins
            for category in part["category"]
        }
        lines = [line for text in self.texts.values() for line in text]
        self.label_width = max((style.measure(x, size=style.SMALL) for x in lines), default=0) + 20
        self.titles = {
            key: style.wrap(word(key, spec.language), width, bold=True)
            for key in ("charts.weights.axis", "charts.gaps.axis")
        }
        before, after = (
            word(key, spec.language) for key in ("charts.weights.before", "charts.weights.after")
        )
        self.keys = [
            Key(before, style.VERMILION, marker="D", filled=False),
            Key(after, style.BLUE, marker="o"),
        ]
        top = style.STAMP_HEIGHT if spec.simulated else 2.0
        self.keys_top = top
        self.histogram_title = top + (style.KEY_LINE + 8 if spec.trimmed else 0)
        self.histogram_top = (
            self.histogram_title + TITLE * len(self.titles["charts.weights.axis"]) + 18
        )
        self.gaps_title = self.histogram_top + HISTOGRAM_HEIGHT + (30 if self.margins else 16)
        titles = len(self.titles["charts.gaps.axis"])
        self.gaps_top = self.gaps_title + (TITLE * titles + 18 if self.margins else 0)
        self.gaps_height = sum(self._height(code, part) for code, _, part in self.margins)
        self.sheet = Sheet(spec.width, self.gaps_top + self.gaps_height + 4, spec.language)

    def _height(self, variable: str, part: pd.DataFrame) -> float:
        return ROW + sum(self._row_height(variable, str(c)) for c in part["category"]) + 6

    def _row_height(self, variable: str, category: str) -> float:
        return ROW + LINE * (len(self.texts[variable, category]) - 1)

    def draw(self) -> Figure:
        if self.spec.simulated:
            style.draw_stamp(self.sheet, word("charts.simulated", self.spec.language))
        if self.spec.trimmed:
            style.draw_keys(self.sheet, [self.keys], 0, self.keys_top)
        self._histogram()
        if self.margins:
            self._gaps()
        return self.sheet.figure

    def _title(self, key: str, y: float) -> None:
        x, align = self.sheet.start(0)
        for i, line in enumerate(self.titles[key]):
            at = y + TITLE * (i + 0.5)
            self.sheet.write(self.sheet.page, x, at, line, bold=True, align=align)

    def _histogram(self) -> None:
        spec, sheet = self.spec, self.sheet
        edges, before, after = spec.counts()
        most = int(max(before.max(), after.max()))
        left, top = 34.0, self.histogram_top
        width = sheet.width - left - 10
        limits = (float(edges[0]), float(edges[-1])), (0.0, most * 1.05)
        axes = sheet.panel(left, top, width, HISTOGRAM_HEIGHT, *limits)
        self._title("charts.weights.axis", self.histogram_title)
        for tick in _round_ticks(most):
            axes.plot(limits[0], [tick, tick], color=style.GRID, linewidth=0.8, zorder=0.5)
            text = numbers.whole(tick, spec.language)
            x, align = (limits[0][1], "left") if sheet.rtl else (limits[0][0], "right")
            self._beside(axes, x, tick, text, 4 if sheet.rtl else -4, 0, align, "center")
        step = next(s for s in (0.5, 1, 2, 5, 10, 20, 50) if edges[-1] / s <= width / 32)
        for tick in np.arange(0, edges[-1] + 1e-9, step):
            text = numbers.number(tick, "number", 0 if step >= 1 else 1, spec.language)
            self._beside(axes, tick, 0, text, 0, -5, "center", "top")
        bars = axes.stairs(after, edges, fill=True, color=style.BLUE, alpha=0.55, zorder=1)
        bars.set_gid("after")
        if spec.trimmed:
            line = axes.stairs(before, edges, color=style.VERMILION, linewidth=1.6, zorder=2)
            line.set_gid("before")
        for bound in spec.bounds:
            if bound <= edges[-1]:
                axes.axvline(bound, color=style.INK, linewidth=1, linestyle=(0, (4, 2)), zorder=3)
                self._beside(
                    axes, bound, limits[1][1], word("charts.weights.bound", spec.language), 0, 3
                )

    def _beside(
        self,
        axes: Axes,
        x: float,
        y: float,
        text: str,
        right: float,
        up: float,
        align: str = "center",
        vertical: str = "bottom",
    ) -> None:
        axes.annotate(
            style.directed(text),
            (x, y),
            xytext=(right, up),
            textcoords="offset points",
            ha=align,
            va=vertical,
            color=style.MUTED,
            fontproperties=style.font(style.SMALL),
            annotation_clip=False,
            parse_math=False,
        )

    def _gaps(self) -> None:
        spec, sheet = self.spec, self.sheet
        values = spec.gaps[["before", "after"]].to_numpy(dtype=float)
        reach = max(0.002, float(np.max(np.abs(values)))) * 1.1
        left = self.label_width
        width = sheet.width - left - 14
        ylim = (self.gaps_height, 0.0)
        axes = sheet.panel(left, self.gaps_top, width, self.gaps_height, (-reach, reach), ylim)
        self._title("charts.gaps.axis", self.gaps_title)
        self._gap_axis(axes, reach)
        y = 0.0
        x, align = sheet.start(0)
        inner, _ = sheet.start(10)
        for code, label, part in self.margins:
            at = self.gaps_top + y + ROW / 2
            sheet.write(sheet.page, x, at, label, size=style.SMALL, bold=True, align=align)
            y += ROW
            for row in part.to_dict("records"):
                category = str(row["category"])
                height = self._row_height(code, category)
                for i, line in enumerate(self.texts[code, category]):
                    at = self.gaps_top + y + ROW / 2 + LINE * i
                    sheet.write(sheet.page, inner, at, line, size=style.SMALL, align=align)
                self._gap(axes, f"{code}.{category}", row["before"], row["after"], y + height / 2)
                y += height
            y += 6

    def _gap_axis(self, axes: Axes, reach: float) -> None:
        step = next(s for s in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5) if reach / s < 3.5)
        digits = 1 if step < 0.01 else 0
        count = int(reach / step)
        for i in range(-count, count + 1):
            colour = style.GRID if i else style.INK
            axes.axvline(i * step, color=colour, linewidth=0.8 if i else 1.2, zorder=0.5)
            # "+0,2" without its noun: the axis title says what is counted.
            gap, language = round(i * step, 6), self.spec.language
            text = numbers.number(gap, "points", digits, language, noun=False)
            self._beside(axes, i * step, 0, text, 0, 3)

    def _gap(self, axes: Axes, gid: str, before: float, after: float, y: float) -> None:
        axes.plot([before, after], [y, y], color=style.NEUTRAL, linewidth=1.5, zorder=1)
        drawn = zip(("before", "after"), (before, after), self.keys, strict=True)
        for name, value, key in drawn if self.spec.trimmed else [*drawn][1:]:
            (dot,) = axes.plot(
                [value],
                [y],
                marker=key.marker,
                linestyle="none",
                markersize=5.5,
                zorder=2,
                markerfacecolor=key.colour if key.filled else "none",
                markeredgecolor=key.colour,
            )
            dot.set_gid(f"{gid}.{name}")

    def _category(self, variable: str, category: str) -> str:
        return self.spec.categories.get((variable, category), category)


def _round_ticks(most: int) -> list[int]:
    """About three round counts up to `most`."""
    step = next(m * 10**e for e in range(9) for m in (1, 2, 5) if most / (m * 10**e) <= 4)
    return list(range(0, most + 1, step))
