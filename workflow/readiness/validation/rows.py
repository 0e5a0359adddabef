"""Decide which submissions are kept, by fieldwork period, invitation code and duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.facts import Day, Fact
from readiness.questionnaire import Questionnaire, tidy
from readiness.readers.texts import Booleans, Texts, ranks
from readiness.readers.tools.base import CONTESTED, EMPTY, REJECTED, TEST
from readiness.validation.cells import Options
from readiness.validation.issues import issues_of

KEPT = "kept"

DuplicateRule = Literal["last", "first", "most_answered"]
# Reason for keeping the other submission, by the wave's rule for duplicates.
DUPLICATES: dict[DuplicateRule, str] = {
    "last": "validation.duplicate.last",
    "first": "validation.duplicate.first",
    "most_answered": "validation.duplicate.most_answered",
}
# Issues of one rule: the rule, the mask of submissions, the column, the content of the column, and
# one fact for all issues or a fact for each.
_Said = tuple[str, Booleans, str, Any, Fact | list[Fact]]


def submissions(
    raw: pd.DataFrame,
    questionnaire: Questionnaire,
    tokens: frozenset[str] | None,
    *,
    opens: date | None,
    closes: date | None,
    keep: DuplicateRule,
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Decide which submissions are kept, and name the respondent of each submission.

    `raw`: an export as `readiness.readers.read_export` returns it. `tokens`: invitation codes of
    the sample; None when there is no sample. `opens`: first day on which submissions count, from
    midnight on. `closes`: last day on which submissions count, until midnight. If both are None, a
    submission of any day counts, even one without a day. `keep`: which of several submissions of a
    respondent is kept.

    Returns a table aligned with `raw`, and tables of issues. Columns: `respondent`, `submitted`,
    `group` (a code or ""), `status` (`kept`, or the rule by which the submission is not kept).
    """
    table = pd.DataFrame(index=raw.index)
    # Time of submission, as the reader of the tool parsed it.
    moments = _read_column(raw, "_submitted")
    table["submitted"] = pd.to_datetime(moments, format="ISO8601", errors="coerce")
    answer = raw[questionnaire.group_item] if questionnaire.group_item else None
    table["group"] = ""
    if answer is not None:
        # Code of the group that each answer names; "" for an answer that names no group.
        item, texts = questionnaire.item(str(questionnaire.group_item)), Texts.of(answer)
        contested = raw.attrs.get(CONTESTED, {}).get(item.id)
        options = Options.of(item, texts.texts, contested=contested)
        table["group"] = texts.to_rows([(options.find(text) or ("",))[0] for text in texts.texts])
    typed_codes = (
        Texts.of(raw["_invitation"]) if "_invitation" in raw else Texts.repeat_text("", len(raw))
    )
    code_of_row = typed_codes.map_to([read_invitation_code(text) for text in typed_codes.texts])
    table["token"] = code_of_row.cells
    has_code = code_of_row.isin(tokens) if tokens is not None else code_of_row.filled
    is_apart = table["group"].isin(questionnaire.groups_apart).to_numpy()
    by_open_link = ~has_code & (is_apart if tokens is not None else True)
    dated = opens is not None or closes is not None
    names = _open_names(raw, table["submitted"], by_open_link, dated)
    table["respondent"] = table["token"].where(~by_open_link, names)
    day = table["submitted"].dt.normalize()
    status = np.full(len(raw), KEPT, dtype=object)
    status[~has_code & ~by_open_link] = "unknown_invitation"
    if closes is not None:
        status[(day > pd.Timestamp(closes)).to_numpy()] = "late"
    if opens is not None:
        status[(day < pd.Timestamp(opens)).to_numpy()] = "early"
    if dated:
        status[table["submitted"].isna().to_numpy()] = "undated"
    if "_fault" in raw:
        faults = Texts.of(raw["_fault"])
        status[faults.filled] = "structure"
        status[faults.isin([EMPTY])] = "empty_row"
        status[faults.where(lambda why: why.startswith((TEST, REJECTED)))] = "test_answer"
    table["status"] = status
    winner = _mark_duplicates(raw, table, questionnaire, keep)

    kept = (table["status"] == KEPT).to_numpy()
    misspelt = kept & has_code & typed_codes.where(lambda text: text != read_invitation_code(text))
    ignored_code = kept & by_open_link & code_of_row.filled
    issue_parts: list[_Said] = [
        *_tell_not_kept(raw, table, questionnaire, opens, closes, keep, winner),
        *(
            (rule, mask, questionnaire.export.invitation or "", typed_codes.cells, Fact(kind))
            for rule, kind, mask in (
                ("invitation_spelling", "validation.rule.invitation_spelling", misspelt),
                ("invitation_set_aside", "validation.rule.invitation_set_aside", ignored_code),
            )
        ),
    ]
    if answer is not None and tokens is not None:
        conflict = kept & has_code & ((table["group"] == "").to_numpy() | is_apart)
        facts = [_explain_conflict(group, questionnaire) for group in table.loc[conflict, "group"]]
        issue_parts.append(("group_conflict", conflict, item.column, answer, facts))
    rows, people = raw["_row"].to_numpy(), table["respondent"].to_numpy(dtype=object)
    all_issues = [
        issues_of(
            rule,
            fact,
            row=rows[mask],
            respondent=people[mask],
            value=np.asarray(value, dtype=object)[mask],
            column=column,
        )
        for rule, mask, column, value, fact in issue_parts
        if mask.any()
    ]
    return table.drop(columns="token"), all_issues


