"""Means, SDs and percentages of whole-number answers: GRIM, GRIMMER, DEBIT, in exact integers.

GRIM (Brown and Heathers 2017): the mean of n whole numbers is a whole number over n.
GRIMMER (Anaya 2016; Allard 2018): so is the sum of their squares, and it has the parity of the sum.
DEBIT (Heathers and Brown 2019): the SD of answers 0 and 1 follows from their mean.

Published implementations compare floats with a fuzz of 1e-12 and accept impossible numbers; here a
bound is a fraction and a comparison is exact. SDs are sample SDs (division by n - 1).
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, isqrt

from readiness.errors import StatisticsError
from readiness.forensics.arithmetic.figures import (
    PrintedFigure,
    Rounding,
    ShareInterval,
    count_interval,
    shares_of,
)

EITHER_HALF = (Rounding.HALF_UP, Rounding.HALF_DOWN)


def _check_base(n: int, items: int) -> None:
    if n < 1 or items < 1:
        raise StatisticsError(f"n = {n}, items = {items}: both must be 1 or more.")


def grim(
    figure: PrintedFigure, n: int, items: int = 1, roundings: Sequence[Rounding] = EITHER_HALF
) -> bool:
    """Whether `n` people with `items` answers each can give this mean or percentage (per=100)."""
    return any(True for _ in _list_totals(figure, n, items, roundings))


def _list_totals(
    figure: PrintedFigure, n: int, items: int, roundings: Sequence[Rounding]
) -> Iterator[int]:
    _check_base(n, items)
    ranges = [count_interval(figure, n * items, rounding) for rounding in roundings]
    ranges = [r for r in ranges if r[0] <= r[1]]
    if ranges:
        # The conventions' intervals overlap in all but their ends.
        yield from range(min(r[0] for r in ranges), max(r[1] for r in ranges) + 1)


def grim_probability(figure: PrintedFigure, n: int, items: int = 1) -> Fraction:
    """The share of arbitrary figures with as many decimals that GRIM would refuse.

    max(0, (10^D - n x items) / 10^D), D the decimals of the mean (two more for a percentage).
    Brown and Heathers 2017, p. 364.
    """
    _check_base(n, items)
    return max(Fraction(0), Fraction(figure.scale - n * items, figure.scale))


def grimmer(
    mean: PrintedFigure,
    sd: PrintedFigure,
    n: int,
    items: int = 1,
    roundings: Sequence[Rounding] = EITHER_HALF,
    scale: tuple[int, int] | None = None,
) -> bool:
    """Whether a mean and a sample SD are possible for n people and `items` whole-number items each.

    Exact: there must be a whole sum S and a whole sum of squares Q with the parity of S, such that
    n whole numbers have both. `scale` (lowest, highest score a person can have, as a sum of items)
    adds the bounds of the answers to what is checked (necessary, not sufficient).
    """
    if n < 2:
        raise StatisticsError(f"n = {n}: a standard deviation needs 2 answers or more.")
    if sd.digits < 0:
        return False
    variances = _bound_variances(sd, roundings)
    for total in _list_totals(mean, n, items, roundings):
        if scale is not None and not n * scale[0] <= total <= n * scale[1]:
            continue
        centre = Fraction(total * total, n)
        factor = (n - 1) * items * items
        least, most = variances.low * factor + centre, variances.high * factor + centre
        lowest = ceil(least) + (not variances.with_low and least.denominator == 1)
        highest = floor(most) - (not variances.with_high and most.denominator == 1)
        quotient, rest = divmod(total, n)
        # No n whole numbers with that sum have a smaller sum of squares.
        lowest = max(lowest, (n - rest) * quotient**2 + rest * (quotient + 1) ** 2)
        if scale is not None:
            highest = min(highest, _bound_squares(total, n, scale))
        if _is_any_attainable(total, lowest, highest, n):
            return True
    return False


def _bound_variances(sd: PrintedFigure, roundings: Sequence[Rounding]) -> ShareInterval:
    """The variances that show as the SD: the hull over the conventions."""
    ends = [shares_of(sd, rounding) for rounding in roundings]
    low, without_low = min((end.low, not end.with_low) for end in ends)
    high, with_high = max((end.high, end.with_high) for end in ends)
    if low < 0:
        low, without_low = Fraction(0), False
    return ShareInterval(low * low, high * high, not without_low, with_high)


def _bound_squares(total: int, n: int, scale: tuple[int, int]) -> int:
    """The largest sum of squares of n whole numbers between the ends of the scale."""
    low, high = scale
    if low == high:
        return n * low * low
    at_top, rest = divmod(total - n * low, high - low)
    if at_top >= n:
        return n * high * high
    return at_top * high**2 + (low + rest) ** 2 + (n - at_top - 1) * low**2


def _is_any_attainable(total: int, lowest: int, highest: int, n: int) -> bool:
    """Whether n whole numbers with sum `total` have a sum of squares in lowest..highest."""
    first = lowest + (lowest - total) % 2
    if n >= 5:
        # From five numbers on, parity and the minimum are all there is (checked by enumeration).
        return first <= highest
    return any(_is_attainable(n, total, squares) for squares in range(first, highest + 1, 2))


def _is_attainable(n: int, total: int, squares: int) -> bool:
    if n == 1:
        return total * total == squares
    if squares * n < total * total:
        return False
    if n == 2:
        root = 2 * squares - total * total
        return isqrt(root) ** 2 == root
    # One of the numbers lies within the largest distance from the mean that the squares allow.
    reach = isqrt((n - 1) * (n * squares - total * total)) + 1
    return any(
        _is_attainable(n - 1, total - x, squares - x * x)
        for x in range((total - reach) // n, (total + reach) // n + 2)
    )


def debit(
    mean: PrintedFigure, sd: PrintedFigure, n: int, roundings: Sequence[Rounding] = EITHER_HALF
) -> bool:
    """Whether a mean and a sample SD of answers 0 and 1 are possible on n people.

    The mean must be k/n (a count), and the SD the one that follows: sqrt(k(n-k) / (n(n-1))).
    """
    if n < 2:
        raise StatisticsError(f"n = {n}: a standard deviation needs 2 answers or more.")
    variances = _bound_variances(sd, roundings)
    for count in _list_totals(mean, n, 1, roundings):
        if 0 <= count <= n and Fraction(count * (n - count), n * (n - 1)) in variances:
            return True
    return False
