"""Replicate weights: jackknife, random groups, bootstrap, or weights that came with the data.

Each maker gives the factors by which every PSU's weight is multiplied in each replicate, and the
constants of the variance formula. Sources: Wolter (2007) ch. 4; Kott (2001); Rao and Wu (1988). In
R: `as.svrepdesign`.

Respondents of one stratum, base weight, random group and crossing of the margins have the same
weight in every replicate, so each pattern is stored once (megabytes instead of hundreds). A
bootstrap, in which no two rows are alike, is drawn again for each use.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import numpy as np

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Codes, one_of
from readiness.survey.variance import Stage

Adjustment: TypeAlias = Callable[[FloatArray], FloatArray]
Kind: TypeAlias = Literal["JKn", "groups", "subbootstrap", "given"]
GivenKind: TypeAlias = Literal[
    "BRR", "Fay", "JK1", "JKn", "JK2", "bootstrap", "successive-difference", "other"
]

# Relative size below which a singular value counts as zero (the tolerance of R's `qr`).
_RANK_TOLERANCE = 1e-5


class Rerake(Protocol):
    """Raking of base weights of rows by the cells that the margins cross."""

    of_row: IntArray

    def find_effects(self, base: FloatArray) -> FloatArray:
        """Return the log of the factor of each category for base weights (rows,)."""

    def cell_factors(self, effects: FloatArray) -> FloatArray:
        """Return the factor of each cell's weights for these effects, shape (cells,)."""


