"""Which test is primary, and what intervals hold: measured with the workflow's own weights.

Six configurations (`wave_samples.py`): the shipped wave's (about 640 answers in seven professions)
and five more of about 30, 60, 150, 640 and 3,000 answers in three to seven groups. Strata are the
professions, drawn as in the shipped wave or alike. Answering depends on region and size. Answers
are raked within limits to three margins, each replicate again; where few answer, what the weighting
merges or leaves out by itself.

    .venv/bin/python benchmarks/coverage.py --rounds 25 --counts coverage.csv
    .venv/bin/python benchmarks/coverage.py --rounds 0 --counts coverage.csv \\
        --page docs/measurements.md

Runs in rounds of some samples a configuration, writes the counts after each and goes on from them;
each sample has its own seed, so that rounds may stop and go on. `coverage_page.py` writes the page.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "examples/simulated-wave")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from coverage_page import document  # noqa: E402
from measurements import write_section  # noqa: E402
from readiness.ground.errors import ReadinessError  # noqa: E402
from readiness.ground.files import write_atomically  # noqa: E402
from readiness.survey import (  # noqa: E402
    Design,
    association,
    covariates,
    ordinal_model,
    permutation_test,
    proportion_estimates,
    proportion_interval,
    rank_test,
    share_contrasts,
)
from readiness.survey.estimates.proportions import Proportions  # noqa: E402
from wave_answers import CLEAR, DISPERSED, NULLS, OUTCOMES, population  # noqa: E402
from wave_samples import Setting, answering, weighted  # noqa: E402

# The shipped configuration first; with it the samples of a round, and those in which only the level
# of the permutation tests is counted: they need the weights, and neither replicates nor intervals.
SETTINGS: dict[Setting, tuple[int, int]] = {
    Setting(640, 7): (4, 4),
    Setting(30, 3): (10, 20),
    Setting(60, 4): (8, 14),
    Setting(150, 7): (6, 10),
    Setting(640, 4, equal=True): (3, 4),
    Setting(3000, 7): (1, 4),
}
REFITTED_UP_TO = 1000
PERMUTATIONS = {30: 399, 60: 399, 150: 399, 640: 199, 3000: 199}
ALPHA = 0.05
PERMUTED = ("combined",)
# Of these only the level is counted, and the power against dispersion.
BY_NAME = ("categories",)
LEVEL_ONLY = (*NULLS, DISPERSED)
# Outcomes of which intervals are judged: each costs more than all tests of one.
WITH_INTERVALS = (NULLS[0], NULLS[2], CLEAR[3])
# Seeds from here on are of samples in which only the level is counted.
LEVELS_FROM = 1_000_000
BASES = ((0, 5), (5, 10), (10, 20), (20, 30), (30, 100), (100, 100_000))

# What, outcome, name, and a value: 1 or 0 or a number; NaN where there is no result.
Row = tuple[str, str, str, float]


def tests(
    sample: Design, outcome: str, draws: int, seed: int, asymptotic: bool
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Tests by name."""

    def permuted(statistic: str, blocks: pd.Series | None = None) -> Callable[[], object]:
        return lambda: permutation_test(
            sample,
            outcome,
            "group",
            blocks=blocks,
            permutations=draws,
            seed=seed,
            statistic=statistic,  # type: ignore[arg-type]
        )

    for statistic in (*PERMUTED, *(BY_NAME if outcome in LEVEL_ONLY else ())):
        yield f"permutation, {statistic}", permuted(statistic)
    if outcome in NULLS:
        region, size = sample.data["region"], sample.data["size"]
        yield "combined, blocks by region", permuted("combined", region)
        yield "combined, blocks by region and size", permuted("combined", region + size)
    if asymptotic:
        yield from _asymptotic(sample, outcome)


