"""Policy of a release, and a release as linear statements on numbers of people.

A policy is data. The rule for sensitive counts, complementary suppression (`suppress`) and the
attack on the release all read the same policy, so that the release is tested by the rule that
protects it.

In a `CountSystem`, the unknowns of a reader are counts x >= 0 (people of one kind, say of one
weight and one group, who gave one answer). The `fixed` rows are known whatever is suppressed. The
`statements` are the numbers of the release: each has one or more rows and can be suppressed as a
whole. A target is a sum of counts that must not be known too well. Bounds, optimum and loss are
arithmetic on this system. Counts, percentages at their published precision, margins, bases and
earlier releases obey the same rule, because each is a row.
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
# Default smallest cell of a public release.
LEAST = 5


@dataclass(frozen=True)
class Policy:
    """Rules of a release: smallest cell, smallest base, and width of protected intervals.

    Attributes:
        reader: the preset: public, researchers or internal.
        minimum_cell: the smallest number of people with one answer that may be known; 1 protects
            nobody. The same minimum holds for the people of a base who did not give that answer.
        minimum_base: the smallest base on which anything is published.
        width: the smallest width of the interval that a reader can compute for a protected count:
            greatest possible count less least possible count.
        zero: whether readers may know that nobody of a group gave an answer.
        whole: whether readers may know that everybody of a group gave an answer.
        identifiers: variables whose combination could identify a person (quasi-identifiers).
        k: the fewest respondents that may share one combination of the identifiers.
        p_percent: a total is sensitive when the second largest contributor can estimate the largest
            to within this share (0-1) of its value; None: no such rule.
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
    def of(cls, section: Mapping[str, Any] | None = None, minimum: int = LEAST) -> "Policy":
        """Return the policy that a section of the configuration describes, over its preset.

        `section`: its settings; keys with None are ignored. `minimum`: the smallest base
        (`figures.minimum_base`), and the smallest cell where neither the section nor the preset
        names another.

        Raises StatisticsError for a preset or a rule that does not exist, or a value below its
        least.
        """
        settings = {name: value for name, value in (section or {}).items() if value is not None}
        reader = settings.pop("preset", "public")
        if reader not in PRESETS:
            raise StatisticsError(f"policy: no preset {reader!r}; there are {', '.join(PRESETS)}.")
        if unknown := sorted(settings.keys() - {rule.name for rule in fields(cls)}):
            raise StatisticsError(f"policy: no rule {unknown[0]!r}.")
        cell = PRESETS[reader] or minimum
        rules = {"minimum_cell": cell, "minimum_base": minimum, "k": cell, **settings}
        rules.setdefault("width", 0 if rules["minimum_cell"] == 1 else rules["minimum_cell"])
        if rules.get("p_percent") is not None:
            rules["p_percent"] = Fraction(str(rules["p_percent"]))
        if "identifiers" in rules:
            rules["identifiers"] = tuple(rules["identifiers"])
        return cls(reader=reader, **rules)

    @property
    def protects(self) -> bool:
        """True if the policy suppresses any count for being small, zero or whole."""
        return self.minimum_cell > 1 or PROTECTED in (self.zero, self.whole)

    def is_small(self, count: int) -> bool:
        """Return whether a number of people is positive and below the smallest cell."""
        return 0 < count < self.minimum_cell

    def is_sensitive(self, count: int, base: int) -> bool:
        """Return whether `count` of `base` people is sensitive.

        Sensitive are few people who gave the answer, few people of the base who did not, and, where
        the policy says so, nobody or everybody.
        """
        if not base or not self.protects:
            return False
        if count == 0:
            return self.zero == PROTECTED
        if count == base:
            return self.whole == PROTECTED or self.is_small(base)
        return self.is_small(count) or self.is_small(base - count)

    def holds(self, lowest: int, highest: int) -> bool:
        """Return whether a count that a reader can put into [lowest, highest] stays protected.

        The interval must be at least `width` wide, and must not prove that there are some people
        but few.
        """
        return highest - lowest >= self.width and not (lowest > 0 and self.is_small(highest))


# The smallest cell of each preset; None: the configuration sets it.
#
# The public: nobody may be identified by means that are reasonably likely to be used (GDPR, recital
# 26). Accredited researchers are bound by contract and by the secrecy of statistics: in a cell of 3
# no person can compute the answer of another. An internal reader has the answers themselves; the
# register suppresses only estimates that are too uncertain to be read.
PRESETS: Mapping[str, int | None] = {"public": None, "researchers": 3, "internal": 1}


