"""One item across groups: the primary test, those beside it, effect sizes.

What the workflow calls. Every part that has no answer (separation, a group of one, no degrees of
freedom) becomes a row without a p-value whose note says why; only what leaves nothing to compare
stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from readiness.survey.comparisons.choice import Choice, Lead
from readiness.survey.comparisons.item import ComparedItem
from readiness.survey.comparisons.ranks import rank_test
from readiness.survey.comparisons.results import ComparisonRow, frame
from readiness.survey.design import Column, Design
from readiness.survey.intervals import check_level

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
        effects: Cramer's V, probabilities of superiority, odds ratios.
        n: unweighted base.
        group_sizes: unweighted answers by group, declared order.
        notes: levels or groups left out, in words.
    """

    choice: Choice
    tests: tuple[ComparisonRow, ...]
    effects: tuple[ComparisonRow, ...]
    n: int
    group_sizes: Mapping[str, int]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[ComparisonRow, ...]:
        """Tests and effects, in this order."""
        return self.tests + self.effects

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


def compare_ordinal(
    design: Design,
    outcome: Column,
    categories: Sequence[Any],
    groups: Column,
    group_names: Sequence[Any],
    *,
    seed: int,
    permutations: int = 9999,
    blocks: Column | None = None,
    lead: Lead | None = None,
    level: float = 0.95,
) -> Comparison:
    """An ordered item across groups; contrasts of its shares are `share_contrasts`.

    Args:
        design: the survey design (and its domain).
        outcome: the answers (column name or one value a row), each one of `categories`; None and
            special codes that begin with `_` are outside the base.
        categories: from low to high; those without answers stay declared.
        groups: the groups, likewise.
        group_names: declared groups, in order.
        seed: of the permutations.
        permutations: number of permutations.
        blocks: within which answers are exchangeable, or None for the whole sample; never the
            groups themselves.
        lead: override of the primary test.
        level: of intervals, 0-1.

    Raises:
        StatisticsError: nobody answered, an outcome or a grouping with one level, an unknown value,
            a level outside (0, 1).
    """
    check_level(level)
    item = ComparedItem.make(design, outcome, categories, groups, group_names, blocks, lead)
    tests = item.overall(("combined", "categories"), permutations, seed)
    tests += item.asymptotic(
        "kruskal_wallis_design", lambda d: rank_test(d, item.positions, item.groups)
    )
    model_tests, ratios = item.model()
    effects = (*item.association(level), *item.superiority(level), *ratios)
    tests += model_tests
    return Comparison(item.choice, tuple(tests), effects, item.n, item.sizes, item.notes)


def compare_nominal(
    design: Design,
    outcome: Column,
    categories: Sequence[Any],
    groups: Column,
    group_names: Sequence[Any],
    *,
    seed: int,
    permutations: int = 9999,
    blocks: Column | None = None,
    lead: Lead | None = None,
    level: float = 0.95,
) -> Comparison:
    """A binary or unordered item across groups; arguments and errors as `compare_ordinal`."""
    check_level(level)
    item = ComparedItem.make(design, outcome, categories, groups, group_names, blocks, lead)
    tests = item.overall(("categories",), permutations, seed)
    model_tests, ratios = item.model() if len(categories) == 2 else ([], [])
    tests, effects = [*tests, *model_tests], (*item.association(level), *ratios)
    return Comparison(item.choice, tuple(tests), effects, item.n, item.sizes, item.notes)
