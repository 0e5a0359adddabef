"""Propose the kind of question of a column and its options, with checks for the analyst."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from readiness.drafting.digits import find_thousands, find_unit, normalise_digits, strip_unit
from readiness.drafting.joined import MOST_ALIKE, find_joined_options
from readiness.drafting.options import (
    BAND,
    OPEN,
    ORDERED,
    OTHER,
    SCALE,
    TWINS,
    UNNAMED,
    ProposedAnswers,
    ProposedOption,
    ask_of,
    give_codes,
    order_options,
    quote_some,
)
from readiness.drafting.table import MOST_OPTIONS, ExportColumn
from readiness.drafting.wordings import (
    count_open_bands,
    find_meaning,
    find_special,
    find_twins,
    is_half,
    is_none,
    is_other,
    is_unsure,
    order_numbers,
    order_scale,
)
from readiness.ground.decimals import shorten_decimal, write_out
from readiness.privacy.detecting import Detectors
from readiness.questionnaire import match_key
from readiness.questionnaire.writing import DECIDED
from readiness.readers.moments import DAY_FIRST, MONTH_FIRST, make_moment, match_moment
from readiness.readers.table import is_missing
from readiness.readers.tools.words import BOXES, VOID
from readiness.validation.losses import LARGEST_LOSS

# Length in characters: options are shorter, most typed texts are longer.
LONG_TEXT = 100
# If there are no more than `FEW_TEXTS` different answers, of mean length up to `SHORT_TEXT`, the
# draft asks whether they are options.
FEW_TEXTS, SHORT_TEXT = 5, 30
# Share of a question's answers below which a text may be a typed answer rather than an option;
# `MOST_ALIKE` limits the count, because more people do not type the same text.
RARE = 0.02
# Smallest share of the answers that options must cover where more than `MOST_OPTIONS` texts repeat.
MOSTLY = 0.75
# If all other options were chosen at least `LEAST_OFTEN` times, answers given once are typed
# answers, provided that their joint share is at most `RARE_TOGETHER`.
LEAST_OFTEN = 5
RARE_TOGETHER = 0.1
# Largest share of non-numbers among the answers of a number question: a run tolerates no more.
NO_NUMBERS = LARGEST_LOSS
# Largest number of points of a scale of bare numbers, 0 to 10.
SHORT_SCALE = 11
# Smallest absolute value of a missing code beside a scale: its distance rules out a point.
FAR = 6 * SHORT_SCALE
# A 9 is a missing code if at least this many points below have no answer.
GAP = 3
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,25})?")
# A numbered name of an option ("opt_12"), which nobody types.
_NUMBERED = re.compile(r"[^\W\d_]{0,12}[_-]?\d{1,3}")
_MISSING_NUMBERS = re.compile(r"-?(?:9{1,9}|8{2,4}|7{2,4}|99?[78])|-99?6|-66|-[1-9]")


def propose_answers(
    columns: Sequence[ExportColumn],
    labels: Sequence[tuple[str, str]] = (),
    signs: Sequence[str] = (),
) -> ProposedAnswers:
    """Propose kind and options of the answers that columns share.

    Args:
        columns: one, or the rows of a grid.
        labels: value and label of each declared answer, where the file or a codebook has them.
        signs: separators that may join ticked options, in addition to the usual ones.
    """
    return _put_unsure_beside(_propose_answers(columns, labels, signs), columns[0].missing)


def _put_unsure_beside(found: ProposedAnswers, declared: Sequence[str]) -> ProposedAnswers:
    """Move "Not sure" from the missing codes of a scale to the answer outside the scale.

    Returns the proposal unchanged unless it is a scale of bare numbers with one missing code of
    this meaning. `declared`: the values that the file declares missing.
    """
    unsure_answers = [
        missing_answer
        for missing_answer in found.missing
        if is_unsure(missing_answer[0]) and not is_missing(missing_answer[1], declared)
    ]
    if found.kind != "scale" or len(unsure_answers) != 1:
        return found
    [(text, value, _)] = unsure_answers
    other_missing = tuple(
        missing_answer for missing_answer in found.missing if missing_answer not in unsure_answers
    )
    return replace(
        found, missing=other_missing, outside=(text, value), checks=(*found.checks, ask_of([text]))
    )


def _propose_answers(
    columns: Sequence[ExportColumn],
    labels: Sequence[tuple[str, str]],
    signs: Sequence[str],
) -> ProposedAnswers:
    """Return the proposal for columns with or without labels, "not sure" not yet set apart."""
    counts: Counter[str] = Counter()
    values = dict(labels)
    for cell, n in chain.from_iterable(column.counts.items() for column in columns):
        without_decimals = cell.removesuffix(".0")
        counts[without_decimals if without_decimals in values else cell] += n
    # A number labelled with itself or with an empty text has no label; an empty cell is no value.
    every_label = [(value, text.strip() or value) for value, text in labels if value.strip()]
    labels = [(value, text) for value, text in every_label if value != text or not value.isdigit()]
    if labels:
        missing_values = columns[0].missing
        joined, label_of = _draft_joined(counts, signs), dict(labels)
        unlabelled_options = [o for o in joined.options if o.text not in label_of] if joined else []
        if joined and 2 * len(unlabelled_options) < len(joined.options):
            all_options = [
                *(ProposedOption(text, value=value) for value, text in labels),
                *unlabelled_options,
            ]
            texts = [option.text for option in unlabelled_options if option.text != OTHER]
            notes = (f"no label for {quote_some(texts)}",) if texts else ()
            return replace(joined, options=give_codes(all_options), checks=(*joined.checks, *notes))
        outside, named_answers = find_outside(labels, missing_values)
        void = {text for label, value, _ in outside for text in (label, value)}
        answered = Counter({text: n for text, n in counts.items() if text not in void})
        labelled_values = {text for pair in named_answers for text in pair} & set(answered)
        unlabelled = len(answered) - len(labelled_values)
        # More numbers than a scale has points are no options, even if many answers have a label.
        covered = 2 * sum(answered[text] for text in labelled_values) > answered.total()
        many = unlabelled > SHORT_SCALE and _propose_numbers(answered) is not None
        few = unlabelled >= max(2, len(labelled_values)) and (many or not covered)
        if scale := _find_scale(counts, outside, named_answers):
            return scale
        if few:
            return _read_ends(counts, outside, named_answers, missing_values)
        labels = every_label
        keys = {match_key(text) for pair in labels for text in pair}
        unlabelled_texts = [text for text in counts if match_key(text) not in keys]
        unlabelled_missing = [
            t for t in unlabelled_texts if is_missing(t, missing_values) or find_special(t)
        ]
        unlabelled_texts = [text for text in unlabelled_texts if text not in unlabelled_missing]
        # A few unlabelled answers are errors; frequent ones have a label that the file lacks.
        many = any(
            sum(c.counts[t] for t in unlabelled_texts) > LARGEST_LOSS * c.total for c in columns
        )
        labels = [
            *labels,
            *((text, text) for text in (*unlabelled_missing, *(unlabelled_texts if many else ()))),
        ]
        proposal = _draft_labelled(counts, labels, columns[0].ordered, missing_values)
        notes = (
            (f"no label for {quote_some(unlabelled_texts, counts)}",) if unlabelled_texts else ()
        )
        questions = (UNNAMED,) if unlabelled_missing else ()
        return replace(proposal, checks=(*proposal.checks, *notes, *questions))
    proposal = propose_unlabelled(counts, signs)
    if proposal.kind == "number" and len(columns) > 1:
        # A few words among the numbers of the whole grid may be too many for a single row.
        by_column = [propose_unlabelled(column.counts) for column in columns if column.total]
        proposal = ProposedAnswers("text") if any(a.kind == "text" for a in by_column) else proposal
    return proposal


def propose_unlabelled(counts: Counter[str], signs: Sequence[str] = ()) -> ProposedAnswers:
    """Propose kind and options of texts without labels.

    `counts`: number of answers by text. `signs`: as for `propose_answers`.
    """
    words = any(re.search(r"\w", text) for text in counts)
    # A punctuation mark among words is a void answer; marks alone may be the points of a scale.
    void = {t for t in counts if match_key(t) in VOID or (words and not re.search(r"\w", t))}
    known_missing = {t: means for t in counts if (means := find_special(t))}
    numbers = {text for text, n in counts.items() if n > 1 and _NUMBER.fullmatch(text)}
    # A single negative number that several people gave beside words is a missing code. Its meaning
    # is `blank`: programs that fill empty cells do not show whether the question was asked.
    unnamed = {text for text in numbers if text[0] == "-" and len(numbers) == 1 < len(counts)}
    meaning_by_text = {**known_missing, **dict.fromkeys(void | unnamed, "blank")}
    answer_counts = Counter({t: n for t, n in counts.items() if t not in meaning_by_text})
    missing = tuple((text, "", means) for text, means in sorted(meaning_by_text.items()))
    if not answer_counts:
        notes = (f"{DECIDED}no answer but missing ones",)
        return ProposedAnswers("text", missing=missing, checks=notes)
    # "Not sure" is an option where answers are options, and a missing answer beside numbers.
    offered_counts = Counter(
        {t: n for t, n in counts.items() if t in answer_counts or is_unsure(t)}
    )
    proposal = (
        _propose_numbers(answer_counts)
        or _propose_dates(answer_counts)
        or _draft_joined(offered_counts, signs)
    )
    proposal = proposal or _draft_closed(offered_counts) or ProposedAnswers("text")
    options = {match_key(option.text) for option in proposal.options}
    # A missing text that is ticked beside options is an option.
    missing = tuple(entry for entry in missing if match_key(entry[0]) not in options)
    twins = find_twins(option.text for option in proposal.options)
    questions = [
        *([UNNAMED] if unnamed else []),
        *(f"{quote_some(texts)} {TWINS}" for texts in twins),
    ]
    # A number among options that are texts may be a code whose label is missing.
    doubtful_texts = sorted(text for text in numbers if text in options)
    if proposal.kind != "single" or 2 * len(doubtful_texts) >= len(options):
        doubtful_texts = []
    # Among codes of equally many capitals ("ON", "QC") "NS" may be an option.
    if (
        len(answer_counts) > 2
        and all(map(str.isupper, answer_counts))
        and len({*map(len, answer_counts)}) == 1
    ):
        doubtful_texts += [
            t for t in meaning_by_text if t.isupper() and len(t) == len(min(answer_counts))
        ]
    doubtful_texts += [
        o.text for o in proposal.options if is_half(o.text) and not is_unsure(o.text)
    ]
    if doubtful_texts:
        questions.append(ask_of(doubtful_texts, counts))
    return replace(
        proposal, missing=(*missing, *proposal.missing), checks=(*proposal.checks, *questions)
    )


def _draft_labelled(
    counts: Counter[str], labels: Sequence[tuple[str, str]], ordered: bool, missing: Sequence[str]
) -> ProposedAnswers:
    """Return the proposal for answers whose labels are known.

    `ordered`: whether the file calls the values ordered.
    """
    outside, labelled_answers = find_outside(labels, missing, offered=True)
    options = [
        ProposedOption(label, value=value, other=is_other(label))
        for value, label in labelled_answers
    ]
    if len(options) < 2:
        void = {text for label, value, _ in outside for text in (label, value)}
        answered = Counter({text: n for text, n in counts.items() if text not in void})
        return replace(propose_unlabelled(answered), missing=tuple(outside))
    unseen = [o.text for o in options if not counts[o.value] and not counts[o.text]]
    half_missing = [o.text for o in options if is_half(o.text) and not is_unsure(o.text)]
    checks = [f"{DECIDED}nobody answered {quote_some(unseen)}"] if unseen else []
    checks += [ask_of(half_missing)] if half_missing else []
    kind, options, order_notes = order_options(options, declared=True)
    # "None of these" and "Other" are no highest level, even if the file calls the values ordered.
    last_is_level = not is_none(options[-1].text) and not any(option.other for option in options)
    if ordered and kind == "single" and not order_notes and len(options) > 2 and last_is_level:
        kind, order_notes = "ordinal", [ORDERED]
    return ProposedAnswers(
        kind, give_codes(options), tuple(outside), checks=(*order_notes, *checks)
    )


def find_outside(
    labels: Sequence[tuple[str, str]], missing: Sequence[str], *, offered: bool = False
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Split labelled values into missing codes (label, value, meaning) and answers (value, label).

    `missing`: values that the file declares missing. `offered`: whether "not sure" is an answer
    unless it is declared missing.
    """
    outside, answers = [], []
    for value, label in labels:
        means = find_meaning(label) if is_missing(value, missing) else find_special(label)
        if offered and is_unsure(label) and not is_missing(value, missing):
            means = ""
        if means:
            outside.append((label, value, means))
        else:
            answers.append((value, label))
    return outside, answers


