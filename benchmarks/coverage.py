"""Coverage of the intervals and size of the tests, on samples from a population that is known.

A population of 12,000 has four strata and eight professions. One item does not differ between
professions (size of the tests), one does (coverage of shares, contrasts and effect sizes). Samples
of 32, 120 and 600 are drawn with equal numbers a stratum, so that weights differ, in two ways:

- stratified: all answer, weights of the design, finite population correction;
- raked: twice as many are drawn, answering depends on profession and stratum, and the answers are
  raked to both margins (SE from GREG residuals).

Professions collapse as declared here, before any data: to three groups at n = 32, to four at 120
(and at 600, to show where Rao-Scott's is primary); at 32 the strata count in pairs in the raking.
A sample that can't be raked is excluded and counted.

    .venv/bin/python benchmarks/coverage.py           # 300 runs a setting, a few minutes
    .venv/bin/python benchmarks/coverage.py --full    # 4,000 runs, as in docs/coverage.md

The result does not depend on the number of workers. It is written to docs/coverage.md.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

# One BLAS thread a worker: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from coverage_samples import (  # noqa: E402
    SEED,
    SETTINGS,
    Setting,
    collapse,
    draw,
    effective_sizes,
    group_sizes,
    population,
)
from readiness.errors import ReadinessError  # noqa: E402
from readiness.files import write_atomically  # noqa: E402
from readiness.survey import Design, design, proportion_interval  # noqa: E402
from readiness.survey.comparisons import (  # noqa: E402
    ComparisonRow,
    association,
    choose,
    covariates,
    factor,
    fisher_freeman_halton,
    ordinal_model,
    pairwise,
    permutation_test,
    probability_of_superiority,
    rank_test,
    rao_scott_test,
)
from readiness.survey.comparisons.effects import cramers_v  # noqa: E402
from readiness.survey.estimates import proportion_estimates  # noqa: E402

ALPHA = 0.05
PERMUTATIONS = 199
SHARES = ("korn-graubard", "logit", "wilson", "wald")
LEAD_ROW = {"permutation": "permutation, mid-ranks", "rao_scott": "Rao-Scott F (second order)"}


def tests(sample: Design, setting: Setting, seed: int) -> dict[str, Callable[[], ComparisonRow]]:
    """Tests of `same` across the groups, by the name that the table shows."""
    data = sample.data

    def term() -> ComparisonRow:
        x = covariates(sample, ["group"], categorical=["group"])
        return ordinal_model(sample, "same", x, levels=range(4)).term_test("group")

    def odds() -> ComparisonRow:
        x = covariates(sample, ["group"], categorical=["group"])
        return ordinal_model(sample, "same", x, levels=range(4)).proportional_odds_check()

    def permuted(statistic: Any) -> ComparisonRow:
        return permutation_test(
            sample,
            "same",
            "group",
            blocks="stratum",
            permutations=PERMUTATIONS,
            seed=seed,
            statistic=statistic,
        )

    made: dict[str, Callable[[], ComparisonRow]] = {
        "Rao-Scott F (second order)": lambda: association(sample, "group", "same", "F"),
        "Rao-Scott chi-square (first order)": lambda: association(sample, "group", "same", "Chisq"),
        "adjusted Wald": lambda: association(sample, "group", "same", "adjWald"),
        "Kruskal-Wallis, design-based": lambda: rank_test(sample, "same", "group"),
        "ordinal logit, term": term,
        "check of proportional odds": odds,
        "permutation, mid-ranks": lambda: permuted("midrank"),
        "permutation, Pearson": lambda: permuted("pearson"),
    }
    if setting.n <= 32:
        counts = pd.crosstab(data["group"], data["same"]).to_numpy()
        made["Fisher-Freeman-Halton (unweighted)"] = lambda: fisher_freeman_halton(counts)
    return made


def truth(people: pd.DataFrame, setting: Setting) -> dict[str, float]:
    """The population's values of everything that gets an interval."""
    first, last = setting.groups[0], setting.groups[-1]
    whole = design(people)
    low = people["differs"] < 2
    share = low.groupby(people["group"]).mean()
    table = pd.crosstab(people["group"], people["differs"]).to_numpy()
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    phi2 = ((table - expected) ** 2 / expected).sum() / table.sum()
    fit = ordinal_model(
        whole, "differs", covariates(whole, ["group"], categorical=["group"]), levels=range(4)
    )
    superiority = probability_of_superiority(
        whole, factor(whole, "differs", range(4)), factor(whole, "group"), 0, len(share) - 1
    ).effect
    return {
        "two lowest levels, all": float(low.mean()),
        "highest level, all": float((people["differs"] == 3).mean()),
        "two lowest levels, smallest group": float(share[last]),
        "contrast of two groups": float(share[last] - share[first]),
        "probability of superiority": float(superiority or 0.0),
        "Cramer's V": float(np.sqrt(phi2 / (min(table.shape) - 1))),
        "odds ratio": float(np.exp(fit.coefficients[-1])),
    }


