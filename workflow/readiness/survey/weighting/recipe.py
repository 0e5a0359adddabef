"""The weighting of a survey in one call: rake, trim, replicate, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from readiness.arrays import FloatArray
from readiness.survey.design import Design
from readiness.survey.replicates import AnyReplicates, Kind
from readiness.survey.variance import Projection
from readiness.survey.weighting.condensed import Limits, Recipe
from readiness.survey.weighting.margins import Collapse, Totals, make_margins
from readiness.survey.weighting.raking import MAX_ITERATIONS, TOLERANCE, Raked, Reraking
from readiness.survey.weighting.replicating import make_replicates
from readiness.survey.weighting.report import (
    WeightingReport,
    iteration_table,
    margin_table,
    summarise,
)

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
    """Limits of the weights, as multiples of the mean raked weight.

    Attributes:
        lower, upper: the limits.
        keep_margins: bounded raking instead of trimming: bounds and margins both hold, or it stops.
    """

    lower: float = 0.0
    upper: float = float("inf")
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
    recipe = Recipe(margins, tolerance=tolerance, max_iterations=max_iterations)
    words = [f"raking to {', '.join(totals)} (relative tolerance {tolerance:g})"]
    if trim is not None:
        how = Limits.BOUNDED if trim.keep_margins else Limits.TRIMMED
        recipe = replace(recipe, lower=trim.lower, upper=trim.upper, how=how)
    base, each = design.weights, np.ones(design.rows)
    main = recipe.rake(base, each)
    final = recipe.limited(main.weights, each)
    if trim is not None:
        lower, upper = recipe.bounds(main.weights, each)
        words.append(f"{recipe.how.value} to weights between {lower:.6g} and {upper:.6g}")
    met = main.weights if recipe.how is Limits.TRIMMED else final
    projection = Projection(tuple(m.codes for m in margins), None, met, base)
    weighted = design.with_weights(final, projection)
    made = _replicates(design, recipe, main, replicates, n_replicates, seed)
    if made is not None:
        weighted = replace(weighted, replicates=made)
        words.append(f"replicates: {made.kind}")
    report = WeightingReport(
        method=tuple(words),
        base=summarise(base),
        final=summarise(final),
        margins=margin_table(margins, base, final),
        iterations=iteration_table(margins, main.gaps, main.worst),
        collapsed=tuple(collapse),
        trimmed=0 if trim is None else recipe.outside(main.weights, each),
    )
    return Weighting(weighted, report)


def _replicates(
    design: Design, recipe: Recipe, main: Raked, kind: Kind | None, number: int, seed: int
) -> AnyReplicates | None:
    """Replicates, each through the recipe: those asked for, those given, JKn after trimming."""
    rerake = Reraking(
        recipe.margins,
        recipe.cells,
        main,
        tolerance=recipe.tolerance,
        max_iterations=recipe.max_iterations,
    )

    def adjust(base: FloatArray) -> FloatArray:
        if recipe.how is Limits.NONE:
            return rerake(base)
        # Who is all but left out counts for as much in the limits, as in `Perturbed`.
        factor = np.divide(base, design.weights, out=np.zeros_like(base), where=base != 0)
        return recipe.limited(rerake(base), np.clip(factor, 0.0, 1.0))

    if kind is None and design.replicates is not None:
        return design.replicates.adjusted(adjust)
    if kind is None and recipe.how is Limits.TRIMMED:
        kind = "JKn" if design.stages[0].units.size <= _MOST_JACKKNIFE else "subbootstrap"
    if kind is None:
        return None
    return make_replicates(design, kind, n_replicates=number, seed=seed, adjust=adjust)
