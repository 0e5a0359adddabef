"""What kind of question a column is, and its options: proposals with what must be looked at."""

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

# Characters: an option is shorter; most texts that people type are not.
LONG_TEXT = 100
# Of so few different and short answers, of which one recurs, it is asked whether they are options.
FEW_TEXTS, SHORT_TEXT = 5, 30
# Share of a question's answers below which a text that few gave may be typed in place of one; and
# how many at most: more do not type one text alike.
RARE = 0.02
# Share of the answers that options have, at least, where more texts than they repeat.
MOSTLY = 0.75
# Where all other options were chosen at least so often, answers given once are typed ones,
# if they are not more than this share together.
LEAST_OFTEN = 5
RARE_TOGETHER = 0.1
# Share of the answers to a question for a number that are none, at most: a run allows no more.
NO_NUMBERS = LARGEST_LOSS
# Points of a scale of bare numbers at most, 0 to 10.
SHORT_SCALE = 11
# How far off it a number that may mean no answer is none of its points.
FAR = 6 * SHORT_SCALE
# Points that nobody chose below a 9 that is none.
GAP = 3
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,25})?")
# The name of an option, which nobody types.
_NUMBERED = re.compile(r"[^\W\d_]{0,12}[_-]?\d{1,3}")
_MISSING_NUMBERS = re.compile(r"-?(?:9{1,9}|8{2,4}|7{2,4}|99?[78])|-99?6|-66|-[1-9]")


def propose_answers(
    columns: Sequence[ExportColumn],
    labels: Sequence[tuple[str, str]] = (),
    signs: Sequence[str] = (),
) -> ProposedAnswers:
    """Propose the answers that columns share.

    Args:
        columns: one, or the rows of a grid.
        labels: value and label of each declared answer, where something names them.
        signs: what may join ticked options, beside the usual.
    """
    return _put_unsure_beside(_propose_answers(columns, labels, signs), columns[0].missing)


def _put_unsure_beside(found: ProposedAnswers, declared: Sequence[str]) -> ProposedAnswers:
    """Beside a scale of bare numbers "Not sure" is the answer outside it, unless the file says no.

    `declared`: the values that the file declares missing.
    """
    offered = [
        each for each in found.missing if is_unsure(each[0]) and not is_missing(each[1], declared)
    ]
    if found.kind != "scale" or len(offered) != 1:
        return found
    [(text, value, _)] = offered
    left = tuple(each for each in found.missing if each not in offered)
    return replace(
        found, missing=left, outside=(text, value), checks=(*found.checks, ask_of([text]))
    )


def _propose_answers(
    columns: Sequence[ExportColumn],
    labels: Sequence[tuple[str, str]],
    signs: Sequence[str],
) -> ProposedAnswers:
    counts: Counter[str] = Counter()
    values = dict(labels)
    for cell, n in chain.from_iterable(column.counts.items() for column in columns):
        whole = cell.removesuffix(".0")
        counts[whole if whole in values else cell] += n
    # A number that is labelled with itself, or with nothing, has no label; no cell is no value.
    every_label = [(value, text.strip() or value) for value, text in labels if value.strip()]
    labels = [(value, text) for value, text in every_label if value != text or not value.isdigit()]
    if labels:
        missing_values = columns[0].missing
        joined, named = _draft_joined(counts, signs), dict(labels)
        bare = [o for o in joined.options if o.text not in named] if joined else []
        if joined and 2 * len(bare) < len(joined.options):
            every = [*(ProposedOption(text, value=value) for value, text in labels), *bare]
            texts = [option.text for option in bare if option.text != OTHER]
            said = (f"no label for {quote_some(texts)}",) if texts else ()
            return replace(joined, options=give_codes(every), checks=(*joined.checks, *said))
        outside, named_answers = find_outside(labels, missing_values)
        void = {text for label, value, _ in outside for text in (label, value)}
        given = Counter({text: n for text, n in counts.items() if text not in void})
        known = {text for pair in named_answers for text in pair} & set(given)
        unlabelled = len(given) - len(known)
        # Numbers that go far beyond a scale are no options, however many gave one with a label.
        covered = 2 * sum(given[text] for text in known) > given.total()
        many = unlabelled > SHORT_SCALE and _propose_numbers(given) is not None
        few = unlabelled >= max(2, len(known)) and (many or not covered)
        if scale := _find_scale(counts, outside, named_answers):
            return scale
        if few:
            return _read_ends(counts, outside, named_answers, missing_values)
        labels = every_label
        keys = {match_key(text) for pair in labels for text in pair}
        more = [text for text in counts if match_key(text) not in keys]
        unnamed = [t for t in more if is_missing(t, missing_values) or find_special(t)]
        more = [text for text in more if text not in unnamed]
        # A few answers without a label are faults; of many the label is not known.
        many = any(sum(c.counts[t] for t in more) > LARGEST_LOSS * c.total for c in columns)
        labels = [*labels, *((text, text) for text in (*unnamed, *(more if many else ())))]
        found = _draft_labelled(counts, labels, columns[0].ordered, missing_values)
        said = (f"no label for {quote_some(more, counts)}",) if more else ()
        asked = (UNNAMED,) if unnamed else ()
        return replace(found, checks=(*found.checks, *said, *asked))
    found = propose_unlabelled(counts, signs)
    if found.kind == "number" and len(columns) > 1:
        # What all rows of a grid tolerate together may be too much of one.
        alone = [propose_unlabelled(column.counts) for column in columns if column.total]
        found = ProposedAnswers("text") if any(a.kind == "text" for a in alone) else found
    return found


