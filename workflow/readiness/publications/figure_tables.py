"""The tables of a publication for people: one file an item, in the words of its register.

Made from the ledger alone, so they are checked by making them again.
"""

from __future__ import annotations

import pandas as pd

from readiness.disclosure import escape_frame
from readiness.register.display import LANGUAGES

SHOWN = ("level", "group", "statistic", *(f"display_{language}" for language in LANGUAGES),
         "n", "reliability", "suppressed")  # fmt: skip


def figure_tables(figures: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A table for each item of a wave (its shares), or one of all numbers of a study, by name.

    `figures` is a register as text; the cells are what readers see, safe to open in a spreadsheet.
    """
    shares = figures[figures["kind"] == "estimate"]
    if shares.empty:
        return {"numbers": escape_frame(figures[["id", *SHOWN]].reset_index(drop=True))}
    return {
        str(item): escape_frame(rows[list(SHOWN)].reset_index(drop=True))
        for item, rows in shares.groupby("item", sort=True)
    }
