"""The survey design: who was drawn, how, and with which weight.

Every estimator linearises its statistic and needs one function of a `Design`, the covariance of
weighted totals (`Design.total_covariance`); strata, stages, finite populations, calibration and
replicate weights are handled here and nowhere else. A domain is a subset of the design, never of
the data: `Design.subset` keeps every row, rows outside with weight zero, so that the number of PSUs
in each stratum stays the sampled number.

Särndal, Swensson and Wretman (1992), ch. 4 and 6; Lumley (2010), ch. 2 and 8; R survey 4.4-2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Factorized, factorize_column, one_of
from readiness.survey.replicates import Replicates
from readiness.survey.specification import (
    booleans,
    make_stages,
    make_weights,
    named_columns,
    one_column,
    one_value_a_row,
)
from readiness.survey.variance import (
    LonelyPsu,
    LonelyRule,
    Projection,
    Stage,
    between_units,
    code_covariance,
    multistage_covariance,
    replicate_covariance,
)

# Largest number of cells of an indicator matrix that is written out (8 bytes each).
_DENSE = 200_000
# Largest number of cells for which the covariance of the cells is cheaper than that of influence
# values.
_MOST_CELLS = 500
# Largest number of PSUs that counts as few: with 100 of unequal sizes the coverage of a mean still
# gains.
FEW = 100
Column: TypeAlias = "str | npt.ArrayLike | pd.Series[Any]"


@dataclass(frozen=True, eq=False)
class Design:
    """A survey design; built by `design`, never modified.

    Attributes:
        data: the data frame of the design (n rows, never modified); estimators take its column
            names as well as arrays of n values.
        full_weights: sampling or calibrated weight of each row, 0 or more, > 0 in the domain.
        stages: strata, PSUs and FPC of each stage, as integer codes.
        mask: True for the rows in the domain (at first all rows with a weight above 0).
        lonely_psu: rule for a stratum with one PSU (`fail`, `remove`, `certainty`, `adjust`,
            `average`), as R's `survey.lonely.psu`.
        adjust_domain_lonely: apply that rule also to strata in which a domain leaves one PSU.
        projections: calibrations, in the order in which they were done.
        replicates: replicate weights, or None for a Taylor design.
        refits: whether tests and models are refitted under each replicate (`refitting`).
        corrects: whether shares, means and Rao-Scott tests are corrected for few clusters
            (`correcting`).

    Columns that were coded once stay coded, also for designs derived from this one.
    """

    data: pd.DataFrame
    full_weights: FloatArray
    stages: tuple[Stage, ...]
    mask: BoolArray
    lonely_psu: LonelyPsu = "fail"
    adjust_domain_lonely: bool = False
    projections: tuple[Projection, ...] = ()
    replicates: Replicates | None = None
    refits: bool = False
    corrects: bool = False
    _coded: dict[str, Factorized] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        """Number of rows of the full design, the length of every array given to an estimator."""
        return len(self.full_weights)

    @property
    def n(self) -> int:
        """Number of respondents in the domain (the unweighted base)."""
        return int(self.mask.sum())

    @property
    def weights(self) -> FloatArray:
        """Weights, shape (rows,): zero outside the domain."""
        return self.full_weights if self.mask.all() else np.where(self.mask, self.full_weights, 0.0)

    @property
    def strata(self) -> IntArray:
        """Code of the first-stage stratum of each row, shape (rows,)."""
        return self.stages[0].strata.codes

    @property
    def psu(self) -> IntArray:
        """Code of the primary sampling unit of each row, shape (rows,), unique across strata."""
        return self.stages[0].units.codes

    @property
    def degrees_of_freedom(self) -> int:
        """PSUs less strata among the rows of the domain, and at most the replicates less one.

        For replicate weights that came with the data: the rank of the domain's weights, less one.
        """
        if self.replicates is not None and self.replicates.kind == "given":
            return self.replicates.degrees_of_freedom(self.mask)
        first = self.stages[0]
        degrees = first.units.count_used(self.mask) - first.strata.count_used(self.mask)
        return degrees if self.replicates is None else min(degrees, self.replicates.count - 1)

    def domain_degrees(self, codes: IntArray, size: int) -> IntArray:
        """Return the degrees of freedom of the domain of each code, shape (size,).

        `codes`: 0..size-1, -1 for rows that do not count. Equal to `subset(codes ==
        k).degrees_of_freedom`, 0 for an empty domain.
        """
        inside = np.where(self.mask, codes, -1)
        if self.replicates is not None and self.replicates.kind == "given":
            domains = (self.subset(inside == k) for k in range(size))
            return np.array([d.degrees_of_freedom if d.n else 0 for d in domains], dtype=np.int64)
        first = self.stages[0]
        units = first.units.count_used_by(inside, size)
        degrees = units - first.strata.count_used_by(inside, size)
        if self.replicates is not None:
            degrees = np.minimum(degrees, len(self.replicates.rscales) - 1)
        return np.where(units > 0, degrees, 0)

    def column(self, values: Column) -> npt.NDArray[Any]:
        """Return the values of a column by name, or the array itself, checked to hold `rows`
        values.

        Raises StatisticsError: unknown column name, a name that two columns have, another number of
        values than rows, a Series with another index than the data.
        """
        if isinstance(values, str):
            return np.asarray(one_column(self.data, values))
        return one_value_a_row(self.data, values)

    def declared_order(self, values: Column) -> list[Any] | None:
        """Return the categories of a pandas Categorical, in their order; None for any other column.

        Raises StatisticsError: unknown column name.
        """
        series = one_column(self.data, values) if isinstance(values, str) else values
        dtype = getattr(series, "dtype", None)
        return list(dtype.categories) if isinstance(dtype, pd.CategoricalDtype) else None

    def factorize(self, values: Column) -> Factorized:
        """Return the values as codes in order of appearance (-1: missing), with the distinct
        values.

        The codes and categories of a pandas Categorical are returned as they are. Raises
        StatisticsError: as `column`.
        """
        if isinstance(values, pd.Categorical) and len(values) == self.rows:
            return values.codes.astype(np.int64), list(values.categories)
        if not isinstance(values, str):
            return factorize_column(self.column(values))
        if values not in self._coded:
            self._coded[values] = factorize_column(self.column(values))
        return self._coded[values]

    def numeric(self, values: Column, what: str = "the variable") -> FloatArray:
        """Return a column as floats; missing values stay NaN.

        Raises StatisticsError: text that is no number, or an infinite value inside the domain.
        """
        raw = self.column(values)
        name = repr(values) if isinstance(values, str) else what
        try:
            array = np.asarray(pd.to_numeric(pd.Series(raw)), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise StatisticsError(f"{name} is not numeric: {error}") from None
        if np.isinf(array[self.mask]).any():
            row = int(np.flatnonzero(np.isinf(array) & self.mask)[0])
            raise StatisticsError(f"{name} is infinite in row {row}; expected finite numbers")
        return array

    def subset(self, mask: npt.ArrayLike) -> Design:
        """Return the domain of the rows where `mask` is true, within the design's domain.

        `mask`: shape (rows,), booleans or 0/1; missing values count as outside.

        Raises StatisticsError: the mask has another length than the full design, or a value that is
        neither true nor false.
        """
        return replace(self, mask=self.mask & booleans(self.column(mask), "the domain"))

    def refitting(self) -> Design:
        """Return the design with tests and models refitted under each replicate, as R does.

        Otherwise they are linearised at the full sample, and the replicates give the variance of
        the linear part: faster, and a little smaller where groups are small. This concerns
        association tests, rank tests, contrasts, kappa, linear and ordinal models.

        Raises StatisticsError: the design has no replicate weights.
        """
        self._require_replicates()
        return replace(self, refits=True)

    def correcting(self) -> Design:
        """Return the design with estimates and Rao-Scott tests corrected for few clusters.

        Standard errors of shares and means are then CR2, their degrees of freedom Satterthwaite's
        (`survey.estimates.proportions.reduce_bias`), where these are defined (`has_few_clusters`).
        Rao-Scott tests subtract the degrees of freedom that groups of whole clusters take
        (`survey.comparisons.rao_scott.correct_for_clusters`).
        """
        return replace(self, corrects=True)

    @property
    def has_few_clusters(self) -> bool:
        """Return whether shares and means are corrected for few clusters.

        True if the design asks for the correction (`corrects`), and if all of this holds:
        - The design has one stage, no replicates and no calibration.
        - The PSUs are few, and a PSU can have several rows.
        - Each stratum has two or more PSUs.
        """
        first = self.stages[0]
        plain = self.replicates is None and not self.projections and not first.units.identity
        few = first.units.size <= FEW and bool((first.sampled > 1).all())
        return self.corrects and plain and few and len(self.stages) == 1

    def find_clusters(self) -> IntArray | None:
        """Return the code of the sampling unit (PSU) of each row, shape (rows,), from 0 on.

        None where respondents were drawn one by one, or where the units are unknown. Replicate
        weights that came with the data show the units if each replicate leaves out one: the rows of
        a unit have weight 0 in the same replicate, and in no other.
        """
        replicates = self.replicates
        if replicates is None or replicates.kind != "given":
            return None if self.stages[0].units.identity else self.psu
        left_out = replicates.write_out() == 0
        if not (left_out[self.mask].sum(axis=1) == 1).all():
            return None
        replicate = left_out.argmax(axis=1)
        is_one_by_one = len(np.unique(replicate[self.mask])) == self.n
        return None if is_one_by_one else replicate

    def without_finite_population(self) -> Design:
        """Return the design without finite population correction, for tests of differences.

        A test of group differences is about the process that made the groups, of which the
        population is one outcome (Graubard and Korn 2002). In replicates the correction is removed
        where each leaves out one PSU (JKn); other kinds contain it in their weights. A complete
        census is returned unchanged.
        """
        if (self.stages[0].fraction_left() <= 0).all():
            return self
        stages = tuple(
            replace(stage, population=np.full_like(stage.population, np.inf))
            for stage in self.stages
        )
        replicates, n, owner = self.replicates, stages[0].sampled, stages[0].unit_stratum
        if replicates is not None and replicates.kind == "JKn":
            left_out = owner if replicates.count == len(owner) else owner[n[owner] > 1]
            if replicates.count == len(left_out):
                replicates = replace(replicates, rscales=((n - 1) / n)[left_out])
        return replace(self, stages=stages, replicates=replicates)

    def refit_covariance(
        self, fit: Callable[[FloatArray], FloatArray], estimate: FloatArray
    ) -> FloatArray:
        """Return the covariance of a statistic that is recomputed from each replicate's weights.

        Args:
            fit: from weights (rows,), 0 outside the domain, to the statistic, shape (k,).
            estimate: the statistic under the full weights.

        Raises StatisticsError: no replicate weights; a replicate without a finite statistic.
        """
        replicates = self._require_replicates()
        weights = (np.where(self.mask, replicates.column(r), 0.0) for r in range(replicates.count))
        return self.replicate_covariance(np.array([fit(w) for w in weights]), estimate)

    def with_weights(self, weights: FloatArray, projection: Projection | None = None) -> Design:
        """Return the design with other full weights, and the calibration that made them, if any."""
        added = () if projection is None else (projection,)
        return replace(self, full_weights=weights, projections=self.projections + added)

    def total_covariance(self, z: npt.ArrayLike) -> FloatArray:
        """Return the design-based covariance of the totals sum_i w_i z_i.

        `z`: influence values, shape (rows, k) or (rows,); values outside the domain are ignored.

        Returns covariance, shape (k, k), in squared units of the totals. For calibrated designs it
        is that of the calibration (GREG) residuals; for replicate designs, that of the replicated
        totals.

        Raises StatisticsError: a stratum has one PSU and the rule is `fail`; z is not finite.
        """
        influence = self._clear_outside(z)
        if self.replicates is not None:
            totals = self.replicates.totals(influence)
            return self.replicate_covariance(totals, self.full_weights @ influence)
        weighted = influence * self.full_weights[:, None]
        for projection in self.projections:
            weighted = projection.residuals(weighted)
        inside = None if self.projections else self.mask
        return multistage_covariance(weighted, self.stages, inside, self._lonely_rule)

    def code_covariance(self, codes: IntArray, size: int) -> FloatArray:
        """Return the covariance of the weighted totals of categories, shape (size, size).

        Equal to `total_covariance` of the indicators of each code, by the cheapest way that the
        design allows: sums of codes under each replicate, sums by stratum and code or by PSU and
        code, or the indicators written out.

        Args:
            codes: category of each row in 0..size-1, or -1 (counts nowhere).
            size: number of categories.
        """
        inside = codes if self.mask.all() else np.where(self.mask, codes, -1)
        used = np.flatnonzero(np.bincount(inside + 1, minlength=size + 1)[1:])
        place = np.full(size + 1, -1, dtype=np.int64)
        place[used] = np.arange(len(used))
        compact = inside if len(used) == size else place[inside]
        if self.replicates is not None:
            totals = self.replicate_code_totals(compact, len(used))
            is_counted = compact >= 0
            whole = np.bincount(
                compact[is_counted], self.full_weights[is_counted], minlength=len(used)
            )
            used_covariance = self.replicate_covariance(totals, whole.astype(np.float64))
        elif self.rows * len(used) > _DENSE and not self.projections and len(self.stages) == 1:
            cheap_arguments = (len(used), self.full_weights, self.stages[0])
            used_covariance = code_covariance(
                compact, *cheap_arguments, self.mask, self._lonely_rule
            )
        else:
            used_covariance = self.total_covariance(
                compact[:, None] == np.arange(len(used))[None, :]
            )
        covariance = np.zeros((size, size))
        covariance[np.ix_(used, used)] = used_covariance
        return covariance

    def group_covariance(self, codes: IntArray, size: int, z: FloatArray) -> FloatArray:
        """Return the covariance of the weighted totals of z in each group, shape (size, size).

        Equal to `total_covariance` of a matrix with one column per group, in which each row has z
        in the column of its group; for many rows and one stage computed from sums by stratum (or
        PSU) and group.

        Args:
            codes: group of each row in 0..size-1, or -1 (counts nowhere), shape (rows,).
            size: number of groups.
            z: influence value of each row on the total of its group, shape (rows,).
        """
        plain = self.replicates is None and not self.projections and len(self.stages) == 1
        if not plain or size == 1 or self.rows * size <= _DENSE:
            return self.total_covariance(z[:, None] * (codes[:, None] == np.arange(size)))
        inside = np.where(self.mask, codes, -1)
        weighted = np.where(inside >= 0, self.full_weights * z, 0.0)
        return code_covariance(inside, size, weighted, self.stages[0], self.mask, self._lonely_rule)

    def cell_covariance(self, cell: IntArray, z: FloatArray) -> FloatArray:
        """Return `total_covariance` of influence values that all respondents of a cell share.

        Args:
            cell: row of z of each respondent, -1: counts nowhere, shape (rows,).
            z: influence values, shape (cells, k).
        """
        if len(z) <= _MOST_CELLS:
            return np.asarray(z.T @ self.code_covariance(cell, len(z)) @ z)
        stage, counted = self.stages[0], cell >= 0
        taylor = self.replicates is None and not self.projections and len(self.stages) == 1
        if taylor and not stage.units.identity:
            # Sums by sampling unit, one column at a time: no copy of all the rows.
            weights = np.where(self.mask & counted, self.full_weights, 0.0)
            sums = [
                np.bincount(stage.units.codes, weights * column[cell], stage.units.size)
                for column in z.T
            ]
            return between_units(np.column_stack(sums), stage, self.mask, self._lonely_rule)
        written = np.zeros((self.rows, z.shape[1]))
        written[counted] = z[cell[counted]]
        return self.total_covariance(written)

    def replicate_code_totals(self, codes: IntArray, size: int) -> FloatArray:
        """Return weighted totals of categories under each replicate, shape (R, size); -1 counts
        nowhere.

        Raises StatisticsError: the design has no replicate weights.
        """
        return self._require_replicates().code_totals(np.where(self.mask, codes, -1), size)

    def replicate_totals(self, x: npt.ArrayLike) -> FloatArray:
        """Return totals of x under each replicate weight, shape (R, k), within the domain.

        Raises StatisticsError: the design has no replicate weights.
        """
        return self._require_replicates().totals(self._clear_outside(x))

    def replicate_covariance(self, replicated: FloatArray, estimate: FloatArray) -> FloatArray:
        """Return the covariance of a statistic from its replicated values.

        Args:
            replicated: shape (R, k), the statistic under each replicate weight.
            estimate: shape (k,), the statistic under the full weights.

        Raises StatisticsError: no replicate weights; a replicate without a value.
        """
        r = self._require_replicates()
        return replicate_covariance(replicated, estimate, r.scale, r.rscales, mse=r.mse)

    @property
    def _lonely_rule(self) -> LonelyRule:
        """Rule for lonely PSUs, and whether it also applies to domains."""
        return self.lonely_psu, self.adjust_domain_lonely

    def _require_replicates(self) -> Replicates:
        """Return the replicate weights; StatisticsError without any."""
        if self.replicates is None:
            raise StatisticsError(
                "this design has no replicate weights; make them with replicate()"
            )
        return self.replicates

    def _clear_outside(self, z: npt.ArrayLike) -> FloatArray:
        """Return z as a (rows, k) matrix with zeros outside the domain.

        Raises StatisticsError: another shape, or values that are not finite.
        """
        array = np.asarray(z, dtype=np.float64)
        if array.ndim == 1:
            array = array[:, None]
        if array.ndim != 2 or len(array) != self.rows:
            raise StatisticsError(
                f"influence values of shape {array.shape}; expected ({self.rows}, k)"
            )
        if not self.mask.all():
            array = np.where(self.mask[:, None], array, 0.0)
        if not np.isfinite(array).all():
            raise StatisticsError(
                "influence values are missing or infinite inside the domain; "
                "restrict the design to the rows that have a value (subset)"
            )
        return array


def design(
    data: pd.DataFrame,
    *,
    weights: Column | float | None = None,
    strata: Column | None = None,
    psu: Column | Sequence[str] | None = None,
    fpc: Column | Sequence[str] | None = None,
    nest: bool = False,
    lonely_psu: LonelyPsu = "fail",
    adjust_domain_lonely: bool = False,
) -> Design:
    """Build a survey design, checked. R equivalent: `svydesign(ids, strata, weights, fpc, nest)`.

    Args:
        data: one row per respondent (not modified).
        weights: column of sampling weights, 0 or more and finite (a row of weight 0 counts as
            drawn and is outside the domain); one number for all rows; or None: from the FPC when
            it is given, else 1.
        strata: column of first-stage strata, or None.
        psu: column of PSUs, or the columns of both stages, outermost first; None: each row is one.
        fpc: population number of units (or sampling fraction, all <= 1) of each stage; None: the
            sample counts as drawn with replacement.
        nest: PSU identifiers start again in each stratum.
        lonely_psu: rule for a stratum that has one PSU.
        adjust_domain_lonely: apply the rule also where only the domain leaves one PSU.

    Raises StatisticsError: no rows; unknown columns, or two of one name; weights that are missing,
    negative or infinite, or all 0; missing strata or PSUs; a PSU in two strata without `nest`; an
    FPC below the sample size or not constant in its stratum; an unknown rule.
    """
    one_of(lonely_psu, LonelyPsu, "lonely_psu")
    if len(data) == 0:
        raise StatisticsError("the data have 0 rows; a design needs at least one respondent")
    units = named_columns(data, psu, several=True)
    if len(units) > 2:
        raise StatisticsError(f"{len(units)} stages of PSUs; one or two are supported")
    population = named_columns(data, fpc, several=True)
    if len(population) > max(len(units), 1):
        raise StatisticsError(
            f"{len(population)} FPC columns for {max(len(units), 1)} stages; give one a stage"
        )
    stages = make_stages(data, strata, units, population, nest)
    values = make_weights(data, weights, stages)
    # As in R, a row of weight 0 was drawn and represents nobody: no base counts it.
    return Design(data, values, stages, values > 0, lonely_psu, adjust_domain_lonely)
