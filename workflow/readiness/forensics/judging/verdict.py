"""What a check says: a verdict, the sentence that explains it, and the numbers in that sentence.

A sentence is a template with `{name}` placeholders and never a digit of its own, so that a report
can replace each placeholder by a span that leads back to the register. `numbers` holds the values:

    int              a base, a count, a number of people
    tuple[int, ...]  one list, shown whole ("12, 15, 22, 25 ou 28"): one placeholder, one row
    Fraction         a share of 1, shown as a percentage without its sign, one decimal ("18,4")
    str              a figure as it was printed ("67", "67.5"), shown in the reader's notation
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from readiness.forensics.arithmetic.figures import Rounding, printed

Number = int | Fraction | str | tuple[int, ...]
LANGUAGES = ("fr", "en", "ar")
_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
_OR = {"fr": " ou ", "en": " or ", "ar": " أو "}
_COMMA = {"fr": ", ", "en": ", ", "ar": "، "}
_PERCENT = {"fr": "\u00a0%", "en": "%", "ar": "%"}


class Status(StrEnum):
    """What the arithmetic says, under the assumptions that the sentence names."""

    IMPOSSIBLE = "impossible"
    INCOMPATIBLE = "incompatible"
    """Figures that do not go together if everyone answered, and do with a missing answer."""
    POSSIBLE = "possible"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"


class Nature(StrEnum):
    """Whether a verdict is proved, read between the lines, or a gap in what is known."""

    ARITHMETIC = "arithmetic"
    INFERENCE = "inference"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """One judgement about published figures.

    `id` dotted lower-case ASCII, unique in a study. `sentence` and `sentence_template` by language
    (fr, en, ar). `witnesses` are mappings that show how the figures can have come about. `power` is
    the share of arbitrary figures of the same shape that would have passed the same check (a pass
    is weak evidence when it is high), None where it is not defined. `claims` are claim ids.
    """

    id: str
    kind: str
    status: Status
    nature: Nature
    sentence_template: Mapping[str, str]
    numbers: Mapping[str, Number]
    claims: tuple[str, ...] = ()
    witnesses: tuple[Mapping[str, Any], ...] = ()
    power: Fraction | None = None
    sentence: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        sentences = {
            lang: fill(text, self.numbers, lang) for lang, text in self.sentence_template.items()
        }
        object.__setattr__(self, "sentence", sentences)


def display(value: Number, language: str) -> str:
    """A number as a reader of that language expects it (Latin digits, as Moroccan usage has it)."""
    if isinstance(value, tuple):
        texts = [str(item) for item in value]
        head, last = texts[:-1], texts[-1:]
        return _OR[language].join(filter(None, [_COMMA[language].join(head), *last]))
    text = str(value)
    if isinstance(value, Fraction):
        whole = value * 100
        text = str(whole) if whole.denominator == 1 else str(printed(value, 1, Rounding.HALF_EVEN))
    return text.replace(".", ",") if language == "fr" else text


def percent_sign(language: str) -> str:
    """The percent sign with the space that the language puts before it."""
    return _PERCENT[language]


def placeholders(template: str) -> list[str]:
    """The names used in a template, in order of appearance."""
    return _PLACEHOLDER.findall(template)


def fill(
    template: str,
    numbers: Mapping[str, Number],
    language: str,
    mark: Callable[[str, str], str] | None = None,
) -> str:
    """The template with its numbers; `mark(name, text)` may wrap each one in a traceable span."""

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        text = display(numbers[name], language)
        return mark(name, text) if mark else text

    return _PLACEHOLDER.sub(replace, template)
