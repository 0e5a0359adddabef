"""What a comparison hands back: plain rows that print, and that a register of figures can take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ComparisonRow:
    """One test, contrast or effect size.

    Attributes:
        test: what it is, as a stable lower-case name (`rao_scott_f`, `contrast`, ...).
        statistic: value of the statistic, or None where there is none (an exact test).
        statistic_name: F, t, X2, W...
        df1, df2: degrees of freedom, None where the statistic has none.
        p_value: 0-1, never 1 - cdf; None where the test could not be made (`note` says why).
        p_adjusted: p after the adjustment for the family of comparisons, or None.
        effect, lower, upper: effect size with its interval (shares 0-1), or None.
        n: respondents that the row rests on (unweighted base).
        method: one sentence for the reader who knows the field.
        distribution: of a difference, what its p and limits are read from, or empty.
        note: what the reader must know (merged levels, no estimate), or empty.
        a, b: the two groups of a contrast, or empty.
    """

    test: str
    statistic: float | None = None
    statistic_name: str = ""
    df1: float | None = None
    df2: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    effect: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int = 0
    method: str = ""
    distribution: str = ""
    note: str = ""
    a: str = ""
    b: str = ""

    def frame(self) -> pd.DataFrame:
        """The row as a data frame of one row."""
        return frame([self])


_COLUMNS = tuple(ComparisonRow.__dataclass_fields__)
_TEXTS = ("test", "statistic_name", "method", "distribution", "note", "a", "b")


def frame(rows: Sequence[ComparisonRow]) -> pd.DataFrame:
    """Comparison rows as a data frame; what a row does not have is missing (NaN or empty)."""
    import pandas as pd

    # Rows of a richer kind (contrasts with simultaneous limits) bring their columns along.
    columns = list(dict.fromkeys([*_COLUMNS, *(c for row in rows for c in asdict(row))]))
    numbers = [c for c in columns if c not in _TEXTS]
    table = pd.DataFrame([asdict(row) for row in rows], columns=columns)
    return table.astype({c: "int64" if c == "n" else "float64" for c in numbers})
