"""What validation found, without what names or quotes a respondent.

Nothing is sorted and no row leaves: no number depends on a key, and whoever recomputes needs none.
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
# What each kind of personal data is called, as a key of the catalogues.
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
    """The items whose answers are kept apart: personal ones, and free text."""
    return frozenset(i.id for i in questionnaire.items if i.personal or i.kind.is_free_text)


@dataclass(frozen=True)
class Apart:
    """What is kept apart, for whoever may see it.

    answers: one row an answer to a personal item or in free text: `respondent`, `item`, `value`.
    seen: one row a cell that holds personal data: `row` of the export, `column`, `item`, `kinds`.
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
    """What goes on, and what is kept apart.

    `result`: what `validate` made of `raw`. `raw`: the export, in whose items personal data are
    looked for. `ignored`: its other columns by their header, with `_row` (`readers.read_ignored`).
    `questionnaire`: what was asked. `detectors`: what is looked for. `key`: makes pseudonyms of the
    respondents; None where nobody is named (a simulated wave).
    """
    apart = list_kept_apart(questionnaire)
    columns = {name for item in apart for name in questionnaire.item(item).columns}
    answers, said = kept_apart(result.answers, columns, SPECIAL_CODES)
    quarantine = result.quarantine.copy()
    for item in apart:
        quarantine[item] = quarantine[item].where(quarantine[item] == "", GIVEN)
    found = _find_personal(raw, ignored, questionnaire, detectors)
    export = questionnaire.export
    codes = [text for text in (export.invitation, export.respondent) if text and key is not None]
    at = result.issues["item"].isin(list(apart))
    silent = without_values(result.issues, at | result.issues["column"].isin(codes), QUOTING)
    told = at & result.issues["value"].ne("")
    silent["fact"] = silent["fact"].where(~told, to_json(Fact("validation.kept_apart")))
    issues = pd.concat([silent, _make_issues(found)])
    if key is not None:
        answers, said, issues, quarantine = (
            with_pseudonyms(table, ("respondent",), key)
            for table in (answers, said, issues, quarantine)
        )
    # An issue that is added has no question of its own beside its column.
    issues = issues.sort_values("row", kind="stable").fillna("").reset_index(drop=True)
    seen = found.assign(kinds=found["kinds"].map(" ".join))
    separated = replace(result, answers=answers, issues=issues, quarantine=quarantine)
    return separated, Apart(said, seen)


def _find_personal(
    raw: pd.DataFrame, ignored: pd.DataFrame, questionnaire: Questionnaire, detectors: Detectors
) -> pd.DataFrame:
    """Where personal data stand in an export: `row`, `column` (its header), `item`, `kinds`."""
    headers = {i.id: i.column for i in questionnaire.items if not i.personal and i.id in raw}
    parts = []
    for cells, names in ((raw, headers), (ignored, {})):
        searched = names or [column for column in cells.columns if column != ROW]
        found = personal_data_seen(cells[list(searched)], detectors)
        column = found["column"]
        parts.append(
            pd.DataFrame(
                {
                    "row": cells[ROW].reindex(found["at"]).to_numpy(),
                    "column": column.map(lambda name, names=names: names.get(name, name)),
                    "item": column if names else "",
                    "kinds": found["kinds"],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _make_issues(found: pd.DataFrame) -> pd.DataFrame:
    """Issues of the rule `personal_data_seen`, in the order of rows, then of the form."""
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
