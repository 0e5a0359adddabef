"""The population and the samples of `benchmarks/coverage.py`, which says what they are for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from readiness.survey import Design, design, weigh

SEED = 20_260
STRATA = (0.58, 0.27, 0.10, 0.05)
PROFESSIONS = (0.27, 0.14, 0.13, 0.13, 0.09, 0.09, 0.075, 0.075)
# Declared before the data: which professions count together at which n.
COLLAPSED = {3: (0, 1, 2, 2, 1, 0, 1, 2), 4: (0, 1, 2, 3, 3, 2, 1, 3), 8: tuple(range(8))}
RESPONSE_STRATUM = (0.40, 0.45, 0.55, 0.60)
RESPONSE_PROFESSION = (0.80, 0.85, 0.92, 0.98, 1.02, 1.08, 1.15, 1.20)


@dataclass(frozen=True)
class Setting:
    """One row of the study: sample size and whether there is nonresponse with raking."""

    n: int
    number_of_groups: int
    raked: bool

    @property
    def name(self) -> str:
        return f"{self.n} in {self.number_of_groups}, {'raked' if self.raked else 'stratified'}"

    @property
    def groups(self) -> list[int]:
        return list(range(self.number_of_groups))


SETTINGS = tuple(
    Setting(n, groups, raked)
    for n, groups in ((32, 3), (120, 4), (600, 8), (600, 4))
    for raked in (False, True)
)


def quota(size: int, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`size` codes with these shares as exactly as whole numbers allow, in random order."""
    codes = np.searchsorted(np.cumsum(shares), (np.arange(size) + rng.random()) / size)
    return rng.permutation(np.minimum(codes, len(shares) - 1))


def population(size: int = 12_000) -> pd.DataFrame:
    """The population: `same` has equal shares in every profession, `differs` has not."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    frame = pd.DataFrame({"stratum": quota(size, np.array(STRATA), rng)})
    frame["profession"] = 0
    for rows in frame.groupby("stratum").groups.values():
        frame.loc[rows, "profession"] = quota(len(rows), np.array(PROFESSIONS), rng)
    base = np.array(
        [
            [0.15, 0.35, 0.3, 0.2],
            [0.2, 0.35, 0.3, 0.15],
            [0.35, 0.3, 0.25, 0.1],
            [0.4, 0.3, 0.2, 0.1],
        ]
    )
    frame["same"] = frame["differs"] = 0
    for (stratum, profession), rows in frame.groupby(["stratum", "profession"]).groups.items():
        shares = base[stratum]
        frame.loc[rows, "same"] = quota(len(rows), shares, rng)
        odds = (
            np.cumsum(shares)[:-1]
            / (1 - np.cumsum(shares)[:-1])
            * math.exp(0.25 * (profession - 3.5))
        )
        frame.loc[rows, "differs"] = quota(
            len(rows), np.diff(odds / (1 + odds), prepend=0, append=1), rng
        )
    return frame


def collapse(frame: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """The population with its professions (and raking classes) grouped as declared."""
    return frame.assign(
        group=np.array(COLLAPSED[setting.number_of_groups])[frame["profession"]],
        raking=frame["stratum"] // 2 if setting.n <= 32 else frame["stratum"],
    )


def draw(people: pd.DataFrame, setting: Setting, seed: int) -> Design:
    """One sample and its weighted design."""
    rng = np.random.Generator(
        np.random.PCG64([SEED, setting.n, setting.number_of_groups, int(setting.raked), seed])
    )
    each = setting.n // len(STRATA) * (2 if setting.raked else 1)
    rows = np.concatenate(
        [
            rng.choice(np.flatnonzero(people["stratum"] == h), each, replace=False)
            for h in range(len(STRATA))
        ]
    )
    sizes = np.bincount(people["stratum"])
    drawn = people.iloc[rows].reset_index(drop=True)
    drawn["size"] = sizes[drawn["stratum"]]
    drawn["weight"] = drawn["size"] / each
    if not setting.raked:
        return design(drawn, weights="weight", strata="stratum", fpc="size", lonely_psu="adjust")
    chance = (
        np.array(RESPONSE_STRATUM)[drawn["stratum"]]
        * np.array(RESPONSE_PROFESSION)[drawn["profession"]]
    )
    answered = drawn[rng.random(len(drawn)) < chance].reset_index(drop=True)
    base = design(answered, weights="weight", strata="stratum", lonely_psu="adjust")
    margins = {v: people[v].value_counts().sort_index().to_dict() for v in ("raking", "group")}
    return weigh(base, margins).design


def group_sizes(sample: Design) -> list[int]:
    """Answers of each group."""
    return [int(k) for k in sample.data["group"].value_counts().sort_index()]


def effective_sizes(sample: Design) -> list[float]:
    """Kish's effective number of answers of each group."""
    codes, w = sample.data["group"].to_numpy(), sample.weights
    return list(np.bincount(codes, w) ** 2 / np.bincount(codes, w**2))
