"""Compare the numbers of a text with the published ones: what is each number of?

A number is found by its digits, and among numbers with the same digits by the words around it. The
result says what the number is of, and never that the text is right.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

# Letters at a word's beginning that two forms of it share.
STEM = 5
MOST_SHOWN = 3
# Units of the register: shares, and numbers of people or answers.
SHARE, COUNTS = "share", ("count", "base")
# Kind of the numbers that a report states, and kinds of the limits around them.
ESTIMATE, LIMITS = "estimate", ("interval", "bound")


class Quoted(StrEnum):
    """How a number of a text stands to the published ones."""

    PUBLISHED = "as published"
    ROUNDED = "rounded"
    OTHER = "of another group or question"
    LIMIT = "only as a limit"
    NOT_OURS = "not ours"


@dataclass(frozen=True)
class PublishedNumber:
    """A published number: its name, labels, and digits as displayed, a share in percent."""

    name: str
    words: str
    shown: Decimal
    is_share: bool
    is_estimate: bool
    is_limit: bool


@dataclass(frozen=True)
class Quotation:
    """A number of a text, and the published numbers with its digits, the nearest in words first.

    `nearest`: for `OTHER`, the number that the words are nearest to.
    """

    printed: str
    how: Quoted
    of: tuple[PublishedNumber, ...] = ()
    nearest: PublishedNumber | None = None


def read_published(
    publication: str, rows: Sequence[Mapping[str, str]], words: Mapping[str, str]
) -> Iterator[PublishedNumber]:
    """Yield the shares and counts of a publication that are displayed."""
    for row in rows:
        is_share = row["unit"] == SHARE
        if row["suppressed"] == "true" or row["unit"] not in (SHARE, *COUNTS):
            continue
        try:
            value = Decimal(row["value"]) * (100 if is_share else 1)
            digits = int(row["digits"] or 0)
            shown = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        except (InvalidOperation, ValueError):
            continue
        name = f"{publication}/{row['id']}"
        labels, kind = words.get(row["id"], ""), row["kind"]
        yield PublishedNumber(name, labels, shown, is_share, kind == ESTIMATE, kind in LIMITS)


def quote(
    printed: str, context: str, published: Sequence[PublishedNumber], *, is_share: bool
) -> Quotation:
    """Return what a printed number is of. `context`: the sentence around it."""
    value = Decimal(printed)
    comparable = [number for number in published if number.is_share == is_share]
    said = _stems(context)

    def nearness(number: PublishedNumber) -> tuple[int, int, bool, str]:
        own = _stems(number.words)
        # The most shared words, then the fewest that the sentence lacks, then estimates.
        return -len(own & said), len(own - said), not number.is_estimate, number.name

    same = [n for n in comparable if n.shown == value and _decimals(n.shown) == _decimals(value)]
    how = Quoted.PUBLISHED
    if not same:
        how, same = Quoted.ROUNDED, [n for n in comparable if _rounds_to(n.shown, value)]
    if not same:
        return Quotation(printed, Quoted.NOT_OURS)
    # A limit of an interval is quoted as one or not at all: it comes after any other number.
    same = sorted(same, key=lambda number: (number.is_limit, *nearness(number)))
    if same[0].is_limit:
        return Quotation(printed, Quoted.LIMIT, tuple(same[:MOST_SHOWN]))
    nearest = min((n for n in comparable if not n.is_limit), key=nearness)
    if nearness(nearest)[0] < nearness(same[0])[0]:
        return Quotation(printed, Quoted.OTHER, tuple(same[:MOST_SHOWN]), nearest)
    return Quotation(printed, how, tuple(same[:MOST_SHOWN]))


def _decimals(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def _rounds_to(shown: Decimal, value: Decimal) -> bool:
    """Return whether a displayed number with more decimals rounds to the printed one."""
    if _decimals(shown) <= _decimals(value):
        return False
    unit = Decimal(1).scaleb(-_decimals(value))
    return value in (shown.quantize(unit, rule) for rule in (ROUND_HALF_UP, ROUND_HALF_DOWN))


def _stems(text: str) -> set[str]:
    """Return the beginnings of a text's words, without signs over letters."""
    apart = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(c for c in apart if unicodedata.category(c) != "Mn")
    return {word[:STEM] for word in re.findall(r"[^\W\d_]{2,}", plain)}
