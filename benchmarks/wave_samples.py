"""Samples of a wave as the workflow weights it, from the frame of the shipped simulation.

Persons of 12,000 have a profession (the stratum), a region and a size, in the numbers of the
shipped margins; invitations go out by stratum as in the shipped wave, scaled to the wanted number
of answers; answering depends on region and size, by the shipped rates. Answers are made here, so
that what is true of the professions is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.survey.weighting.adapting import Adapted, Sampled, weigh_adapting
from readiness.survey.weighting.recipe import Trim
from simulated_wave import scenario as world

SEED = 2_612
LEVELS = 4
# Groups of professions, declared before any answer: all seven, four of about equal weight in the
# sample, and three.
GROUPS: dict[int, tuple[tuple[str, ...], ...]] = {
    7: tuple((name,) for name in world.POPULATION),
    4: (("producer", "director"), ("creator",), ("advertiser", "journalist"),
        ("technician", "voice_artist")),
    3: (("producer", "director", "technician"), ("creator", "voice_artist"),
        ("advertiser", "journalist")),
}  # fmt: skip
TRIM = Trim(0.2, 4.0, keep_margins=True)
SAMPLED = Sampled("base_weight", "stratum", world.POPULATION)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Setting:
    """Wanted answers, in how many groups, and whether strata are drawn as shipped or alike."""

    n: int
    groups: int
    equal: bool = False

    @property
    def name(self) -> str:
        return f"{self.n} in {self.groups}{', equal' if self.equal else ''}"


@cache
def frame() -> pd.DataFrame:
    """Everybody: profession, region, size, as codes in the shipped shares."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    parts = []
    for profession, people in world.POPULATION.items():
        parts.append(
            pd.DataFrame(
                {
                    "stratum": profession,
                    "region": _quota(people, world.REGIONS, world.REGION_SHARES[profession], rng),
                    "size": _quota(people, world.SIZES, world.SIZE_SHARES[profession], rng),
                    "stratum_population": people,
                }
            )
        )
    made = pd.concat(parts, ignore_index=True)
    chance = (
        world.RESPONSE
        * made["region"].map(world.RESPONSE_BY_REGION)
        * made["size"].map(world.RESPONSE_BY_SIZE)
    )
    return made.assign(chance=chance)


def _quota(
    people: int, codes: Sequence[str], shares: Sequence[float], rng: np.random.Generator
) -> npt.NDArray[np.str_]:
    place = np.searchsorted(np.cumsum(shares), (np.arange(people) + rng.random()) / people)
    found: npt.NDArray[np.str_] = np.array(codes)[
        rng.permutation(np.minimum(place, len(codes) - 1))
    ]
    return found


def drawn(setting: Setting) -> dict[str, int]:
    """Invited in each stratum, so that about `n` answer."""
    people = frame()
    rate = people.groupby("stratum")["chance"].mean()
    shares = dict.fromkeys(world.POPULATION, 1.0) if setting.equal else dict(world.DRAWN)
    expected = sum(shares[p] * rate[p] for p in shares)
    return {
        p: min(world.POPULATION[p], max(2, round(shares[p] * setting.n / expected))) for p in shares
    }


def answering(people: pd.DataFrame, setting: Setting, seed: int) -> pd.DataFrame:
    """The respondents of one draw: rows of `people`, with base weights."""
    rng = np.random.Generator(
        np.random.PCG64([SEED, setting.n, setting.groups, int(setting.equal), seed])
    )
    rows = []
    for profession, number in drawn(setting).items():
        at = np.flatnonzero((people["stratum"] == profession).to_numpy())
        chosen = rng.choice(at, number, replace=False)
        rows.append(chosen[rng.random(number) < people["chance"].to_numpy()[chosen]])
    found = people.iloc[np.concatenate(rows)].reset_index(drop=True)
    invited = found["stratum"].map(drawn(setting))
    return found.assign(base_weight=found["stratum_population"] / invited)


def margins() -> dict[str, dict[str, float]]:
    """The frame's totals."""
    people = frame()
    return {
        variable: people[variable].value_counts().sort_index().astype(float).to_dict()
        for variable in ("stratum", "region", "size")
    }


