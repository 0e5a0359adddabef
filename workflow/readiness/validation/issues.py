"""The faults that validation finds: one row a fault, one table for all.

What was found and what was done is a fact (`readiness.facts`); `sentence` says it in a language.
Severities: `note` (nothing lost: a spelling read, a blank), `warning` (kept, but look at it),
`error` (a value or a whole submission is not used as it came).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.facts import Fact, Value, of_domain, to_json
from readiness.language import Language, tell
from readiness.terminal import quoted
from readiness.validation.columns import Texts

ISSUE_COLUMNS = (
    "row", "respondent", "column", "item", "rule", "severity", "value", "fact",
    "question", "expected", "suggestion",
)  # fmt: skip
"""What is written of a fault, behind it the question, what an answer can be, and the option that it
nearly is."""

RULES: dict[str, str] = {
    "undated": "error",
    "early": "error",
    "late": "error",
    "unknown_invitation": "error",
    "duplicate": "error",
    "group_conflict": "warning",
    "invitation_spelling": "note",
    "invitation_set_aside": "warning",
    "spelling": "note",
    "no_answer": "note",
    "unknown_option": "error",
    "not_a_number": "error",
    "out_of_range": "error",
    "contradiction": "warning",
    "routed_out": "warning",
    "routing_unclear": "warning",
    "differs_from_frame": "warning",
    "corrected": "note",
    "correction_unused": "warning",
    "structure": "error",
    "screened_out": "note",
    "required": "warning",
    "routed_blank": "warning",
    "not_a_date": "error",
    "impossible_date": "error",
    "exclusive": "warning",
    "near_option": "warning",
    "impossible_time": "warning",
    "broken_off": "note",
    "same_content": "warning",
    "same_few_answers": "note",
    "straight_line": "note",
    "speeder": "warning",
    "outlier": "note",
    "unseen_option": "warning",
    "never_chosen": "note",
    "one_case": "note",
    "personal_data_seen": "warning",
}
"""Every rule with its severity."""
SEVERITIES = {severity: f"validation.severity.{severity}" for severity in RULES.values()}
"""What each severity is called, as a key of the catalogues."""
MEANINGS = {rule: f"validation.rule.{rule}" for rule in RULES}
"""What each rule means, as a key of the catalogues. The documentation lists them from here."""

NO_ROW = 0
"""The row of an issue that is about no row of the export: a correction, a whole column."""


def issues_of(
    rule: str,
    fact: Fact | Sequence[Fact] | npt.NDArray[np.object_],
    *,
    row: npt.ArrayLike,
    respondent: Sequence[str] | npt.NDArray[np.object_],
    value: str | Sequence[str] | npt.NDArray[np.object_],
    column: str,
    item: str = "",
    suggestion: str | Sequence[str] | npt.NDArray[np.object_] = "",
) -> pd.DataFrame:
    """Issues of one `rule`, a row for each entry of `row`; `fact` of all, or of each.

    An array of facts holds them as JSON already.
    """
    rows = np.asarray(row, dtype=np.int64)
    if isinstance(fact, Fact):
        said: Any = to_json(fact)
    else:
        said = fact if isinstance(fact, np.ndarray) else [to_json(each) for each in fact]
    content: dict[str, Any] = {
        "row": rows,
        "respondent": _texts(respondent, len(rows)),
        "column": _texts(column, len(rows)),
        "item": _texts(item, len(rows)),
        "rule": _texts(rule, len(rows)),
        "severity": _texts(RULES[rule], len(rows)),
        "value": _texts(value, len(rows)),
        "fact": _texts(said, len(rows)),
        "suggestion": _texts(suggestion, len(rows)),
    }
    return pd.DataFrame(content)


def _texts(values: Any, n: int) -> npt.NDArray[np.object_]:
    """One text for all rows, or one for each."""
    made = np.empty(n, dtype=object)
    made[:] = values
    return made


def collect(
    parts: Sequence[pd.DataFrame], order: Sequence[str], expected: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """All issues in one table, by row, then item in the order of the form, then rule.

    `expected`: by item, the question as it was asked and what an answer can be.
    """
    names = list(ISSUE_COLUMNS)
    kept = [part for part in parts if len(part)]
    if not kept:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in names})
    whole = pd.concat(kept, ignore_index=True)
    items = Texts.of(whole["item"])
    rank = {item: position for position, item in enumerate(["", *order])}
    by_item = np.array([rank[text] for text in items.texts])[items.codes]
    rules = Texts.of(whole["rule"])
    by_rule = np.argsort(np.argsort(rules.texts))[rules.codes]
    rows = whole["row"].to_numpy()
    at = np.lexsort((by_rule, by_item, rows))
    keys = np.column_stack([rows, by_item, by_rule])[at]
    same = (keys[1:] == keys[:-1]).all(axis=1)
    if same.any():
        # Only where a row has a rule twice do the values decide.
        tied = np.flatnonzero(np.r_[same, False] | np.r_[False, same])
        values = whole["value"].to_numpy()
        block = np.cumsum(np.r_[True, ~same])[tied]
        texts = np.unique(values[at[tied]].astype(str), return_inverse=True)[1]
        at[tied] = at[tied][np.lexsort((texts, block))]
    whole = whole.iloc[at].reset_index(drop=True)
    known = [expected.get(text, ("", "")) for text in items.texts]
    items = Texts(items.codes[at], items.texts)
    whole["question"] = items.spread([question for question, _ in known])
    whole["expected"] = items.spread([answer for _, answer in known])
    return whole[names]


def placed(issue: Mapping[Any, Any]) -> Fact:
    """A row of the table with where it is: row and column of the export, and what it holds."""
    known: dict[str, Value] = {
        "column": str(issue["column"]),
        "said_value": quoted(issue["value"]),
        "what": of_domain(issue["fact"], "validation"),
    }
    if near := issue.get("suggestion"):
        kind = "validation.declare" if near.startswith("missing: ") else "validation.near"
        known["what"] = Fact(kind, {**known, "said_near": quoted(near)})
    if str(issue["row"]) != str(NO_ROW) and not issue["column"]:
        return Fact("validation.at.whole", {"row": str(issue["row"]), "what": known["what"]})
    if str(issue["row"]) != str(NO_ROW):
        return Fact("validation.at.row", {**known, "row": str(issue["row"])})
    if issue["respondent"]:
        return Fact("validation.at.correction", {**known, "respondent": str(issue["respondent"])})
    return Fact("validation.at.column", known)


def sentence(issue: Mapping[Any, Any], language: Language) -> str:
    """A row of the table as a reader of that language reads it."""
    return tell(placed(issue), language)
