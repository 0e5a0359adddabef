"""Weight a design: single steps, replicates, and all of them in one call.

The calibration stays with the design, for its variance; replicate weights, if the design has any,
go through the same step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of
from readiness.survey.design import Design
from readiness.survey.replicates import (
    Adjustment,
    DrawnWeights,
    GivenKind,
    Kind,
    Replicates,
    adjust_columns,
    draw_bootstrap,
    group_factors,
    jackknife_factors,
    scale_given,
)
from readiness.survey.variance import Projection
from readiness.survey.weighting.calibration import (
    MAX_ITERATIONS,
    TOLERANCE,
    Bounds,
    Distance,
    Raked,
    Reraking,
    calibrate_weights,
    trim_weights,
)
from readiness.survey.weighting.condensed import GROUPS, MOST_JACKKNIFE, Limits, Raking, Recipe
from readiness.survey.weighting.margins import (
    Collapse,
    Totals,
    WeightingReport,
    make_margins,
    margin_table,
    summarise,
)

Made = Literal["JKn", "groups", "subbootstrap"]
# Largest number of replicate weights that is made (1.6 GB where written out).
_LARGEST = 200_000_000


def make_replicates(
    design: Design,
    kind: Kind,
    *,
    n_replicates: int = 200,
    seed: int = 1,
    adjust: Adjustment | None = None,
) -> Replicates:
    """Return replicate weights of a design, each adjusted like the main ones when `adjust` is
    given.

    Raises StatisticsError: a kind that the strata do not allow; too many weights; an adjustment
    that fails, with the number of the replicate.
    """
    one_of(kind, Made, "kind of replicates")
    stage, base, psu = design.stages[0], design.weights, design.psu
    number = stage.units.size if kind == "JKn" else n_replicates
    if design.rows * number > _LARGEST:
        raise StatisticsError(
            f"{kind} would make {number} replicates of {design.rows} rows; take groups, or fewer"
        )
    if kind == "subbootstrap":
        return _make_bootstrap(design, number, seed, adjust)
    if kind == "JKn":
        factors, rscales = jackknife_factors(stage, lonely_fails=design.lonely_psu == "fail")
        scale, matrix = 1.0, base[:, None] * factors[psu]
    else:
        scale, factors_of = group_factors(stage, number, seed)
        rscales = np.ones(number)
        # Column order, because each replicate is written, adjusted and read as a whole.
        matrix = np.empty((design.rows, number), order="F")
        for r in range(number):
            matrix[:, r] = base * factors_of(r)[psu]
    if adjust is not None:
        adjust_columns(matrix, adjust)
    return Replicates(matrix, scale, rscales, kind=kind)


def _make_bootstrap(
    design: Design, number: int, seed: int, adjust: Adjustment | None
) -> Replicates:
    """Return a bootstrap that is drawn for each use; written out where weights are limited.

    A bootstrap that is raked without limits needs only the cells of its rows.
    """
    stage = design.stages[0]
    factor, draw = draw_bootstrap(stage, number, seed)
    unit = None if stage.units.identity else design.psu
    base = design.weights * (factor if unit is None else factor[unit])
    raking = adjust if isinstance(adjust, Reraking) else None
    drawn = DrawnWeights(base, unit, draw, raking)
    empty, scale, ones = np.empty((0, number)), 1.0 / (number - 1), np.ones(number)
    bootstrap = Replicates(empty, scale, ones, kind="subbootstrap", drawn=drawn)
    if adjust is None or raking is not None:
        return bootstrap
    matrix = np.asfortranarray(bootstrap.write_out())
    adjust_columns(matrix, adjust)
    return replace(bootstrap, matrix=matrix, drawn=None)


def replicate(design: Design, kind: Kind, *, n_replicates: int = 200, seed: int = 1) -> Design:
    """Return a replicate design from a Taylor design. R equivalent: `as.svrepdesign`.

    `design`: a design that has not been calibrated (calibrate the replicate design instead, and
    each replicate is calibrated too). `kind`: `JKn`, `groups` (delete a random group of PSUs),
    `subbootstrap` (Rao-Wu). `n_replicates`: number of bootstrap replicates, or of groups. `seed`:
    of a bootstrap, or of the dealing to groups.

    Raises StatisticsError: a calibrated design; a kind that the strata do not allow.
    """
    if design.projections:
        raise StatisticsError(
            "replicates of calibrated weights would not be calibrated; "
            "call replicate() first and calibrate afterwards, or use weigh()"
        )
    replicates = make_replicates(design, kind, n_replicates=n_replicates, seed=seed)
    return replace(design, replicates=replicates)


def with_replicates(
    design: Design,
    weights: npt.ArrayLike,
    *,
    type: GivenKind = "other",
    rho: float | None = None,
    scale: float | None = None,
    rscales: Sequence[float] | FloatArray | None = None,
    combined: bool = True,
    mse: bool = False,
) -> Design:
    """Return a design with replicate weights that came with the data. R equivalent: `svrepdesign`.

    `design`: its weights are the full-sample weights. `weights`: shape (rows, R). `type`, `rho`,
    `scale`, `rscales`: constants of the method (`scale_given`). `combined`: the weights include the
    sampling weight; else they multiply it. `mse`: deviations from the full estimate.

    Raises StatisticsError: another number of rows; weights that are negative or not finite;
    constants that do not fit.
    """
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != design.rows:
        raise StatisticsError(
            f"replicate weights of shape {matrix.shape}; expected ({design.rows}, replicates)"
        )
    if not (np.isfinite(matrix) & (matrix >= 0)).all():
        raise StatisticsError("replicate weights hold negative, missing or infinite values")
    if not combined:
        matrix = matrix * design.full_weights[:, None]
    whole, factors = scale_given(type, matrix.shape[1], rho=rho, scale=scale, rscales=rscales)
    return replace(design, replicates=Replicates(matrix, whole, factors, mse))


@dataclass(frozen=True, eq=False)
class Weighting:
    """A weighted design and its report."""

    design: Design
    report: WeightingReport

    @property
    def weights(self) -> FloatArray:
        """Final weights, shape (rows,)."""
        return self.design.full_weights


@dataclass(frozen=True)
class Trim:
    """Limits of the ratio of raked to base weight, as multiples of its mean.

    Attributes:
        lower, upper: the limits.
        keep_margins: bounded raking instead of trimming: limits and margins both hold, or an error
            is raised.
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
    """Rake to margins, trim, and replicate, with a report: the weighting of a survey in one call.

    The standard errors of the returned design rest on GREG residuals, or, after trimming or when
    `replicates` is given, on replicates that are each raked and trimmed like the main weights.

    Args:
        design: base weights, strata, PSUs; of a domain (the respondents among those drawn), only
            its rows are weighted to the population.
        totals: population totals by variable and category (columns of the design's data).
        collapse: declared merges of categories.
        trim: limits of the adjustment, or None.
        replicates: kind of replicates; None: those that the design has, else none, or when trimmed
            `JKn` (80 `groups` above 2,000 PSUs).
        n_replicates: number of bootstrap replicates, or of groups.
        seed: of a bootstrap, or of the dealing to groups.
        tolerance: largest relative gap at which raking stops.
        max_iterations: raking sweeps.

    Raises StatisticsError: margins that cannot be met (`make_margins`, `rake_weights`), limits that
    cannot be met, a replicate that cannot be raked (with its number).
    """
    margins = make_margins(design.data, totals, collapse, design.mask)
    recipe = Recipe(margins, tolerance=tolerance, max_iterations=max_iterations)
    method = [f"raking to {', '.join(totals)} (relative tolerance {tolerance:g})"]
    if trim is not None:
        how = Limits.BOUNDED if trim.keep_margins else Limits.TRIMMED
        recipe = replace(recipe, lower=trim.lower, upper=trim.upper, how=how)
    base, ones = design.weights, np.ones(design.rows)
    main = recipe.rake(base, ones)
    final = recipe.limit_totals(main.weights, base)
    if trim is not None:
        lower, upper = recipe.bounds(main.weights, base)
        method.append(f"{recipe.how.value} to {lower:.6g} to {upper:.6g} times the base weight")
    met = main.weights if recipe.how is Limits.TRIMMED else final
    replicate_weights = _build_replicates(design, recipe, main, replicates, n_replicates, seed)
    # Each row is a pattern.
    row_numbers = np.arange(design.rows)
    return make_weighting(
        design,
        Raking(recipe, row_numbers, row_numbers, base, ones, main),
        final,
        met,
        replicate_weights,
        method,
    )


