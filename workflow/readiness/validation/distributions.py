"""What a whole column shows: options that never occur, answers that stand alone, far numbers.

Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers, for the modified z-score; its spread
is taken on either side of the median by itself, so that a skewed number is no outlier for that.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from readiness.facts import Fact, Listed
from readiness.questionnaire import SPECIAL_CODES, match_key
from readiness.validation.answers import Answers, Coded
from readiness.validation.cells import nearest
from readiness.validation.issues import NO_ROW, issues_of

# Answers from which on an option that nobody gave, or one person alone, says something, and from
# which on a number can be far from the others.
LEAST_ANSWERS = 20
# How often an unknown text occurs before it may be an option that was renamed.
REPEATED = 2
# The modified z-score above which a number is far from the others (Iglewicz and Hoaglin).
FAR = 3.5
_ALONE, _NEVER = Fact("validation.one_case"), Fact("validation.rule.never_chosen")
# The median absolute deviation of a normal distribution, in standard deviations.
TO_SIGMA = 0.6745


def columns(coded: Sequence[Coded], answers: Answers) -> list[pd.DataFrame]:
    """The issues of all items."""
    found: list[pd.DataFrame] = []
    for each in coded:
        if each.item.categories:
            found += _check_options(each)
        elif each.item.kind == "number":
            found.append(_find_far(each, answers))
    return found


def _check_options(each: Coded) -> Iterator[pd.DataFrame]:
    """Options that never occur, the unknown texts that may be them, and answers of one alone."""
    if each.item.kind == "multi":
        pairs = zip(each.item.codes, each.columns.values(), strict=True)
        times = {code: int(column.isin(["1"]).sum()) for code, column in pairs}
    else:
        times = dict(zip(each.first.texts, each.first.counts.tolist(), strict=True))
    answered = int((~each.first.isin(SPECIAL_CODES)).sum())
    if not answered:
        return
    unknown = _count_unknown(each)
    keys = {match_key(text): text for text in unknown}
    for category in each.item.categories:
        n, near = times.get(category.code, 0), nearest(category.text, keys)
        if near and not n:
            text = keys[near]
            renamed = Fact(
                "validation.unseen_option",
                {"said_text": text, "n": unknown[text], "option": category.text},
            )
            yield _make_issue(each, "unseen_option", text, renamed)
        elif n < 2 and answered >= LEAST_ANSWERS:
            rule, fact = ("one_case", _ALONE) if n else ("never_chosen", _NEVER)
            yield _make_issue(each, rule, category.text, fact)


def _make_issue(each: Coded, rule: str, value: str, fact: Fact) -> pd.DataFrame:
    item = each.item
    return issues_of(
        rule, fact, row=[NO_ROW], respondent=[""], value=[value], column=item.column, item=item.id
    )


def _count_unknown(each: Coded) -> Counter[str]:
    """The unknown texts that are repeated, with how often; of a joined cell each piece."""
    found: Counter[str] = Counter()
    for text, n, cell in zip(each.texts.texts, each.texts.counts.tolist(), each.cells, strict=True):
        for fault in cell.faults:
            if fault.rule in ("unknown_option", "near_option"):
                pieces = fault.fact.values.get("said_pieces")
                said = pieces.items if isinstance(pieces, Listed) else (text,)
                found.update(dict.fromkeys(map(str, said), n))
    return Counter({text: n for text, n in found.items() if n >= REPEATED})


def _find_far(each: Coded, answers: Answers) -> pd.DataFrame:
    """Numbers far from the others, whatever they mean: to be looked at, never excluded."""
    numbers = each.first.numbers
    known = np.flatnonzero(~np.isnan(numbers))
    score = np.zeros(len(known))
    values = numbers[known]
    if len(values) >= LEAST_ANSWERS:
        middle = float(np.median(values))
        for side in (values <= middle, values >= middle):
            away = np.abs(values - middle)
            spread = float(np.median(away[side]))
            if spread > 0:
                score[side] = np.maximum(score[side], TO_SIGMA * away[side] / spread)
    at = known[score > FAR]
    fact = Fact("validation.outlier", {"median": f"{np.median(values):.12g}" if len(at) else ""})
    return answers.issues("outlier", fact, at, item=each.item)
