"""Validate an export: from raw text to coded answers, with every fault and every count.

The stages follow in a fixed order: selection of submissions (period, invitation code, duplicates),
corrections, coding of cells, routing, comparison with the frame. Each stage sees only the
submissions that the stage before kept. Nothing is dropped silently: the submissions received are
the kept ones plus those dropped for each reason, and answers are reconciled in the same way.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from readiness.ground.errors import DataError
from readiness.questionnaire import (
    BLANK,
    BROKEN_OFF,
    INVALID,
    NOT_ASKED,
    TOTAL,
    Questionnaire,
    match_key,
)
from readiness.readers import HEADERS, SPARE, Booleans, Texts
from readiness.readers.texts import order_of
from readiness.validation.coding import (
    NO,
    Answers,
    Coded,
    apply_corrections,
    code_answers,
    expectation,
    find_differences_from_frame,
)
from readiness.validation.interviews import (
    blanks,
    broken_off,
    columns,
    ends,
    find_break_offs,
    find_straight_lines,
    same_content,
    screened_out,
    times,
)
from readiness.validation.issues import RULES, collect, sentence
from readiness.validation.rows import (
    KEPT,
    DuplicateRule,
    read_invitation_code,
    set_aside,
    submissions,
)

RECONCILED = ("item", "part", "n")
# Parts of the reconciliation: totals (`rows`, `answers`), and parts that are no loss (`NO_LOSS`).
# Any other part is a loss, named by the rule that caused it.
ROWS, ANSWERS = "rows", "answers"
HEADER, EMPTY = "header", "empty_row"
USED, DECLARED, ASIDE, CORRECTED = "used", "declared", "set_aside", "corrected"
ROUTED_OUT, UNEXPLAINED = "routed_out", "unexplained"
NO_LOSS = (
    *(ROWS, ANSWERS, HEADER, EMPTY, KEPT, "screened_out", "test_answer"),
    *(USED, DECLARED, ASIDE, CORRECTED),
)


def reconcile(
    raw: pd.DataFrame,
    status: Sequence[str],
    coded: Sequence[Coded],
    exported: Answers,
    table: Mapping[str, Texts],
) -> pd.DataFrame:
    """Return the reconciliation of rows and answers, columns `RECONCILED`.

    `raw`: the export as read. `status`: status of each row of the export: `kept`, or a rule.
    `coded`: the coded items of the kept rows. `exported`: the kept rows before corrections.
    `table`: the columns of the coded table.

    The first row of an item is the sum of the item's other rows. The item "" counts the rows of the
    file. `used` is counted in the coded table, all other parts in the cells; an answer in no part
    is counted as `unexplained`.
    """
    headers, empty_rows = len(raw.attrs.get(HEADERS, ())), int(raw.attrs.get(SPARE, 0))
    counts = Counter(status)
    parts = {
        ROWS: len(raw) + headers + empty_rows,
        HEADER: headers,
        EMPTY: counts.pop(EMPTY, 0) + empty_rows,
    }
    records = [("", part, n) for part, n in [*parts.items(), *sorted(counts.items())]]
    for item_coded in coded:
        name = item_coded.item.id
        exported_filled = exported.texts[name].where(match_key)
        parts = {ANSWERS: int(Texts.of(raw[name]).where(match_key).sum())}
        parts[ASIDE] = parts[ANSWERS] - int(exported_filled.sum())
        parts |= _judge_cells(item_coded, table[item_coded.item.columns[0]])
        parts[CORRECTED] = int(exported_filled.sum()) - sum(
            n for part, n in parts.items() if part not in (ANSWERS, ASIDE)
        )
        records += [(name, part, n) for part, n in parts.items() if n or part in (ANSWERS, USED)]
    return pd.DataFrame(records, columns=list(RECONCILED))


def _judge_cells(each: Coded, handed_on: Texts) -> dict[str, int]:
    filled = each.texts.where(match_key)
    declared = filled & ~each.is_given
    routed_out = filled & each.is_given & (each.asked == NO)
    rules = [
        next((fault.rule for fault in cell.faults if RULES[fault.rule] == "error"), "")
        for cell in each.cells
    ]
    parts = {DECLARED: int(declared.sum()), ROUTED_OUT: int(routed_out.sum())}
    remaining: Booleans = filled & ~declared & ~routed_out
    for rule in dict.fromkeys(filter(None, rules)):
        at = each.texts.flags(each_rule == rule for each_rule in rules) & remaining
        parts[rule] = int(at.sum())
        remaining = np.asarray(remaining & ~at)
    usable = remaining & ~handed_on.isin([BLANK, NOT_ASKED, INVALID, BROKEN_OFF])
    return {USED: int(usable.sum()), **parts, UNEXPLAINED: int((remaining & ~usable).sum())}


# Rules that drop a submission and are always counted, even if the count is 0.
NOT_KEPT = ("undated", "early", "late", "unknown_invitation", "duplicate")
# Rules that set a submission aside and are counted only above 0.
SET_ASIDE = ("structure", "screened_out", "empty_row", "test_answer")


@dataclass(frozen=True)
class Validated:
    """Result of validation.

    `answers`: one row per kept respondent, sorted by `respondent`, all text: `respondent`, `group`,
    `stratum`, the frame variables, `base_weight` ("" for those outside the frame), then the items
    as codes or `_blank`, `_not_asked`, `_dont_know`, `_invalid`.

    `issues`: one row per fault (`ISSUE_COLUMNS`): faults of whole columns, then faults of rows in
    the order of the export.

    `counts`: columns `quantity`, `group`, `value` (int): `received`, `kept` and each reason for
    which a submission is not kept (group `all`), `kept` by group, `corrections` applied and unused,
    and by stratum `population`, `invited`, `answered`.

    `reconciliation`: counts of rows and answers by part (`RECONCILED`); each row of the file and
    each answer is counted in one part.

    `groups`: codes of the weighted groups, then of the groups counted apart. `quarantine`: one row
    per submission that is not kept: the row of the export, the reason, the raw cells.
    """

    answers: pd.DataFrame
    issues: pd.DataFrame
    counts: pd.DataFrame
    reconciliation: pd.DataFrame
    groups: tuple[str, ...]
    quarantine: pd.DataFrame

    def count(self, quantity: str, group: str = "all") -> int:
        """Return one count. Raises KeyError for an unknown quantity or group.

        A rule of `SET_ASIDE` without a row counts 0.
        """
        at = (self.counts["quantity"] == quantity) & (self.counts["group"] == group)
        if not at.any() and quantity in SET_ASIDE:
            return 0
        if not at.any():
            raise KeyError(f"{quantity}, {group}")
        return int(self.counts.loc[at, "value"].iloc[0])


def validate(
    raw: pd.DataFrame,
    questionnaire: Questionnaire,
    sample: pd.DataFrame | None = None,
    corrections: pd.DataFrame | None = None,
    *,
    tokens: frozenset[str] | None = None,
    opens: date | None = None,
    closes: date | None = None,
    duplicates: DuplicateRule = "last",
) -> Validated:
    """Validate and code an export.

    `raw`: submissions as `readiness.readers.read_export` returns them. `sample`: the invited
    persons (`read_sample`); None for a wave without a frame. `corrections`: as `read_corrections`
    returns them. `tokens`: invitation codes, for a wave without a sample. `opens`: first day on
    which submissions count; None for no limit. `closes`: last day on which submissions count; None
    for no limit. `duplicates`: the submission of a respondent to keep: the `last`, the `first`, or
    the one with `most_answered` items (of several, the last).

    Raises DataError when the period is empty, no submission can be kept, a correction does not fit
    its answer, or a respondent outside the sample is in a weighted group.
    """
    if opens and closes and opens > closes:
        raise DataError(f"the wave opens ({opens}) after it closes ({closes}).")
    tokens = tokens if sample is None else frozenset(sample["token"])
    raw = raw.reset_index(drop=True)
    table, all_issues = submissions(
        raw, questionnaire, tokens, opens=opens, closes=closes, keep=duplicates
    )
    kept_rows = np.flatnonzero(table["status"] == KEPT)
    if not len(kept_rows):
        raise DataError(_explain_nothing_kept(table, all_issues))
    names = table["respondent"].to_numpy(dtype=object)[kept_rows]
    order = order_of(names)
    answers = Answers.of(raw, kept_rows[order], names[order], questionnaire)
    exported, applied = answers, 0
    if corrections is not None:
        answers, corrected, applied = apply_corrections(
            answers, corrections, questionnaire, tokens or frozenset()
        )
        all_issues += corrected
    is_screened, screening_issues = screened_out(answers, questionnaire)
    all_issues += screening_issues
    table.loc[answers.place[is_screened], "status"] = "screened_out"
    if is_screened.all():
        raise DataError(_explain_nothing_kept(table, all_issues))
    if is_screened.any():
        answers, exported = answers.without(is_screened), exported.without(is_screened)
    groups = _find_groups(answers, questionnaire)
    coded, faults = code_answers(answers, groups, questionnaire)
    break_offs = ends(coded, answers)
    coded = broken_off(coded, break_offs)
    all_issues += [
        *faults,
        *find_break_offs(coded, answers, break_offs),
        *blanks(coded, answers, break_offs, questionnaire.group_item),
        *same_content(coded, answers),
        *find_straight_lines(coded, answers, questionnaire),
        *times(coded, answers, break_offs),
        *columns(coded, answers),
    ]
    columns_kept = {"group": groups, **_gather_frame(answers, groups, questionnaire, sample)}
    columns_kept |= {
        name: column for item_coded in coded for name, column in item_coded.columns.items()
    }
    coded_table = pd.DataFrame(
        {
            "respondent": answers.respondent,
            **{name: texts.cells for name, texts in columns_kept.items()},
        }
    )
    all_issues += find_differences_from_frame(coded_table, answers.row, questionnaire)
    group_codes = (*questionnaire.weighted_groups, *questionnaire.groups_apart)
    expected = {
        i.id: (i.label.text(questionnaire.language), expectation(i)) for i in questionnaire.items
    }
    issues = collect(all_issues, list(expected), expected)
    unused = 0 if corrections is None else len(corrections) - applied
    counts = _count_submissions(table, coded_table, group_codes, sample, applied, unused)
    quarantine = set_aside(raw, table, issues, questionnaire)
    reconciled = reconcile(raw, table["status"].tolist(), coded, exported, columns_kept)
    return Validated(coded_table, issues, counts, reconciled, group_codes, quarantine)


def first_reading(raw: pd.DataFrame, questionnaire: Questionnaire) -> Validated:
    """Validate an export before its wave is configured.

    Submissions of any day are kept; a missing day counts as a fault only if the export has a column
    with the time. If the questionnaire has a frame, every invitation code of the export is valid.
    Raises as `validate`.
    """
    tokens = None
    if questionnaire.frame and "_invitation" in raw:
        codes = Texts.of(raw["_invitation"]).texts
        tokens = frozenset(code for code in map(read_invitation_code, codes) if code)
    dated = questionnaire.export.timestamp is not None
    opens, closes = (date.min, date.max) if dated else (None, None)
    return validate(raw, questionnaire, tokens=tokens, opens=opens, closes=closes)


def _explain_nothing_kept(table: pd.DataFrame, found: Sequence[pd.DataFrame]) -> str:
    """Return an error message with the reasons, and an example of the most frequent reason."""
    counts = table["status"].value_counts()
    reasons = ", ".join(f"{n} {str(rule).replace('_', ' ')}" for rule, n in counts.items())
    issues = pd.concat([part for part in found if len(part)])
    first = issues[issues["rule"] == counts.index[0]].iloc[0].to_dict()
    return (
        f"no submission of {len(table)} can be kept ({reasons}; {sentence(first, 'en')})\n"
        "Check the export, and the wave's opens, closes and sample."
    )


def _find_groups(answers: Answers, questionnaire: Questionnaire) -> Texts:
    """Return the group of each respondent.

    If there is one weighted group, all respondents belong to that group, except those in groups
    counted apart. If there are several, a respondent without a valid answer to the group item has
    `_blank` or `_invalid` in place of a group. Without a group item, everyone is in the group
    `all`.
    """
    if questionnaire.group_item is None:
        return Texts.repeat_text(TOTAL, len(answers))
    item = questionnaire.item(questionnaire.group_item)
    codes = [cell.values[0] for cell in answers.cells(item)]
    if len(questionnaire.weighted_groups) == 1:
        codes = [
            code if code in questionnaire.groups_apart else questionnaire.weighted_groups[0]
            for code in codes
        ]
    return answers.texts[item.id].map_to(codes)


def _gather_frame(
    answers: Answers, groups: Texts, questionnaire: Questionnaire, sample: pd.DataFrame | None
) -> dict[str, Texts]:
    if sample is None:
        return {}
    place = pd.Index(sample["token"]).get_indexer(pd.Index(answers.respondent))
    is_apart = groups.isin(questionnaire.groups_apart)
    if (outside := ~is_apart & (place < 0)).any():
        k = int(np.argmax(outside))
        allowed = " or ".join(questionnaire.groups_apart) or "nobody"
        raise DataError(
            f"{answers.respondent[k]} is {groups.at(k)}, a weighted group, and outside the sample "
            f"(after corrections); without an invitation code answers only {allowed}."
        )
    frame_columns = {}
    for name in ("stratum", *(variable.id for variable in questionnaire.frame), "base_weight"):
        column = sample[name]
        texts = Texts.of(column.map("{:.12g}".format) if name == "base_weight" else column)
        frame_columns[name] = (
            Texts(texts.codes[place], texts.texts).put_text(is_apart | (place < 0), "").used()
        )
    return frame_columns


def _count_submissions(
    table: pd.DataFrame,
    whole: pd.DataFrame,
    groups: Sequence[str],
    sample: pd.DataFrame | None,
    applied: int,
    unused: int,
) -> pd.DataFrame:
    status = table["status"].value_counts()
    rows: list[tuple[str, str, int]] = [
        ("received", "all", len(table)),
        *((rule, "all", int(status.get(rule, 0))) for rule in NOT_KEPT),
        *((rule, "all", int(status[rule])) for rule in SET_ASIDE if rule in status),
        ("quarantined", "all", len(table) - len(whole)),
        ("kept", "all", len(whole)),
        *(("kept", group, int((whole["group"] == group).sum())) for group in groups),
        ("corrections_applied", "all", applied),
        ("corrections_unused", "all", unused),
    ]
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
