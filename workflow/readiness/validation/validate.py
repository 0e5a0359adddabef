"""From the raw export to coded answers, with every fault and every count.

The order is fixed and each stage sees only what the one before kept: which submissions count
(period, invitation code, duplicates), corrections, coding of cells, routing, frame. Nothing is
dropped in silence: received = kept + the submissions of each reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from readiness.config import NEWEST_EDITION
from readiness.errors import DataError
from readiness.questionnaire import Questionnaire, match_key
from readiness.questionnaire.model import TOTAL
from readiness.validation.cells import read_cell
from readiness.validation.coding import code_answers, differences_from_frame
from readiness.validation.corrections import apply_corrections
from readiness.validation.issues import collect, sentence
from readiness.validation.rows import KEPT, DuplicateRule, invitation_code, submissions
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
    given: by item, how many kept submissions hold an answer of any kind (a cell that is not blank).
    groups: the groups of the questionnaire, weighted and apart; none where it has no group item.
    """

    answers: pd.DataFrame
    issues: pd.DataFrame
    counts: pd.DataFrame
    given: Mapping[str, int]
    groups: tuple[str, ...]

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
    opens: date | None = None,
    closes: date | None = None,
    duplicates: DuplicateRule = "last",
    edition: int = NEWEST_EDITION,
) -> Validated:
    """Validate and code an export.

    Args:
        raw: submissions as `readiness.readers.read_export` gives them.
        questionnaire: what was asked.
        sample: the invited persons (`read_sample`); None for a wave without a frame.
        corrections: as `read_corrections` gives them.
        opens: first day on which submissions count; None: every day before `closes`.
        closes: last day on which submissions count; None: every day from `opens` on.
        duplicates: which submission of a respondent is kept: the `last`, the `first`, or the one
            with `most_answered` items (of equals the last).
        edition: of the methods; the first knows fewer rules.

    Raises DataError when no submission can be kept, a correction does not fit its answer, or it
    puts someone outside the sample into a weighted group.
    """
    opens, closes = opens or date.min, closes or date.max
    if opens > closes:
        raise DataError(f"the wave opens ({opens}) after it closes ({closes}).")
    tokens = None if sample is None else frozenset(sample["token"])
    return _validated(
        raw, questionnaire, tokens, sample, corrections,
        opens=opens, closes=closes, duplicates=duplicates, edition=edition,
    )  # fmt: skip


def first_reading(raw: pd.DataFrame, questionnaire: Questionnaire) -> Validated:
    """The same for an export of which only the questionnaire is known, not yet its wave.

    Every day counts and, where the questionnaire has a frame, every invitation code that is not
    blank. Raises DataError as `validate` does.
    """
    codes = raw["_invitation"].map(invitation_code)
    tokens = frozenset(codes[codes != ""]) if questionnaire.frame else None
    return _validated(
        raw, questionnaire, tokens, None, None,
        opens=date.min, closes=date.max, duplicates="last", edition=NEWEST_EDITION,
    )  # fmt: skip


def _validated(
    raw: pd.DataFrame,
    questionnaire: Questionnaire,
    tokens: frozenset[str] | None,
    sample: pd.DataFrame | None,
    corrections: pd.DataFrame | None,
    *,
    opens: date,
    closes: date,
    duplicates: DuplicateRule,
    edition: int,
) -> Validated:
    raw = raw.reset_index(drop=True)
    table, found = submissions(
        raw, questionnaire, tokens, opens=opens, closes=closes, keep=duplicates
    )
    is_kept = table["status"] == KEPT
    if not is_kept.any():
        raise DataError(_nothing_kept(table, found))
    answers = raw.loc[is_kept].assign(respondent=table.loc[is_kept, "respondent"])
    answers = answers.sort_values("respondent").reset_index(drop=True)
    given = {i.id: int(answers[i.id].map(match_key).ne("").sum()) for i in questionnaire.items}
    applied = 0
    if corrections is not None:
        answers, corrected, applied = apply_corrections(
            answers, corrections, questionnaire, tokens or frozenset()
        )
        found += corrected
    groups = _groups(answers, questionnaire)
    coded, faults = code_answers(answers, groups, questionnaire)
    found += faults
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
    listed = (*questionnaire.weighted, *questionnaire.apart)
    counts = _counts(table, whole, listed, sample, applied, unused)
    issues = collect(found, [item.id for item in questionnaire.items])
    return Validated(whole, issues, counts, given, listed)


def _nothing_kept(table: pd.DataFrame, found: Sequence[pd.DataFrame]) -> str:
    """Why there is nothing to go on with: the reasons, and the first submission of the first."""
    counts = table["status"].value_counts()
    reasons = ", ".join(f"{n} {str(rule).replace('_', ' ')}" for rule, n in counts.items())
    issues = pd.concat([part for part in found if len(part)])
    first = issues[issues["rule"] == counts.index[0]].iloc[0].to_dict()
    return (
        f"no submission of {len(table)} can be kept ({reasons}; {sentence(first, 'en')})\n"
        "Check the export, and the wave's opens, closes and sample."
    )


def _groups(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.Series[str]:
    """The group of each: what was answered; without an answer the weighted one, if there is one.

    Where several groups are weighted, who does not say is in none of them: `_blank` or `_invalid`.
    Without a group item all are in one, `all`.
    """
    if questionnaire.group_item is None:
        return pd.Series(TOTAL, index=answers.index, name="group", dtype=object)
    item = questionnaire.item(questionnaire.group_item)
    texts = answers[item.id].unique()
    codes = answers[item.id].map({text: read_cell(item, text).values[0] for text in texts})
    if len(questionnaire.weighted) == 1:
        codes = codes.where(codes.isin(questionnaire.apart), questionnaire.weighted[0])
    return codes.rename("group")


def _frame_columns(
    answers: pd.DataFrame,
    groups: pd.Series[str],
    questionnaire: Questionnaire,
    sample: pd.DataFrame | None,
) -> pd.DataFrame:
    """Stratum, frame variables and base weight of who is weighted; "" for groups apart."""
    if sample is None:
        return pd.DataFrame(index=answers.index)
    names = ["stratum", *(variable.id for variable in questionnaire.frame), "base_weight"]
    frame = sample.set_index("token")[names]
    frame["base_weight"] = frame["base_weight"].map("{:.12g}".format)
    joined = frame.reindex(answers["respondent"]).reset_index(drop=True).fillna("")
    apart = groups.isin(questionnaire.apart)
    outside = ~apart & (joined["stratum"] == "")
    if outside.any():
        who, group = answers.loc[outside, "respondent"].iloc[0], groups[outside].iloc[0]
        allowed = " or ".join(questionnaire.apart) or "nobody"
        raise DataError(
            f"{who} is {group}, a weighted group, and outside the sample (after corrections); "
            f"without an invitation code answers only {allowed}."
        )
    joined.loc[apart, :] = ""
    return joined


def _counts(
    table: pd.DataFrame,
    whole: pd.DataFrame,
    groups: Sequence[str],
    sample: pd.DataFrame | None,
    applied: int,
    unused: int,
) -> pd.DataFrame:
    rows: list[tuple[str, str, int]] = [("received", "all", len(table))]
    rows += [(rule, "all", int((table["status"] == rule).sum())) for rule in NOT_KEPT]
    rows.append(("kept", "all", len(whole)))
    rows += [("kept", group, int((whole["group"] == group).sum())) for group in groups]
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
