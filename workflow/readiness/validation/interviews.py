"""What whole interviews and whole columns show, and no cell by itself.

Interviews that broke off (fewer than 80 % of what applied is answered: AAPOR 2023, Standard
Definitions, 10th edition), double, alike or too fast ones (Leiner 2019, Survey Research Methods 13,
229-248); options that never occur, answers that stand alone, far numbers (modified z-score:
Iglewicz and Hoaglin 1993; its spread is taken on either side of the median by itself, so that a
skewed number is no outlier for that).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf, log

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.facts import Fact, Listed, Value
from readiness.questionnaire import BLANK, BROKEN_OFF, SPECIAL_CODES, Item, Questionnaire, match_key
from readiness.readers.texts import Booleans, Texts, ranks
from readiness.validation.cells import nearest
from readiness.validation.coding import YES, Answers, Coded, condition
from readiness.validation.issues import NO_ROW, issues_of

# The share of the questions that applied from which on an interview is complete (AAPOR).
COMPLETE = 0.8
# Unanswered questions at the end from which on somebody may have stopped and not skipped one.
LEAST_LEFT = 2
# Questions of a block from which on the same answer to all of them is looked at.
LEAST_ROWS = 3
# The share of the median duration below which an interview is too fast (Leiner: 0.48 of it is
# already doubtful; a third is no slip of the clock).
FAST = 1 / 3
# Interviews from which on their median duration is known well enough.
LEAST_TIMED = 30
Ends = npt.NDArray[np.int64]


def ends(coded: Sequence[Coded], answers: Answers) -> Ends:
    """The place of the item at which each interview broke off; the number of items: it did not.

    An interview broke off where all questions from there on that were asked are unanswered: at
    least `LEAST_LEFT`, and so many that it is not complete. Where the tool says how far a
    respondent came, its word counts. Remarks, and blanks that mean "none", are not waited for.
    """
    n, items = len(answers), len(coded)
    last, asked, behind = np.full(n, -1), np.zeros(n), np.zeros(n)
    for place, each in enumerate(coded):
        last[each.is_given] = place
    first = np.full(n, items)
    for place, each in enumerate(coded):
        if each.expects:
            waits = each.asked == YES
            asked += waits
            left = waits & (last < place)
            behind += left
            first[left & (first == items)] = place
    stopped = (behind >= LEAST_LEFT) & (behind > (1 - COMPLETE) * asked)
    if "_complete" in answers.known:
        said = answers.known["_complete"]
        stopped = (stopped & ~said.isin(["yes"])) | (said.isin(["no"]) & (behind > 0))
    return np.where(stopped, first, items)


def broken_off(coded: Sequence[Coded], broke: Ends) -> list[Coded]:
    """The items with `_broken_off` where an interview had ended before them."""
    made = list(coded)
    for place, each in enumerate(coded):
        gone = (broke <= place) & (each.asked == YES) & ~each.is_given
        if not each.item.kind.is_free_text and gone.any():
            columns = {n: c.put_text(gone, BROKEN_OFF) for n, c in each.columns.items()}
            made[place] = replace(each, columns=columns)
    return made


def find_break_offs(coded: Sequence[Coded], answers: Answers, broke: Ends) -> list[pd.DataFrame]:
    """An issue for each interview that broke off, at the first question without an answer."""
    fact = Fact("validation.rule.broken_off")
    places = [np.flatnonzero(broke == place) for place in range(len(coded))]
    return [
        answers.issues("broken_off", fact, at, item=each.item)
        for each, at in zip(coded, places, strict=True)
        if len(at)
    ]


def blanks(
    coded: Sequence[Coded], answers: Answers, broke: Ends, group_item: str | None = None
) -> list[pd.DataFrame]:
    """An issue for each question that was asked and left blank, but where an interview had ended.

    `broke`: as `ends` gives it.
    """
    found = []
    for place, each in enumerate(coded):
        item = each.item
        if not (each.expects or item.required):
            continue
        blank = (each.asked == YES) & ~each.is_given & each.first.isin([BLANK, BROKEN_OFF, "0"])
        rule, fact = _describe_blank(item, group_item)
        # Where an answer had led to the question at which somebody stopped, both are true.
        blank &= broke >= place if rule == "routed_blank" else broke > place
        found.append(answers.issues(rule, fact, np.flatnonzero(blank), item=item))
    return found


def _describe_blank(item: Item, group_item: str | None) -> tuple[str, Fact]:
    """What a blank cell of an item is: one that the form demands, that an earlier answer leads to,
    or any other. What a whole group is asked is no question that somebody's answer leads to.
    """
    if item.required:
        return "required", Fact("validation.rule.required")
    if not (routing := [routing for routing in item.asked_if if routing.item != group_item]):
        return "no_answer", Fact("validation.rule.no_answer")
    conditions = Listed(tuple(condition(each) for each in routing))
    return "routed_blank", Fact("validation.routed_blank", {"conditions": conditions})


def same_content(coded: Sequence[Coded], answers: Answers) -> list[pd.DataFrame]:
    """Who gave all the same answers as somebody in an earlier row, with an issue for each.

    Where so few questions are answered that their answers can come out in fewer ways than there are
    interviews, some are equal by necessity: these are `same_few_answers`, and no sign of anything.
    """
    n = len(answers)
    group = ranks([column.codes for each in coded for column in _distinguish_answers(each)], n)
    order = np.argsort(answers.row, kind="stable")
    first_of = np.full(int(group.max(initial=-1)) + 1, -1)
    # Written from the last to the first, so that the first row of each stays.
    first_of[group[order[::-1]]] = order[::-1]
    first = first_of[group]
    # Logarithm of the number of ways in which the answered questions can be answered.
    anything, ways = np.zeros(n, dtype=np.bool_), np.zeros(n)
    for each in coded:
        anything |= each.is_given
        ways[each.is_given & (each.asked == YES)] += _log_answers(each.item)
    repeats = (first != np.arange(n)) & anything
    enough = repeats & (ways > log(max(n, 2)))
    found = []
    for rule, kind, mask in (
        ("same_content", "validation.same_content", enough),
        ("same_few_answers", "validation.same_few_answers", repeats & ~enough),
    ):
        at = np.flatnonzero(mask)
        facts = [Fact(kind, {"row": str(answers.row[k])}) for k in first[at]]
        found.append(answers.issues(rule, facts, at))
    return found


def _distinguish_answers(each: Coded) -> Iterable[Texts]:
    """What tells two answers to an item apart: the codes, or what was typed for "other"."""
    if any(category.other for category in each.item.categories):
        return [each.texts.map_to([match_key(text) for text in each.texts.texts])]
    return each.columns.values()


def _log_answers(item: Item) -> float:
    if item.kind.takes_several:
        return len(item.codes) * log(2)
    if item.kind.is_number:
        assert item.range is not None
        low, high = item.range.bounds
        return inf if high - low == inf else log(high - low + 1)
    return log(len(item.codes)) if item.codes else inf


def find_straight_lines(
    coded: Sequence[Coded], answers: Answers, questionnaire: Questionnaire
) -> list[pd.DataFrame]:
    """An issue for each interview with one and the same answer to all questions of a block."""
    found = []
    for grid in questionnaire.grids:
        rows = [each for each in coded if each.item.grid == grid.id]
        take_one = all(each.item.kind.takes_one for each in rows)
        if not grid.kind.is_table or len(rows) < LEAST_ROWS or not take_one:
            continue
        first, *others = (each.first for each in rows)
        alike = first.isin(rows[0].item.codes)
        for other in others:
            place = {text: k for k, text in enumerate(first.texts)}
            same = np.array([place.get(text, -1) for text in other.texts])
            alike &= same[other.codes] == first.codes
        at = np.flatnonzero(alike)
        fact = Fact("validation.straight_line", {"n": len(rows)})
        # At the first question of the block, whose answer is that to all of them.
        found.append(answers.issues("straight_line", fact, at, item=rows[0].item))
    return found


def times(coded: Sequence[Coded], answers: Answers, broke: Ends) -> list[pd.DataFrame]:
    """Issues of interviews that were too fast, or that ended before they began.

    Too fast is less than a third of the median of whole ones, where there are enough of them.
    """
    found = []
    known, whole = answers.known, broke == len(coded)
    seconds = known["_seconds"].numbers if "_seconds" in known else np.zeros(len(answers))
    timed = seconds[whole & (seconds > 0)]
    if len(timed) >= LEAST_TIMED:
        fastest = float(np.median(timed)) * FAST
        at = np.flatnonzero(whole & (seconds >= 0) & (seconds < fastest))
        fact = Fact("validation.speeder", {"bound": f"{fastest:.0f}"})
        shown = np.array([f"{value:.0f}" for value in seconds[at]], dtype=object)
        found.append(answers.issues("speeder", fact, at, value=shown))
    if {"_started", "_submitted"} <= set(known):
        started, submitted = known["_started"], known["_submitted"]
        both = started.filled & submitted.filled
        # Both are ISO texts: their order is that of time.
        late = np.flatnonzero(both)[started.those(both) > submitted.those(both)]
        fact = Fact("validation.rule.impossible_time")
        found.append(answers.issues("impossible_time", fact, late, value=started.those(late)))
    return found


def screened_out(
    answers: Answers, questionnaire: Questionnaire
) -> tuple[Booleans, list[pd.DataFrame]]:
    """Who gave an answer that ends the interview because it is not about them, with an issue."""
    gone = np.zeros(len(answers), dtype=np.bool_)
    found = []
    for item in questionnaire.items:
        ending = {category.code for category in item.categories if category.screens_out}
        if not ending:
            continue
        # By column, what ends the interview: a ticked option, or one of the codes.
        ticked = {k: {"1"} for k, code in enumerate(item.codes) if code in ending}
        ends = ticked if item.kind.takes_several else {0: ending}
        out = answers.texts[item.id].flags(
            any(cell.values[k] in wanted for k, wanted in ends.items())
            for cell in answers.cells(item)
        )
        fact = Fact("validation.rule.screened_out")
        found.append(answers.issues("screened_out", fact, np.flatnonzero(out & ~gone), item=item))
        gone |= out
    return gone, found


# Answers from which on an option that nobody gave, or one person alone, says something, and from
# which on a number can be far from the others.
LEAST_ANSWERS = 20
# How often an unknown text occurs before it may be an option that was renamed.
REPEATED = 2
# The modified z-score above which a number is far from the others (Iglewicz and Hoaglin).
FAR = 3.5
# The median absolute deviation of a normal distribution, in standard deviations.
TO_SIGMA = 0.6745


def columns(coded: Sequence[Coded], answers: Answers) -> list[pd.DataFrame]:
    """What whole columns show: the issues of all items."""
    found: list[pd.DataFrame] = []
    for each in coded:
        if each.item.categories:
            found += _check_options(each)
        elif each.item.kind.is_number:
            found.append(_find_far(each, answers))
    return found


def _check_options(each: Coded) -> Iterator[pd.DataFrame]:
    """Options that never occur, the unknown texts that may be them, and answers of one alone."""
    if each.item.kind.takes_several:
        pairs = zip(each.item.codes, each.columns.values(), strict=True)
        times = {code: int(column.isin(["1"]).sum()) for code, column in pairs}
    else:
        times = dict(zip(each.first.texts, each.first.counts.tolist(), strict=True))
    if not (answered := int((~each.first.isin(SPECIAL_CODES)).sum())):
        return
    unknown = _count_unknown(each)
    keys = {match_key(text): text for text in unknown}
    for category in each.item.categories:
        n, near = times.get(category.code, 0), nearest(category.text, keys)
        if near and not n:
            text = keys[near]
            said: dict[str, Value] = {
                "said_text": text,
                "n": unknown[text],
                "option": category.text,
            }
            yield _make_issue(each, "unseen_option", text, Fact("validation.unseen_option", said))
        elif n < 2 and answered >= LEAST_ANSWERS:
            nobody = "never_chosen", Fact("validation.rule.never_chosen")
            rule, fact = ("one_case", Fact("validation.one_case")) if n else nobody
            yield _make_issue(each, rule, category.text, fact)


def _make_issue(each: Coded, rule: str, value: str, fact: Fact) -> pd.DataFrame:
    item = each.item
    return issues_of(
        rule, fact, row=[NO_ROW], respondent=[""], value=[value], column=item.column, item=item.id
    )


def _count_unknown(each: Coded) -> Counter[str]:
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
    known = np.flatnonzero(~np.isnan(each.first.numbers))
    values, score = each.first.numbers[known], np.zeros(len(known))
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
