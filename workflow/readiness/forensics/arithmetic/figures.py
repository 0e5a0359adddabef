"""A published figure as an exact object: its digits, its decimals, and the counts it allows.

"67" on 18 answers can be 12 of 18 and nothing else; "67" on 32 answers can be no count at all. With
X the digits of the figure as one integer, d its decimals and D = 100 x 10^d (10^d for a mean), a
count k out of n prints as that figure when

    half-up      n(2X-1) <= 2Dk <  n(2X+1)
    half-down    n(2X-1) <  2Dk <= n(2X+1)
    half-even    both ends included if X is even, none if X is odd
    truncation   nX      <=  Dk <  n(X+1)
    ceiling      n(X-1)  <   Dk <= nX

GRIM (Brown and Heathers 2017): the mean of n whole numbers is a whole number over n. GRIMMER (Anaya
2016; Allard 2018): so is the sum of their squares, with the parity of the sum. DEBIT (Heathers and
Brown 2019): the SD of answers 0 and 1 follows from their mean. SDs are sample SDs (division by n -
1). Bounds are fractions: floats with a tolerance of 1e-12 accept impossible numbers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, isqrt
from typing import Any

import numpy as np

from readiness.ground.arrays import IntArray
from readiness.ground.decimals import write_out
from readiness.ground.errors import DataError, StatisticsError

MAX_DECIMALS, MAX_DIGITS = 6, 12
# Number of parts in a whole: 100 for a percentage. For a mean, 1 takes its place.
PERCENT = 100

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
# Direction marks that word processors leave around numbers in Arabic text.
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2069\ufeff"))
_SPACES = " \t\u00a0\u202f\u2009"
_PERCENT_SIGNS = "%٪﹪％"
_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?")


class Rounding(StrEnum):
    """Rule by which a share became the printed figure."""

    HALF_UP = "half_up"
    HALF_DOWN = "half_down"
    HALF_EVEN = "half_even"
    TRUNCATION = "truncation"
    CEILING = "ceiling"


# The three ways to round to the nearest value; they differ at exact halves only.
NEAREST_ROUNDINGS = (Rounding.HALF_UP, Rounding.HALF_DOWN, Rounding.HALF_EVEN)


@dataclass(frozen=True)
class PrintedFigure:
    """A number as printed: `digits` / 10^`decimals`; `per`: 100 for a percentage, 1 for a mean."""

    digits: int
    decimals: int
    per: int = PERCENT

    @property
    def scale(self) -> int:
        """D: a share of 1 (or a mean of 1) in units of the last printed digit."""
        return int(self.per * 10**self.decimals)

    @property
    def share(self) -> Fraction:
        """Exact value of the printed digits: a percentage as a share of 1, a mean as printed."""
        return Fraction(self.digits, self.scale)

    def __str__(self) -> str:
        sign, digits = ("-" if self.digits < 0 else ""), abs(self.digits)
        if not self.decimals:
            return f"{sign}{digits}"
        whole, part = divmod(digits, 10**self.decimals)
        return f"{sign}{whole}.{part:0{self.decimals}d}"


@lru_cache(maxsize=65536)
def parse_figure(
    text: str, per: int = PERCENT, signed: bool = False, above_whole: bool = False
) -> PrintedFigure:
    """Read a printed figure: "67", "67,5 %", "٦٧٫٥", "33.30", "1e+02".

    Decimal comma or point, Latin, Arabic-Indic or Persian digits, an optional percent sign.
    `signed` allows a minus (means); `above_whole` allows percentages above 100 (sums over a
    multiple-response question).

    Raises DataError, with the expected form, for anything else: "~60", ">66", "", "-5", "6e1".
    """
    cleaned = text.translate(_MARKS).translate(_DIGITS).strip(_SPACES)
    if per == PERCENT and cleaned[-1:] and cleaned[-1] in _PERCENT_SIGNS:
        cleaned = cleaned[:-1].rstrip(_SPACES)
    cleaned = write_out(cleaned.replace("\u2212", "-"))
    if (match := _NUMBER.fullmatch(cleaned)) is None:
        raise DataError(f"{text!r} is not a figure: {_explain_refusal(cleaned)}")
    part = match["part"] or ""
    if len(part) > MAX_DECIMALS or len(match["whole"]) + len(part) > MAX_DIGITS:
        raise DataError(
            f"{text!r} has too many digits: at most {MAX_DECIMALS} decimals, {MAX_DIGITS} digits."
        )
    if match["sign"] and not signed:
        raise DataError(f"{text!r} is negative: a percentage or a count is 0 or more.")
    digits = int(match["sign"] + match["whole"] + part)
    figure = PrintedFigure(digits, len(part), per)
    if per == PERCENT and not above_whole and digits > figure.scale:
        raise DataError(f"{text!r} is above 100: a percentage of one base lies between 0 and 100.")
    return figure


def _explain_refusal(cleaned: str) -> str:
    if not cleaned:
        return "it is empty; expected digits such as 67 or 67,5."
    if cleaned[0] in "~≈±":
        return "it is approximate; write the digits alone and put `approximate` in `exactness`."
    if cleaned[0] in "<>≤≥":
        return "it is a bound; write it as text in `wording`, with an empty value and unit `text`."
    if re.fullmatch(r"[0-9]+([  ][0-9]{3})+.*", cleaned):
        return "digits are grouped; write them without spaces."
    return "expected digits with an optional decimal comma or point, such as 67 or 67,5."


@dataclass(frozen=True)
class ShareInterval:
    """An interval of shares, each end included or not."""

    low: Fraction
    high: Fraction
    with_low: bool = True
    with_high: bool = True

    def __contains__(self, share: Fraction) -> bool:
        above = share > self.low or (self.with_low and share == self.low)
        return above and (share < self.high or (self.with_high and share == self.high))

    @property
    def within_unit(self) -> "ShareInterval":
        """The part of the interval between 0 and 1."""
        low, high = max(self.low, Fraction(0)), min(self.high, Fraction(1))
        return ShareInterval(
            low, high, self.with_low or self.low < 0, self.with_high or self.high > 1
        )

    def meets(self, other: "ShareInterval") -> bool:
        """Return whether the two intervals have a share in common."""
        low = max((self.low, not self.with_low), (other.low, not other.with_low))
        high = min((self.high, self.with_high), (other.high, other.with_high))
        return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])


def count_interval(figure: PrintedFigure, n: int, rounding: Rounding) -> tuple[int, int]:
    """Return the lowest and highest count k for which k out of n prints as `figure`.

    No count does where the lowest is above the highest. Not clipped to 0..n: a mean, or a
    percentage of a multiple-response sum, may exceed the base. Constant time.
    """
    low, high, with_low, with_high = ends(figure.digits, rounding)
    lowest, highest = counts_between(n, low, high, 2 * figure.scale, with_low, with_high)
    return int(lowest), int(highest)


# Lowest and highest distance of a share from its figure, in half last digits, and whether each end
# is included.
_ENDS = {
    Rounding.HALF_UP: (-1, 1, True, False),
    Rounding.HALF_DOWN: (-1, 1, False, True),
    Rounding.TRUNCATION: (0, 2, True, False),
    Rounding.CEILING: (-2, 0, False, True),
}


def ends(digits: int, rounding: Rounding) -> tuple[int, int, bool, bool]:
    """Return the limits of the shares that print as `digits`, and whether each limit is included.

    The limits are in half units of the last printed digit: `digits` itself is 2 * `digits`.
    """
    even = digits % 2 == 0
    low, high, with_low, with_high = _ENDS.get(rounding, (-1, 1, even, even))
    return 2 * digits + low, 2 * digits + high, with_low, with_high


def counts_between(
    n: Any, low: Any, high: Any, divisor: int, with_low: bool, with_high: bool
) -> Any:
    """Return the lowest and highest k with n*low <= divisor*k <= n*high.

    Integers or integer arrays. `with_low`, `with_high`: False turns an inequality into a strict
    one.
    """
    lowest = -(-(n * low) // divisor) if with_low else (n * low) // divisor + 1
    highest = (n * high) // divisor if with_high else -(-(n * high) // divisor) - 1
    return lowest, highest


def count_intervals(
    figure: PrintedFigure, n_max: int, rounding: Rounding
) -> tuple[IntArray, IntArray]:
    """Return the lowest and the highest count for every base 0..n_max (see `count_interval`).

    Two int64 arrays of length n_max + 1, indexed by the base; index 0 holds an empty interval.
    Raises DataError where n_max x 2(X+1) does not fit into int64.
    """
    low, high, with_low, with_high = ends(figure.digits, rounding)
    if n_max * (abs(high) + 2) >= 2**62:
        raise DataError(
            f"{figure} up to {n_max} answers exceeds exact 64-bit arithmetic. Try fewer answers."
        )
    n = np.arange(n_max + 1, dtype=np.int64)
    lowest, highest = counts_between(n, low, high, 2 * figure.scale, with_low, with_high)
    lowest[0], highest[0] = 1, 0
    return lowest, highest


def shares_of(figure: PrintedFigure, rounding: Rounding) -> ShareInterval:
    """Return the interval of real shares that print as `figure`."""
    low, high, *included = ends(figure.digits, rounding)
    return ShareInterval(
        Fraction(low, 2 * figure.scale), Fraction(high, 2 * figure.scale), *included
    )


def print_share(
    share: Fraction, decimals: int, rounding: Rounding, per: int = PERCENT
) -> PrintedFigure:
    """Round a share, or a mean, to a printed figure with this number of decimals."""
    floor, rest = divmod(share * per * 10**decimals, 1)
    half = Fraction(1, 2)
    up = {
        Rounding.TRUNCATION: False,
        Rounding.CEILING: rest > 0,
        Rounding.HALF_UP: rest >= half,
        Rounding.HALF_DOWN: rest > half,
        Rounding.HALF_EVEN: rest > half or (rest == half and floor % 2 == 1),
    }
    return PrintedFigure(floor + up[rounding], decimals, per)


EITHER_HALF = (Rounding.HALF_UP, Rounding.HALF_DOWN)


def _check_base(n: int, items: int) -> None:
    if n < 1 or items < 1:
        raise StatisticsError(f"n = {n}, items = {items}: both must be 1 or more.")


def grim(
    figure: PrintedFigure, n: int, items: int = 1, roundings: Sequence[Rounding] = EITHER_HALF
) -> bool:
    """Return whether `n` people with `items` answers each can have this mean or percentage (GRIM).

    The figure is possible if any of the roundings allows it. Raises StatisticsError where `n` or
    `items` is below 1.
    """
    return any(True for _ in _list_totals(figure, n, items, roundings))


def _list_totals(
    figure: PrintedFigure, n: int, items: int, roundings: Sequence[Rounding]
) -> Iterator[int]:
    _check_base(n, items)
    ranges = [count_interval(figure, n * items, rounding) for rounding in roundings]
    if ranges := [(low, high) for low, high in ranges if low <= high]:
        # The intervals of two roundings differ at their ends only, so their union has no gap.
        yield from range(min(low for low, _ in ranges), max(high for _, high in ranges) + 1)


def grim_probability(figure: PrintedFigure, n: int, items: int = 1) -> Fraction:
    """Return the share of arbitrary figures with as many decimals that GRIM refuses, 0 to 1.

    max(0, (10^D - n x items) / 10^D), D the decimals of the mean (two more for a percentage). Brown
    and Heathers 2017, p. 364. Raises StatisticsError where `n` or `items` is below 1.
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
    """Return whether a mean and a sample SD are possible for n people with `items` items each.

    Items are whole numbers. Exact: there must be a whole sum S and a whole sum of squares Q with
    the parity of S, such that n whole numbers have both. `scale` (lowest and highest score of a
    person, as a sum of items) adds the bounds of the answers (necessary, not sufficient).

    Raises StatisticsError for fewer than 2 people.
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
        # The sum of squares is smallest if no two numbers differ by more than 1.
        lowest = max(lowest, (n - rest) * quotient**2 + rest * (quotient + 1) ** 2)
        if scale is not None:
            highest = min(highest, _bound_squares(total, n, scale))
        if _is_any_attainable(total, lowest, highest, n):
            return True
    return False


def _bound_variances(sd: PrintedFigure, roundings: Sequence[Rounding]) -> ShareInterval:
    """Return the interval of variances whose SD prints as `sd` under one of the roundings."""
    ends = [shares_of(sd, rounding) for rounding in roundings]
    low, without_low = min((end.low, not end.with_low) for end in ends)
    high, with_high = max((end.high, end.with_high) for end in ends)
    if low < 0:
        low, without_low = Fraction(0), False
    return ShareInterval(low * low, high * high, not without_low, with_high)


def _bound_squares(total: int, n: int, scale: tuple[int, int]) -> int:
    """Return the largest sum of squares of n whole numbers between the ends of the scale."""
    low, high = scale
    if low == high:
        return n * low * low
    at_top, rest = divmod(total - n * low, high - low)
    if at_top >= n:
        return n * high * high
    return at_top * high**2 + (low + rest) ** 2 + (n - at_top - 1) * low**2


def _is_any_attainable(total: int, lowest: int, highest: int, n: int) -> bool:
    possible = range(lowest + (lowest - total) % 2, highest + 1, 2)
    # From five numbers on, parity and the minimum are the only conditions (checked by enumeration).
    return any(n >= 5 or _is_attainable(n, total, squares) for squares in possible)


def _is_attainable(n: int, total: int, squares: int) -> bool:
    if n == 1:
        return total * total == squares
    if squares * n < total * total:
        return False
    if n == 2:
        root = 2 * squares - total * total
        return isqrt(root) ** 2 == root
    # Given the sum of squares, at least one number is this close to the mean.
    reach = isqrt((n - 1) * (n * squares - total * total)) + 1
    return any(
        _is_attainable(n - 1, total - x, squares - x * x)
        for x in range((total - reach) // n, (total + reach) // n + 2)
    )


def debit(
    mean: PrintedFigure, sd: PrintedFigure, n: int, roundings: Sequence[Rounding] = EITHER_HALF
) -> bool:
    """Return whether a mean and a sample SD of answers 0 and 1 are possible on n people (DEBIT).

    The mean must be k/n for a count k, and the SD must be sqrt(k(n-k) / (n(n-1))). Raises
    StatisticsError for fewer than 2 people.
    """
    if n < 2:
        raise StatisticsError(f"n = {n}: a standard deviation needs 2 answers or more.")
    variances = _bound_variances(sd, roundings)
    return any(
        0 <= count <= n and Fraction(count * (n - count), n * (n - 1)) in variances
        for count in _list_totals(mean, n, 1, roundings)
    )
