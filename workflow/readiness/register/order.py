"""The one order of groups and of answers, for charts and tables alike.

What has an order by nature keeps it, as the questionnaire lists it; everything else goes from the
largest number to the smallest. The alphabet orders nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from readiness.questionnaire.model import TOTAL

Values = Callable[[str], float | None]


def values_of(rows: pd.DataFrame) -> Values:
    """The value of an id in a register (numbers, or the text of `figures.csv`).

    None where the register has no such row, or does not publish its value.
    """
    known: dict[str, Any] = dict(zip(rows["id"], rows["value"], strict=True))
    withheld = set(rows.loc[rows["suppressed"].fillna("") != "", "id"])

    def value(identity: str) -> float | None:
        cell = None if identity in withheld else known.get(identity)
        return None if cell is None or cell == "" or cell != cell else float(cell)

    return value


def by_size(codes: Iterable[str], value: Values) -> list[str]:
    """Codes from the largest value to the smallest.

    Those without a value come last; those that are equal keep the order of listing.
    """
    listed = list(codes)

    def order(code: str) -> tuple[bool, float, int]:
        known = value(code)
        return (known is None, -(known or 0.0), listed.index(code))

    return sorted(listed, key=order)


def group_order(
    value: Values, item: str, level: str, codes: Sequence[str], *, ordered: bool, prefix: str = ""
) -> list[str]:
    """The groups of a variable, as charts and tables of an item show them.

    `level`: the level whose number stands for the item (`Item.shown`). `ordered`: whether the
    variable's categories have an order by nature, that of `codes`. `prefix`: what stands before a
    code in the register's ids (`region:`), for variables other than the first.
    """
    if ordered:
        return list(codes)
    return by_size(codes, lambda code: value(f"{item}.{level}.{prefix}{code}"))


def answer_order(
    value: Values, item: str, codes: Sequence[str], *, ordered: bool, group: str = TOTAL
) -> list[str]:
    """The answers of an item: as listed where they are a scale, else by their share in `group`."""
    return list(codes) if ordered else by_size(codes, lambda code: value(f"{item}.{code}.{group}"))