def _find_scale(
    counts: Counter[str], outside: list[tuple[str, str, str]], ends: list[tuple[str, str]]
) -> ProposedAnswers | None:
    """Return the proposal of a scale with labels at its two ends only; None for other answers."""
    if len(ends) != 2 or not all(re.fullmatch(r"-?\d{1,3}", value) for value, _ in ends):
        return None
    (low, low_label), (high, high_label) = sorted((int(value), label) for value, label in ends)
    points = {str(point) for point in range(low, high + 1)}
    void = {value for _, value, _ in outside}
    inner_points = points - {str(low), str(high)}
    # A value labelled as missing cannot be a point of the scale.
    if points & void or not 2 < len(points) <= SHORT_SCALE or not {*counts} <= points | void:
        return None
    # One number between two labelled answers is not enough for a scale.
    if len(inner_points.intersection(counts)) < min(2, len(inner_points)):
        return None
    return ProposedAnswers(
        "scale", missing=tuple(outside), ends=(low, high), named=(low_label, high_label)
    )


def _read_ends(
    counts: Counter[str],
    outside: list[tuple[str, str, str]],
    named: list[tuple[str, str]],
    missing: Sequence[str],
) -> ProposedAnswers:
    """Return the proposal for numbers of which a few are labelled: ends of a scale, or missing
    codes.
    """
    void = {value for _, value, _ in outside}
    unnamed = {text for text in {*counts} - void if is_missing(text, missing)}
    answer_counts = Counter({t: n for t, n in counts.items() if t not in void | unnamed})
    proposal = _propose_numbers(answer_counts) or ProposedAnswers("text")
    low, high = proposal.ends or (0, -1)
    if (void | unnamed) & {str(point) for point in range(low, high + 1)}:
        proposal = ProposedAnswers("number")  # a missing code cannot be a point of the scale
    # A value far off the points is a missing code, too, though its label may use unknown words.
    far_values = {text for text, _, _ in proposal.missing}
    far_missing = [
        (label, value, find_meaning(label)) for value, label in named if value in far_values
    ]
    unnamed |= far_values - {value for value, _ in named}
    named = [(value, label) for value, label in named if value not in far_values]
    note = f"labelled are {', '.join(f'{value} is {label!r}' for value, label in named)}"
    note = f"{note}: numbers, or no answers?" if proposal.kind == "number" else f"{DECIDED}{note}"
    checks = [check for check in proposal.checks if check != UNNAMED]
    checks += [*([note] if named else ()), *([UNNAMED] if unnamed else ())]
    blank = [(text, "", "blank") for text in sorted(unnamed)]
    return replace(proposal, missing=(*outside, *far_missing, *blank), checks=tuple(checks))


