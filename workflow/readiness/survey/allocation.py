"""How a sample is shared out among strata, and who is drawn.

Sources: Cochran (1977), sections 5.5 to 5.9 (proportional, Neyman, strata taken whole); Bankier
(1988), a power of the size; Bethel (1989) and Chromy (1987), several targets; Ohlsson (1995), a
draw by permanent numbers.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from readiness.arrays import BoolArray, FloatArray, IntArray
from readiness.errors import StatisticsError

# How far from the cheapest an allocation may be, as a part of its cost, and steps to come there.
_GAP, _STEPS, _MET = 1e-7, 20_000, 1e-9


def allocate(
    total: float, measure: npt.ArrayLike, most: npt.ArrayLike, least: npt.ArrayLike = 0.0
) -> FloatArray:
    """A total shared out in proportion to a measure, within bounds; shape (H,), not rounded.

    A stratum whose part is more than it has is taken whole, and the others share the rest (Cochran
    1977, section 5.8).

    Args:
        measure: > 0; N_h: proportional; ones: equal; N_h S_h: Neyman; N_h^q S_h: power.
        most, least: units of a stratum at most and at least.

    Raises:
        StatisticsError: a total that the bounds cannot give.
    """
    sizes, high = np.asarray(measure, dtype=np.float64), np.asarray(most, dtype=np.float64)
    low = np.minimum(least, high)
    if not low.sum() <= total <= high.sum():
        raise StatisticsError(
            f"{total:g}; the strata can give from {low.sum():g} to {high.sum():g}"
        )
    below, above = 0.0, float(total + low.sum()) / float(sizes.min())
    for _ in range(200):
        middle = (below + above) / 2
        given = np.clip(middle * sizes, low, high)
        below, above = (middle, above) if given.sum() < total else (below, middle)
    return np.asarray(given)


def round_to_total(parts: FloatArray, total: int) -> IntArray:
    """Whole numbers that add up to the total: the largest remainders are rounded up."""
    whole = np.floor(parts + _MET).astype(np.int64)
    order = np.argsort(whole - parts, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def missed_targets(spread: FloatArray, targets: FloatArray, n: FloatArray) -> BoolArray:
    """Which numbers are less precise than their target with n_h units, shape (J,)."""
    return np.asarray((spread / n[:, None]).sum(axis=0) > targets * (1 + _MET))


def cheapest_allocation(
    spread: FloatArray,
    targets: FloatArray,
    most: FloatArray,
    *,
    least: npt.ArrayLike = 2.0,
    costs: npt.ArrayLike = 1.0,
) -> FloatArray:
    """The cheapest n_h with sum_h spread_hj / n_h <= targets_j for each j; shape (H,), not rounded.

    Chromy's iteration of Bethel's multipliers with each n_h kept within its bounds, until the dual
    proves that nothing is cheaper by more than 1e-7 of the cost.

    Args:
        spread: W_hj^2 S_hj^2, what a unit of stratum h has in the variance of number j, (H, J).
        targets: the largest variance of each number, plus sum_h W_hj^2 S_hj^2 / N_h, (J,).
        most, least: units of a stratum at most and at least; `costs`: of one unit.

    Raises:
        StatisticsError: a target that is missed with the most units; no convergence.
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
    """Places of a stratified simple random sample without replacement, ordered by id; shape (n,).

    Everyone has a permanent number, the SHA-256 of `seed:id`; the smallest of each stratum are
    drawn. So the order of the frame does not matter, and any program can draw it again.

    Args:
        ids, strata: of each person; an id stands once. `sizes`: how many of each stratum.

    Raises:
        StatisticsError: a stratum that has no size, or fewer persons than are to be drawn.
    """
    numbers = [hashlib.sha256(f"{seed}:{one}".encode()).digest() for one in ids]
    places: dict[str, list[int]] = {}
    for place in sorted(range(len(ids)), key=numbers.__getitem__):
        places.setdefault(strata[place], []).append(place)
    if unknown := places.keys() - sizes.keys():
        raise StatisticsError(f"stratum {min(unknown)} has no size")
    for name, size in sizes.items():
        if (there := len(places.get(name, ()))) < size:
            raise StatisticsError(f"stratum {name} has {there} persons; {size} are to be drawn")
    chosen = [place for name, size in sizes.items() for place in places.get(name, ())[:size]]
    return np.array(sorted(chosen, key=ids.__getitem__), dtype=np.int64)
