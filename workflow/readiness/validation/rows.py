"""Which submissions count: opening times, invitation codes, duplicates."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pandas as pd

from readiness.facts import Day, Fact
from readiness.questionnaire import Questionnaire, match_key
from readiness.questionnaire.text import tidy
from readiness.validation.issues import issues_of

TIMESTAMP_FORMAT = "%d/%m/%Y %H:%M:%S"
TIMESTAMP_WORDS = "dd/mm/yyyy HH:MM:SS"
KEPT = "kept"

DuplicateRule = Literal["last", "first", "most_answered"]
DUPLICATES: dict[DuplicateRule, str] = {
    "last": "validation.duplicate.last",
    "first": "validation.duplicate.first",
    "most_answered": "validation.duplicate.most_answered",
}
"""Why the other submission is kept, by the rule of the wave."""


def submissions(
    raw: pd.DataFrame,
    questionnaire: Questionnaire,
    tokens: frozenset[str] | None,
    *,
    opens: date,
    closes: date,
    keep: DuplicateRule,
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Decide for every submission whether it is kept, and under which respondent.

    Args:
        raw: an export as `readiness.readers.read_export` gives it.
        questionnaire: what was asked.
        tokens: invitation codes of the sample; None when there is no sample.
        opens: first day on which answers count, from its midnight.
        closes: last day on which answers count, to its midnight.
        keep: which of several submissions of a respondent counts.

    Returns a table aligned with `raw`: `respondent`, `submitted`, `group` (a code or ""), `status`
    (`kept`, or the rule by which the submission is not kept); and the issues found.
    """
    table = pd.DataFrame(index=raw.index)
    stamp = raw["_timestamp"].map(tidy)
    table["submitted"] = pd.to_datetime(stamp, format=TIMESTAMP_FORMAT, errors="coerce")
    answer = raw[questionnaire.group_item] if questionnaire.group_item else None
    table["group"] = "" if answer is None else _group(answer, questionnaire)
    table["token"] = raw["_invitation"].map(invitation_code)
    known = table["token"].isin(tokens) if tokens is not None else table["token"] != ""
    apart = table["group"].isin(questionnaire.apart)
    by_open_link = ~known & (apart if tokens is not None else True)
    table["respondent"] = table["token"].where(~by_open_link, _open_link_ids(raw, table))

    table["status"] = KEPT
    day = table["submitted"].dt.normalize()
    table.loc[~known & ~by_open_link, "status"] = "unknown_invitation"
    table.loc[day > pd.Timestamp(closes), "status"] = "late"
    table.loc[day < pd.Timestamp(opens), "status"] = "early"
    table.loc[table["submitted"].isna(), "status"] = "undated"
    winner = _mark_duplicates(raw, table, questionnaire, keep)

    found = _row_issues(raw, table, questionnaire, opens, closes, keep, winner)
    kept = table["status"] == KEPT
    code_text = raw["_invitation"]
    spelled = kept & known & (code_text != table["token"])
    stray = kept & by_open_link & (table["token"] != "")
    export = questionnaire.export
    rules = [
        ("invitation_spelling", spelled, code_text, "validation.invitation_spelling"),
        ("invitation_set_aside", stray, code_text, "validation.invitation_set_aside"),
    ]
    for rule, mask, value, kind in rules:
        found.append(_issues(rule, mask, raw, table, value, export.invitation or "", Fact(kind)))
    if answer is not None and tokens is not None:
        conflict = kept & known & ((table["group"] == "") | apart)
        facts = [_conflict(group, questionnaire) for group in table.loc[conflict, "group"]]
        column = questionnaire.item(str(questionnaire.group_item)).column
        found.append(_issues("group_conflict", conflict, raw, table, answer, column, facts))
    return table.drop(columns="token"), found


def _issues(
    rule: str,
    mask: pd.Series[bool],
    raw: pd.DataFrame,
    table: pd.DataFrame,
    value: pd.Series[str],
    column: str,
    fact: Fact | list[Fact],
) -> pd.DataFrame:
    """Issues of whole submissions: the rows of `mask`."""
    return issues_of(
        rule,
        fact,
        row=raw.loc[mask, "_row"].tolist(),
        respondent=table.loc[mask, "respondent"].tolist(),
        value=value[mask].tolist(),
        column=column,
    )


