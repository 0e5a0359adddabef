"""Decimal numbers as text: how many digits are kept, and how they are written."""

import re
from decimal import Context, Decimal

# Of a number that is no integer, in every table: what a processor computes alike.
SIGNIFICANT_DIGITS = 12
# Digits that a double keeps of any decimal; places behind the point that a range can have.
DOUBLE_DIGITS = 15


def write_out(text: str) -> str:
    """A number as R and Excel shorten it (`1e+05`, `2,5E-01`) in its digits; else the text."""
    found = re.fullmatch(r"([+-]?[0-9](?:[.,][0-9]{1,17})?)[eE]([+-][0-9]{2,3})", text)
    if found is None:
        return text
    return f"{Decimal(found[1].replace(',', '.')).scaleb(int(found[2])):f}"


def shorten_decimal(number: str) -> str:
    """A decimal without what a table of doubles adds: 0.98740000000000006 is 0.9874."""
    kept = Context(prec=DOUBLE_DIGITS).create_decimal(number)
    tiny = kept.adjusted() < 0
    plain = f"{round(kept, DOUBLE_DIGITS) if tiny else kept:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
