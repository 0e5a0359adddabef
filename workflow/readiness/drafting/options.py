"""Proposed options: their codes, their order, and what is asked of them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from readiness.drafting.wordings import find_stray, is_unsure, order_numbers, order_scale
from readiness.questionnaire import match_key
from readiness.questionnaire.writing import DECIDED, option_codes
from readiness.readers.tools.words import BOXES

# What is asked once of all: of values that the file calls ordered, as SPSS calls any few, of one
# that stands beside a scale, of a scale of numbers.
ORDERED = "low to high, as their values are? or high to low, or without an order (kind: single)?"
STRAY = "low to high but for"
SCALE = "a scale of numbers? which end is high? or codes: name their labels (--labels)"
# The same of values that are no answers, which nothing names.
UNNAMED = "missing values without a label: not answered (blank), or not asked (not_asked)?"
NAMED = "low to high by their numbers, or names that have no order (kind: single)?"
OPEN = "few different answers, most of them alike: a text, or options (kind: single)?"
TWINS = "differ by accents alone: one answer? then the text and the value of one option"
# The same of options that only their codes tell.
CODES = "codes of options: which are they (--labels)?"
# The same of options in a column each, which a tool writes of one answer, too.
ONE_EACH = "nobody ticked two: one answer, or several (kind: multi, blank_means: skipped)?"
ONCE = (CODES, SCALE, ORDERED, UNNAMED, ONE_EACH)
# Stands for what was typed, until the draft names it in its language.
OTHER = "?"
_SHOWN = 3
# From one number to another.
BAND = re.compile(r"\d[\d.,]*\D{1,12}\d")


@dataclass(frozen=True)
class ProposedOption:
    """One answer: its text, its code, and in the file its value or a column of its own."""

    text: str
    code: str = ""
    value: str = ""
    column: str = ""
    other: bool = False
    exclusive: bool = False


@dataclass(frozen=True)
class ProposedAnswers:
    """The answers to one question, or to the rows of a grid, as proposed.

    Attributes:
        kind: single, ordinal, multi, ranking, number, date, text or scale.
        options: in their order; low to high of an ordinal one.
        missing: text, value ("" where none) and meaning of what is no answer.
        outside: text and value of the answer that stands beside a scale of bare numbers; or None.
        ends: of a scale of bare numbers, its lowest and highest; `named`: what these are called.
        decimals, unit, thousands: of a number; what tells its thousands apart.
        unranked: of a ranking, whether some ranked a part of the options.
        checks: what the analyst must look at, in words.
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
    """What is asked of texts that may be an answer or say that there is none."""
    return f"is {quote_some(texts, counts)} an answer, or none?"


def give_codes(options: Sequence[ProposedOption]) -> tuple[ProposedOption, ...]:
    """The options with a code each; of several "other" the first takes what is typed.

    Values that have one label (a class and the only one below it) have their own behind it.
    """
    texts: list[str] = []
    for option in options:
        again = option.value and match_key(option.text) in map(match_key, texts)
        texts.append(f"{option.text} [{option.value}]" if again else option.text)
    codes = option_codes(texts, [o.code for o in options])
    coded: list[ProposedOption] = []
    for option, text, code in zip(options, texts, codes, strict=True):
        typed = option.other and not any(each.other for each in coded)
        coded.append(replace(option, text=text, code=code, other=typed))
    return tuple(coded)


def order_options(
    options: list[ProposedOption], *, declared: bool
) -> tuple[str, list[ProposedOption], list[str]]:
    """Ordinal and low to high where the texts are a known scale or bands of numbers."""
    texts = [option.text for option in options]
    scale = order_scale(texts)
    unsure = [] if scale else [option for option in options if is_unsure(option.text)]
    if unsure and len(options) > len(unsure):
        # The others as they are without it, and it behind them.
        rest = [option for option in options if option not in unsure]
        kind, rest, checks = order_options(rest, declared=declared)
        checks = [] if kind == "ordinal" else checks
        if kind == "ordinal" and len(unsure) == 1:
            checks.append(f"{STRAY} {unsure[0].text!r}: no level (dont_know, kind: ordinal)?")
        else:
            checks.append(ask_of([option.text for option in unsure]))
        return "single", [*rest, *unsure], checks
    order = scale or order_numbers(texts)
    if order is not None and len(options) > 2:
        said = f"{DECIDED}low to high, a known scale"
        if declared and order != sorted(order):
            said += " (turned round: the values run the other way)"
        # "District 5" and "District 12" may be names, "Year 1" and "Year 2" are levels.
        begun = {match_key(re.split(r"\d", text, maxsplit=1)[0]) for text in texts}
        if not scale and len(begun) == 1 and not any(map(BAND.search, texts)):
            said = NAMED if any(map(str.isalpha, min(begun))) else said
        return "ordinal", [options[k] for k in order], [said]
    if (found := find_stray(texts)) and texts[found[0]] != OTHER:
        stray, levels = found
        said = f"{STRAY} {texts[stray]!r}: no level (dont_know, kind: ordinal)?"
        return "single", [options[k] for k in (*levels, stray)], [said]
    # A report tells the share of the first of two options: of yes, whatever came first.
    turn = len(texts) == 2 and tuple(map(match_key, reversed(texts))) in BOXES
    return "single", options[::-1] if turn else options, []


def quote_some(texts: Sequence[str], counts: Counter[str] | None = None) -> str:
    """The first few texts, quoted, with how often they occur."""
    shown = [
        f"{text[:40]!r}{f' ({counts[text]} times)' if counts else ''}" for text in texts[:_SHOWN]
    ]
    more = len(texts) - _SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
