"""Complementary suppression: every interval is wide enough, and nothing goes that need not."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from readiness.disclosure import Policy
from readiness.disclosure.judge import BoundReader, Judge
from readiness.disclosure.policy import (
    CountSystem,
    LinearRow,
    ProtectedSum,
    Statement,
    SumBounds,
    components,
)
from readiness.disclosure.suppress import MARGIN, suppress
from readiness.ground.errors import StatisticsError

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from disclosure_surveys import table

POLICY = Policy(minimum_cell=3, minimum_base=3, width=3)


def table_of(counts: list[list[int]]) -> CountSystem:
    return table(counts, POLICY)


def is_wide(system: CountSystem, hidden: set[int]) -> bool:
    """Whether every target keeps an interval as wide as is asked, with the margin."""
    reader = BoundReader(system, hidden)
    widths = [reader.bounds(target)[0] for target in system.targets]
    return all(bounds.most - bounds.least >= POLICY.width + MARGIN for bounds in widths)


@pytest.mark.parametrize("seed", range(6))
def test_no_statement_is_suppressed_that_could_be_published(seed: int) -> None:
    counts = np.random.default_rng(seed).poisson(6, (4, 4))
    system = table_of(counts.tolist())
    decisions = suppress(system, POLICY)
    hidden = {k for k, each in enumerate(system.statements) if each.name in decisions.hidden}
    if decisions.unprotected:
        return
    assert is_wide(system, hidden)
    for k in hidden:
        if system.statements[k].name in decisions.complementary:
            assert not is_wide(system, hidden - {k}), system.statements[k].name


def test_the_same_table_is_withheld_alike_and_every_interval_is_wide_enough() -> None:
    system = table_of(np.random.default_rng(5).poisson(6, (6, 6)).tolist())
    found, again = suppress(system, POLICY), suppress(system, POLICY)
    assert found == again and found.complementary and not found.unprotected
    for target in system.targets:
        bounds = found.bounds[target.name]
        assert bounds.least <= target.count <= bounds.most
        assert bounds.most - bounds.least >= POLICY.width
    alone = BoundReader(system, [k for k, each in enumerate(system.statements) if each.primary])
    assert not all(alone.bounds(target)[0].protect(POLICY) for target in system.targets)


def test_tables_that_share_no_count_are_solved_by_themselves() -> None:
    one, two = table_of([[1, 7], [6, 8]]), table_of([[2, 9], [5, 5]])

    def moved(row: LinearRow) -> LinearRow:
        return LinearRow(tuple(place + 4 for place in row.at), row.by, row.low, row.high)

    both = CountSystem(
        np.concatenate([one.upper, two.upper]),
        (*one.fixed, *map(moved, two.fixed)),
        (
            *one.statements,
            *(
                Statement(f"other {s.name}", tuple(map(moved, s.rows)), s.loss, s.primary)
                for s in two.statements
            ),
        ),
        (
            *one.targets,
            *(ProtectedSum(f"other {t.name}", (t.at[0] + 4,), t.count) for t in two.targets),
        ),
        np.concatenate([one.truth, two.truth]),
    )
    assert len(components(both)) == 2
    parts = suppress(one, POLICY).loss + suppress(two, POLICY).loss
    assert suppress(both, POLICY).loss == pytest.approx(parts)


def test_a_count_that_is_known_anyway_is_told_as_unprotected() -> None:
    system = table_of([[1], [9]])
    found = suppress(system, POLICY)
    assert found.unprotected == ("0.0",)


@pytest.mark.parametrize(
    ("upper", "published"),
    [pytest.param(9.0, (10, 12), id="no table"), pytest.param(np.inf, (5, np.inf), id="no end")],
)
def test_bounds_that_no_table_reaches_are_no_bounds(
    upper: float, published: tuple[float, float]
) -> None:
    """A count of at most nine that is published as ten, and one that has no end, bound nothing."""
    statement = Statement("count", (LinearRow.of({0: 1.0}, *published),))
    target = ProtectedSum("count", (0,), 5)
    system = CountSystem(np.array([upper]), (), (statement,), (target,), np.array([5.0]))
    with pytest.raises(StatisticsError, match="no table fulfils all rows"):
        BoundReader(system, []).bounds(target)


def test_a_share_at_its_published_precision_narrows_a_withheld_count() -> None:
    """Two cells of five people, who weigh 1 and 3; of each cell one person is of the few."""

    def system(half: float) -> CountSystem:
        weights = {0: 1.0, 1: 3.0, 2: 1.0, 3: 3.0}
        few, share = (0, 1), (1 + 3) / (5 + 15)
        rows = [
            LinearRow.of({p: w * ((p in few) - end) for p, w in weights.items()}, *ends)
            for end, ends in ((share - half, (0.0, np.inf)), (share + half, (-np.inf, 0.0)))
        ]
        fixed = (LinearRow.total([0, 2], 5.0), LinearRow.total([1, 3], 5.0))
        said = (Statement("share", tuple(rows), primary=False),)
        target = (ProtectedSum("few", (0, 1), 2),)
        return CountSystem(np.full(4, 5.0), fixed, said, target, np.array([1.0, 1.0, 4.0, 4.0]))

    sharp, blunt = system(0.0005), system(0.2)
    assert not BoundReader(sharp, []).bounds(sharp.targets[0])[0].protect(POLICY)
    assert BoundReader(blunt, []).bounds(blunt.targets[0])[0].protect(POLICY)
    assert suppress(sharp, POLICY).complementary == {"share"}
    assert not suppress(blunt, POLICY).complementary


def beside(low: int, *, withheld: bool = True) -> CountSystem:
    """One of few, four of many and twenty others, all withheld; a share puts the many between
    `low` and two more.
    """
    rows = {"few": ({0: 1.0}, 1, 1), "many": ({1: 1.0}, 4, 4), "rest": ({2: 1.0}, 20, 20)}
    said = [
        Statement(name, (LinearRow.of(*row),), primary=withheld or name != "many")
        for name, row in rows.items()
    ]
    said.append(Statement("share", (LinearRow.of({1: 1.0}, low, low + 2),)))
    counts = np.array([1.0, 4.0, 20.0])
    fixed = (LinearRow.total([0, 1, 2], 25.0),)
    targets = (ProtectedSum("few", (0,), 1), ProtectedSum("many", (1,), 4, POLICY.width, "many"))
    return CountSystem(np.full(3, 25.0), fixed, tuple(said), targets, counts)


def test_what_is_withheld_but_not_small_may_be_known_to_be_large_alone() -> None:
    # Two to four: a reader does not know that they are not few, and nothing else is so narrow.
    found = suppress(beside(2), POLICY)
    assert found.complementary == {"share"} and not found.unprotected
    assert found.bounds.keys() == {"few"}
    # Three to five, where fewer than three are few.
    assert not suppress(beside(3), POLICY).complementary
    # Of what is published nobody asks.
    assert not suppress(beside(2, withheld=False), POLICY).complementary


def test_a_count_of_few_people_is_protected_if_it_stays_as_wide_as_without_the_release() -> None:
    people = POLICY.width - 1
    statement = Statement("count", (LinearRow.of({0: 1.0}, 1, 1),))
    target = ProtectedSum("count", (0,), 1)
    system = CountSystem(np.array([float(people)]), (), (statement,), (target,), np.array([1.0]))
    judge = Judge(system, POLICY)
    assert judge.bound_without_release(target) == SumBounds(0, people)
    assert judge.has_lower_demand(target)
    assert judge._is_protected(target, SumBounds(0, people))
    assert not judge._is_protected(target, SumBounds(0, people - 1))


@pytest.mark.parametrize(
    ("bounds", "settled"),
    [((3, 9), True), ((2, 9), False), ((0, 0), True), ((0, 1), False), ((1, 1), False)],
)
def test_a_withheld_count_is_settled_as_large_or_as_nobody(
    bounds: tuple[int, int], settled: bool
) -> None:
    system = beside(2)
    judge, (few, many) = Judge(system, POLICY), system.targets
    assert judge.settles_size(many, SumBounds(*bounds)) is settled
    # A count that is small in any case is settled by no bounds.
    assert not judge.settles_size(few, SumBounds(*bounds))
