"""Find faults that only whole interviews or whole columns show.

Break-offs (fewer than 80 % of the applicable questions answered: AAPOR 2023, Standard Definitions,
10th edition); duplicates, straight lines and speeders (Leiner 2019, Survey Research Methods 13,
229-248); options that never occur, options chosen once, outliers (modified z-score: Iglewicz and
Hoaglin 1993, with the spread of each side of the median by itself, so that skewness alone makes no
outlier).
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

# Share of the applicable questions from which on an interview is complete (AAPOR).
COMPLETE = 0.8
# Least number of unanswered questions at the end of a break-off; fewer may be skipped.
LEAST_LEFT = 2
# Least number of questions in a grid for which straight lines are sought.
LEAST_ROWS = 3
# Share of the median duration below which an interview is too fast (Leiner: below 0.48 is already
# doubtful; below a third is no error of the clock).
FAST = 1 / 3
# Least number of interviews for which a median duration is stable enough.
LEAST_TIMED = 30
Ends = npt.NDArray[np.int64]


def ends(coded: Sequence[Coded], answers: Answers) -> Ends:
    """Return for each interview the position of the item at which it broke off.

    The number of items means that it did not. An interview broke off where all questions asked from
    there on are unanswered: at least `LEAST_LEFT`, and more than an interview may lack to be
    complete. Where the tool reports whether an interview is complete, its report decides. Remarks,
    and blanks that mean "none", are no unanswered questions. Returns an int array.
    """
    n, items = len(answers), len(coded)
    last, asked, unanswered_at_end = np.full(n, -1), np.zeros(n), np.zeros(n)
    for place, item_coded in enumerate(coded):
        last[item_coded.is_given] = place
    first = np.full(n, items)
    for place, item_coded in enumerate(coded):
        if item_coded.expects:
            is_asked = item_coded.asked == YES
            asked += is_asked
            unanswered = is_asked & (last < place)
            unanswered_at_end += unanswered
            first[unanswered & (first == items)] = place
    stopped = (unanswered_at_end >= LEAST_LEFT) & (unanswered_at_end > (1 - COMPLETE) * asked)
    if "_complete" in answers.known:
        reported = answers.known["_complete"]
        stopped = (stopped & ~reported.isin(["yes"])) | (
            reported.isin(["no"]) & (unanswered_at_end > 0)
        )
    return np.where(stopped, first, items)


def broken_off(coded: Sequence[Coded], broke: Ends) -> list[Coded]:
    """Return the items with `_broken_off` where an interview had ended before them.

    `broke`: position of the item at which each interview broke off (`ends`).
    """
    items = list(coded)
    for place, item_coded in enumerate(coded):
        after_end = (broke <= place) & (item_coded.asked == YES) & ~item_coded.is_given
        if not item_coded.item.kind.is_free_text and after_end.any():
            columns = {
                name: column.put_text(after_end, BROKEN_OFF)
                for name, column in item_coded.columns.items()
            }
            items[place] = replace(item_coded, columns=columns)
    return items


def find_break_offs(coded: Sequence[Coded], answers: Answers, broke: Ends) -> list[pd.DataFrame]:
    """Return tables of issues, a row for each break-off, at the first question left unanswered.

    `broke`: position of the item at which each interview broke off (`ends`).
    """
    fact = Fact("validation.rule.broken_off")
    places = [np.flatnonzero(broke == place) for place in range(len(coded))]
    return [
        answers.issues("broken_off", fact, at, item=item_coded.item)
        for item_coded, at in zip(coded, places, strict=True)
        if len(at)
    ]


def blanks(
    coded: Sequence[Coded], answers: Answers, broke: Ends, group_item: str | None = None
) -> list[pd.DataFrame]:
    """Return a table of issues for each question that was asked but left blank.

    Blanks after a break-off are no issues. `broke`: position of the item at which each interview
    broke off (`ends`). `group_item`: the item that defines the groups; routing by it does not count
    as routing by an earlier answer.
    """
    all_issues = []
    for place, item_coded in enumerate(coded):
        item = item_coded.item
        if not (item_coded.expects or item.required):
            continue
        blank = (
            (item_coded.asked == YES)
            & ~item_coded.is_given
            & item_coded.first.isin([BLANK, BROKEN_OFF, "0"])
        )
        rule, fact = _describe_blank(item, group_item)
        # A routed question may be blank and the first one after a break-off: both are reported.
        blank &= broke >= place if rule == "routed_blank" else broke > place
        all_issues.append(answers.issues(rule, fact, np.flatnonzero(blank), item=item))
    return all_issues


def _describe_blank(item: Item, group_item: str | None) -> tuple[str, Fact]:
    """Return rule and fact of a blank cell: required, routed by an earlier answer, or any other.

    Routing on the group is ignored: it is no answer that leads to a single question.
    """
    if item.required:
        return "required", Fact("validation.rule.required")
    if not (routing := [routing for routing in item.asked_if if routing.item != group_item]):
        return "no_answer", Fact("validation.rule.no_answer")
    conditions = Listed(tuple(condition(entry) for entry in routing))
    return "routed_blank", Fact("validation.routed_blank", {"conditions": conditions})


def same_content(coded: Sequence[Coded], answers: Answers) -> list[pd.DataFrame]:
    """Return tables of issues, a row for each interview with the answers of an earlier row.

    Where the answered questions have fewer possible combinations than there are interviews, equal
    ones are expected: the issue is then `same_few_answers`, a note.
    """
    n = len(answers)
    group = ranks(
        [column.codes for item_coded in coded for column in _distinguish_answers(item_coded)], n
    )
    order = np.argsort(answers.row, kind="stable")
    first_of = np.full(int(group.max(initial=-1)) + 1, -1)
    # From the last to the first, so that the first row of each group remains.
    first_of[group[order[::-1]]] = order[::-1]
    first = first_of[group]
    # Logarithm of the number of possible combinations of answers to the answered questions.
    has_answer, ways = np.zeros(n, dtype=np.bool_), np.zeros(n)
    for item_coded in coded:
        has_answer |= item_coded.is_given
        ways[item_coded.is_given & (item_coded.asked == YES)] += _log_answers(item_coded.item)
    repeats = (first != np.arange(n)) & has_answer
    unexpected = repeats & (ways > log(max(n, 2)))
    all_issues = []
    for rule, kind, mask in (
        ("same_content", "validation.same_content", unexpected),
        ("same_few_answers", "validation.same_few_answers", repeats & ~unexpected),
    ):
        at = np.flatnonzero(mask)
        facts = [Fact(kind, {"row": str(answers.row[k])}) for k in first[at]]
        all_issues.append(answers.issues(rule, facts, at))
    return all_issues


def _distinguish_answers(each: Coded) -> Iterable[Texts]:
    """Return the columns in which answers differ: codes, or the raw text where "other" is typed."""
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
    """Return a table of issues for each grid: interviews with one answer to all its questions."""
    all_issues = []
    for grid in questionnaire.grids:
        rows = [each for each in coded if each.item.grid == grid.id]
        take_one = all(each.item.kind.takes_one for each in rows)
        if not grid.kind.is_table or len(rows) < LEAST_ROWS or not take_one:
            continue
        first, *others = (each.first for each in rows)
        is_straight = first.isin(rows[0].item.codes)
        for other in others:
            place = {text: k for k, text in enumerate(first.texts)}
            same = np.array([place.get(text, -1) for text in other.texts])
            is_straight &= same[other.codes] == first.codes
        at = np.flatnonzero(is_straight)
        fact = Fact("validation.straight_line", {"n": len(rows)})
        # The issue stands at the first question of the grid.
        all_issues.append(answers.issues("straight_line", fact, at, item=rows[0].item))
    return all_issues


def times(coded: Sequence[Coded], answers: Answers, broke: Ends) -> list[pd.DataFrame]:
    """Return issues of interviews that were too fast, or submitted before they were started.

    Too fast: less than a third of the median of complete interviews, where there are `LEAST_TIMED`.
    """
    all_issues = []
    tool_columns, is_complete = answers.known, broke == len(coded)
    seconds = (
        tool_columns["_seconds"].numbers if "_seconds" in tool_columns else np.zeros(len(answers))
    )
    timed = seconds[is_complete & (seconds > 0)]
    if len(timed) >= LEAST_TIMED:
        fastest = float(np.median(timed)) * FAST
        at = np.flatnonzero(is_complete & (seconds >= 0) & (seconds < fastest))
        fact = Fact("validation.speeder", {"bound": f"{fastest:.0f}"})
        shown = np.array([f"{value:.0f}" for value in seconds[at]], dtype=object)
        all_issues.append(answers.issues("speeder", fact, at, value=shown))
    if {"_started", "_submitted"} <= set(tool_columns):
        started, submitted = tool_columns["_started"], tool_columns["_submitted"]
        both = started.filled & submitted.filled
        # ISO texts sort as time does.
        late = np.flatnonzero(both)[started.those(both) > submitted.those(both)]
        fact = Fact("validation.rule.impossible_time")
        all_issues.append(answers.issues("impossible_time", fact, late, value=started.those(late)))
    return all_issues


def screened_out(
    answers: Answers, questionnaire: Questionnaire
) -> tuple[Booleans, list[pd.DataFrame]]:
    """Return which respondents are screened out by an answer, with an issue for each."""
    out_already = np.zeros(len(answers), dtype=np.bool_)
    all_issues = []
    for item in questionnaire.items:
        ending = {category.code for category in item.categories if category.screens_out}
        if not ending:
            continue
        # Answers that end the interview, by column: a ticked option, or codes.
        ticked = {k: {"1"} for k, code in enumerate(item.codes) if code in ending}
        ending_codes = ticked if item.kind.takes_several else {0: ending}
        is_out = answers.texts[item.id].flags(
            any(cell.values[k] in wanted for k, wanted in ending_codes.items())
            for cell in answers.cells(item)
        )
        fact = Fact("validation.rule.screened_out")
        all_issues.append(
            answers.issues("screened_out", fact, np.flatnonzero(is_out & ~out_already), item=item)
        )
        out_already |= is_out
    return out_already, all_issues


# Least number of answers to an item for which unused options and outliers are reported.
LEAST_ANSWERS = 20
# Least frequency of an unknown text that may be a renamed option.
REPEATED = 2
# Modified z-score above which a number is an outlier (Iglewicz and Hoaglin).
FAR = 3.5
# Median absolute deviation of a normal distribution, in standard deviations.
TO_SIGMA = 0.6745


def columns(coded: Sequence[Coded], answers: Answers) -> list[pd.DataFrame]:
    """Return the issues that whole columns show: unused options, renamed options, outliers."""
    all_issues: list[pd.DataFrame] = []
    for item_coded in coded:
        if item_coded.item.categories:
            all_issues += _check_options(item_coded)
        elif item_coded.item.kind.is_number:
            all_issues.append(_find_far(item_coded, answers))
    return all_issues


def _check_options(each: Coded) -> Iterator[pd.DataFrame]:
    """Yield issues of unused options, unknown texts that may be them, and options chosen once."""
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
        n, similar = times.get(category.code, 0), nearest(category.text, keys)
        if similar and not n:
            text = keys[similar]
            values: dict[str, Value] = {
                "said_text": text,
                "n": unknown[text],
                "option": category.text,
            }
            yield _make_issue(each, "unseen_option", text, Fact("validation.unseen_option", values))
        elif n < 2 and answered >= LEAST_ANSWERS:
            unused = "never_chosen", Fact("validation.rule.never_chosen")
            rule, fact = ("one_case", Fact("validation.one_case")) if n else unused
            yield _make_issue(each, rule, category.text, fact)


def _make_issue(each: Coded, rule: str, value: str, fact: Fact) -> pd.DataFrame:
    item = each.item
    return issues_of(
        rule, fact, row=[NO_ROW], respondent=[""], value=[value], column=item.column, item=item.id
    )


def _count_unknown(each: Coded) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, n, cell in zip(each.texts.texts, each.texts.counts.tolist(), each.cells, strict=True):
        for fault in cell.faults:
            if fault.rule in ("unknown_option", "near_option"):
                pieces = fault.fact.values.get("said_pieces")
                texts = pieces.items if isinstance(pieces, Listed) else (text,)
                counts.update(dict.fromkeys(map(str, texts), n))
    return Counter({text: n for text, n in counts.items() if n >= REPEATED})


def _find_far(each: Coded, answers: Answers) -> pd.DataFrame:
    """Return issues of outliers: to be looked at, never excluded."""
    with_number = np.flatnonzero(~np.isnan(each.first.numbers))
    values, score = each.first.numbers[with_number], np.zeros(len(with_number))
    if len(values) >= LEAST_ANSWERS:
        middle = float(np.median(values))
        for side in (values <= middle, values >= middle):
            distance = np.abs(values - middle)
            spread = float(np.median(distance[side]))
            if spread > 0:
                score[side] = np.maximum(score[side], TO_SIGMA * distance[side] / spread)
    at = with_number[score > FAR]
    fact = Fact("validation.outlier", {"median": f"{np.median(values):.12g}" if len(at) else ""})
    return answers.issues("outlier", fact, at, item=each.item)
