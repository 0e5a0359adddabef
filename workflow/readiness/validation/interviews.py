"""Find the faults of whole interviews and of whole columns.

Break-offs (fewer than 80 % of the applicable questions answered: AAPOR 2023, Standard Definitions,
10th edition); duplicates, straight lines and speeders (Leiner 2019, Survey Research Methods 13,
229-248); options that never occur, options chosen once, outliers (modified z-score: Iglewicz and
Hoaglin 1993). The spread below the median and the spread above are measured separately, so that a
skewed distribution alone makes no outlier.
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
# Smallest number of unanswered questions at the end of a break-off: fewer may have been skipped.
LEAST_LEFT = 2
# Least number of questions in a grid for which straight lines are sought.
LEAST_ROWS = 3
# An interview is too fast below this share of the median duration. Leiner finds interviews below
# 0.48 doubtful already; below a third, an error of the clock can be excluded.
FAST = 1 / 3
# Least number of interviews for which a median duration is stable enough.
LEAST_TIMED = 30
Ends = npt.NDArray[np.int64]


def ends(coded: Sequence[Coded], answers: Answers) -> Ends:
    """Return the position of the item at which each interview broke off, as an int array.

    The position of a complete interview is the number of items. An interview broke off at an item
    if this and all later questions asked are unanswered: at least `LEAST_LEFT` questions, and more
    than `1 - COMPLETE` of those asked. Where the tool reports which interviews are complete, its
    report decides. Free text, and blanks that mean "none", do not count as unanswered.
    """
    n, items = len(answers), len(coded)
    last_answered, asked, unanswered_at_end = np.full(n, -1), np.zeros(n), np.zeros(n)
    for place, item_coded in enumerate(coded):
        last_answered[item_coded.is_given] = place
    first_unanswered = np.full(n, items)
    for place, item_coded in enumerate(coded):
        if item_coded.expects:
            is_asked = item_coded.asked == YES
            asked += is_asked
            unanswered = is_asked & (last_answered < place)
            unanswered_at_end += unanswered
            first_unanswered[unanswered & (first_unanswered == items)] = place
    stopped = (unanswered_at_end >= LEAST_LEFT) & (unanswered_at_end > (1 - COMPLETE) * asked)
    if "_complete" in answers.known:
        reported = answers.known["_complete"]
        stopped = (stopped & ~reported.isin(["yes"])) | (
            reported.isin(["no"]) & (unanswered_at_end > 0)
        )
    return np.where(stopped, first_unanswered, items)


def broken_off(coded: Sequence[Coded], broke: Ends) -> list[Coded]:
    """Return the coded items with `_broken_off` in the cells after the end of an interview.

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
        # A blank routed question at which an interview broke off is reported under both rules.
        blank &= broke >= place if rule == "routed_blank" else broke > place
        all_issues.append(answers.issues(rule, fact, np.flatnonzero(blank), item=item))
    return all_issues


def _describe_blank(item: Item, group_item: str | None) -> tuple[str, Fact]:
    """Return rule and fact of a blank cell of an item.

    The rule is `required`, `routed_blank` for an item asked because of an earlier answer, or
    `no_answer`. Routing by the group item is ignored: it selects whole parts of the form.
    """
    if item.required:
        return "required", Fact("validation.rule.required")
    if not (routing := [routing for routing in item.asked_if if routing.item != group_item]):
        return "no_answer", Fact("validation.rule.no_answer")
    conditions = Listed(tuple(condition(entry) for entry in routing))
    return "routed_blank", Fact("validation.routed_blank", {"conditions": conditions})