def propose_unlabelled(counts: Counter[str], signs: Sequence[str] = ()) -> ProposedAnswers:
    """The same of texts that nothing names."""
    words = any(re.search(r"\w", text) for text in counts)
    # A sign beside words stands for nothing; signs alone may be the points of a scale.
    void = {t for t in counts if match_key(t) in VOID or (words and not re.search(r"\w", t))}
    known = {t: means for t in counts if (means := find_special(t))}
    numbers = {text for text, n in counts.items() if n > 1 and _NUMBER.fullmatch(text)}
    # The one number that several people gave beside words, below zero, is a code; what programs
    # write into an empty cell does not say that nobody asked.
    unnamed = {text for text in numbers if text[0] == "-" and len(numbers) == 1 < len(counts)}
    special = {**known, **dict.fromkeys(void | unnamed, "blank")}
    kept = Counter({t: n for t, n in counts.items() if t not in special})
    missing = tuple((text, "", means) for text, means in sorted(special.items()))
    if not kept:
        said = (f"{DECIDED}no answer but missing ones",)
        return ProposedAnswers("text", missing=missing, checks=said)
    # That one is not sure is an answer where answers are options, and none beside numbers.
    offered = Counter({t: n for t, n in counts.items() if t in kept or is_unsure(t)})
    found = _propose_numbers(kept) or _propose_dates(kept) or _draft_joined(offered, signs)
    found = found or _draft_closed(offered) or ProposedAnswers("text")
    options = {match_key(option.text) for option in found.options}
    # What is ticked beside options is one of them.
    missing = tuple(each for each in missing if match_key(each[0]) not in options)
    twins = find_twins(option.text for option in found.options)
    asked = [*([UNNAMED] if unnamed else []), *(f"{quote_some(texts)} {TWINS}" for texts in twins)]
    # A code whose label is lost stands beside the labels of the others.
    bare = sorted(text for text in numbers if text in options)
    if found.kind != "single" or 2 * len(bare) >= len(options):
        bare = []
    # Among codes of as many capitals ("ON", "QC") "NS" may be one of them.
    if len(kept) > 2 and all(map(str.isupper, kept)) and len({*map(len, kept)}) == 1:
        bare += [t for t in special if t.isupper() and len(t) == len(min(kept))]
    bare += [o.text for o in found.options if is_half(o.text) and not is_unsure(o.text)]
    if bare:
        asked.append(ask_of(bare, counts))
    return replace(found, missing=(*missing, *found.missing), checks=(*found.checks, *asked))


def _draft_labelled(
    counts: Counter[str], labels: Sequence[tuple[str, str]], ordered: bool, missing: Sequence[str]
) -> ProposedAnswers:
    outside, named = find_outside(labels, missing, offered=True)
    options = [ProposedOption(label, value=value, other=is_other(label)) for value, label in named]
    if len(options) < 2:
        void = {text for label, value, _ in outside for text in (label, value)}
        given = Counter({text: n for text, n in counts.items() if text not in void})
        return replace(propose_unlabelled(given), missing=tuple(outside))
    unseen = [o.text for o in options if not counts[o.value] and not counts[o.text]]
    half = [o.text for o in options if is_half(o.text) and not is_unsure(o.text)]
    checks = [f"{DECIDED}nobody answered {quote_some(unseen)}"] if unseen else []
    checks += [ask_of(half)] if half else []
    kind, options, said = order_options(options, declared=True)
    # "None of these" and "Other" are no highest level, whatever the file says.
    level = not is_none(options[-1].text) and not any(option.other for option in options)
    if ordered and kind == "single" and not said and len(options) > 2 and level:
        kind, said = "ordinal", [ORDERED]
    return ProposedAnswers(kind, give_codes(options), tuple(outside), checks=(*said, *checks))


