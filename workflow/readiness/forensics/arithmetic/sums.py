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
    Shares,
    shares_of,
)


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
        shares = _shares_of_a_whole(figures, rounding)
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


def _shares_of_a_whole(
    figures: Sequence[Figure], rounding: Rounding
) -> tuple[Fraction, ...] | None:
    """Real shares inside the figures' intervals (and 0..1) that add to 1, or None."""
    whole = [shares_of(figure, rounding).clipped for figure in figures]
    lowest, highest = sum(s.low for s in whole), sum(s.high for s in whole)
    if not lowest <= 1 <= highest:
        return None
    if lowest == 1:
        return tuple(s.low for s in whole) if all(s.with_low for s in whole) else None
    if highest == 1:
        return tuple(s.high for s in whole) if all(s.with_high for s in whole) else None
    # Strictly between: the same fraction of each interval's length.
    position = Fraction(1 - lowest, highest - lowest)
    return tuple(s.low + position * (s.high - s.low) for s in whole)


def net_fits(parts: Sequence[Figure], net: Figure, roundings: Sequence[Rounding]) -> bool:
    """Whether a net ("good or medium: 45") can be the sum of its parts, in one convention."""
    for rounding in roundings:
        shares = [shares_of(part, rounding) for part in parts]
        together = Shares(
            Fraction(sum(share.low for share in shares)),
            Fraction(sum(share.high for share in shares)),
            all(share.with_low for share in shares),
            all(share.with_high for share in shares),
        )
        if together.meets(shares_of(net, rounding)):
            return True
    return False
