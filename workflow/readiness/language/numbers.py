"""Write numbers for readers of a language.

One rule for every publishable number, so that a text can be checked against a value: it is rounded
by `language.rounding`, and the decimal is written with the symbols of the Unicode CLDR (through
Babel), in the locale and the digits that the language's catalogue names (`language.locale`:
Moroccan Arabic has a decimal comma; `language.numbering`: `latn` or `arab`), with groups of
thousands, the language's spaces, and the marks that keep `%` and signs on the right side of a
number inside Arabic text.

Two departures from CLDR, both typographic: minus is U+2212, not a hyphen, and a number that rounds
to zero has no sign. Counts are written with all their digits, always grouped by thousands; a
`number` is grouped from five digits on, for one of four may be a year.
"""

import decimal
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from readiness.ground.errors import RenderError
from readiness.language.catalogue import Language, form, locale, typeset
from readiness.language.rounding import Amount, check, exact_value, round_half, scale_to_unit

_NBSP = "\N{NO-BREAK SPACE}"
# Relation of a p-value to the printed bound, where only a band is published.
_RELATIONS = {"p_below": "<", "p_not_below": "\N{GREATER-THAN OR EQUAL TO}"}


def number(
    value: Amount,
    unit: str,
    digits: int,
    language: Language,
    rounding: str = "half_even",
    *,
    noun: bool = True,
) -> str:
    """Return the text of a number in a language; `noun`: with the noun of its unit ("points").

    Units, and what `value` is in each (examples at one decimal, or three for p):

    - `share`: 0 to 1, shown as a percentage: "67,3 %", "67.3%"
    - `points`: a difference of two shares, -1 to 1, shown in percentage points, always with its
      sign: "+12,3 points"
    - `p`: a p-value, 0 to 1, shown with its relation: "p = 0,012". Below the smallest number that
      `digits` decimals can show it is "p < 0,001", above the largest below one "p > 0,999"; the
      comparison is made on the value, not on the rounded text, so 0.0006 is "< 0,001".
    - `p_below`, `p_not_below`: a p-value of which only that is told, 0 to 1: "p < 0,05", "p ≥ 0,05"
    - `count`: persons or a weighted total, 0 or more: "12 345"
    - `base`: an unweighted number of answers, a whole number, 0 or more: "57"
    - `number`: any other number, with a minus where it is negative: "−1,25"

    `digits` is the number of decimals shown (0 to 9; 0 for a base, at least 1 for p). Raises
    StatisticsError when the value is missing, infinite, out of its unit's range, or when unit,
    digits or rounding are not of the rule.
    """
    exact = exact_value(value, digits)
    check(exact, unit, digits, rounding)
    return _write_exact(exact, unit, digits, rounding, language, noun=noun)


def whole(count: int, language: Language) -> str:
    """Return a whole number, grouped by thousands."""
    return _sign_number(Decimal(count), language)


def percentage(share: Fraction, language: Language) -> str:
    """Return a share (0 to 1) in percent without the sign ("18,4"): one decimal, half to even."""
    percent = share * 100
    if percent.denominator == 1:
        return _sign_number(Decimal(int(percent)), language)
    # A Fraction is rounded half to even.
    return _sign_number(Decimal(round(percent * 10)).scaleb(-1), language)


def print_figure(figure: str, language: Language) -> str:
    """Return a figure as printed somewhere ("67.5"), with all its decimals; other texts
    unchanged.
    """
    try:
        return _sign_number(Decimal(figure), language)
    except decimal.InvalidOperation:
        return figure


def percent(shown: str, language: Language) -> str:
    """Return the text of a number with the language's percent sign."""
    tail = str(locale(language).percent_formats[None].pattern).replace("#,##0", "")
    # Babel writes the pattern's own "%"; CLDR's symbol for Arabic carries direction marks.
    return typeset(shown + tail.replace("%", _find_symbol(language, "percentSign")), language)


def day(iso: str, language: Language) -> str:
    """Return a date (2024-03-05) in words: "5 mars 2024". Raises RenderError if it is no date."""
    try:
        parsed_date = date.fromisoformat(iso)
    except ValueError:
        raise RenderError(f"{iso!r} is not a date (YYYY-MM-DD).") from None
    written = format_date(parsed_date, format="long", locale=locale(language))
    if form("language.numbering", language) == "latn":
        return written
    return written.translate({ord(str(digit)): whole(digit, language) for digit in range(10)})


# Most numbers of a report are written several times: on its page, in its tables, in checks.
@lru_cache(maxsize=100_000)
def _write_exact(
    exact: Decimal, unit: str, digits: int, rounding: str, language: Language, *, noun: bool = True
) -> str:
    if unit == "p":
        return _write_p(exact, digits, rounding, language)
    if unit in _RELATIONS:
        bound = _sign_number(round_half(exact, digits, rounding), language)
        return f"p{_NBSP}{_RELATIONS[unit]}{_NBSP}{bound}"
    rounded = round_half(scale_to_unit(exact, unit), digits, rounding)
    if unit == "share":
        return percent(_sign_number(rounded, language), language)
    # A `number` is grouped by thousands from 10,000 on.
    if unit == "number" and abs(rounded) < 10_000:
        return _sign_number(rounded, language, grouped=False)
    shown = _sign_number(rounded, language, plus=unit == "points")
    if unit == "points" and noun:
        shown += _NBSP + form("language.points", language, abs(rounded))
    return shown


def _write_p(exact: Decimal, digits: int, rounding: str, language: Language) -> str:
    step = Decimal(1).scaleb(-digits)
    if exact < step:
        relation, shown = "<", step
    elif 1 - step < exact < 1:
        relation, shown = ">", 1 - step
    else:
        relation, shown = "=", round_half(exact, digits, rounding)
    return f"p{_NBSP}{relation}{_NBSP}{_sign_number(shown, language)}"


def _sign_number(
    number: Decimal, language: Language, *, plus: bool = False, grouped: bool = True
) -> str:
    decimals = max(0, -int(number.as_tuple().exponent))
    pattern = ("#,##0" if grouped else "0") + "." * bool(decimals) + "0" * decimals
    digits = format_decimal(
        abs(number),
        format=pattern,
        locale=locale(language),
        numbering_system=form("language.numbering", language),
    )
    if number < 0:
        return _find_symbol(language, "minusSign").replace("-", "\N{MINUS SIGN}") + digits
    return (_find_symbol(language, "plusSign") if plus and number > 0 else "") + digits


def _find_symbol(language: Language, name: str) -> str:
    return str(locale(language).number_symbols[form("language.numbering", language)][name])