def _read_column(raw: pd.DataFrame, name: str) -> pd.Series[str]:
    """Return a column as plain text; "" throughout where the reader has no such column."""
    if name not in raw:
        return pd.Series("", index=raw.index, dtype=object)
    return raw[name].astype(object).fillna("")


def _explain_conflict(group: str, questionnaire: Questionnaire) -> Fact:
    """Explain the group of an invited person whose answer to the group item is not used.

    `group`: the group apart that the answer names; "" where the answer names no group.
    """
    if group:
        return Fact("validation.group.left", {"group": group})
    if len(questionnaire.weighted_groups) > 1:
        return Fact("validation.group.unknown")
    return Fact("validation.group.blank", {"group": questionnaire.weighted_groups[0]})


def read_invitation_code(text: str) -> str:
    """Normalise a typed invitation code: remove spaces and convert to upper case."""
    if text.isascii() and text.isalnum() and text.isupper():
        return text
    return "".join(tidy(text).split()).upper()


def _open_names(
    raw: pd.DataFrame, submitted: pd.Series[Any], wanted: Booleans, dated: bool
) -> pd.Series[str]:
    """Return a name for each respondent without an invitation code, in the rows `wanted`.

    The name is the tool's identifier of the response, where the export has an identifier. Otherwise
    it is the time of submission to the second. Different submissions of one second get -2, -3, ...
    in the order of their content, so names do not depend on the order of rows; identical
    submissions get one name, and so are duplicates. Where the time is missing and no dates are set
    (not `dated`), the name is the row.
    """
    names = np.full(len(raw), "", dtype=object)
    if "_id" in raw:
        identifiers = Texts.of(raw["_id"])
        names[:] = identifiers.to_rows(
            [f"id-{tidy(text)}" if tidy(text) else "" for text in identifiers.texts]
        )
    stamped = _read_column(raw, "_timestamp").ne("").any() or submitted.notna().any()
    by_moment = wanted & (names == "") & (submitted.notna().to_numpy() | (dated and stamped))
    if (by_row := wanted & (names == "") & ~by_moment).any():
        width = len(str(raw["_row"].max()))
        names[by_row] = [f"row-{row:0{width}d}" for row in raw.loc[by_row, "_row"].tolist()]
    if by_moment.any():
        names[by_moment] = _name_by_moment(raw, submitted)[by_moment]
    return pd.Series(names, index=raw.index)


