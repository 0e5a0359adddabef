"""Find columns that hold the first, second, ... answer of a person to one question."""

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

# Smallest number of people with several answers from which the kind of columns is inferred.
LEAST_PEOPLE = 10
# Smallest number of options of a question with several answers.
LEAST_OPTIONS = 3
# Largest share of these people with contradictory answers; with any, the draft adds a check.
ODD = 0.05
# Smallest share of the answers in later columns whose option also occurs in the first column.
SAME = 0.75
_WORD, _END = re.compile(r"[^\W_]+"), re.compile(r"(\d+|[a-z])$")
# A rank, or the number of a row, in brackets at the end of a header.
_RANKED = re.compile(r"\[[^\W\d_]* ?\d+\]\s*$")


def mark_slots(columns: Sequence[ExportColumn], codebook: Codebook) -> list[ExportColumn]:
    """Mark columns that hold the first, second, ... answer to one question.

    Such columns offer the same options, and (nearly) nobody gave an option twice or left a column
    empty before the next. They get the question (`together`) and the reason (`listed`), and are
    placed side by side.
    """
    marked: list[ExportColumn] = []
    while len(marked) < len(columns):
        unmarked = columns[len(marked) :]
        run = unmarked[: _count_alike(unmarked)]
        if reason := _judge(run, codebook) if len(run) > 1 else "":
            texts = [codebook.questions.get(c.header, (c.label, ""))[0] or c.header for c in run]
            shared = find_beginning(texts).strip(" _-:.,/[(#")
            question = shared if len(shared) > 1 else texts[0]
            run = [replace(c, together=question, listed=reason, ordered=False) for c in run]
        marked += run
    first_places: dict[tuple[str, str], int] = {}
    return sorted(
        marked,
        key=lambda c: first_places.setdefault((c.listed, c.together), c.at) if c.listed else c.at,
    )


def find_beginning(texts: Sequence[str]) -> str:
    """Return the beginning that all texts share."""
    shared_characters = takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))
    return "".join(signs[0] for signs in shared_characters)


def _count_alike(columns: Sequence[ExportColumn]) -> int:
    """Return the number of columns, from the first on, whose headers differ in one word only.

    In headers of a single word, only the end of the word may differ.
    """
    words = [_WORD.findall(columns[0].header)]
    places = set[int]()
    for column in columns[1:]:
        column_words = _WORD.findall(column.header)
        differing_places = [
            k
            for k, (first_word, column_word) in enumerate(zip(words[0], column_words, strict=False))
            if first_word != column_word
        ]
        ends = (
            {
                _END.sub("", header_words[differing_places[0]])
                for header_words in (words[0], column_words)
            }
            if differing_places
            else set()
        )
        places.update(differing_places)
        alike = len(column_words) == len(words[0]) and len(differing_places) == len(places) == 1
        alike &= column_words not in words and not (len(column_words) == 1 < len(ends))
        if not alike or columns[0].together or column.together:
            break
        words.append(column_words)
    return len(words)


def _judge(columns: Sequence[ExportColumn], codebook: Codebook) -> str:
    """Return a check that says why columns hold answers to one question; "" where they do not."""
    labels = [codebook.answers.get(c.header) or [*c.values.items()] for c in columns]
    if any(answer_labels != labels[0] for answer_labels in labels) or all(
        _RANKED.search(c.header) for c in columns
    ):
        return ""
    label_by_value, places = dict(labels[0]), dict[str, int]()
    answer_by_slot = np.full((len(columns), len(columns[0].codes)), -1)
    for slot, column in zip(answer_by_slot, columns, strict=True):
        place_by_text = [-1] * (len(column.texts) + 1)
        for at, text in enumerate(column.texts):
            is_missing_text = match_key(text) in VOID or is_missing(text, column.missing)
            if not (is_missing_text or find_special(label_by_value.get(text, text))):
                place_by_text[at] = places.setdefault(match_key(text), len(places))
        slot[:] = np.array(place_by_text)[column.codes]
    filled, ordered = answer_by_slot >= 0, np.sort(answer_by_slot, axis=0)
    people = int((filled.sum(axis=0) > 1).sum())
    twice = int(((ordered[1:] == ordered[:-1]) & (ordered[1:] >= 0)).any(axis=0).sum())
    gaps = int((~filled[:-1] & filled[1:]).any(axis=0).sum())
    # Columns with one common text are one question.
    share_header = len({column.label or column.header for column in columns}) == 1
    # Respondents who rank a list rank all of it.
    all_or_nothing = bool((filled.all(axis=0) == filled.any(axis=0)).all())
    least = len(columns) + 1 if all_or_nothing else LEAST_OPTIONS
    if (
        people < LEAST_PEOPLE
        or len(places) < least
        or max(twice, gaps) > ODD * people
        or np.isin(answer_by_slot[1:], answer_by_slot[0])[filled[1:]].mean() < SAME
        or (all_or_nothing and twice and not share_header)
    ):
        return ""
    answers = propose_answers(columns, labels[0])
    texts = [option.text for option in answers.options]
    kinds = ("single", "ordinal", *(("scale", "number") if share_header else ()))
    if answers.kind not in kinds or order_scale(texts) or order_numbers(texts):
        return ""
    description = f"{columns[0].header!r} to {columns[-1].header!r}: first, second, ... answer"
    if twice or all_or_nothing or gaps:
        return (
            f"{description}, an order (kind: ranking), or as many questions? {twice} gave one twice"
        )
    return f"{DECIDED}{description}, for {people} gave several"
