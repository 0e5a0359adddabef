"""Separate personal answers and free text from the answers that later steps read.

Rows are neither sorted nor removed, so the numbers are the same with any key, or with none.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

# Placeholder for an answer that was given and is kept in another table.
GIVEN = "_given"


def kept_apart(
    answers: pd.DataFrame, items: Collection[str], specials: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table with `GIVEN` instead of answers to these items, and a table of these
    answers: one row per answer, `respondent`, `item`, `value`.

    `answers`: one row per respondent, all text, with the column `respondent`. `items`: the columns
    of personal items and of free text. `specials`: codes that are not answers ("_blank"); they stay
    in the table.
    """
    found = []
    table = answers.copy()
    for item in (column for column in answers.columns if column in items):
        said = ~answers[item].isin(list(specials))
        who, given = answers["respondent"][said], answers[item][said]
        found.append(pd.DataFrame({"respondent": who, "item": item, "value": given}))
        table[item] = answers[item].astype(object).where(~said, GIVEN)
    columns = ["respondent", "item", "value"]
    return table, pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def without_values(
    table: pd.DataFrame, at: pd.Series[bool], columns: Collection[str]
) -> pd.DataFrame:
    """Return the table with `GIVEN` in the non-empty cells of these columns, in the rows `at`."""
    shown = table.copy()
    for column in columns:
        shown[column] = shown[column].astype(object).where(~(at & shown[column].ne("")), GIVEN)
    return shown
