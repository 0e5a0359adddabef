"""Who came between two releases: nobody says it, and whoever it was, it is held possible."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.disclosure.policy import CountSystem
from readiness.register.counts import Cohorts, Counts, KnownCells
from readiness.register.earlier import Earlier, Told

MANY = 10
SAID = ("yes", "no")


def people(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"trade": rng.choice(["bakery", "mill"], n)})
    table["size"] = rng.choice(["small", "large"], n)
    table["said"] = rng.choice([*SAID, "_blank"], n, p=[0.3, 0.6, 0.1])
    return table.assign(weight=table["trade"].map({"bakery": 1.0, "mill": 2.5}))


def inside(table: pd.DataFrame, group: str) -> pd.DataFrame:
    if group == "all":
        return table
    variable, _, code = group.rpartition(":")
    return table[table[variable or "trade"] == code]


def released(table: pd.DataFrame, groups: list[str]) -> Earlier:
    """The first release: shares of weights with one decimal, and every number of people."""
    shares, bases, there = {}, {}, {}
    for group in groups:
        own = inside(table, group)
        weights = own.loc[own["said"] != "_blank", ["said", "weight"]]
        share = weights.loc[weights["said"] == "yes", "weight"].sum() / weights["weight"].sum()
        shares[group] = Told(share - 0.0005, share + 0.0005, 2.5)
        bases[f"n.{group}"] = (float(len(weights)),) * 2 if group != "mill" else None
        there[group] = len(own)
    return Earlier(shares, bases, there)


def counts_of(table: pd.DataFrame, earlier: Earlier) -> Counts:
    cells = KnownCells.of(table, table["weight"], ["trade", "size"])
    cohorts = Cohorts.of(cells, [earlier], MANY)
    counts = Counts(cells, cohorts)
    counts.add("said", table["said"].to_numpy(dtype=object), SAID)
    for group in cells.groups:
        every, yes = (counts.at("said", said, group) for said in (SAID, SAID[:1]))
        said, there = (at[counts.since(at) == 0].tolist() for at in (yes, every))
        for row in earlier.rows(group, f"n.{group}", said, there, counts.count_newcomers(0, group)):
            counts.add_known_row(row)
    counts.add_arrivals()
    return counts


def system_of(counts: Counts) -> CountSystem:
    fixed, truth = tuple(counts.fixed), np.array(counts.truth)
    return CountSystem(np.array(counts.upper), fixed, (), (), truth)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_who_really_came_is_possible_and_so_is_a_table_that_is_found(seed: int, came: int) -> None:
    table = people(seed, 80)
    before = np.arange(len(table)) >= came
    groups = ["all", "bakery", "mill", "size:large", "size:small"]
    counts = counts_of(table, released(table[before], groups))
    cells, cohorts = counts.cells, counts.cohorts
    real = np.zeros(len(counts.upper))
    split = np.isin(np.arange(len(cells.sizes)), cohorts.cell[cohorts.since > 0])
    late = ~before & split[cells.of_row]
    for (_, state), at in counts.places.items():
        said = (table["said"] == state).to_numpy()
        for place, cell, since in zip(at, cohorts.cell, cohorts.since, strict=True):
            real[place] = (said & (cells.of_row == cell) & (late == (since > 0))).sum()
    system = system_of(counts)
    assert (real <= system.upper).all() and system.find_fulfilled(real, 1e-6).all()
    found = counts.divide_by_arrival(system)
    assert found is not None
    assert found.find_fulfilled(found.truth).all()
    for state in SAID:
        for group in groups:
            at = counts.at("said", [state], group)
            assert found.truth[at].sum() == (inside(table, group)["said"] == state).sum()


def test_few_who_came_are_apart_and_many_are_not() -> None:
    table = people(1, 80)
    for came, parts in ((0, 0), (3, 1), (30, 0)):
        cohorts = counts_of(table, released(table[came:], ["all", "bakery", "mill"])).cohorts
        assert (cohorts.since.max() == 1) == bool(parts)
        assert bool(cohorts.mixed[0].any()) == (came == 30)


def test_numbers_that_contradict_each_other_leave_nobody() -> None:
    """More bakers said yes than there are bakers who could have."""
    table = people(2, 80)
    earlier = released(table[3:], ["all", "bakery", "mill"])
    wrong = Earlier(
        {**earlier.shares, "bakery": Told(1.0, 1.0)}, earlier.bases, earlier.respondents
    )
    counts = counts_of(table, wrong)
    assert counts.divide_by_arrival(system_of(counts)) is None


@pytest.mark.parametrize("same", [True, False])
def test_of_the_same_data_nobody_came(same: bool) -> None:
    table = people(3, 80)
    cells = KnownCells.of(table, table["weight"], ["trade"])
    cohorts = Cohorts.of(cells, [Earlier(same=same)], MANY)
    # Where nobody tells how many came, any number did.
    assert cohorts.mixed[0].sum() == (0 if same else 80) and not cohorts.since.any()
