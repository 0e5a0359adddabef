"""Replicate weights: jackknife, balanced repeated replication, bootstrap.

Each maker gives the factors by which every PSU's weight is multiplied in each replicate, and the
constants of the variance formula. Sources: Wolter (2007) ch. 3-5; Rao and Wu (1988); Canty and
Davison (1999). R equivalent: `as.svrepdesign`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np

from readiness.arrays import BoolArray, FloatArray, IntArray
from readiness.errors import StatisticsError
from readiness.survey.variance import Stage

Adjustment: TypeAlias = Callable[[FloatArray], FloatArray]
Kind: TypeAlias = Literal[
    "JK1", "JKn", "groups", "BRR", "Fay", "bootstrap", "subbootstrap", "given"
]

# Relative size below which a singular value counts as zero (the tolerance of R's `qr`).
_RANK_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights and the constants of their variance.

    Attributes:
        matrix: the weight of each row in each replicate (sampling weight included), (rows, R).
        scale: factor of the whole sum of squares.
        rscales: factor of each replicate, shape (R,).
        mse: deviations from the full-sample estimate instead of the mean of the replicates.
        kind: how they were made (`JK1`, `JKn`, `groups`, `BRR`, `Fay`, `bootstrap`,
            `subbootstrap`, `given`).
        full_degrees: degrees of freedom of the whole sample, for weights that came with the data;
            None: rank of the matrix less one.
    """

    matrix: FloatArray
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: Kind = "given"
    full_degrees: int | None = None
    _rank: dict[bytes, int] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        """Number of replicates R."""
        return len(self.rscales)

    def column(self, r: int) -> FloatArray:
        """The weights of replicate r (from 0), shape (rows,)."""
        return self.matrix[:, r]

    def totals(self, x: FloatArray) -> FloatArray:
        """Totals of x (rows, k) under each replicate, shape (R, k)."""
        return self.matrix.T @ x

    def code_totals(self, codes: IntArray, size: int) -> FloatArray:
        """Totals of codes 0..size-1 (-1: nowhere) under each replicate, shape (R, size)."""
        return _code_totals(self, codes, size)

    def adjusted(self, adjust: Adjustment) -> Replicates:
        """Each replicate through an adjustment of weights (rows,) -> (rows,).

        Raises:
            StatisticsError: an adjustment that fails, with the number of the replicate.
        """
        matrix = np.empty_like(self.matrix)
        for r in range(self.count):
            matrix[:, r] = _attempt(adjust, self.matrix[:, r], r)
        return replace(self, matrix=matrix, _rank={})

    def degrees_of_freedom(self, mask: BoolArray) -> int:
        """Rank of the replicate weights of the rows in `mask`, less one."""
        whole = bool(mask.all())
        if whole and self.full_degrees is not None:
            return self.full_degrees
        key = b"" if whole else np.packbits(mask).tobytes()
        if key not in self._rank:
            self._rank[key] = _rank(self.matrix if whole else self.matrix[mask]) - 1
        return self._rank[key]


@dataclass(frozen=True, eq=False)
class StreamedReplicates:
    """Replicates that are made again, one at a time, each time they are used.

    For many replicates of many rows: the whole matrix would not fit. The interface and the numbers
    are those of `Replicates`.

    Attributes:
        generate: the weights (rows,) of replicate r (from 0); the same for the same r.
        scale, rscales, mse, kind: as in `Replicates`.
    """

    generate: Callable[[int], FloatArray]
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: Kind = "subbootstrap"

    @property
    def count(self) -> int:
        """Number of replicates R."""
        return len(self.rscales)

    @property
    def matrix(self) -> FloatArray:
        """All the weights, written out, shape (rows, R)."""
        return np.column_stack([self.column(r) for r in range(self.count)])

    def column(self, r: int) -> FloatArray:
        """The weights of replicate r (from 0), shape (rows,)."""
        return self.generate(r)

    def totals(self, x: FloatArray) -> FloatArray:
        """Totals of x (rows, k) under each replicate, shape (R, k)."""
        return np.array([self.column(r) @ x for r in range(self.count)])

    def code_totals(self, codes: IntArray, size: int) -> FloatArray:
        """Totals of codes 0..size-1 (-1: nowhere) under each replicate, shape (R, size)."""
        return _code_totals(self, codes, size)

    def adjusted(self, adjust: Adjustment) -> StreamedReplicates:
        """Each replicate through an adjustment, when it is used.

        Raises:
            StatisticsError: the first replicate cannot be adjusted (others say so when used).
        """
        generate = self.generate

        def adjusted(r: int) -> FloatArray:
            return _attempt(adjust, generate(r), r)

        adjusted(0)
        return replace(self, generate=adjusted)

    def degrees_of_freedom(self, mask: BoolArray) -> int:
        """Number of replicates less one."""
        return self.count - 1


