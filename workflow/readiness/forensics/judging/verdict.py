"""The verdict of a check, the facts that explain it, and the numbers in them.

A verdict's facts are its sentences, in the order of the report. Each number in them is a
`NamedNumber`: a row of the register (`verdict.<id>.<name>`), wherever it stands in the sentence:

    int              a base, a count, a number of people
    Listed of int    one list, shown whole ("12, 15, 22, 25 ou 28"): one name, one row
    Fraction         a share of 1, shown as a percentage without its sign, one decimal ("18,4")
    Printed          a figure as it was printed ("67", "67.5"), shown in the reader's notation
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from readiness.ground.facts import Fact, Listed, NamedNumber, Printed, Value, decode, encode

# A number in a verdict: a str is a figure as printed, a tuple is a list of numbers.
Number = int | Fraction | str | tuple[int, ...]


class Status(StrEnum):
    """Result of a check, under the assumptions that its sentence names."""

    IMPOSSIBLE = "impossible"
    # The figures are impossible if everyone answered, but possible with a missing answer.
    INCOMPATIBLE = "incompatible"
    POSSIBLE = "possible"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"


class Nature(StrEnum):
    """Ground of a verdict: proved, read between the lines, or a gap in the information."""

    ARITHMETIC = "arithmetic"
    INFERENCE = "inference"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """One judgement about published figures.

    `id` dotted lower-case ASCII, unique in a study. `facts` are its sentences in order. `power` is
    the share of arbitrary figures of the same shape that would have passed the same check (a pass
    is weak evidence when it is high), None where it is not defined. `claims` are claim ids.
    """

    id: str
    kind: str
    status: Status
    nature: Nature
    facts: tuple[Fact, ...]
    claims: tuple[str, ...] = ()
    power: Fraction | None = None

    @property
    def numbers(self) -> dict[str, Number]:
        """Every number that the verdict's sentences state, by name."""
        return numbers_of(self.facts)


def name_numbers(**numbers: Number | None) -> dict[str, Value]:
    """Return numbers as values of a fact, by name; a number that is None is left out."""
    return {k: name(k, number) for k, number in numbers.items() if number is not None}


def name(own: str, number: Number) -> NamedNumber:
    """Return a number as a value of a fact; a tuple becomes alternatives: "12, 15 or 22"."""
    if isinstance(number, tuple):
        return NamedNumber(own, Listed(number, "or"))
    return NamedNumber(own, Printed(number) if isinstance(number, str) else number)


def numbers_of(facts: Sequence[Value]) -> dict[str, Number]:
    """Return every named number of some facts, by name, in the order of the facts."""
    return dict(_find_numbers(facts))


def _find_numbers(values: Sequence[Value]) -> Iterator[tuple[str, Number]]:
    for value in values:
        match value:
            case NamedNumber(own, Printed(figure)):
                yield own, figure
            case NamedNumber(own, Listed(items)):
                yield own, tuple(item for item in items if isinstance(item, int))
            case NamedNumber(own, int() | Fraction() as number):
                yield own, number
            case Listed(items):
                yield from _find_numbers(items)
            case Fact(_, inner):
                yield from _find_numbers(tuple(inner.values()))


def record(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain data: its facts encoded, no sentence.

    `facts_of` reads the facts back.
    """
    return {
        "id": verdict.id,
        "kind": verdict.kind,
        "status": str(verdict.status),
        "nature": str(verdict.nature),
        "facts": [encode(fact) for fact in verdict.facts],
        "claims": list(verdict.claims),
        "power": None if verdict.power is None else str(verdict.power),
    }


def facts_of(record: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return the facts of a verdict's record. Raises ValueError where an entry is no fact."""
    facts = tuple(decode(fact) for fact in record["facts"])
    if not all(isinstance(fact, Fact) for fact in facts):
        raise ValueError(f"verdict {record['id']}: a fact is not one")
    return facts  # type: ignore[return-value]
