"""Which numbers of answers can stand behind published percentages.

A *base* is the number of answers a percentage was computed on. A *figure set* is the percentages of
one item. Sets that are said to rest on the same people are judged together, with up to m answers
missing on each item: set i then has its own base n - m <= n_i <= n.

A study rounds in one way throughout, so one and the same convention must explain a joint base.
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
    """How the counts of one set hang together."""

    # Everyone gave exactly one of the answers: the counts sum to the base.
    EXHAUSTIVE = "exhaustive"
    # At most one answer each: the counts sum to the base or less.
    EXCLUSIVE = "exclusive"
    # Several answers allowed: each count is at most the base.
    MULTI = "multi"


@dataclass(frozen=True)
class Convention:
    """How figures were made: a rounding, and whether one of two figures is 100 minus the other."""

    rounding: Rounding
    complement: bool = False


def conventions(roundings: Sequence[Rounding]) -> tuple[Convention, ...]:
    """The given roundings, then each with complements."""
    return tuple(Convention(r, complement) for complement in (False, True) for r in roundings)


# Rounded to the nearest value, whatever happens at halves, complements allowed.
NEAREST = conventions(NEAREST_ROUNDINGS)


@dataclass(frozen=True)
class FigureSet:
    """The figures of one item, on one base."""

    figures: tuple[PrintedFigure, ...]
    kind: SetKind

    @property
    def is_pair(self) -> bool:
        """Two figures that print as a whole: either may be 100 minus the other."""
        if self.kind is not SetKind.EXHAUSTIVE or len(self.figures) != 2:
            return False
        first, second = self.figures
        return first.decimals == second.decimals and first.digits + second.digits == first.scale


def _clip_counts(figure: PrintedFigure, n: int, rounding: Rounding) -> tuple[int, int]:
    low, high = count_interval(figure, n, rounding)
    return max(low, 0), min(high, n)


def witness(figures: FigureSet, n: int, convention: Convention) -> tuple[int, ...] | None:
    """The lowest counts, one a figure, that show as the set on `n` answers; None if none do."""
    return next(witnesses(figures, n, convention), None)


def witnesses(figures: FigureSet, n: int, convention: Convention) -> Iterator[tuple[int, ...]]:
    """All counts that show as the set on `n` answers. There may be very many: take a few."""
    if n < 1:
        return
    if convention.complement and figures.is_pair:
        first, second = (_clip_counts(figure, n, convention.rounding) for figure in figures.figures)
        # Either of the two was rounded, the other is what it leaves of 100.
        pairs = [(k, n - k) for k in range(first[0], first[1] + 1)]
        pairs += [(n - k, k) for k in range(second[0], second[1] + 1)]
        yield from dict.fromkeys(pairs)
        return
    ranges = [_clip_counts(figure, n, convention.rounding) for figure in figures.figures]
    if any(low > high for low, high in ranges):
        return
    yield from _fill(ranges, n, figures.kind)


def _fill(ranges: list[tuple[int, int]], n: int, kind: SetKind) -> Iterator[tuple[int, ...]]:
    """Counts within their ranges whose sum is n (exhaustive), at most n (exclusive) or free."""
    # What those after each can add to, at least and at most.
    least, most = (
        [sum(end[k] for end in ranges[i + 1 :]) for i in range(len(ranges))] for k in (0, 1)
    )

    def rest(i: int, left: int) -> Iterator[tuple[int, ...]]:
        if i == len(ranges):
            yield ()
            return
        low, high = ranges[i]
        if kind is not SetKind.MULTI:
            high = min(high, left - least[i])
        order = range(low, high + 1)
        if kind is SetKind.EXHAUSTIVE:
            order = range(high, max(low, left - most[i]) - 1, -1)
        for count in order:
            yield from ((count, *tail) for tail in rest(i + 1, left - count))

    yield from rest(0, n)


def is_apportionable(figures: FigureSet) -> bool:
    """Check that the figures of a set can have been made to add to 100.

    Everyone gave one answer, all figures have the same decimals, and they add to 100 exactly.
    """
    scale = figures.figures[0].scale
    alike = all(figure.scale == scale for figure in figures.figures)
    whole = sum(figure.digits for figure in figures.figures) == scale
    return figures.kind is SetKind.EXHAUSTIVE and alike and whole


@lru_cache(maxsize=1024)
def apportioned_mask(figures: FigureSet, n_max: int) -> BoolArray:
    """For each base 0..n_max, whether counts show as the set by largest remainders. Read-only.

    The shares are cut at the last digit, and what is missing of 100 goes, a last digit each, to the
    largest remainders (Hamilton's method): an exhaustive set then adds to 100 exactly, and a figure
    may be the next after the nearest. With S last digits in a whole, count k of n shows as digits x
    exactly when one threshold t, 0 <= t < n, common to all figures, gives

        n(x-1) + t <= S k <= n x + t

    (remainders of t or more were raised, of t or less were cut). The lowest and highest counts grow
    with t, so the largest t whose lowest counts sum to n or less decides. False everywhere where
    `is_apportionable` is.
    """
    n = np.arange(n_max + 1, dtype=np.int64)
    if not is_apportionable(figures):
        found = np.zeros(len(n), dtype=np.bool_)
    else:
        digits = [figure.digits for figure in figures.figures]
        scale = figures.figures[0].scale
        # Remainders are below n.
        least, most = np.zeros_like(n), np.maximum(n - 1, 0)
        while (least < most).any():
            middle = (least + most + 1) // 2
            small = _sum_lowest(digits, scale, n, middle) <= n
            least, most = np.where(small, middle, least), np.where(small, most, middle - 1)
        highest = sum(np.minimum(n, (n * x + least) // scale) for x in digits)
        found = (_sum_lowest(digits, scale, n, least) <= n) & (highest >= n) & (n > 0)
    found.setflags(write=False)
    return np.asarray(found, dtype=np.bool_)


def _sum_lowest(digits: Sequence[int], scale: int, n: IntArray, threshold: IntArray) -> IntArray:
    """The sum of the lowest counts, one a figure, whose remainders agree with the threshold."""
    lowest = (np.maximum(0, -(-(n * (x - 1) + threshold) // scale)) for x in digits)
    return np.asarray(np.sum(list(lowest), axis=0), dtype=np.int64)


@lru_cache(maxsize=4096)
def feasible_mask(figures: FigureSet, n_max: int, convention: Convention) -> BoolArray:
    """For each base 0..n_max, whether the set fits. Read-only, as the cache shares it."""
    n = np.arange(n_max + 1, dtype=np.int64)
    found = (count_intervals(figure, n_max, convention.rounding) for figure in figures.figures)
    ends = [(np.maximum(low, 0), np.minimum(high, n)) for low, high in found]
    mask = fitting(ends, n, figures.kind, either=convention.complement and figures.is_pair)
    mask.setflags(write=False)
    return mask


def fitting(
    ends: Sequence[tuple[IntArray, IntArray]], n: IntArray, kind: SetKind, *, either: bool
) -> BoolArray:
    """Where counts between these ends hang together on bases `n` (last axis); never on base 0.

    `either`: one of the two figures is enough, the other being its complement.
    """
    each = [low <= high for low, high in ends]
    if either:
        mask = each[0] | each[1]
    else:
        mask = np.logical_and.reduce(each)
        if kind is not SetKind.MULTI:
            mask &= np.sum([low for low, _ in ends], axis=0) <= n
        if kind is SetKind.EXHAUSTIVE:
            mask &= np.sum([high for _, high in ends], axis=0) >= n
    return np.asarray(mask & (n > 0), dtype=np.bool_)


def with_missing(mask: BoolArray, max_missing: int) -> BoolArray:
    """Bases n such that some n - m..n is feasible, for up to `max_missing` missing answers."""
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
    """For each number of people 0..n_max, whether all sets fit, with missing answers on each."""
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
    """Every number of people up to `n_max` that can stand behind all sets at once."""
    return [int(n) for n in np.flatnonzero(joint_mask(sets, n_max, max_missing, allowed))]


def smallest_joint_base(
    sets: Sequence[FigureSet],
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
    limit: int = SEARCH_LIMIT,
) -> int | None:
    """The smallest number of people behind all sets; None if there is none up to `limit`."""
    n_max = min(128, limit)
    while True:
        if found := joint_bases(sets, n_max, max_missing, allowed):
            return found[0]
        if n_max == limit:
            return None
        n_max = min(8 * n_max, limit)


def every_base_from(
    sets: Sequence[FigureSet], max_missing: int = 0, allowed: Sequence[Convention] = NEAREST
) -> int | None:
    """The number of people from which on every number stands behind all sets, computed.

    None when there is no such number up to half of `SEARCH_LIMIT` (all of it is looked through).
    """
    widest = max(figure.scale for s in sets for figure in s.figures)
    most = max(len(s.figures) for s in sets)
    # From `scale` people on each figure has its count; a whole of k figures has slack within k.
    n_max = min(4 * widest * most, SEARCH_LIMIT)
    first = int(np.flatnonzero(~joint_mask(sets, n_max, max_missing, allowed))[-1]) + 1
    return first if first <= n_max // 2 else None


def missing_needed(
    sets: Sequence[FigureSet], n_max: int, most: int, allowed: Sequence[Convention] = NEAREST
) -> list[int | None]:
    """For each number of people 1..n_max, the fewest missing answers that let all sets fit.

    The same number is allowed on every set; None when more than `most` would be needed. This is the
    robustness curve: how a verdict changes with missing answers and with fewer completes.
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
    """The fewest missing answers in all, at most `max_missing` on each set, that let all sets fit.

    None where so many people fit in no way.
    """
    found = []
    for convention in allowed:
        masks = [feasible_mask(s, people, convention) for s in sets]
        bases_tried = range(people, max(people - max_missing, 1) - 1, -1)
        lacking = [next((people - n for n in bases_tried if mask[n]), None) for mask in masks]
        known = [missing for missing in lacking if missing is not None]
        if len(known) == len(sets):
            found.append(sum(known))
    return min(found, default=None)


@dataclass(frozen=True)
class JointWitness:
    """One way for several sets to rest on the same `people`: base and counts of each set."""

    people: int
    bases: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]


def joint_witness(
    sets: Sequence[FigureSet],
    people: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> JointWitness | None:
    """Counts for every set on `people` people with the fewest missing answers, or None."""
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
    """The smaller group of every split of `total` in two that fits all sets, in order.

    Each set rests on one of the groups or on everyone, and one convention holds for all sets. Both
    groups have at least one person. A split for which all sets rest on everyone says nothing about
    groups: if the sets fit the total, every split fits.
    """
    smaller = np.arange(1, total // 2 + 1)
    fits = np.zeros(len(smaller), dtype=np.bool_)
    for convention in allowed:
        masks = [joint_mask([s], total, max_missing, [convention]) for s in sets]
        each = [mask[smaller] | mask[total - smaller] | mask[total] for mask in masks]
        fits |= np.logical_and.reduce(each)
    return [int(n) for n in smaller[fits]]
