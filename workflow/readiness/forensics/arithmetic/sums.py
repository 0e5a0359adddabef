"""Figures that should add up: to 100 within what rounding allows, complements, nets.

Three figures rounded to whole percents may add to 99 or 101 and be right. Exact: each figure stands
for an interval of real shares, and the question is whether shares in those intervals add to 1.
Mosteller, Youtz and Zahn (1967), Demography 4:850.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    Figure,
    Rounding,
    count_interval,
    printed,
    share_interval,
)
from readiness.forensics.arithmetic.shares import Shares


@dataclass(frozen=True)
class SumResult:
    """Whether exhaustive, exclusive figures can add to a whole.

    `total` is their sum as printed, `allowed` the least and the greatest sum that so many figures
    can show, `shares` real shares that show as the figures and add to 1 (None when impossible).
    """

    ok: bool
    total: Figure
    allowed: tuple[Figure, Figure]
    shares: tuple[Fraction, ...] | None
    rounding: Rounding | None


def sum_to_whole(
    figures: Sequence[Figure], roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> SumResult:
    """Judge exhaustive, exclusive figures, on no particular base."""
    decimals = max(figure.decimals for figure in figures)
    total = Figure(sum(f.digits * 10 ** (decimals - f.decimals) for f in figures), decimals)
    allowed = _allowed_sums(figures, decimals, roundings)
    for rounding in roundings:
        shares = _shares_adding_to(figures, rounding, Fraction(1))
        if shares is not None:
            return SumResult(True, total, allowed, shares, rounding)
    return SumResult(False, total, allowed, None, None)


def printed_sum_range(
    categories: int, decimals: int, roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> tuple[Figure, Figure]:
    """The least and greatest sum that figures of that many categories can show and be right."""
    whole = 100 * 10**decimals
    if categories == 1:
        return Figure(whole, decimals), Figure(whole, decimals)
    gaps = [_largest_gaps(categories, whole, rounding) for rounding in roundings]
    return (
        Figure(whole - max(below for below, _ in gaps), decimals),
        Figure(whole + max(above for _, above in gaps), decimals),
    )


def _allowed_sums(
    figures: Sequence[Figure], decimals: int, roundings: Sequence[Rounding]
) -> tuple[Figure, Figure]:
    """`printed_sum_range`, also for figures printed with different decimals (outer bounds then)."""
    if len({figure.decimals for figure in figures}) == 1:
        return printed_sum_range(len(figures), decimals, roundings)
    whole = 100 * 10**decimals
    units = sum(10 ** (decimals - figure.decimals) for figure in figures)
    below, above = 0, 0
    for rounding in roundings:
        if rounding is Rounding.TRUNCATION:
            below = max(below, units - 1)
        elif rounding is Rounding.CEILING:
            above = max(above, units - 1)
        else:
            below, above = max(below, units // 2), max(above, units // 2)
    return Figure(whole - below, decimals), Figure(whole + above, decimals)


def _largest_gaps(categories: int, whole: int, rounding: Rounding) -> tuple[int, int]:
    """How far below and above the whole a printed sum can fall, in last digits."""
    half, odd = divmod(categories, 2)
    if rounding is Rounding.HALF_UP:
        return half - 1 + odd, half
    if rounding is Rounding.HALF_DOWN:
        return half, half - 1 + odd
    if rounding is Rounding.TRUNCATION:
        return categories - 1, 0
    if rounding is Rounding.CEILING:
        return 0, categories - 1
    # All figures at a half round to even digits: their sum is even, or one is not at a half.
    reach = half if odd or (whole + half) % 2 == 0 else half - 1
    return reach, reach


def _shares_adding_to(
    figures: Sequence[Figure], rounding: Rounding, target: Fraction
) -> tuple[Fraction, ...] | None:
    """Real shares inside the figures' intervals (and 0..1) that add to `target`, or None."""
    ends = []
    for figure in figures:
        low, high, with_low, with_high = share_interval(figure, rounding)
        if low < 0:
            low, with_low = Fraction(0), True
        if high > 1:
            high, with_high = Fraction(1), True
        ends.append((low, high, with_low, with_high))
    lowest, highest = sum(e[0] for e in ends), sum(e[1] for e in ends)
    if not lowest <= target <= highest:
        return None
    if target == lowest:
        return tuple(e[0] for e in ends) if all(e[2] for e in ends) else None
    if target == highest:
        return tuple(e[1] for e in ends) if all(e[3] for e in ends) else None
    # Strictly between: the same fraction of each interval's length.
    position = Fraction(target - lowest, highest - lowest)
    return tuple(e[0] + position * (e[1] - e[0]) for e in ends)


def figures_of_counts(
    counts: Sequence[int], n: int, decimals: int, rounding: Rounding
) -> tuple[Figure, ...]:
    """What counts out of n print as."""
    return tuple(printed(Fraction(k, n), decimals, rounding) for k in counts)


def complements(
    first: Figure, second: Figure, roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> bool:
    """Whether two figures can be a share and its complement (each rounded, or one subtracted)."""
    exact = first.share + second.share == 1
    return exact or sum_to_whole([first, second], roundings).ok


def net_fits(
    parts: Sequence[Figure],
    net: Figure,
    n_max: int | None = None,
    roundings: Sequence[Rounding] = NEAREST_ROUNDINGS,
) -> bool:
    """Whether a net ("good or medium: 45") can be the sum of its parts.

    On any base when `n_max` is None, else on some base up to `n_max`; in one convention.
    """
    return any(
        _net_fits_reals(parts, net, rounding)
        if n_max is None
        else any(_net_fits_base(parts, net, n, rounding) for n in range(1, n_max + 1))
        for rounding in roundings
    )


def _net_fits_base(parts: Sequence[Figure], net: Figure, n: int, rounding: Rounding) -> bool:
    ranges = [count_interval(part, n, rounding) for part in parts]
    ranges = [(max(low, 0), min(high, n)) for low, high in ranges]
    if any(low > high for low, high in ranges):
        return False
    low, high = count_interval(net, n, rounding)
    return max(low, sum(r[0] for r in ranges)) <= min(high, sum(r[1] for r in ranges), n)


def _net_fits_reals(parts: Sequence[Figure], net: Figure, rounding: Rounding) -> bool:
    ends = [share_interval(part, rounding) for part in parts]
    together = Shares(
        Fraction(sum(e[0] for e in ends)),
        Fraction(sum(e[1] for e in ends)),
        all(e[2] for e in ends),
        all(e[3] for e in ends),
    )
    return together.meets(Shares(*share_interval(net, rounding)))