def _conflict(group: str, questionnaire: Questionnaire) -> Fact:
    """What becomes of someone invited whose answer names no group, or one that is counted apart."""
    if group:
        return Fact("validation.group.left", {"group": group})
    if len(questionnaire.weighted) > 1:
        return Fact("validation.group.unknown")
    return Fact("validation.group.blank", {"group": questionnaire.weighted[0]})


def invitation_code(text: str) -> str:
    """A code as it was sent, without the spaces and small letters that people add."""
    return "".join(tidy(text).split()).upper()


def _group(answer: pd.Series[str], questionnaire: Questionnaire) -> pd.Series[str]:
    """The code of the group that each answer to the group item names; "" where it names none."""
    assert questionnaire.group_item is not None
    item = questionnaire.item(questionnaire.group_item)
    codes = {match_key(category.text): category.code for category in item.categories}
    return answer.map(match_key).map(codes).fillna("")


def _open_link_ids(raw: pd.DataFrame, table: pd.DataFrame) -> pd.Series[str]:
    """A name for those who came without a code: the moment of submission, to the second.

    Independent of the order of rows; two different submissions of the same second get -2, -3...
    in the order of their content, two identical ones share the name and so are duplicates.
    """
    content = _content(raw.drop(columns="_row"))
    moment = table["submitted"].dt.strftime("open-%Y%m%dT%H%M%S").fillna("open-undated")
    rank = content.groupby(moment).rank(method="dense").astype(int)
    named: pd.Series[str] = moment.where(rank == 1, moment + "-" + rank.astype(str))
    return named


def _content(cells: pd.DataFrame) -> pd.Series[str]:
    """All cells of a row in one text, to compare and order rows by."""
    texts = ["\x1f".join(row) for row in cells.itertuples(index=False, name=None)]
    return pd.Series(texts, index=cells.index, dtype=str)


def _mark_duplicates(
    raw: pd.DataFrame, table: pd.DataFrame, questionnaire: Questionnaire, keep: DuplicateRule
) -> pd.Series[int]:
    """Set `status` of all but one kept submission a respondent; return the row kept for each."""
    candidates = table.loc[table["status"] == KEPT, ["respondent", "submitted"]].copy()
    items = [item.id for item in questionnaire.items]
    candidates["content"] = _content(raw.loc[candidates.index, items])
    candidates["answered"] = (raw.loc[candidates.index, items] != "").sum(axis=1)
    by = ["respondent", "submitted", "content"]
    if keep == "most_answered":
        by.insert(1, "answered")
    candidates["_row"] = raw.loc[candidates.index, "_row"]
    # The row number comes last: it only decides between submissions equal to the letter.
    ordered = candidates.sort_values([*by, "_row"])
    chosen = ordered.drop_duplicates("respondent", keep="first" if keep == "first" else "last")
    table.loc[candidates.index.difference(chosen.index), "status"] = "duplicate"
    return chosen.set_index("respondent")["_row"]


def _row_issues(
    raw: pd.DataFrame,
    table: pd.DataFrame,
    questionnaire: Questionnaire,
    opens: date,
    closes: date,
    keep: DuplicateRule,
    winner: pd.Series[int],
) -> list[pd.DataFrame]:
    export = questionnaire.export
    time = (export.timestamp or "", "_timestamp")
    code = (export.invitation or "", "_invitation")
    explained = {
        "undated": (*time, Fact("validation.undated", {"format": TIMESTAMP_WORDS})),
        "early": (*time, Fact("validation.early", {"opens": Day(opens.isoformat())})),
        "late": (*time, Fact("validation.late", {"closes": Day(closes.isoformat())})),
        "unknown_invitation": (*code, Fact("validation.unknown_invitation")),
    }
    found = []
    for status, (column, source, fact) in explained.items():
        mask = table["status"] == status
        found.append(_issues(status, mask, raw, table, raw[source], column, fact))
    mask = table["status"] == "duplicate"
    facts = [
        Fact(DUPLICATES[keep], {"row": str(winner[name])}) for name in table.loc[mask, "respondent"]
    ]
    return [*found, _issues("duplicate", mask, raw, table, raw[code[1]], code[0], facts)]
