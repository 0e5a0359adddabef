"""A release as a system of linear statements about whole numbers of people.

What a reader does not know are counts x >= 0 (people of one kind, say of one weight and one group,
who gave one answer). What he knows whatever is withheld are the `fixed` rows; what the release says
are `statements`, each of one or more rows, which can be withheld as a whole. A target is a sum of
counts that must not be known too well. Everything else (bounds, optimum, loss) is arithmetic on
this system, so that counts, percentages at their published precision, margins, bases and earlier
releases obey one and the same rule: each is a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from readiness.disclosure.policy import Policy

Vector = npt.NDArray[np.float64]
# How far a float may be beside a whole number of people, or a row beside its end.
GRACE = 1e-6
# How far a table of counts that a solver found may miss a row, in the row's own size.
FITS = 1e-7


@dataclass(frozen=True)
class LinearRow:
    """`low <= sum of coefficient x count <= high`, by the positions of the counts.

    `least`, `most`: between what the sum lies for who does not have the row, where that is known
    to be narrower than what the counts' own bounds give.
    """

    at: tuple[int, ...]
    by: tuple[float, ...]
    low: float
    high: float
    least: float = -np.inf
    most: float = np.inf

    @classmethod
    def of(
        cls,
        coefficients: Mapping[int, float],
        low: float,
        high: float,
        least: float = -np.inf,
        most: float = np.inf,
    ) -> LinearRow:
        """A row without its zeros."""
        kept = {place: value for place, value in sorted(coefficients.items()) if value}
        return cls(tuple(kept), tuple(kept.values()), low, high, least, most)

    @classmethod
    def total(cls, places: Iterable[int], value: float, most: float = np.inf) -> LinearRow:
        """The counts at these places add to a value, and to `most` at most."""
        return cls.of(dict.fromkeys(places, 1.0), value, value, most=most)


@dataclass(frozen=True)
class Statement:
    """What a release says at one place, and what it costs to withhold it.

    `given`: it is withheld already. `kept`: it is never withheld to protect others (a count of
    nobody, which a reader would guess). `needs`: statements that go with it.
    """

    name: str
    rows: tuple[LinearRow, ...]
    loss: float = 1.0
    given: bool = False
    kept: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProtectedSum:
    """A number of people that must not be known: the sum of the counts at these places.

    `width`: how wide an interval of it has to be where the policy does not say it; with 0 it is
    enough that nobody can prove that there are few, but some. `of`: it is one only where this
    statement is withheld, though there are not few: readers do not know that. It is enough then
    that they can tell that there are many, or nobody.
    """

    name: str
    at: tuple[int, ...]
    count: int
    width: int | None = None
    of: str | None = None

    def under(self, policy: Policy) -> Policy:
        """The policy as it is for this one."""
        return policy if self.width is None else replace(policy, width=self.width)


@dataclass(frozen=True)
class CountSystem:
    """One linked component: counts, what is known of them, what is said, what is protected."""

    upper: Vector
    fixed: tuple[LinearRow, ...]
    statements: tuple[Statement, ...]
    targets: tuple[ProtectedSum, ...]
    truth: Vector = field(default_factory=lambda: np.empty(0))

    @cached_property
    def places(self) -> dict[str, int]:
        """The position of each statement."""
        return {each.name: k for k, each in enumerate(self.statements)}

    @cached_property
    def of_row(self) -> npt.NDArray[np.int64]:
        """The statement of each row of `rows`; -1: fixed."""
        owners = [-1] * len(self.fixed)
        for k, statement in enumerate(self.statements):
            owners += [k] * len(statement.rows)
        return np.array(owners, dtype=np.int64)

    @cached_property
    def every(self) -> list[LinearRow]:
        """All rows, the fixed ones first."""
        return [*self.fixed, *(row for each in self.statements for row in each.rows)]

    @cached_property
    def rows(self) -> tuple[sparse.csr_matrix, Vector, Vector]:
        """Of `every` row: coefficients, low and high ends."""
        every = self.every
        matrix = sparse.csr_matrix(
            (
                np.array([v for row in every for v in row.by], dtype=np.float64),
                np.array([p for row in every for p in row.at], dtype=np.int64),
                np.concatenate([[0], np.cumsum([len(row.at) for row in every])]).astype(np.int64),
            ),
            shape=(len(every), len(self.upper)),
        )
        low = np.array([row.low for row in every], dtype=np.float64)
        return matrix, low, np.array([row.high for row in every], dtype=np.float64)

    @cached_property
    def room(self) -> tuple[Vector, Vector]:
        """How far each row's ends move away when it is withheld: below and above."""
        matrix, low, high = self.rows
        least = np.maximum([row.least for row in self.every], matrix.minimum(0) @ self.upper)
        most = np.minimum([row.most for row in self.every], matrix.maximum(0) @ self.upper)
        return np.maximum(low - least, 0.0), np.maximum(most - high, 0.0)

    def find_fulfilled(self, counts: Vector, near: float = FITS) -> npt.NDArray[np.bool_]:
        """Which of the rows a table of counts fulfils, to `near` of its own size."""
        matrix, low, high = self.rows
        values = matrix @ counts
        grace = near * np.maximum(1.0, np.abs(values))
        fits: npt.NDArray[np.bool_] = (values >= low - grace) & (values <= high + grace)
        return fits


