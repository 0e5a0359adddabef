"""What a statistical file says of its variables, whichever program wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Variable:
    """One variable: `values` are the labels of its values, `missing` those declared as missing.

    `ranges`: declared ranges of missing values, both ends included.
    """

    name: str
    label: str = ""
    kind: Literal["number", "date", "text"] = "number"
    measure: str = "unknown"
    decimals: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class TickedSet:
    """A set of variables that are the options of one question, each counted at one value.

    `texts` are those of its options, where they are no labels of the variables: the set was not
    declared, it only looks like one.
    """

    name: str
    label: str
    counted: str
    variables: tuple[str, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Labels:
    """What a statistical file says of its variables."""

    name: str
    variables: tuple[Variable, ...]
    sets: tuple[TickedSet, ...] = ()
