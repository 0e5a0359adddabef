"""The words that published numbers allow: beside one half, and first among answers.

Sentences of a report, titles of pictures, alternative texts and the workbook ask here, so that they
say the same. Everything follows from rows of the register.

- A side of one half holds where the limits of the share lie on it. It depends on those who gave no
  answer where the limits of what the share could be, whatever they would have said, do not lie on
  it, too.
- An answer comes first where the paired test of all answers says so (`<item>.test.first.p`).

Where chance did not draw the respondents there are no limits: the number describes those who
answered, and nobody else.
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

    `name`: `majority`, `minority` or `half`; "" where the limits lie on no side. `depends`: whether
    it depends on what those who gave no answer would have said.
    """

    name: str
    depends: bool = False


@dataclass(frozen=True)
class Wording:
    """The words that the rows of a register allow.

    `find_row`: the row of an id, its cells as text or numbers; None where there is none. `drawn`:
    whether chance drew the respondents.
    """

    find_row: Callable[[str], Mapping[Any, Any] | None]
    drawn: bool

    def read(self, identity: str) -> float | None:
        """Return the value of an id; None where it is not published."""
        row = self.find_row(identity)
        return None if row is None or row["suppressed"] else number(row["value"])

    def limits(self, identity: str) -> Limits:
        """Return the limits of a published number; the number itself where nobody was drawn."""
        row = self.find_row(identity)
        if row is None or row["suppressed"]:
            return Limits(None, None)
        ends = (number(row.get(end)) for end in ("lower", "upper"))
        return Limits.of(number(row["value"]), *ends, inference=self.drawn)

    def compare_with_half(self, identity: FigureId) -> Side:
        """Return the side of one half on which a share of all respondents lies.

        `identity`: of a share on those who answered. Without bounds in the register, as of an item
        that nobody left empty, it depends on nobody.
        """
        row = self.find_row(identity)
        if row is None:
            return Side("")
        digits = int(number(row["digits"]) or 0)
        side = compare_with_half(self.limits(identity), digits)
        if not side:
            return Side("")
        worst = self._bound_blanks(identity, digits)
        return Side(side, worst is not None and compare_with_half(worst, digits) != side)

    def _bound_blanks(self, identity: FigureId, digits: int) -> Limits | None:
        """Return the limits of a share, whatever those without an answer would have said.

        The lower confidence limit of the least it could be and the upper one of the most (Horowitz
        and Manski 2000), by the effective sample size that is printed; None where no answer lacks.
        """
        least, most = (self.read(identity.with_variant(WORST, end)) for end in LIMITS)
        if least is None or most is None or least == most:
            return None
        effective = self.read(effective_id(identity.item, TOTAL, ANSWERED))
        level = self.read(LEVEL)
        if not self.drawn or effective is None or level is None:
            return Limits(least, most)
        unit = np.array([10.0 ** -(digits + 2)])
        shown = (np.array([effective]), unit, level)
        lower, _ = limits_of_printed(np.array([least]), *shown)
        _, upper = limits_of_printed(np.array([most]), *shown)
        return Limits(float(lower[0]), float(upper[0]))

    def comes_first(self, item: str, codes: Sequence[str], *, exclusive: bool) -> bool:
        """Return whether the first of some answers is more frequent than each other answer.

        `codes`: all answers, the largest published share first. `exclusive`: whether each person
        gave one answer, so that an answer that is not published has a largest share.
        """
        if self.drawn:
            # The test is made of all answers, and not told where one of them is not published.
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

    def _is_established(self, identity: str, level: str) -> bool:
        row = self.find_row(identity)
        return row is not None and row["level"] == level and row["unit"] == P_BELOW
