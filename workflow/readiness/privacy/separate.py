"""Personal answers and free text, kept apart from the table that goes on.

Nothing is sorted and no row leaves: what is computed of the table is the same whoever holds the
key, and whether anybody does.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from readiness.privacy.pseudonyms import pseudonyms

GIVEN = "_given"
"""What stands in a table for an answer that is kept apart: it was given."""


def kept_apart(
    answers: pd.DataFrame, items: Collection[str], specials: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table with `GIVEN` for answers to these items, and the answers themselves.

    Args:
        answers: one row a respondent, all text, with the column `respondent`.
        items: the columns of personal items and of free text.
        specials: codes that are no answers and stay ("_blank").

    Returns the table, and one row an answer kept apart: `respondent`, `item`, `value`.
    """
    found = []
    table = answers.copy()
    for item in (column for column in answers.columns if column in items):
        said = ~answers[item].isin(list(specials))
        found.append(
            pd.DataFrame(
                {
                    "respondent": answers.loc[said, "respondent"],
                    "item": item,
                    "value": answers.loc[said, item],
                }
            )
        )
        table[item] = answers[item].astype(object).where(~said, GIVEN)
    columns = ["respondent", "item", "value"]
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return table, whole


def without_values(
    table: pd.DataFrame, at: pd.Series[bool], columns: Collection[str]
) -> pd.DataFrame:
    """The table with `GIVEN` in these columns of the rows of `at`, where they hold anything."""
    shown = table.copy()
    for column in columns:
        held = at & shown[column].ne("")
        shown[column] = shown[column].astype(object).where(~held, GIVEN)
    return shown


def with_pseudonyms(table: pd.DataFrame, columns: Collection[str], key: bytes) -> pd.DataFrame:
    """The table with pseudonyms in these of its columns."""
    named = {name: pseudonyms(table[name], key) for name in columns if name in table.columns}
    return table.assign(**named)
