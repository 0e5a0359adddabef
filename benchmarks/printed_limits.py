"""Coverage of the limits that a report prints, which follow from printed numbers alone.

Limits of a share are those of Clopper and Pearson for the printed percentage and one effective
sample size of its question in a group (`register/precision.py`), themselves rounded to whole
percents. Samples are simulated: answers of four levels, weights of a given design effect that are
unrelated to the answers. Every sample is printed by the function that registers call.

    .venv/bin/python benchmarks/printed_limits.py [--samples 2000] [--counts FILE] [--write]

prints a row a cell: n, design effect, true share, coverage, and the width as a multiple of that of
Korn and Graubard's limits from the unrounded share with its own standard error. `--counts` keeps
that table, or reads it where it is there; `--write` makes the section of docs/measurements.md.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from measurements import MEASUREMENTS, write_section
from readiness.register.precision import ShareDigits, print_precision
from readiness.survey.intervals import proportion_interval

SIZES = (30, 60, 150, 400, 650)
EFFECTS = (1.0, 1.5, 2.0, 2.5)
SHARES = (0.02, 0.05, 0.10, 0.30, 0.50, 0.70, 0.90, 0.95, 0.98)
LEVEL = 0.95
ITEM, LEVELS = "asked", ("first", "second", "third", "fourth")


def draw_weights(rng: np.random.Generator, samples: int, n: int, effect: float) -> np.ndarray:
    """Return positive weights, shape (samples, n), whose design effect is `effect` on average."""
    spread = np.sqrt(np.log(effect))
    return rng.lognormal(0.0, spread, (samples, n)) if spread else np.ones((samples, n))


def simulate(n: int, effect: float, share: float, samples: int, seed: int) -> dict[str, float]:
    """Return the coverage and the relative width of the limits of one share in one setting."""
    rng = np.random.default_rng(seed)
    rest = (1 - share) * np.array([0.5, 0.3, 0.2])
    answers = rng.choice(4, size=(samples, n), p=[share, *rest])
    weights = draw_weights(rng, samples, n, effect)
    weights /= weights.sum(axis=1, keepdims=True)
    chosen = answers[:, None, :] == np.arange(4)[None, :, None]
    estimates = (chosen * weights[:, None, :]).sum(axis=2)
    residuals = weights[:, None, :] * (chosen - estimates[:, :, None])
    errors = np.sqrt((residuals**2).sum(axis=2) * n / (n - 1))
    table = pd.DataFrame(
        {
            "item": ITEM,
            "level": np.tile(LEVELS, samples),
            # One group a sample: each is printed by itself.
            "group": np.repeat(np.arange(samples).astype(str), len(LEVELS)),
            "base": "answered",
            "n": n,
            "estimate": estimates.ravel(),
            "se": errors.ravel(),
            "df": n - 1,
            "lower": np.nan,
            "upper": np.nan,
            "n_eff": np.nan,
            "deff": np.nan,
            "reliability": "",
        }
    )
    printed = print_precision(table, {ITEM: LEVELS}, ShareDigits(), LEVEL)
    first = printed[printed["level"] == LEVELS[0]]
    lower, upper = (first[end].to_numpy(dtype=float).round(2) for end in ("lower", "upper"))
    exact = proportion_interval("korn-graubard", estimates[:, 0], errors[:, 0], n, n - 1, LEVEL)
    covered = (lower <= share) & (share <= upper)
    return {
        "coverage": float(covered.mean()),
        "width": float(np.median((upper - lower) / (exact[1] - exact[0]))),
    }


PAGE = """# Limits of printed shares

Written by `benchmarks/printed_limits.py`. A report computes the 95 % limits of a share from the
percentage as printed, in whole percent, and the effective sample size
([how](methods.md#digits)). The table gives the coverage of these limits. Each case
has {samples:,} samples with four answer levels
and weights unrelated to the answers. Each cell is the lowest coverage over {shares} true shares
from {low} to {high}. The lowest of all {cells} coverages is **{least:.3f}**. The median width is
{width:.3f} times that of Korn and Graubard's limits computed from the unrounded share.

| n | {heads} |
|--:|{dashes}
{rows}
"""


def page(table: pd.DataFrame, samples: int) -> str:
    """Return the section on the limits."""
    least = table.groupby(["n", "design effect"])["coverage"].min().unstack()
    return PAGE.format(
        samples=samples,
        shares=table["share"].nunique(),
        low=f"{table['share'].min():.2f}",
        high=f"{table['share'].max():.2f}",
        cells=len(table),
        least=table["coverage"].min(),
        width=table["width"].median(),
        heads=" | ".join(f"design effect {effect:g}" for effect in least),
        dashes="--:|" * least.shape[1],
        rows="\n".join(
            f"| {n} | " + " | ".join(f"{value:.3f}" for value in row) + " |"
            for n, row in zip(least.index, least.to_numpy(), strict=True)
        ),
    )


def main() -> None:
    """Print the table and the least coverage, or write the section."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--samples", type=int, default=2000, help="samples a cell (2000)")
    parser.add_argument("--counts", type=Path, help="the table, to keep or to read")
    parser.add_argument("--write", action="store_true", help="write docs/measurements.md")
    options = parser.parse_args()
    if options.counts and options.counts.exists():
        table = pd.read_csv(options.counts)
    else:
        rows = []
        for seed, (n, effect, share) in enumerate(product(SIZES, EFFECTS, SHARES)):
            result = simulate(n, effect, share, options.samples, seed)
            rows.append({"n": n, "design effect": effect, "share": share, **result})
        table = pd.DataFrame(rows)
        if options.counts:
            table.to_csv(options.counts, index=False)
    print(table.to_string(index=False, float_format="{:.3f}".format))
    print(f"least coverage: {table['coverage'].min():.3f}")
    if options.write:
        write_section(MEASUREMENTS, page(table, options.samples))


if __name__ == "__main__":
    main()
