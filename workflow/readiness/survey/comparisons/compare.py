"""Compare one item across groups: the primary test, further tests, effect sizes.

A part without a result (separation, a group of one, no degrees of freedom) is a row without a
p-value whose note has the reason; an error is raised only where nothing can be compared. A part
that a replicate cannot fit (the replicate lacks a level) is linearised; the method names the
procedure used.

Rao-Scott's F of the whole table is primary, whatever the number of answers, the weights and the
design: one line of R (`svychisq`) reproduces it. The reason is a simulation in docs/measurements.md
("The test that leads"): from 40 answers to 650, in waves, opt-in samples and clusters, no other
procedure keeps its level and detects a tenth more of the differences.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.ground.facts import Fact
from readiness.survey.comparisons.cells import (
    ComparisonRow,
    Factor,
    cell_totals,
    effective_sizes,
    factor,
    frame,
    two_or_more,
)
from readiness.survey.comparisons.classical import fisher_freeman_halton
from readiness.survey.comparisons.covariates import of_factor
from readiness.survey.comparisons.effects import cramers_v, superiority_of
from readiness.survey.comparisons.ordinal import ordinal_model
from readiness.survey.comparisons.permutation import (
    Clusters,
    Statistic,
    judge_clusters,
    permutation_test,
)
from readiness.survey.comparisons.ranks import rank_test
from readiness.survey.comparisons.rao_scott import rao_scott_test
from readiness.survey.design import Column, Design
from readiness.survey.intervals import check_level

Lead = Literal["rao_scott", "effect_size"]

SMALL, LARGE, SAFE_GROUP = 100, 20_000, 60
SAFE_EFFECTIVE = 30.0

# Kinds of the fact that gives the reason for the primary test.
REASONS = ("report.choice.measured", "report.choice.very_large", "report.choice.clusters")


@dataclass(frozen=True)
class Choice:
    """The primary test, and the reason for it.

    `lead`: `rao_scott` or `effect_size`. `beside`: names of the tests and effects computed with it.
    `reason`: a fact, one of `REASONS`.
    """

    lead: Lead
    beside: tuple[str, ...]
    reason: Fact


def choose(
    n: int,
    group_sizes: Sequence[int] | IntArray,
    effective_sizes: Sequence[float] | None = None,
    clusters: Clusters = "none",
) -> Choice:
    """Return the primary test for n answers in groups of these sizes, and the further tests.

    Rao-Scott's F is primary; from 20,000 answers, where a small difference has a small p too, the
    effect size comes first. Further tests are only those that keep their level: no rank test where
    a group is small (fewer than 60 answers, or fewer than 30 effective ones), no permutation of
    clusters that cannot be permuted, and no test that treats the people of clusters as drawn one by
    one. The choice depends on numbers of answers, weights and the design, never on answers.

    `n`: unweighted base. `group_sizes`: unweighted answers of each group. `effective_sizes`: Kish's
    effective number of answers of each group, if known. `clusters`: whether clusters were drawn,
    and can be permuted.

    Raises StatisticsError: no answers, fewer than two groups.
    """
    sizes = [int(s) for s in group_sizes if s > 0]
    if n <= 0 or len(sizes) < 2:
        raise StatisticsError(f"{n} answers in {len(sizes)} groups: there is nothing to compare")
    if clusters != "none" and n < LARGE:
        permuted = ("permutation",) if clusters == "permuted" else ()
        beside = (*permuted, "ordinal_logit", "effect_size")
        return Choice("rao_scott", beside, Fact("report.choice.clusters"))
    measured = Fact("report.choice.measured")
    if n < SMALL:
        return Choice(
            "rao_scott", ("permutation", "fisher_freeman_halton", "effect_size"), measured
        )
    effective = [e for e in effective_sizes or () if e > 0]
    small_group = min(sizes) < SAFE_GROUP or min(effective, default=SAFE_EFFECTIVE) < SAFE_EFFECTIVE
    # The ordinal logit is included for its odds ratios.
    shown = (*(() if small_group else ("kruskal_wallis",)), "ordinal_logit")
    if n >= LARGE:
        return Choice("effect_size", ("rao_scott", *shown), Fact("report.choice.very_large"))
    return Choice("rao_scott", ("permutation", *shown, "effect_size"), measured)


Make = Callable[[Design], ComparisonRow]


@dataclass(frozen=True, eq=False)
class ComparedItem:
    """An answer, its groups and the choice of the test, from which all parts are computed."""

    design: Design
    answer: Factor
    groups: Factor
    choice: Choice

    @classmethod
    def make(
        cls,
        design: Design,
        outcome: Column,
        categories: Sequence[Any],
        groups: Column,
        group_names: Sequence[Any],
    ) -> "ComparedItem":
        """Return the item on the base of respondents with an answer and a group.

        Raises StatisticsError: nobody has both, one level or one group, an unknown value.
        """
        answer = factor(design, outcome, categories, "the outcome")
        group = factor(design, groups, group_names, "the grouping")
        has_both = answer.has_level & group.has_level
        if not has_both.any():
            raise StatisticsError(
                f"no respondent has both {answer.name} and {group.name}: nothing to compare"
            )
        answer, group = answer.within(has_both), group.within(has_both)
        two_or_more(answer, "a comparison")
        two_or_more(group, "a comparison")
        sizes = group.counts()
        effective, clusters = list(effective_sizes(design, group)), judge_clusters(design, group)
        return cls(design, answer, group, choose(int(has_both.sum()), sizes, effective, clusters))

    @property
    def n(self) -> int:
        """Number of respondents in the base."""
        return int(self.answer.has_level.sum())

    @property
    def positions(self) -> FloatArray:
        """Category positions as numbers, NaN outside the base, shape (rows,)."""
        return np.where(self.answer.has_level, self.answer.codes.astype(np.float64), np.nan)

    @property
    def tests_to_make(self) -> tuple[str, ...]:
        """Names of the tests to compute, the primary one first."""
        return (self.choice.lead, *self.choice.beside)

    def lead(self) -> ComparisonRow:
        """Return Rao-Scott's F of the whole table: the primary test of every report."""
        (row,) = self.by_design(
            "rao_scott_f", lambda d: rao_scott_test(d, self.groups, self.answer).second_order()
        )
        return row

    def overall(
        self, statistics: Sequence[Statistic], permutations: int, seed: int
    ) -> list[ComparisonRow]:
        """Return the rows of Rao-Scott, permutation and Fisher tests that the choice includes."""
        rows = [self.lead()]
        for statistic in statistics if "permutation" in self.tests_to_make else ():
            rows += self._try(
                f"permutation_{statistic}",
                lambda d, statistic=statistic: permutation_test(  # type: ignore[misc]
                    d,
                    self.positions,
                    self.groups,
                    blocks=None,
                    permutations=permutations,
                    seed=seed,
                    statistic=statistic,
                ),
            )
        if "fisher_freeman_halton" in self.tests_to_make:
            rows += self._try(
                "fisher_freeman_halton", lambda _: self._test_fisher(permutations, seed)
            )
        return rows

    def _test_fisher(self, draws: int, seed: int) -> ComparisonRow:
        """Return Fisher's test, exact for a small table, else Monte Carlo, named in the row."""
        has_answer = self.answer.has_level
        counts = np.zeros((self.groups.size, self.answer.size))
        np.add.at(counts, (self.groups.codes[has_answer], self.answer.codes[has_answer]), 1)
        try:
            return fisher_freeman_halton(counts)
        except StatisticsError:
            return fisher_freeman_halton(counts, monte_carlo=draws, seed=seed)

    def _try(self, name: str, make: Make) -> list[ComparisonRow]:
        """Return the row, or one without p whose note has the reason."""
        try:
            return [make(self.design)]
        except StatisticsError as error:
            return [ComparisonRow(name, n=self.n, note=f"no result: {error}")]

    def by_design(self, name: str, make: Make) -> list[ComparisonRow]:
        """Return the row as `_try`, with the replicates' procedure named in the method.

        Linearised where a refit has no result: a replicate may lack a level of the whole sample, or
        be separated.
        """
        if self.design.replicates is None:
            return self._try(name, make)
        if self.design.refits:
            with suppress(StatisticsError):
                return _name_method([make(self.design)], "refitted under each replicate")
        return _name_method(self._linear._try(name, make), "linearised")

    @property
    def _linear(self) -> "ComparedItem":
        """The same item on a design without refits."""
        return replace(self, design=replace(self.design, refits=False))

    def model(self) -> tuple[list[ComparisonRow], list[ComparisonRow]]:
        """Return term test and check of the ordinal logit, and its odds ratios.

        The odds ratios compare each group with the first. Two empty lists where the choice excludes
        the model.
        """
        if "ordinal_logit" not in self.tests_to_make:
            return [], []
        try:
            fit = ordinal_model(self.design, self.answer, of_factor(self.groups, "group"))
        except StatisticsError as error:
            if self.design.refits:
                return self._linear.model()
            return [ComparisonRow("ordinal_logit_term", n=self.n, note=f"no result: {error}")], []
        how = "refitted under each replicate" if self.design.refits else "linearised"
        tests = self._try("ordinal_logit_term", lambda _: fit.term_test("group"))
        check = []
        if len(fit.cuts) > 1:
            check = self._try("proportional_odds_check", lambda _: fit.proportional_odds_check())
        reference, *names = self.groups.drop_unobserved().levels
        ratios = [
            replace(r, a=reference, b=name)
            for r, name in zip(fit.odds_ratios(), names, strict=True)
        ]
        if self.design.replicates is None:
            return tests + check, ratios
        return [*_name_method(tests, how), *_name_method(check, "linearised")], _name_method(
            ratios, how
        )

    def superiority(self, level: float) -> list[ComparisonRow]:
        """Return the probability of superiority of every pair of observed groups."""
        groups = self.groups.drop_unobserved()
        cells = cell_totals(self.design, groups, self.answer)
        return [
            row
            for i in range(groups.size)
            for j in range(i + 1, groups.size)
            for row in self._try(
                "probability_of_superiority",
                lambda _, i=i, j=j: superiority_of(cells, i, j, level),  # type: ignore[misc]
            )
        ]


