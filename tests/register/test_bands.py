"""Whether the p of a whole table, or an effective sample size, gives withheld counts away.

Every table that fits is tried.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.stats import chi2

from readiness.register.rows.shares import find_band
from readiness.survey.intervals import t_quantile

SURVEYS = 38


def make_survey(seed: int) -> np.ndarray:
    """How many of three groups gave each of three answers; one count is of few people."""
    rng = np.random.default_rng(seed)
    first, second, third = (rng.integers(*ends, 3) for ends in ((2, 14), (6, 16), (5, 20)))
    first[rng.integers(3)] = rng.integers(1, 5)
    return np.column_stack([first, second, third])


def list_worlds(counts: np.ndarray) -> np.ndarray:
    """Every table (tables x groups x answers) that agrees with what is told: bases, totals and the
    third answer. The first two are withheld of all groups.
    """
    both, total = counts[:, :2].sum(axis=1), counts[:, 0].sum()
    firsts = [
        (a, b, total - a - b)
        for a, b in product(range(both[0] + 1), range(both[1] + 1))
        if 0 <= total - a - b <= both[2]
    ]
    first = np.array(firsts)
    return np.stack([first, both - first, np.broadcast_to(counts[:, 2], first.shape)], axis=2)


def find_p(tables: np.ndarray) -> np.ndarray:
    """The p of Pearson's chi-square of each table, which Rao and Scott's is where weights are 1."""
    n = tables.sum(axis=(1, 2), keepdims=True)
    expected = tables.sum(axis=1, keepdims=True) * tables.sum(axis=2, keepdims=True) / n
    found: np.ndarray = chi2.sf(((tables - expected) ** 2 / expected).sum(axis=(1, 2)), 4)
    return found


def test_an_exact_p_gives_withheld_counts_away_and_a_band_none() -> None:
    widths: dict[str, list[int]] = {"none": [], "exact": [], "band": []}
    for seed in range(SURVEYS):
        counts = make_survey(seed)
        worlds = list_worlds(counts)
        own = int(np.flatnonzero((worlds == counts).all(axis=(1, 2)))[0])
        p = find_p(worlds)
        for how, said in (
            ("none", [""] * len(p)),
            ("exact", [f"{one:.3f}" for one in p]),
            ("band", [find_band(float(one), 0.95) for one in p]),
        ):
            fits = worlds[[one == said[own] for one in said]][:, :, 0]
            widths[how] += [int(wide) for wide in np.ptp(fits, axis=0)]
    given = {how: sum(wide == 0 for wide in found) for how, found in widths.items()}
    narrow = {how: sum(wide < 5 for wide in found) for how, found in widths.items()}
    # Of 114 withheld counts.
    assert given["none"] == given["band"] == 0 and given["exact"] > 50
    # How many are known more closely than the five that a policy asks for.
    assert narrow["none"] <= narrow["band"] < 0.1 * len(widths["band"]) < narrow["exact"]


def count_withheld(
    published: np.ndarray, people: np.ndarray, weights: np.ndarray, *, effective: bool
) -> int:
    """How many people at most gave the two answers of a group that are withheld.

    The group has two strata of so many `people` with these `weights`; a reader knows both, the
    published answers (strata x answers) as whole percents and, with `effective`, the effective
    sample size of these answers.
    """
    one, two = (np.array([(c, d) for c in range(n + 1) for d in range(n + 1 - c)]) for n in people)
    first, second = np.meshgrid(np.arange(len(one)), np.arange(len(two)), indexing="ij")
    worlds = np.stack([one[first.ravel()], two[second.ravel()]], axis=1)
    worlds = np.concatenate([published[np.newaxis], worlds])
    n, total = float(people.sum()), float(weights @ people)
    shares = (worlds * weights[:, np.newaxis]).sum(axis=1) / total
    own = worlds / people[:, np.newaxis]
    parts = ((weights * people / total) ** 2 / (people - 1))[:, np.newaxis] * own * (1 - own)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(t_quantile(0.95, n - 1) / t_quantile(0.95, n - 2))
        sizes = (shares * (1 - shares)).sum(axis=1) / parts.sum(axis=(1, 2)) * ratio**2
    sizes = np.floor(np.minimum(sizes, n) + 1e-9)
    printed = np.round(100 * shares)
    fits = (printed == printed[0]).all(axis=1) & ((sizes == sizes[0]) | (not effective))
    return int((n - worlds[fits].sum(axis=(1, 2))).max())


def test_an_effective_size_narrows_what_is_withheld_in_a_small_group() -> None:
    """No model reads it (docs/disclosure.md): of the published answers it tells the strata."""
    wide = narrowed = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        people, weights = rng.integers(6, 17, 2), np.array([1.0, rng.choice([1.5, 2.0, 3.0])])
        cells = np.array([rng.multinomial(n, [0.08, 0.12, 0.4, 0.4]) for n in people])
        if not 1 <= cells[:, 0].sum() <= 4:
            continue
        given = (cells[:, 2:], people, weights)
        wide += count_withheld(*given, effective=False) >= 5
        narrowed += (
            count_withheld(*given, effective=False) >= 5 > count_withheld(*given, effective=True)
        )
    assert (wide, narrowed) == (62, 7)
