"""Intervals of shares, with or without their ends."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Shares:
    """An interval of shares, with or without its ends."""

    low: Fraction
    high: Fraction
    with_low: bool = True
    with_high: bool = True

    def __contains__(self, share: Fraction) -> bool:
        above = share > self.low or (self.with_low and share == self.low)
        return above and (share < self.high or (self.with_high and share == self.high))

    def meets(self, other: Shares) -> bool:
        """Whether some share lies in both."""
        low = max((self.low, not self.with_low), (other.low, not other.with_low))
        high = min((self.high, self.with_high), (other.high, other.with_high))
        return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])
