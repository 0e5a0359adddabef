"""What all numbers of an earlier release leave of a count: the truth, and less than each alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.register.earlier import Earlier, Joint, Told

RATIO = 1.4
CATEGORIES = ("yes", "no", "maybe")
GROUPS = ("all", "bakery", "mill")
CELLS = [(c, g) for g in GROUPS for c in CATEGORIES]


def released(counts: np.ndarray, seed: int, shown: float) -> tuple[Joint, dict[str, int]]:
    """A release of people by group (rows) and answer, of random weights; a share is shown with
    this chance. With it all counts.
    """
    rng = np.random.default_rng(seed)
    people, weights, shares = {}, {}, {}
    bases: dict[str, tuple[float, float]] = {}
    for j, category in enumerate(CATEGORIES):
        for i, group in enumerate(GROUPS[1:]):
            people[category, group] = int(counts[i, j])
            weights[category, group] = float(rng.uniform(1.0, RATIO, counts[i, j]).sum())
        for cells in (people, weights):
            cells[category, "all"] = cells[category, "bakery"] + cells[category, "mill"]
    for category, group in CELLS:
        base = float(sum(people[c, group] for c in CATEGORIES))
        bases[f"n.{group}"] = (base, base)
        weight = sum(weights[c, group] for c in CATEGORIES)
        share = round(weights[category, group] / weight, 3) if weight else 0.0
        ends = (share - 0.0005, share + 0.0005)
        if people[category, group] in (0.0, base):
            ends = (share, share)
        told = Told(*ends, RATIO) if weight and rng.uniform() < shown else None
        shares[f"{category}.{group}"] = told
    joint = Joint(
        Earlier(shares, bases),
        {(c, g): f"{c}.{g}" for c, g in CELLS},
        {g: f"n.{g}" for g in GROUPS},
        CATEGORIES,
        GROUPS,
    )
    return joint, {f"{c}.{g}": people[c, g] for c, g in CELLS}


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 12), min_size=6, max_size=6), st.integers(0, 99), st.floats(0.3, 1.0)
)
def test_the_truth_lies_within_and_no_share_alone_says_more(
    counts: list[int], seed: int, shown: float
) -> None:
    joint, people = released(np.array(counts).reshape(2, 3), seed, shown)
    for category, group in CELLS:
        name = f"{category}.{group}"
        ends, told = joint.ends(category, group), joint.earlier.shares[name]
        if ends is None:
            assert not any(joint.earlier.shares.values())
            continue
        assert ends[0] <= people[name] <= ends[1]
        base = joint.earlier.bases[f"n.{group}"]
        if told and base:
            low, high = told.people(base)
            assert low <= ends[0] and ends[1] <= high


def test_together_shares_say_more_than_each_by_itself() -> None:
    joint, _ = released(np.array([[9, 20, 11], [12, 10, 7]]), 1, 1.0)
    alone, together = 0.0, 0.0
    for category, group in CELLS:
        told, base = joint.earlier.shares[f"{category}.{group}"], joint.earlier.bases[f"n.{group}"]
        ends = joint.ends(category, group)
        assert told and base and ends
        low, high = told.people(base)
        alone, together = alone + high - low, together + ends[1] - ends[0]
    assert together < alone


def test_numbers_that_contradict_each_other_tell_nothing() -> None:
    joint, _ = released(np.array([[9, 20, 11], [12, 10, 7]]), 1, 1.0)
    wrong = dict(joint.earlier.shares) | {"yes.all": Told(0.9, 0.91, RATIO)}
    other = Joint(
        Earlier(wrong, joint.earlier.bases),
        joint.shares,
        joint.bases,
        joint.categories,
        joint.groups,
    )
    assert other.ends("no", "mill") is None
