"""Which counts a percentage printed on a known base leaves possible.

It gives its count away as soon as no other count prints alike: whole percents do so on every base
up to 100, one decimal up to 1000. Hiding the count and printing the percentage hides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    Rounding,
    count_interval,
    parse_figure,
)


@dataclass(frozen=True)
class Recovered:
    """The counts that a printed percentage on a known base leaves possible."""

    low: int
    high: int

    @property
    def unique(self) -> bool:
        """Whether the count is given away."""
        return self.low == self.high

    @property
    def possible(self) -> bool:
        """Whether any count shows as the figure: if not, the share is weighted, or misprinted."""
        return self.low <= self.high


def recover_count(
    percent: str, base: int, roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> Recovered:
    """The counts out of `base` that can print as `percent` under one of the roundings.

    Raises DataError for a figure that cannot be read.
    """
    figure = parse_figure(percent)
    found = [count_interval(figure, base, rounding) for rounding in roundings]
    fitting = [(max(low, 0), min(high, base)) for low, high in found if low <= min(high, base)]
    if not fitting:
        return Recovered(1, 0)
    return Recovered(min(low for low, _ in fitting), max(high for _, high in fitting))
