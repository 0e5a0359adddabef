"""What a release may tell, and to whom: one object, whose presets follow a law and a handbook.

A policy is data. What is sensitive, what is withheld beside it (`optimise`) and the attack on the
release all read the same one, so that what is protected and what is tested cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from readiness.errors import StatisticsError

Reader = Literal["public", "researchers", "internal"]
Rule = Literal["allowed", "protected"]
ALLOWED: Rule = "allowed"
PROTECTED: Rule = "protected"
# The smallest cell that the public may see where a survey says nothing else.
LEAST = 5


@dataclass(frozen=True)
class Policy:
    """The rules of a release.

    Attributes:
        reader: who it is for; names the preset.
        minimum_cell: the smallest number of people that may be known to have answered something;
            1 protects nobody. So may be the number of those of a base who answered otherwise.
        minimum_base: the smallest base on which anything is published.
        width: how wide the interval must stay in which a reader can put a protected count: the
            greatest less the least count that is possible.
        zero: whether that nobody of a group answered something may be told.
        whole: whether that everybody of a group did.
        identifiers: variables by whose combination a person could be found (quasi-identifiers).
        k: the fewest respondents that may share one combination of them.
        p_percent: the sum of a number is sensitive when the second largest contributor can estimate
            the largest to within this share (0-1) of it; None: no such rule.
    """

    reader: Reader = "public"
    minimum_cell: int = LEAST
    minimum_base: int = LEAST
    width: int = LEAST
    zero: Rule = ALLOWED
    whole: Rule = ALLOWED
    identifiers: tuple[str, ...] = ()
    k: int = LEAST
    p_percent: Fraction | None = None

    def __post_init__(self) -> None:
        for name, least in (("minimum_cell", 1), ("minimum_base", 1), ("width", 0), ("k", 1)):
            if getattr(self, name) < least:
                raise StatisticsError(f"policy: {name} is below {least}.")

    @classmethod
    def of(cls, given: Mapping[str, Any] | None = None, minimum: int = LEAST) -> Policy:
        """The policy that a configuration's section describes, over its preset.

        `minimum`: the smallest base (`figures.minimum_base`), and the smallest cell where neither
        the section nor the preset names another. Keys with None are as if they were not there.
        """
        said = {name: value for name, value in (given or {}).items() if value is not None}
        reader = said.pop("preset", "public")
        if reader not in PRESETS:
            raise StatisticsError(f"policy: no preset {reader!r}; there are {', '.join(PRESETS)}.")
        if unknown := sorted(said.keys() - {each.name for each in fields(cls)}):
            raise StatisticsError(f"policy: no rule {unknown[0]!r}.")
        cell = PRESETS[reader] or minimum
        rules = {"minimum_cell": cell, "minimum_base": minimum, "k": cell, **said}
        rules.setdefault("width", 0 if rules["minimum_cell"] == 1 else rules["minimum_cell"])
        if rules.get("p_percent") is not None:
            rules["p_percent"] = Fraction(str(rules["p_percent"]))
        if "identifiers" in rules:
            rules["identifiers"] = tuple(rules["identifiers"])
        return cls(reader=reader, **rules)

    @property
    def protects(self) -> bool:
        """Whether any count is withheld for being small."""
        return self.minimum_cell > 1 or PROTECTED in (self.zero, self.whole)

    def is_small(self, count: int) -> bool:
        """Whether a number of people is too small to be known; 0 is judged by `zero`."""
        return 0 < count < self.minimum_cell

    def is_sensitive(self, count: int, base: int) -> bool:
        """Whether `count` of `base` people must not be known.

        Few who answered something, few who answered otherwise, and, where the policy says so,
        nobody or everybody.
        """
        if not base or not self.protects:
            return False
        if count == 0:
            return self.zero == PROTECTED
        if count == base:
            return self.whole == PROTECTED or self.is_small(base)
        return self.is_small(count) or self.is_small(base - count)

    def holds(self, lowest: int, highest: int) -> bool:
        """Whether a protected count that a reader can put into [lowest, highest] stays protected.

        The interval is as wide as `width`, and does not prove that there are few, but some.
        """
        return highest - lowest >= self.width and not (lowest > 0 and self.is_small(highest))


# The smallest cell of each preset; None: that of the configuration.
#
# The public: nobody may be identified by means that are likely to be used. Accredited researchers
# are bound by contract and by the secrecy of statistics: 3 is the least with which one of the
# people in a cell cannot compute another. An internal reader has the answers themselves; the
# register withholds only what is too uncertain to be read.
PRESETS: Mapping[str, int | None] = {"public": None, "researchers": 3, "internal": 1}


def p_percent_rule(
    contributions: Sequence[int | Fraction], total: int | Fraction, p: Fraction
) -> bool:
    """Whether the second largest contributor can estimate the largest to within the share p (0-1).

    Handbook on Statistical Disclosure Control (2nd edition), chapter 4. Exact: whole numbers and
    fractions. Their estimate is the total less their own part: sensitive when the total less the
    two largest is below p times the largest.
    """
    largest = sorted(contributions, reverse=True)
    if any(value < 0 for value in largest) or sum(largest) > total:
        raise StatisticsError("Contributions must be 0 or more and add to the total or less.")
    if not 0 < p <= 1:
        raise StatisticsError(f"p = {p}: expected a share in (0, 1].")
    return bool(largest and largest[0]) and total - sum(largest[:2]) < p * largest[0]


def rare(people: pd.DataFrame, identifiers: Sequence[str], k: int) -> int:
    """How many of the people share their values of all identifiers with fewer than k - 1 others:
    k-anonymity (Samarati and Sweeney 1998; the Handbook, chapter 3).

    Raises StatisticsError for an identifier that is no column.
    """
    if unknown := [name for name in identifiers if name not in people]:
        raise StatisticsError(f"identifier {unknown[0]!r}: is no variable of the respondents.")
    if not len(people):
        return 0
    sizes = people.groupby(list(identifiers), observed=True, dropna=False).size()
    return int(sizes[sizes < k].sum())
