"""Register rows as charts need them: one `Mark` for each number drawn, found by level and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.errors import RenderError
from readiness.register.display import shown

COLUMNS = (
    "id",
    "item",
    "level",
    "group",
    "unit",
    "value",
    "lower",
    "upper",
    "n",
    "reliability",
    "suppressed",
    "digits",
    "rounding",
    "simulated",
)


@dataclass(frozen=True)
class Mark:
    """One number of the register, as drawn.

    `value`, `lower`, `upper` are shares (0-1) or None where the register has none; `n` is the
    unweighted base or None; `display` is its text in the chart's language.
    """

    id: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    reliability: str
    suppressed: str
    digits: int
    rounding: str
    display: str

    @property
    def flag(self) -> str:
        """The sign after the number: † for caution, ‡ for review; none if unpublished."""
        if self.value is None:
            return ""
        return {"caution": "†", "suppress": "†", "review": "‡"}.get(self.reliability, "")


def marks(rows: pd.DataFrame, item: str, lang: str) -> dict[tuple[str, str], Mark]:
    """The shares of `item` in the register `rows`, by (level, group).

    `rows` may hold numbers or the text of `figures.csv`. Raises RenderError when a column is
    missing, when there is no share of the item, or when two rows claim the same level and group.
    """
    missing = [c for c in COLUMNS if c not in rows.columns]
    if missing:
        raise RenderError(
            f"chart of {item!r}: the register lacks the columns {', '.join(missing)}."
        )
    found: dict[tuple[str, str], Mark] = {}
    chosen = rows[(rows["item"] == item) & (rows["unit"] == "share")]
    for row in chosen.to_dict("records"):
        key = (_text(row["level"]), _text(row["group"]))
        if key in found:
            raise RenderError(
                f"chart of {item!r}: two shares for level {key[0]!r}, group {key[1]!r}: "
                f"{found[key].id}, {row['id']}. Select the rows of one run and one statistic."
            )
        found[key] = _mark(row, lang)
    if not found:
        raise RenderError(f"chart of {item!r}: the register holds no share of this item.")
    return found


def _mark(row: Mapping[Any, Any], lang: str) -> Mark:
    n = _number(row["n"])
    suppressed = _text(row["suppressed"])
    value = _number(row["value"])
    if value is None and not suppressed:
        raise RenderError(f"chart: {row['id']} has neither a value nor a reason for suppression.")
    digits = int(_number(row["digits"]) or 0)
    return Mark(
        id=str(row["id"]),
        value=None if suppressed else value,
        lower=None if suppressed else _number(row["lower"]),
        upper=None if suppressed else _number(row["upper"]),
        n=None if n is None else int(n),
        reliability=_text(row["reliability"]),
        suppressed=suppressed,
        digits=digits,
        rounding=_text(row["rounding"]) or "half_even",
        display=shown(
            {**row, "value": _text(row["value"]), "digits": digits, "suppressed": suppressed}, lang
        ),
    )


def need(
    found: Mapping[tuple[str, str], Mark], item: str, levels: Sequence[str], group: str
) -> list[Mark]:
    """The marks of `levels` in `group`, in order. Raises RenderError naming the one that lacks."""
    lacking = [level for level in levels if (level, group) not in found]
    if lacking:
        raise RenderError(
            f"chart of {item!r}: the register has no share of level {lacking[0]!r} in group "
            f"{group!r}; a group without answers needs a suppressed row."
        )
    return [found[level, group] for level in levels]


def is_simulated(rows: pd.DataFrame) -> bool:
    """Whether any of the rows comes from a simulated wave."""
    return bool(rows["simulated"].map(lambda v: str(v).strip().lower() == "true").any())


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _number(value: Any) -> float | None:
    if value is None or value == "" or value != value:
        return None
    return float(value)
