"""Size and power of the candidates for the primary test, with the workflow's own weights.

Samples of `wave_samples.py`: strata that are the professions, response by region and size, raked
within limits to three margins, each jackknife replicate too; where few answer, what the weighting
merges by itself. Nulls: nothing differs; the answers, or how far apart they lie, hang on what
drives response, and no profession differs. Alternatives as fixed there.

    .venv/bin/python benchmarks/primary_test.py --runs 200 --out primary_test.csv

Writes one row a setting, outcome and test: rejections at .05, samples with a result.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "examples/simulated-wave")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from readiness.errors import ReadinessError  # noqa: E402
from readiness.survey import Design  # noqa: E402
from readiness.survey.comparisons import (  # noqa: E402
    association,
    covariates,
    ordinal_model,
    permutation_test,
    rank_test,
)
from wave_samples import (  # noqa: E402
    ALTERNATIVES,
    DISPERSED,
    NULLS,
    Setting,
    answering,
    population,
    weighted,
)

SETTINGS = (
    Setting(30, 3), Setting(60, 4), Setting(150, 4), Setting(150, 7), Setting(640, 7),
    Setting(640, 4, equal=True), Setting(3000, 7),
)  # fmt: skip
PERMUTATIONS = 199
REFITTED_UP_TO = 700
"""Refitting under each of more replicates would cost more than it tells."""


def tests(sample: Design, outcome: str, seed: int) -> dict[str, Callable[[], float | None]]:
    """p-values by the name of the test."""
    people = sample.data
    crossed = people["region"] + people["size"]

    def permuted(statistic: str, blocks: pd.Series | None) -> Callable[[], float | None]:
        return lambda: permutation_test(
            sample, outcome, "group", blocks=None if blocks is None else blocks.to_numpy(),
            permutations=PERMUTATIONS, seed=seed, statistic=statistic,  # type: ignore[arg-type]
        ).p_value  # fmt: skip

    def term() -> float | None:
        x = covariates(sample, ["group"], categorical=["group"])
        return ordinal_model(sample, outcome, x, levels=range(4)).term_test("group").p_value

    found: dict[str, Callable[[], float | None]] = {}
    for statistic in ("studentised", "midrank", "pearson"):
        found[f"{statistic}, no blocks"] = permuted(statistic, None)
        found[f"{statistic}, region"] = permuted(statistic, people["region"])
        found[f"{statistic}, region x size"] = permuted(statistic, crossed)
    found["Rao-Scott F"] = lambda: association(sample, "group", outcome, "F").p_value
    found["Kruskal-Wallis, design"] = lambda: rank_test(sample, outcome, "group").p_value
    found["ordinal logit, term"] = term
    if sample.replicates is not None and sample.n <= REFITTED_UP_TO:
        again = sample.refitting()
        found["Rao-Scott F, refitted"] = lambda: association(again, "group", outcome, "F").p_value
        found["Kruskal-Wallis, refitted"] = lambda: rank_test(again, outcome, "group").p_value
    return found


Key = tuple[str, str, str]


def one_run(setting: Setting, seed: int) -> dict[Key, list[float]]:
    """p-values of one sample, by setting, outcome and test; NaN: no result."""
    found: dict[Key, list[float]] = defaultdict(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        respondents = answering(population(setting), setting, seed)
        made = weighted(respondents, "JKn" if setting.n <= 1000 else "groups")
        if made.weighting is None:
            return found
        sample = made.weighting.design
        for outcome in (*NULLS, *ALTERNATIVES, DISPERSED):
            for name, test in tests(sample, outcome, seed).items():
                try:
                    p = test()
                except ReadinessError:
                    p = None
                found[setting.name, outcome, name].append(math.nan if p is None else p)
    return found


def chunk(job: tuple[Setting, int, int]) -> dict[Key, list[float]]:
    """Some runs of a setting, in the order of their seeds."""
    setting, start, stop = job
    found: dict[Key, list[float]] = defaultdict(list)
    for seed in range(start, stop):
        for key, values in one_run(setting, seed).items():
            found[key] += values
    return found


def main() -> None:
    """Run the settings and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", help="names of settings")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    chosen = [s for s in SETTINGS if not options.only or s.name in options.only]
    jobs = [(s, a, min(a + 20, options.runs)) for s in chosen for a in range(0, options.runs, 20)]
    total: dict[Key, list[float]] = defaultdict(list)
    start = time.monotonic()
    with ProcessPoolExecutor(options.workers) as pool:
        for (setting, _, stop), part in zip(jobs, pool.map(chunk, jobs), strict=True):
            for key, values in part.items():
                total[key] += values
            print(f"{setting.name}: {stop} ({time.monotonic() - start:.0f} s)", flush=True)
            rows = []
            for (name, outcome, test), p in total.items():
                made = np.array(p)[~np.isnan(p)]
                rows.append((name, outcome, test, float(np.sum(made <= 0.05)), len(made), len(p)))
            columns = ["setting", "outcome", "test", "rejected", "results", "samples"]
            pd.DataFrame(rows, columns=columns).to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
