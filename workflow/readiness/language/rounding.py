"""Round publishable numbers: one rule from a value to a decimal.

The value is taken at 10 significant digits (more where more are shown) and becomes a `Decimal`: of
the 12 digits in a register the last ones depend on the processor, and must not decide a tie. It is
scaled exactly (shares and points by 100) and rounded once, to the declared number of decimals, half
to even or half up (away from zero); binary floats are never rounded. No language is involved:
`language.numbers` writes the decimal.
"""

import decimal
import numbers
from collections.abc import Mapping
from decimal import Decimal

from readiness.ground.decimals import SIGNIFICANT_DIGITS
from readiness.ground.errors import StatisticsError

# Significant digits of a value that a text is made from.
PRECISION = 10

# Units of a value; see `numbers.number`.
UNITS = ("share", "count", "number", "p", "p_below", "p_not_below", "points", "base")

# The rounding rules by name.
ROUNDINGS: Mapping[str, str] = {
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_up": decimal.ROUND_HALF_UP,
}

Amount = float | int | str | Decimal


def round_value(value: Amount, unit: str, digits: int, rounding: str = "half_even") -> Decimal:
    """Return the number that `number` shows, as an exact decimal in shown units (percent for a
    share).

    For checks, and for marks that must agree with their label. Raises StatisticsError as `number`
    does.
    """
    exact = exact_value(value, digits)
    check(exact, unit, digits, rounding)
    return round_half(scale_to_unit(exact, unit), digits, rounding)


def round_amount(value: Amount, digits: int, rounding: str) -> Decimal:
    """Return a value of any unit, in its own scale, rounded as `number` rounds: no sign on a zero.

    Raises StatisticsError for a value that is missing, infinite or no number.
    """
    return round_half(exact_value(value, digits), digits, rounding)


def exact_value(value: Amount, digits: int) -> Decimal:
    """Return the value at `PRECISION` significant digits, or as many as are shown; integers whole.

    Raises StatisticsError for a value that is missing, infinite, above 10^31 or no number.
    """
    try:
        if isinstance(value, numbers.Integral):
            exact = Decimal(int(value))
        elif isinstance(value, str | Decimal):
            exact = Decimal(value)
        else:
            exact = Decimal(format(float(value), f".{SIGNIFICANT_DIGITS}g"))
    except (TypeError, ValueError, decimal.InvalidOperation):
        raise StatisticsError(f"display: {value!r} is not a number.") from None
    if not exact.is_finite():
        raise StatisticsError(
            f"display: the value is {exact}: a missing number has no text; mark it suppressed."
        )
    if exact.adjusted() > 30:
        raise StatisticsError(f"display: {exact} is too large to be a result of a survey.")
    if exact == exact.to_integral_value():
        return exact
    shown = exact.adjusted() + 1 + digits
    return decimal.Context(prec=min(max(PRECISION, shown), SIGNIFICANT_DIGITS)).plus(exact)


_RANGES: Mapping[str, tuple[int, int | None]] = {
    "share": (0, 1),
    "points": (-1, 1),
    "p": (0, 1),
    "p_below": (0, 1),
    "p_not_below": (0, 1),
    "count": (0, None),
    "base": (0, None),
}


def check(exact: Decimal, unit: str, digits: int, rounding: str) -> None:
    """Raise StatisticsError for an unknown unit or rounding, or a value or digits out of range."""
    for label, name, accepted in (("unit", unit, UNITS), ("rounding", rounding, ROUNDINGS)):
        if name not in accepted:
            known = ", ".join(accepted)
            raise StatisticsError(f"display: {label} {name!r} unknown; expected one of {known}.")
    fewest, largest = 1 if unit == "p" else 0, 0 if unit == "base" else 9
    if not fewest <= digits <= largest:
        raise StatisticsError(
            f"display: {digits} decimals for unit {unit!r}; expected {fewest} to {largest}."
        )
    low, high = _RANGES.get(unit, (None, None))
    if (low is not None and exact < low) or (high is not None and exact > high):
        upper = "" if high is None else f" to {high}"
        raise StatisticsError(f"display: {exact} is out of range for unit {unit!r} ({low}{upper}).")
    if unit == "base" and exact != exact.to_integral_value():
        raise StatisticsError(f"display: base {exact} is not a whole number of answers.")


def scale_to_unit(exact: Decimal, unit: str) -> Decimal:
    """Return a value in its shown unit: percent for a share, points for a difference."""
    return exact.scaleb(2) if unit in ("share", "points") else exact


def round_half(exact: Decimal, digits: int, rounding: str) -> Decimal:
    """Return the decimal, rounded by the rule; a zero has no sign."""
    context = decimal.Context(prec=60, rounding=ROUNDINGS[rounding])
    rounded = exact.quantize(Decimal(1).scaleb(-digits), context=context)
    return abs(rounded) if rounded.is_zero() else rounded  # no negative zero