def _name_method(rows: Sequence[ComparisonRow], how: str) -> list[ComparisonRow]:
    """Return the rows with `how` added to their method, where they have one."""
    return [replace(r, method=f"{r.method}, {how}") if r.method else r for r in rows]


_PRIMARY: dict[Lead, tuple[str, ...]] = {
    "rao_scott": ("rao_scott_f",),
    "effect_size": ("cramers_v",),
}


@dataclass(frozen=True)
class Comparison:
    """An item compared across groups.

    `choice`: which test is primary, and why. `tests`: overall tests (`rao_scott_f`,
    `kruskal_wallis_design`, `ordinal_logit_term`, `proportional_odds_check`,
    `permutation_combined`, `fisher_freeman_halton`). `effects`: Cramer's V, probabilities of
    superiority, odds ratios. `n`: unweighted base.
    """

    choice: Choice
    tests: tuple[ComparisonRow, ...]
    effects: tuple[ComparisonRow, ...]
    n: int

    @property
    def rows(self) -> tuple[ComparisonRow, ...]:
        """Tests and effects, in this order."""
        return self.tests + self.effects

    @property
    def lead(self) -> ComparisonRow:
        """Row of the primary test."""
        return next(r for r in self.rows if r.test in _PRIMARY[self.choice.lead])

    def test(self, name: str) -> ComparisonRow | None:
        """Return an overall test by name, or None if it was not computed."""
        return next((r for r in self.tests if r.test == name), None)

    def frame(self) -> pd.DataFrame:
        """Return all rows as a data frame, with a column `leads`."""
        return frame(self.rows).assign(leads=[row is self.lead for row in self.rows])


