"""A published figure as an exact object: its digits, its decimals, and the counts it allows.

"67" on 18 answers can be 12 of 18 and nothing else; "67" on 32 answers can be no count at all.
Everything here is integer arithmetic, so the answer is a fact and not an approximation.

With X the digits of the figure as one integer, d its decimals and D = 100 x 10^d (10^d for a mean),
a count k out of n shows as that figure when

    half-up      n(2X-1) <= 2Dk <  n(2X+1)
    half-down    n(2X-1) <  2Dk <= n(2X+1)
    half-even    both ends included if X is even, none if X is odd
    truncation   nX      <=  Dk <  n(X+1)
    ceiling      n(X-1)  <   Dk <= nX
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from readiness.arrays import IntArray
from readiness.errors import DataError
from readiness.patterns import write_out

MAX_DECIMALS = 6
MAX_DIGITS = 12
# Parts of a whole in a percentage; a mean uses 1 instead.
PERCENT = 100

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
# Direction marks that word processors leave around numbers in Arabic text.
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2069\ufeff"))
_SPACES = " \t\u00a0\u202f\u2009"
_PERCENT_SIGNS = "%٪﹪％"
_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?")


class Rounding(StrEnum):
    """How a share became the figure that was printed."""

    HALF_UP = "half_up"
    HALF_DOWN = "half_down"
    HALF_EVEN = "half_even"
    TRUNCATION = "truncation"
    CEILING = "ceiling"


# The three ways to round to the nearest value; they differ at exact halves only.
NEAREST_ROUNDINGS = (Rounding.HALF_UP, Rounding.HALF_DOWN, Rounding.HALF_EVEN)


@dataclass(frozen=True)
class PrintedFigure:
    """A number as printed, `digits` / 10^`decimals`; `per`: 100 of a percentage, 1 of a mean."""

    digits: int
    decimals: int
    per: int = PERCENT

    @property
    def scale(self) -> int:
        """D: what a share of 1 (or a mean of 1) is in units of the last printed digit."""
        return int(self.per * 10**self.decimals)

    @property
    def share(self) -> Fraction:
        """The figure taken literally, as a share of 1 (or as a mean)."""
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
    `signed` allows a minus (means); `above_whole` allows percentages above 100 (multi-response
    sums).
    Raises DataError, saying what was expected, for anything else: "~60", ">66", "", "-5", "6e1".
    """
    cleaned = text.translate(_MARKS).translate(_DIGITS).strip(_SPACES)
    if per == PERCENT and cleaned[-1:] and cleaned[-1] in _PERCENT_SIGNS:
        cleaned = cleaned[:-1].rstrip(_SPACES)
    cleaned = write_out(cleaned.replace("\u2212", "-"))
    match = _NUMBER.fullmatch(cleaned)
    if match is None:
        raise DataError(f"{text!r} is not a figure: {_explain_refusal(cleaned)}")
    part = match["part"] or ""
    if len(part) > MAX_DECIMALS or len(match["whole"]) + len(part) > MAX_DIGITS:
        raise DataError(
            f"{text!r} has too many digits: at most {MAX_DECIMALS} decimals, {MAX_DIGITS} digits."
        )
    digits = int(match["whole"] + part)
    if match["sign"]:
        if not signed:
            raise DataError(f"{text!r} is negative: a percentage or a count is 0 or more.")
        digits = -digits
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
    """An interval of shares, with or without its ends."""

    low: Fraction
    high: Fraction
    with_low: bool = True
    with_high: bool = True

    def __contains__(self, share: Fraction) -> bool:
        above = share > self.low or (self.with_low and share == self.low)
        return above and (share < self.high or (self.with_high and share == self.high))

    @property
    def within_unit(self) -> ShareInterval:
        """What of it lies between 0 and 1."""
        low, high = max(self.low, Fraction(0)), min(self.high, Fraction(1))
        return ShareInterval(
            low, high, self.with_low or self.low < 0, self.with_high or self.high > 1
        )

    def meets(self, other: ShareInterval) -> bool:
        """Whether some share lies in both."""
        low = max((self.low, not self.with_low), (other.low, not other.with_low))
        high = min((self.high, self.with_high), (other.high, other.with_high))
        return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])


def count_interval(figure: PrintedFigure, n: int, rounding: Rounding) -> tuple[int, int]:
    """The counts k for which k out of n shows as `figure`: (lowest, highest), empty if they cross.

    O(1). Not clipped to 0..n: a mean, or a percentage of a multi-response sum, may exceed the base.
    """
    low, high, with_low, with_high = ends(figure.digits, rounding)
    lowest, highest = counts_between(n, low, high, 2 * figure.scale, with_low, with_high)
    return int(lowest), int(highest)


# How far, in half last digits, a share may lie from its figure, and which ends belong.
_ENDS = {
    Rounding.HALF_UP: (-1, 1, True, False),
    Rounding.HALF_DOWN: (-1, 1, False, True),
    Rounding.TRUNCATION: (0, 2, True, False),
    Rounding.CEILING: (-2, 0, False, True),
}


def ends(digits: int, rounding: Rounding) -> tuple[int, int, bool, bool]:
    """The interval of twice the share, in last digits, that shows so, and which ends belong."""
    even = digits % 2 == 0
    low, high, with_low, with_high = _ENDS.get(rounding, (-1, 1, even, even))
    return 2 * digits + low, 2 * digits + high, with_low, with_high


def counts_between(
    n: Any, low: Any, high: Any, divisor: int, with_low: bool, with_high: bool
) -> Any:
    """The lowest and highest k with n*low <= divisor*k <= n*high; integers or integer arrays."""
    lowest = -(-(n * low) // divisor) if with_low else (n * low) // divisor + 1
    highest = (n * high) // divisor if with_high else -(-(n * high) // divisor) - 1
    return lowest, highest


def count_intervals(
    figure: PrintedFigure, n_max: int, rounding: Rounding
) -> tuple[IntArray, IntArray]:
    """`count_interval` for every base 0..n_max at once: two int64 arrays indexed by the base.

    Index 0 holds an empty interval. int64 stays exact here: n_max x 2(X+1) is checked to fit.
    """
    low, high, with_low, with_high = ends(figure.digits, rounding)
    if n_max * (abs(high) + 2) >= 2**62:
        raise DataError(f"{figure} up to {n_max} answers is beyond exact 64-bit arithmetic.")
    n = np.arange(n_max + 1, dtype=np.int64)
    lowest, highest = counts_between(n, low, high, 2 * figure.scale, with_low, with_high)
    lowest[0], highest[0] = 1, 0
    return lowest, highest


def shares_of(figure: PrintedFigure, rounding: Rounding) -> ShareInterval:
    """The real shares that show as `figure`."""
    low, high, *included = ends(figure.digits, rounding)
    return ShareInterval(
        Fraction(low, 2 * figure.scale), Fraction(high, 2 * figure.scale), *included
    )


def print_share(
    share: Fraction, decimals: int, rounding: Rounding, per: int = PERCENT
) -> PrintedFigure:
    """The figure that a share prints as, with that many decimals."""
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
