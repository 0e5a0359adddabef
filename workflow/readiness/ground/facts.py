"""Language-neutral messages: a key of the catalogues and the values to fill in.

Modules pass facts to each other. `language.tell` turns a fact into a sentence in the reader's
language when it is printed; no module parses sentences.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from readiness.ground.decimals import SIGNIFICANT_DIGITS


@dataclass(frozen=True)
class Term:
    """A word of the catalogues, by key, such as `report.total`."""

    key: str


@dataclass(frozen=True)
class TranslatedText:
    """A text of a questionnaire or a configuration, by language."""

    texts: Mapping[str, str]


@dataclass(frozen=True)
class Listed:
    """Several values in one place: "12, 15 and 22"; `link` is `and`, `or`, `comma` or `slash`."""

    items: "tuple[Value, ...]"
    link: str = "and"


@dataclass(frozen=True)
class Quantity:
    """A number with its unit and rounding rule: see `language.numbers.number`.

    `value`: the number as text, from a cell of a register or made by `Quantity.of`. Shares and
    points are fractions of 1.
    """

    value: str
    unit: str = "number"
    digits: int = 0
    rounding: str = "half_even"

    @classmethod
    def of(
        cls, value: float, unit: str, digits: int = 0, rounding: str = "half_even"
    ) -> "Quantity":
        """Return a computed number as a quantity."""
        text = f"{value:.{SIGNIFICANT_DIGITS}g}" if isinstance(value, float) else str(value)
        return cls(text, unit, digits, rounding)


@dataclass(frozen=True)
class Printed:
    """A figure as printed by a publisher: "67.5".

    It is shown in the reader's notation with all printed decimals.
    """

    figure: str


@dataclass(frozen=True)
class Day:
    """A date, `2024-03-05`: shown in the reader's language."""

    iso: str


@dataclass(frozen=True)
class NamedNumber:
    """A number in a fact, named by the id of a row of the register."""

    name: str
    value: int | Fraction | Quantity | Printed | Listed | str


@dataclass(frozen=True)
class Fact:
    """A language-neutral message.

    `kind`: key of the message in the catalogues. `values`: values to fill in, by name.
    """

    kind: str
    values: "Mapping[str, Value]" = field(default_factory=dict)

    def __hash__(self) -> int:
        # Only plain values count: other values may not be hashable. Equal facts still have equal
        # hashes.
        plain = (f"{k}={v}" for k, v in sorted(self.values.items()) if isinstance(v, int | str))
        return hash((self.kind, *plain))


# int: a count. Fraction: a share, 0 to 1, shown in percent without the sign. str: a text from
# outside.
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
    """Return a value in types that JSON can write; `decode` is the inverse."""
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
        # A value of any other type fails here (AttributeError) instead of being left out.
        case _:
            values = {k: encode(v) for k, v in sorted(value.values.items())}
            return {"fact": value.kind, "values": values}


def decode(value: Any) -> Value:
    """Return the value that `encode` wrote. Raises ValueError for anything else."""
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
    """Return a fact as one line of JSON, for a cell of a table; `from_json` is the inverse."""
    return json.dumps(encode(fact), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Fact:
    """Parse a fact written by `to_json`. Raises ValueError for anything else."""
    fact = decode(json.loads(text))
    if not isinstance(fact, Fact):
        raise ValueError("a value, and no fact")
    return fact


def of_domain(text: str, domain: str) -> Fact:
    """Parse a fact written by `to_json`, whose message must belong to `domain`.

    `domain`: first part of a message key, which names a file of the message catalogues. A step that
    parses facts with this function depends on the messages of that domain only
    (`provenance.closure`). Raises ValueError for anything else, or a fact of another domain.
    """
    fact = from_json(text)
    if fact.kind.partition(".")[0] != domain:
        raise ValueError(f"a fact of {domain!r} was expected, not {fact.kind!r}")
    return fact