def intervals(sample: Design, setting: Setting) -> dict[str, Callable[[], list[Any]]]:
    """Intervals: target -> [(method, lower, upper), ...]."""
    last = setting.groups[-1]

    def share(codes: tuple[int, ...], inside: np.ndarray | None = None) -> list[Any]:
        hit = np.isin(sample.data["differs"], codes).astype(int)
        made = proportion_estimates(sample, hit, [0, 1], base=inside)
        p, se, n, df = (
            float(np.ravel(v)[-1]) for v in (made.values, made.se, made.n, made.degrees_of_freedom)
        )
        return [
            (method, *(float(v) for v in proportion_interval(method, p, se, n, df)))  # type: ignore[arg-type]
            for method in SHARES
        ]

    def one(method: str, row: ComparisonRow) -> list[Any]:
        return [(method, row.lower, row.upper)] if row.lower is not None else []

    groups, answers = factor(sample, "group", setting.groups), factor(sample, "differs", range(4))
    return {
        "two lowest levels, all": lambda: share((0, 1)),
        "highest level, all": lambda: share((3,)),
        "two lowest levels, smallest group": lambda: share(
            (0, 1), (sample.data["group"] == last).to_numpy()
        ),
        "contrast of two groups": lambda: one(
            "t on design df",
            next(
                r
                for r in pairwise(
                    sample,
                    (sample.data["differs"] < 2).astype(float),
                    "group",
                    group_levels=setting.groups,
                    adjust="none",
                )
                if (r.a, r.b) == (str(setting.groups[0]), str(last))
            ),
        ),
        "probability of superiority": lambda: one(
            "logit",
            probability_of_superiority(sample, answers, groups, 0, len(setting.groups) - 1),
        ),
        "Cramer's V": lambda: one(
            "noncentral Rao-Scott F", cramers_v(rao_scott_test(sample, groups, answers))
        ),
        "odds ratio": lambda: one(
            "ordinal logit, t",
            ordinal_model(
                sample,
                answers.codes,
                covariates(sample, ["group"], categorical=["group"]),
                levels=range(4),
            ).odds_ratios()[-1],
        ),
    }


Tally = dict[tuple[str, str], list[float]]


