"""What whole interviews show: where they broke off, who answered twice, alike or too fast.

AAPOR (2023), Standard Definitions, 10th edition, for when an interview is no longer complete: fewer
than 80 % of what applied is answered. Leiner (2019), "Too fast, too straight, too weird", Survey
Research Methods 13, 229-248, for speed relative to the median and answers all alike in a block.
"""

from collections.abc import Iterable, Sequence
from math import inf, log

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.facts import Fact, Listed
from readiness.questionnaire import BLANK, BROKEN_OFF, Item, Questionnaire, match_key
from readiness.readers.texts import Booleans, Texts, ranks
from readiness.validation.answers import YES, Answers, Coded
from readiness.validation.coding import condition

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
# What is said of all the same answers as in an earlier row, by rule.
SAME = {
    "same_content": "validation.same_content",
    "same_few_answers": "validation.same_few_answers",
}

Ends = npt.NDArray[np.int64]


def ends(coded: Sequence[Coded], answers: Answers) -> Ends:
    """The place of the item at which each interview broke off; the number of items: it did not.

    An interview broke off where all questions from there on that were asked are unanswered: at
    least `LEAST_LEFT`, and so many that it is not complete. Where the tool says how far a
    respondent came, its word counts. Remarks, and blanks that mean "none", are not waited for.
    """
    n, items = len(answers), len(coded)
    last = np.full(n, -1)
    asked, behind = np.zeros(n), np.zeros(n)
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
    made = []
    for place, each in enumerate(coded):
        if each.item.kind == "text":
            made.append(each)
            continue
        gone = (broke <= place) & (each.asked == YES) & ~each.is_given
        columns = {
            n: c.put_text(gone, BROKEN_OFF) if gone.any() else c for n, c in each.columns.items()
        }
        made.append(Coded(each.item, each.texts, each.cells, each.asked, columns))
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
    routing = [routing for routing in item.asked_if if routing.item != group_item]
    if not routing:
        return "no_answer", Fact("validation.rule.no_answer")
    conditions = Listed(tuple(condition(each) for each in routing))
    return "routed_blank", Fact("validation.routed_blank", {"conditions": conditions})


def same_content(coded: Sequence[Coded], answers: Answers) -> list[pd.DataFrame]:
    """Who gave all the same answers as somebody in an earlier row, with an issue for each.

    Where so few questions are answered that their answers can come out in fewer ways than there are
    interviews, some are equal by necessity: these are `same_few_answers`, and no sign of anything.
    """
    n = len(answers)
    columns = [column for each in coded for column in _distinguish_answers(each)]
    group = ranks([column.codes for column in columns], n)
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
    for rule, mask in (("same_content", enough), ("same_few_answers", repeats & ~enough)):
        at = np.flatnonzero(mask)
        facts = [Fact(SAME[rule], {"row": str(answers.row[k])}) for k in first[at]]
        found.append(answers.issues(rule, facts, at))
    return found


def _distinguish_answers(each: Coded) -> Iterable[Texts]:
    """What tells two answers to an item apart: the codes, or what was typed for "other"."""
    if any(category.other for category in each.item.categories):
        return [each.texts.map_to([match_key(text) for text in each.texts.texts])]
    return each.columns.values()


def _log_answers(item: Item) -> float:
    """Logarithm of the number of answers that an item can have."""
    if item.kind == "multi":
        return len(item.codes) * log(2)
    if item.kind == "number":
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
        if grid.kind != "grid" or len(rows) < LEAST_ROWS:
            continue
        if any(each.item.kind not in ("single", "ordinal") for each in rows):
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

    Too fast is less than a third of the median of those that did not break off, where there are
    enough of them.
    """
    found = []
    known = answers.known
    nothing = np.full(len(answers), np.nan)
    seconds = known["_seconds"].numbers if "_seconds" in known else nothing
    whole = broke == len(coded)
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
        value = started.those(late)
        found.append(answers.issues("impossible_time", fact, late, value=value))
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
        ends = {0: ending}
        if item.kind == "multi":
            ends = {k: {"1"} for k, code in enumerate(item.codes) if code in ending}
        out = answers.texts[item.id].flags(
            any(cell.values[k] in wanted for k, wanted in ends.items())
            for cell in answers.cells(item)
        )
        at = np.flatnonzero(out & ~gone)
        found.append(
            answers.issues("screened_out", Fact("validation.rule.screened_out"), at, item=item)
        )
        gone |= out
    return gone, found
