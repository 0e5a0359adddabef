"""What must hold of published shares for a sentence of them to be true, in reports and charts."""

from collections.abc import Iterable
from fractions import Fraction

from readiness.forensics.arithmetic.phrases import ABOUT_HALF

HALF = 0.5


def compare_with_half(lower: float, upper: float, digits: int) -> str:
    """Whether all that a share can be is a `majority`, a `minority` or about `half`; else "".

    By the limits as they are printed, in per cent with `digits` decimals: who reads "between 50.0%
    and 60.8%" reads of no majority.
    """
    lower, upper = round(lower, digits + 2), round(upper, digits + 2)
    if lower > HALF:
        return "majority"
    if upper < HALF:
        return "minority"
    ends = (Fraction(str(end)) for end in (lower, upper))
    return "half" if all(end in ABOUT_HALF for end in ends) else ""


def bound_hidden_share(shares: Iterable[float | None], *, exclusive: bool) -> float:
    """The largest share that an answer which is not shown can have, by what is shown; 0 for none.

    `exclusive`: whether each person gave one answer, so that shares add to 1.
    """
    known = list(shares)
    if None not in known:
        return 0.0
    return 1.0 - sum(share or 0.0 for share in known) if exclusive else 1.0
