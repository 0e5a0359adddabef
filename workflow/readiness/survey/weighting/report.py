"""The weighting report: how far the weights had to go, and what it cost in precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.arrays import FloatArray, IntArray
from readiness.survey.weighting.margins import Collapse, Margin

# The columns of the course of raking.
COURSE = ["iteration", "variable", "largest_gap", "category"]


@dataclass(frozen=True)
class WeightSummary:
    """What a set of weights looks like.

    Attributes:
        n: respondents with a positive weight.
        total: sum of the weights.
        minimum, maximum: extremes, in the unit of the weights.
        cv: standard deviation (n - 1) over mean.
        kish_deff: n sum w^2 / (sum w)^2, >= 1: how much unequal weights inflate a variance.
        n_eff: n / kish_deff, in respondents.
    """

    n: int
    total: float
    minimum: float
    maximum: float
    cv: float
    kish_deff: float
    n_eff: float


def summarise(weights: npt.ArrayLike) -> WeightSummary:
    """The summary of weights (zeros left out)."""
    w = np.asarray(weights, dtype=np.float64)
    w = w[w > 0]
    n, total = len(w), float(w.sum())
    deff = n * float((w**2).sum()) / total**2
    cv = float(w.std(ddof=1) / w.mean()) if n > 1 else 0.0
    return WeightSummary(n, total, float(w.min()), float(w.max()), cv, deff, n / deff)


@dataclass(frozen=True, eq=False)
class WeightingReport:
    """All that a reader needs to judge the weights.

    Attributes:
        method: what was done, in words, in order.
        base, final: summaries of the weights before and after.
        margins: one row a margin and category: `variable`, `category`, `n` (respondents), `target`,
            `base` (weighted total before), `final` (after), `gap` (final/target - 1; 0 where the
            margin holds).
        iterations: one row a raking iteration and margin: `iteration`, `variable`,
            `largest_gap` (relative, before the step), `category` (where).
        collapsed: the declared merges of categories, with their reasons.
        trimmed: respondents whose raked weight was beyond the limits.
    """

    method: tuple[str, ...]
    base: WeightSummary
    final: WeightSummary
    margins: pd.DataFrame
    iterations: pd.DataFrame
    collapsed: tuple[Collapse, ...] = ()
    trimmed: int = 0

    @property
    def largest_gap(self) -> float:
        """Largest absolute relative gap that is left in a margin (0.01 = 1 %)."""
        return float(self.margins["gap"].abs().max()) if len(self.margins) else 0.0

    def to_frame(self) -> pd.DataFrame:
        """The two summaries side by side: columns `measure`, `base`, `final`."""
        measures = ["n", "total", "minimum", "maximum", "cv", "kish_deff", "n_eff"]
        return pd.DataFrame(
            {
                "measure": measures,
                "base": [float(getattr(self.base, m)) for m in measures],
                "final": [float(getattr(self.final, m)) for m in measures],
            }
        )


def margin_table(margins: Sequence[Margin], base: FloatArray, final: FloatArray) -> pd.DataFrame:
    """Targets and weighted totals before and after, by margin and category."""
    parts: list[dict[str, Any]] = []
    for margin in margins:
        codes, size = margin.codes.codes, margin.codes.size
        before = np.bincount(codes, weights=base, minlength=size)
        after = np.bincount(codes, weights=final, minlength=size)
        labels = margin.codes.labels or ()
        for k, label in enumerate(labels):
            target = float(margin.totals[k])
            parts.append(
                {
                    "variable": margin.variable,
                    "category": label,
                    "n": int(margin.counts[k]),
                    "target": target,
                    "base": float(before[k]),
                    "final": float(after[k]),
                    "gap": float(after[k]) / target - 1 if target > 0 else 0.0,
                }
            )
    columns = ["variable", "category", "n", "target", "base", "final", "gap"]
    return pd.DataFrame(parts, columns=columns)


def iteration_table(margins: Sequence[Margin], gaps: FloatArray, worst: IntArray) -> pd.DataFrame:
    """The course of raking, one row an iteration and margin."""
    rows = [
        {
            "iteration": i + 1,
            "variable": margin.variable,
            "largest_gap": float(gaps[i, m]),
            "category": (margin.codes.labels or ())[int(worst[i, m])],
        }
        for i in range(len(gaps))
        for m, margin in enumerate(margins)
    ]
    return pd.DataFrame(rows, columns=COURSE)
