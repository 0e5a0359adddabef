"""The table of issues: one row per fault, one table for all rules.

Each row holds a fact (`ground.facts`), which `sentence` writes in a language. Severities: `note`
(nothing is lost, as with a blank or a misspelt option), `warning` (the value is kept and should be
checked), `error` (a value or a whole submission is not used as exported).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.facts import Fact, Value, of_domain, to_json
from readiness.ground.printable import quote_cell
from readiness.language import Language, tell
from readiness.questionnaire import TICKED

# Columns of the table of issues; the last three are the question, the possible answers, and the
# most similar option.
ISSUE_COLUMNS = (
    *("row", "respondent", "column", "item", "rule", "severity", "value", "fact"),
    *("question", "expected", "suggestion"),
)

# Severity of each rule.
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
    "empty_row": "note",
    "test_answer": "note",
    "required": "warning",
    "routed_blank": "warning",
    "not_a_date": "error",
    "impossible_date": "error",
    "exclusive": "warning",
    "near_option": "warning",
    "two_options": "error",
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
# Rules broken by a text that could not be read; the text may be an undeclared missing code.
UNREAD = ("unknown_option", "not_a_number", "out_of_range", "not_a_date")
# Key in the catalogues of the name of each severity.
SEVERITIES = {severity: f"validation.severity.{severity}" for severity in RULES.values()}
# Key in the catalogues of the meaning of each rule. The documentation lists these meanings.
MEANINGS = {rule: f"validation.rule.{rule}" for rule in RULES}

# Row of an issue about a correction or a whole column, which has no row in the export.
NO_ROW = 0


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
    """Return issues of one `rule`, a row for each entry of `row`.

    `fact`: one fact for all issues, a sequence with a fact for each issue, or an array with the
    JSON of each fact. Columns as `ISSUE_COLUMNS`, without `question` and `expected`.
    """
    rows = np.asarray(row, dtype=np.int64)
    if isinstance(fact, Fact):
        fact_json: Any = to_json(fact)
    else:
        fact_json = fact if isinstance(fact, np.ndarray) else [to_json(entry) for entry in fact]
    content: dict[str, Any] = {
        **{"row": rows, "respondent": respondent, "column": column, "item": item, "rule": rule},
        **{"severity": RULES[rule], "value": value, "fact": fact_json, "suggestion": suggestion},
    }
    return pd.DataFrame(content, index=range(len(rows)), dtype=object).astype({"row": np.int64})


def collect(
    parts: Sequence[pd.DataFrame], order: Sequence[str], expected: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """Return all issues in one table, sorted by row, then item in the order of the form, then rule.

    `expected`: for each item, the question as asked and its possible answers.
    """
    if not (filled := [part for part in parts if len(part)]):
        return pd.DataFrame(columns=[*ISSUE_COLUMNS], dtype=object)
    whole = pd.concat(filled, ignore_index=True)
    whole["place"] = whole["item"].map({item: place for place, item in enumerate(["", *order])})
    # The value decides the order where a row breaks a rule twice.
    whole = whole.sort_values(["row", "place", "rule", "value"], ignore_index=True)
    whole["question"] = whole["item"].map({item: asked for item, (asked, _) in expected.items()})
    whole["expected"] = whole["item"].map(
        {item: possible for item, (_, possible) in expected.items()}
    )
    return whole[[*ISSUE_COLUMNS]].fillna("")


def place_issue(issue: Mapping[Any, Any]) -> Fact:
    """Return an issue as a fact with its row and column of the export, and the cell's content."""
    values: dict[str, Value] = {
        "column": str(issue["column"]),
        "said_value": quote_cell(str(issue["value"]).replace(TICKED, "; ")),
        "what": of_domain(issue["fact"], "validation"),
    }
    if suggestion := issue.get("suggestion"):
        kind = "validation.declare" if suggestion.startswith("missing: ") else "validation.near"
        values["what"] = Fact(kind, {**values, "said_near": quote_cell(suggestion)})
    if str(issue["row"]) != str(NO_ROW) and not issue["column"]:
        return Fact("validation.at.whole", {"row": str(issue["row"]), "what": values["what"]})
    if str(issue["row"]) != str(NO_ROW):
        return Fact("validation.at.row", {**values, "row": str(issue["row"])})
    if issue["respondent"]:
        return Fact("validation.at.correction", {**values, "respondent": str(issue["respondent"])})
    return Fact("validation.at.column", values)


def sentence(issue: Mapping[Any, Any], language: Language) -> str:
    """Return an issue as a sentence in a language."""
    return tell(place_issue(issue), language)
