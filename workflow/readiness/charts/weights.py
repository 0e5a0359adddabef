"""What weighting did: the spread of the weights before and after trimming, and the margins' gaps.

Weights are drawn relative to their mean, so that 1 is a respondent who counts for an average one.
Trimming moves the margins: the lower panel shows by how much each category misses its target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from readiness.charts.blank import nothing
from readiness.charts.finished import Cell
from readiness.charts.sheet import WIDE
from readiness.charts.words import closing, word
from readiness.errors import RenderError
from readiness.facts import Fact, Listed
from readiness.language import Language, show
from readiness.survey.weighting.merging import JOINED

BINS = 30


@dataclass(frozen=True)
class WeightsSpec:
    """Relative weights and the gaps of the margins: what their picture shows.

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
    width: int = WIDE

    def __post_init__(self) -> None:
        for name, weights in (("before", self.before), ("after", self.after)):
            if not np.all(np.isfinite(weights)) or np.min(weights, initial=1.0) <= 0:
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

    @property
    def heading(self) -> str:
        """What the picture is about."""
        return word("charts.weights.axis", self.language)

    @property
    def empty(self) -> bool:
        """Whether nobody could be weighted: there is nothing to show."""
        return len(self.after) == 0

    def label(self, variable: str, category: str) -> str:
        """The label of a category, or of several that were merged; the code where it has none."""
        codes = category.split(JOINED)
        labels = tuple(self.categories.get((variable, code), code) for code in codes)
        return show(Listed(labels), self.language)

    @property
    def trimmed(self) -> bool:
        """Whether there is a before and an after."""
        return bool(self.bounds)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        if self.empty:
            return nothing(self.heading, simulated=self.simulated)
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

    def table(self) -> list[dict[str, Cell]]:
        """What is drawn: respondents in each class of weight, and the gap of each category."""
        if self.empty:
            return []
        edges, before, after = self.counts()
        decimals = 4
        bins: list[dict[str, Cell]] = [
            {
                "panel": "weights",
                "row": "",
                "from": round(float(low), decimals),
                "to": round(float(high), decimals),
                "before": int(n) if self.trimmed else None,
                "after": int(m),
            }
            for low, high, n, m in zip(edges[:-1], edges[1:], before, after, strict=True)
        ]
        gaps = [
            {
                "panel": "gaps",
                "row": self.label(row["variable"], str(row["category"])),
                "from": None,
                "to": None,
                "before": float(row["before"]) if self.trimmed else None,
                "after": float(row["after"]),
            }
            for row in self.gaps.to_dict("records")
        ]
        return [*bins, *gaps]
