"""The attack's intervals are those of every world that fits, on tables small enough to list."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from readiness.attack.attack import _ItemAttack
from readiness.attack.knowledge import AttackedCell, AttackRules, AttackTarget
from readiness.attack.released import PrintedInterval, Release, ReleasedShare, ReleasedTable
from readiness.attack.solving import narrow

GROUPS, LEVELS = ("a", "b", "c"), ("no", "yes", "some")


@pytest.mark.parametrize("seed", range(12))
def test_no_world_lies_outside_and_the_ends_are_worlds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 6, (len(GROUPS), len(LEVELS)))
    people[:, 0] += 1
    hidden = rng.random(people.shape) < 0.5
    hidden_total = rng.random(len(LEVELS)) < 0.3
    bases = people.sum(axis=1)
    table = ReleasedTable("q", {}, data="d@1")
    for (g, group), (k, level) in product(enumerate(GROUPS), enumerate(LEVELS)):
        share = people[g, k] / bases[g]
        value = None if hidden[g, k] else PrintedInterval(share - 5e-5, share + 5e-5)
        table.shares.append(
            ReleasedShare(f"q.{level}.{group}", level, group, "answered", value, False)
        )
    for k, level in enumerate(LEVELS):
        share = people[:, k].sum() / people.sum()
        value = None if hidden_total[k] else PrintedInterval(share - 5e-5, share + 5e-5)
        table.shares.append(ReleasedShare(f"q.{level}.all", level, "all", "answered", value, False))
    table.bases = {("answered", group): int(n) for group, n in zip(GROUPS, bases, strict=True)}
    table.bases["answered", "all"] = int(people.sum())
    worlds = _worlds(people, hidden, hidden_total)
    item = _ItemAttack(
        AttackTarget(Release("r", {"q": table}, {}), rules=AttackRules(5, 5)), "q", table
    )
    solver = item.knowledge.solver()
    for (g, _), (k, _) in product(enumerate(GROUPS), enumerate(LEVELS)):
        share_ = table.shares[g * len(LEVELS) + k]
        column = item._find_column(solver, AttackedCell("q", share_, withheld=True))
        assert column is not None
        found = narrow(solver, column, lambda low, high: True, lambda low, high: False)
        values = [world[g, k] for world in worlds]
        assert (found.lowest, found.highest) == (min(values), max(values))


def _worlds(people: np.ndarray, hidden: np.ndarray, hidden_total: np.ndarray) -> list[np.ndarray]:
    """Every table with these bases, visible counts and visible totals."""
    rows = []
    for g in range(len(people)):
        n = int(people[g].sum())
        options = [x for x in product(range(n + 1), repeat=people.shape[1]) if sum(x) == n]
        rows.append(
            [x for x in options if all(hidden[g, k] or x[k] == people[g, k] for k in range(len(x)))]
        )
    tables = (np.array(one) for one in product(*rows))
    totals = people.sum(axis=0)
    return [t for t in tables if (hidden_total | (t.sum(axis=0) == totals)).all()]
