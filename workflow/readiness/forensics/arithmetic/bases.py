"""Find the bases on which published percentages are possible.

A *base* is the number of answers that a percentage was computed on. A *figure set* holds the
percentages of one item. Sets that are said to rest on the same people are judged together. Up to m
answers may be missing on each item: set i then has a base of its own, n - m <= n_i <= n.

A study rounds in one way throughout, so a single convention must explain all sets on a joint base.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    count_interval,
    count_intervals,
)
from readiness.ground.arrays import BoolArray, IntArray

SEARCH_LIMIT = 1_000_000


class SetKind(StrEnum):
    """Constraint on the sum of the counts in a set."""

    # Each respondent gave exactly one of the answers: the counts sum to the base.
    EXHAUSTIVE = "exhaustive"
    # Each respondent gave at most one answer: the counts sum to the base or less.
    EXCLUSIVE = "exclusive"
    # Multiple response: each count is at most the base.
    MULTI = "multi"


@dataclass(frozen=True)
class Convention:
    """A way to print shares: a rounding, with or without complements.

    `complement`: in a pair of figures, either may be printed as 100 minus the other.
    """

    rounding: Rounding
    complement: bool = False


def conventions(roundings: Sequence[Rounding]) -> tuple[Convention, ...]:
    """Return the conventions of each rounding: all without complements, then all with them."""
    return tuple(Convention(r, complement) for complement in (False, True) for r in roundings)


# Rounding to the nearest value, with any treatment of halves, with or without complements.
NEAREST = conventions(NEAREST_ROUNDINGS)


@dataclass(frozen=True)
class FigureSet:
    """Printed figures of one item that share one base."""

    figures: tuple[PrintedFigure, ...]
    kind: SetKind

    @property
    def is_pair(self) -> bool:
        """True for two exhaustive figures that add to 100 as printed.

        Either figure may then have been printed as 100 minus the other.
        """
        if self.kind is not SetKind.EXHAUSTIVE or len(self.figures) != 2:
            return False
        first, second = self.figures
        return first.decimals == second.decimals and first.digits + second.digits == first.scale


def _clip_counts(figure: PrintedFigure, n: int, rounding: Rounding) -> tuple[int, int]:
    low, high = count_interval(figure, n, rounding)
    return max(low, 0), min(high, n)


def witness(figures: FigureSet, n: int, convention: Convention) -> tuple[int, ...] | None:
    """Return counts, one for each figure, that print as the set on a base of `n`.

    Of several, the first in the order of `witnesses`, which need not be the lowest. None where no
    counts print as the set.
    """
    return next(witnesses(figures, n, convention), None)


def witnesses(figures: FigureSet, n: int, convention: Convention) -> Iterator[tuple[int, ...]]:
    """Yield all tuples of counts, one for each figure, that print as the set on a base of `n`.

    There may be very many: take only as many as needed.
    """
    if n < 1:
        return
    if convention.complement and figures.is_pair:
        first, second = (_clip_counts(figure, n, convention.rounding) for figure in figures.figures)
        # One figure of the pair was rounded; the other was printed as 100 minus the first.
        pairs = [(k, n - k) for k in range(first[0], first[1] + 1)]
        pairs += [(n - k, k) for k in range(second[0], second[1] + 1)]
        yield from dict.fromkeys(pairs)
        return
    ranges = [_clip_counts(figure, n, convention.rounding) for figure in figures.figures]
    if any(low > high for low, high in ranges):
        return
    yield from _fill(ranges, n, figures.kind)


def _fill(ranges: list[tuple[int, int]], n: int, kind: SetKind) -> Iterator[tuple[int, ...]]:
    """Yield counts within their ranges.

    Their sum is `n` for an exhaustive set and at most `n` for an exclusive set; a multiple-response
    set has no such limit.
    """
    # Least and greatest sum that the counts after each position can add.
    positions = range(len(ranges))
    least_after = [sum(low for low, _ in ranges[i + 1 :]) for i in positions]
    most_after = [sum(high for _, high in ranges[i + 1 :]) for i in positions]

    def fill_from(i: int, left: int) -> Iterator[tuple[int, ...]]:
        if i == len(ranges):
            yield ()
            return
        low, high = ranges[i]
        if kind is not SetKind.MULTI:
            high = min(high, left - least_after[i])
        order = range(low, high + 1)
        if kind is SetKind.EXHAUSTIVE:
            order = range(high, max(low, left - most_after[i]) - 1, -1)
        for count in order:
            yield from ((count, *tail) for tail in fill_from(i + 1, left - count))

    yield from fill_from(0, n)


def is_apportionable(figures: FigureSet) -> bool:
    """Return True if the figures of a set may have been adjusted to add to 100.

    The set must be exhaustive, and the figures must have equal decimals and add to 100 exactly.
    """
    scale = figures.figures[0].scale
    alike = all(figure.scale == scale for figure in figures.figures)
    whole = sum(figure.digits for figure in figures.figures) == scale
    return figures.kind is SetKind.EXHAUSTIVE and alike and whole


@lru_cache(maxsize=1024)
def apportioned_mask(figures: FigureSet, n_max: int) -> BoolArray:
    """Return for each base 0..n_max whether counts print as the set by largest remainders.

    The shares are cut at the last digit. The units that are then missing of 100 go, one last digit
    each, to the largest remainders (Hamilton's method): an exhaustive set then adds to 100 exactly,
    and a figure may be the next after the nearest. With S last digits in a whole, count k of n
    prints as digits x exactly when one threshold t, 0 <= t < n, common to all figures, gives

        n(x-1) + t <= S k <= n x + t

    (remainders of t or more were raised, of t or less were cut). The lowest and highest counts grow
    with t, so the largest t whose lowest counts sum to n or less decides.

    The mask has n_max + 1 entries and is read-only, as the cache shares it. It is False everywhere
    for a set that is not apportionable (`is_apportionable`).
    """
    n = np.arange(n_max + 1, dtype=np.int64)
    if not is_apportionable(figures):
        mask = np.zeros(len(n), dtype=np.bool_)
    else:
        digits = [figure.digits for figure in figures.figures]
        scale = figures.figures[0].scale
        # A remainder is smaller than its base.
        least, most = np.zeros_like(n), np.maximum(n - 1, 0)
        while (least < most).any():
            middle = (least + most + 1) // 2
            fits_below = _sum_lowest(digits, scale, n, middle) <= n
            least, most = (
                np.where(fits_below, middle, least),
                np.where(fits_below, most, middle - 1),
            )
        highest = sum(np.minimum(n, (n * x + least) // scale) for x in digits)
        mask = (_sum_lowest(digits, scale, n, least) <= n) & (highest >= n) & (n > 0)
    mask.setflags(write=False)
    return np.asarray(mask, dtype=np.bool_)


def _sum_lowest(digits: Sequence[int], scale: int, n: IntArray, threshold: IntArray) -> IntArray:
    """Sum over the figures the lowest count whose remainder agrees with the threshold."""
    lowest = (np.maximum(0, -(-(n * (x - 1) + threshold) // scale)) for x in digits)
    return np.asarray(np.sum(list(lowest), axis=0), dtype=np.int64)


@lru_cache(maxsize=4096)
def feasible_mask(figures: FigureSet, n_max: int, convention: Convention) -> BoolArray:
    """Return for each base 0..n_max whether some counts print as the set under the convention.

    The mask has n_max + 1 entries and is read-only, as the cache shares it. Raises DataError where
    `n_max` exceeds exact 64-bit arithmetic. Try fewer answers.
    """
    n = np.arange(n_max + 1, dtype=np.int64)
    intervals = (count_intervals(figure, n_max, convention.rounding) for figure in figures.figures)
    clipped = [(np.maximum(low, 0), np.minimum(high, n)) for low, high in intervals]
    mask = fitting(clipped, n, figures.kind, either=convention.complement and figures.is_pair)
    mask.setflags(write=False)
    return mask


def fitting(
    ends: Sequence[tuple[IntArray, IntArray]], n: IntArray, kind: SetKind, *, either: bool
) -> BoolArray:
    """Return on which bases `n` (last axis) counts within the limits `ends` satisfy the kind of the
    set.

    `ends`: for each figure, arrays of its lowest and highest count. `either`: one figure of the two
    has a count within its limits; the other is the complement. Base 0 is never possible.
    """
    has_count = [low <= high for low, high in ends]
    if either:
        mask = has_count[0] | has_count[1]
    else:
        mask = np.logical_and.reduce(has_count)
        if kind is not SetKind.MULTI:
            mask &= np.sum([low for low, _ in ends], axis=0) <= n
        if kind is SetKind.EXHAUSTIVE:
            mask &= np.sum([high for _, high in ends], axis=0) >= n
    return np.asarray(mask & (n > 0), dtype=np.bool_)


def with_missing(mask: BoolArray, max_missing: int) -> BoolArray:
    """Return for each n whether a base from n - max_missing to n is feasible.

    `mask`: feasible bases 0..n_max along the first axis; not changed.
    """
    reached = mask.copy()
    for missing in range(1, min(max_missing, len(mask) - 1) + 1):
        reached[missing:] |= mask[:-missing]
    return reached


def joint_mask(
    sets: Sequence[FigureSet],
    n_max: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> BoolArray:
    """Return for each number of people 0..n_max whether all sets are possible under one convention.

    Each set may lack up to `max_missing` answers.
    """
    fits = [
        np.logical_and.reduce([with_missing(feasible_mask(s, n_max, c), max_missing) for s in sets])
        for c in allowed
    ]
    return np.asarray(np.logical_or.reduce(fits), dtype=np.bool_)


def joint_bases(
    sets: Sequence[FigureSet],
    n_max: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> list[int]:
    """Return every number of people up to `n_max` on which all sets are possible, in order.

    Arguments as in `joint_mask`.
    """
    return [int(n) for n in np.flatnonzero(joint_mask(sets, n_max, max_missing, allowed))]


def smallest_joint_base(
    sets: Sequence[FigureSet],
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
    limit: int = SEARCH_LIMIT,
) -> int | None:
    """Return the smallest number of people on which all sets are possible; None up to `limit`."""
    n_max = min(128, limit)
    while True:
        if fitting_bases := joint_bases(sets, n_max, max_missing, allowed):
            return fitting_bases[0]
        if n_max == limit:
            return None
        n_max = min(8 * n_max, limit)


def every_base_from(
    sets: Sequence[FigureSet], max_missing: int = 0, allowed: Sequence[Convention] = NEAREST
) -> int | None:
    """Return the smallest n such that n people, and any larger number, are possible for all sets.

    Bases are tried up to four times the scale times the number of figures, at most `SEARCH_LIMIT`.
    None where n is above half of the bases tried.
    """
    widest = max(figure.scale for s in sets for figure in s.figures)
    most = max(len(s.figures) for s in sets)
    # From `scale` people on, some count prints as each figure; the sum of k counts is off by less
    # than k.
    n_max = min(4 * widest * most, SEARCH_LIMIT)
    first = int(np.flatnonzero(~joint_mask(sets, n_max, max_missing, allowed))[-1]) + 1
    return first if first <= n_max // 2 else None


def missing_needed(
    sets: Sequence[FigureSet], n_max: int, most: int, allowed: Sequence[Convention] = NEAREST
) -> list[int | None]:
    """Return the fewest missing answers with which all sets are possible, for 1..n_max people.

    Each set may lack this many answers; None where more than `most` would have to be missing. The
    list is the robustness curve of a verdict: how the verdict changes with missing answers, and
    with fewer completes.
    """
    needed: list[int | None] = [None] * n_max
    for missing in range(most, -1, -1):
        for n in joint_bases(sets, n_max, missing, allowed):
            needed[n - 1] = missing
    return needed


def fewest_missing(
    sets: Sequence[FigureSet],
    people: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> int | None:
    """Return the fewest missing answers, summed over all sets, on which all sets are possible.

    At most `max_missing` on each set. None where `people` is not possible so.
    """
    sums_missing = []
    for convention in allowed:
        masks = [feasible_mask(s, people, convention) for s in sets]
        bases_tried = range(people, max(people - max_missing, 1) - 1, -1)
        missing_by_set = [
            next((people - n for n in bases_tried if mask[n]), None) for mask in masks
        ]
        possible_by_set = [missing for missing in missing_by_set if missing is not None]
        if len(possible_by_set) == len(sets):
            sums_missing.append(sum(possible_by_set))
    return min(sums_missing, default=None)


@dataclass(frozen=True)
class JointWitness:
    """Counts and base of each set, for one number of `people` on which all sets are possible."""

    people: int
    bases: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]


def joint_witness(
    sets: Sequence[FigureSet],
    people: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> JointWitness | None:
    """Return counts and bases of all sets for `people`; None where the sets are not possible.

    The first convention that allows all sets is taken, with the fewest missing answers on each set.
    """
    for convention in allowed:
        chosen: list[tuple[int, tuple[int, ...]]] = []
        for figures in sets:
            for base in range(people, max(people - max_missing, 1) - 1, -1):
                if (counts := witness(figures, base, convention)) is not None:
                    chosen.append((base, counts))
                    break
            else:
                break
        if len(chosen) == len(sets):
            return JointWitness(people, tuple(b for b, _ in chosen), tuple(c for _, c in chosen))
    return None


def joint_splits(
    sets: Sequence[FigureSet],
    total: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> list[int]:
    """Return the smaller group of every split of `total` into two groups that fits all sets, in
    order.

    Each set rests on one of the groups or on everyone, and one convention holds for all sets. Both
    groups have at least one person. If all sets fit everyone, every split fits and tells nothing.
    """
    smaller = np.arange(1, total // 2 + 1)
    fits = np.zeros(len(smaller), dtype=np.bool_)
    for convention in allowed:
        masks = [joint_mask([s], total, max_missing, [convention]) for s in sets]
        possible_by_set = [mask[smaller] | mask[total - smaller] | mask[total] for mask in masks]
        fits |= np.logical_and.reduce(possible_by_set)
    return [int(n) for n in smaller[fits]]