@dataclass(frozen=True, eq=False)
class DrawnWeights:
    """A bootstrap whose weights are recomputed for each use.

    The weight of a row is its `base`, times how often its unit is drawn, times the factor of its
    cell where each replicate is raked. Written out, 500 replicates of 100,000 rows take 400 MB.

    `base`: weight of each row drawn once, shape (rows,). `unit`: sampling unit of each row, shape
    (rows,); None: each row is one. `draw`: function from a replicate to the number of draws of each
    unit, always the same. `raking`: raking of each replicate; None: none.
    """

    base: FloatArray
    unit: IntArray | None
    draw: Callable[[int], IntArray]
    raking: Rerake | None = None
    _effects: dict[int, FloatArray] = field(default_factory=dict, repr=False)

    def column(self, r: int) -> FloatArray:
        """Return the weights of replicate r (from 0), shape (rows,).

        Raises StatisticsError: a replicate that cannot be raked, by its number.
        """
        times = self.draw(r)
        weights = np.multiply(self.base, times if self.unit is None else times[self.unit])
        if self.raking is None:
            return weights
        if r not in self._effects:
            with name_replicate(r):
                self._effects[r] = self.raking.find_effects(weights)
        factors = self.raking.cell_factors(self._effects[r])
        return np.multiply(weights, factors[self.raking.of_row], out=weights)


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights, and the constants of their variance.

    `matrix`: the weight in each replicate (sampling weight included) of each row, or of one row of
    each pattern, shape (rows or patterns, R). `scale`: factor of the whole sum of squares.
    `rscales`: factor of each replicate, shape (R,). `mse`: deviations from the full-sample estimate
    instead of the mean of the replicates. `kind`: `JKn`, `groups`, `subbootstrap` or `given`.
    `pattern`: of each row, shape (rows,); None: the matrix has all rows. `drawn`: a bootstrap that
    is not written out; the matrix is empty then.
    """

    matrix: FloatArray
    scale: float
    rscales: FloatArray
    mse: bool = False
    kind: Kind = "given"
    pattern: IntArray | None = None
    drawn: DrawnWeights | None = None

    @property
    def count(self) -> int:
        """Number of replicates R."""
        return len(self.rscales)

    def column(self, r: int) -> FloatArray:
        """Return the weights of replicate r (from 0), shape (rows,)."""
        if self.drawn is not None:
            return self.drawn.column(r)
        column = self.matrix[:, r]
        return column if self.pattern is None else np.asarray(column[self.pattern])

    def write_out(self) -> FloatArray:
        """Return all the weights, shape (rows, R)."""
        if self.drawn is not None:
            return np.column_stack([self.column(r) for r in range(self.count)])
        return self.matrix if self.pattern is None else np.asarray(self.matrix[self.pattern])

    def totals(self, x: FloatArray) -> FloatArray:
        """Return totals of x (rows, k) under each replicate, shape (R, k)."""
        if self.drawn is not None:
            return np.array([self.column(r) @ x for r in range(self.count)])
        if self.pattern is not None:
            x = Codes(self.pattern, len(self.matrix)).sums(x)
        return self.matrix.T @ x

    def code_totals(self, codes: IntArray, size: int) -> FloatArray:
        """Return totals of codes 0..size-1 (-1: nowhere) under each replicate, shape (R, size)."""
        if self.pattern is None:
            totals = np.empty((self.count, size))
            for r in range(self.count):
                totals[r] = np.bincount(codes + 1, self.column(r), minlength=size + 1)[1:]
            return totals
        key = self.pattern * (size + 1) + (codes + 1)
        counted = np.bincount(key, minlength=len(self.matrix) * (size + 1))
        counts = counted.reshape(len(self.matrix), size + 1)[:, 1:]
        return self.matrix.T @ counts.astype(np.float64)

    def degrees_of_freedom(self, mask: BoolArray) -> int:
        """Return the rank of the replicate weights of the rows in `mask`, less one."""
        matrix = self.write_out()[mask]
        rows, columns = matrix.shape
        if rows > 2 * columns:
            # The Gram matrix has the squared singular values; 1e-10 is still far above rounding.
            values = np.linalg.eigvalsh(matrix.T @ matrix)
            return int((values > values[-1] * _RANK_TOLERANCE**2).sum()) - 1
        values = np.linalg.svd(matrix, compute_uv=False)
        return int((values > values.max(initial=0.0) * _RANK_TOLERANCE).sum()) - 1


def adjust_columns(matrix: FloatArray, adjust: Adjustment) -> None:
    """Adjust each column of replicate weights in place by a function (rows,) -> (rows,).

    Raises StatisticsError: an adjustment that fails, with the number of the replicate.
    """
    for r in range(matrix.shape[1]):
        with name_replicate(r):
            matrix[:, r] = adjust(matrix[:, r])


@contextmanager
def name_replicate(r: int) -> Iterator[None]:
    """Add the number of the replicate (r from 0) to an error of its adjustment."""
    try:
        yield
    except StatisticsError as error:
        raise StatisticsError(f"replicate {r + 1}: {error}") from None


def scale_given(
    kind: GivenKind,
    count: int,
    *,
    rho: float | None = None,
    scale: float | None = None,
    rscales: Sequence[float] | FloatArray | None = None,
) -> tuple[float, FloatArray]:
    """Return scale and factors (count,) of replicate weights that came with data, as R's
    `svrepdesign`.

    `kind`: type of the weights; BRR, Fay, JK2 and successive differences have fixed constants, JKn
    needs `rscales`, `other` needs `scale`. `count`: number of replicates, at least 2. `rho`: of
    Fay's method, 0 or more and below 1.

    Raises StatisticsError: an unknown kind, a constant that is missing, not of the kind, or
    invalid.
    """
    one_of(kind, GivenKind, "type of replicate weights")
    if count < 2:
        raise StatisticsError(f"{count} columns of replicate weights; expected 2 or more")
    if (rho is not None) != (kind == "Fay") or not 0 <= (rho or 0.0) < 1:
        raise StatisticsError(
            f"{kind}, rho {rho}; Fay needs one from 0 to below 1, no other has it"
        )
    fay = 1 / (count * (1 - (rho or 0.0)) ** 2)
    fixed = {"BRR": 1 / count, "Fay": fay, "JK2": 1.0, "successive-difference": 4 / count}
    default = {"JK1": (count - 1) / count, "bootstrap": 1 / (count - 1), "JKn": 1.0}
    if kind in fixed and (scale is not None or rscales is not None):
        raise StatisticsError(f"{kind} has a scale of its own; take scale and rscales out")
    if (kind == "other" and scale is None) or (kind == "JKn" and rscales is None):
        raise StatisticsError(f"{kind} needs {'scale' if kind == 'other' else 'rscales'}")
    factors = np.ones(count) if rscales is None else np.asarray(rscales, dtype=np.float64)
    if factors.shape != (count,) or not (np.isfinite(factors) & (factors >= 0)).all():
        raise StatisticsError(
            f"{factors.size} rscales of {count} replicates; expected a number from 0 for each"
        )
    scale_used = fixed.get(kind, default.get(kind)) if scale is None else scale
    if scale_used is None or not 0 < scale_used < np.inf:
        raise StatisticsError(f"a scale of {scale_used}; expected a finite number above 0")
    return float(scale_used), factors


def _refuse_lonely(stage: Stage, why: str) -> None:
    """Check that no stratum has one PSU; else StatisticsError with the reason `why`."""
    if (lonely := stage.sampled == 1).any():
        name = stage.strata.label(int(np.argmax(lonely)))
        raise StatisticsError(f"stratum {name} has one PSU: {why}")


def jackknife_factors(stage: Stage, *, lonely_fails: bool = True) -> tuple[FloatArray, FloatArray]:
    """Return the factors of the delete-one-PSU jackknife of strata (JKn).

    The factor of each PSU's weight in each replicate, shape (PSUs, R), and of each replicate in the
    variance, shape (R,).

    Raises StatisticsError: a stratum of one PSU (with `lonely_fails`), or only such strata.
    """
    n = stage.sampled
    if lonely_fails:
        _refuse_lonely(stage, "JKn cannot leave it out; merge it or choose another lonely_psu")
    owner = stage.unit_stratum
    # A lonely PSU stays in every replicate, so its stratum adds no variance.
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


def draw_bootstrap(
    stage: Stage, replicates: int, seed: int
) -> tuple[FloatArray, Callable[[int], IntArray]]:
    """Draw a bootstrap of PSUs within strata (Rao and Wu 1988).

    n_h - 1 of n_h are drawn with replacement and multiplied by n_h/(n_h - 1), which is unbiased in
    every stratum. Without FPC.

    Args:
        stage: the first stage.
        replicates: number of replicates, at least 2.
        seed: of the generator; equal seeds give equal replicates.

    Returns the factor of a unit drawn once, shape (PSUs,), and a function from a replicate to the
    number of draws of each unit, shape (PSUs,).

    Raises StatisticsError: fewer than 2 replicates, or a stratum with one PSU.
    """
    if replicates < 2:
        raise StatisticsError(f"{replicates} bootstrap replicates; expected 2 or more")
    n = stage.sampled.astype(np.int64)
    _refuse_lonely(stage, "a bootstrap needs 2: merge it")
    order = np.argsort(stage.unit_stratum, kind="stable")
    first, place = np.cumsum(n) - n, np.argsort(order)
    factor = np.repeat(n / (n - 1), n)[place]
    in_order = bool((place == order).all() and (order[1:] > order[:-1]).all())

    def draw(r: int) -> IntArray:
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, r])))
        counts = np.empty(len(factor), dtype=np.int64)
        for h in range(len(n)):
            # Counted stratum by stratum, so that the table fits into the processor's cache.
            drawn = generator.integers(0, n[h], n[h] - 1)
            counts[first[h] : first[h] + n[h]] = np.bincount(drawn, minlength=n[h])
        return counts if in_order else np.asarray(counts[place])

    return factor, draw


@dataclass(frozen=True, eq=False)
class Dealt:
    """PSUs dealt to random groups, and the factors of their weights when a group is left out.

    `group`: the group 0..G-1 of each PSU. `kept`: factor of the remaining PSUs of a stratum, by the
    group that is left out, (strata, G). `gone`: factor of the PSUs of that group, shape (strata,).
    `scale`: factor of the whole sum of squares.
    """

    group: IntArray
    kept: FloatArray
    gone: FloatArray
    scale: float


def deal(stage: Stage, groups: int, seed: int) -> Dealt:
    """Return groups and factors of the delete-a-group jackknife.

    The PSUs of each stratum are dealt at random, in turn, to the groups; a replicate leaves one
    group out. A stratum with fewer PSUs than groups has no PSU in some groups; its PSUs count with
    Kott's factors, which give each stratum its variance (Kott 2001, the extended delete-a-group
    jackknife). The finite population correction of a stratum shrinks its factors towards 1.

    `stage`: the first stage. `groups`: number of groups, at least 2, and so of replicates. `seed`:
    of the dealing; equal seeds give equal groups.

    Raises StatisticsError: fewer than 2 groups, or more than PSUs; a stratum with one PSU.
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
    # Dealt continuously across strata, so that the groups stay equal in size.
    group[order] = np.arange(len(owner)) % groups
    cells = np.bincount(owner * groups + group, minlength=len(n) * groups)
    left_out = cells.reshape(len(n), groups)
    small = n < groups
    spread = np.sqrt(groups / ((groups - 1) * n * np.maximum(n - 1, 1)))
    shrink = np.sqrt(stage.fraction_left())
    factors_kept = n[:, None] / np.maximum(n[:, None] - left_out, 1)
    kept = np.where(left_out > 0, np.where(small[:, None], 1 + spread[:, None], factors_kept), 1.0)
    gone = np.where(small, 1 - (n - 1) * spread, 0.0)
    kept, gone = 1 + shrink[:, None] * (kept - 1), 1 + shrink * (gone - 1)
    return Dealt(group, kept, gone, (groups - 1) / groups)


def group_factors(
    stage: Stage, groups: int, seed: int
) -> tuple[float, Callable[[int], FloatArray]]:
    """Return the scale of the delete-a-group jackknife (`deal`), and a function of a replicate.

    The function returns the factors of the PSUs, shape (PSUs,).
    """
    dealt, owner = deal(stage, groups, seed), stage.unit_stratum

    def factors(r: int) -> FloatArray:
        return np.asarray(np.where(dealt.group == r, dealt.gone[owner], dealt.kept[owner, r]))

    return dealt.scale, factors
