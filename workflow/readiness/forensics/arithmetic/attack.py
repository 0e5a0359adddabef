"""The disclosure-risk check: which counts could a reader recover from what we publish?

A percentage printed on a known base gives its count away as soon as no other count prints alike:
whole percents do so on every base up to 100, one decimal up to 1000. Hiding the count and printing
the percentage hides nothing. On weighted shares the arithmetic on bases is not valid; what a
reader still knows then are shares of 0 and 1, and bounds from the ratio of the largest to the
smallest weight, which weighting reports print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    Rounding,
    count_interval,
    parse_figure,
    shares_of,
)

FOUND = ("id", "percent", "base", "lowest", "highest", "recovered", "small", "everyone", "reason")
"""Columns of what is found: one row a published percentage."""


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


def recover_weighted_count(percent: str, base: int, ratio: Fraction | int) -> Recovered:
    """The counts out of `base` behind a weighted percentage, given the ratio of extreme weights.

    With weights between w and `ratio` x w, k people out of n have a share between k/(k + (n-k) r)
    and kr/(kr + n-k). A ratio of 1 is the unweighted case. Raises DataError for a figure that
    cannot be read.
    """
    r = Fraction(ratio)
    ends = [shares_of(parse_figure(percent), rounding) for rounding in NEAREST_ROUNDINGS]
    low = max(Fraction(0), min(end.low for end in ends))
    high = min(Fraction(1), max(end.high for end in ends))
    least = low * base / (r - low * r + low)
    most = high * base * r / (1 - high + high * r)
    return Recovered(-(-least.numerator // least.denominator), most.numerator // most.denominator)


def attack_release(release: pd.DataFrame, small: int) -> pd.DataFrame:
    """What a reader could recover from a release, one row a published percentage.

    `release` has text columns id, percent (as printed), base (unweighted number of answers, empty
    when not published), weighted (yes or no), and weight_ratio (largest to smallest weight; empty
    when a reader cannot know it). Returns `FOUND`: lowest, highest (the possible counts, nullable
    integers), recovered (the count is unique), small (a recovered count or its complement lies in
    1..small-1: someone may be recognised), everyone (a share of 0 or 1: it speaks of each member of
    the group), and reason.
    """
    rows = [{**row, **_attack(row, small)} for row in release.to_dict("records")]
    frame = pd.DataFrame(rows, columns=list(FOUND))
    return frame.astype({"lowest": "Int64", "highest": "Int64"})


def _attack(row: Mapping[Any, str], small: int) -> dict[str, Any]:
    """The columns of what is found of one percentage."""
    percent, base = row["percent"], int(row["base"] or 0)
    figure = parse_figure(percent)
    unknown = {"recovered": False, "small": False, "everyone": figure.digits in (0, figure.scale)}
    if not base:
        return unknown | {"reason": "base not published"}
    if row["weighted"] == "no":
        found = recover_count(percent, base)
    elif row["weight_ratio"]:
        found = recover_weighted_count(percent, base, Fraction(row["weight_ratio"]))
    elif not unknown["everyone"]:
        return unknown | {"reason": "weighted"}
    else:
        # A weighted share of 0 or 1 still means nobody or everybody of the group.
        count = base if figure.digits else 0
        reason = "share of 0 or 1 of a weighted release"
        return unknown | {"lowest": count, "highest": count, "recovered": True, "reason": reason}
    if not found.possible:
        return unknown | {"reason": "no count fits"}
    counts = {"lowest": found.low, "highest": found.high, "recovered": found.unique}
    near = any(0 < count < small for count in (found.low, base - found.low))
    reason = "one count fits" if found.unique else "several counts fit"
    return unknown | counts | {"small": found.unique and near, "reason": reason}
