"""How often the tests of groups reject where nothing differs and whole clusters were drawn.

Three groups of clusters; the answers of a cluster resemble one another (an intraclass correlation
of the latent answer), and no group answers apart from the others. The share of samples with p at
most .05 is the test's size. `people` permutes the answers as if people were drawn one by one;
`clusters` permutes whole clusters; `contrasts` is the least adjusted p of the differences of a
share; `rao_scott` is Rao-Scott's F on the clusters.

    .venv/bin/python benchmarks/clusters.py --samples 1000
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

import numpy as np
import pandas as pd

from readiness.survey import association, design, permutation_test, share_contrasts

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


def main() -> None:
    """Print a line a setting."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--samples", type=int, default=1000)
    samples = parser.parse_args().samples
    for setting in SETTINGS:
        sizes = measure_size(setting, samples)
        print(*setting, *(f"{name} {size:.3f}" for name, size in sizes.items()), flush=True)


if __name__ == "__main__":
    main()
