"""Write decimal numbers as text, and how many of their digits are kept."""

import re
from decimal import Context, Decimal

# Significant digits of a float in every table: these agree on all processors.
SIGNIFICANT_DIGITS = 12
# Significant digits of a decimal that a double keeps; largest number of decimals in a range.
DOUBLE_DIGITS = 15


def write_out(text: str) -> str:
    """Return a number in scientific notation, as R and Excel write it (`1e+05`, `2,5E-01`), in
    plain digits; any other text unchanged.
    """
    found = re.fullmatch(r"([+-]?[0-9](?:[.,][0-9]{1,17})?)[eE]([+-][0-9]{2,3})", text)
    if found is None:
        return text
    return f"{Decimal(found[1].replace(',', '.')).scaleb(int(found[2])):f}"


def shorten_decimal(number: str) -> str:
    """Return a decimal without the error of a double: 0.98740000000000006 becomes 0.9874."""
    kept = Context(prec=DOUBLE_DIGITS).create_decimal(number)
    tiny = kept.adjusted() < 0
    plain = f"{round(kept, DOUBLE_DIGITS) if tiny else kept:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
