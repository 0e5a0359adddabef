"""Seeded samples for the tests of comparisons: strata, unequal weights, groups, ordered answers."""

import numpy as np
import pandas as pd

from readiness.survey import Design, design

GROUPS = ("creator", "director", "journalist", "producer")
LEVELS = ("none", "weak", "medium", "good")


def sample(n: int = 240, seed: int = 7, effect: float = 0.6) -> pd.DataFrame:
    """n respondents; the answer depends on the group (by `effect` logits) and on the stratum."""
    rng = np.random.default_rng(seed)
    stratum = rng.choice(3, n, p=[0.4, 0.35, 0.25])
    group = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    latent = rng.logistic(size=n) + effect * group + 0.3 * stratum
    level = np.digitize(latent, [-0.8, 0.9, 2.2])
    return pd.DataFrame(
        {
            "stratum": np.array(["S1", "S2", "S3"])[stratum],
            "group": np.array(GROUPS)[group],
            "level": np.array(LEVELS)[level],
            "code": level,
            "yes": (rng.random(n) < 0.3 + 0.1 * group).astype(int),
            "score": np.round(latent, 2),
            "weight": np.array([3.0, 8.0, 20.0])[stratum] * rng.uniform(0.6, 1.6, n),
        }
    )


def make(frame: pd.DataFrame) -> Design:
    return design(frame, weights="weight", strata="stratum")
