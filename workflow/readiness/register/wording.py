"""Decide which words published numbers allow: a majority or minority, and the first among answers.

Sentences of a report, titles of charts, alternative texts and the workbook use these decisions, so
that they agree. All decisions follow from rows of the register.

- A share is on one side of one half if its limits are. It depends on missing answers if the limits
  of what the share could be, whatever people without an answer would have said, are not on it.
- An answer comes first if the paired test of all answers says so (`<item>.test.first.p`).

Where chance did not select the respondents there are no limits: numbers describe only those who
answered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from readiness.analysis.selection import ANSWERED
from readiness.ground.figure_id import (
    LIMITS,
    WORST,
    FigureId,
    effective_id,
    first_id,
    rows_id,
    setting_id,
    share_id,
)
from readiness.questionnaire import TOTAL
from readiness.register.display import Limits, bound_hidden_share, compare_with_half
from readiness.register.figures import number
from readiness.register.precision import limits_of_printed
from readiness.register.rows.shares import P_BELOW

LEVEL = setting_id("level")


class Side(NamedTuple):
    """A side of one half.

    `name`: `majority`, `minority` or `half`; "" where the limits are on no side. `depends`: whether
    the side depends on what those who gave no answer would have said.
    """

    name: str
    depends: bool = False


@dataclass(frozen=True)
class Wording:
    """The words that the rows of a register allow.

    `find_row`: returns the row of an id, its cells as text or numbers; None where there is none.
    `drawn`: whether chance selected the respondents.
    """

    find_row: Callable[[str], Mapping[Any, Any] | None]
    drawn: bool

    def read(self, figure_id: str) -> float | None:
        """Return the published value of an id; None without one."""
        row = self.find_row(figure_id)
        return None if row is None or row["suppressed"] else number(row["value"])

    def limits(self, figure_id: str) -> Limits:
        """Return the limits of a published number; the number itself without a random sample."""
        row = self.find_row(figure_id)
        if row is None or row["suppressed"]:
            return Limits(None, None)
        limits = (number(row.get(name)) for name in ("lower", "upper"))
        return Limits.of(number(row["value"]), *limits, inference=self.drawn)

    def compare_with_half(self, figure_id: FigureId) -> Side:
        """Return the side of one half on which a share of all respondents lies.

        `figure_id`: id of a share of those who answered. Without bounds in the register, as for an
        item that nobody left empty, the side does not depend on missing answers.
        """
        row = self.find_row(figure_id)
        if row is None:
            return Side("")
        digits = int(number(row["digits"]) or 0)
        side = compare_with_half(self.limits(figure_id), digits)
        if not side:
            return Side("")
        worst = self._bound_blanks(figure_id, digits)
        return Side(side, worst is not None and compare_with_half(worst, digits) != side)

    def _bound_blanks(self, figure_id: FigureId, digits: int) -> Limits | None:
        """Return the limits of a share under any assumption on missing answers.

        The lower confidence limit of the least possible share and the upper one of the largest
        (Horowitz and Manski 2000), by the printed effective sample size. None where no answer is
        missing. The possible shares themselves where no sample was drawn or no sample size is
        printed.
        """
        least, most = (self.read(figure_id.with_variant(WORST, end)) for end in LIMITS)
        if least is None or most is None or least == most:
            return None
        effective = self.read(effective_id(figure_id.item, TOTAL, ANSWERED))
        level = self.read(LEVEL)
        if not self.drawn or effective is None or level is None:
            return Limits(least, most)
        unit = np.array([10.0 ** -(digits + 2)])
        printed = (np.array([effective]), unit, level)
        lower, _ = limits_of_printed(np.array([least]), *printed)
        _, upper = limits_of_printed(np.array([most]), *printed)
        return Limits(float(lower[0]), float(upper[0]))

    def comes_first(self, item: str, codes: Sequence[str], *, exclusive: bool) -> bool:
        """Return whether the first of some answers is more frequent than each other answer.

        `codes`: all answers, the largest published share first. `exclusive`: whether each person
        gave one answer, which bounds the share of an answer that is not published.
        """
        if self.drawn:
            # The test uses all answers, and is not published if one of them is suppressed.
            return bool(codes) and self._is_established(first_id(item), codes[0])
        shares = [self.read(share_id(item, code, TOTAL, ANSWERED)) for code in codes]
        if not shares or shares[0] is None:
            return False
        others = [share for share in shares[1:] if share is not None]
        return max([*others, bound_hidden_share(shares, exclusive=exclusive)]) < shares[0]

    def are_ordered(self, grid: str, first: str, last: str) -> bool:
        """Return whether the share of one row of a grid is larger than that of another row.

        `first`, `last`: the items of the rows with the largest and the smallest share.
        """
        return not self.drawn or self._is_established(rows_id(grid), f"{first}.{last}")

    def _is_established(self, figure_id: str, level: str) -> bool:
        """Return whether a published test of an order names this level and is below its bound."""
        row = self.find_row(figure_id)
        return row is not None and row["level"] == level and row["unit"] == P_BELOW