def p_percent_rule(
    contributions: Sequence[int | Fraction], total: int | Fraction, p: Fraction
) -> bool:
    """Return whether the second largest contributor can estimate the largest too closely.

    Handbook on Statistical Disclosure Control (2nd edition), chapter 4. The second largest
    contributor estimates the largest by the total less their own part. The total is sensitive when
    the error of this estimate, the total less the two largest, is below p (a share, 0-1) times the
    largest. Exact: whole numbers and fractions.

    Raises StatisticsError for a negative contribution, a total below the sum of the contributions,
    or p outside (0, 1].
    """
    largest = sorted(contributions, reverse=True)
    if any(value < 0 for value in largest) or sum(largest) > total:
        raise StatisticsError("Contributions must be 0 or more and add to the total or less.")
    if not 0 < p <= 1:
        raise StatisticsError(f"p = {p}: expected a share in (0, 1].")
    return bool(largest and largest[0]) and total - sum(largest[:2]) < p * largest[0]


def rare(people: pd.DataFrame, identifiers: Sequence[str], k: int) -> int:
    """Return how many people share their values of all identifiers with fewer than k - 1 others.

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
# Tolerance of a float beside a whole number of people, or of a row beside its limit.
GRACE = 1e-6
# Relative tolerance of a row in a table of counts that a solver found.
FITS = 1e-7


@dataclass(frozen=True)
class LinearRow:
    """A linear constraint: `low <= sum of coefficient x count <= high`.

    `at`: positions of the counts; `by`: their coefficients. `least`, `most`: limits of the sum for
    somebody who does not have this row, where they are known to be narrower than the limits that
    the counts' own bounds give.
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
        """Return a row without zero coefficients, in the order of the positions."""
        nonzero = {
            position: coefficient
            for position, coefficient in sorted(coefficients.items())
            if coefficient
        }
        return cls(tuple(nonzero), tuple(nonzero.values()), low, high, least, most)

    @classmethod
    def total(cls, places: Iterable[int], value: float, most: float = np.inf) -> "LinearRow":
        """Return the row that counts at these places add to `value`; to `most` without the row."""
        return cls.of(dict.fromkeys(places, 1.0), value, value, most=most)


@dataclass(frozen=True)
class Statement:
    """A publishable number of a release, and the cost of suppressing the number.

    `primary`: suppressed already, for its own value. `last_resort`: suppressed to protect others
    only where nothing else helps (a count of nobody, which a reader would guess). `total`: a number
    of all respondents, suppressed to protect a group only where no other choice protects.
    """

    name: str
    rows: tuple[LinearRow, ...]
    loss: float = 1.0
    primary: bool = False
    last_resort: bool = False
    total: bool = False


@dataclass(frozen=True)
class ProtectedSum:
    """A target: a number of people that must not be known, the sum of the counts at these places.

    `count`: its true value. `width`: the smallest width of its interval where it differs from the
    policy's; with 0 it is enough that nobody can prove that there are some people but few. `of`:
    the count is not small, and is a target only while the statement of this name is suppressed,
    because readers cannot tell why that was suppressed. Such a target is also protected once
    readers can tell that its count is not small, or 0.
    """

    name: str
    at: tuple[int, ...]
    count: int
    width: int | None = None
    of: str | None = None

    def under(self, policy: Policy) -> Policy:
        """Return the policy with the width of this target."""
        return policy if self.width is None else replace(policy, width=self.width)


@dataclass(frozen=True)
class CountSystem:
    """A release as a linear system of counts: fixed rows, statements and targets.

    `upper`: the largest value of each count. `truth`: the true counts, empty where they are not
    known.
    """

    upper: Vector
    fixed: tuple[LinearRow, ...]
    statements: tuple[Statement, ...]
    targets: tuple[ProtectedSum, ...]
    truth: Vector = field(default_factory=lambda: np.empty(0))

    @cached_property
    def places(self) -> dict[str, int]:
        """Positions of the statements, by name."""
        return {statement.name: position for position, statement in enumerate(self.statements)}

    @cached_property
    def of_row(self) -> npt.NDArray[np.int64]:
        """For each row of `rows`, the position of its statement; -1 for a fixed row."""
        sizes = [len(self.fixed), *(len(statement.rows) for statement in self.statements)]
        return np.repeat(np.arange(-1, len(self.statements), dtype=np.int64), sizes)

    @cached_property
    def every(self) -> list[LinearRow]:
        """All rows, the fixed rows first."""
        return [*self.fixed, *(row for statement in self.statements for row in statement.rows)]

    @cached_property
    def rows(self) -> tuple[sparse.csr_matrix, Vector, Vector]:
        """Coefficients (rows by counts), lower limits and upper limits of all rows."""
        all_rows = self.every
        matrix = sparse.csr_matrix(
            (
                np.array(
                    [coefficient for row in all_rows for coefficient in row.by], dtype=np.float64
                ),
                np.array([place for row in all_rows for place in row.at], dtype=np.int64),
                np.concatenate([[0], np.cumsum([len(row.at) for row in all_rows])]).astype(
                    np.int64
                ),
            ),
            shape=(len(all_rows), len(self.upper)),
        )
        low = np.array([row.low for row in all_rows], dtype=np.float64)
        return matrix, low, np.array([row.high for row in all_rows], dtype=np.float64)

    @cached_property
    def room(self) -> tuple[Vector, Vector]:
        """Distances by which a row's limits widen when the row is suppressed: below, above."""
        matrix, low, high = self.rows
        least = np.maximum([row.least for row in self.every], matrix.minimum(0) @ self.upper)
        most = np.minimum([row.most for row in self.every], matrix.maximum(0) @ self.upper)
        return np.maximum(low - least, 0.0), np.maximum(most - high, 0.0)

    def publish_totals(self) -> "CountSystem":
        """Return the system in which totals that are not suppressed already are fixed rows."""
        totals = [
            statement for statement in self.statements if statement.total and not statement.primary
        ]
        rows = tuple(row for total in totals for row in total.rows)
        others = tuple(
            statement for statement in self.statements if not statement.total or statement.primary
        )
        names = {total.name for total in totals}
        targets = tuple(target for target in self.targets if target.of not in names)
        return replace(self, fixed=(*self.fixed, *rows), statements=others, targets=targets)

    def find_fulfilled(self, counts: Vector, near: float = FITS) -> npt.NDArray[np.bool_]:
        """Return for each row whether a table of counts fulfils it.

        `near`: tolerance relative to the row's value.
        """
        matrix, low, high = self.rows
        values = matrix @ counts
        tolerance = near * np.maximum(1.0, np.abs(values))
        return np.asarray(
            (values >= low - tolerance) & (values <= high + tolerance), dtype=np.bool_
        )


