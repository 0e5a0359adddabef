"""At which step the weighting of small waves ends, and what their intervals cover.

Draws of about 12, 27, 54 and 97 respondents from the frame of the shipped simulation: 12,000
people, margins of profession, region and size, chances to answer that depend on region and size.
There are six groups: two of the seven professions are declared to count as one, before any draw.
Each draw is weighted as the workflow does. The answer that is estimated depends on the region.

    .venv/bin/python benchmarks/small_waves.py              # 200 draws a size, about a minute

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
from functools import cache
from pathlib import Path

# One BLAS thread a worker: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "examples/simulated-wave"), str(HERE)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from measurements import MEASUREMENTS, write_section  # noqa: E402
from readiness.survey import Collapse, Trim, proportions  # noqa: E402
from readiness.survey.weighting.adapting import Adapted, weigh_adapting  # noqa: E402
from wave_samples import SAMPLED, Setting, answering, frame, margins  # noqa: E402

SIZES = (12, 27, 54, 97)
DECLARED = Collapse("stratum", ("producer", "director"), "producer+director", "six groups")
LIMITS = Trim(0.2, 4.0)
# Where a draw can end, by what is kept of the margins.
ENDS = {
    "whole": "all margins, no category merged",
    "merged": "all margins, categories merged",
    "left_out": "a margin left out",
    "strata": "no margin, the strata alone",
    "none": "not weighted",
}
# What can happen in a draw beside it.
MARKS = {
    "strata_merged": "strata merged",
    "bounded": "limits and margins kept",
    "trimmed": "limits kept by trimming, a margin moved by up to 10 %",
    "limits": "limits left out",
    "linear": "a replicate calibrated linearly",
}


@cache
def people() -> pd.DataFrame:
    """The frame, with an answer that a half give, more in some regions than in others."""
    made = frame()
    rng = np.random.Generator(np.random.PCG64(12))
    codes = sorted(made["region"].unique())
    chance = 0.5 + 0.2 * (made["region"].map({c: k for k, c in enumerate(codes)}) - 1)
    return made.assign(answer=np.where(rng.random(len(made)) < chance, "yes", "no"))


def end_of(found: Adapted, wanted: int) -> str:
    """What is kept of the margins; `wanted`: how many there were."""
    if found.weighting is None:
        return "none"
    if not found.margins:
        return "strata"
    if len(found.margins) < wanted:
        return "left_out"
    return "merged" if any(c != DECLARED for c in found.collapsed) else "whole"


def one_draw(n: int, seed: int) -> dict[str, object]:
    """A draw: where it ends, what happened, its largest gap and adjustment, and the interval."""
    respondents = answering(people(), Setting(n, 6), seed)
    found = weigh_adapting(respondents, SAMPLED, margins(), collapse=[DECLARED], trim=LIMITS)
    steps = {fact.kind.rpartition(".")[2] for fact in found.steps}
    row: dict[str, object] = {
        "n": n,
        "seed": seed,
        "respondents": len(respondents),
        "end": end_of(found, len(margins())),
        "strata_merged": "strata" in steps,
        "bounded": bool({"bounded", "inside"} & steps),
        "trimmed": "trimmed" in steps,
        "limits": "limits" in steps,
        "linear": "linear" in steps,
    }
    if found.weighting is None:
        return row
    strata = pd.Series(found.strata)
    adjusted = found.weighting.weights * strata.map(strata.value_counts()) / found.populations
    share = proportions(found.weighting.design, "answer", ["yes", "no"]).iloc[0]
    return {
        **row,
        "gap": found.weighting.report.largest_gap,
        "largest": float(adjusted.max()),
        "kish": found.weighting.report.final.kish_deff,
        **{name: float(share[name]) for name in ("estimate", "se", "lower", "upper")},
    }


def chunk(draws: Sequence[tuple[int, int]]) -> list[dict[str, object]]:
    """Some draws, each a size and a seed."""
    warnings.simplefilter("ignore")  # small groups are the subject here
    return [one_draw(*draw) for draw in draws]


def run(draws: int, workers: int, sizes: Sequence[int] = SIZES) -> pd.DataFrame:
    """All draws: one row each."""
    todo = [(n, seed) for n in sizes for seed in range(draws)]
    if workers == 1:
        rows = chunk(todo)
    else:
        parts = [todo[start :: workers * 4] for start in range(workers * 4)]
        with ProcessPoolExecutor(workers) as pool:
            rows = [row for part in pool.map(chunk, parts) for row in part]
    return pd.DataFrame(rows).sort_values(["n", "seed"]).reset_index(drop=True)


def table(results: pd.DataFrame) -> str:
    """Where the draws of each size end and what happened in them, as Markdown."""
    sizes = sorted(results["n"].unique())
    by_size = {n: results[results["n"] == n] for n in sizes}
    truth = float((people()["answer"] == "yes").mean())

    def line(name: str, cells: Iterable[object]) -> str:
        return f"| {name} | " + " | ".join(str(cell) for cell in cells) + " |"

    def counted(column: str) -> list[int]:
        return [int(by_size[n][column].sum()) for n in sizes]

    rows = [
        line("respondents wanted", sizes),
        "|---|" + "--:|" * len(sizes),
        line(
            "respondents, least to most",
            (f"{r['respondents'].min()} to {r['respondents'].max()}" for r in by_size.values()),
        ),
        line("draws", (len(r) for r in by_size.values())),
        *(
            line(f"**ends with** {said}", ((r["end"] == end).sum() for r in by_size.values()))
            for end, said in ENDS.items()
        ),
        *(line(said, counted(column)) for column, said in MARKS.items()),
        line(
            "largest gap of a margin without trimming",
            (f"{r.loc[~r['trimmed'], 'gap'].max():.1e}" for r in by_size.values()),
        ),
        line(
            "largest gap of a margin after trimming",
            (_percent(r.loc[r["trimmed"], "gap"].max()) for r in by_size.values()),
        ),
        line(
            "median of Kish's design effect",
            (f"{r['kish'].median():.2f}" for r in by_size.values()),
        ),
        line(
            "bias of the share, points",
            (f"{100 * (r['estimate'].mean() - truth):+.1f}" for r in by_size.values()),
        ),
        line(
            "mean standard error over the spread of the estimates",
            (f"{r['se'].mean() / r['estimate'].std():.2f}" for r in by_size.values()),
        ),
        line(
            "intervals that cover the truth",
            (
                _percent(((r["lower"] <= truth) & (truth <= r["upper"])).mean())
                for r in by_size.values()
            ),
        ),
    ]
    return "\n".join(rows)


def _percent(value: float) -> str:
    return "-" if np.isnan(value) else f"{100 * value:.1f} %"


def page(results: pd.DataFrame) -> str:
    """The page of the benchmark."""
    return f"""# Small waves: what is kept of the margins

Written by `benchmarks/small_waves.py`. Each draw takes about n of the 12,000
people of the [simulated wave](simulated-wave.md) and weights them to profession (two of the seven
are combined), region and size. Small categories are merged and margins removed in the order of
`survey/weighting/adapting.py`.

{table(results)}

Both the estimated share and the response rate depend on region. The interval is Korn-Graubard's
at 95 %, from a jackknife whose replicates are weighted in the same way. A replicate that cannot
meet both margins and limits is calibrated linearly; for large samples this gives the same variance.
"""


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the draws and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--draws", type=int, default=200, help="of each size (200)")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--out", type=Path, default=MEASUREMENTS, help="the page")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.draws < 2 or options.workers < 1:
        parser.error("at least 2 draws and 1 worker")
    start = time.monotonic()
    write_section(options.out, page(run(options.draws, options.workers)))
    print(f"{options.draws} draws a size in {time.monotonic() - start:.0f} s -> {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
