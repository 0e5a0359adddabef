"""Proposed options: their codes, their order, and the checks on them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from readiness.drafting.wordings import find_stray, is_unsure, order_numbers, order_scale
from readiness.questionnaire import match_key
from readiness.questionnaire.writing import DECIDED, option_codes
from readiness.readers.tools.words import BOXES

# Questions that a draft asks its user once, not for each item. `ORDERED`: about values that the
# file calls ordered (SPSS calls any few values so); `STRAY`: about an option that is no level of
# the scale; `SCALE`: about a scale of numbers.
ORDERED = "low to high, as their values are? or high to low, or without an order (kind: single)?"
STRAY = "low to high but for"
SCALE = "a scale of numbers? which end is high? or codes: name their labels (--labels)"
# Check on missing codes without a label.
UNNAMED = "missing values without a label: not answered (blank), or not asked (not_asked)?"
NAMED = "low to high by their numbers, or names that have no order (kind: single)?"
OPEN = "few different answers, most of them alike: a text, or options (kind: single)?"
TWINS = "differ by accents alone: one answer? then the text and the value of one option"
# Check on options without labels.
CODES = "codes of options: which are they (--labels)?"
# Check on a question with a column for each option, where nobody ticked two options.
# Some tools write a column for each option of a single choice as well.
ONE_EACH = "nobody ticked two: one answer, or several (kind: multi, blank_means: skipped)?"
ONCE = (CODES, SCALE, ORDERED, UNNAMED, ONE_EACH)
# Placeholder for the text of the option "other", until the draft is written in its language.
OTHER = "?"
_SHOWN = 3
# A band of numbers: `18-34`, `18 to 34`.
BAND = re.compile(r"\d[\d.,]*\D{1,12}\d")


@dataclass(frozen=True)
class ProposedOption:
    """One option of a question: text, code, and the value or the column that stands for the option.

    `other`: the option takes typed answers; `exclusive`: no other option may be ticked beside it.
    """

    text: str
    code: str = ""
    value: str = ""
    column: str = ""
    other: bool = False
    exclusive: bool = False


@dataclass(frozen=True)
class ProposedAnswers:
    """Proposal for the answers to one question, or to the rows of a grid.

    Attributes:
        kind: single, ordinal, multi, ranking, number, date, text or scale.
        options: in their order; low to high for an ordinal question.
        missing: text, value ("" for none) and meaning of each missing code.
        outside: text and value of the answer outside a scale of bare numbers; or None.
        ends: lowest and highest point of a scale of bare numbers; `named`: their labels.
        decimals, unit, thousands: of a number: decimal places, unit, thousands separator.
        unranked: whether some respondents ranked a part of the options.
        checks: questions to the analyst, in words.
    """

    kind: str
    options: tuple[ProposedOption, ...] = ()
    missing: tuple[tuple[str, str, str], ...] = ()
    outside: tuple[str, str] | None = None
    ends: tuple[int, int] | None = None
    named: tuple[str, str] | None = None
    decimals: int = 0
    unit: str = ""
    thousands: str = ""
    unranked: bool = False
    checks: tuple[str, ...] = field(default=())


def ask_of(texts: Sequence[str], counts: Counter[str] | None = None) -> str:
    """Return the check on texts that may be an answer or a missing code."""
    return f"is {quote_some(texts, counts)} an answer, or none?"


def give_codes(options: Sequence[ProposedOption]) -> tuple[ProposedOption, ...]:
    """Give each option a distinct code, and let only the first "other" take typed answers.

    Where two options have one label (a class and its only subclass), the second label gets the
    option's value behind it.
    """
    texts: list[str] = []
    for option in options:
        is_repeated = option.value and match_key(option.text) in map(match_key, texts)
        texts.append(f"{option.text} [{option.value}]" if is_repeated else option.text)
    codes = option_codes(texts, [o.code for o in options])
    coded: list[ProposedOption] = []
    for option, text, code in zip(options, texts, codes, strict=True):
        typed = option.other and not any(earlier.other for earlier in coded)
        coded.append(replace(option, text=text, code=code, other=typed))
    return tuple(coded)


def order_options(
    options: list[ProposedOption], *, declared: bool
) -> tuple[str, list[ProposedOption], list[str]]:
    """Return the kind of question, the options in order, and checks.

    The kind is ordinal for a known scale or for bands of numbers, otherwise single. `declared`:
    True if the file declares the order of the options. A pair such as no and yes begins with yes.
    """
    texts = [option.text for option in options]
    scale = order_scale(texts)
    unsure = [] if scale else [option for option in options if is_unsure(option.text)]
    if unsure and len(options) > len(unsure):
        # Order the other options alone; "not sure" follows them.
        ordered_rest = [option for option in options if option not in unsure]
        kind, ordered_rest, checks = order_options(ordered_rest, declared=declared)
        checks = [] if kind == "ordinal" else checks
        if kind == "ordinal" and len(unsure) == 1:
            checks.append(f"{STRAY} {unsure[0].text!r}: no level (dont_know, kind: ordinal)?")
        else:
            checks.append(ask_of([option.text for option in unsure]))
        return "single", [*ordered_rest, *unsure], checks
    order = scale or order_numbers(texts)
    if order is not None and len(options) > 2:
        check = f"{DECIDED}low to high, a known scale"
        if declared and order != sorted(order):
            check += " (turned round: the values run the other way)"
        # "District 5" and "District 12" may be names, "Year 1" and "Year 2" are levels.
        beginnings = {match_key(re.split(r"\d", text, maxsplit=1)[0]) for text in texts}
        if not scale and len(beginnings) == 1 and not any(map(BAND.search, texts)):
            check = NAMED if any(map(str.isalpha, min(beginnings))) else check
        return "ordinal", [options[k] for k in order], [check]
    if (stray_and_levels := find_stray(texts)) and texts[stray_and_levels[0]] != OTHER:
        stray, levels = stray_and_levels
        check = f"{STRAY} {texts[stray]!r}: no level (dont_know, kind: ordinal)?"
        return "single", [options[k] for k in (*levels, stray)], [check]
    # Of two options, a report gives the share of the first: make this the share of yes.
    is_reversed_pair = len(texts) == 2 and tuple(map(match_key, reversed(texts))) in BOXES
    return "single", options[::-1] if is_reversed_pair else options, []


def quote_some(texts: Sequence[str], counts: Counter[str] | None = None) -> str:
    """Quote the first `_SHOWN` texts, with frequencies if `counts` is given, and count the rest."""
    shown = [
        f"{text[:40]!r}{f' ({counts[text]} times)' if counts else ''}" for text in texts[:_SHOWN]
    ]
    count_left = len(texts) - _SHOWN
    return ", ".join(shown) + (f" and {count_left} more" if count_left > 0 else "")