def _propose_numbers(counts: Counter[str]) -> ProposedAnswers | None:
    """Return a number or a short scale, where (nearly) all texts are numbers; else None."""
    unit = find_unit(counts)
    bare = {text: write_out(normalise_digits(strip_unit(text, unit))) for text in counts}
    separator = find_thousands(set(bare.values()))
    without_separator = {
        text: number.replace(separator, "") if separator else number
        for text, number in bare.items()
    }
    plain = {
        text: number for text, number in without_separator.items() if _NUMBER.fullmatch(number)
    }
    non_numbers = sum(n for text, n in counts.items() if text not in plain)
    all_alike = len(counts) == 1 and sum(counts.values()) > MOST_ALIKE
    if all_alike or not plain or non_numbers > NO_NUMBERS * sum(counts.values()):
        return None
    values = {text: float(number.replace(",", ".")) for text, number in plain.items()}
    whole = all(value.is_integer() for value in values.values())
    distinct = sorted(set(values.values()))
    # Forms do not write points of a scale as 01, 02, ...
    leading_zeros = any(re.match(r"0\d", t) for t in counts)
    codes = whole and not non_numbers and not unit and not leading_zeros
    maybe_missing = [text for text in plain if _MISSING_NUMBERS.fullmatch(f"{values[text]:.12g}")]
    plausible_values = [values[text] for text in plain if text not in maybe_missing] or [0.0]
    # Below the points 1, 2, ... a -1, and far above them a 9, are missing codes.
    apart_from_points = {
        v
        for v in values.values()
        if v < 0 < min(plausible_values) or max(plausible_values) + GAP < v == 9
    }
    far_texts = {
        t
        for t in maybe_missing
        if codes and (abs(values[t]) >= FAR or values[t] in apart_from_points)
    }
    near_counts = Counter({text: counts[text] for text in plain if text not in far_texts})
    near_values, far_values = (
        [values[text] for text in texts] for texts in (near_counts, far_texts)
    )
    points = (
        codes
        and len(near_values) > 1
        and min(near_values) >= 0
        and sum(counts[t] for t in far_texts) > 1
    )
    most, least = max(near_values, default=0.0), min(far_values, default=0.0)
    points &= most < SHORT_SCALE or (2 if len(far_values) > 1 else 5) * most < least
    # Beside points of a scale, or codes, such numbers are missing codes.
    if points and (near_proposal := _propose_numbers(near_counts)):
        missing_answers = tuple((text, "", "blank") for text in sorted(far_texts))
        return replace(
            near_proposal, missing=missing_answers, checks=(*near_proposal.checks, UNNAMED)
        )
    low, high = distinct[0], distinct[-1]
    if codes and len(distinct) == 2:
        whole_ones = [(str(v), f"a{v}" if v >= 0 else f"m{-v}") for v in map(int, distinct)]
        options = [ProposedOption(text, code=code) for text, code in whole_ones]
        return ProposedAnswers("single", tuple(options), checks=("what do these values mean?",))
    is_symmetric = 1 < -low == high < SHORT_SCALE / 2 and len(distinct) > 2 * high
    if codes and ((low >= 0 and high < SHORT_SCALE and len(distinct) > 2) or is_symmetric):
        # A scale begins with 0 or 1, even if nobody chose that point.
        return ProposedAnswers("scale", ends=(min(int(low), 1), int(high)), checks=(SCALE,))
    if whole and non_numbers and not unit and low >= 0 and high < SHORT_SCALE:
        # Small whole numbers that occur among worded answers may be codes, which have no mean.
        texts = sorted(plain, key=lambda text: values[text])
        texts += [text for text, n in counts.most_common() if text not in plain and n > 1]
        options = [ProposedOption(text, other=is_other(text)) for text in texts]
        if len(options) < len(counts) and not any(option.other for option in options):
            options.append(ProposedOption(OTHER, code="other_text", other=True))
        question = f"codes (--labels), or a number? {non_numbers} answers are words"
        return ProposedAnswers("single", give_codes(options), checks=(question,))
    checks = [f"{DECIDED}a number without limits (seen: {low:.12g} to {high:.12g})"]
    checks += (
        ["some begin with 0: codes, which have no mean (kind: text)?"] if leading_zeros else []
    )
    checks += [f"{non_numbers} answers are no numbers"] if non_numbers else []
    checks += (
        [f"thousands told apart by {separator!r}? or are these decimals?"] if separator else []
    )
    most = max((values[text] for text in plain if text not in maybe_missing), default=low)
    maybe_missing = [
        t for t in maybe_missing if (values[t] == low or values[t] > most) and counts[t] > 1
    ]
    if maybe_missing:
        checks.append(
            f"is {quote_some(sorted(maybe_missing), counts)} a number, or a missing answer?"
        )
    shortened = (shorten_decimal(number.replace(",", ".")) for number in plain.values())
    decimals = max(len(number.partition(".")[2]) for number in shortened)
    notes = tuple(checks)
    return ProposedAnswers(
        "number", decimals=decimals, unit=unit, thousands=separator, checks=notes
    )


