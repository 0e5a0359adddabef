"""Complementary suppression: what else must be hidden so that a hidden cell cannot be computed.

Handbook on Statistical Disclosure Control (2nd edition), chapter 4. A table is a list of cells and
of linear relations among them (levels add to their base, groups to the total). A hidden cell can be
computed exactly iff its unit vector lies in the row space of the relations, restricted to the
hidden cells; so does every sum of hidden cells that a reader can form. All arithmetic is in
fractions: no float decides what is published.

A sensitive cell is protected when it is hidden, cannot be computed, and no sum of hidden cells that
a reader can form and that holds it is itself a small count, or leaves each of them no value but 1.
Cells that are 0 are never hidden to protect others: a reader who guesses them gains what was to be
protected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

from readiness.errors import StatisticsError

# Coefficients of cells whose sum is zero: `{"yes": 1, "no": 1, "n": -1}`.
Relation: TypeAlias = Mapping[str, int]


@dataclass(frozen=True)
class TableCell:
    """One cell of a table: its name, its unweighted count, and how it stands.

    `sensitive`: it must not be known. `hidden`: not published for another reason. `base`: the
    cell that it is a share of; where that one is hidden, this one is hidden too, for a share and
    its precision give their base away.
    """

    name: str
    count: int
    sensitive: bool = False
    hidden: bool = False
    base: str | None = None


@dataclass(frozen=True)
class DerivedSum:
    """A sum over hidden cells that equals a sum over published ones, up to sign."""

    hidden: Mapping[str, Fraction]
    published: Mapping[str, Fraction]

    @property
    def whole(self) -> dict[str, Fraction]:
        """All coefficients; their sum over the cells is zero."""
        return {**self.hidden, **self.published}

    @property
    def cell(self) -> str | None:
        """The one hidden cell that is thereby known, if it is one."""
        return next(iter(self.hidden)) if len(self.hidden) == 1 else None


def derivable(hidden: Collection[str], relations: Iterable[Relation]) -> list[DerivedSum]:
    """What a reader can derive about the hidden cells from all others.

    Gauss-Jordan elimination with the hidden cells as pivots, in the order of their names: one row a
    pivot, whose coefficient is 1. Every hidden cell that can be computed exactly is among the rows
    as a `cell`; every other derivable sum is a sum of rows.
    """
    rows = [{name: Fraction(c) for name, c in relation.items() if c} for relation in relations]
    rows = [row for row in rows if not row.keys().isdisjoint(hidden)]
    done: list[dict[str, Fraction]] = []
    for pivot in sorted(hidden):
        with_pivot = [row for row in rows if pivot in row]
        if not with_pivot:
            continue
        # The shortest row keeps the others short.
        chosen = min(with_pivot, key=lambda row: (len(row), sorted(row)))
        rows = [row for row in rows if row is not chosen]
        scale = chosen[pivot]
        unit = {name: value / scale for name, value in chosen.items()}
        for row in (*rows, *done):
            if pivot in row:
                _add(row, unit, -row[pivot])
        done.append(unit)
    return [_parts(row, hidden) for row in done]


def _add(row: dict[str, Fraction], other: Mapping[str, Fraction], factor: Fraction) -> None:
    for name, value in other.items():
        left = row.get(name, Fraction(0)) + factor * value
        if left:
            row[name] = left
        else:
            row.pop(name, None)


def _parts(row: Mapping[str, Fraction], hidden: Collection[str]) -> DerivedSum:
    return DerivedSum(
        {name: value for name, value in row.items() if name in hidden},
        {name: value for name, value in row.items() if name not in hidden},
    )


def derivable_sums(
    rows: Sequence[DerivedSum], hidden: Collection[str], relations: Iterable[Relation]
) -> Iterator[DerivedSum]:
    """More of what follows from `rows` of `derivable`: sums that elimination takes apart.

    Each relation without the cells that are known alone, and what two rows give together.
    """
    alone = {row.cell: row for row in rows if row.cell}
    for relation in relations:
        left = {name: Fraction(factor) for name, factor in relation.items() if factor}
        for name, factor in relation.items():
            if name in alone:
                _add(left, alone[name].whole, Fraction(-factor))
        yield _parts(left, hidden)
    for one, other in combinations((row for row in rows if not row.cell), 2):
        if not _cancels(one, other):
            continue
        left = dict(one.whole)
        _add(left, other.whole, Fraction(1))
        yield _parts(left, hidden)


def _cancels(one: DerivedSum, other: DerivedSum) -> bool:
    """Whether the sum of two rows can hold only coefficients of 1: each adds to one pivot."""
    rest = {name for row in (one, other) for name, value in row.hidden.items() if value != 1}
    return all(one.hidden.get(name, 0) + other.hidden.get(name, 0) in (0, 1) for name in rest)


def exposures(
    cells: Mapping[str, TableCell],
    hidden: Collection[str],
    relations: Sequence[Relation],
    minimum: int,
) -> list[DerivedSum]:
    """What a reader can derive that tells too much of a sensitive cell; empty when all is well.

    Hidden zeros count as known.
    """
    unknown = {name for name in hidden if cells[name].count}
    rows = derivable(unknown, relations)
    sums = derivable_sums(rows, unknown, relations)

    def tells(derived: DerivedSum) -> bool:
        # Only where the hidden cells are simply added: all coefficients are equal.
        simple = len(set(derived.hidden.values())) == 1
        if not simple or not any(cells[name].sensitive for name in derived.hidden):
            return False
        total = sum(cells[name].count for name in derived.hidden)
        return len(derived.hidden) == 1 or total < minimum or total <= len(derived.hidden)

    return [each for each in (*rows, *sums) if tells(each)]


def suppress(
    cells: Sequence[TableCell], relations: Sequence[Relation], minimum: int
) -> frozenset[str]:
    """The cells to hide beyond those that are hidden already: the sensitive ones and what protects.

    Each exposure is ended by hiding the cheapest published cell that it rests on (the smallest
    count, what goes with it included); at the end, whatever turns out not to be needed is published
    again, the dearest first. The order is fixed by counts and names alone. `minimum`: the least
    count that may be known.

    Raises StatisticsError for a relation that the counts do not fulfil, and for an unknown or a
    repeated name.
    """
    known = {cell.name: cell for cell in cells}
    _check(cells, known, relations)
    on_base: dict[str, list[str]] = {}
    for cell in cells:
        if cell.base:
            on_base.setdefault(cell.base, []).append(cell.name)

    def cost(name: str) -> tuple[int, str]:
        gone = [name, *on_base.get(name, ())]
        return sum(known[each].count for each in gone if each not in hidden), name

    def hide(name: str) -> None:
        hidden.update((name, *on_base.get(name, ())))

    given = {cell.name for cell in cells if cell.hidden}
    hidden = set(given)
    for cell in cells:
        if cell.sensitive:
            hide(cell.name)
    needed = frozenset(hidden)
    while found := exposures(known, hidden, relations, minimum):
        support = {name for name in found[0].published if known[name].count}
        hide(min(support, key=cost))
    spare = sorted(hidden - needed, key=lambda name: (-cost(name)[0], -known[name].count, name))
    choices = []
    for order in (spare, sorted(spare, key=lambda name: (known[name].base is not None, name))):
        kept = set(hidden)
        for name in order:
            fewer = kept - {name}
            if known[name].base not in kept and not exposures(known, fewer, relations, minimum):
                kept = fewer
        choices.append(kept)
    best = min(choices, key=lambda kept: (len(kept), sum(known[name].count for name in kept)))
    return frozenset(best - given)


def _check(
    cells: Sequence[TableCell], known: Mapping[str, TableCell], relations: Sequence[Relation]
) -> None:
    if len(known) < len(cells):
        raise StatisticsError("two cells of a table have the same name; expected each once.")
    for relation in relations:
        unknown = sorted(relation.keys() - known.keys())
        if unknown:
            raise StatisticsError(f"relation with {unknown[0]!r}: there is no such cell.")
        if sum(factor * known[name].count for name, factor in relation.items()):
            raise StatisticsError(
                f"relation of {', '.join(relation)}: the counts do not fulfil it."
            )
