"""Language-neutral messages: a key of the catalogues and the values to fill in.

Modules hand each other facts. `language.tell` makes a sentence of one at the edge, in the reader's
language; no module reads a sentence that another wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from readiness.ground.decimals import SIGNIFICANT_DIGITS


@dataclass(frozen=True)
class Term:
    """A word of the catalogues, by its key: `report.total`."""

    key: str


@dataclass(frozen=True)
class TranslatedText:
    """A text from outside with its translations: a questionnaire's, a configuration's."""

    texts: Mapping[str, str]


@dataclass(frozen=True)
class Listed:
    """Several values in one place: "12, 15 and 22"; `link` is `and`, `or`, `comma` or `slash`."""

    items: "tuple[Value, ...]"
    link: str = "and"


@dataclass(frozen=True)
class Quantity:
    """A number with what it measures and how it is shown: see `language.numbers.number`.

    `value` is its text, in the unit's own scale (shares and points as fractions of 1): that of a
    register's cell, or `Quantity.of` a number.
    """

    value: str
    unit: str = "number"
    digits: int = 0
    rounding: str = "half_even"

    @classmethod
    def of(
        cls, value: float, unit: str, digits: int = 0, rounding: str = "half_even"
    ) -> "Quantity":
        """The quantity of a number that was computed."""
        text = f"{value:.{SIGNIFICANT_DIGITS}g}" if isinstance(value, float) else str(value)
        return cls(text, unit, digits, rounding)


@dataclass(frozen=True)
class Printed:
    """A figure as somebody printed it, "67.5": said in the reader's notation, its decimals kept."""

    figure: str


@dataclass(frozen=True)
class Day:
    """A date, `2024-03-05`: said in the reader's words."""

    iso: str


@dataclass(frozen=True)
class NamedNumber:
    """A number with a name of its own, wherever it stands in a fact: that of its register's row."""

    name: str
    value: int | Fraction | Quantity | Printed | Listed | str


@dataclass(frozen=True)
class Fact:
    """A kind, which is a key of the catalogues, and named values."""

    kind: str
    values: "Mapping[str, Value]" = field(default_factory=dict)

    def __hash__(self) -> int:
        # Equal facts have equal hashes, whatever else a mapping may be.
        plain = (f"{k}={v}" for k, v in sorted(self.values.items()) if isinstance(v, int | str))
        return hash((self.kind, *plain))


# int: a count. Fraction: a share, 0 to 1, said in percent without the sign. str: a foreign text.
Value = (
    int
    | Fraction
    | str
    | Quantity
    | Printed
    | Day
    | Term
    | TranslatedText
    | Listed
    | NamedNumber
    | Fact
)


def encode(value: Value) -> Any:
    """A value as plain JSON; `decode` gives it back."""
    match value:
        case bool():
            raise TypeError("a fact has no truth values: its kind says it")
        case int() | str():
            return value
        case Fraction():
            return {"share": str(value)}
        case Term(key):
            return {"term": key}
        case TranslatedText(texts):
            return {"label": dict(sorted(texts.items()))}
        case Quantity(number, unit, digits, rounding):
            return {"quantity": number, "unit": unit, "digits": digits, "rounding": rounding}
        case Printed(figure):
            return {"printed": figure}
        case Day(iso):
            return {"day": iso}
        case Listed(items, link):
            return {"list": [encode(item) for item in items], "link": link}
        case NamedNumber(name, inner):
            return {"name": name, "value": encode(inner)}
        # A value of no such kind fails here, and is not left out.
        case _:
            values = {k: encode(v) for k, v in sorted(value.values.items())}
            return {"fact": value.kind, "values": values}


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
            return TranslatedText(texts)
        case {"printed": str(figure)}:
            return Printed(figure)
        case {"day": str(iso)}:
            return Day(iso)
        case {"quantity": str(v), "unit": str(u), "digits": int(d), "rounding": str(r)}:
            return Quantity(v, u, d, r)
        case {"list": list(items), "link": str(link)}:
            return Listed(tuple(decode(item) for item in items), link)
        case {"name": str(name), "value": inner}:
            number = decode(inner)
            if isinstance(number, int | Fraction | Quantity | Printed | Listed | str):
                return NamedNumber(name, number)
        case {"fact": str(kind), "values": dict(values)}:
            return Fact(kind, {str(name): decode(item) for name, item in values.items()})
    raise ValueError("not a value of a fact")


def to_json(fact: Fact) -> str:
    """A fact in one line of JSON, as a cell of a table holds it; `from_json` gives it back."""
    return json.dumps(encode(fact), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Fact:
    """The fact that `to_json` wrote; ValueError where it wrote nothing of the kind."""
    fact = decode(json.loads(text))
    if not isinstance(fact, Fact):
        raise ValueError("a value, and no fact")
    return fact


def of_domain(text: str, domain: str) -> Fact:
    """The same of a cell whose facts are all of one domain of the catalogues; ValueError for any
    other. Who reads facts so depends on that domain, and not on all of them.
    """
    fact = from_json(text)
    if fact.kind.partition(".")[0] != domain:
        raise ValueError(f"a fact of {domain!r} was expected, not {fact.kind!r}")
    return fact