def _propose_dates(counts: Counter[str]) -> ProposedAnswers | None:
    """Return the proposal of a date question, if one order of day and month fits all texts.

    None where a text is no date, or where no order fits.
    """
    if not all(map(match_moment, counts)):
        return None
    matches = [match for text in counts if (match := match_moment(text))]
    days_by_order = [
        [make_moment(moment, order) for moment in matches] for order in (DAY_FIRST, MONTH_FIRST)
    ]
    fits = [days for days in days_by_order if None not in days]
    if not fits:
        return None
    checks = ("day or month first?",) if len(fits) > 1 and fits[0] != fits[1] else ()
    return ProposedAnswers("date", checks=checks)


def _draft_joined(counts: Counter[str], signs: Sequence[str]) -> ProposedAnswers | None:
    """Return the proposal of a multiple-response question or ranking with options joined in a cell.

    None where cells do not join options.
    """
    # The levels of a scale share words: "Very good" does not join "Very" and "good".
    scale = order_scale([text for text in counts if not is_unsure(text)])
    joined = None if scale else find_joined_options(counts, signs)
    if joined is None:
        return None
    if joined.ranked and not joined.typed:
        options = give_codes([ProposedOption(text) for text in joined.options])
        note = f"{DECIDED}a list put in order, for each cell holds all of it"
        return ProposedAnswers("ranking", options, checks=(note,))
    checks = [f"{DECIDED}options joined by {joined.separator!r}, each in other company, too"]
    unsure = [text for text in joined.options if is_unsure(text)]
    checks += [ask_of(unsure)] if unsure else []
    proposed = [
        ProposedOption(t, other=is_other(t), exclusive=is_none(t) and t in joined.alone)
        for t in joined.options
    ]
    if joined.typed:
        checks.append(f"texts that few gave are no options here ({joined.typed}): typed?")
        if not any(option.other for option in proposed):
            proposed.append(ProposedOption(OTHER, code="other_text", other=True))
    return ProposedAnswers("multi", give_codes(proposed), checks=tuple(checks))


