"""The faults that validation finds: one row a fault, one table for all.

Severities: `note` (nothing lost: a spelling read, a blank), `warning` (kept, but look at it),
`error` (a value or a whole submission is not used as it came).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

ISSUE_COLUMNS = (
    "row",
    "respondent",
    "column",
    "item",
    "rule",
    "severity",
    "value",
    "expected",
    "action",
)

# rule: (severity, what it means). The documentation and the report list them from here.
RULES: dict[str, tuple[str, str]] = {
    "undated": ("error", "The timestamp cannot be read: the submission is not kept."),
    "early": ("error", "Submitted before the wave opened: the submission is not kept."),
    "late": ("error", "Submitted after the wave closed: the submission is not kept."),
    "unknown_invitation": ("error", "No invitation code of the sample: not kept."),
    "duplicate": ("error", "Another submission of the same respondent is kept instead."),
    "group_conflict": ("warning", "Group blank, or not the group of the invitation code."),
    "invitation_spelling": ("note", "An invitation code with stray spaces or small letters."),
    "invitation_set_aside": ("warning", "A code outside the sample on the experts' open link."),
    "spelling": ("note", "Read as a known answer in spite of spaces, case or apostrophes."),
    "no_answer": ("note", "Asked and not answered: `_blank`."),
    "unknown_option": ("error", "Not an option of the item: set aside."),
    "not_a_number": ("error", "Not a whole number: `_invalid`."),
    "out_of_range": ("error", "A number that cannot be true: `_invalid`."),
    "contradiction": ("warning", "`Don't know` ticked beside an option: the options are kept."),
    "routed_out": ("warning", "Answered though the item was not asked: `_not_asked`."),
    "routing_unclear": ("warning", "The item that decides whether it is asked has no answer."),
    "differs_from_frame": ("warning", "Not what the frame says: kept, the frame rules weighting."),
    "corrected": ("note", "Replaced by an entry of the corrections file."),
    "correction_unused": ("warning", "The respondent of a correction has no submission kept."),
}


def issues_of(
    rule: str,
    *,
    row: Sequence[int],
    respondent: Sequence[str],
    value: Sequence[str],
    action: str | Sequence[str],
    column: str = "",
    item: str = "",
    expected: str | Sequence[str] = "",
) -> pd.DataFrame:
    """Issues of one `rule`, a row for each entry of `row`."""
    content: dict[str, Any] = {
        "row": list(row),
        "respondent": list(respondent),
        "column": column,
        "item": item,
        "rule": rule,
        "severity": RULES[rule][0],
        "value": list(value),
        "expected": expected if isinstance(expected, str) else list(expected),
        "action": action if isinstance(action, str) else list(action),
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
