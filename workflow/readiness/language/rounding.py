"""The rounding rule of every publishable number: which decimal stands for a value.

The value is taken at 10 significant digits (more where more are shown) and becomes a `Decimal`: of
the 12 that a register holds the last are a processor's, and must not decide a tie. It is scaled
exactly (shares and points by 100) and rounded once, to the declared number of decimals, half to
even or half up (away from zero); binary floats are never rounded. No language is needed for it:
`language.numbers` writes the decimal down.
"""

import decimal
import numbers
from collections.abc import Mapping
from decimal import Decimal

from readiness.ground.decimals import SIGNIFICANT_DIGITS
from readiness.ground.errors import StatisticsError

# The significant digits that a text is taken from.
PRECISION = 10

# What a value measures; see `numbers.number`.
UNITS = ("share", "count", "number", "p", "p_below", "p_not_below", "points", "base")

# The rounding rules by name.
ROUNDINGS: Mapping[str, str] = {
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_up": decimal.ROUND_HALF_UP,
}

Amount = float | int | str | Decimal


def round_value(value: Amount, unit: str, digits: int, rounding: str = "half_even") -> Decimal:
    """The number that `number` shows, as an exact decimal in shown units (percent for a share).

    For checks and for marks that must agree with their label. Raises as `number` does.
    """
    exact = exact_value(value, digits)
    check(exact, unit, digits, rounding)
    return round_half(scale_to_unit(exact, unit), digits, rounding)


def round_amount(value: Amount, digits: int, rounding: str) -> Decimal:
    """A value of any unit, in its own scale, rounded as `number` rounds: no sign on a zero."""
    return round_half(exact_value(value, digits), digits, rounding)


def exact_value(value: Amount, digits: int) -> Decimal:
    """The value at `PRECISION` significant digits, or as many as are shown; integers whole."""
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
    """StatisticsError where a value is none of its unit, or digits or rounding none of the rule."""
    for what, name, all_of in (("unit", unit, UNITS), ("rounding", rounding, ROUNDINGS)):
        if name not in all_of:
            known = ", ".join(all_of)
            raise StatisticsError(f"display: {what} {name!r} unknown; expected one of {known}.")
    least, most = 1 if unit == "p" else 0, 0 if unit == "base" else 9
    if not least <= digits <= most:
        raise StatisticsError(
            f"display: {digits} decimals for unit {unit!r}; expected {least} to {most}."
        )
    low, high = _RANGES.get(unit, (None, None))
    if (low is not None and exact < low) or (high is not None and exact > high):
        upper = "" if high is None else f" to {high}"
        raise StatisticsError(f"display: {exact} is out of range for unit {unit!r} ({low}{upper}).")
    if unit == "base" and exact != exact.to_integral_value():
        raise StatisticsError(f"display: base {exact} is not a whole number of answers.")


def scale_to_unit(exact: Decimal, unit: str) -> Decimal:
    """A value in the unit in which it is shown: percent for a share."""
    return exact.scaleb(2) if unit in ("share", "points") else exact


def round_half(exact: Decimal, digits: int, rounding: str) -> Decimal:
    """The decimal, rounded by the rule; a zero has no sign."""
    context = decimal.Context(prec=60, rounding=ROUNDINGS[rounding])
    rounded = exact.quantize(Decimal(1).scaleb(-digits), context=context)
    return abs(rounded) if rounded.is_zero() else rounded  # no negative zero
