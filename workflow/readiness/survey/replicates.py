"""Replicate weights: jackknife, random groups, bootstrap, or those that came with the data.

Each maker gives the factors by which every PSU's weight is multiplied in each replicate, and the
constants of the variance formula. Sources: Wolter (2007) ch. 4; Kott (2001); Rao and Wu (1988). R
equivalent: `as.svrepdesign`.

Replicate weights of many respondents, held once for all who are alike.

Respondents of one stratum, one base weight, one random group and one crossing of the margins have
the same weight in every replicate. So a table of patterns and the pattern of each row hold what a
matrix of a row a respondent would: a million respondents and 80 replicates in some megabytes
instead of 640, and a replicated total costs one sum over the rows instead of 80.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from readiness.arrays import BoolArray, FloatArray, IntArray
from readiness.errors import StatisticsError
from readiness.survey.coding import Codes
from readiness.survey.variance import Stage

Adjustment: TypeAlias = Callable[[FloatArray], FloatArray]
Kind: TypeAlias = Literal["JKn", "groups", "subbootstrap", "given"]

# Relative size below which a singular value counts as zero (the tolerance of R's `qr`).
_RANK_TOLERANCE = 1e-5


class AnyReplicates(ABC):
    """Replicate weights, however they are held, and the constants of their variance.

    Attributes:
        scale: factor of the whole sum of squares.
        rscales: factor of each replicate, shape (R,).
        mse: deviations from the full-sample estimate instead of the mean of the replicates.
        kind: how they were made (`JKn`, `groups`, `subbootstrap`, `given`).
    """

    scale: float
    rscales: FloatArray
    mse: bool
    kind: Kind

    @property
    def count(self) -> int:
        """Number of replicates R."""
        return len(self.rscales)

    @abstractmethod
    def column(self, r: int) -> FloatArray:
        """The weights of replicate r (from 0), shape (rows,)."""

    def write_out(self) -> FloatArray:
        """All the weights, written out, shape (rows, R)."""
        matrix = np.empty((len(self.column(0)), self.count))
        for r in range(self.count):
            matrix[:, r] = self.column(r)
        return matrix

    def totals(self, x: FloatArray) -> FloatArray:
        """Totals of x (rows, k) under each replicate, shape (R, k)."""
        return np.array([self.column(r) @ x for r in range(self.count)])

    def code_totals(self, codes: IntArray, size: int) -> FloatArray:
        """Totals of codes 0..size-1 (-1: nowhere) under each replicate, shape (R, size)."""
        key, totals = codes + 1, np.empty((self.count, size))
        for r in range(self.count):
            totals[r] = np.bincount(key, weights=self.column(r), minlength=size + 1)[1:]
        return totals

    def adjust_each(self, adjust: Adjustment) -> AnyReplicates:
        """Each replicate through an adjustment of weights (rows,) -> (rows,), written out.

        Raises:
            StatisticsError: an adjustment that fails, with the number of the replicate.
        """
        matrix = np.array(self.write_out())
        for r in range(self.count):
            matrix[:, r] = _attempt(adjust, matrix[:, r], r)
        degrees = self.full_degrees if isinstance(self, Replicates) else None
        return Replicates(matrix, self.scale, self.rscales, self.mse, self.kind, degrees)

    def degrees_of_freedom(self, mask: BoolArray) -> int:
        """Number of replicates less one."""
        return self.count - 1


@dataclass(frozen=True, eq=False)
class Replicates(AnyReplicates):
    """Replicate weights as a matrix.

    Attributes:
        matrix: the weight of each row in each replicate (sampling weight included), (rows, R).
        scale, rscales, mse, kind: as in `AnyReplicates`.
        full_degrees: degrees of freedom of the whole sample, for weights that came with the data;
            None: rank of the matrix less one.
    """

    matrix: FloatArray
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: Kind = "given"
    full_degrees: int | None = None

    def column(self, r: int) -> FloatArray:
        """The weights of replicate r (from 0), shape (rows,)."""
        return self.matrix[:, r]

    def write_out(self) -> FloatArray:
        """All the weights, shape (rows, R)."""
        return self.matrix

    def totals(self, x: FloatArray) -> FloatArray:
        """Totals of x (rows, k) under each replicate, shape (R, k)."""
        return self.matrix.T @ x

    def degrees_of_freedom(self, mask: BoolArray) -> int:
        """Rank of the replicate weights of the rows in `mask`, less one."""
        if mask.all() and self.full_degrees is not None:
            return self.full_degrees
        return _rank(self.matrix[mask]) - 1


@dataclass(frozen=True, eq=False)
class StreamedReplicates(AnyReplicates):
    """Replicates that are made again, one at a time, each time they are used.

    For many replicates of many rows: the whole matrix would not fit.

    Attributes:
        generate: the weights (rows,) of replicate r (from 0); the same for the same r.
        scale, rscales, mse, kind: as in `AnyReplicates`.
    """

    generate: Callable[[int], FloatArray]
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: Kind = "subbootstrap"

    def column(self, r: int) -> FloatArray:
        """The weights of replicate r (from 0), shape (rows,)."""
        return self.generate(r)

    def adjust_each(self, adjust: Adjustment) -> StreamedReplicates:
        """Each replicate through an adjustment, when it is used.

        Raises:
            StatisticsError: the first replicate cannot be adjusted (others say so when used).
        """
        generate = self.generate

        def adjusted(r: int) -> FloatArray:
            return _attempt(adjust, generate(r), r)

        adjusted(0)
        return replace(self, generate=adjusted)


def _attempt(adjust: Adjustment, weights: FloatArray, r: int) -> FloatArray:
    try:
        return adjust(weights)
    except StatisticsError as error:
        raise StatisticsError(f"replicate {r + 1}: {error}") from None


def _rank(matrix: FloatArray) -> int:
    rows, columns = matrix.shape
    if rows > 2 * columns:
        # The Gram matrix has the squared singular values; 1e-10 is still far above its rounding.
        values = np.linalg.eigvalsh(matrix.T @ matrix)
        return int((values > values[-1] * _RANK_TOLERANCE**2).sum())
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > values[0] * _RANK_TOLERANCE).sum()) if len(values) else 0


def _refuse_lonely(stage: Stage, why: str) -> None:
    lonely = stage.sampled == 1
    if lonely.any():
        name = stage.strata.label(int(np.argmax(lonely)))
        raise StatisticsError(f"stratum {name} has one PSU: {why}")


def jackknife_factors(stage: Stage, *, lonely_fails: bool = True) -> tuple[FloatArray, FloatArray]:
    """Delete-one-PSU jackknife of strata (JKn).

    Returns what multiplies each PSU's weight in each replicate, shape (PSUs, R), and the factor of
    each replicate in the variance, shape (R,).

    Raises:
        StatisticsError: a stratum of one PSU (`lonely_fails`), or no other ones.
    """
    n = stage.sampled
    if lonely_fails:
        _refuse_lonely(stage, "JKn cannot leave it out; merge it or choose another lonely_psu")
    owner = stage.unit_stratum
    # A lonely PSU is kept in every replicate: its stratum adds no variance.
    deleted = np.flatnonzero(n[owner] > 1)
    if len(deleted) == 0:
        raise StatisticsError(
            "JKn needs a stratum with 2 PSUs; each has 1, so there is no variance to estimate"
        )
    stratum = owner[deleted]
    size = n[owner][:, None]
    up = np.divide(size, size - 1, out=np.ones_like(size), where=size > 1)
    matrix = np.where(owner[:, None] == stratum[None, :], up, 1.0)
    matrix[deleted, np.arange(len(deleted))] = 0.0
    return matrix, ((n - 1) / n * stage.fraction_left())[stratum]


def bootstrap_factors(
    stage: Stage, replicates: int, seed: int
) -> tuple[float, Callable[[int], FloatArray]]:
    """Bootstrap of PSUs within strata: the scale, and the factors (PSUs,) of each replicate.

    n_h - 1 of n_h are drawn with replacement and multiplied by n_h/(n_h - 1) (Rao and Wu 1988),
    which is unbiased in every stratum. Without FPC.

    Args:
        stage: the first stage.
        replicates: number of replicates, at least 2.
        seed: of the generator; equal seeds give equal replicates.

    Raises:
        StatisticsError: fewer than 2 replicates, or a stratum with one PSU.
    """
    if replicates < 2:
        raise StatisticsError(f"{replicates} bootstrap replicates; expected 2 or more")
    n = stage.sampled.astype(np.int64)
    _refuse_lonely(stage, "a bootstrap needs 2: merge it")
    order = np.argsort(stage.unit_stratum, kind="stable")
    ends = np.cumsum(n - 1)
    first = np.cumsum(n) - n
    factor = np.empty(stage.units.size)
    factor[order] = np.repeat(n / (n - 1), n)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    sorted_units = bool((place == order).all() and (order[1:] > order[:-1]).all())

    def factors(r: int) -> FloatArray:
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, r])))
        picked = np.empty(int(ends[-1]), dtype=np.int64)
        for h in range(len(n)):
            draws = generator.integers(0, n[h], n[h] - 1, dtype=np.uint32)
            np.add(draws, first[h], out=picked[ends[h] - n[h] + 1 : ends[h]])
        counts = np.bincount(picked, minlength=len(factor))
        return np.asarray(factor * (counts if sorted_units else counts[place]))

    return 1.0 / (replicates - 1), factors


@dataclass(frozen=True, eq=False)
class Dealt:
    """PSUs dealt to random groups, and what multiplies their weights when a group is left out.

    Attributes:
        group: the group 0..G-1 of each PSU.
        kept: factor of the PSUs of a stratum that stay, by the group that is left out, (strata, G).
        gone: factor of those of the group itself, shape (strata,).
        scale: factor of the whole sum of squares.
    """

    group: IntArray
    kept: FloatArray
    gone: FloatArray
    scale: float


def deal(stage: Stage, groups: int, seed: int) -> Dealt:
    """Delete-a-group jackknife: the groups and their factors.

    The PSUs of each stratum are dealt at random, in turn, to the groups; a replicate leaves one
    group out. A stratum of fewer PSUs than groups deals some groups nothing; there its PSUs count
    with Kott's factors, which give each stratum its own variance (Kott 2001, the extended
    delete-a-group jackknife). The finite population correction of a stratum shrinks its factors
    towards 1.

    Args:
        stage: the first stage.
        groups: number of groups, at least 2, and so of replicates.
        seed: of the dealing; equal seeds give equal groups.

    Raises:
        StatisticsError: fewer than 2 groups, or more than PSUs; a stratum with one PSU.
    """
    n = stage.sampled.astype(np.int64)
    if not 2 <= groups <= stage.units.size:
        raise StatisticsError(
            f"{groups} groups of {stage.units.size} PSUs; expected 2 or more, and no more than PSUs"
        )
    _refuse_lonely(stage, "no group of it can be left out: merge it")
    rng = np.random.Generator(np.random.PCG64(seed))
    owner = stage.unit_stratum
    order = np.lexsort((rng.random(len(owner)), owner))
    group = np.empty(len(owner), dtype=np.int64)
    # Dealt on from stratum to stratum, so that the groups stay equal.
    group[order] = np.arange(len(owner)) % groups
    cells = np.bincount(owner * groups + group, minlength=len(n) * groups)
    left_out = cells.reshape(len(n), groups)
    small = n < groups
    spread = np.sqrt(groups / ((groups - 1) * n * np.maximum(n - 1, 1)))
    shrink = np.sqrt(stage.fraction_left())
    kept = np.where(
        small[:, None], 1 + spread[:, None], n[:, None] / np.maximum(n[:, None] - left_out, 1)
    )
    kept = np.where(left_out > 0, kept, 1.0)
    gone = np.where(small, 1 - (n - 1) * spread, 0.0)
    scale = (groups - 1) / groups
    return Dealt(group, 1 + shrink[:, None] * (kept - 1), 1 + shrink * (gone - 1), scale)


def group_factors(
    stage: Stage, groups: int, seed: int
) -> tuple[float, Callable[[int], FloatArray]]:
    """Delete-a-group jackknife (`deal`): the scale, and the factors (PSUs,) of each replicate."""
    dealt, owner = deal(stage, groups, seed), stage.unit_stratum

    def factors(r: int) -> FloatArray:
        return np.asarray(np.where(dealt.group == r, dealt.gone[owner], dealt.kept[owner, r]))

    return dealt.scale, factors


@dataclass(frozen=True, eq=False)
class PatternedReplicates(AnyReplicates):
    """Replicate weights by pattern; to rounding, the numbers of `Replicates`.

    Attributes:
        table: the weight of a row of each pattern in each replicate, shape (patterns, R).
        pattern: the pattern of each row, shape (rows,).
        scale, rscales, mse, kind: as in `AnyReplicates`.
    """

    table: FloatArray
    pattern: IntArray
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: Kind = "groups"

    def column(self, r: int) -> FloatArray:
        """The weights of replicate r (from 0), shape (rows,)."""
        return np.asarray(self.table[:, r][self.pattern])

    def totals(self, x: FloatArray) -> FloatArray:
        """Totals of x (rows, k) under each replicate, shape (R, k)."""
        return self.table.T @ Codes(self.pattern, len(self.table)).sums(x)

    def code_totals(self, codes: IntArray, size: int) -> FloatArray:
        """Totals of codes 0..size-1 (-1: nowhere) under each replicate, shape (R, size)."""
        key = self.pattern * (size + 1) + (codes + 1)
        counted = np.bincount(key, minlength=len(self.table) * (size + 1))
        counts = counted.reshape(len(self.table), size + 1)[:, 1:]
        return self.table.T @ counts.astype(np.float64)
