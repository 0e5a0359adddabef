"""How often the tests of groups reject where nothing differs and whole clusters were drawn.

Three groups of clusters; the answers of a cluster resemble one another (an intraclass correlation
of the latent answer), and no group answers apart from the others. The share of samples with p at
most .05 is the test's size. `people` permutes the answers as if people were drawn one by one;
`clusters` permutes whole clusters; `contrasts` is the least adjusted p of the differences of a
share; `rao_scott` is Rao-Scott's F on the clusters.

Then the coverage of 95 % intervals with 10, 20 and 30 clusters of like or unlike sizes, whose
groups lie within clusters (`w`) or are a third of the clusters and the others (`b`): shares, means
and their differences, on the design's degrees of freedom as R has them (`plain`) and corrected for
few clusters (`Design.correcting`).

    .venv/bin/python benchmarks/clusters.py --samples 1000
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

import numpy as np
import pandas as pd

from readiness.survey import (
    association,
    design,
    means,
    pairwise,
    permutation_test,
    proportions,
    share_contrasts,
)

# Clusters, people of each, and how much they resemble one another.
SETTINGS = ((30, 20, 0.1), (20, 50, 0.1), (40, 25, 0.05))
GROUPS = 3
ALPHA = 0.05


def draw_clusters(clusters: int, people: int, resemblance: float, seed: int) -> pd.DataFrame:
    """Answers 0-3 of people in clusters, each cluster in one group and one of two strata."""
    rng = np.random.default_rng([clusters, people, seed])
    place = np.arange(clusters)
    own = np.sqrt(resemblance) * rng.standard_normal(clusters)
    latent = own[:, None] + np.sqrt(1 - resemblance) * rng.standard_normal((clusters, people))
    return pd.DataFrame(
        {
            "answer": np.digitize(latent, [-0.6, 0.2, 1.0]).ravel(),
            "cluster": np.repeat(place, people),
            "group": np.repeat(rng.permutation(place) % GROUPS, people),
            "stratum": np.repeat(place % 2, people),
            "weight": np.repeat(rng.uniform(1, 2, clusters), people),
        }
    )


def reject(frame: pd.DataFrame, seed: int, permutations: int = 199) -> Iterator[tuple[str, bool]]:
    """Whether each test rejects."""
    drawn = design(frame, psu="cluster", strata="stratum", weights="weight")
    alone = design(frame, weights="weight")
    for name, sample in (("people", alone), ("clusters", drawn)):
        made = permutation_test(
            sample, "answer", "group", blocks=None, permutations=permutations, seed=seed
        )
        yield name, (made.p_value or 0.0) <= ALPHA
    pairs = share_contrasts(drawn, (frame["answer"] < 2).astype(float), "group")
    yield "contrasts", min(row.p_adjusted or 1.0 for row in pairs) <= ALPHA
    yield "rao_scott", (association(drawn, "group", "answer", "F").p_value or 0.0) <= ALPHA


def measure_size(setting: tuple[int, int, float], samples: int, first: int = 0) -> dict[str, float]:
    """The share of samples that each test rejects, by its name."""
    found = [
        dict(reject(draw_clusters(*setting, seed), seed)) for seed in range(first, first + samples)
    ]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


# Clusters, and how far their sizes spread (of the logarithm).
FEW = ((10, 0.05), (20, 0.05), (30, 0.05), (10, 0.8), (20, 0.8), (30, 0.8))
CUT = -0.5


def draw_few(clusters: int, spread: float, seed: int) -> pd.DataFrame:
    """A number of mean 0 and whether it is low, in clusters of about 15 people."""
    rng = np.random.default_rng([clusters, int(100 * spread), seed])
    sizes = np.maximum(rng.lognormal(np.log(15), spread, clusters).astype(int), 4)
    own, place = np.sqrt(0.1) * rng.standard_normal(clusters), np.repeat(np.arange(clusters), sizes)
    y = own[place] + np.sqrt(0.9) * rng.standard_normal(len(place))
    return pd.DataFrame(
        {
            "y": y,
            "low": (y < CUT).astype(float),
            "cluster": place,
            "stratum": place % 2,
            "weight": rng.uniform(1, 3, clusters)[place],
            "w": rng.choice(["one", "two"], len(place), p=[0.7, 0.3]),
            "b": np.where(place < max(clusters // 3, 3), "one", "two"),
        }
    )


def hold(frame: pd.DataFrame, *, corrected: bool) -> Iterator[tuple[str, bool]]:
    """Whether each interval holds the truth."""
    drawn = design(frame, psu="cluster", strata="stratum", weights="weight")
    drawn = drawn.correcting() if corrected else drawn
    truth = NormalDist().cdf(CUT)
    parts = {"all": drawn, **{g: drawn.subset(frame[g] == "one") for g in ("w", "b")}}
    for name, part in parts.items():
        share = proportions(part, "low", [1.0, 0.0]).iloc[0]
        yield f"share {name}", share["lower"] <= truth <= share["upper"]
        lower, upper = means(part, "y").interval(0.95)
        yield f"mean {name}", lower[0] <= 0 <= upper[0]
    for by in ("w", "b"):
        (pair,) = share_contrasts(drawn, "low", by)
        yield f"contrast {by}", pair.lower is None or pair.lower <= 0 <= (pair.upper or 0.0)
        yield f"means {by}", (pairwise(drawn, "y", by)[0].p_value or 0.0) > ALPHA


def measure_coverage(
    setting: tuple[int, float], samples: int, *, corrected: bool
) -> dict[str, float]:
    """The share of samples in which each interval holds the truth, by its name."""
    frames = (draw_few(*setting, seed) for seed in range(samples))
    found = [dict(hold(frame, corrected=corrected)) for frame in frames]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def main() -> None:
    """Print a line a setting."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--samples", type=int, default=1000)
    samples = parser.parse_args().samples
    for setting in SETTINGS:
        sizes = measure_size(setting, samples)
        print(*setting, *(f"{name} {size:.3f}" for name, size in sizes.items()), flush=True)
    for few in FEW:
        for corrected in (False, True):
            held = measure_coverage(few, samples, corrected=corrected)
            told = (f"{name} {share:.3f}" for name, share in held.items())
            print(*few, "corrected" if corrected else "plain", *told, flush=True)


if __name__ == "__main__":
    main()
