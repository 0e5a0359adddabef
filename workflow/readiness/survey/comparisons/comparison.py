"""An item compared across groups: what `compare_ordinal` and `compare_nominal` hand back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readiness.survey.comparisons.choice import Choice
from readiness.survey.comparisons.results import ComparisonRow, frame

if TYPE_CHECKING:
    import pandas as pd

_LEAD_ROWS: Mapping[str, tuple[str, ...]] = {
    "permutation": (
        "permutation_midrank",
        "permutation_studentised",
        "permutation_combined",
        "permutation_pearson",
        "permutation_categories",
    ),
    "rao_scott": ("rao_scott_f",),
    "effect_size": ("cramers_v",),
}


@dataclass(frozen=True)
class Comparison:
    """An item compared across groups.

    Attributes:
        choice: which test is primary, and why.
        tests: overall tests (`rao_scott_f`, `kruskal_wallis_design`, `ordinal_logit_term`,
            `proportional_odds_check`, `permutation_combined`, `fisher_freeman_halton`).
        contrasts: differences of a share between all pairs of groups (b - a, shares 0-1), with
            p adjusted over the pairs.
        effects: Cramer's V, probabilities of superiority, odds ratios.
        n: unweighted base.
        group_sizes: unweighted answers by group, declared order.
        notes: levels or groups left out, in words.
    """

    choice: Choice
    tests: tuple[ComparisonRow, ...]
    contrasts: tuple[ComparisonRow, ...]
    effects: tuple[ComparisonRow, ...]
    n: int
    group_sizes: Mapping[str, int]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[ComparisonRow, ...]:
        """Tests, contrasts and effects, in this order."""
        return self.tests + self.contrasts + self.effects

    @property
    def lead(self) -> ComparisonRow:
        """The row of the primary test."""
        return next(r for r in self.rows if r.test in _LEAD_ROWS[self.choice.lead])

    def test(self, name: str) -> ComparisonRow | None:
        """An overall test by name, or None if it was not made."""
        return next((r for r in self.tests if r.test == name), None)

    def frame(self) -> pd.DataFrame:
        """All rows as a data frame, with a column `leads`."""
        table = frame(self.rows)
        lead = self.lead
        table["leads"] = [row is lead for row in self.rows]
        return table
