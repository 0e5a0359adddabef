"""Sample sizes for a precision, the precision of a sample size, allocation, and drawing a sample.

For a population of N, without replacement, with a design effect: the variance of a mean is deff S^2
(1/n - 1/N). A margin is half the width of an interval, and is converted to a variance: R PracTools
`nPropMoe`, `nLogOdds`, `nWilson`. Shares and margins are 0-1, sizes persons, not rounded; arrays of
one shape.

Sources: Cochran (1977), ch. 4 and 5.5 to 5.9; Valliant, Dever and Kreuter (2018), ch. 3 and 4;
Woodward (1992); Bankier (1988), a power of the size; Bethel (1989) and Chromy (1987), several
targets; Ohlsson (1995), a draw by permanent random numbers.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special, stats
from scipy.optimize import elementwise

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.intervals import Interval, proportion_interval

# Smallest standard error, or difference, that the search considers.
_LEAST = 1e-7


def unit_variance(share: npt.ArrayLike, population: npt.ArrayLike = np.inf) -> FloatArray:
    """Return S^2 of a 0/1 answer with a share: p (1-p) N/(N-1)."""
    p, rest = np.asarray(share, dtype=np.float64), np.asarray(population, dtype=np.float64) - 1
    return np.asarray(p * (1 - p) * (1 + 1 / np.maximum(rest, 1)))


def size_for_variance(
    variance: npt.ArrayLike,
    target: npt.ArrayLike,
    population: npt.ArrayLike = np.inf,
    deff: npt.ArrayLike = 1.0,
) -> FloatArray:
    """Return the number of answers for a target variance: deff S^2 / (V + deff S^2 / N).

    Cochran (1977), section 4.6; PracTools `nCont` and `nProp`. `variance`: S^2 of the units.
    """
    spread = np.asarray(deff, dtype=np.float64) * np.asarray(variance, dtype=np.float64)
    return np.asarray(spread / (np.asarray(target) + spread / np.asarray(population)))


def variance_for_margin(
    share: npt.ArrayLike, margin: npt.ArrayLike, *, interval: Interval = "wald", level: float = 0.95
) -> FloatArray:
    """Return the variance of a share at which half the width of its interval is the margin.

    Where one effective answer suffices, the variance of one.

    Raises StatisticsError: a share that is not between 0 and 1, or a margin not between 0 and 0.5.
    """
    p, half = np.broadcast_arrays(np.asarray(share, float), np.asarray(margin, float))
    if not ((p > 0) & (p < 1) & (half > 0) & (half < 0.5)).all():
        raise StatisticsError("a share lies between 0 and 1, and a margin between 0 and 0.5")

    def beyond(se: FloatArray, p: FloatArray, half: FloatArray) -> FloatArray:
        low, high = proportion_interval(interval, p, se, np.inf, np.inf, level)
        return np.asarray((high - low) / 2 - half)

    most = np.sqrt(p * (1 - p))
    root = elementwise.find_root(beyond, (np.full(p.shape, _LEAST), most), args=(p, half))
    return np.asarray(np.where(beyond(most, p, half) <= 0, most, root.x) ** 2)


def critical_value(groups: int, level: float = 0.95) -> float:
    """Return the critical value of a pair's statistic with the family-wise error of all pairs.

    Tukey's q / sqrt 2, the limit of max-t in large groups; for two groups the normal quantile.
    """
    if groups < 3:
        return float(special.ndtri((1 + level) / 2))
    return float(stats.studentized_range.ppf(level, groups, np.inf) / np.sqrt(2))


def size_for_difference(
    variances: tuple[npt.ArrayLike, npt.ArrayLike],
    difference: npt.ArrayLike,
    *,
    critical: float,
    power: float = 0.8,
    ratio: float = 1.0,
    overlap: float = 0.0,
    correlation: float = 0.0,
) -> FloatArray:
    """Return the answers in the first of two samples with which a difference of means is detected.

    (S1^2 + r S2^2 - 2 g r rho S1 S2) (z_critical + z_power)^2 / d^2: Woodward (1992); PracTools
    `nDep2sam`.

    `variances`: S^2 of the units of both; `difference`: of the means, not 0. `critical`: critical
    value of the statistic; `power`: 0-1. `ratio`: r, the first size over the second; `overlap`: g,
    the part of the first sample that is in both; `correlation`: rho, between its two answers.
    """
    first, second = (np.asarray(v, dtype=np.float64) for v in variances)
    shared_variance = 2 * overlap * ratio * correlation * np.sqrt(first * second)
    reach = (critical + float(special.ndtri(power))) ** 2
    return np.asarray(
        (first + ratio * second - shared_variance) * reach / np.asarray(difference) ** 2
    )


def smallest_difference(
    share: npt.ArrayLike, effective: tuple[npt.ArrayLike, npt.ArrayLike], reach: npt.ArrayLike
) -> FloatArray:
    """Return the smallest detectable difference from `share`, towards the half; NaN: none.

    The d with d = reach sqrt(q (1-q) / n1 + p (1-p) / n2), q = p + d (p - d where p is above half).

    Args:
        share: the share p.
        effective: answers over design effect: of the group with the other share, and of the group
            with `share`.
        reach: critical value plus the normal quantile of the power.
    """
    arguments = (np.asarray(a, dtype=np.float64) for a in (share, *effective, reach))
    broadcast = np.broadcast_arrays(*arguments)

    def short(d: FloatArray, p: FloatArray, n1: FloatArray, n2: FloatArray, z: FloatArray) -> Any:
        q = np.clip(np.where(p <= 0.5, p + d, p - d), 0.0, 1.0)
        return d - z * np.sqrt(q * (1 - q) / n1 + p * (1 - p) / n2)

    most = np.maximum(broadcast[0], 1 - broadcast[0])
    root = elementwise.find_root(short, (np.full(most.shape, _LEAST), most), args=tuple(broadcast))
    return np.asarray(np.where(short(most, *broadcast) > 0, root.x, np.nan))


# `_GAP`: largest excess over the cheapest cost, as a part of it. `_STEPS`: largest number of
# iterations. `_MET`: relative tolerance of a target.
_GAP, _STEPS, _MET = 1e-7, 20_000, 1e-9


def allocate(
    total: float, measure: npt.ArrayLike, most: npt.ArrayLike, least: npt.ArrayLike = 0.0
) -> FloatArray:
    """Allocate a total in proportion to a measure, within bounds; shape (H,), not rounded.

    A stratum whose part exceeds its size is taken whole, and the others share the rest (Cochran
    1977, section 5.8).

    Args:
        total: number of units to allocate.
        measure: > 0; N_h: proportional; ones: equal; N_h S_h: Neyman; N_h^q S_h: power.
        most, least: largest and smallest number of units of a stratum.

    Raises StatisticsError: a total that the bounds exclude.
    """
    measures, high = np.asarray(measure, dtype=np.float64), np.asarray(most, dtype=np.float64)
    low = np.minimum(least, high)
    if not low.sum() <= total <= high.sum():
        raise StatisticsError(
            f"{total:g}; the strata can give from {low.sum():g} to {high.sum():g}"
        )
    below, above = 0.0, float(total + low.sum()) / float(measures.min())
    for _ in range(200):
        middle = (below + above) / 2
        allocated = np.clip(middle * measures, low, high)
        below, above = (middle, above) if allocated.sum() < total else (below, middle)
    return np.asarray(allocated)


def round_to_total(parts: FloatArray, total: int) -> IntArray:
    """Return whole numbers that add up to the total: the largest remainders are rounded up."""
    whole = np.floor(parts + _MET).astype(np.int64)
    order = np.argsort(whole - parts, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def missed_targets(spread: FloatArray, targets: FloatArray, n: FloatArray) -> BoolArray:
    """Return which numbers are less precise than their target with n_h units, shape (J,)."""
    return np.asarray((spread / n[:, None]).sum(axis=0) > targets * (1 + _MET))


def cheapest_allocation(
    spread: FloatArray,
    targets: FloatArray,
    most: FloatArray,
    *,
    least: npt.ArrayLike = 2.0,
    costs: npt.ArrayLike = 1.0,
) -> FloatArray:
    """Return the cheapest n_h with sum_h spread_hj / n_h <= targets_j for each j, shape (H,).

    Sizes are not rounded. Chromy's iteration of Bethel's multipliers with each n_h kept within its
    bounds, until the dual proves that no allocation is cheaper by more than 1e-7 of the cost.

    Args:
        spread: W_hj^2 S_hj^2, part of a unit of stratum h in the variance of number j, (H, J).
        targets: the largest variance of each number, plus sum_h W_hj^2 S_hj^2 / N_h, (J,).
        most, least: largest and smallest number of units of a stratum; `costs`: of one unit.

    Raises StatisticsError: a target that is missed with the most units; no convergence.
    """
    low, cost = np.minimum(least, most), np.broadcast_to(np.asarray(costs, float), most.shape)
    if (missed := missed_targets(spread, targets, most)).any():
        raise StatisticsError(f"target {int(np.argmax(missed)) + 1} is met by no sample")
    multipliers = np.ones(len(targets))
    for _ in range(_STEPS):
        n = np.clip(np.sqrt(spread @ multipliers / cost), low, most)
        ratio = (spread / n[:, None]).sum(axis=0) / targets
        gap = float(multipliers @ (targets * (1 - ratio)))
        if ratio.max() <= 1 + _MET and gap <= _GAP * float(cost @ n):
            return np.asarray(n)
        multipliers = multipliers * ratio**2
    raise StatisticsError("the allocation does not converge: two targets are nearly the same")


def draw(
    ids: Sequence[str], strata: Sequence[str], sizes: Mapping[str, int], seed: int
) -> IntArray:
    """Return the places of a stratified simple random sample without replacement, ordered by id;
    shape (n,).

    Everyone has a permanent random number, the SHA-256 of `seed:id`; the smallest of each stratum
    are drawn. So the order of the frame does not matter, and any program can repeat the draw.
    `ids`, `strata`: of each person; ids are unique. `sizes`: sample size of each stratum.

    Raises StatisticsError: a stratum without a size, or with fewer persons than its size.
    """
    numbers = [hashlib.sha256(f"{seed}:{unit_id}".encode()).digest() for unit_id in ids]
    places: dict[str, list[int]] = {}
    for place in sorted(range(len(ids)), key=numbers.__getitem__):
        places.setdefault(strata[place], []).append(place)
    if without_size := places.keys() - sizes.keys():
        raise StatisticsError(f"stratum {min(without_size)} has no size")
    for name, size in sizes.items():
        if (available := len(places.get(name, ()))) < size:
            raise StatisticsError(f"stratum {name} has {available} persons; {size} are to be drawn")
    chosen = [place for name, size in sizes.items() for place in places.get(name, ())[:size]]
    return np.array(sorted(chosen, key=ids.__getitem__), dtype=np.int64)
