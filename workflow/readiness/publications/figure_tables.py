"""The tables of a publication for people: one file an item, in the words of its register.

Made from the ledger alone, so they are checked by making them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from readiness.disclosure import escape_frame
from readiness.language import LANGUAGES, Language
from readiness.register.display import column, said

BEFORE, AFTER = ("level", "group", "statistic"), ("n", "reliability", "suppressed")


def languages_of(header: Iterable[str]) -> tuple[Language, ...]:
    """The languages in whose words a table with these columns tells its numbers, in its order."""
    names = {column(language): language for language in LANGUAGES}
    return tuple(names[name] for name in header if name in names)


def figure_tables(
    figures: pd.DataFrame, languages: Sequence[Language] = LANGUAGES
) -> dict[str, pd.DataFrame]:
    """A table for each item of a wave (its shares), or one of all numbers of a study, by name.

    `figures` is a register as text; the cells are what readers of `languages` see, safe to open in
    a spreadsheet.
    """
    rows = figures.to_dict("records")
    texts = {column(lang): [said(row, lang) for row in rows] for lang in languages}
    figures = figures.assign(**texts)
    columns = [*BEFORE, *texts, *AFTER]
    shares = figures[figures["kind"] == "estimate"]
    if shares.empty:
        return {"numbers": escape_frame(figures[["id", *columns]].reset_index(drop=True))}
    return {
        str(item): escape_frame(rows[columns].reset_index(drop=True))
        for item, rows in shares.groupby("item", sort=True)
    }