def find_published_rows(system: CountSystem, hidden: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Return for each row whether readers have it if the `hidden` statements are suppressed."""
    suppressed = np.zeros(len(system.statements) + 1, dtype=bool)
    suppressed[list(hidden)] = True
    return ~suppressed[system.of_row]


@dataclass(frozen=True)
class SumBounds:
    """Limits that a reader can compute for a target."""

    lowest: float
    highest: float

    @property
    def least(self) -> int:
        """The smallest whole number of people within the limits."""
        return int(np.ceil(self.lowest - GRACE))

    @property
    def most(self) -> int:
        """The largest whole number of people within the limits."""
        return int(np.floor(self.highest + GRACE))

    def protect(self, policy: Policy) -> bool:
        """Return whether the limits leave the target protected under a policy."""
        return policy.holds(self.least, self.most)


def label_components(sizes: int, groups: Iterable[Sequence[int]]) -> npt.NDArray[np.int64]:
    """Return the component of each of `sizes` places.

    `groups`: places that are linked; linked places belong to the same component.
    """
    links = [(group[0], place) for group in groups for place in group[1:]]
    starts, ends = np.array(links, dtype=np.int64).reshape(-1, 2).T
    graph = sparse.csr_matrix((np.ones(len(starts)), (starts, ends)), shape=(sizes, sizes))
    return sparse.csgraph.connected_components(graph, directed=False)[1].astype(np.int64)


def components(system: CountSystem) -> list[CountSystem]:
    """Split a system into the parts that share no count, in the order of their first count.

    Parts without a target and without a statement are left out.
    """
    groups = [row.at for row in system.fixed if row.at]
    # Suppressing a statement suppresses all of its rows, so their counts are linked.
    groups += [
        at
        for statement in system.statements
        if (at := tuple(place for row in statement.rows for place in row.at))
    ]
    groups += [target.at for target in system.targets]
    labels = label_components(len(system.upper), groups)
    if len(set(labels)) == 1:
        return [system]
    parts = []
    for component in dict.fromkeys(labels.tolist()):
        places = np.flatnonzero(labels == component)
        new_places = dict(zip(places.tolist(), range(len(places)), strict=True))
        statements = [
            statement
            for statement in system.statements
            if any(row.at and row.at[0] in new_places for row in statement.rows)
        ]
        targets = [target for target in system.targets if target.at[0] in new_places]
        if not (targets or statements):
            continue
        parts.append(
            CountSystem(
                system.upper[places],
                tuple(
                    _move_row(row, new_places)
                    for row in system.fixed
                    if row.at and row.at[0] in new_places
                ),
                tuple(
                    replace(
                        statement, rows=tuple(_move_row(row, new_places) for row in statement.rows)
                    )
                    for statement in statements
                ),
                tuple(
                    replace(target, at=tuple(new_places[place] for place in target.at))
                    for target in targets
                ),
                system.truth[places] if len(system.truth) else system.truth,
            )
        )
    return parts


def _move_row(row: LinearRow, places: Mapping[int, int]) -> LinearRow:
    """Return a row at the new places of its counts."""
    return replace(row, at=tuple(places[p] for p in row.at))
