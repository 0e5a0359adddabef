"""Corrections to answers: a separate, counted file. The raw data are never edited."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from readiness.errors import DataError
from readiness.facts import Fact
from readiness.questionnaire import (
    BLANK,
    DONT_KNOW,
    INVALID,
    NOT_ASKED,
    TICKED,
    Item,
    Questionnaire,
    match_key,
    tidy,
)
from readiness.readers import Texts
from readiness.validation.answers import Answers
from readiness.validation.cells import Options, read_cell
from readiness.validation.issues import NO_ROW, issues_of

# How a correction begins that names the row of the export, and so nobody.
BY_ROW = "row-"


def apply_corrections(
    answers: Answers,
    corrections: pd.DataFrame,
    questionnaire: Questionnaire,
    invited: frozenset[str],
) -> tuple[Answers, list[pd.DataFrame], int]:
    """Put the corrected text in place of the exported one.

    `answers` holds the raw text of the kept submissions; `invited` the codes of those who were sent
    an invitation. A correction says whose answer it is by the respondent's name or, naming nobody,
    by the row of the export (`row-17`). Returns the corrected answers, an issue for every
    correction, and how many were applied. A correction for someone invited who has not answered (an
    earlier export, say) is a warning.

    Raises DataError naming the row of the corrections file when `from` is not what the respondent
    answered, `to` is not an answer of the item, or nobody has that code.
    """
    place = _find_places(answers) if len(corrections) else {}
    texts: dict[str, Texts] = {}
    found: list[pd.DataFrame] = []
    applied = 0
    for position, entry in enumerate(corrections.to_dict("records")):
        where = f"corrections, row {position + 2}"
        item = questionnaire.item(entry["item"])
        who = entry["respondent"]
        if who not in place:
            if who not in invited:
                raise DataError(f"{where}: {who!r} neither answered nor was invited.")
            fact = Fact("validation.rule.correction_unused")
            found.append(
                issues_of(
                    "correction_unused",
                    fact,
                    row=[NO_ROW],
                    respondent=[who],
                    value=[entry["from"]],
                    column=item.column,
                    item=item.id,
                )
            )
            continue
        at = place[who]
        column = texts.get(item.id, answers.texts[item.id])
        options = answers.options(item)
        exported = column.at(at)
        _require_match(where, item, who, exported, entry, options)
        texts[item.id] = column.put_text(
            [at], _find_exported_text(where, item, entry["to"], options)
        )
        applied += 1
        fact = Fact(
            "validation.corrected",
            {f"said_{name}": entry[name] for name in ("to", "reason", "reviewer")},
        )
        found.append(answers.issues("corrected", fact, np.array([at]), item=item, value=[exported]))
    texts = {name: column.used() for name, column in texts.items()}
    return answers.correct(texts), found, applied


def _find_places(answers: Answers) -> dict[str, int]:
    """Where each respondent stands, by the row of the export and by name."""
    rows = {f"{BY_ROW}{row}": at for at, row in enumerate(answers.row)}
    return rows | {who: at for at, who in enumerate(answers.respondent)}


def _require_match(
    where: str, item: Item, who: str, exported: str, entry: Mapping[Any, str], options: Options
) -> None:
    """`from` may be the exported text, or the code that it reads as."""

    def is_answer(wanted: str) -> bool:
        if match_key(wanted) == match_key(exported):
            return True
        return item.kind != "multi" and read_cell(item, exported, options).values == (wanted,)

    expected = entry["from"]
    if not is_answer(expected):
        hint = " That answer is already the corrected one." if is_answer(entry["to"]) else ""
        raise DataError(
            f"{where}: {item.id} of {who} is {tidy(exported)!r}, not {expected!r} as `from` says."
            f"{hint} Check the row against the export."
        )


def _find_exported_text(where: str, item: Item, to: str, options: Options) -> str:
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
        return TICKED.join(texts[code] for code in codes)
    if to in (NOT_ASKED, INVALID) or read_cell(item, to, options).values == (INVALID,):
        raise DataError(f"{where}: `to` is {to!r}, which cannot be an answer to {item.id}.")
    return to