def compare_groups(
    design: Design,
    outcome: Column,
    categories: Sequence[Any],
    groups: Column,
    group_names: Sequence[Any],
    *,
    seed: int,
    ordered: bool = True,
    permutations: int = 9999,
    level: float = 0.95,
) -> Comparison:
    """Compare an item across groups; contrasts of its shares are `share_contrasts`.

    Args:
        design: the survey design (and its domain).
        outcome: the answers (column name or one value per row), each one of `categories`; None and
            special codes that begin with `_` are outside the base.
        categories: from low to high; those without answers stay declared.
        groups: the groups, in the same form.
        group_names: declared groups, in order.
        seed: of the permutations.
        ordered: whether the categories are a scale: then ranks are compared, too.
        permutations: number of permutations.
        level: of intervals, 0-1.

    Raises StatisticsError: nobody answered, an outcome or a grouping with one level, an unknown
    value, a level outside (0, 1).
    """
    check_level(level)
    item = ComparedItem.make(design, outcome, categories, groups, group_names)
    statistics: Sequence[Statistic] = ("combined", "categories") if ordered else ("categories",)
    tests = item.overall(statistics, permutations, seed)
    effects = item.by_design(
        "cramers_v", lambda d: cramers_v(rao_scott_test(d, item.groups, item.answer), level)
    )
    if ordered:
        if "kruskal_wallis" in item.tests_to_make:
            tests += item.by_design(
                "kruskal_wallis_design", lambda d: rank_test(d, item.positions, item.groups)
            )
        effects += item.superiority(level)
    if ordered or len(categories) == 2:
        model_tests, ratios = item.model()
        tests, effects = tests + model_tests, effects + ratios
    return Comparison(item.choice, tuple(tests), tuple(effects), item.n)
