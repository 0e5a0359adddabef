"""What a number of a verdict is, in words: for its passport, and its line in the list of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from readiness.facts import Fact, Label, Listed, Value
from readiness.forensics.judging.structure import Structure
from readiness.language import Language, show, text

NAMES = {
    **{
        name: f"study.number.{name}"
        for name in (
            *(
                "first",
                "reconciled",
                "fits",
                "every",
                "every_missing",
                "least",
                "silent",
                "missing",
            ),
            *("n_max", "bases", "people", "total", "power", "power_missing", "low", "high"),
            "outlets",
        )
    },
    "fits_missing": "study.number.reconciled",
}
"""What the numbers of verdicts are called, by their names in a sentence; others have none."""
KINDS = ("every", "joint", "bases", "conventions", "robustness", "total", "simplest", "groups",
         "unpublished", "precision", "outlets")  # fmt: skip
"""The kinds of verdicts in whose sentences a name means this."""


def verdict_names(
    row: Mapping[str, Any], structure: Structure, language: Language
) -> Iterator[str]:
    """What a row of the register that a verdict states is, and of which questions."""
    own = str(row["statistic"])
    if own in NAMES and row["item"] in KINDS:
        yield text(NAMES[own], language)
    items = _items(str(row["id"]).removesuffix(f".{own}").split("."), structure)
    if items:
        quoted = tuple(Fact("forensics.item", {"item": item}) for item in items)
        yield show(Listed(quoted), language)


def _items(parts: list[str], structure: Structure) -> list[Value]:
    """The questions that a verdict is about, by the name of the sets in its id."""
    shared = {one.id: one.sets for one in structure.shared_bases}
    sets = {one.id: one.item for one in structure.sets}
    name = next((part for part in parts[2:] if part in shared or part in sets), "")
    found = shared.get(name, (name,) if name in sets else ())
    return [Label(structure.items[sets[one]].label) for one in found]
