"""Samples of a wave as the workflow weights it, from the frame of the shipped simulation.

Persons of 12,000 have a profession (the stratum), a region and a size, in the numbers of the
shipped margins; invitations go out by stratum as in the shipped wave, scaled to the wanted number
of answers; answering depends on region and size, by the shipped rates. Answers are made in
`wave_answers.py`, so that what is true of the professions is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.survey.weighting.adapting import Adapted, Sampled, weigh_adapting
from readiness.survey.weighting.condensed import Repeats
from readiness.survey.weighting.recipe import Trim
from simulated_wave import scenario as world

SEED = 2_612
# Groups of professions, declared before any answer: all seven, four of about equal weight in the
# sample, and three.
GROUPS: dict[int, tuple[tuple[str, ...], ...]] = {
    7: tuple((name,) for name in world.POPULATION),
    4: (
        ("producer", "director"),
        ("creator",),
        ("advertiser", "journalist"),
        ("technician", "voice_artist"),
    ),
    3: (
        ("producer", "director", "technician"),
        ("creator", "voice_artist"),
        ("advertiser", "journalist"),
    ),
}
TRIM = Trim(0.2, 4.0, keep_margins=True)
SAMPLED = Sampled("base_weight", "stratum", world.POPULATION)


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


def answering(
    people: pd.DataFrame, setting: Setting, seed: int, chance: str = "chance"
) -> pd.DataFrame:
    """The respondents of one draw: rows of `people`, with base weights.

    `chance` is the column of their chances to answer, 0-1.
    """
    rng = np.random.Generator(
        np.random.PCG64([SEED, setting.n, setting.groups, int(setting.equal), seed])
    )
    rows = []
    for profession, number in drawn(setting).items():
        at = np.flatnonzero((people["stratum"] == profession).to_numpy())
        chosen = rng.choice(at, number, replace=False)
        rows.append(chosen[rng.random(number) < people[chance].to_numpy()[chosen]])
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


def weighted(respondents: pd.DataFrame, replicates: Repeats | None = "auto") -> Adapted:
    """The workflow's weights; without replicates, standard errors from residuals."""
    return weigh_adapting(respondents, SAMPLED, margins(), trim=TRIM, replicates=replicates)
