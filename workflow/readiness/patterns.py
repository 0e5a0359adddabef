"""What names, versions, dates and numbers look like; no models, which take long to build."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Context, Decimal

# Of a number that is no integer, in every table: what a processor computes alike.
SIGNIFICANT_DIGITS = 12
# Digits that a double keeps of any decimal; places behind the point that a range can have.
DOUBLE_DIGITS = 15

NAME = r"^[a-z0-9][a-z0-9-]{0,99}$"
ITEM = r"^[a-z][a-z0-9_]*$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$"
# What a questionnaire is written in that does not say so: so it is in the sealed ones.
WRITTEN_IN = "fr"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
VERSION = r"^\w[\w.-]{0,99}$"
DATASET = r"^[a-z0-9][a-z0-9-]{0,99}@\w[\w.-]{0,99}$"
KEY = r"^[0-9a-f]{16}$"
ORCID = r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$"
# Of a number of telephones or papers: `#` a digit, `@` a capital letter, `[5-7]` one of these.
TEMPLATE = r"^(?:[+A-Z0-9#@]|\[[0-9]-[0-9]\]){3,40}$"
# Control characters, and those that turn the direction of whatever stands behind them: in no text
# for readers. What marks a direction alone (U+200E, U+200F) may stand there.
TURNING = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
WORDS = {
    NAME: "a name of at most 100 lower-case letters, digits and hyphens",
    ITEM: "a name of lower-case letters, digits and underscores",
    LANGUAGE: "the code of a language, as fr or pt-BR",
    DATE: 'a date in quotes, "YYYY-MM-DD"',
    KEY: "the name of a key, 16 hexadecimal digits",
    ORCID: "an ORCID, as 0000-0002-1825-0097",
    TEMPLATE: "3 to 40 of `#` (a digit), `@` (a letter), `[5-7]`, digits, capitals and +",
    DATASET: "a dataset version, as name@1",
    VERSION: "a text of at most 100 letters, digits, points and hyphens, in quotes",
}


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


def find_repeated(values: Iterable[str]) -> list[str]:
    """What is given more than once, sorted."""
    return sorted(value for value, count in Counter(values).items() if count > 1)


def refuse_repeated(what: str, values: Iterable[str]) -> None:
    """ValueError naming the first value that is given more than once."""
    if twice := find_repeated(values):
        raise ValueError(f"{what} {twice[0]!r} is given twice")