def find_outside(
    labels: Sequence[tuple[str, str]], missing: Sequence[str], *, offered: bool = False
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """The labelled values that are no answers, with what they mean; and those that are.

    `offered`: whether that one is not sure is an answer, unless the file declares it missing.
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
    """A scale of which only the two ends have a label, beside what is no answer."""
    if len(ends) != 2 or not all(re.fullmatch(r"-?\d{1,3}", value) for value, _ in ends):
        return None
    (low, first), (high, last) = sorted((int(value), label) for value, label in ends)
    points = {str(point) for point in range(low, high + 1)}
    void = {value for _, value, _ in outside}
    between = points - {str(low), str(high)}
    # What is no answer is no point of a scale.
    if points & void or not 2 < len(points) <= SHORT_SCALE or not {*counts} <= points | void:
        return None
    # One stray number between two answers makes no scale of them.
    if len(between.intersection(counts)) < min(2, len(between)):
        return None
    return ProposedAnswers("scale", missing=tuple(outside), ends=(low, high), named=(first, last))


def _read_ends(
    counts: Counter[str],
    outside: list[tuple[str, str, str]],
    named: list[tuple[str, str]],
    missing: Sequence[str],
) -> ProposedAnswers:
    """Numbers of which a few have a label: the ends of a scale, or what is no answer."""
    void = {value for _, value, _ in outside}
    unnamed = {text for text in {*counts} - void if is_missing(text, missing)}
    kept = Counter({t: n for t, n in counts.items() if t not in void | unnamed})
    found = _propose_numbers(kept) or ProposedAnswers("text")
    low, high = found.ends or (0, -1)
    if (void | unnamed) & {str(point) for point in range(low, high + 1)}:
        found = ProposedAnswers("number")  # what is no answer is no point of a scale
    # Nor is what lies far off the points, though a label may say so in words that nothing knows.
    off = {text for text, _, _ in found.missing}
    beyond = [(label, value, find_meaning(label)) for value, label in named if value in off]
    unnamed |= off - {value for value, _ in named}
    named = [(value, label) for value, label in named if value not in off]
    said = f"labelled are {', '.join(f'{value} is {label!r}' for value, label in named)}"
    said = f"{said}: numbers, or no answers?" if found.kind == "number" else f"{DECIDED}{said}"
    checks = [each for each in found.checks if each != UNNAMED]
    checks += [*([said] if named else ()), *([UNNAMED] if unnamed else ())]
    blank = [(text, "", "blank") for text in sorted(unnamed)]
    return replace(found, missing=(*outside, *beyond, *blank), checks=tuple(checks))


def _propose_numbers(counts: Counter[str]) -> ProposedAnswers | None:
    """A number, or a short scale of bare numbers, where (nearly) every text is one."""
    unit = find_unit(counts)
    bare = {text: write_out(normalise_digits(strip_unit(text, unit))) for text in counts}
    sign = find_thousands(set(bare.values()))
    cleared = {text: number.replace(sign, "") if sign else number for text, number in bare.items()}
    plain = {text: number for text, number in cleared.items() if _NUMBER.fullmatch(number)}
    others = sum(n for text, n in counts.items() if text not in plain)
    one = len(counts) == 1 and sum(counts.values()) > MOST_ALIKE
    if one or not plain or others > NO_NUMBERS * sum(counts.values()):
        return None
    values = {text: float(number.replace(",", ".")) for text, number in plain.items()}
    whole = all(value.is_integer() for value in values.values())
    distinct = sorted(set(values.values()))
    # No form writes its points as 01, 02, ...
    led = any(re.match(r"0\d", t) for t in counts)
    codes = whole and not others and not unit and not led
    odd = [text for text in plain if _MISSING_NUMBERS.fullmatch(f"{values[text]:.12g}")]
    rest = [values[text] for text in plain if text not in odd] or [0.0]
    # Below the points 1, 2, ... a -1, and far above them a 9, are none of them.
    apart = {v for v in values.values() if v < 0 < min(rest) or max(rest) + GAP < v == 9}
    far = {t for t in odd if codes and (abs(values[t]) >= FAR or values[t] in apart)}
    near = Counter({text: counts[text] for text in plain if text not in far})
    kept, off = ([values[text] for text in texts] for texts in (near, far))
    points = codes and len(kept) > 1 and min(kept) >= 0 and sum(counts[t] for t in far) > 1
    most, least = max(kept, default=0.0), min(off, default=0.0)
    points &= most < SHORT_SCALE or (2 if len(off) > 1 else 5) * most < least
    # Beside points of a scale, or codes, such numbers stand for no answer.
    if points and (found := _propose_numbers(near)):
        void = tuple((text, "", "blank") for text in sorted(far))
        return replace(found, missing=void, checks=(*found.checks, UNNAMED))
    low, high = distinct[0], distinct[-1]
    if codes and len(distinct) == 2:
        whole_ones = [(str(v), f"a{v}" if v >= 0 else f"m{-v}") for v in map(int, distinct)]
        options = [ProposedOption(text, code=code) for text, code in whole_ones]
        return ProposedAnswers("single", tuple(options), checks=("what do these values mean?",))
    around = 1 < -low == high < SHORT_SCALE / 2 and len(distinct) > 2 * high
    if codes and ((low >= 0 and high < SHORT_SCALE and len(distinct) > 2) or around):
        # A scale begins with 0 or 1, though nobody may have chosen it.
        return ProposedAnswers("scale", ends=(min(int(low), 1), int(high)), checks=(SCALE,))
    if whole and others and not unit and low >= 0 and high < SHORT_SCALE:
        # Beside words, such numbers may be codes, and codes have no mean.
        texts = sorted(plain, key=lambda text: values[text])
        texts += [text for text, n in counts.most_common() if text not in plain and n > 1]
        options = [ProposedOption(text, other=is_other(text)) for text in texts]
        if len(options) < len(counts) and not any(option.other for option in options):
            options.append(ProposedOption(OTHER, code="other_text", other=True))
        asked = f"codes (--labels), or a number? {others} answers are words"
        return ProposedAnswers("single", give_codes(options), checks=(asked,))
    checks = [f"{DECIDED}a number without limits (seen: {low:.12g} to {high:.12g})"]
    checks += ["some begin with 0: codes, which have no mean (kind: text)?"] if led else []
    checks += [f"{others} answers are no numbers"] if others else []
    checks += [f"thousands told apart by {sign!r}? or are these decimals?"] if sign else []
    most = max((values[text] for text in plain if text not in odd), default=low)
    odd = [t for t in odd if (values[t] == low or values[t] > most) and counts[t] > 1]
    if odd:
        checks.append(f"is {quote_some(sorted(odd), counts)} a number, or a missing answer?")
    shortened = (shorten_decimal(number.replace(",", ".")) for number in plain.values())
    digits = max(len(number.partition(".")[2]) for number in shortened)
    said = tuple(checks)
    return ProposedAnswers("number", decimals=digits, unit=unit, thousands=sign, checks=said)


def _propose_dates(counts: Counter[str]) -> ProposedAnswers | None:
    if not all(map(match_moment, counts)):
        return None
    found = [match for text in counts if (match := match_moment(text))]
    read = [[make_moment(each, order) for each in found] for order in (DAY_FIRST, MONTH_FIRST)]
    fits = [days for days in read if None not in days]
    if not fits:
        return None
    checks = ("day or month first?",) if len(fits) > 1 and fits[0] != fits[1] else ()
    return ProposedAnswers("date", checks=checks)


def _draft_joined(counts: Counter[str], signs: Sequence[str]) -> ProposedAnswers | None:
    """A multiple choice whose ticked options stand in one cell."""
    # The levels of a scale share words: "Very good" is not "Very" and "good".
    scale = order_scale([text for text in counts if not is_unsure(text)])
    found = None if scale else find_joined_options(counts, signs)
    if found is None:
        return None
    if found.ranked and not found.typed:
        options = give_codes([ProposedOption(text) for text in found.options])
        said = f"{DECIDED}a list put in order, for each cell holds all of it"
        return ProposedAnswers("ranking", options, checks=(said,))
    checks = [f"{DECIDED}options joined by {found.separator!r}, each in other company, too"]
    unsure = [text for text in found.options if is_unsure(text)]
    checks += [ask_of(unsure)] if unsure else []
    proposed = [
        ProposedOption(t, other=is_other(t), exclusive=is_none(t) and t in found.alone)
        for t in found.options
    ]
    if found.typed:
        checks.append(f"texts that few gave are no options here ({found.typed}): typed?")
        if not any(option.other for option in proposed):
            proposed.append(ProposedOption(OTHER, code="other_text", other=True))
    return ProposedAnswers("multi", give_codes(proposed), checks=tuple(checks))


def _draft_closed(counts: Counter[str]) -> ProposedAnswers | None:
    """One answer of a list, where answers repeat; texts that few gave may be typed ones."""
    total = sum(counts.values())
    if len(counts) < 2:
        return ProposedAnswers("text", checks=(f"{DECIDED}a text, for all answers are one",))
    repeated = [text for text, n in counts.items() if n > 1]
    covered = sum(counts[text] for text in repeated) / total
    lengths = sum(len(text) * n for text, n in counts.items()) / total
    rare = max(1, min(MOST_ALIKE, RARE * total))
    if len(repeated) > MOST_OPTIONS:
        # Of many people several type the same, and few live in most countries.
        rare = max(rare, counts.most_common(MOST_OPTIONS + 1)[-1][1])
        repeated = [text for text in repeated if counts[text] > rare]
        if sum(counts[text] for text in repeated) < MOSTLY * total:
            return None
    every = [text for text in counts if not is_unsure(text)]
    pair = tuple(map(match_key, every))
    scale = order_scale(every)
    # Yes and no, and levels of a scale, are options however few gave them.
    known = scale or not {pair, pair[::-1]}.isdisjoint(BOXES)
    many = len(repeated) > MOST_OPTIONS or lengths > LONG_TEXT
    if many or (not known and (len(repeated) < 2 or covered < 0.5)):
        alike = covered >= 0.5 and len(counts) <= FEW_TEXTS and lengths <= SHORT_TEXT
        return ProposedAnswers("text", checks=(OPEN,)) if alike and not many else None
    typed = [t for t in every if counts[t] <= rare and not is_other(t)]
    seen = Detectors().ready()
    # Nobody types a level of a scale, a band or the name of an option.
    banded = 2 * sum(map(bool, map(BAND.search, every))) > len(every)
    ordered = scale or (order_numbers(every) if banded else None)
    told = known or ordered or all(map(_NUMBERED.fullmatch, every))
    few = len(typed) if len(counts) > 8 and len(typed) > 2 and not told else 0
    alone = [text for text in every if counts[text] == 1 and not is_other(text)]
    often = all(n >= LEAST_OFTEN for text, n in counts.items() if text not in alone)
    if not few and often and len(alone) <= RARE_TOGETHER * total and not told:
        # Beside options that many chose, what one person wrote in its own words.
        typed, few = alone, len(alone)
    # Whatever says who somebody is was typed, and is no option.
    texts = [text for text in counts if (not few or text not in typed) and not seen(text)]
    few = len(counts) - len(texts)
    # Where most wrote their own words, the question was open.
    if len(texts) < 2 or 2 * sum(counts[text] for text in texts) < total:
        return None
    ranked = sorted(texts, key=lambda text: (is_other(text), -counts[text], text))
    options = [ProposedOption(text, other=bool(few) and is_other(text)) for text in ranked]
    checks = []
    odd = total - sum(counts[text] for text in texts)
    levels = [text for text in texts if not is_unsure(text)]
    if few and len(levels) > 2 and odd <= NO_NUMBERS * total and order_scale(levels) is not None:
        checks.append(f"texts that few gave are no levels of the scale ({few}): not counted?")
    elif few:
        # Never quoted: what only one person wrote may tell who it was.
        checks.append(f"texts that few gave are no options here ({few}): typed as other?")
        if not any(option.other for option in options):
            options.append(ProposedOption(OTHER, code="other_text", other=True))
    kind, options, said = order_options(options, declared=False)
    once = sum(counts[text] == 1 for text in texts)
    if once and not few:
        said.append(f"{DECIDED}options, though some were given once ({once})")
    return ProposedAnswers(kind, give_codes(options), checks=(*said, *checks))
