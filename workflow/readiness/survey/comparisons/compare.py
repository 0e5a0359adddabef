"""One item across groups, whole: the primary test, those beside it, contrasts, effect sizes.

What the workflow calls. Every part that has no answer (separation, a group of one, no degrees of
freedom) becomes a row without a p-value whose note says why; only what leaves nothing to compare
stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from readiness.errors import StatisticsError
from readiness.survey.comparisons.cells import Factor, cell_totals, factor, two_or_more
from readiness.survey.comparisons.choice import Choice, Lead, choose
from readiness.survey.comparisons.comparison import Comparison
from readiness.survey.comparisons.contrasts import Adjustment, pairwise_of
from readiness.survey.comparisons.covariates import of_factor
from readiness.survey.comparisons.effects import cramers_v, superiority_of
from readiness.survey.comparisons.families import share_contrasts_of
from readiness.survey.comparisons.fisher import fisher_freeman_halton
from readiness.survey.comparisons.ordinal import OrdinalFit, ordinal_model_of
from readiness.survey.comparisons.permutation import Statistic, permutation_test_of
from readiness.survey.comparisons.ranks import rank_test_of
from readiness.survey.comparisons.rao_scott import rao_scott_test
from readiness.survey.comparisons.results import ComparisonRow, FloatArray
from readiness.survey.design import Column, Design
from readiness.survey.intervals import check_level
from readiness.survey.options import one_of

Contrasts = Literal["t", "mover"]


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
    statistic: Literal["midrank", "studentised", "combined"] = "midrank",
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
        statistic: of the permutation test: `midrank`, where a group counts by its mass, or
            `studentised`, where it counts by its own standard error, or `combined`, the smaller p
            of the two.
        contrasts: `t`: Wald limits, each pair by itself, on the design's degrees of freedom;
            `mover`: `share_contrasts`, with limits for all pairs at once.
        lead: override of the primary test.
        level: of intervals, 0-1.

    Raises:
        StatisticsError: nobody answered, an outcome or a grouping with one level, an unknown value,
            a `box` that is neither end of the scale or all of it, a level outside (0, 1).
    """
    inside, name = _box(categories, box)
    check_level(level)
    one_of(statistic, Literal["midrank", "studentised", "combined"], "statistic")
    item = _Item.make(design, outcome, categories, groups, group_names, blocks, lead)
    tests = [
        *item.overall(statistic, permutations, seed),
        *item.asymptotic(
            "kruskal_wallis_design", lambda: rank_test_of(design, item.positions, item.groups)
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
            `mover`: `share_contrasts`, with limits for all pairs at once.
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
    item = _Item.make(design, outcome, categories, groups, group_names, blocks, lead)
    tests = item.overall("pearson", permutations, seed)
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


@dataclass(frozen=True, eq=False)
class _Item:
    """An answer, its groups and the choice of the test; what both comparisons share."""

    design: Design
    answer: Factor
    groups: Factor
    blocks: Factor | None
    choice: Choice
    sizes: Mapping[str, int]
    notes: tuple[str, ...]

    @classmethod
    def make(
        cls,
        design: Design,
        outcome: Column,
        categories: Sequence[Any],
        groups: Column,
        group_names: Sequence[Any],
        blocks: Column | None,
        lead: Lead | None,
    ) -> _Item:
        answer = factor(design, outcome, categories, _name(outcome, "the outcome"))
        group = factor(design, groups, group_names, _name(groups, "the grouping"))
        known = answer.known & group.known
        if not known.any():
            raise StatisticsError(
                f"no respondent has both {answer.name} and {group.name}: nothing to compare"
            )
        answer, group = answer.within(known), group.within(known)
        two_or_more(answer, "a comparison")
        two_or_more(group, "a comparison")
        block = (
            None if blocks is None else factor(design, blocks, None, _name(blocks, "the blocks"))
        )
        sizes = group.counts()
        notes = [
            f"{what} without answers: {', '.join(empty)}"
            for what, f in (("categories", answer), ("groups", group))
            if (empty := [v for v, k in zip(f.levels, f.counts(), strict=True) if k == 0])
        ]
        return cls(
            design,
            answer,
            group,
            block,
            choose(int(known.sum()), list(sizes), _effective_sizes(design, group), lead),
            {name: int(k) for name, k in zip(group.levels, sizes, strict=True)},
            tuple(notes),
        )

    @property
    def n(self) -> int:
        return int(self.answer.known.sum())

    @property
    def positions(self) -> FloatArray:
        """Category positions as numbers, NaN outside the base."""
        return np.where(self.answer.known, self.answer.codes.astype(np.float64), np.nan)

    @property
    def shown(self) -> tuple[str, ...]:
        return (self.choice.lead, *self.choice.beside)

    def overall(self, statistic: Statistic, permutations: int, seed: int) -> list[ComparisonRow]:
        """Rao-Scott, permutation, Fisher: those that the choice shows."""
        rows = self.asymptotic(
            "rao_scott_f",
            lambda: rao_scott_test(self.design, self.groups, self.answer).second_order(),
        )
        if "permutation" in self.shown:
            rows += self._try(
                f"permutation_{statistic}",
                lambda: permutation_test_of(
                    self.design,
                    self.positions,
                    self.groups,
                    self.blocks,
                    permutations=permutations,
                    seed=seed,
                    statistic=statistic,
                ),
            )
        if "fisher_freeman_halton" in self.shown:
            rows += self._try("fisher_freeman_halton", lambda: self._fisher(permutations, seed))
        return rows

    def _fisher(self, draws: int, seed: int) -> ComparisonRow:
        """Exact where the table is small enough, else Monte Carlo, and the row says so."""
        known = self.answer.known
        counts = np.zeros((self.groups.size, self.answer.size))
        np.add.at(counts, (self.groups.codes[known], self.answer.codes[known]), 1)
        try:
            return fisher_freeman_halton(counts)
        except StatisticsError:
            return fisher_freeman_halton(counts, monte_carlo=draws, seed=seed)

    def asymptotic(self, name: str, make: Callable[[], ComparisonRow]) -> list[ComparisonRow]:
        """A design-based test, or none where n is too small for the number of groups."""
        wanted = {"rao_scott_f": "rao_scott", "kruskal_wallis_design": "kruskal_wallis"}[name]
        return self._try(name, make) if wanted in self.shown else []

    def _try(self, name: str, make: Callable[[], ComparisonRow]) -> list[ComparisonRow]:
        """The row, or one without p that says why there is none."""
        try:
            return [make()]
        except StatisticsError as error:
            return [ComparisonRow(name, n=self.n, note=f"no result: {error}")]

    def model(self) -> tuple[list[ComparisonRow], list[ComparisonRow]]:
        """Term test and check of the ordinal logit, and its odds ratios against the first group."""
        if "ordinal_logit" not in self.shown:
            return [], []
        try:
            fit: OrdinalFit = ordinal_model_of(
                self.design, self.answer, of_factor(self.groups, "group")
            )
        except StatisticsError as error:
            return self._failed("ordinal_logit_term", error), []
        tests = self._try("ordinal_logit_term", lambda: fit.term_test("group"))
        if len(fit.cuts) > 1:
            tests += self._try("proportional_odds_check", fit.proportional_odds_check)
        reference = self.groups.observed().levels[0]
        names = self.groups.observed().levels[1:]
        ratios = zip(fit.odds_ratios(), names, strict=True)
        return tests, [replace(r, a=reference, b=name) for r, name in ratios]

    def _failed(self, name: str, error: StatisticsError) -> list[ComparisonRow]:
        return [ComparisonRow(name, n=self.n, note=f"no result: {error}")]

    def contrasts(
        self, share: FloatArray, kind: Contrasts, adjust: Adjustment, level: float, what: str
    ) -> tuple[ComparisonRow, ...]:
        """Differences of the share between pairs; intervals cut to -1..1."""
        one_of(kind, Contrasts, "contrasts")
        try:
            if kind == "mover":
                return share_contrasts_of(
                    self.design, share, self.groups, adjust=adjust, level=level
                )
            rows = pairwise_of(self.design, share, self.groups, adjust=adjust, level=level)
        except StatisticsError as error:
            return tuple(self._failed("contrast", error))
        return tuple(
            replace(
                r,
                method=what,
                lower=None if r.lower is None else max(r.lower, -1.0),
                upper=None if r.upper is None else min(r.upper, 1.0),
            )
            for r in rows
        )

    def association(self, level: float) -> list[ComparisonRow]:
        """Cramer's V."""
        return self._try(
            "cramers_v",
            lambda: cramers_v(rao_scott_test(self.design, self.groups, self.answer), level),
        )

    def superiority(self, level: float) -> list[ComparisonRow]:
        """Probability of superiority of every pair of observed groups."""
        groups = self.groups.observed()
        cells = cell_totals(self.design, groups, self.answer)
        return [
            row
            for i in range(groups.size)
            for j in range(i + 1, groups.size)
            for row in self._try(
                "probability_of_superiority",
                lambda i=i, j=j: superiority_of(cells, i, j, level),  # type: ignore[misc]
            )
        ]


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


def _name(column: Column, otherwise: str) -> str:
    return repr(column) if isinstance(column, str) else otherwise


def _effective_sizes(design: Design, groups: Factor) -> list[float]:
    """Kish's effective number of answers of each group, (sum w)^2 / sum w^2; 0 if empty."""
    known = groups.known
    codes, w = groups.codes[known], design.full_weights[known]
    total = np.bincount(codes, weights=w, minlength=groups.size)
    squares = np.bincount(codes, weights=w**2, minlength=groups.size)
    return list(np.divide(total**2, squares, out=np.zeros(groups.size), where=squares > 0))
