"""The disclosure-risk check: which counts could a reader recover from what we publish?

A percentage printed on a known base gives its count away as soon as no other count prints alike:
whole percents do so on every base up to 100, one decimal up to 1000. Hiding the count and printing
the percentage hides nothing. On weighted shares the arithmetic on bases is not valid; what a
reader still knows then are shares of 0 and 1, and bounds from the ratio of the largest to the
smallest weight, which weighting reports print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from readiness.errors import DataError
from readiness.forensics.arithmetic.bases import NEAREST, Convention, SetKind, bases, figure_set
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    Rounding,
    count_interval,
    parse_figure,
    printed,
    share_interval,
)

COLUMNS = ("id", "percent", "base", "weighted")
RATIO = "weight_ratio"


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

    Raises DataError for a figure that cannot be read or a base below 1.
    """
    if base < 1:
        raise DataError(f"base {base}: expected 1 or more.")
    figure = parse_figure(percent)
    found = [count_interval(figure, base, rounding) for rounding in roundings]
    found = [(max(low, 0), min(high, base)) for low, high in found]
    found = [(low, high) for low, high in found if low <= high]
    if not found:
        return Recovered(1, 0)
    return Recovered(min(low for low, _ in found), max(high for _, high in found))


def recover_weighted_count(
    percent: str,
    base: int,
    ratio: Fraction | int,
    roundings: Sequence[Rounding] = NEAREST_ROUNDINGS,
) -> Recovered:
    """The counts out of `base` behind a weighted percentage, given the ratio of extreme weights.

    With weights between w and `ratio` x w, k people out of n have a share between k/(k + (n-k) r)
    and kr/(kr + n-k). A ratio of 1 is the unweighted case. Raises DataError as `recover_count`
    does, and for a ratio below 1.
    """
    if base < 1 or ratio < 1:
        raise DataError(f"base {base}, weight ratio {ratio}: expected 1 or more for both.")
    r = Fraction(ratio)
    ends = [share_interval(parse_figure(percent), rounding) for rounding in roundings]
    low = max(Fraction(0), min(end[0] for end in ends))
    high = min(Fraction(1), max(end[1] for end in ends))
    least = low * base / (r - low * r + low)
    most = high * base * r / (1 - high + high * r)
    return Recovered(-(-least.numerator // least.denominator), most.numerator // most.denominator)


def every_count_recovered(decimals: int, base: int) -> bool:
    """Whether printed percentages give every count away on that base, rounded to the nearest.

    True up to 100 x 10^decimals: two counts are then at least one printed unit apart, and differ.
    """
    for rounding in NEAREST_ROUNDINGS:
        shown: set[int] = set()
        for count in range(base + 1):
            digits = _printed_digits(count, base, decimals, rounding)
            if digits in shown:
                return False
            shown.add(digits)
    return True


def _printed_digits(count: int, base: int, decimals: int, rounding: Rounding) -> int:
    return printed(Fraction(count, base), decimals, rounding).digits


def attack_release(release: pd.DataFrame, small: int = 5) -> pd.DataFrame:
    """What a reader could recover from a release, one row a published percentage.

    `release` has text columns id, percent (as printed), base (unweighted number of answers, empty
    when not published) and weighted (yes or no), and may have weight_ratio (largest to smallest
    weight, such as 4.5; empty when a reader cannot know it). Returns id, percent, base,
    lowest, highest (the possible counts, nullable integers), recovered (the count is unique), small
    (a recovered count or its complement lies in 1..small-1: someone may be recognised), everyone (a
    share of 0 or 1: it speaks of each member of the group), and reason. Raises DataError naming the
    row.
    """
    missing = [column for column in COLUMNS if column not in release.columns]
    if missing:
        raise DataError(f"release: columns {', '.join(missing)} are missing; expected "
                        f"{', '.join(COLUMNS)}.")  # fmt: skip
    ratios = release[RATIO] if RATIO in release.columns else pd.Series("", index=release.index)
    cells = zip(*(release[column] for column in COLUMNS), ratios, strict=True)
    rows = [
        _attack_row(position + 2, *(str(cell) for cell in row), small=small)
        for position, row in enumerate(cells)
    ]
    frame = pd.DataFrame(rows, columns=["id", "percent", "base", "lowest", "highest", "recovered",
                                        "small", "everyone", "reason"])  # fmt: skip
    return frame.astype({"lowest": "Int64", "highest": "Int64"})


def _attack_row(
    row: int,
    name: str,
    percent: str,
    base_text: str,
    weighted: str,
    ratio_text: str,
    *,
    small: int,
) -> tuple[str, str, str, int | None, int | None, bool, bool, bool, str]:
    try:
        figure = parse_figure(percent)
        base = parse_figure(base_text, per=1) if base_text else None
    except DataError as error:
        raise DataError(f"release, row {row} ({name}): {error}") from None
    if base is not None and (base.decimals or not base.digits):
        raise DataError(f"release, row {row} ({name}): base {base_text!r}; expected a whole number "
                        "above 0.")  # fmt: skip
    everyone = figure.digits in (0, figure.scale)
    if base is None:
        return name, percent, "", None, None, False, False, everyone, "base not published"
    if weighted != "no" and not ratio_text:
        # A weighted share of 0 or 1 still means nobody or everybody of the group.
        count = None if not everyone else (0 if figure.digits == 0 else base.digits)
        reason = "share of 0 or 1 of a weighted release" if everyone else "weighted"
        return name, percent, base_text, count, count, everyone, False, everyone, reason
    found = _recover(row, name, percent, base.digits, weighted, ratio_text)
    if not found.possible:
        return name, percent, base_text, None, None, False, False, everyone, "no count fits"
    near = {found.low, base.digits - found.low}
    risky = found.unique and any(0 < count < small for count in near)
    reason = "one count fits" if found.unique else "several counts fit"
    return (name, percent, base_text, found.low, found.high, found.unique, risky, everyone, reason)


def _recover(
    row: int, name: str, percent: str, base: int, weighted: str, ratio_text: str
) -> Recovered:
    if weighted == "no":
        return recover_count(percent, base)
    try:
        return recover_weighted_count(percent, base, Fraction(ratio_text))
    except (ValueError, ZeroDivisionError):
        raise DataError(
            f"release, row {row} ({name}): weight_ratio {ratio_text!r}; expected a number such as "
            "4.5, 1 or more."
        ) from None


def recover_base(
    percents: Sequence[str], n_max: int, allowed: Sequence[Convention] = NEAREST
) -> list[int]:
    """The bases that an exhaustive set of percentages leaves possible when none is published."""
    return bases(figure_set(list(percents), SetKind.EXHAUSTIVE), n_max, allowed)