def same_content(coded: Sequence[Coded], answers: Answers) -> list[pd.DataFrame]:
    """Return tables of issues, one row for each interview that repeats the answers of another.

    The issue names the first row with these answers. If the answered questions allow fewer
    combinations than there are interviews, repetitions are expected: the rule is then
    `same_few_answers`, a note.
    """
    n = len(answers)
    group = ranks(
        [column.codes for item_coded in coded for column in _distinguish_answers(item_coded)], n
    )
    order = np.argsort(answers.row, kind="stable")
    first_of = np.full(int(group.max(initial=-1)) + 1, -1)
    # Assigned from the last row to the first, so that the first row of each group remains.
    first_of[group[order[::-1]]] = order[::-1]
    first = first_of[group]
    # Logarithm of the number of possible combinations of answers to the answered questions.
    has_answer, log_combinations = np.zeros(n, dtype=np.bool_), np.zeros(n)
    for item_coded in coded:
        has_answer |= item_coded.is_given
        log_combinations[item_coded.is_given & (item_coded.asked == YES)] += _log_answers(
            item_coded.item
        )
    repeats = (first != np.arange(n)) & has_answer
    unexpected = repeats & (log_combinations > log(max(n, 2)))
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
    """Return the columns that distinguish answers: codes, or raw text if "other" takes text."""
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
    """Return a table of issues for each grid, one row for each interview with a straight line.

    A straight line is the same answer to all questions of the grid.
    """
    all_issues = []
    for grid in questionnaire.grids:
        rows = [row_coded for row_coded in coded if row_coded.item.grid == grid.id]
        take_one = all(row_coded.item.kind.takes_one for row_coded in rows)
        if not grid.kind.is_table or len(rows) < LEAST_ROWS or not take_one:
            continue
        first, *other_columns = (row_coded.first for row_coded in rows)
        is_straight = first.isin(rows[0].item.codes)
        for other_column in other_columns:
            place_of_text = {text: k for k, text in enumerate(first.texts)}
            matching_place = np.array([place_of_text.get(text, -1) for text in other_column.texts])
            is_straight &= matching_place[other_column.codes] == first.codes
        at = np.flatnonzero(is_straight)
        fact = Fact("validation.straight_line", {"n": len(rows)})
        # The issue names the first question of the grid.
        all_issues.append(answers.issues("straight_line", fact, at, item=rows[0].item))
    return all_issues


def times(coded: Sequence[Coded], answers: Answers, broke: Ends) -> list[pd.DataFrame]:
    """Return issues of interviews that were too fast, or submitted before they were started.

    Too fast: less than `FAST` of the median duration of complete interviews. The rule needs at
    least `LEAST_TIMED` durations.
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
        seconds_shown = np.array([f"{value:.0f}" for value in seconds[at]], dtype=object)
        all_issues.append(answers.issues("speeder", fact, at, value=seconds_shown))
    if {"_started", "_submitted"} <= set(tool_columns):
        started, submitted = tool_columns["_started"], tool_columns["_submitted"]
        has_both_times = started.filled & submitted.filled
        # Times as ISO texts can be compared as texts.
        submitted_early = np.flatnonzero(has_both_times)[
            started.those(has_both_times) > submitted.those(has_both_times)
        ]
        fact = Fact("validation.rule.impossible_time")
        all_issues.append(
            answers.issues(
                "impossible_time", fact, submitted_early, value=started.those(submitted_early)
            )
        )
    return all_issues


def screened_out(
    answers: Answers, questionnaire: Questionnaire
) -> tuple[Booleans, list[pd.DataFrame]]:
    """Return the mask of respondents whom an answer screens out, and an issue for each."""
    out_already = np.zeros(len(answers), dtype=np.bool_)
    all_issues = []
    for item in questionnaire.items:
        ending_options = {category.code for category in item.categories if category.screens_out}
        if not ending_options:
            continue
        # Codes that end the interview, by column: "1" in the column of a ticked option, else codes.
        ticked = {k: {"1"} for k, code in enumerate(item.codes) if code in ending_options}
        ending_codes = ticked if item.kind.takes_several else {0: ending_options}
        is_out = answers.texts[item.id].flags(
            any(cell.values[k] in codes for k, codes in ending_codes.items())
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
    """Return the issues of whole columns: unused options, renamed options, outliers."""
    all_issues: list[pd.DataFrame] = []
    for item_coded in coded:
        if item_coded.item.categories:
            all_issues += _check_options(item_coded)
        elif item_coded.item.kind.is_number:
            all_issues.append(_find_far(item_coded, answers))
    return all_issues


def _check_options(each: Coded) -> Iterator[pd.DataFrame]:
    """Yield issues of options never chosen, options chosen once, and options perhaps renamed.

    An option may have been renamed if nobody chose it and an unknown text is similar to its text.
    """
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
    """Return issues of outliers, which are reported for review and never excluded."""
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