def weighted(respondents: pd.DataFrame, replicates: Literal["JKn", "groups"] = "JKn") -> Adapted:
    """The workflow's weights."""
    return weigh_adapting(
        respondents, SAMPLED, margins(), trim=TRIM, replicates=replicates
    )  # fmt: skip


# --- answers --------------------------------------------------------------------------------------
SHARES = np.array([0.20, 0.35, 0.30, 0.15])
EVEN = np.array([0.20, 0.30, 0.30, 0.20])
NULLS = ("same", "location follows response", "dispersion follows response")
ALTERNATIVES = (
    "smallest group, 90 % to the lowest two",
    "next smallest group, 35 % to the lowest two",
    "largest group shifted",
    "trend over the groups",
    "two groups apart",
)
"""Fixed before anything was run. Shifts are of the cumulative logit, larger where n is smaller."""
DISPERSED = "one group to both ends"


def _levels(order: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]) -> Ints:
    """Levels in exactly these shares, by the order of a score (low scores, low levels)."""
    rank = np.argsort(np.argsort(order, kind="stable"), kind="stable")
    edges = np.cumsum(shares)[:-1] * len(order)
    return np.searchsorted(edges, rank + 0.5).astype(np.int64)


def _shifted(shift: float) -> npt.NDArray[np.float64]:
    below = np.cumsum(SHARES)[:-1]
    odds = below / (1 - below) * np.exp(-shift)
    return np.diff(odds / (1 + odds), prepend=0.0, append=1.0)


@cache
def population(setting: Setting) -> pd.DataFrame:
    """The frame with `group` and one column of answers (0 to 3) for each null and alternative."""
    rng = np.random.Generator(np.random.PCG64([SEED, setting.n, setting.groups]))
    people = frame().copy()
    people["group"] = people["stratum"].map(
        {p: k for k, names in enumerate(GROUPS[setting.groups]) for p in names}
    )
    drives = people["chance"].to_numpy()
    sizes = people["group"].value_counts().sort_values(kind="stable").index.to_list()
    strength = float(np.clip(np.sqrt(640 / setting.n), 0.5, 2.5))
    columns = {name: np.zeros(len(people), np.int64) for name in (*NULLS, *ALTERNATIVES, DISPERSED)}
    for k, rows in enumerate(people.groupby("group").indices.values()):
        noise = rng.normal(size=len(rows))
        pulled = drives[rows] / drives.std() + noise
        columns[NULLS[0]][rows] = _levels(noise, SHARES)
        columns[NULLS[1]][rows] = _levels(pulled, SHARES)
        # The ends to those who rarely answer, the middle to the others.
        end = _levels(pulled, np.array([0.4, 0.6])) == 0
        high = rng.random(len(rows)) < 0.5
        columns[NULLS[2]][rows] = np.where(end, np.where(high, 3, 0), np.where(high, 2, 1))
        for place, moved, name in ((0, 0.9, ALTERNATIVES[0]), (1, 0.35, ALTERNATIVES[1])):
            plain = _levels(rng.normal(size=len(rows)), SHARES)
            goes = (rng.random(len(rows)) < moved) & (k == sizes[place])
            columns[name][rows] = np.where(
                goes, np.minimum(plain, rng.integers(0, 2, len(rows))), plain
            )
        shifts = {
            ALTERNATIVES[2]: 0.4 * strength * (k == sizes[-1]),
            ALTERNATIVES[3]: 0.6 * strength * (k / (setting.groups - 1) - 0.5),
            ALTERNATIVES[4]: 0.35 * strength * ((k == sizes[-1]) - (k == sizes[-2])),
        }
        for name, shift in shifts.items():
            columns[name][rows] = _levels(rng.normal(size=len(rows)), _shifted(shift))
        spread = np.array([0.35, 0.15, 0.15, 0.35]) if k == sizes[-2] else EVEN
        columns[DISPERSED][rows] = _levels(rng.normal(size=len(rows)), spread)
    return people.assign(**columns)
