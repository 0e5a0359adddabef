"""From the raw text of kept submissions to the coded table: cells, routing, frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from readiness.facts import Fact, Listed
from readiness.questionnaire import NOT_ASKED, SPECIAL_CODES, Item, Questionnaire, match_key
from readiness.questionnaire.items import Routing
from readiness.validation.cells import Cell, Options, holds_codes, read_cell
from readiness.validation.issues import issues_of

# Whether an item was asked: no, cannot be known, yes.
NO, UNCLEAR, YES = 0, 1, 2


def code_answers(
    answers: pd.DataFrame, groups: pd.Series[str], questionnaire: Questionnaire
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Code every item of every kept submission.

    `answers` holds raw text with `respondent` and `_row`; `groups` the group of each, which rules
    routing on the group item. Returns the coded columns in the order of the form, aligned with
    `answers`, and the issues.
    """
    coded: dict[str, pd.Series[str]] = {}
    found: list[pd.DataFrame] = []
    for item in questionnaire.items:
        asked = _asked(item, coded, groups, questionnaire, len(answers))
        columns, issues = _code_item(item, answers, asked)
        coded.update(columns)
        found.extend(issues)
    return pd.DataFrame(coded, index=answers.index), found


def _asked(
    item: Item,
    coded: dict[str, pd.Series[str]],
    groups: pd.Series[str],
    questionnaire: Questionnaire,
    n: int,
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """NO, UNCLEAR or YES for each respondent: the least of what each routing condition says."""
    state = np.full(n, YES)
    for routing in item.asked_if:
        is_group = routing.item == questionnaire.group_item
        source = questionnaire.item(routing.item)
        columns = [groups] if is_group else [coded[name] for name in source.columns]
        unclear = columns[0].isin([c for c in SPECIAL_CODES if c != NOT_ASKED]).to_numpy()
        met = _met(routing, source, columns)
        state = np.minimum(state, np.where(met, YES, np.where(unclear, UNCLEAR, NO)))
    return state


def _met(
    routing: Routing, source: Item, columns: Sequence[pd.Series[str]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Who answered the source as the condition asks for; `columns` are its own."""
    if source.kind == "multi":
        ticked = [c == "1" for c, code in zip(columns, source.codes, strict=True)
                  if code in routing.one_of]  # fmt: skip
        return np.asarray(np.any(ticked, axis=0))
    if not routing.of_a_number:
        return columns[0].isin(routing.one_of).to_numpy()
    numbers = pd.to_numeric(columns[0], errors="coerce").to_numpy(dtype=np.float64)
    low = -np.inf if routing.at_least is None else routing.at_least
    high = np.inf if routing.at_most is None else routing.at_most
    return (numbers >= low) & (numbers <= high)


def _code_item(
    item: Item, answers: pd.DataFrame, asked: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[dict[str, pd.Series[str]], list[pd.DataFrame]]:
    texts = answers[item.id]
    distinct = texts.unique()
    options = Options.of(item, codes=holds_codes(item, distinct))
    cells: dict[str, Cell] = {text: read_cell(item, text, options) for text in distinct}
    given = texts.map(lambda text: bool(match_key(text))).to_numpy()
    # An item nobody can be shown to have been asked, and left empty, was not asked.
    out = (asked == NO) | ((asked == UNCLEAR) & ~given)
    columns = {
        name: texts.map({text: cell.values[position] for text, cell in cells.items()}).mask(
            pd.Series(out, index=texts.index), NOT_ASKED
        )
        for position, name in enumerate(item.columns)
    }
    found = _cell_issues(item, answers, cells, out)
    conditions = Listed(tuple(_condition(r.item, r.told) for r in item.asked_if))
    for rule, mask, kind in (
        ("routed_out", (asked == NO) & given, "validation.routed_out"),
        ("routing_unclear", (asked == UNCLEAR) & given, "validation.routing_unclear"),
    ):
        found.append(
            issues_of(
                rule,
                Fact(kind, {"conditions": conditions}),
                row=answers.loc[mask, "_row"].tolist(),
                respondent=answers.loc[mask, "respondent"].tolist(),
                column=item.column,
                item=item.id,
                value=texts[mask].tolist(),
            )
        )
    return columns, found


def _condition(item: str, codes: Sequence[str]) -> Fact:
    """One condition under which an item is asked."""
    return Fact("validation.asked_if", {"item": item, "codes": Listed(tuple(codes), "or")})


def _cell_issues(
    item: Item,
    answers: pd.DataFrame,
    cells: dict[str, Cell],
    out: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> list[pd.DataFrame]:
    found = []
    for text, at in answers.loc[~out].groupby(item.id, sort=False):
        for fault in cells[str(text)].faults:
            found.append(
                issues_of(
                    fault.rule,
                    fault.fact,
                    row=at["_row"].tolist(),
                    respondent=at["respondent"].tolist(),
                    column=item.column,
                    item=item.id,
                    value=[str(text)] * len(at),
                )
            )
    return found


def differences_from_frame(
    table: pd.DataFrame, rows: pd.Series[int], questionnaire: Questionnaire
) -> list[pd.DataFrame]:
    """Issues where an answer that repeats a frame variable says something else.

    `table` is the coded table with frame columns, `rows` the row of each in the export.
    """
    found = []
    for item in questionnaire.items:
        if item.confirms is None or item.confirms not in table.columns:
            continue
        answer, frame = table[item.id], table[item.confirms]
        kind = "validation.differs_from_frame"
        mask = ~answer.isin(SPECIAL_CODES) & (frame != "") & (answer != frame)
        found.append(
            issues_of(
                "differs_from_frame",
                [Fact(kind, {"frame": code, "variable": item.confirms}) for code in frame[mask]],
                row=rows[mask].tolist(),
                respondent=table.loc[mask, "respondent"].tolist(),
                column=item.column,
                item=item.id,
                value=answer[mask].tolist(),
            )
        )
    return found
