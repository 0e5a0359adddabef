"""Summarise the faults of an export: how many of each rule, and the worst."""

import numpy as np
import pandas as pd

from readiness.validation.issues import RULES

_ALIKE = ["rule", "item", "value"]


def by_rule(issues: pd.DataFrame) -> pd.DataFrame:
    """Return the number of issues by rule: columns `rule`, `severity`, `n`.

    The worst severity comes first, then the most frequent rule.
    """
    counts = issues["rule"].value_counts()
    table = pd.DataFrame({"rule": counts.index, "n": counts.to_numpy()})
    table.insert(1, "severity", [RULES[str(rule)] for rule in table["rule"]])
    return _sort_worst(table, -table["n"]).reset_index(drop=True)


def worst(issues: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the first issue of each rule, item and value, with its frequency in the column `n`.

    At most `most` rows: the worst severity first, then the most frequent.
    """
    n = issues.groupby(_ALIKE, sort=False)["row"].transform("size")
    first = issues.assign(n=n).drop_duplicates(_ALIKE)
    return _sort_worst(first, -first["n"]).head(most).reset_index(drop=True)


def sort_issues(issues: pd.DataFrame) -> pd.DataFrame:
    """Return all issues, the worst severity first, then by row."""
    return _sort_worst(issues, pd.to_numeric(issues["row"], errors="coerce").fillna(0))


def _sort_worst(table: pd.DataFrame, then: "pd.Series[int]") -> pd.DataFrame:
    rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
    return table.iloc[np.lexsort([then, rank])]
