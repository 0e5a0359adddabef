"""Columns that hold the first, second, ... answer of a person to one question, an option each."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from readiness.drafting.answers import propose_answers
from readiness.drafting.codebooks import Codebook
from readiness.drafting.table import ExportColumn
from readiness.drafting.wordings import find_special, order_numbers, order_scale
from readiness.questionnaire import match_key
from readiness.questionnaire.writing import DECIDED
from readiness.readers.table import is_missing
from readiness.readers.tools.words import VOID

# People who gave several answers, at least, from which on these tell what the columns are.
LEAST_PEOPLE = 10
# Options of a question to which there are several answers, at least.
LEAST_OPTIONS = 3
# Share of these people whose answers may look otherwise, which is asked about.
ODD = 0.05
# Share of the further answers, at least, whose options the first column offers, too.
SAME = 0.75
_WORD, _END = re.compile(r"[^\W_]+"), re.compile(r"(\d+|[a-z])$")
# The place of a list that was put in order, or of a row.
_RANKED = re.compile(r"\[[^\W\d_]* ?\d+\]\s*$")


def mark_slots(columns: Sequence[ExportColumn], codebook: Codebook) -> list[ExportColumn]:
    """The columns, `listed` those that prove to be answers to one question, side by side.

    Each offers the same options, and (nearly) nobody gave one twice, nor left a column empty before
    the next; the file itself may say so.
    """
    made: list[ExportColumn] = []
    while len(made) < len(columns):
        rest = columns[len(made) :]
        run = rest[: _count_alike(rest)]
        if said := _judge(run, codebook) if len(run) > 1 else "":
            texts = [codebook.questions.get(c.header, (c.label, ""))[0] or c.header for c in run]
            shared = find_beginning(texts).strip(" _-:.,/[(#")
            asked = shared if len(shared) > 1 else texts[0]
            run = [replace(c, together=asked, listed=said, ordered=False) for c in run]
        made += run
    first: dict[tuple[str, str], int] = {}
    return sorted(
        made, key=lambda c: first.setdefault((c.listed, c.together), c.at) if c.listed else c.at
    )


def find_beginning(texts: Sequence[str]) -> str:
    """The signs that all texts begin with."""
    same = takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))
    return "".join(signs[0] for signs in same)


def _count_alike(columns: Sequence[ExportColumn]) -> int:
    """How many columns from the first on differ in one word of their headers, or in its end."""
    words = [_WORD.findall(columns[0].header)]
    places = set[int]()
    for column in columns[1:]:
        own = _WORD.findall(column.header)
        odd = [k for k, (one, other) in enumerate(zip(words[0], own, strict=False)) if one != other]
        ends = {_END.sub("", each[odd[0]]) for each in (words[0], own)} if odd else set()
        places.update(odd)
        alike = len(own) == len(words[0]) and len(odd) == len(places) == 1
        alike &= own not in words and not (len(own) == 1 < len(ends))
        if not alike or columns[0].together or column.together:
            break
        words.append(own)
    return len(words)


def _judge(columns: Sequence[ExportColumn], codebook: Codebook) -> str:
    """What the answers say of the columns; "" where they are as many questions."""
    labels = [codebook.answers.get(c.header) or [*c.values.items()] for c in columns]
    if any(each != labels[0] for each in labels) or all(_RANKED.search(c.header) for c in columns):
        return ""
    known, places = dict(labels[0]), dict[str, int]()
    given = np.full((len(columns), len(columns[0].codes)), -1)
    for slot, column in zip(given, columns, strict=True):
        own = [-1] * (len(column.texts) + 1)
        for at, text in enumerate(column.texts):
            void = match_key(text) in VOID or is_missing(text, column.missing)
            if not (void or find_special(known.get(text, text))):
                own[at] = places.setdefault(match_key(text), len(places))
        slot[:] = np.array(own)[column.codes]
    filled, ordered = given >= 0, np.sort(given, axis=0)
    people = int((filled.sum(axis=0) > 1).sum())
    twice = int(((ordered[1:] == ordered[:-1]) & (ordered[1:] >= 0)).any(axis=0).sum())
    gaps = int((~filled[:-1] & filled[1:]).any(axis=0).sum())
    # One text above all columns says that it is one question.
    told = len({column.label or column.header for column in columns}) == 1
    # Who puts a list in order gives all of it.
    whole = bool((filled.all(axis=0) == filled.any(axis=0)).all())
    least = len(columns) + 1 if whole else LEAST_OPTIONS
    if (
        people < LEAST_PEOPLE
        or len(places) < least
        or max(twice, gaps) > ODD * people
        or np.isin(given[1:], given[0])[filled[1:]].mean() < SAME
        or (whole and twice and not told)
    ):
        return ""
    answers = propose_answers(columns, labels[0])
    texts = [option.text for option in answers.options]
    kinds = ("single", "ordinal", *(("scale", "number") if told else ()))
    if answers.kind not in kinds or order_scale(texts) or order_numbers(texts):
        return ""
    named = f"{columns[0].header!r} to {columns[-1].header!r}: first, second, ... answer"
    if twice or whole or gaps:
        return f"{named}, an order (kind: ranking), or as many questions? {twice} gave one twice"
    return f"{DECIDED}{named}, for {people} gave several"
