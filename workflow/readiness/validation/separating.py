"""Separate personal content from the results of validation.

No row is dropped and no table is sorted by a pseudonym, so the numbers do not depend on the key of
the pseudonyms and can be recomputed without the key.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from readiness.ground.facts import Fact, Listed, Term, to_json
from readiness.privacy.detecting import Detectors, personal_data_seen
from readiness.privacy.pseudonyms import with_pseudonyms
from readiness.privacy.setting_apart import GIVEN, kept_apart, without_values
from readiness.questionnaire import SPECIAL_CODES, Questionnaire
from readiness.validation.issues import ISSUE_COLUMNS, issues_of

if TYPE_CHECKING:
    from readiness.validation.validate import Validated

PERSONAL_DATA = "personal_data_seen"
# Key in the catalogues of the name of each kind of personal data.
KINDS = {
    "email": "validation.personal.email",
    "telephone": "validation.personal.telephone",
    "identity": "validation.personal.identity",
    "iban": "validation.personal.iban",
}
ROW = "_row"
# Columns of the table of issues that may quote an answer.
QUOTING = ("value", "expected", "suggestion")


def list_kept_apart(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the ids of items whose answers are protected: personal ones, and free text."""
    return frozenset(i.id for i in questionnaire.items if i.personal or i.kind.is_free_text)


@dataclass(frozen=True)
class Apart:
    """Personal content, for readers with access to protected data.

    `answers`: one row per answer to a personal or free-text item: `respondent`, `item`, `value`.
    `seen`: one row per cell that holds personal data: `row` of the export, `column`, `item`,
    `kinds`.
    """

    answers: pd.DataFrame
    seen: pd.DataFrame


def separate(
    result: "Validated",
    raw: pd.DataFrame,
    ignored: pd.DataFrame,
    questionnaire: Questionnaire,
    detectors: Detectors,
    key: bytes | None = None,
) -> "tuple[Validated, Apart]":
    """Return the validated data without personal content, and the personal content.

    `result`: result of `validate` for `raw`. `raw`: the export. `ignored`: the columns of the
    export that are no items, by header, with `_row` (`readers.read_ignored`). Both tables are
    searched for personal data. `detectors`: the patterns to search for. `key`: key of the
    respondents' pseudonyms; None for a simulated wave, in which nobody is named.
    """
    protected_items = list_kept_apart(questionnaire)
    columns = {name for item in protected_items for name in questionnaire.item(item).columns}
    answers, protected = kept_apart(result.answers, columns, SPECIAL_CODES)
    quarantine = result.quarantine.copy()
    for item in protected_items:
        quarantine[item] = quarantine[item].where(quarantine[item] == "", GIVEN)
    personal_cells = _find_personal(raw, ignored, questionnaire, detectors)
    export = questionnaire.export
    codes = [text for text in (export.invitation, export.respondent) if text and key is not None]
    is_apart = result.issues["item"].isin(list(protected_items))
    without_quotes = without_values(
        result.issues, is_apart | result.issues["column"].isin(codes), QUOTING
    )
    is_quoted = is_apart & result.issues["value"].ne("")
    without_quotes["fact"] = without_quotes["fact"].where(
        ~is_quoted, to_json(Fact("validation.kept_apart"))
    )
    issues = pd.concat([without_quotes, _make_issues(personal_cells)])
    if key is not None:
        answers, protected, issues, quarantine = (
            with_pseudonyms(table, ("respondent",), key)
            for table in (answers, protected, issues, quarantine)
        )
    # A new issue has no question and no options: its cells are filled with "".
    issues = issues.sort_values("row", kind="stable").fillna("").reset_index(drop=True)
    seen = personal_cells.assign(kinds=personal_cells["kinds"].map(" ".join))
    separated = replace(result, answers=answers, issues=issues, quarantine=quarantine)
    return separated, Apart(protected, seen)


def _find_personal(
    raw: pd.DataFrame, ignored: pd.DataFrame, questionnaire: Questionnaire, detectors: Detectors
) -> pd.DataFrame:
    """Return a table of cells with personal data: `row`, `column` (a header), `item`, `kinds`."""
    headers = {i.id: i.column for i in questionnaire.items if not i.personal and i.id in raw}
    parts = []
    for cells, names in ((raw, headers), (ignored, {})):
        searched = names or [column for column in cells.columns if column != ROW]
        cells_found = personal_data_seen(cells[list(searched)], detectors)
        column = cells_found["column"]
        parts.append(
            pd.DataFrame(
                {
                    "row": cells[ROW].reindex(cells_found["at"]).to_numpy(),
                    "column": column.map(lambda name, names=names: names.get(name, name)),
                    "item": column if names else "",
                    "kinds": cells_found["kinds"],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _make_issues(found: pd.DataFrame) -> pd.DataFrame:
    """Return issues of the rule `personal_data_seen`, grouped by item and column."""
    parts = [pd.DataFrame(columns=list(ISSUE_COLUMNS))]
    for (item, column), group in found.groupby(["item", "column"], sort=False):
        named = (Listed(tuple(Term(KINDS[kind]) for kind in kinds)) for kinds in group["kinds"])
        facts = [Fact("validation.personal_data_seen", {"kinds": kinds}) for kinds in named]
        parts.append(
            issues_of(
                PERSONAL_DATA,
                facts,
                row=group["row"].tolist(),
                respondent=[""] * len(group),
                value=[GIVEN] * len(group),
                column=str(column),
                item=str(item),
            )
        )
    return pd.concat(parts, ignore_index=True)
