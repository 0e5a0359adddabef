"""The faults that validation finds: one row a fault, one table for all.

What was found and what was done is a fact (`readiness.ground.facts`); `sentence` says it in a
language.
Severities: `note` (nothing lost: a spelling read, a blank), `warning` (kept, but look at it),
`error` (a value or a whole submission is not used as it came).
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

# What is written of a fault: the question, what an answer can be, the option that it nearly is.
ISSUE_COLUMNS = (
    *("row", "respondent", "column", "item", "rule", "severity", "value", "fact"),
    *("question", "expected", "suggestion"),
)

# Every rule with its severity.
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
# Those of a text that was not read: it may stand for no answer.
UNREAD = ("unknown_option", "not_a_number", "out_of_range", "not_a_date")
# What each severity is called, as a key of the catalogues.
SEVERITIES = {severity: f"validation.severity.{severity}" for severity in RULES.values()}
# What each rule means, as a key of the catalogues. The documentation lists them from here.
MEANINGS = {rule: f"validation.rule.{rule}" for rule in RULES}

# The row of an issue that is about no row of the export: a correction, a whole column.
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
    """Issues of one `rule`, a row for each entry of `row`; `fact` of all, or of each.

    An array of facts holds them as JSON already.
    """
    rows = np.asarray(row, dtype=np.int64)
    if isinstance(fact, Fact):
        said: Any = to_json(fact)
    else:
        said = fact if isinstance(fact, np.ndarray) else [to_json(each) for each in fact]
    content: dict[str, Any] = {
        **{"row": rows, "respondent": respondent, "column": column, "item": item, "rule": rule},
        **{"severity": RULES[rule], "value": value, "fact": said, "suggestion": suggestion},
    }
    return pd.DataFrame(content, index=range(len(rows)), dtype=object).astype({"row": np.int64})


def collect(
    parts: Sequence[pd.DataFrame], order: Sequence[str], expected: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """All issues in one table, by row, then item in the order of the form, then rule.

    `expected`: by item, the question as it was asked and what an answer can be.
    """
    if not (kept := [part for part in parts if len(part)]):
        return pd.DataFrame(columns=[*ISSUE_COLUMNS], dtype=object)
    whole = pd.concat(kept, ignore_index=True)
    whole["place"] = whole["item"].map({item: place for place, item in enumerate(["", *order])})
    # The value comes last: it only decides where a row has a rule twice.
    whole = whole.sort_values(["row", "place", "rule", "value"], ignore_index=True)
    whole["question"] = whole["item"].map({item: asked for item, (asked, _) in expected.items()})
    whole["expected"] = whole["item"].map({item: known for item, (_, known) in expected.items()})
    return whole[[*ISSUE_COLUMNS]].fillna("")


def place_issue(issue: Mapping[Any, Any]) -> Fact:
    """A row of the table with where it is: row and column of the export, and what it holds."""
    known: dict[str, Value] = {
        "column": str(issue["column"]),
        "said_value": quote_cell(str(issue["value"]).replace(TICKED, "; ")),
        "what": of_domain(issue["fact"], "validation"),
    }
    if near := issue.get("suggestion"):
        kind = "validation.declare" if near.startswith("missing: ") else "validation.near"
        known["what"] = Fact(kind, {**known, "said_near": quote_cell(near)})
    if str(issue["row"]) != str(NO_ROW) and not issue["column"]:
        return Fact("validation.at.whole", {"row": str(issue["row"]), "what": known["what"]})
    if str(issue["row"]) != str(NO_ROW):
        return Fact("validation.at.row", {**known, "row": str(issue["row"])})
    if issue["respondent"]:
        return Fact("validation.at.correction", {**known, "respondent": str(issue["respondent"])})
    return Fact("validation.at.column", known)


def sentence(issue: Mapping[Any, Any], language: Language) -> str:
    """A row of the table as a reader of that language reads it."""
    return tell(place_issue(issue), language)


# --- the faults of an export in few lines: how many of each rule, and the worst

_ALIKE = ["rule", "item", "value"]


def by_rule(issues: pd.DataFrame) -> pd.DataFrame:
    """Columns `rule`, `severity`, `n`: the worst first, then the most frequent."""
    counts = issues["rule"].value_counts()
    table = pd.DataFrame({"rule": counts.index, "n": counts.to_numpy()})
    table.insert(1, "severity", [RULES[str(rule)] for rule in table["rule"]])
    return _sort_worst(table, -table["n"]).reset_index(drop=True)


def worst(issues: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first of each kind of fault, with `n`: how often the same value has it.

    At most `most` rows, the worst first, then the most frequent.
    """
    n = issues.groupby(_ALIKE, sort=False)["row"].transform("size")
    first = issues.assign(n=n).drop_duplicates(_ALIKE)
    return _sort_worst(first, -first["n"]).head(most).reset_index(drop=True)


def sort_issues(issues: pd.DataFrame) -> pd.DataFrame:
    """All faults, the worst first, then by row."""
    return _sort_worst(issues, pd.to_numeric(issues["row"], errors="coerce").fillna(0))


def _sort_worst(table: pd.DataFrame, then: "pd.Series[int]") -> pd.DataFrame:
    rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
    return table.iloc[np.lexsort([then, rank])]
