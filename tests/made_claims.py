"""A register of claims as a test needs it: a row says what is its own."""

from collections.abc import Iterable, Mapping

import pandas as pd

from readiness.forensics.judging.structure import COLUMNS

SAME = {
    "source": "https://example.org/a",
    "date": "2024-03-13",
    "language": "en",
    "unit": "percent",
    "status": "documented",
}
PRINTED = {"exactness": "printed"}
OF_UNIT = {
    "percent": {**PRINTED, "rounding": "unknown", "weighted": "unknown"},
    "mean": PRINTED,
    "sd": PRINTED,
}


def claims_table(rows: Iterable[Mapping[str, str]], whose: str) -> pd.DataFrame:
    """These rows as claims of a publisher, percentages as printed, unless a row says otherwise."""
    whole = dict.fromkeys(COLUMNS, "") | SAME | {"outlet": whose, "attributed_to": whose}
    made = [whole | OF_UNIT.get(row.get("unit", "percent"), {}) | row for row in rows]
    return pd.DataFrame(made, columns=list(COLUMNS))
