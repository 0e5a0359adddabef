"""Bias and coverage of the estimates of the simulated wave, over many redraws of its sample.

The population stays the same and its truth is counted; sample, response and blanks are drawn again
each time (`simulated_wave.redraw`), and each redraw is estimated three ways:

- unweighted: shares of the answers, interval as if they were a simple random sample;
- raked: base weights raked to profession, region and size; SE from GREG residuals;
- raked, limited: by the weight step itself with the settings of the shipped wave in config.yaml, SE
  from jackknife replicates that are each raked within the limits again.

    .venv/bin/python benchmarks/redraws.py             # 500 redraws, some minutes on 2 cores
    .venv/bin/python benchmarks/redraws.py --redraws 50 --out /tmp/redraws.md

The result does not depend on the number of workers. It is written to docs/measurements.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# One BLAS thread a worker: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "examples/simulated-wave")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from measurements import MEASUREMENTS, write_section  # noqa: E402
from readiness.analysis.selection import Selection  # noqa: E402
from readiness.analysis.weighting import weigh_wave  # noqa: E402
from readiness.config import Weight, load_config  # noqa: E402
from readiness.questionnaire import BLANK  # noqa: E402
from readiness.survey import Design, association, design, proportions, rank_test, weigh  # noqa: E402  # noqa: E402
from simulated_wave import make_population, redraw  # noqa: E402
from simulated_wave.describe import markdown  # noqa: E402

FIRST_SEED = 10_000
MARGINS = ("profession", "region", "size")
METHODS = ("unweighted", "raked", "raked, limited")
LEVELS = ("none", "weak", "medium", "good")


@dataclass(frozen=True)
class Target:
    """A share of the population: of `item` in `group` (a profession or all), those in `levels`."""

    item: str
    levels: tuple[str, ...]
    base: tuple[str, ...]
    group: str = "all"
    note: str = ""

    @property
    def name(self) -> str:
        return f"`{self.item}` {' or '.join(self.levels)}, {self.group}"


TARGETS = (
    Target("use_ai", ("yes",), ("yes", "no"), note="the bias that weighting removes"),
    Target("use_ai", ("yes",), ("yes", "no"), "creator"),
    Target("team_trained", ("yes",), ("yes", "no"), note="the bias that it does not"),
    Target("preparation", ("none", "weak"), LEVELS, note="a real difference"),
    Target("preparation", ("none", "weak"), LEVELS, "producer"),
    Target("preparation", ("none", "weak"), LEVELS, "creator"),
    Target("preparation", ("none", "weak"), LEVELS, "voice_artist", "fewer than 30 answers"),
    Target("revolution", ("social",), ("social", "technological"), note="no difference"),
    Target("revolution", ("social",), ("social", "technological"), "journalist"),
)


def share(people: pd.DataFrame, target: Target) -> float:
    """The truth of a target, counted in the population."""
    inside = people if target.group == "all" else people[people["profession"] == target.group]
    base = inside[inside[target.item].isin(target.base)]
    return float(base[target.item].isin(target.levels).mean())


def settings_of_the_shipped_wave() -> Weight:
    """How the shipped wave is weighted."""
    weight = load_config(ROOT / "config.yaml").waves["simulated-2026"].weight
    assert weight is not None
    return weight


def estimate(weighted: Design, data: pd.DataFrame, target: Target) -> tuple[float, float, float]:
    """Share, lower and upper limit (Korn-Graubard, 95 %)."""
    domain = weighted
    if target.group != "all":
        domain = weighted.subset((data["profession"] == target.group).to_numpy())
    known = data[target.item].isin(target.base).to_numpy()
    chosen = np.where(data[target.item].isin(target.levels), "1", "0")
    table = proportions(domain, np.where(known, chosen, BLANK), ["1", "0"])
    row = table.iloc[0]
    return float(row["estimate"]), float(row["lower"]), float(row["upper"])


def _weighted(data: pd.DataFrame, totals: dict[str, dict[str, float]], settings: Weight) -> Design:
    people = data.groupby("stratum")["stratum_population"].first().astype(float).to_dict()
    made = weigh_wave(data, people, totals, settings, Selection.PROBABILITY).weighting
    assert made is not None  # hundreds answered
    return made.design


def one_redraw(
    seed: int, population: pd.DataFrame, totals: dict[str, dict[str, float]], settings: Weight
) -> list[tuple[str, str, int, float, float, float]]:
    """Rows (`share` or a test, method, number, estimate or p, lower, upper) of one redraw."""
    data = redraw(population, seed)
    data["score"] = data["preparation"].map({level: k for k, level in enumerate(LEVELS, 1)})
    data["score"] = data["score"].fillna(0.0).astype(float)
    drawn = design(data, weights="base_weight", strata="stratum", fpc="stratum_population")
    designs = {
        "unweighted": design(data),
        "raked": weigh(drawn, totals).design,
        "raked, limited": _weighted(data, totals, settings),
    }
    rows = [
        ("share", method, number, *estimate(weighted, data, target))
        for method, weighted in designs.items()
        for number, target in enumerate(TARGETS)
    ]
    published = designs["raked, limited"]
    levels: dict[str, Sequence[str]] = {
        "revolution": ("social", "technological"),
        "preparation": LEVELS,
    }
    for item, known in levels.items():
        asked = published.subset(data[item].isin(known).to_numpy())
        p = association(asked, item, "profession", row_levels=known).p_value
        rows.append((f"Rao-Scott F, {item}", "", 0, p, p, p))
    scored = published.subset((data["score"] > 0).to_numpy())
    p = rank_test(scored, "score", "profession").p_value
    rows.append(("Kruskal-Wallis on mid-ranks, preparation", "", 0, p, p, p))
    return rows


def chunk(seeds: Sequence[int]) -> list[tuple[int, str, str, int, float, float, float]]:
    """All rows of some redraws, each with its seed; a worker makes its own population."""
    # Small professions warn of their size in every redraw; here that is the subject.
    warnings.simplefilter("ignore")
    population = make_population()
    totals = {
        variable: {str(k): float(n) for k, n in population[variable].value_counts().items()}
        for variable in MARGINS
    }
    settings = settings_of_the_shipped_wave()
    return [
        (seed, *row) for seed in seeds for row in one_redraw(seed, population, totals, settings)
    ]


def run(redraws: int, workers: int) -> pd.DataFrame:
    """Every estimate of every redraw: columns seed, kind, method, target, value, lower, upper."""
    seeds = list(range(FIRST_SEED, FIRST_SEED + redraws))
    if workers == 1:
        rows = chunk(seeds)
    else:
        parts = [seeds[start :: workers * 4] for start in range(workers * 4)]
        with ProcessPoolExecutor(workers) as pool:
            rows = [row for part in pool.map(chunk, parts) for row in part]
    columns = ["seed", "kind", "method", "target", "value", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns).sort_values(columns).reset_index(drop=True)


def bias_table(results: pd.DataFrame, population: pd.DataFrame) -> str:
    """Bias and coverage of each target and method, in percentage points and per cent."""
    shares = results[results["kind"] == "share"]
    rows: list[list[object]] = []
    for number, target in enumerate(TARGETS):
        truth = share(population, target)
        for method in (METHODS[0], METHODS[-1]):
            at = shares[(shares["target"] == number) & (shares["method"] == method)]
            covered = (at["lower"] <= truth) & (truth <= at["upper"])
            first = method == METHODS[0]
            label = target.name + (f" ({target.note})" if target.note else "")
            rows.append(
                [
                    label if first else "",
                    f"{100 * truth:.1f}" if first else "",
                    method,
                    f"{100 * at['value'].mean():.1f}",
                    f"{round(100 * (at['value'].mean() - truth), 1) + 0.0:+.1f}",
                    f"{100 * at['value'].std(ddof=1):.1f}",
                    f"{100 * (at['upper'] - at['lower']).mean() / 2:.1f}",
                    f"{100 * covered.mean():.1f}",
                ]
            )
    return markdown(
        ["share", "truth %", "weights", "mean %", "bias", "SD", "half width", "coverage %"], rows
    )


def test_table(results: pd.DataFrame) -> str:
    """How often each test rejects at .05."""
    tests = results[results["kind"] != "share"]
    truth = {"revolution": "no difference", "preparation": "a difference"}
    rows = [
        [kind, truth[str(kind).rpartition(" ")[2]], f"{100 * (p < 0.05).mean():.1f}"]
        for kind, p in tests.groupby("kind")["value"]
    ]
    return markdown(["test, item by profession", "truth", "rejected %"], rows)


def page(results: pd.DataFrame, redraws: int) -> str:
    """The documentation page."""
    error = 100 * (0.95 * 0.05 / redraws) ** 0.5
    return f"""# Estimates against the truth

Written by `benchmarks/redraws.py --redraws {redraws}`, with seeds from {FIRST_SEED}. The population
of the [simulated wave](simulated-wave.md) is fixed; sample, response and blanks are drawn {redraws}
times. Shares are estimated without weights, and with base weights raked to profession, region and
size within the limits of the shipped wave; replicates are raked in the same way. Intervals are
Korn-Graubard at 95 %. Bias, SD and half width are in points; the simulation error of a coverage of
95 % is {error:.1f}.

{bias_table(results, make_population())}

The unweighted share of `use_ai` is biased although its interval is narrow; raking removes the bias.
People who would answer "no" leave `team_trained` blank more often, and no frame variable predicts
this. Weighting therefore does not remove the bias, and the standard error does not show it.

Tests with the raked weights, at level .05:

{test_table(results)}
"""


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the redraws and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--redraws", type=int, default=500, help="how many (500)")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--out", type=Path, default=MEASUREMENTS, help="the page")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.redraws < 2 or options.workers < 1:
        parser.error("at least 2 redraws and 1 worker")
    start = time.monotonic()
    results = run(options.redraws, options.workers)
    write_section(options.out, page(results, options.redraws))
    print(f"{options.redraws} redraws in {time.monotonic() - start:.0f} s -> {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