def _asymptotic(sample: Design, outcome: str) -> Iterator[tuple[str, Callable[[], object]]]:
    def term() -> object:
        x = covariates(sample, ["group"], categorical=["group"])
        return ordinal_model(sample, outcome, x, levels=range(4)).term_test("group")

    yield "Rao-Scott F", lambda: association(sample, "group", outcome, "F")
    yield "Kruskal-Wallis, design", lambda: rank_test(sample, outcome, "group")
    yield "ordinal logit, term", term
    if outcome in LEVEL_ONLY and sample.replicates is not None and sample.n <= REFITTED_UP_TO:
        again = sample.refitting()
        yield "Rao-Scott F, refitted", lambda: association(again, "group", outcome, "F")
        yield "Kruskal-Wallis, refitted", lambda: rank_test(again, outcome, "group")


def tested(
    sample: Design, outcomes: Sequence[str], draws: int, seed: int, asymptotic: bool = True
) -> Iterator[Row]:
    """Rejections of every test and outcome."""
    for outcome in outcomes:
        for name, test in tests(sample, outcome, draws, seed, asymptotic):
            try:
                p = test().p_value  # type: ignore[attr-defined]
            except ReadinessError:
                p = None
            yield "test", outcome, name, math.nan if p is None else float(p <= ALPHA)


def base_of(n: int) -> str:
    """The class of a base."""
    low, high = next(pair for pair in BASES if pair[0] <= n < pair[1])
    return f"base {low} and more" if high > 1000 else f"base {low} to {high - 1}"


def shares(sample: Design, outcome: str, groups: int, truth: np.ndarray) -> Iterator[Row]:
    """Does the interval of the share of the two lowest levels hold the truth?"""
    low = (sample.data[outcome] < 2).astype(int)
    codes = sample.data["group"].to_numpy()
    for g in range(groups + 1):
        inside = np.ones(sample.rows, bool) if g == groups else codes == g
        held = math.nan
        try:
            made = proportion_estimates(sample.subset(inside), low, [0, 1])
            p, se, n, df = last(made)
            if n > 1 and df > 0:
                lower, upper = proportion_interval("korn-graubard", p, se, n, df)
                held = float(lower <= truth[g] <= upper)
        except ReadinessError:
            pass  # one respondent, whom a replicate leaves out: no interval
        yield "share", outcome, "all" if g == groups else "groups", held
        if g < groups:
            yield "share", outcome, base_of(int(inside.sum())), held


def last(made: Proportions) -> tuple[float, float, int, int]:
    """Share, standard error, base and degrees of freedom of the last category."""
    p, se, n, df = (
        np.ravel(v)[-1] for v in (made.values, made.se, made.n, made.degrees_of_freedom)
    )
    return float(p), float(se), int(n), int(df)


def contrasts(sample: Design, outcome: str, groups: int, truth: np.ndarray) -> Iterator[Row]:
    """Limits of the pairs, alone and together; does any pair of a null have a small adjusted p?"""
    low = (sample.data[outcome] < 2).astype(float)
    made = share_contrasts(sample, low, "group", group_levels=range(groups))
    together, rejected = True, False
    counts = sample.data["group"].value_counts()
    for row in made:
        a, b = int(row.a or 0), int(row.b or 0)
        if row.lower is None or row.upper is None or row.simultaneous_lower is None:
            continue
        value = truth[b] - truth[a]
        held = float(row.lower <= value <= row.upper)
        yield "contrast", outcome, "pairs", held
        yield "contrast", outcome, base_of(int(min(counts.get(a, 0), counts.get(b, 0)))), held
        together &= bool(row.simultaneous_lower <= value <= (row.simultaneous_upper or 0.0))
        rejected |= row.p_adjusted is not None and row.p_adjusted <= ALPHA
    yield "simultaneous", outcome, "all pairs", float(together)
    if outcome in NULLS:
        yield "familywise", outcome, "all pairs", float(rejected)


def silent(people: pd.DataFrame, setting: Setting, seed: int) -> Iterator[Row]:
    """Bias and coverage where response depends on the answer itself."""
    made = weighted(answering(people, setting, seed, "silent"), None).weighting
    if made is None:
        return
    truth = float((people["same"] < 2).mean())
    low = (made.design.data["same"] < 2).astype(int)
    p, se, n, df = last(proportion_estimates(made.design, low, [0, 1]))
    lower, upper = proportion_interval("korn-graubard", p, se, n, df)
    yield "silent", "same", "bias", p - truth
    yield "silent", "same", "coverage", float(lower <= truth <= upper)


