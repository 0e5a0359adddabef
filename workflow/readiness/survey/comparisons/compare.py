"""One item across groups, whole: the primary test, those beside it, contrasts, effect sizes.

What the workflow calls. Every part that has no answer (separation, a group of one, no degrees of
freedom) becomes a row without a p-value whose note says why; only what leaves nothing to compare
stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from readiness.errors import StatisticsError
from readiness.survey.comparisons.choice import Choice, Lead
from readiness.survey.comparisons.contrasts import Adjustment
from readiness.survey.comparisons.item import ComparedItem, Contrasts
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


def compare_ordinal(
    design: Design,
    outcome: Column,
    categories: Sequence[Any],
    groups: Column,
    group_names: Sequence[Any],
    *,
    seed: int,
    box: Sequence[Any] | None = None,
    adjust: Adjustment = "holm",
    permutations: int = 9999,
    blocks: Column | None = None,
    contrasts: Contrasts = "t",
    lead: Lead | None = None,
    level: float = 0.95,
) -> Comparison:
    """An ordered item across groups.

    Args:
        design: the survey design (and its domain).
        outcome: the answers (column name or one value a row), each one of `categories`; None and
            special codes that begin with `_` are outside the base.
        categories: from low to high; those without answers stay declared.
        groups: the groups, likewise.
        group_names: declared groups, in order; pairs are b - a in this order.
        seed: of the permutations.
        box: contrasts are of the share in these categories, the lowest or the highest ones; None:
            the two lowest (one of two).
        adjust: adjustment over all pairs of groups.
        permutations: number of permutations.
        blocks: within which answers are exchangeable, or None for the whole sample; never the
            groups themselves.
        contrasts: `t`: Wald limits, each pair by itself, on the design's degrees of freedom;
            `mover`: `share_contrasts`, with limits for all pairs at once; `none`: made elsewhere.
        lead: override of the primary test.
        level: of intervals, 0-1.

    Raises:
        StatisticsError: nobody answered, an outcome or a grouping with one level, an unknown value,
            a `box` that is neither end of the scale or all of it, a level outside (0, 1).
    """
    inside, name = _box(categories, box)
    check_level(level)
    item = ComparedItem.make(design, outcome, categories, groups, group_names, blocks, lead)
    tests = [
        *item.overall(("combined", "categories"), permutations, seed),
        *item.asymptotic(
            "kruskal_wallis_design", lambda d: rank_test(d, item.positions, item.groups)
        ),
    ]
    model_tests, ratios = item.model()
    share = np.where(item.answer.known, np.isin(item.answer.codes, inside), np.nan)
    what = f"Difference in the share of the {name} categories (b - a)"
    return Comparison(
        item.choice,
        tuple(tests + model_tests),
        item.contrasts(share, contrasts, adjust, level, what),
        (*item.association(level), *item.superiority(level), *ratios),
        item.n,
        item.sizes,
        item.notes,
    )


def compare_nominal(
    design: Design,
    outcome: Column,
    categories: Sequence[Any],
    groups: Column,
    group_names: Sequence[Any],
    *,
    seed: int,
    category: Any | None = None,
    adjust: Adjustment = "holm",
    permutations: int = 9999,
    blocks: Column | None = None,
    contrasts: Contrasts = "t",
    lead: Lead | None = None,
    level: float = 0.95,
) -> Comparison:
    """A binary or unordered item across groups; arguments as `compare_ordinal`.

    Args:
        design: the survey design (and its domain).
        outcome: codes or categories.
        categories: declared categories.
        groups: codes or names of the groups.
        group_names: declared groups.
        seed: of the permutations.
        category: whose share the contrasts compare; None: the first declared one.
        adjust: adjustment over all pairs of groups.
        permutations: number of permutations.
        blocks: within which answers are exchangeable, or None.
        contrasts: `t`: Wald limits, each pair by itself, on the design's degrees of freedom;
            `mover`: `share_contrasts`, with limits for all pairs at once; `none`: made elsewhere.
        lead: override of the primary test.
        level: of intervals, 0-1.

    Raises:
        StatisticsError: nobody answered, an outcome or a grouping with one level, an unknown value
            or category.
    """
    names = [str(c) for c in categories]
    chosen = names[0] if category is None else str(category)
    if chosen not in names:
        raise StatisticsError(f"category {chosen!r} is not declared; expected {', '.join(names)}")
    check_level(level)
    item = ComparedItem.make(design, outcome, categories, groups, group_names, blocks, lead)
    tests = item.overall(("categories",), permutations, seed)
    model_tests: list[ComparisonRow] = []
    ratios: list[ComparisonRow] = []
    if len(names) == 2:
        model_tests, ratios = item.model()
    share = np.where(item.answer.known, item.answer.codes == names.index(chosen), np.nan)
    what = f"Difference in the share of {chosen} (b - a)"
    return Comparison(
        item.choice,
        tuple(tests + model_tests),
        item.contrasts(share, contrasts, adjust, level, what),
        (*item.association(level), *ratios),
        item.n,
        item.sizes,
        item.notes,
    )


def _box(categories: Sequence[Any], box: Sequence[Any] | None) -> tuple[list[int], str]:
    """The places of a box in the scale, and its name: `2 lowest`, `1 highest`."""
    names = [str(c) for c in categories]
    k = min(2, len(names) - 1) if box is None else len(box)
    wanted = names[:k] if box is None else [str(c) for c in box]
    for places, end in ((range(k), "lowest"), (range(len(names) - k, len(names)), "highest")):
        if 0 < k < len(names) and {names[i] for i in places} == set(wanted):
            return list(places), f"{k} {end}"
    raise StatisticsError(
        f"box is {', '.join(wanted) or 'empty'}; expected the lowest or the highest of "
        f"{', '.join(names)}, and not all"
    )