def make_weighting(
    design: Design,
    raking: Raking,
    final: FloatArray,
    met: FloatArray,
    replicates: Replicates | None,
    method: Sequence[str],
) -> Weighting:
    """Return the design with its weights and replicates, and the report.

    `final`: the weight of one respondent of each pattern; `met`: the weight that meets the margins;
    `method`: the steps, in words.
    """
    recipe, pattern, before = raking.recipe, raking.pattern, raking.base * raking.count
    codes = tuple(replace(m.codes, codes=m.codes.codes[pattern]) for m in recipe.margins)
    projection = Projection(codes, None, met[pattern], design.weights)
    weighted = design.with_weights(final[pattern], projection)
    limited = recipe.how is not Limits.NONE
    report = WeightingReport(
        method=(*method, *([] if replicates is None else [f"replicates: {replicates.kind}"])),
        base=summarise(design.weights),
        final=summarise(weighted.full_weights),
        margins=margin_table(recipe.margins, before, final * raking.count),
        trimmed=recipe.outside(raking.main.weights, before, raking.count) if limited else 0,
    )
    return Weighting(replace(weighted, replicates=replicates), report)


def _build_replicates(
    design: Design, recipe: Recipe, main: Raked, kind: Kind | None, number: int, seed: int
) -> Replicates | None:
    """Return replicates, each through the recipe: of the given kind, the design's, or JKn after
    trimming.

    None for a design without replicates that was not trimmed.
    """
    rerake = recipe.rake_again(main)

    def limit(base: FloatArray) -> FloatArray:
        return recipe.limit_totals(rerake(base), base)

    adjust: Adjustment = rerake if recipe.how is Limits.NONE else limit
    if kind is None and design.replicates is not None:
        return _adjust_replicates(design, adjust)
    if kind is None and recipe.how is not Limits.TRIMMED:
        return None
    if kind is None:
        has_many_units = design.stages[0].units.size > MOST_JACKKNIFE
        kind, number = ("groups", GROUPS) if has_many_units else ("JKn", number)
    return make_replicates(design, kind, n_replicates=number, seed=seed, adjust=adjust)


