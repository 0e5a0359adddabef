"""How shares moved since a publication. Ids: `revision.<id of the share>`."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from readiness.config import Figures
from readiness.register.figures import FigureRow
from readiness.register.rows.cells import number


def revision_rows(
    new: list[FigureRow], published: pd.DataFrame, rules: Figures
) -> Iterator[FigureRow]:
    """How each share moved since the publication that this version revises: shown, never tested.

    The published value stands beside the change, so that both can be quoted.
    """
    before = dict(zip(published["id"], published["value"], strict=True))
    for row in new:
        old = number(before.get(row.id))
        if row.kind != "estimate" or row.value is None or old is None:
            continue
        yield FigureRow(
            id=f"revision.{row.id}", kind="revision",
            unit="points" if row.unit == "share" else row.unit,
            value=float(row.value) - old, group=row.group, level=row.level,
            item=f"revision:{row.item}", statistic="change since the revised publication",
            digits=rules.digits, rounding=rules.rounding,
        )  # fmt: skip
        yield FigureRow(
            id=f"revision.{row.id}.before", kind="revision", unit=row.unit,
            value=old, group=row.group, level=row.level,
            item=f"revision:{row.item}", statistic="as published before",
            digits=rules.digits, rounding=rules.rounding,
        )  # fmt: skip
