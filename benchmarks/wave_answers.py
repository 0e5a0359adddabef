"""Answers to the samples of `wave_samples.py`: nulls, alternatives, and what is true of them.

Every item has four levels, 0 to 3. Under the nulls no group differs, in exact shares; what drives
response may rule the answers, or how far apart they lie. `FIRST` was fixed before any test was
tried, `CLEAR` after the statistics had been worked out on it: the same differences at a strength
that follows from the design alone. The mean mid-rank of the group lies `CLEAR_AT` standard errors
of its own contrast from the others, as the frame and the expected numbers of answers give them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from wave_samples import GROUPS, SEED, Setting, drawn, frame

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHARES = np.array([0.20, 0.35, 0.30, 0.15])
EVEN = np.array([0.20, 0.30, 0.30, 0.20])
NULLS = ("same", "location follows response", "dispersion follows response")
FIRST = (
    "smallest group, 90 % to the lowest two",
    "next smallest group, 35 % to the lowest two",
    "largest group shifted",
    "trend over the groups",
    "two groups apart",
)
CLEAR = (
    "clear: smallest group shifted",
    "clear: largest group shifted",
    "clear: part of a middle group to the lowest level",
    "clear: the two largest groups apart",
)
CLEAR_AT = 3.5
DISPERSED = "one group to both ends"
OUTCOMES = (*NULLS, *FIRST, *CLEAR, DISPERSED)
# Weights within a group differ by response: an answer counts about this much less.
_WITHIN = 1.3
# Of those in the two lowest levels this part answers, where response depends on the answer.
_SILENT = 0.7


def _levels(order: Floats, shares: Floats) -> Ints:
    """Levels in exactly these shares, by the order of a score (low scores, low levels)."""
    rank = np.argsort(np.argsort(order, kind="stable"), kind="stable")
    edges = np.cumsum(shares)[:-1] * len(order)
    return np.searchsorted(edges, rank + 0.5).astype(np.int64)


def _shifted(shift: float) -> Floats:
    below = np.cumsum(SHARES)[:-1]
    odds = below / (1 - below) * np.exp(-shift)
    return np.diff(odds / (1 + odds), prepend=0.0, append=1.0)


def _mean_rank(shares: Floats) -> float:
    """Of answers in these shares among answers in `SHARES`, 0-1."""
    return float(shares @ (np.cumsum(SHARES) - SHARES / 2))


def _shift_for(distance: float) -> float:
    """The shift of the cumulative logit, at most 4, that moves the mean rank so far."""
    low, high = 0.0, 4.0
    for _ in range(50):
        middle = (low + high) / 2
        near = _mean_rank(_shifted(middle)) - 0.5 < distance
        low, high = (middle, high) if near else (low, middle)
    return high


@cache
def population(setting: Setting) -> pd.DataFrame:
    """The frame with `group`, a column of answers for each outcome, and `silent`: the chance to
    answer where it depends on `same`.
    """
    rng = np.random.Generator(np.random.PCG64([SEED, setting.n, setting.groups]))
    people = frame().copy()
    people["group"] = people["stratum"].map(
        {p: k for k, names in enumerate(GROUPS[setting.groups]) for p in names}
    )
    drives = people["chance"].to_numpy()
    sizes = people["group"].value_counts().sort_values(kind="stable").index.to_list()
    strength = float(np.clip(np.sqrt(640 / setting.n), 0.5, 2.5))
    clear = _clear(people, setting, sizes)
    columns = {name: np.zeros(len(people), np.int64) for name in OUTCOMES}
    for k, rows in enumerate(people.groupby("group").indices.values()):
        noise = rng.normal(size=len(rows))
        pulled = drives[rows] / drives.std() + noise
        columns[NULLS[0]][rows] = _levels(noise, SHARES)
        columns[NULLS[1]][rows] = _levels(pulled, SHARES)
        # The ends to those who rarely answer, the middle to the others; half of each goes high, to
        # a person: tests that know the finite population would see what a coin leaves.
        end = _levels(pulled, np.array([0.4, 0.6])) == 0
        coin, high = rng.random(len(rows)), np.zeros(len(rows), bool)
        for part in (end, ~end):
            high[part] = _levels(coin[part], np.array([0.5, 0.5])) == 0
        columns[NULLS[2]][rows] = np.where(end, np.where(high, 3, 0), np.where(high, 2, 1))
        for place, moved, name in ((0, 0.9, FIRST[0]), (1, 0.35, FIRST[1])):
            plain = _levels(rng.normal(size=len(rows)), SHARES)
            goes = (rng.random(len(rows)) < moved) & (k == sizes[place])
            columns[name][rows] = np.where(
                goes, np.minimum(plain, rng.integers(0, 2, len(rows))), plain
            )
        shifts = {
            FIRST[2]: 0.4 * strength * (k == sizes[-1]),
            FIRST[3]: 0.6 * strength * (k / (setting.groups - 1) - 0.5),
            FIRST[4]: 0.35 * strength * ((k == sizes[-1]) - (k == sizes[-2])),
            **{name: by.get(k, 0.0) for name, by in clear.items() if name != CLEAR[2]},
        }
        for name, shift in shifts.items():
            columns[name][rows] = _levels(rng.normal(size=len(rows)), _shifted(shift))
        part = clear[CLEAR[2]].get(k, 0.0)
        columns[CLEAR[2]][rows] = _levels(
            rng.normal(size=len(rows)), SHARES * (1 - part) + part * np.array([1.0, 0, 0, 0])
        )
        spread = np.array([0.35, 0.15, 0.15, 0.35]) if k == sizes[-2] else EVEN
        columns[DISPERSED][rows] = _levels(rng.normal(size=len(rows)), spread)
    silent = drives * np.where(columns[NULLS[0]] < 2, _SILENT, 1.0)
    return people.assign(**columns, silent=silent)


def _clear(people: pd.DataFrame, setting: Setting, sizes: list[int]) -> dict[str, dict[int, float]]:
    """For each clear alternative and each group that differs: the shift, or the part that moves."""
    mass = people["group"].value_counts().sort_index().to_numpy().astype(float)
    rate = people.groupby("stratum")["chance"].mean()
    answers = np.zeros(setting.groups)
    for k, names in enumerate(GROUPS[setting.groups]):
        answers[k] = sum(drawn(setting)[p] * rate[p] for p in names)
    ranks = np.cumsum(SHARES) - SHARES / 2
    unit = float(SHARES @ (ranks - 0.5) ** 2) * _WITHIN
    variance = unit / answers

    def away(k: int) -> float:
        rest = np.arange(setting.groups) != k
        others = (mass[rest] ** 2 @ variance[rest]) / mass[rest].sum() ** 2
        return float(CLEAR_AT * np.sqrt(variance[k] + others))

    small, middle, large, next_large = (sizes[i] for i in (0, len(sizes) // 2, -1, -2))
    both = CLEAR_AT * np.sqrt(variance[large] + variance[next_large])
    half = _shift_for(float(both) / 2)
    drop = 0.5 - float(ranks[0])
    return {
        CLEAR[0]: {small: _shift_for(away(small))},
        CLEAR[1]: {large: _shift_for(away(large))},
        CLEAR[2]: {middle: float(np.clip(away(middle) / drop, 1 / 3, 1.0))},
        CLEAR[3]: {large: half, next_large: -half},
    }
