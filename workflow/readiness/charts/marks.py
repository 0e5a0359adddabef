"""Register rows as charts need them: one `Mark` for each number drawn, found by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.errors import RenderError
from readiness.language import Language, numbers
from readiness.register.display import SUPPRESSED_TEXT
from readiness.register.signs import Sign, sign

COLUMNS = (
    "id",
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

_PERCENT = "%\u066a\u00a0\u202f\u200e\u200f\u061c "
"""What may stand beside the digits of a share."""


@dataclass(frozen=True)
class Mark:
    """One number of the register, as drawn.

    `value`, `lower`, `upper` are in the unit's own scale (shares 0-1) or None where the register
    has none; `n` is the unweighted base or None; `display` is the number's text in the chart's
    language, empty where it is not published; `sign` what stands beside it or in its place.
    `place` is the id of its number in a report: the run's name before its own.
    """

    id: str
    place: str
    unit: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    reliability: str
    suppressed: str
    digits: int
    rounding: str
    display: str

    sign: Sign = Sign.NONE

    @property
    def text(self) -> str:
        """What stands at its place: the number or `(…)`, with its sign."""
        return f"{self.display or SUPPRESSED_TEXT}{self.sign.mark}"

    @property
    def plain(self) -> str:
        """The number without its percent sign, where the unit is said once for all; its sign."""
        return f"{self.display.strip(_PERCENT) or SUPPRESSED_TEXT}{self.sign.mark}"


class Marks:
    """The numbers of one run's register, by id, in one language.

    `rows` may hold numbers or the text of `figures.csv`. Raises RenderError when a column is
    missing.
    """

    def __init__(self, rows: pd.DataFrame, language: Language) -> None:
        missing = [c for c in COLUMNS if c not in rows.columns]
        if missing:
            raise RenderError(f"chart: the register lacks the columns {', '.join(missing)}.")
        self.language = language
        self._rows: dict[str, Mapping[Any, Any]] = {}
        for row in rows.to_dict("records"):
            if row["id"] in self._rows:
                raise RenderError(f"chart: the register has {row['id']} twice; give one run's.")
            self._rows[row["id"]] = row

    @property
    def simulated(self) -> bool:
        """Whether any of the rows comes from a simulated wave."""
        return any(str(r["simulated"]).strip().lower() == "true" for r in self._rows.values())

    def find(self, item: str, level: str, group: str, *, version: str = "") -> Mark | None:
        """The number of a level in a group; None where the register has none.

        `version="before"`: the number of the publication that the run revises. Raises RenderError
        for a row with neither a value nor a reason for its absence.
        """
        identity = f"{item}.{level}.{group}"
        return self.get(f"revision.{identity}.{version}" if version else identity)

    def get(self, identity: str) -> Mark | None:
        """The number of an id; None where the register has none. Raises as `find`."""
        row = self._rows.get(identity)
        return None if row is None else self._mark(row)

    def _mark(self, row: Mapping[Any, Any]) -> Mark:
        n = _number(row["n"])
        suppressed = _text(row["suppressed"])
        value = _number(row["value"])
        if value is None and not suppressed:
            raise RenderError(
                f"chart: {row['id']} has neither a value nor a reason for suppression."
            )
        unit, digits = _text(row["unit"]), int(_number(row["digits"]) or 0)
        rounding = _text(row["rounding"]) or "half_even"
        display = ""
        if value is not None and not suppressed:
            # The cell, not its float: its text is the number's.
            display = numbers.number(row["value"], unit, digits, self.language, rounding)
        run = _text(row.get("run"))
        return Mark(
            id=str(row["id"]),
            place=f"{run}/{row['id']}" if run else str(row["id"]),
            unit=unit,
            value=None if suppressed else value,
            lower=None if suppressed else _number(row["lower"]),
            upper=None if suppressed else _number(row["upper"]),
            n=None if n is None else int(n),
            reliability=_text(row["reliability"]),
            suppressed=suppressed,
            digits=digits,
            rounding=rounding,
            display=display,
            sign=sign({**row, "suppressed": suppressed}),
        )


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _number(value: Any) -> float | None:
    if value is None or value == "" or value != value:
        return None
    return float(value)
