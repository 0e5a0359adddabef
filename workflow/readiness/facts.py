"""What is said, before it is said: a kind and the values that it states.

Modules hand each other facts. `language.tell` makes a sentence of one at the edge, in the reader's
language; no module reads a sentence that another wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Term:
    """A word of the catalogues, by its key: `charts.total`."""

    key: str


@dataclass(frozen=True)
class Label:
    """A text from outside with its translations: a questionnaire's, a configuration's."""

    texts: Mapping[str, str]


@dataclass(frozen=True)
class Listed:
    """Several values in one place: "12, 15 and 22"; `link` is `and`, `or`, or `comma`."""

    items: tuple[Value, ...]
    link: str = "and"


@dataclass(frozen=True)
class Fact:
    """A kind, which is a key of the catalogues, and named values."""

    kind: str
    values: Mapping[str, Value] = field(default_factory=dict)


Value = int | Fraction | str | Term | Label | Listed | Fact
"""int: a count. Fraction: a share, 0 to 1. str: a name, a code, a figure as it was printed."""


def encode(value: Value) -> Any:
    """A value as plain JSON; `decode` gives it back."""
    if isinstance(value, bool):
        raise TypeError("a fact has no truth values: its kind says it")
    if isinstance(value, int | str):
        return value
    if isinstance(value, Fraction):
        return {"share": str(value)}
    if isinstance(value, Term):
        return {"term": value.key}
    if isinstance(value, Label):
        return {"label": dict(sorted(value.texts.items()))}
    if isinstance(value, Listed):
        return {"list": [encode(item) for item in value.items], "link": value.link}
    return {"fact": value.kind, "values": {k: encode(v) for k, v in sorted(value.values.items())}}


def decode(value: Any) -> Value:
    """The value that `encode` wrote; ValueError where it wrote nothing of the kind."""
    if isinstance(value, int | str) and not isinstance(value, bool):
        return value
    match value:
        case {"share": str(share)}:
            return Fraction(share)
        case {"term": str(key)}:
            return Term(key)
        case {"label": dict(texts)}:
            return Label(texts)
        case {"list": list(items), "link": str(link)}:
            return Listed(tuple(decode(item) for item in items), link)
        case {"fact": str(kind), "values": dict(values)}:
            return Fact(kind, {str(name): decode(item) for name, item in values.items()})
    raise ValueError("not a value of a fact")