def _name_by_moment(raw: pd.DataFrame, submitted: pd.Series[Any]) -> npt.NDArray[np.object_]:
    """Return a name such as `open-20260302T100000` for each row.

    Rows of one time with different content are numbered: the second content gets `-2`.
    """
    seconds = submitted.to_numpy(dtype="datetime64[s]")
    moments = seconds.astype(np.int64)
    times = np.datetime_as_string(seconds).astype("U19")
    # Characters of `2026-03-02T10:00:00` without dashes and colons.
    characters = np.delete(times.view(np.uint32).reshape(-1, 19), (4, 7, 13, 16), axis=1)
    stamps = np.where(times == "NaT", "undated", characters.copy().view("U15").ravel()).tolist()
    names = np.array([f"open-{text}" for text in stamps], dtype=object)
    if len(repeated := np.flatnonzero(pd.Series(moments).duplicated(keep=False))):
        moment = np.unique(moments[repeated], return_inverse=True)[1].astype(np.int32)
        rows = raw.drop(columns=["_row", "_submitted"], errors="ignore").iloc[repeated]
        columns = (Texts.of(rows[name]).order_of_texts for name in rows)
        content_rank = ranks([moment, *columns], len(repeated))
        # Smallest rank among the contents of each time: the others are numbered from there.
        first = np.full(int(moment.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(first, moment, content_rank)
        number = (content_rank - first[moment]).tolist()
        names[repeated] = [
            f"{n}-{k + 1}" if k else n for n, k in zip(names[repeated], number, strict=True)
        ]
    return names


def _mark_duplicates(
    raw: pd.DataFrame, table: pd.DataFrame, questionnaire: Questionnaire, keep: DuplicateRule
) -> pd.Series[int]:
    """Keep one submission of each respondent, and set the status of the others to `duplicate`.

    Returns the row of the kept submission, by respondent with several submissions.
    """
    kept = table.loc[table["status"] == KEPT, ["respondent", "submitted"]]
    candidates = kept[kept["respondent"].duplicated(keep=False)]
    if candidates.empty:
        return pd.Series(dtype=int)
    cells = raw.loc[candidates.index, [item.id for item in questionnaire.items]].astype(object)
    candidates = candidates.assign(
        content=["\x1f".join(row) for row in cells.to_numpy()],
        answered=(cells != "").sum(axis=1),
        _row=raw.loc[candidates.index, "_row"],
    )
    sort_columns = ["respondent", "submitted", "content"]
    if keep == "most_answered":
        sort_columns.insert(1, "answered")
    # The row number only decides between submissions with equal content.
    ordered = candidates.sort_values([*sort_columns, "_row"])
    chosen = ordered.drop_duplicates("respondent", keep="first" if keep == "first" else "last")
    table.loc[candidates.index.difference(chosen.index), "status"] = "duplicate"
    return chosen.set_index("respondent")["_row"]


def _tell_not_kept(
    raw: pd.DataFrame,
    table: pd.DataFrame,
    questionnaire: Questionnaire,
    opens: date | None,
    closes: date | None,
    keep: DuplicateRule,
    winner: pd.Series[int],
) -> Iterator[_Said]:
    """Yield the issues of submissions that are not kept, rule by rule."""
    export = questionnaire.export
    status = table["status"].to_numpy(dtype=object)
    moments, codes = _read_column(raw, "_timestamp"), _read_column(raw, "_invitation")
    reasons = _read_column(raw, "_fault")
    facts = {
        "undated": Fact("validation.undated", {"format": "dd/mm/yyyy HH:MM:SS"}),
        "early": Fact("validation.early", {"opens": Day(str(opens))}),
        "late": Fact("validation.late", {"closes": Day(str(closes))}),
    }
    time_column = export.timestamp or ""
    yield from ((rule, status == rule, time_column, moments, fact) for rule, fact in facts.items())
    column, rule = export.invitation or "", "unknown_invitation"
    yield rule, status == rule, column, codes, Fact("validation.rule.unknown_invitation")
    is_structural = status == "structure"
    structure_facts = [
        Fact("validation.structure", {"said_why": text}) for text in reasons[is_structural]
    ]
    yield "structure", is_structural, "", reasons, structure_facts
    yield "test_answer", status == "test_answer", "", reasons, Fact("validation.rule.test_answer")
    yield "empty_row", status == "empty_row", "", reasons, Fact("validation.rule.empty_row")
    repeated = status == "duplicate"
    undated = set(table.loc[table["submitted"].isna(), "respondent"])
    duplicate_facts = [
        Fact(
            # Without a time, the last submission cannot be chosen by time.
            "validation.duplicate.undated"
            if name in undated and keep != "most_answered"
            else DUPLICATES[keep],
            {"row": str(winner[name])},
        )
        for name in table.loc[repeated, "respondent"]
    ]
    code_or_name = codes if export.invitation else table["respondent"]
    yield "duplicate", repeated, column, code_or_name, duplicate_facts


def set_aside(
    raw: pd.DataFrame, table: pd.DataFrame, issues: pd.DataFrame, questionnaire: Questionnaire
) -> pd.DataFrame:
    """Return a table with one row for each submission that is not kept, in order of the export.

    `table`: as `submissions` returns it. Columns: `row`, `respondent`, `submitted`, `rule`, `fact`,
    then the raw text of each item.
    """
    places = np.flatnonzero(table["status"] != KEPT)
    places = places[np.argsort(raw["_row"].to_numpy()[places], kind="stable")]
    rows, status = raw["_row"].to_numpy()[places], table["status"].to_numpy(dtype=object)[places]
    issues_of_rules = issues[issues["rule"].isin(set(status))]
    facts = issues_of_rules.drop_duplicates(["row", "rule"], keep="last").set_index(
        ["row", "rule"]
    )["fact"]
    moments = table["submitted"].iloc[places].dt.strftime("%Y-%m-%dT%H:%M:%S").fillna("")
    columns = {
        "row": rows,
        "respondent": table["respondent"].to_numpy(dtype=object)[places],
        "submitted": moments.to_numpy(dtype=object),
        "rule": status,
        "fact": facts.reindex(pd.MultiIndex.from_arrays([rows, status]), fill_value="").to_numpy(),
    }
    columns |= {i.id: raw[i.id].iloc[places].to_numpy(dtype=object) for i in questionnaire.items}
    return pd.DataFrame(columns)


def mark_ineligible(sample: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return the sample with the disposition `ineligible` for respondents who were screened out.

    `token` of the sample and `respondent` of the quarantine must be the same names. AAPOR (2023):
    a case that the screening questions of the interview find ineligible.
    """
    screened_tokens = quarantine.loc[quarantine["rule"] == "screened_out", "respondent"]
    is_screened = sample["token"].isin(screened_tokens)
    if not is_screened.any():
        return sample
    disposition = sample.get("disposition", pd.Series("", index=sample.index))
    return sample.assign(disposition=disposition.mask(is_screened, "ineligible"))
