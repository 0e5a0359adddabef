"""Variance of weighted totals: strata, stages, finite populations, calibration, replicates.

One formula serves all estimators: with u_i = w_i z_i, stratum h with n_h PSUs out of N_h and PSU
totals u_hj, the first stage gives

    V = sum_h (1 - n_h/N_h) n_h/(n_h - 1) sum_j (u_hj - mean_h)(u_hj - mean_h)'

and the second stage adds, for each PSU, n_h/N_h times the same formula inside the PSU
(Särndal, Swensson and Wretman 1992, 4.3; R survey `svyrecvar`).

The covariance of the weighted totals of categories follows from sums of weights by stratum (or PSU)
and category: at a million rows and forty categories their indicators alone would take 320 MB.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Codes

LonelyPsu: TypeAlias = Literal["fail", "remove", "certainty", "adjust", "average"]
# Rule for a stratum of one PSU, and whether it applies also where only the domain leaves one.
LonelyRule: TypeAlias = tuple[LonelyPsu, bool]

# Sampling complement below which a stratum counts as a census (as in R survey).
CERTAIN = 1e-7


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of selection.

    `strata`: stratum of each row. `units`: sampling unit of each row, unique across strata.
    `unit_stratum`: stratum of each unit, shape (units.size,). `sampled`: units drawn in each
    stratum, shape (strata.size,). `population`: units in the population of each stratum (inf: no
    FPC), shape (strata.size,).
    """

    strata: Codes
    units: Codes
    unit_stratum: IntArray
    sampled: FloatArray
    population: FloatArray

    @staticmethod
    def make(strata: Codes, units: Codes, fpc: "tuple[str, pd.Series[Any]] | None") -> "Stage":
        """Return a stage from codes and a column of population sizes or sampling fractions.

        Raises StatisticsError: the FPC is missing, not positive, mixed, not constant in a stratum,
        or below the number of units drawn.
        """
        owner = np.zeros(units.size, dtype=np.int64)
        owner[units.codes] = strata.codes
        sampled = np.bincount(owner, minlength=strata.size).astype(np.float64)
        population = np.full(strata.size, np.inf)
        if fpc is not None:
            population = _find_population(fpc, strata, sampled)
        return Stage(strata, units, owner, sampled, population)

    def fraction_left(self) -> FloatArray:
        """Return 1 - n_h/N_h of each stratum, in 0-1, shape (strata.size,)."""
        return 1.0 - self.fraction()

    def fraction(self) -> FloatArray:
        """Return n_h/N_h of each stratum, in 0-1; 0 without FPC; shape (strata.size,)."""
        return np.asarray(self.sampled / self.population, dtype=np.float64)

    def inverse_fraction(self) -> FloatArray:
        """Return N_h/n_h of each row, >= 1; 1 without FPC; shape (rows,)."""
        ratio = np.where(np.isinf(self.population), 1.0, self.population / self.sampled)
        return np.asarray(ratio[self.strata.codes], dtype=np.float64)


