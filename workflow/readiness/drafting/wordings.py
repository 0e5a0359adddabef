"""What surveys write alike: scales, "don't know", names of columns; words are data, by language.

The files beside this module hold them; a language more is a file more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from readiness.bounded import TextLoader, read_yaml_text
from readiness.questionnaire.text import match_key

FOLDER = Path(__file__).parent / "wordings"
ROLES = ("timestamp", "started", "duration", "respondent", "invitation", "complete", "weight",
         "personal", "ignored")  # fmt: skip
"""What a column can be that is no question."""
SPECIALS = ("dont_know", "refused", "not_asked")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}")
_LETTERS = {"ar": re.compile(r"[\u0600-\u06ff]")}
"""Letters that tell a language by themselves, among those that there are words of."""


@dataclass(frozen=True)
class Wording:
    """The words of one language; all as match keys."""

    language: str
    words: frozenset[str]
    scales: tuple[tuple[frozenset[str], ...], ...]
    special: Mapping[str, frozenset[str]]
    other: frozenset[str]
    none: frozenset[str]
    ticks: tuple[frozenset[str], ...]
    columns: Mapping[str, frozenset[str]]


def _keys(texts: Iterable[str] | None) -> frozenset[str]:
    return frozenset(match_key(text) for text in texts or ())


@cache
def wordings() -> tuple[Wording, ...]:
    """The words of every language that there is a file of."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        data: dict[str, Any] = read_yaml_text(path.read_bytes(), TextLoader)
        found.append(
            Wording(
                path.stem,
                _keys(data["words"]),
                tuple(tuple(_keys(level) for level in scale) for scale in data["scales"]),
                {name: _keys(data[name]) for name in SPECIALS},
                _keys(data["other"]),
                _keys(data["none_of_these"]),
                tuple(_keys(pair) for pair in data["ticks"]),
                {role: _keys(data["columns"].get(role)) for role in ROLES},
            )
        )
    return tuple(found)


def language_of(texts: Iterable[str]) -> str:
    """The language of texts, by its letters or its commonest words; "" where nothing tells."""
    said = " ".join(texts)
    letters = len(re.findall(r"[^\W\d_]", said))
    for language, pattern in _LETTERS.items():
        if letters and 2 * len(pattern.findall(said)) > letters:
            return language
    spoken = [match_key(word) for word in re.findall(r"[^\W\d_]+", said)]
    score = {w.language: sum(word in w.words for word in spoken) for w in wordings()}
    best = max(score, key=lambda language: (score[language], language))
    return best if score[best] else ""


def scale_order(texts: Sequence[str]) -> list[int] | None:
    """The places of the texts from low to high on a known scale; None where they are on none."""
    keys = [match_key(text) for text in texts]
    for wording in wordings():
        for scale in wording.scales:
            place = [next((k for k, s in enumerate(scale) if key in s), None) for key in keys]
            known = [k for k in place if k is not None]
            if len(known) == len(keys) and len(set(known)) == len(keys) > 1:
                return sorted(range(len(keys)), key=known.__getitem__)
    return None


def number_order(texts: Sequence[str]) -> list[int] | None:
    """The same of bands of numbers (`less than 5`, `5 to 9`, `10 or more`), by their ends."""
    ends = []
    for text in texts:
        numbers = [_value(number) for number in _NUMBER.findall(match_key(text))]
        if not 1 <= len(numbers) <= 2 or not re.search(r"[^\W\d_]|[-–+<>≤≥]", text):
            return None
        ends.append((min(numbers), max(numbers)))
    if len(ends) < 3 or len(set(ends)) < len(ends):
        return None
    return sorted(range(len(ends)), key=ends.__getitem__)


def _value(number: str) -> float:
    """A number as people write it, with thousands told apart by a point or comma."""
    if _THOUSANDS.fullmatch(number) or number.count(",") + number.count(".") > 1:
        return float(re.sub("[.,]", "", number))
    return float(number.replace(",", "."))


def ticks() -> tuple[frozenset[str], ...]:
    """What the cells of one option of several hold, ticked or not."""
    return (frozenset("01"), *(pair for wording in wordings() for pair in wording.ticks))


def role_of(header: str) -> str:
    """What a column of that header is beside a question; "" where nothing says so."""
    key = match_key(header)
    for role in ROLES:
        if any(key in wording.columns[role] for wording in wordings()):
            return role
    return ""


def special_of(text: str) -> str:
    """`dont_know`, `refused` or `not_asked` where a text is known to mean it; else ""."""
    key = match_key(text)
    for name in SPECIALS:
        if any(key in wording.special[name] for wording in wordings()):
            return name
    return ""


def is_other(text: str) -> bool:
    """Whether an option stands for what is not listed."""
    return any(match_key(text) in wording.other for wording in wordings())


def is_none(text: str) -> bool:
    """Whether an option says that no other one applies."""
    return any(match_key(text) in wording.none for wording in wordings())
