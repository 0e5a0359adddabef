"""Write the publishable numbers of a study: its claims as printed, and the numbers of its verdicts.

Ids: `claim.<claim id>` and `verdict.<verdict id>.<name in its sentence>`.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pandas as pd

from readiness.forensics.arithmetic.figures import parse_figure
from readiness.forensics.judging.verdict import facts_of, numbers_of
from readiness.ground.figure_id import claim_id, verdict_id
from readiness.register.figures import IN_PERCENT, FigureRow


def claim_rows(claims: pd.DataFrame) -> Iterator[FigureRow]:
    """Yield a row for each published figure as printed, labelled by source."""
    for row in claims.to_dict("records"):
        if row["unit"] == "text":
            continue
        is_percent = row["unit"] == "percent"
        yield FigureRow(
            id=claim_id(row["claim_id"]),
            kind="claim",
            unit="figure",
            value=str(parse_figure(row["value"], per=100 if is_percent else 1)),
            item=row["item"],
            level=row["category"],
            group=row["attributed_to"],
            statistic=IN_PERCENT if is_percent else "as printed",
            note=row["outlet"],
        )


def verdict_rows(verdicts: list[dict[str, Any]]) -> Iterator[FigureRow]:
    """Yield a row for each number in the sentences of verdicts."""
    for verdict in verdicts:
        for name, number in numbers_of(facts_of(verdict)).items():
            value: int | float | str
            match number:
                case tuple():
                    unit = "list"
                    value = " ".join(map(str, number))
                case Fraction():
                    unit = "share"
                    value = float(number)
                case int():
                    unit = "count"
                    value = number
                case _:
                    unit = "printed"
                    value = number
            yield FigureRow(
                id=verdict_id(verdict["id"], name),
                kind="verdict",
                unit=unit,
                value=value,
                item=verdict["kind"],
                statistic=name,
                note=verdict["status"],
            )
