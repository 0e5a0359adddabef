"""Is a difference found as often as the plan of a next wave says? Six designs, drawn for real.

The plan (`analysis.planning`) says which difference between two groups would be found with a power
of 0.8. Here people are drawn from a frame by `survey.sizes.draw`, each of them answers or not,
and those who answered are weighted and tested as a wave is: nothing is shared with the plan but the
program's own statistics. Groups differ by what the plan said; in how many draws is it found?

    .venv/bin/python benchmarks/next_wave.py             # 1000 simulated, 2000 drawn: minutes

Designs `spread` and `raked` are planned for from weights of another shape, and from the respondents
of one earlier draw.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

# One BLAS thread a worker: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from readiness.analysis.planning import (  # noqa: E402
    Simulation,
    Wanted,
    expect,
    invite,
    share_out,
    simulate,
    spread_people,
)
from readiness.analysis.selection import Selection  # noqa: E402
from readiness.analysis.weighting import Margins, weigh_wave  # noqa: E402
from readiness.config import Weight  # noqa: E402
from readiness.survey.sizes import draw, smallest_difference  # noqa: E402

POWER, WITHIN = 0.8, 0.03


@dataclass(frozen=True)
class Planned:
    """A design: people by group, and what is guessed of them; `raked`: to a region that those who
    answer less live in, else `deff` comes from weights that the frame has.
    """

    name: str
    people: tuple[int, ...]
    method: str
    total: int | None = None
    margin: float | None = None
    share: float = 0.5
    deff: float = 1.0
    response: float = 0.6
    raked: bool = False


DESIGNS = (
    Planned("two groups", (400, 300), "proportional", 150),
    Planned("smallest", (300, 500, 200), "smallest", margin=0.14),
    Planned("taken nearly whole", (70, 90, 400), "equal", 120),
    Planned("rare", (400, 150, 300), "neyman", 180, share=0.2),
    Planned("spread", (300, 200, 250), "power", 150, deff=1.4),
    Planned("raked", (300, 250, 200), "equal", 150, response=0.5, raked=True),
)


def frame_of(planned: Planned) -> pd.DataFrame:
    """Everybody, with a region, a chance to answer, and a weight relative to the group's mean."""
    rng = np.random.Generator(np.random.PCG64(len(planned.name)))
    group = np.repeat([f"g{k}" for k in range(len(planned.people))], planned.people)
    north = rng.random(len(group)) < 0.4
    tilt = np.where(north, 0.7, 1.2) if planned.raked else 1.0
    # A lognormal: the plan knows its design effect alone.
    sigma = np.sqrt(np.log(planned.deff))
    relative = np.exp(sigma * rng.standard_normal(len(group)) - sigma**2 / 2)
    known = {"token": [f"{k:06d}" for k in range(len(group))], "stratum": group}
    return pd.DataFrame(known).assign(
        group=group, region=np.where(north, "north", "south"), chance=planned.response * tilt,
        relative=relative,
    )  # fmt: skip


def strata_of(planned: Planned) -> pd.DataFrame:
    """The plan's strata."""
    names = [f"g{k}" for k in range(len(planned.people))]
    table = {"stratum": names, "group": names, "population": np.array(planned.people, float)}
    return pd.DataFrame(table).assign(
        share=planned.share, deff=planned.deff, response=planned.response
    )


def weighting_of(planned: Planned, frame: pd.DataFrame) -> tuple[Weight, Margins]:
    """Its settings and margins."""
    counts = {name: frame[name].value_counts().to_dict() for name in ("group", "region")}
    return Weight(), counts if planned.raked else {}


@cache
def invited(planned: Planned) -> dict[str, int]:
    """How many the plan asks of each stratum."""
    strata = strata_of(planned)
    answers = share_out(strata, planned.method, planned.total, Wanted(planned.margin))
    return dict(zip(strata["stratum"], invite(strata, answers).astype(int).tolist(), strict=True))


def respondents(planned: Planned, frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Those who answer of one draw, with base weights."""
    sizes = invited(planned)
    ids, strata = frame["token"].tolist(), frame["stratum"].tolist()
    drawn = frame.iloc[draw(ids, strata, sizes, seed)]
    rng = np.random.Generator(np.random.PCG64([2, seed]))
    found = drawn[rng.random(len(drawn)) < drawn["chance"]].reset_index(drop=True)
    people = found["stratum"].map(dict(zip(sizes, planned.people, strict=True)))
    base = people / found["stratum"].map(sizes) * found["relative"]
    return found.assign(base_weight=base, stratum_population=people)


def said(planned: Planned, samples: int) -> tuple[Simulation, float, float]:
    """What the plan says: its simulation, the difference by it, and by the formula."""
    strata, wanted, frame = strata_of(planned), Wanted(planned.margin), frame_of(planned)
    answers = share_out(strata, planned.method, planned.total, wanted)
    people = respondents(planned, frame, 99) if planned.raked else spread_people(strata)
    if planned.raked:
        people = people.drop(columns="relative")
    weighting, pair = weighting_of(planned, frame), ("g0", "g1")
    made = simulate(strata, answers, people, weighting, wanted, pair, samples, 1)
    sizes = expect(strata, answers, wanted).set_index("group")["effective"]
    reach = wanted.reach(len(planned.people))
    formula = float(smallest_difference(planned.share, (sizes["g0"], sizes["g1"]), reach))
    return made, made.smallest(formula), formula


def found_in(planned: Planned, difference: float, seeds: Iterable[int]) -> list[bool]:
    """In which draws the difference is found, by the test of a wave."""
    warnings.simplefilter("ignore")
    frame = frame_of(planned)
    weight, margins = weighting_of(planned, frame)
    groups = tuple(strata_of(planned)["stratum"])
    totals = dict(zip(groups, map(float, planned.people), strict=True))
    found = []
    for seed in seeds:
        table = respondents(planned, frame, seed)
        made = weigh_wave(table, totals, margins, weight, Selection.PROBABILITY)
        assert made.weighting is not None
        design = made.weighting.design.without_finite_population()
        answers = np.random.Generator(np.random.PCG64([3, seed])).random(len(table))
        one = Simulation([(design, answers)], groups, ("g0", "g1"), planned.share, Wanted())
        found.append(one.power(difference) > 0)
    return found


def run(
    draws: int, samples: int, workers: int, designs: Iterable[Planned] = DESIGNS
) -> pd.DataFrame:
    """One row a design: what the plan said, and what came of it."""
    rows = []
    for planned in designs:
        _, difference, formula = said(planned, samples)
        seeds = [range(1000 + k, 1000 + draws, workers) for k in range(workers)]
        work = partial(found_in, planned, difference)
        if workers == 1:
            found = work(seeds[0])
        else:
            with ProcessPoolExecutor(workers) as pool:
                found = [one for part in pool.map(work, seeds) for one in part]
        row = {"design": planned.name, "formula": formula, "difference": difference}
        rows.append({**row, "power": float(np.mean(found)), "draws": len(found)})
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def main() -> int:
    """Run all designs; 1 where one is further from the plan than 0.03."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    table = run(options.draws, options.samples, options.workers)
    print(table.to_string(index=False))
    return int((table["power"] - POWER).abs().max() > WITHIN)


if __name__ == "__main__":
    sys.exit(main())
