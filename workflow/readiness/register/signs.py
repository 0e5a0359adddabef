"""The signs of numbers that are withheld or weak: the same in charts, tables, workbooks and CSV.

A sign never stands for zero. Why a number is withheld is one of two: few answers, or that they
could be worked out from it (one reason for both: `register.protection`); or that its base is
smaller than a published one may be. A number that is published though its precision is too low is
marked, and no sentence is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from readiness.language import Language, text
from readiness.register.display import SUPPRESSED_TEXT, shown
from readiness.register.protection import WITHHELD

UNRELIABLE_FLAG = "suppress"
"""The reliability of a share that official statistics would not publish (`survey.intervals`)."""


class Sign(Enum):
    """What stands beside a number or in its place: its letter or mark, and its word by a key."""

    NONE = ""
    FEW = "c"
    BASE = "f"
    WEAK = "†"

    @property
    def withheld(self) -> bool:
        """Whether it stands in place of the number."""
        return self in (Sign.FEW, Sign.BASE)

    @property
    def mark(self) -> str:
        """What a cell of plain text shows beside a number or after what stands in its place."""
        return _RAISED.get(self, self.value)

    @property
    def key(self) -> str:
        """The key of its words; "" for a number without a sign."""
        return _WORDS.get(self, "")

    def words(self, language: Language) -> str:
        """What it means, for readers and for who hears the page; "" for none."""
        return text(self.key, language) if self.key else ""


_WORDS = {
    Sign.FEW: "tables.sign.few",
    Sign.BASE: "tables.sign.base",
    Sign.WEAK: "tables.sign.weak",
}
_RAISED = {Sign.FEW: "ᶜ", Sign.BASE: "ᶠ"}
SIGNS = (Sign.FEW, Sign.BASE, Sign.WEAK)
"""Those that are explained wherever one is shown."""


def sign(row: Mapping[Any, Any]) -> Sign:
    """The sign of a register's row (its cells as text)."""
    reason = row.get("suppressed")
    if reason:
        return Sign.FEW if reason == WITHHELD else Sign.BASE
    return Sign.WEAK if row.get("reliability") == UNRELIABLE_FLAG else Sign.NONE


def signed(row: Mapping[Any, Any], language: Language) -> str:
    """The display text of a row with its sign: `(…)ᶜ`, `9,8†`, or the number alone."""
    found = sign(row)
    return f"{SUPPRESSED_TEXT if found.withheld else shown(row, language)}{found.mark}"
