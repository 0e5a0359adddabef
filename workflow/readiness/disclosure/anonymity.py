"""How many people could be found by a combination of what is known of them (k-anonymity).

Samarati and Sweeney (1998); Handbook on Statistical Disclosure Control (2nd edition), chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from readiness.errors import StatisticsError


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