def _find_population(
    fpc: "tuple[str, pd.Series[Any]]", strata: Codes, sampled: FloatArray
) -> FloatArray:
    """Return the population of each stratum from a column of sizes or fractions.

    Raises StatisticsError as `Stage.make`.
    """
    name, column = fpc
    try:
        values = np.asarray(pd.to_numeric(column), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise StatisticsError(f"FPC {name!r} is not numeric: {error}") from None
    if (is_invalid := ~(values > 0)).any():
        row = int(np.flatnonzero(is_invalid)[0])
        raise StatisticsError(f"FPC {name!r} is {values[row]} in row {row}; expected above 0")
    low, high = np.full(strata.size, np.inf), np.full(strata.size, -np.inf)
    np.minimum.at(low, strata.codes, values)
    np.maximum.at(high, strata.codes, values)
    if (low != high).any():
        h = int(np.flatnonzero(low != high)[0])
        raise StatisticsError(
            f"FPC {name!r} varies within stratum {strata.label(h)} ({low[h]:g} to {high[h]:g}); "
            "expected one population size a stratum"
        )
    if (high <= 1).all() and not (sampled == high).all():
        return np.asarray(sampled / high, dtype=np.float64)
    if (high < sampled).any():
        h = int(np.flatnonzero(high < sampled)[0])
        raise StatisticsError(
            f"FPC {name!r} of stratum {strata.label(h)} is {high[h]:g}, below the {sampled[h]:g} "
            "units in the sample; expected population sizes, or fractions <= 1 everywhere"
        )
    return high


@dataclass(frozen=True, eq=False)
class Projection:
    """A calibration in the variance: calibrated totals of the auxiliaries do not vary.

    `margins`: categorical auxiliaries, one `Codes` per margin. `matrix`: numeric auxiliaries, shape
    (rows, p), or None. `weights`: the calibrated weights, shape (rows,). `base`: the weights of the
    regression, shape (rows,): the weights before calibration for GREG residuals, ones for the
    residuals that R takes after `rake`. `sweeps`: None for an exact regression; a number of cyclic
    sweeps for R's `rake`.
    """

    margins: tuple[Codes, ...]
    matrix: FloatArray | None
    weights: FloatArray
    base: FloatArray
    sweeps: int | None = None

    def residuals(self, weighted: FloatArray) -> FloatArray:
        """Return the calibration residuals of weighted influence values u, shape (rows, k)."""
        # Rows without weight (nonrespondents) have no influence.
        inverse = np.divide(
            1.0, self.weights, out=np.zeros_like(self.weights), where=self.weights > 0
        )
        ratio = weighted * inverse[:, None]
        if self.sweeps is None:
            ratio = ratio - self._fit_ratio(ratio)
        for _ in range(self.sweeps or 0):
            for margin in self.margins:
                total = margin.sums(ratio * self.base[:, None])
                size = np.bincount(margin.codes, weights=self.base, minlength=margin.size)
                mean = total / np.where(size > 0, size, 1.0)[:, None]
                ratio = ratio - mean[margin.codes]
        return ratio * self.weights[:, None]

    def _fit_ratio(self, ratio: FloatArray) -> FloatArray:
        """Return fitted values of the base-weighted regression on all auxiliaries, shape
        (rows, k).
        """
        right = [m.sums(ratio * self.base[:, None]) for m in self.margins]
        if self.matrix is not None:
            right.append(self.matrix.T @ (ratio * self.base[:, None]))
        coefficients = np.linalg.pinv(self.gram(), hermitian=True) @ np.vstack(right)
        fitted = np.zeros_like(ratio)
        start = 0
        for margin in self.margins:
            fitted += coefficients[start : start + margin.size][margin.codes]
            start += margin.size
        if self.matrix is not None:
            fitted += self.matrix @ coefficients[start:]
        return fitted

    def gram(self) -> FloatArray:
        """Return X'WX of the auxiliaries, from two-way tables of the margins."""
        starts = np.cumsum([0, *(m.size for m in self.margins)])
        size = int(starts[-1]) + (0 if self.matrix is None else self.matrix.shape[1])
        gram = np.zeros((size, size))
        for a, left in enumerate(self.margins):
            for b in range(a, len(self.margins)):
                right = self.margins[b]
                key = left.codes * right.size + right.codes
                table = np.bincount(key, weights=self.base, minlength=left.size * right.size)
                block = table.reshape(left.size, right.size)
                gram[starts[a] : starts[a + 1], starts[b] : starts[b + 1]] = block
                gram[starts[b] : starts[b + 1], starts[a] : starts[a + 1]] = block.T
            if self.matrix is not None:
                cross = left.sums(self.matrix * self.base[:, None])
                gram[starts[a] : starts[a + 1], starts[-1] :] = cross
                gram[starts[-1] :, starts[a] : starts[a + 1]] = cross.T
        if self.matrix is not None:
            gram[starts[-1] :, starts[-1] :] = self.matrix.T @ (self.matrix * self.base[:, None])
        return gram


def multistage_covariance(
    weighted: FloatArray, stages: tuple[Stage, ...], in_domain: BoolArray | None, rule: LonelyRule
) -> FloatArray:
    """Return the covariance of the column totals of weighted influence values u, (rows, k) -> (k,
    k).

    Raises StatisticsError: a stratum has one PSU and the rule is `fail`.
    """
    first = stages[0]
    covariance = between_units(first.units.sums(weighted), first, in_domain, rule)
    if len(stages) > 1 and np.isfinite(first.population).any():
        # A second-stage stratum is a first-stage PSU: it carries the first-stage fraction.
        factor, totals = first.fraction()[first.unit_stratum], stages[1].units.sums(weighted)
        # Within a PSU the only centre is its mean (as in R), so `adjust` does not apply.
        inner: LonelyRule = ("remove" if rule[0] == "adjust" else rule[0], rule[1])
        covariance = covariance + between_units(
            totals, stages[1], in_domain, inner, factor, " at the second stage"
        )
    return covariance


def between_units(
    totals: FloatArray,
    stage: Stage,
    in_domain: BoolArray | None,
    rule: LonelyRule,
    factor: FloatArray | float = 1.0,
    where: str = "",
) -> FloatArray:
    """Return the covariance from the totals of each unit, shape (units, k) -> (k, k).

    Raises StatisticsError: a stratum has one PSU and the rule is `fail`; every one has and the rule
    is `average`.
    """
    (lonely_psu, adjust_domain), owner, sampled = rule, stage.unit_stratum, stage.sampled
    # Units with a row in the domain in each stratum, and the strata that have any.
    units_seen = sampled
    if in_domain is not None and not in_domain.all():
        hit = np.zeros(stage.units.size, dtype=np.bool_)
        hit[stage.units.codes[in_domain]] = True
        units_seen = np.bincount(owner, weights=hit, minlength=len(sampled)).astype(np.float64)
    strata_seen, left = units_seen > 0, stage.fraction_left()
    open_strata = strata_seen & (left >= CERTAIN)
    lonely = open_strata & (sampled == 1)
    if lonely.any() and lonely_psu == "fail":
        h = int(np.flatnonzero(lonely)[0])
        raise StatisticsError(
            f"stratum {stage.strata.label(h)} has one PSU{where}, so its variance is unknown; "
            "merge it or choose lonely_psu: remove, certainty, adjust or average"
        )
    mean = Codes(owner, len(sampled)).sums(totals) / sampled[:, None]
    one_seen = units_seen == 1
    if lonely_psu == "adjust":
        # The centre of the whole sample stands in for the stratum's own.
        mean[(sampled == 1) | (one_seen & adjust_domain)] = totals.mean(axis=0)
    scale = factor * left * np.where(sampled > 1, sampled / np.maximum(sampled - 1, 1), 1.0)
    scale = np.where(open_strata, scale, 0.0)
    inflate = 1.0
    if lonely_psu == "average":
        without_variance = lonely | (open_strata & one_seen & (sampled > 1) & adjust_domain)
        scale = np.where(without_variance, 0.0, scale)
        with_variance = int(strata_seen.sum() - without_variance.sum())
        if with_variance == 0:
            raise StatisticsError("every stratum has one PSU; no variance to average")
        inflate = float(strata_seen.sum()) / with_variance
    deviation = totals - mean[owner]
    return np.asarray(inflate * (deviation.T @ (deviation * scale[owner][:, None])))


def replicate_covariance(
    replicated: FloatArray, estimate: FloatArray, scale: float, rscales: FloatArray, *, mse: bool
) -> FloatArray:
    """Return the covariance from replicates: scale * sum_r rscales_r (t_r - c)(t_r - c)'.

    `replicated`: shape (R, k). `estimate`: shape (k,), the centre c when `mse`; else c is the mean
    of the replicates. `scale`: overall factor. `rscales`: factor of each replicate, shape (R,).
    `mse`: centre on the full-sample estimate.

    Raises StatisticsError: a replicate has no value.
    """
    if not np.isfinite(replicated).all():
        r = int(np.flatnonzero(~np.isfinite(replicated).all(axis=1))[0])
        raise StatisticsError(
            f"replicate {r + 1} gives no value: its weights leave the domain or the base empty"
        )
    used = rscales > 0
    # In a complete census no replicate counts, and there is no sampling error.
    centre = estimate if mse or not used.any() else replicated[used].mean(axis=0)
    deviation = replicated - centre
    return np.asarray(scale * (deviation.T @ (deviation * rscales[:, None])))


def code_covariance(
    codes: IntArray,
    size: int,
    weights: FloatArray,
    stage: Stage,
    in_domain: BoolArray | None,
    rule: LonelyRule,
) -> FloatArray:
    """Return the covariance of the weighted totals of codes 0..size-1 (-1: nowhere), one stage.

    With rows as PSUs, sums of w and w^2 by stratum and code suffice; otherwise the totals of each
    PSU and code are written out. Shape (size, size).

    Raises StatisticsError: a stratum has one PSU and the rule is `fail`.
    """
    if not stage.units.identity:
        return between_units(table(stage.units, codes, size, weights), stage, in_domain, rule)
    if (stage.sampled == 1).any():
        indicators = (codes[:, None] == np.arange(size)[None, :]) * weights[:, None]
        return between_units(indicators, stage, in_domain, rule)
    sums = table(stage.strata, codes, size, weights)
    sums_of_squares = table(stage.strata, codes, size, weights**2)
    n, left = stage.sampled, stage.fraction_left()
    scale = np.where(left >= CERTAIN, left, 0.0) * n / (n - 1)
    covariance = -(sums.T @ (sums * (scale / n)[:, None]))
    covariance[np.diag_indices(size)] += scale @ sums_of_squares
    return np.asarray(covariance)


def table(rows: Codes, codes: IntArray, size: int, weights: FloatArray) -> FloatArray:
    """Return sums of weights by row category and code, shape (rows.size, size)."""
    # Code -1 counts in an extra last column, which is dropped.
    key = rows.codes * (size + 1) + np.where(codes < 0, size, codes)
    sums = np.bincount(key, weights=weights, minlength=rows.size * (size + 1))
    return np.asarray(sums.reshape(rows.size, size + 1)[:, :size], dtype=np.float64)
