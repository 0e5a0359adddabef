"""From the raw export to coded answers, with every fault and every count.

The order is fixed and each stage sees only what the one before kept: which submissions count
(period, invitation code, duplicates), corrections, coding of cells, routing, frame. Nothing is
dropped in silence: received = kept + the submissions of each reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from readiness.errors import DataError
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.model import EXPERT, PROFESSIONAL
from readiness.validation.cells import read_cell
from readiness.validation.coding import code_answers, differences_from_frame
from readiness.validation.corrections import apply_corrections
from readiness.validation.issues import collect
from readiness.validation.rows import KEPT, DuplicateRule, submissions
from readiness.validation.schema import check_coded

NOT_KEPT = ("undated", "early", "late", "unknown_invitation", "duplicate")


@dataclass(frozen=True)
class Validated:
    """What validation hands on.

    answers: one row a kept respondent, sorted by `respondent`, all text: `respondent`, `group`,
        `stratum`, the frame variables, `base_weight` ("" for those outside the frame), then the
        items as codes or `_blank`, `_not_asked`, `_dont_know`, `_invalid`.
    issues: one row a fault (`ISSUE_COLUMNS`), in the order of the export.
    counts: `quantity`, `group`, `value` (int): `received`, `kept` and each reason for which a
        submission is not kept (group `all`), `kept` by group, `corrections` applied and unused,
        and by stratum `population`, `invited`, `answered`.
    """

    answers: pd.DataFrame
    issues: pd.DataFrame
    counts: pd.DataFrame

    def count(self, quantity: str, group: str = "all") -> int:
        """One count; KeyError when there is none such."""
        at = (self.counts["quantity"] == quantity) & (self.counts["group"] == group)
        if not at.any():
            raise KeyError(f"{quantity}, {group}")
        return int(self.counts.loc[at, "value"].iloc[0])


def validate(
    raw: pd.DataFrame,
    questionnaire: Questionnaire,
    sample: pd.DataFrame | None = None,
    corrections: pd.DataFrame | None = None,
    *,
    opens: date,
    closes: date,
    duplicates: DuplicateRule = "last",
) -> Validated:
    """Validate and code an export.

    Args:
        raw: submissions as `readiness.readers.read_export` gives them.
        questionnaire: what was asked.
        sample: the invited persons (`read_sample`); None for a wave without a frame.
        corrections: as `read_corrections` gives them.
        opens: first day on which submissions count.
        closes: last day on which submissions count.
        duplicates: which submission of a respondent is kept: the `last`, the `first`, or the one
            with `most_answered` items (of equals the last).

    Raises DataError when no submission can be kept, a correction does not fit its answer, or it
    makes a professional of someone outside the sample.
    """
    if opens > closes:
        raise DataError(f"the wave opens ({opens}) after it closes ({closes}).")
    raw = raw.reset_index(drop=True)
    tokens = None if sample is None else frozenset(sample["token"])
    table, found = submissions(
        raw, questionnaire, tokens, opens=opens, closes=closes, keep=duplicates
    )
    is_kept = table["status"] == KEPT
    if not is_kept.any():
        reasons = ", ".join(f"{n} {rule}" for rule, n in table["status"].value_counts().items())
        raise DataError(
            f"no submission of {len(raw)} can be kept ({reasons}); check opens, closes and sample."
        )
    answers = raw.loc[is_kept].assign(respondent=table.loc[is_kept, "respondent"])
    answers = answers.sort_values("respondent").reset_index(drop=True)
    applied = 0
    if corrections is not None:
        answers, issues, applied = apply_corrections(
            answers, corrections, questionnaire, tokens or frozenset()
        )
        found += issues
    groups = _groups(answers, questionnaire)
    coded, issues = code_answers(answers, groups, questionnaire)
    found += issues
    whole = pd.concat(
        [
            answers[["respondent"]],
            groups,
            _frame_columns(answers, groups, questionnaire, sample),
            coded,
        ],
        axis=1,
    )
    found += differences_from_frame(whole, answers["_row"], questionnaire)
    check_coded(whole, questionnaire, frame=sample is not None)
    unused = 0 if corrections is None else len(corrections) - applied
    counts = _counts(table, whole, sample, applied, unused)
    return Validated(whole, collect(found, [item.id for item in questionnaire.items]), counts)


def _groups(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.Series[str]:
    """Professional unless the answer says expert: a code of the sample is a professional's."""
    item = questionnaire.item(questionnaire.group_item)
    texts = answers[item.id].unique()
    codes = answers[item.id].map({text: read_cell(item, text).values[0] for text in texts})
    return codes.where(codes == EXPERT, PROFESSIONAL).rename("group")


def _frame_columns(
    answers: pd.DataFrame,
    groups: pd.Series[str],
    questionnaire: Questionnaire,
    sample: pd.DataFrame | None,
) -> pd.DataFrame:
    """Stratum, frame variables and base weight of professionals; "" for experts."""
    if sample is None:
        return pd.DataFrame(index=answers.index)
    names = ["stratum", *(variable.id for variable in questionnaire.frame), "base_weight"]
    frame = sample.set_index("token")[names]
    frame["base_weight"] = frame["base_weight"].map("{:.12g}".format)
    joined = frame.reindex(answers["respondent"]).reset_index(drop=True).fillna("")
    outside = (groups != EXPERT) & (joined["stratum"] == "")
    if outside.any():
        raise DataError(
            f"{answers.loc[outside, 'respondent'].iloc[0]} is a professional outside the sample "
            "(after corrections); only experts answer without an invitation code."
        )
    joined.loc[groups == EXPERT, :] = ""
    return joined


def _counts(
    table: pd.DataFrame,
    whole: pd.DataFrame,
    sample: pd.DataFrame | None,
    applied: int,
    unused: int,
) -> pd.DataFrame:
    rows: list[tuple[str, str, int]] = [("received", "all", len(table))]
    rows += [(rule, "all", int((table["status"] == rule).sum())) for rule in NOT_KEPT]
    rows.append(("kept", "all", len(whole)))
    rows += [
        ("kept", group, int((whole["group"] == group).sum())) for group in (PROFESSIONAL, EXPERT)
    ]
    rows += [("corrections_applied", "all", applied), ("corrections_unused", "all", unused)]
    if sample is not None:
        answered = whole["stratum"].value_counts()
        for stratum, drawn in sample.groupby("stratum", sort=True):
            name = str(stratum)
            rows += [
                ("population", name, int(drawn["stratum_population"].iloc[0])),
                ("invited", name, len(drawn)),
                ("answered", name, int(answered.get(name, 0))),
            ]
    return pd.DataFrame(rows, columns=["quantity", "group", "value"])
