"""How well the items of scales measure the same.

Ids: `<scale>.alpha`, with `.lower`, `.upper` and `.n`; `<scale>.alpha.without.<item>` of the scale
without one of its items.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from readiness.config import Figures
from readiness.register.figures import FigureRow
from readiness.register.protection import UNRELIABLE
from readiness.register.rows.cells import number

SCALE = "scale"
ALPHA = "alpha"
NONE = "no_alpha"
"""Why there is none, as the register has it for its value: its items do not vary together."""


def scale_rows(scales: pd.DataFrame, rules: Figures) -> Iterator[FigureRow]:
    """Alpha of each scale, with its interval where there is one; `scales` as text.

    On fewer answers than a reliable share needs there is none.
    """
    for row in scales.to_dict("records"):
        item, without, n = row["item"], row["without"], int(row["n"])
        identity = f"{item}.{ALPHA}" + (f".without.{without}" if without else "")
        few = n < rules.reliable_base
        told: dict[str, Any] = {"kind": SCALE, "unit": "number", "item": item, "digits": 2}
        value = None if few else number(row["alpha"])
        if value is None and not few:
            continue
        ends = {end: None if few else number(row[end]) for end in ("lower", "upper")}
        says = f"Cronbach's alpha of {row['items']} items"
        yield FigureRow(
            id=identity, value=value, level=ALPHA, group=f"without:{without}" if without else "",
            statistic=says + (f", without {without}" if without else ""), n=None if few else n,
            suppressed=UNRELIABLE if few else "", lower=ends["lower"], upper=ends["upper"], **told,
        )  # fmt: skip
        if without or few:
            continue
        yield FigureRow(
            id=f"{identity}.n", kind=SCALE, unit="base", value=n, item=item, level=ALPHA,
            statistic="answers to all items of the scale",
        )  # fmt: skip
        for end, limit in ends.items():
            if limit is not None:
                yield FigureRow(
                    id=f"{identity}.{end}", value=limit, level=ALPHA, statistic=f"{says}: {end}",
                    **told,
                )  # fmt: skip
