"""What a release may tell, and to whom; and a release as linear statements on numbers of people.

A policy is data. What is sensitive, what is withheld beside it (`suppress`) and the attack on the
release all read the same one, so that what is protected and what is tested cannot differ.

In a `CountSystem`, what a reader does not know are counts x >= 0 (people of one kind, say of one
weight and one group, who gave one answer). What he knows whatever is withheld are the `fixed` rows;
what the release says are `statements`, each of one or more rows, which can be withheld as a whole.
A target is a sum of counts that must not be known too well. Everything else (bounds, optimum, loss)
is arithmetic on this system, so that counts, percentages at their published precision, margins,
bases and earlier releases obey one and the same rule: each is a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from readiness.ground.errors import StatisticsError

Reader = Literal["public", "researchers", "internal"]
Rule = Literal["allowed", "protected"]
ALLOWED: Rule = "allowed"
PROTECTED: Rule = "protected"
# The smallest cell that the public may see where a survey says nothing else.
LEAST = 5


@dataclass(frozen=True)
class Policy:
    """The rules of a release.

    Attributes:
        reader: who it is for; names the preset.
        minimum_cell: the smallest number of people that may be known to have answered something;
            1 protects nobody. So may be the number of those of a base who answered otherwise.
        minimum_base: the smallest base on which anything is published.
        width: how wide the interval must stay in which a reader can put a protected count: the
            greatest less the least count that is possible.
        zero: whether that nobody of a group answered something may be told.
        whole: whether that everybody of a group did.
        identifiers: variables by whose combination a person could be found (quasi-identifiers).
        k: the fewest respondents that may share one combination of them.
        p_percent: the sum of a number is sensitive when the second largest contributor can estimate
            the largest to within this share (0-1) of it; None: no such rule.
    """

    reader: Reader = "public"
    minimum_cell: int = LEAST
    minimum_base: int = LEAST
    width: int = LEAST
    zero: Rule = ALLOWED
    whole: Rule = ALLOWED
    identifiers: tuple[str, ...] = ()
    k: int = LEAST
    p_percent: Fraction | None = None

    def __post_init__(self) -> None:
        least = {"minimum_cell": 1, "minimum_base": 1, "width": 0, "k": 1}
        if low := [name for name in least if getattr(self, name) < least[name]]:
            raise StatisticsError(f"policy: {low[0]} is below {least[low[0]]}.")

    @classmethod
    def of(cls, given: Mapping[str, Any] | None = None, minimum: int = LEAST) -> "Policy":
        """The policy that a configuration's section describes, over its preset.

        `minimum`: the smallest base (`figures.minimum_base`), and the smallest cell where neither
        the section nor the preset names another. Keys with None are as if they were not there.
        """
        said = {name: value for name, value in (given or {}).items() if value is not None}
        reader = said.pop("preset", "public")
        if reader not in PRESETS:
            raise StatisticsError(f"policy: no preset {reader!r}; there are {', '.join(PRESETS)}.")
        if unknown := sorted(said.keys() - {each.name for each in fields(cls)}):
            raise StatisticsError(f"policy: no rule {unknown[0]!r}.")
        cell = PRESETS[reader] or minimum
        rules = {"minimum_cell": cell, "minimum_base": minimum, "k": cell, **said}
        rules.setdefault("width", 0 if rules["minimum_cell"] == 1 else rules["minimum_cell"])
        if rules.get("p_percent") is not None:
            rules["p_percent"] = Fraction(str(rules["p_percent"]))
        if "identifiers" in rules:
            rules["identifiers"] = tuple(rules["identifiers"])
        return cls(reader=reader, **rules)

    @property
    def protects(self) -> bool:
        """Whether any count is withheld for being small."""
        return self.minimum_cell > 1 or PROTECTED in (self.zero, self.whole)

    def is_small(self, count: int) -> bool:
        """Whether a number of people is too small to be known; 0 is judged by `zero`."""
        return 0 < count < self.minimum_cell

    def is_sensitive(self, count: int, base: int) -> bool:
        """Whether `count` of `base` people must not be known.

        Few who answered something, few who answered otherwise, and, where the policy says so,
        nobody or everybody.
        """
        if not base or not self.protects:
            return False
        if count == 0:
            return self.zero == PROTECTED
        if count == base:
            return self.whole == PROTECTED or self.is_small(base)
        return self.is_small(count) or self.is_small(base - count)

    def holds(self, lowest: int, highest: int) -> bool:
        """Whether a protected count that a reader can put into [lowest, highest] stays protected.

        The interval is as wide as `width`, and does not prove that there are few, but some.
        """
        return highest - lowest >= self.width and not (lowest > 0 and self.is_small(highest))


# The smallest cell of each preset; None: that of the configuration.
#
# The public: nobody may be identified by means that are reasonably likely to be used (GDPR, recital
# 26). Accredited researchers are bound by contract and by the secrecy of statistics: 3 is the least
# with which one of the people in a cell cannot compute another. An internal reader has the answers
# themselves; the register withholds only what is too uncertain to be read.
PRESETS: Mapping[str, int | None] = {"public": None, "researchers": 3, "internal": 1}


def p_percent_rule(
    contributions: Sequence[int | Fraction], total: int | Fraction, p: Fraction
) -> bool:
    """Whether the second largest contributor can estimate the largest to within the share p (0-1).

    Handbook on Statistical Disclosure Control (2nd edition), chapter 4. Exact: whole numbers and
    fractions. Their estimate is the total less their own part: sensitive when the total less the
    two largest is below p times the largest.
    """
    largest = sorted(contributions, reverse=True)
    if any(value < 0 for value in largest) or sum(largest) > total:
        raise StatisticsError("Contributions must be 0 or more and add to the total or less.")
    if not 0 < p <= 1:
        raise StatisticsError(f"p = {p}: expected a share in (0, 1].")
    return bool(largest and largest[0]) and total - sum(largest[:2]) < p * largest[0]


def rare(people: pd.DataFrame, identifiers: Sequence[str], k: int) -> int:
    """How many of the people share their values of all identifiers with fewer than k - 1 others:
    k-anonymity (Samarati and Sweeney 1998; the Handbook, chapter 3).

    Raises StatisticsError for an identifier that is no column.
    """
    if unknown := [name for name in identifiers if name not in people]:
        raise StatisticsError(f"identifier {unknown[0]!r}: is no variable of the respondents.")
    if not len(people):
        return 0
    sizes = people.groupby(list(identifiers), observed=True, dropna=False).size()
    return int(sizes[sizes < k].sum())


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
    ) -> "LinearRow":
        """A row without its zeros."""
        kept = {place: value for place, value in sorted(coefficients.items()) if value}
        return cls(tuple(kept), tuple(kept.values()), low, high, least, most)

    @classmethod
    def total(cls, places: Iterable[int], value: float, most: float = np.inf) -> "LinearRow":
        """The counts at these places add to a value, and to `most` at most."""
        return cls.of(dict.fromkeys(places, 1.0), value, value, most=most)


@dataclass(frozen=True)
class Statement:
    """A number that a release may publish, and the cost of withholding it.

    `given`: it is suppressed already. `kept`: it is suppressed to protect others only where nothing
    else helps (a count of nobody, which a reader would guess). `total`: it is a number of all
    respondents, which is given up for a group only where no choice without it protects.
    """

    name: str
    rows: tuple[LinearRow, ...]
    loss: float = 1.0
    given: bool = False
    kept: bool = False
    total: bool = False


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
        sizes = [len(self.fixed), *(len(each.rows) for each in self.statements)]
        return np.repeat(np.arange(-1, len(self.statements), dtype=np.int64), sizes)

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

    def publish_totals(self) -> "CountSystem":
        """Return the system in which totals that are not suppressed already are always known."""
        fixed = [s for s in self.statements if s.total and not s.given]
        rows = tuple(row for each in fixed for row in each.rows)
        left = tuple(s for s in self.statements if not s.total or s.given)
        names = {each.name for each in fixed}
        targets = tuple(target for target in self.targets if target.of not in names)
        return replace(self, fixed=(*self.fixed, *rows), statements=left, targets=targets)

    def find_fulfilled(self, counts: Vector, near: float = FITS) -> npt.NDArray[np.bool_]:
        """Which of the rows a table of counts fulfils, to `near` of its own size."""
        matrix, low, high = self.rows
        values = matrix @ counts
        grace = near * np.maximum(1.0, np.abs(values))
        return np.asarray((values >= low - grace) & (values <= high + grace), dtype=np.bool_)


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
