"""What is sensitive in itself beside small counts: sums in which few prevail, rare combinations.

Handbook on Statistical Disclosure Control (2nd edition), chapter 4. Exact: whole numbers and
fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from readiness.errors import StatisticsError

Magnitude = int | Fraction


def p_percent_rule(contributions: Sequence[Magnitude], total: Magnitude, p: Fraction) -> bool:
    """Whether the second largest contributor can estimate the largest to within the share p (0-1).

    Their estimate is the total less their own part: sensitive when the total less the two largest
    is below p times the largest.
    """
    largest = sorted(contributions, reverse=True)
    if any(value < 0 for value in largest) or sum(largest) > total:
        raise StatisticsError("Contributions must be 0 or more and add to the total or less.")
    if not 0 < p <= 1:
        raise StatisticsError(f"p = {p}: expected a share in (0, 1].")
    return bool(largest and largest[0]) and total - sum(largest[:2]) < p * largest[0]


# --- k-anonymity: Samarati and Sweeney (1998); the Handbook, chapter 3.


def rare(people: pd.DataFrame, identifiers: Sequence[str], k: int) -> int:
    """How many of the people share their values of all identifiers with fewer than k - 1 others.

    Raises StatisticsError for an identifier that is no column.
    """
    unknown = [name for name in identifiers if name not in people]
    if unknown:
        raise StatisticsError(f"identifier {unknown[0]!r}: is no variable of the respondents.")
    if not len(people):
        return 0
    sizes = people.groupby(list(identifiers), observed=True, dropna=False).size()
    return int(sizes[sizes < k].sum())
