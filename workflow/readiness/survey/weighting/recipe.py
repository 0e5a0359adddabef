"""The weighting of a survey in one call: rake, trim, replicate, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from readiness.arrays import FloatArray
from readiness.survey.design import Design
from readiness.survey.patterned import AnyReplicates
from readiness.survey.replicates import Kind
from readiness.survey.variance import Projection
from readiness.survey.weighting.bounded import bounded_rake
from readiness.survey.weighting.margins import Collapse, Margin, Totals, make_margins
from readiness.survey.weighting.raking import (
    MAX_ITERATIONS,
    TOLERANCE,
    Cells,
    Raked,
    cross,
    rake_weights,
)
from readiness.survey.weighting.replicating import make_replicates
from readiness.survey.weighting.report import (
    WeightingReport,
    iteration_table,
    margin_table,
    summarise,
)
from readiness.survey.weighting.reraking import Reraking
from readiness.survey.weighting.trimming import trim_weights

# Above this number of PSUs, one replicate for each is too many.
_MOST_JACKKNIFE = 2000


@dataclass(frozen=True, eq=False)
class Weighting:
    """A weighted design and its report."""

    design: Design
    report: WeightingReport

    @property
    def weights(self) -> FloatArray:
        """The final weights, shape (rows,)."""
        return self.design.full_weights


@dataclass(frozen=True)
class Trim:
    """Limits of the weights, as multiples of their mean (`relative`) or as weights.

    Attributes:
        lower, upper: the limits.
        relative: True: multiples of the mean raked weight.
        strict: repeat until none is outside (R's `strict=TRUE`).
        keep_margins: bounded raking instead of trimming: bounds and margins both hold, or it stops.
    """

    lower: float = 0.0
    upper: float = float("inf")
    relative: bool = True
    strict: bool = True
    keep_margins: bool = False


def weigh(
    design: Design,
    totals: Totals,
    *,
    collapse: Sequence[Collapse] = (),
    trim: Trim | None = None,
    replicates: Kind | None = None,
    n_replicates: int = 200,
    seed: int = 1,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Weighting:
    """Rake to margins, trim, and replicate, with a report. The call of a survey's weighting.

    The standard errors of the design that comes back rest on GREG residuals, or, after trimming or
    when `replicates` is given, on replicates that are each raked and trimmed like the main weights.

    Args:
        design: base weights, strata, PSUs; of a domain (the respondents among those drawn), only
            its rows are weighted to the population.
        totals: population totals by variable and category (columns of the design's data).
        collapse: declared merges of categories.
        trim: limits of the weights, or None.
        replicates: kind of replicates; None: those that the design has, else none, or when trimmed
            `JKn` (`subbootstrap` above 2,000 PSUs).
        n_replicates: number of bootstrap replicates (other kinds have their own number).
        seed: of a bootstrap.
        tolerance: largest relative gap at which raking stops.
        max_iterations: raking sweeps.

    Raises:
        StatisticsError: margins that cannot be met (`make_margins`, `rake_weights`), limits that
            cannot be met, a replicate that cannot be raked (with its number).
    """
    margins = make_margins(
        design.data, totals, collapse, None if design.mask.all() else design.mask
    )
    recipe = _Recipe(margins, cross(margins), trim, tolerance, max_iterations)
    base = design.weights
    main = recipe.rake(base)
    raked = main.weights
    final = recipe.trimmed(base, raked)
    projection = Projection(
        tuple(m.codes for m in margins), None, final if trim and trim.keep_margins else raked, base
    )
    weighted = design.with_weights(final, projection)
    made = _replicates(design, recipe, main, replicates, n_replicates, seed)
    if made is not None:
        weighted = replace(weighted, replicates=made)
    report = WeightingReport(
        method=recipe.words(raked) + ((f"replicates: {made.kind}",) if made else ()),
        base=summarise(base),
        final=summarise(final),
        margins=margin_table(margins, base, final),
        iterations=iteration_table(margins, main.gaps, main.worst),
        collapsed=tuple(collapse),
        trimmed=recipe.outside(raked),
    )
    return Weighting(weighted, report)


def _replicates(
    design: Design, recipe: _Recipe, main: Raked, kind: Kind | None, number: int, seed: int
) -> AnyReplicates | None:
    """Replicates, each through the recipe: those asked for, those given, JKn after trimming."""
    rerake = recipe.reraking(main)

    def adjust(base: FloatArray) -> FloatArray:
        raked = rerake(base)
        if recipe.trim is None:
            return raked
        # Who is all but left out counts for as much in the limits, as in `Perturbed`.
        factor = np.divide(base, design.weights, out=np.zeros_like(base), where=base != 0)
        return recipe.trimmed(base, raked, np.clip(factor, 0.0, 1.0))

    if kind is None and design.replicates is not None:
        return design.replicates.adjusted(adjust)
    if kind is None and recipe.trim is not None and not recipe.trim.keep_margins:
        kind = "JKn" if design.stages[0].units.size <= _MOST_JACKKNIFE else "subbootstrap"
    if kind is None:
        return None
    return make_replicates(design, kind, n_replicates=number, seed=seed, adjust=adjust)


@dataclass(frozen=True, eq=False)
class _Recipe:
    """Raking and trimming of any base weights: the main ones and each replicate's."""

    margins: tuple[Margin, ...]
    cells: Cells
    trim: Trim | None
    tolerance: float
    max_iterations: int

    def rake(self, base: FloatArray) -> Raked:
        """The main weights, raked."""
        return rake_weights(
            base,
            self.margins,
            cells=self.cells,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
        )

    def reraking(self, main: Raked) -> Reraking:
        """Raking of weights near the main ones."""
        return Reraking(
            self.margins,
            self.cells,
            main,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
        )

    def trimmed(
        self, base: FloatArray, raked: FloatArray, counts: FloatArray | None = None
    ) -> FloatArray:
        """Raked weights within the limits; `counts`: what each row counts for, 0-1 (None: 1)."""
        if self.trim is None:
            return raked
        lower, upper = self.limits(raked, counts)
        held = 1.0 if counts is None else counts
        if self.trim.keep_margins:
            return bounded_rake(base, raked, self.margins, lower * held, upper * held)
        return trim_weights(raked, lower, upper, strict=self.trim.strict, counts=counts)

    def limits(self, raked: FloatArray, counts: FloatArray | None = None) -> tuple[float, float]:
        """The limits in the unit of the weights."""
        assert self.trim is not None
        size = (raked > 0).sum() if counts is None else counts[raked > 0].sum()
        unit = float(raked.sum() / size) if self.trim.relative else 1.0
        return self.trim.lower * unit, self.trim.upper * unit

    def outside(self, raked: FloatArray) -> int:
        """Respondents whose raked weight is beyond the limits."""
        if self.trim is None:
            return 0
        lower, upper = self.limits(raked)
        return int(((raked > 0) & ((raked < lower) | (raked > upper))).sum())

    def words(self, raked: FloatArray) -> tuple[str, ...]:
        """What was done, for the report."""
        names = ", ".join(m.variable for m in self.margins)
        words = [f"raking to {names} (relative tolerance {self.tolerance:g})"]
        if self.trim is not None:
            lower, upper = self.limits(raked)
            how = "bounded raking" if self.trim.keep_margins else "trimming"
            words.append(f"{how} to weights between {lower:.6g} and {upper:.6g}")
        return tuple(words)