def _attempt(adjust: Adjustment, weights: FloatArray, r: int) -> FloatArray:
    try:
        return adjust(weights)
    except StatisticsError as error:
        raise StatisticsError(f"replicate {r + 1}: {error}") from None


def _code_totals(
    replicates: Replicates | StreamedReplicates, codes: IntArray, size: int
) -> FloatArray:
    key = codes + 1
    totals = np.empty((replicates.count, size))
    for r in range(replicates.count):
        totals[r] = np.bincount(key, weights=replicates.column(r), minlength=size + 1)[1:]
    return totals


def _rank(matrix: FloatArray) -> int:
    rows, columns = matrix.shape
    if rows > 2 * columns:
        # The Gram matrix has the squared singular values; 1e-10 is still far above its rounding.
        values = np.linalg.eigvalsh(matrix.T @ matrix)
        return int((values > values[-1] * _RANK_TOLERANCE**2).sum())
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > values[0] * _RANK_TOLERANCE).sum()) if len(values) else 0


@dataclass(frozen=True, eq=False)
class Factors:
    """What multiplies each PSU's weight in each replicate, shape (PSUs, R), and the constants."""

    matrix: FloatArray
    scale: float
    rscales: FloatArray
    kind: Kind


def jackknife_factors(stage: Stage, kind: Kind, *, lonely_fails: bool = True) -> Factors:
    """Delete-one-PSU jackknife, JK1 (no strata) or JKn (stratified).

    Raises:
        StatisticsError: JK1 with strata, JKn with a stratum of one PSU (`lonely_fails`), or with no
            other ones.
    """
    if kind == "JK1" and stage.strata.size > 1:
        raise StatisticsError(f"JK1 is for one stratum, not {stage.strata.size}; use JKn")
    n = stage.sampled
    if kind == "JK1" and n[0] < 2:
        raise StatisticsError("JK1 needs 2 PSUs; the sample has 1")
    if lonely_fails and (n == 1).any():
        h = int(np.argmax(n == 1))
        raise StatisticsError(
            f"stratum {stage.strata.label(h)} has one PSU, so JKn cannot leave it out; merge it or "
            "choose another lonely_psu"
        )
    owner = stage.unit_stratum
    # A lonely PSU is kept in every replicate: its stratum adds no variance.
    deleted = np.flatnonzero(n[owner] > 1)
    if len(deleted) == 0:
        raise StatisticsError(
            f"{kind} needs a stratum with 2 PSUs; each has 1, so there is no variance to estimate"
        )
    stratum = owner[deleted]
    size = n[owner][:, None]
    up = np.divide(size, size - 1, out=np.ones_like(size), where=size > 1)
    matrix = np.where(owner[:, None] == stratum[None, :], up, 1.0)
    matrix[deleted, np.arange(len(deleted))] = 0.0
    rscales = ((n - 1) / n * stage.fraction_left())[stratum]
    if kind == "JK1":
        return Factors(matrix, float(rscales[0]), np.ones(len(deleted)), kind)
    return Factors(matrix, 1.0, rscales, kind)


