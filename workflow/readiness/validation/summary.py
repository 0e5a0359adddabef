"""The faults of an export in few lines: how many of each rule, and the worst."""

from __future__ import annotations

import numpy as np
import pandas as pd

from readiness.validation.issues import RULES

SEVERE = ("error", "warning", "note")
"""The severities, the worst first."""
_ALIKE = ["rule", "item", "value"]


def by_rule(issues: pd.DataFrame) -> pd.DataFrame:
    """Columns `rule`, `severity`, `n`: the worst first, then the most frequent."""
    counts = issues["rule"].value_counts()
    table = pd.DataFrame({"rule": counts.index, "n": counts.to_numpy()})
    table.insert(1, "severity", [RULES[str(rule)] for rule in table["rule"]])
    return _worst_first(table, -table["n"]).reset_index(drop=True)


def worst(issues: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first of each kind of fault, with `n`: how often the same value has it.

    At most `most` rows, the worst first, then the most frequent.
    """
    n = issues.groupby(_ALIKE, sort=False)["row"].transform("size")
    first = issues.assign(n=n).drop_duplicates(_ALIKE)
    return _worst_first(first, -first["n"]).head(most).reset_index(drop=True)


def by_item(issues: pd.DataFrame) -> pd.DataFrame:
    """Columns `item`, `severity`, `n` of the faults that are about a question."""
    of_items = issues[issues["item"] != ""]
    return of_items.groupby(["item", "severity"], sort=True).size().reset_index(name="n")


def listed(issues: pd.DataFrame) -> pd.DataFrame:
    """All faults, the worst first, then by row."""
    return _worst_first(issues, issues["row"])


def _worst_first(table: pd.DataFrame, then: pd.Series[int]) -> pd.DataFrame:
    rank = table["severity"].map({name: k for k, name in enumerate(SEVERE)})
    return table.iloc[np.lexsort([then, rank])]
