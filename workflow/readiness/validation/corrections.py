"""Corrections to answers: a separate, counted file. The raw data are never edited."""

from __future__ import annotations

import pandas as pd

from readiness.errors import DataError
from readiness.facts import Fact
from readiness.questionnaire import (
    BLANK,
    DONT_KNOW,
    INVALID,
    NOT_ASKED,
    Item,
    Questionnaire,
    match_key,
)
from readiness.questionnaire.text import tidy
from readiness.validation.cells import read_cell
from readiness.validation.issues import issues_of


def apply_corrections(
    answers: pd.DataFrame,
    corrections: pd.DataFrame,
    questionnaire: Questionnaire,
    invited: frozenset[str],
) -> tuple[pd.DataFrame, list[pd.DataFrame], int]:
    """Put the corrected text in place of the exported one.

    `answers` holds the raw text of the kept submissions with `respondent` and `_row`; `invited` the
    codes of those who were sent an invitation. Returns the corrected copy, an issue for every
    correction, and how many were applied. A correction for someone invited who has not answered
    (an earlier export, say) is a warning.

    Raises DataError naming the row of the corrections file when `from` is not what the respondent
    answered, `to` is not an answer of the item, or nobody has that code.
    """
    corrected = answers.copy()
    place = pd.Series(answers.index, index=answers["respondent"])
    found: list[pd.DataFrame] = []
    applied = 0
    for position, entry in enumerate(corrections.to_dict("records")):
        where = f"corrections, row {position + 2}"
        item = questionnaire.item(entry["item"])
        who = entry["respondent"]
        if who not in place.index:
            if who not in invited:
                raise DataError(f"{where}: {who!r} neither answered nor was invited.")
            found.append(
                issues_of(
                    "correction_unused",
                    Fact("validation.correction_unused"),
                    row=[0],
                    respondent=[who],
                    column=item.column,
                    item=item.id,
                    value=[entry["from"]],
                )
            )
            continue
        at = place[who]
        exported = str(corrected.at[at, item.id])
        _require_match(where, item, who, exported, entry["from"], entry["to"])
        corrected.at[at, item.id] = _exported_text(where, item, entry["to"])
        applied += 1
        found.append(
            issues_of(
                "corrected",
                Fact(
                    "validation.corrected",
                    {f"said_{name}": entry[name] for name in ("to", "reason", "reviewer")},
                ),
                row=answers.loc[[at], "_row"].tolist(),
                respondent=[who],
                column=item.column,
                item=item.id,
                value=[exported],
            )
        )
    return corrected, found, applied


def _require_match(where: str, item: Item, who: str, exported: str, expected: str, to: str) -> None:
    """`from` may be the exported text, or the code that it reads as."""

    def is_answer(wanted: str) -> bool:
        if match_key(wanted) == match_key(exported):
            return True
        return item.kind != "multi" and read_cell(item, exported).values == (wanted,)

    if not is_answer(expected):
        hint = " That answer is already the corrected one." if is_answer(to) else ""
        raise DataError(
            f"{where}: {item.id} of {who} is {tidy(exported)!r}, not {expected!r} as `from` says."
            f"{hint} Check the row against the export."
        )


def _exported_text(where: str, item: Item, to: str) -> str:
    """The text that the form would have exported for the code, codes or value `to`."""
    if to in ("", BLANK):
        return ""
    if item.dont_know and to == DONT_KNOW:
        return item.dont_know.text
    texts = {category.code: category.text for category in item.categories}
    if item.kind in ("single", "ordinal", "multi"):
        codes = [code.strip() for code in to.split(";")] if item.kind == "multi" else [to]
        if unknown := [code for code in codes if code not in texts]:
            raise DataError(
                f"{where}: `to` is {unknown[0]!r}; {item.id} has {', '.join(texts)} and {BLANK}."
            )
        return ";".join(texts[code] for code in codes)
    if to in (NOT_ASKED, INVALID) or read_cell(item, to).values == (INVALID,):
        raise DataError(f"{where}: `to` is {to!r}, which cannot be an answer to {item.id}.")
    return to
