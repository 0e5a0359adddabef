"""When two numbers are the same number: the one rule of audits, reproductions, diffs and tests.

Two values are the same when they are equal to a relative 1e-9, or to an absolute 1e-12 beside zero,
and when the published text is one that the recomputed value gives. At a rounding boundary a value
gives both texts: it may be moved by the same 1e-9 before it is rounded. Processors and builds of
BLAS and numpy differ in the last bits of a sum; a result of a survey is known to far fewer digits.

Spaces, direction marks, and which minus or percent sign a language writes are typography. Decimal
commas and points are not: a reader takes another number from them.

See docs/auditing.md, "The same number".
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from readiness.language.rounding import ROUNDINGS, rounded

RELATIVE = 1e-9
"""How far two values may be apart, relative to the larger one, to be the same."""
BESIDE_ZERO = 1e-12
"""The same as an absolute distance: what is left of a difference of two equal numbers."""

# What float() takes besides (underscores, blanks, digits of other scripts, "nan") is no number.
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
# Direction marks of the CLDR's number patterns. No embedding or override: it would move the digits.
_UNSEEN = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
_SIGNS = str.maketrans({"\u2212": "-", "\u2011": "-", "\u066a": "%"})


def number(text: str) -> float | None:
    """The number that a cell holds, or None where it holds none."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def close(first: float, second: float) -> bool:
    """Whether two values are one, but for the last bits of a processor's sums."""
    return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=BESIDE_ZERO)


def same_cell(first: str, second: str) -> bool:
    """Whether two cells hold the same number, or the same text where one holds none."""
    if first == second:
        return True
    values = number(first), number(second)
    return None not in values and close(*values)  # type: ignore[arg-type]


def plain(text: str) -> str:
    """A display text without its typography: what has to be the same wherever it is written."""
    kept = (char for char in text.translate(_UNSEEN) if unicodedata.category(char) != "Zs")
    return "".join(kept).translate(_SIGNS)


def gives(value: float, figure: str, digits: int, rounding: str = "half_even") -> bool:
    """Whether a value, rounded to `digits` decimals, is the figure that was published.

    For a ledger that holds what was published and no digit more: `figure` is its cell.
    """
    published = number(figure)
    if published is None or rounding not in ROUNDINGS:
        return False
    stated = Decimal(figure)
    return any(rounded(near, digits, rounding) == stated for near in (value, *around(value)))


def around(value: float) -> Iterator[float]:
    """The value moved as far as the same one may be."""
    for moved in (value * RELATIVE, BESIDE_ZERO):
        yield value - moved
        yield value + moved
