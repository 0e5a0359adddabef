"""Controlled rounding of counts to multiples of a base, and what a reader can infer from it.

Handbook on Statistical Disclosure Control (2nd edition), chapter 5. Zero-restricted: a multiple of
the base stays, any other count goes to one of its two neighbours.
"""

from __future__ import annotations

from readiness.errors import StatisticsError


def restricted_values(count: int, base: int) -> tuple[int, ...]:
    """The values that zero-restricted controlled rounding may give a count."""
    if base < 1 or count < 0:
        raise StatisticsError(f"count {count}, base {base}: expected 0 or more and 1 or more.")
    below = count - count % base
    return (count,) if count == below else (below, below + base)


def true_interval(rounded: int, base: int) -> tuple[int, int]:
    """The least and greatest count behind a value rounded to a multiple of the base beside it."""
    if base < 1 or rounded < 0 or rounded % base:
        raise StatisticsError(f"{rounded} is no multiple of the rounding base {base}.")
    return max(0, rounded - (base - 1)), rounded + (base - 1)