def balanced_factors(stage: Stage, *, rho: float = 0.0) -> Factors:
    """Balanced repeated replication over strata of two PSUs; Fay's method for 0 < rho < 1.

    Raises:
        StatisticsError: a stratum that has not exactly two PSUs, or rho outside [0, 1).
    """
    from scipy.linalg import hadamard

    if not 0 <= rho < 1:
        raise StatisticsError(f"Fay's rho is {rho}; expected 0 <= rho < 1")
    if (stage.sampled != 2).any():
        h = int(np.argmax(stage.sampled != 2))
        raise StatisticsError(
            f"stratum {stage.strata.label(h)} has {int(stage.sampled[h])} PSUs; BRR needs exactly "
            "2 in each: use JKn or a bootstrap"
        )
    strata = stage.strata.size
    replicates = 1 << strata.bit_length()
    signs = hadamard(replicates)[:, 1 : strata + 1].astype(np.float64)
    order = np.argsort(stage.unit_stratum, kind="stable")
    side = np.empty(len(order))
    side[order] = np.tile([1.0, -1.0], strata)
    matrix = 1.0 + (1.0 - rho) * (signs[:, stage.unit_stratum] * side).T
    scale = 1.0 / (replicates * (1.0 - rho) ** 2)
    return Factors(matrix, scale, np.ones(replicates), "Fay" if rho > 0 else "BRR")


def bootstrap_factors(
    stage: Stage, replicates: int, seed: int, kind: Kind
) -> tuple[float, Callable[[int], FloatArray]]:
    """Bootstrap of PSUs within strata: the scale, and the factors (PSUs,) of each replicate.

    `subbootstrap` (Rao and Wu 1988) draws n_h - 1 of n_h with replacement and multiplies by
    n_h/(n_h - 1), which is unbiased in every stratum; `bootstrap` draws n_h and corrects on average
    by the harmonic mean of n_h (Canty and Davison). Neither uses the FPC.

    Args:
        stage: the first stage.
        replicates: number of replicates, at least 2.
        seed: of the generator; equal seeds give equal replicates.
        kind: `bootstrap` or `subbootstrap`.

    Raises:
        StatisticsError: fewer than 2 replicates, or a stratum with one PSU.
    """
    if replicates < 2:
        raise StatisticsError(f"{replicates} bootstrap replicates; expected 2 or more")
    n = stage.sampled.astype(np.int64)
    if (n == 1).any():
        h = int(np.argmax(n == 1))
        raise StatisticsError(
            f"stratum {stage.strata.label(h)} has one PSU; a bootstrap needs 2: merge it"
        )
    harmonic = len(n) / (1.0 / n).sum()
    correction = 1.0 if kind == "subbootstrap" else harmonic / (harmonic - 1)
    return correction / (replicates - 1), _resampler(stage, seed, kind)


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
    if (n == 1).any():
        h = int(np.argmax(n == 1))
        raise StatisticsError(
            f"stratum {stage.strata.label(h)} has one PSU, so no group of it can be left out; "
            "merge it"
        )
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
        found: FloatArray = np.where(dealt.group == r, dealt.gone[owner], dealt.kept[owner, r])
        return found

    return dealt.scale, factors


def _resampler(stage: Stage, seed: int, kind: Kind) -> Callable[[int], FloatArray]:
    """The factors (PSUs,) of bootstrap replicate r, from a generator of its own."""
    n = stage.sampled.astype(np.int64)
    order = np.argsort(stage.unit_stratum, kind="stable")
    drawn = n - 1 if kind == "subbootstrap" else n
    ends = np.cumsum(drawn)
    first = np.cumsum(n) - n
    factor = np.empty(stage.units.size)
    factor[order] = np.repeat(n / drawn, n)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    sorted_units = bool((place == order).all() and (order[1:] > order[:-1]).all())

    def factors(r: int) -> FloatArray:
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, r])))
        picked = np.empty(int(ends[-1]), dtype=np.int64)
        for h in range(len(n)):
            draws = generator.integers(0, n[h], drawn[h], dtype=np.uint32)
            np.add(draws, first[h], out=picked[ends[h] - drawn[h] : ends[h]])
        counts = np.bincount(picked, minlength=len(factor))
        multiplied: FloatArray = factor * (counts if sorted_units else counts[place])
        return multiplied

    return factors