Residuals: TypeAlias = Literal["greg", "r-rake"]

# Number of sweeps in which R's `rake` subtracts margin means.
_R_SWEEPS = 10


def rake(
    design: Design,
    totals: Totals,
    *,
    residuals: Residuals = "greg",
    collapse: Sequence[Collapse] = (),
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Design:
    """Rake a design to margins. R equivalents: `rake`, and `calibrate(calfun="raking")`.

    Both have these weights; their standard errors differ. `residuals="greg"` (published) takes the
    calibration residuals, as R after `calibrate`; `"r-rake"` those that R takes after `rake`.
    Raises StatisticsError: as `weigh`.
    """
    one_of(residuals, Residuals, "residuals")
    margins = make_margins(design.data, totals, collapse, design.mask)
    recipe = Recipe(margins, tolerance=tolerance, max_iterations=max_iterations)
    base, inside = design.weights, design.mask.astype(np.float64)
    main = recipe.rake(base, inside)
    regression_weights, sweeps = (base, None) if residuals == "greg" else (inside, _R_SWEEPS)
    codes = tuple(m.codes for m in margins)
    projection = Projection(codes, None, main.weights, regression_weights, sweeps)
    return _apply_adjustment(design, main.weights, projection, recipe.rake_again(main))


def post_stratify(design: Design, variable: str, totals: Mapping[Any, float]) -> Design:
    """Scale the weights to the population total of each category. R equivalent: `postStratify`.

    Raises StatisticsError: as `make_margins`.
    """
    return rake(design, {variable: totals})


def calibrate(
    design: Design,
    auxiliaries: Mapping[str, npt.ArrayLike],
    totals: Mapping[str, float],
    *,
    distance: Distance = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-11,
    max_iterations: int = 500,
) -> Design:
    """Calibrate to totals of numeric auxiliaries. R equivalent: `calibrate(calfun=...)`.

    `auxiliaries`: values by name, each of shape (rows,): a column of ones for the population size,
    0/1 indicators, numbers. `totals`: population total of each, by the same names. `distance`:
    `linear`, `raking` or `logit`. `bounds`: lowest and highest ratio of the calibrated to the base
    weight. `tolerance`: largest gap, relative to each total. `max_iterations`: Newton steps.

    Raises StatisticsError: names without total or without values; missing values; no convergence.
    """
    if set(auxiliaries) != set(totals):
        unmatched = sorted(set(auxiliaries) ^ set(totals))
        raise StatisticsError(
            f"calibration variable {unmatched[0]!r} has values or a total, not both"
        )
    names = list(auxiliaries)
    x = np.column_stack([design.numeric(np.asarray(auxiliaries[k]), repr(k)) for k in names])
    if np.isnan(x).any():
        row, j = (int(i) for i in np.argwhere(np.isnan(x))[0])
        raise StatisticsError(f"calibration variable {names[j]!r} is missing in row {row}")
    target = np.array([totals[k] for k in names], dtype=np.float64)
    adjust = partial(
        calibrate_weights,
        x=x,
        totals=target,
        names=names,
        distance=distance,
        bounds=bounds,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    weights = adjust(design.weights)
    return _apply_adjustment(design, weights, Projection((), x, weights, design.weights), adjust)


def trim(design: Design, lower: float, upper: float, *, strict: bool = True) -> Design:
    """Trim the weights. R equivalent: `trimWeights(strict=)`.

    As in R, the variance afterwards still uses the earlier calibration; `weigh` includes the
    trimming. Raises StatisticsError: limits that cannot be met.
    """
    adjust = partial(trim_weights, lower=lower, upper=upper, strict=strict)
    return _apply_adjustment(design, adjust(design.weights), None, adjust)


def _apply_adjustment(
    design: Design, weights: FloatArray, projection: Projection | None, adjust: Adjustment
) -> Design:
    """Return the design with adjusted weights and replicates."""
    adjusted = design.with_weights(weights, projection)
    return replace(adjusted, replicates=_adjust_replicates(design, adjust))


def _adjust_replicates(design: Design, adjust: Adjustment) -> Replicates | None:
    """Return the design's replicates, each adjusted within the domain; None without any."""
    if design.replicates is None:
        return None
    matrix = np.array(design.replicates.write_out(), order="F")
    adjust_columns(matrix, lambda base: adjust(np.where(design.mask, base, 0.0)))
    return replace(design.replicates, matrix=matrix, pattern=None, drawn=None)