def one_run(setting: Setting, seed: int) -> tuple[Tally, Tally]:
    """Rejections (0/1, NaN: no result) and covers (with widths) of one sample."""
    if _STATE.get("setting") != setting:
        people = collapse(population(), setting)
        _STATE.update(setting=setting, people=people, truth=truth(people, setting))
    people = _STATE["people"]
    rejected: Tally = defaultdict(list)
    covered: Tally = defaultdict(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sample = draw(people, setting, seed)
        except ReadinessError:
            rejected["excluded", ""].append(1.0)
            return rejected, covered
        p: dict[str, float] = {}
        for name, test in tests(sample, setting, seed).items():
            try:
                value = test().p_value
            except ReadinessError:
                value = None
            p[name] = math.nan if value is None else value
            rejected[name, ""].append(p[name])
        choice = choose(sample.n, group_sizes(sample), effective_sizes(sample))
        rejected["the primary test", LEAD_ROW[choice.lead]].append(p[LEAD_ROW[choice.lead]])
        for target, make in intervals(sample, setting).items():
            try:
                found = make()
            except ReadinessError:
                found = []
            value = _STATE["truth"][target]
            for method, lower, upper in found:
                if math.isnan(lower) or math.isnan(upper):
                    continue  # one respondent in the domain: no interval to judge
                covered[target, method] += [float(lower <= value <= upper), upper - lower]
    return rejected, covered


_STATE: dict[str, Any] = {}


def chunk(arguments: tuple[Setting, int, int]) -> tuple[Tally, Tally]:
    """Some runs of a setting, in the order of their seeds."""
    setting, start, stop = arguments
    rejected: Tally = defaultdict(list)
    covered: Tally = defaultdict(list)
    for seed in range(start, stop):
        for total, part in zip((rejected, covered), one_run(setting, seed), strict=True):
            for key, values in part.items():
                total[key] += values
    return rejected, covered


def study(runs: int, workers: int) -> dict[Setting, tuple[Tally, Tally]]:
    """All settings; chunks of 50 runs shared out to the workers."""
    jobs = [(s, a, min(a + 50, runs)) for s in SETTINGS for a in range(0, runs, 50)]
    results: dict[Setting, tuple[Tally, Tally]] = {
        s: (defaultdict(list), defaultdict(list)) for s in SETTINGS
    }
    with ProcessPoolExecutor(workers) as pool:
        for (setting, _, _), parts in zip(jobs, pool.map(chunk, jobs), strict=True):
            for total, part in zip(results[setting], parts, strict=True):
                for key, values in part.items():
                    total[key] += values
    return results


def size_table(results: dict[Setting, tuple[Tally, Tally]]) -> list[str]:
    """Share of rejections at 5 %, with the runs that gave a result when not all did."""
    names: list[str] = []
    cells: dict[tuple[str, Setting], str] = {}
    for setting, (rejected, _) in results.items():
        leads = {k[1]: len(v) for k, v in rejected.items() if k[0] == "the primary test"}
        lead = np.concatenate([v for k, v in rejected.items() if k[0] == "the primary test"])
        limit = 0.06 + 2 * math.sqrt(0.06 * 0.94 / len(lead))
        rate = float(np.mean(lead <= ALPHA))
        # A run without a result is no rejection: nothing would be claimed from it.
        verdict = "valid" if rate <= limit else "TOO OFTEN"
        cells["the primary test", setting] = f"**{rate:.3f}** ({verdict})"
        shown = ", ".join(f"{k} {v / len(lead):.0%}" for k, v in sorted(leads.items()))
        cells["which one it is", setting] = shown
        aside = len(rejected.get(("excluded", ""), []))
        cells["samples excluded", setting] = str(aside)
        for (name, _), values in rejected.items():
            if name in ("the primary test", "excluded"):
                continue
            names += [name] if name not in names else []
            p = np.array(values)
            made = ~np.isnan(p)
            text = f"{np.mean(p[made] <= ALPHA):.3f}" if made.any() else "no result"
            cells[name, setting] = text + (part(float(made.mean())) if made.any() else "")
    rows = ["the primary test", "which one it is", *names, "samples excluded"]
    return grid("test", rows, cells)


def coverage_table(results: dict[Setting, tuple[Tally, Tally]], runs: int) -> list[str]:
    """Share of intervals that hold the truth, mean width, and runs with an interval."""
    names: list[str] = []
    cells: dict[tuple[str, Setting], str] = {}
    for setting, (_, covered) in results.items():
        for (target, method), values in covered.items():
            name = f"{target}: {method}"
            names += [name] if name not in names else []
            held, width = np.array(values[::2]), np.array(values[1::2])
            share = part(len(held) / runs)
            shown = f"{np.median(width):.2f}" if target == "odds ratio" else f"{width.mean():.3f}"
            cells[name, setting] = f"{held.mean():.3f}; {shown}{share}"
    return grid("interval", sorted(names), cells)


def part(share: float) -> str:
    """In brackets, the share of samples with a result, when not all have one."""
    if share == 1:
        return ""
    return f" ({share:.0%})" if share < 0.995 else " (>99%)"


def grid(head: str, rows: list[str], cells: dict[tuple[str, Setting], str]) -> list[str]:
    """A Markdown table of settings in columns."""
    lines = ["| " + " | ".join([head, *(s.name for s in SETTINGS)]) + " |"]
    lines.append("|" + "---|" * (len(SETTINGS) + 1))
    for row in rows:
        lines.append("| " + " | ".join([row, *(cells.get((row, s), "") for s in SETTINGS)]) + " |")
    return lines


def document(results: dict[Setting, tuple[Tally, Tally]], runs: int) -> str:
    """The page docs/coverage.md."""
    error = math.sqrt(0.05 * 0.95 / runs)
    intro = (__doc__ or "").split("\n\n    .venv")[0].split("\n\n")
    parts = [
        "# Coverage of the intervals and size of the tests",
        "Written by `benchmarks/coverage.py`; everything here is simulated. "
        f"{runs:,} runs a setting, seed {SEED}, {PERMUTATIONS} permutations each; "
        f"simulation standard error of a share near .05 or .95: {error:.4f}.",
        *intro[1:],
        "## Size: share of samples where a test rejects though nothing differs",
        "Columns: n and number of groups. Nominal level .05. The primary test is "
        "the one that the program picks by n and by the smallest group (`choose`); it is valid "
        "when its size is at most .06 plus two simulation standard errors. A percentage in "
        "brackets is the share of samples where the test has a result (the ordinal logit "
        "has no estimate under separation).",
        "\n".join(size_table(results)),
        "Why the permutation test is primary in small groups: the asymptotic tests estimate one "
        "variance for each group, and in small or unequally weighted groups that estimate is too "
        "small too often. The permutation of the answers within strata needs no variance.",
        "## Coverage: share of 95 % intervals that hold the population's value; mean width",
        "The item that differs. For the odds ratio the median width. A percentage in brackets is "
        "the share of samples with an interval.",
        "How to read it: Wald intervals of a share fall short first, Korn-Graubard's last. At "
        "n = 32 in unequally weighted groups, and more so after raking, every interval has the "
        "truth less often than it says: there a contrast of two groups is an indication, and the "
        "primary test is the permutation test.",
        "\n".join(coverage_table(results, runs)),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Run the study and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=300, help="samples a setting")
    parser.add_argument("--full", action="store_true", help="4,000 samples a setting")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "coverage.md")
    options = parser.parse_args()
    runs = 4_000 if options.full else options.runs
    write_atomically(options.out, document(study(runs, options.workers), runs))
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