def find_published_rows(system: CountSystem, hidden: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Which rows a reader has when these statements are withheld."""
    withheld = np.zeros(len(system.statements) + 1, dtype=bool)
    withheld[list(hidden)] = True
    return ~withheld[system.of_row]


@dataclass(frozen=True)
class SumBounds:
    """Between what a reader can put a target."""

    lowest: float
    highest: float

    @property
    def least(self) -> int:
        """The least whole number of people."""
        return int(np.ceil(self.lowest - GRACE))

    @property
    def most(self) -> int:
        """The largest whole number of people."""
        return int(np.floor(self.highest + GRACE))

    def protect(self, policy: Policy) -> bool:
        """Whether they are wide enough."""
        return policy.holds(self.least, self.most)

    def settle(self, policy: Policy) -> bool:
        """Whether they tell that there are many, or nobody."""
        return self.least >= policy.minimum_cell or self.most == 0


def label_components(sizes: int, groups: Iterable[Sequence[int]]) -> npt.NDArray[np.int64]:
    """The component of each of `sizes` places, where the places of a group belong together."""
    links = [(group[0], place) for group in groups for place in group[1:]]
    heads, tails = np.array(links, dtype=np.int64).reshape(-1, 2).T
    graph = sparse.csr_matrix((np.ones(len(heads)), (heads, tails)), shape=(sizes, sizes))
    return sparse.csgraph.connected_components(graph, directed=False)[1].astype(np.int64)


def components(system: CountSystem) -> list[CountSystem]:
    """The parts of a system that share no count, each a system; in the order of their counts."""
    groups = [row.at for row in system.fixed if row.at]
    # All rows of a statement are withheld together.
    groups += [
        at for each in system.statements if (at := tuple(p for row in each.rows for p in row.at))
    ]
    groups += [target.at for target in system.targets]
    label = label_components(len(system.upper), groups)
    if len(set(label)) == 1:
        return [system]
    parts = []
    for one in dict.fromkeys(label.tolist()):
        places = np.flatnonzero(label == one)
        moved = dict(zip(places.tolist(), range(len(places)), strict=True))
        statements = [
            s for s in system.statements if any(r.at and r.at[0] in moved for r in s.rows)
        ]
        targets = [t for t in system.targets if t.at[0] in moved]
        if not (targets or statements):
            continue
        parts.append(
            CountSystem(
                system.upper[places],
                tuple(
                    _move_row(row, moved) for row in system.fixed if row.at and row.at[0] in moved
                ),
                tuple(
                    replace(s, rows=tuple(_move_row(row, moved) for row in s.rows))
                    for s in statements
                ),
                tuple(replace(t, at=tuple(moved[p] for p in t.at)) for t in targets),
                system.truth[places] if len(system.truth) else system.truth,
            )
        )
    return parts


def _move_row(row: LinearRow, places: Mapping[int, int]) -> LinearRow:
    return replace(row, at=tuple(places[p] for p in row.at))
