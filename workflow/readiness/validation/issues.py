"""The faults that validation finds: one row a fault, one table for all.

What was found and what was done is a fact (`readiness.facts`); `sentence` says it in a language.
Severities: `note` (nothing lost: a spelling read, a blank), `warning` (kept, but look at it),
`error` (a value or a whole submission is not used as it came).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from readiness.facts import Fact, Value, of_domain, to_json
from readiness.language import Language, tell
from readiness.terminal import quoted

ISSUE_COLUMNS = (
    "row",
    "respondent",
    "column",
    "item",
    "rule",
    "severity",
    "value",
    "fact",
)

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
    "personal_data_seen": "warning",
}
"""Every rule with its severity."""
SEVERITIES = {severity: f"validation.severity.{severity}" for severity in RULES.values()}
"""What each severity is called, as a key of the catalogues."""
MEANINGS = {rule: f"validation.rule.{rule}" for rule in RULES}
"""What each rule means, as a key of the catalogues. The documentation lists them from here."""

CORRECTIONS = 0
"""The row of an issue that is about the corrections file and no row of the export."""


def issues_of(
    rule: str,
    fact: Fact | Sequence[Fact],
    *,
    row: Sequence[int],
    respondent: Sequence[str],
    value: Sequence[str],
    column: str,
    item: str = "",
) -> pd.DataFrame:
    """Issues of one `rule`, a row for each entry of `row`; `fact` of all, or of each."""
    content: dict[str, Any] = {
        "row": list(row),
        "respondent": list(respondent),
        "column": column,
        "item": item,
        "rule": rule,
        "severity": RULES[rule],
        "value": list(value),
        "fact": to_json(fact) if isinstance(fact, Fact) else [to_json(each) for each in fact],
    }
    return pd.DataFrame(content, columns=list(ISSUE_COLUMNS), index=range(len(row)))


def collect(parts: Sequence[pd.DataFrame], order: Sequence[str]) -> pd.DataFrame:
    """All issues in one table, by row, then item in the order of the form, then rule."""
    kept = [part for part in parts if len(part)]
    if not kept:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ISSUE_COLUMNS})
    rank = {item: position for position, item in enumerate(["", *order])}
    whole = pd.concat(kept, ignore_index=True)
    whole["_rank"] = whole["item"].map(rank)
    whole = whole.sort_values(["row", "_rank", "rule", "value"], kind="stable")
    return whole.drop(columns="_rank").reset_index(drop=True)


def placed(issue: Mapping[Any, Any]) -> Fact:
    """A row of the table with where it is: row and column of the export, and what it holds."""
    known: dict[str, Value] = {
        "row": str(issue["row"]),
        "column": str(issue["column"]),
        "said_value": quoted(issue["value"]),
        "what": of_domain(issue["fact"], "validation"),
    }
    if str(issue["row"]) == str(CORRECTIONS):
        return Fact("validation.at.correction", {**known, "respondent": str(issue["respondent"])})
    return Fact("validation.at.row", known)


def sentence(issue: Mapping[Any, Any], language: Language) -> str:
    """A row of the table as a reader of that language reads it."""
    return tell(placed(issue), language)
