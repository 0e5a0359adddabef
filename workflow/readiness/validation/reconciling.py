"""Every row of a file and every answer in it, once: what became of each, so that the sums close."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from readiness.questionnaire import BLANK, BROKEN_OFF, INVALID, NOT_ASKED, match_key
from readiness.readers import HEADERS, SPARE, Booleans, Texts
from readiness.validation.answers import NO, Answers, Coded
from readiness.validation.issues import RULES

RECONCILED = ("item", "part", "n")
# The wholes, and the parts of them that are no loss; every other part is the rule of a loss.
ROWS, ANSWERS = "rows", "answers"
HEADER, EMPTY, KEPT = "header", "empty_row", "kept"
USED, DECLARED, ASIDE, CORRECTED = "used", "declared", "set_aside", "corrected"
ROUTED_OUT, UNEXPLAINED = "routed_out", "unexplained"
NO_LOSS = (
    *(ROWS, ANSWERS, HEADER, EMPTY, KEPT, "screened_out", "test_answer"),
    *(USED, DECLARED, ASIDE, CORRECTED),
)
# What stands in the coded table where an answer that was given is not.
_NO_ANSWER = (BLANK, NOT_ASKED, INVALID, BROKEN_OFF)


def reconcile(
    raw: pd.DataFrame,
    status: Sequence[str],
    coded: Sequence[Coded],
    exported: Answers,
    table: Mapping[str, Texts],
) -> pd.DataFrame:
    """The table of it, `RECONCILED`: the first row of an item is the sum of its others.

    Args:
        raw: the export as it was read.
        status: of each of its rows, `kept` or why it is not.
        coded: the items of the kept rows as their cells were read.
        exported: the same rows before corrections.
        table: the columns that are handed on.

    The item "" is the rows of the file. What is `used` is counted in the table that is handed on,
    every other part in the cells: what no part explains is `unexplained`.
    """
    headers, spare = len(raw.attrs.get(HEADERS, ())), int(raw.attrs.get(SPARE, 0))
    counts = Counter(status)
    counts[EMPTY] += spare
    parts = {ROWS: len(raw) + headers + spare, HEADER: headers, EMPTY: counts.pop(EMPTY)}
    parts |= dict(sorted(counts.items()))
    found = [("", part, n) for part, n in parts.items()]
    for each in coded:
        name = each.item.id
        before = exported.texts[name].where(match_key)
        parts = {ANSWERS: int(Texts.of(raw[name]).where(match_key).sum())}
        parts[ASIDE] = parts[ANSWERS] - int(before.sum())
        parts |= _judge_cells(each, table[each.item.columns[0]])
        parts[CORRECTED] = int(before.sum()) - sum(
            n for part, n in parts.items() if part not in (ANSWERS, ASIDE)
        )
        found += [(name, part, n) for part, n in parts.items() if n or part in (ANSWERS, USED)]
    return pd.DataFrame(found, columns=list(RECONCILED))


def _judge_cells(each: Coded, handed_on: Texts) -> dict[str, int]:
    """How many answers to an item were used, and how many not for each reason."""
    held = each.texts.where(match_key)
    declared = held & ~each.is_given
    out = held & each.is_given & (each.asked == NO)
    rules = [
        next((fault.rule for fault in cell.faults if RULES[fault.rule] == "error"), "")
        for cell in each.cells
    ]
    parts = {DECLARED: int(declared.sum()), ROUTED_OUT: int(out.sum())}
    left: Booleans = held & ~declared & ~out
    for rule in dict.fromkeys(filter(None, rules)):
        at = each.texts.flags(each_rule == rule for each_rule in rules) & left
        parts[rule] = int(at.sum())
        left = np.asarray(left & ~at)
    used = left & ~handed_on.isin(_NO_ANSWER)
    return {USED: int(used.sum()), **parts, UNEXPLAINED: int((left & ~used).sum())}
