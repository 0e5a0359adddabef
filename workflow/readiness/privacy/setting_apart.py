"""Set personal answers and free text apart from the table of answers that goes on.

Nothing is sorted and no row leaves: what is computed is the same whoever holds the key, and whether
anybody does.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

# What stands in a table for an answer that is kept apart: it was given.
GIVEN = "_given"


def kept_apart(
    answers: pd.DataFrame, items: Collection[str], specials: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table with `GIVEN` for answers to these items, and the answers themselves: one row an
    answer kept apart, `respondent`, `item`, `value`.

    `answers`: one row a respondent, all text, with the column `respondent`. `items`: the columns of
    personal items and of free text. `specials`: codes that are no answers and stay ("_blank").
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
    """The table with `GIVEN` in these columns of the rows of `at`, where they hold anything."""
    shown = table.copy()
    for column in columns:
        shown[column] = shown[column].astype(object).where(~(at & shown[column].ne("")), GIVEN)
    return shown