def _draft_closed(counts: Counter[str]) -> ProposedAnswers | None:
    """Return the proposal of a single-choice question, whose answers repeat.

    Rare texts may be typed answers. The proposal is a text question if all answers are equal; None
    for the answers to an open question.
    """
    total = sum(counts.values())
    if len(counts) < 2:
        return ProposedAnswers("text", checks=(f"{DECIDED}a text, for all answers are one",))
    repeated = [text for text, n in counts.items() if n > 1]
    share_repeated = sum(counts[text] for text in repeated) / total
    mean_length = sum(len(text) * n for text, n in counts.items()) / total
    rare = max(1, min(MOST_ALIKE, RARE * total))
    if len(repeated) > MOST_OPTIONS:
        # Several of many people type the same text, so the limit follows the counts. This keeps the
        # frequent options of a long list, such as countries.
        rare = max(rare, counts.most_common(MOST_OPTIONS + 1)[-1][1])
        repeated = [text for text in repeated if counts[text] > rare]
        if sum(counts[text] for text in repeated) < MOSTLY * total:
            return None
    without_unsure = [text for text in counts if not is_unsure(text)]
    pair = tuple(map(match_key, without_unsure))
    scale = order_scale(without_unsure)
    # Yes and no, and the levels of a scale, are options even if rare.
    is_known_list = scale or not {pair, pair[::-1]}.isdisjoint(BOXES)
    too_many = len(repeated) > MOST_OPTIONS or mean_length > LONG_TEXT
    if too_many or (not is_known_list and (len(repeated) < 2 or share_repeated < 0.5)):
        are_few = share_repeated >= 0.5 and len(counts) <= FEW_TEXTS and mean_length <= SHORT_TEXT
        return ProposedAnswers("text", checks=(OPEN,)) if are_few and not too_many else None
    typed = [t for t in without_unsure if counts[t] <= rare and not is_other(t)]
    is_personal = Detectors().ready()
    # Levels of a scale, bands and numbered names are options, not free-text answers.
    closed_bands = sum(map(bool, map(BAND.search, without_unsure)))
    bands = closed_bands + count_open_bands(without_unsure)
    banded = 2 * bands > len(without_unsure)
    ordered = scale or (order_numbers(without_unsure) if banded else None)
    are_options = is_known_list or ordered or all(map(_NUMBERED.fullmatch, without_unsure))
    typed_count = len(typed) if len(counts) > 8 and len(typed) > 2 and not are_options else 0
    given_once = [text for text in without_unsure if counts[text] == 1 and not is_other(text)]
    others_frequent = all(n >= LEAST_OFTEN for text, n in counts.items() if text not in given_once)
    if (
        not typed_count
        and others_frequent
        and len(given_once) <= RARE_TOGETHER * total
        and not are_options
    ):
        # If each option was chosen by many, a text given once is in one person's own words.
        typed, typed_count = given_once, len(given_once)
    # Personal data are free-text answers, so they are no option.
    texts = [
        text for text in counts if (not typed_count or text not in typed) and not is_personal(text)
    ]
    typed_count = len(counts) - len(texts)
    # If most answers are rare texts, the question was open.
    if len(texts) < 2 or 2 * sum(counts[text] for text in texts) < total:
        return None
    sorted_texts = sorted(texts, key=lambda text: (is_other(text), -counts[text], text))
    options = [
        ProposedOption(text, other=bool(typed_count) and is_other(text)) for text in sorted_texts
    ]
    checks = []
    count_uncovered = total - sum(counts[text] for text in texts)
    levels = [text for text in texts if not is_unsure(text)]
    if (
        typed_count
        and len(levels) > 2
        and count_uncovered <= NO_NUMBERS * total
        and order_scale(levels) is not None
    ):
        checks.append(
            f"texts that few gave are no levels of the scale ({typed_count}): not counted?"
        )
    elif typed_count:
        # Never quoted: a text that only one person wrote may identify this person.
        checks.append(f"texts that few gave are no options here ({typed_count}): typed as other?")
        if not any(option.other for option in options):
            options.append(ProposedOption(OTHER, code="other_text", other=True))
    kind, options, order_notes = order_options(options, declared=False)
    count_once = sum(counts[text] == 1 for text in texts)
    if count_once and not typed_count:
        order_notes.append(f"{DECIDED}options, though some were given once ({count_once})")
    return ProposedAnswers(kind, give_codes(options), checks=(*order_notes, *checks))