def one_sample(setting: Setting, seed: int) -> list[Row]:
    """All rows of one sample."""
    people = population(setting)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        respondents = answering(people, setting, seed)
        made = weighted(respondents)
        if made.weighting is None:
            return [("sample", "", "not weighted", 1.0)]
        sample = made.weighting.design
        rows: list[Row] = [("sample", "", "weighted", 1.0), ("sample", "", "n", float(sample.n))]
        rows += [("step", "", step.kind, 1.0) for step in made.steps]
        rows += tested(sample, OUTCOMES, PERMUTATIONS[setting.n], seed)
        for outcome in WITH_INTERVALS:
            low = people[outcome] < 2
            truth = np.append(low.groupby(people["group"]).mean().to_numpy(), low.mean())
            rows += shares(sample, outcome, setting.groups, truth)
            rows += contrasts(sample, outcome, setting.groups, truth)
        rows += silent(people, setting, seed)
    return rows


def level_of(setting: Setting, seed: int) -> list[Row]:
    """The level of the permutation tests in one sample."""
    people = population(setting)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = weighted(answering(people, setting, seed), None)
        if made.weighting is None:
            return []
        draws = PERMUTATIONS[setting.n]
        return list(tested(made.weighting.design, NULLS, draws, seed, asymptotic=False))


KEYS = ["setting", "what", "outcome", "name"]


def counted(rows: list[tuple[str, *Row]]) -> pd.DataFrame:
    """Sum of the values, number of results, number of cases, by setting and name."""
    table = pd.DataFrame(rows, columns=[*KEYS, "value"])
    grouped = table.groupby(KEYS, sort=True)["value"]
    return grouped.agg(total="sum", results="count", cases="size").reset_index()


def run(rounds: int, counts: Path, only: list[str] | None, minutes: float) -> pd.DataFrame:
    """The counts after so many rounds, going on from those in the file."""
    start = time.monotonic()
    total = pd.read_csv(counts, keep_default_na=False) if counts.exists() else None
    done = 0 if total is None else int(total.loc[total["what"] == "round", "total"].max())
    chosen = [s for s in SETTINGS if not only or s.name in only]
    for place in range(done, rounds):
        rows: list[tuple[str, *Row]] = []
        for setting in chosen:
            whole, level = SETTINGS[setting]
            for seed in range(place * whole, (place + 1) * whole):
                rows += [(setting.name, *row) for row in one_sample(setting, seed)]
            for seed in range(place * level, (place + 1) * level):
                rows += [(setting.name, *row) for row in level_of(setting, LEVELS_FROM + seed)]
            rows.append((setting.name, "round", "", "", 1.0))
        parts = [counted(rows)] if total is None else [total, counted(rows)]
        total = pd.concat(parts).groupby(KEYS, sort=True).sum().reset_index()
        write_atomically(counts, total.to_csv(index=False))
        print(f"round {place + 1} after {time.monotonic() - start:.0f} s", flush=True)
        if time.monotonic() - start > 60 * minutes:
            break
    if total is None:
        raise SystemExit(f"{counts} is not there and no rounds were asked for")
    return total


def main() -> None:
    """Run rounds, and write the page if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=1, help="rounds in all")
    parser.add_argument("--minutes", type=float, default=math.inf, help="no new round after these")
    parser.add_argument("--only", nargs="*", help="names of configurations")
    parser.add_argument("--counts", type=Path, required=True, help="CSV of counts")
    parser.add_argument("--page", type=Path, help="Markdown page to write")
    options = parser.parse_args()
    total = run(options.rounds, options.counts, options.only, options.minutes)
    if options.page:
        write_section(options.page, document(total, list(SETTINGS)))


if __name__ == "__main__":
    main()
