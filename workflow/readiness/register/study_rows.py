"""A study's publishable numbers: its claims as printed, and every number of our verdicts.

Ids: `claim.<claim id>` and `verdict.<verdict id>.<name in its sentence>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from readiness.forensics.arithmetic.figures import parse_figure
from readiness.forensics.judging.verdict import Number
from readiness.register.figures import IN_PERCENT, FigureRow


def decode(number: Mapping[str, Any]) -> Number:
    """A number of `verdicts.json`, exact."""
    kind, value = number["type"], number["value"]
    if kind == "list":
        return tuple(int(item) for item in value)
    if kind == "share":
        return Fraction(value)
    return int(value) if kind == "count" else str(value)


def claim_rows(claims: pd.DataFrame) -> Iterator[FigureRow]:
    """Each published figure as it was printed, labelled by whose it is."""
    for row in claims.to_dict("records"):
        if row["unit"] == "text":
            continue
        percent = row["unit"] == "percent"
        figure = parse_figure(row["value"], per=100 if percent else 1)
        yield FigureRow(
            id=f"claim.{row['claim_id']}", kind="claim", unit="figure", value=str(figure),
            item=row["item"], level=row["category"], group=row["attributed_to"],
            statistic=IN_PERCENT if percent else "as printed", note=row["outlet"],
        )  # fmt: skip


def verdict_rows(verdicts: list[dict[str, Any]]) -> Iterator[FigureRow]:
    """Every number that a verdict's sentence mentions, one row each."""
    for verdict in verdicts:
        for name, encoded in verdict["numbers"].items():
            number = decode(encoded)
            value: int | float | str
            if isinstance(number, tuple):
                value = " ".join(map(str, number))
            else:
                value = float(number) if isinstance(number, Fraction) else number
            yield FigureRow(
                id=f"verdict.{verdict['id']}.{name}", kind="verdict", unit=encoded["type"],
                value=value, item=verdict["kind"], statistic=name,
                note=verdict["status"],
            )  # fmt: skip
