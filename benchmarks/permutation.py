"""Size and power of the permutation statistics where groups differ in size: `docs/comparisons.md`.

Seven groups of 18 to 160 answers, weights that differ within and between them, blocks that have
nothing to do with the answers. `midrank` weights a group by its mass, `studentised` by its own
standard error; Rao-Scott's F stands beside them. All seeded; a slice runs in the tests.

    python benchmarks/permutation.py --runs 2000 --page docs/comparisons.md
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from readiness.survey import Design, design
from readiness.survey.comparisons import association, permutation_test

SEED = 20_261
SHARES = np.array([0.30, 0.22, 0.17, 0.14, 0.10, 0.06, 0.01])
ANSWERS = np.array([160, 130, 110, 95, 80, 49, 18])
LEVELS = np.array([0.15, 0.30, 0.35, 0.20])
TESTS = ("midrank", "studentised", "rao_scott_f")

Codes = npt.NDArray[np.int64]
Change = Callable[[Codes, Codes, np.random.Generator], Codes]


def moved(group: int, share: float) -> Change:
    """A share of one group moves to the two lowest levels."""

    def change(code: Codes, y: Codes, rng: np.random.Generator) -> Codes:
        goes = (code == group) & (rng.random(len(y)) < share)
        return np.where(goes, rng.integers(0, 2, len(y)), y)

    return change


def spread(code: Codes, y: Codes, rng: np.random.Generator) -> Codes:
    """No difference in location: two groups answer at the ends, two in the middle."""
    ends = rng.choice([0, 3], len(y))
    middle = rng.choice([1, 2], len(y))
    return np.where(np.isin(code, (1, 6)), ends, np.where(np.isin(code, (2, 5)), middle, y))


SCENES: dict[str, Change] = {
    "no difference": lambda code, y, rng: y,
    "no difference, unequal dispersion": spread,
    "90 % of the smallest group (1 %, n = 18) moved": moved(6, 0.90),
    "35 % of a middle group (14 %, n = 95) moved": moved(3, 0.35),
}


def sample(scene: str, run: int) -> Design:
    """One sample: strata are the groups."""
    rng = np.random.Generator(np.random.PCG64([SEED, list(SCENES).index(scene), run]))
    code = np.repeat(np.arange(len(ANSWERS)), ANSWERS)
    levels = np.full(4, 0.25) if scene.endswith("dispersion") else LEVELS
    y = SCENES[scene](code, rng.choice(4, len(code), p=levels), rng)
    weight = (SHARES / ANSWERS)[code] * 10_000 * rng.uniform(0.7, 1.4, len(code))
    frame = pd.DataFrame({"g": code, "y": y, "w": weight, "block": rng.integers(0, 4, len(code))})
    return design(frame, weights="w", strata="g")


def rejected(scene: str, runs: int, permutations: int = 199) -> dict[str, float]:
    """Share of samples in which each test rejects at .05."""
    hits = dict.fromkeys(TESTS, 0)
    for run in range(runs):
        d = sample(scene, run)
        for statistic in ("midrank", "studentised"):
            row = permutation_test(
                d, "y", "g", blocks="block", permutations=permutations, seed=run,
                statistic=statistic,  # type: ignore[arg-type]
            )  # fmt: skip
            hits[statistic] += (row.p_value or 0.0) <= 0.05
        hits["rao_scott_f"] += (association(d, "g", "y").p_value or 0.0) <= 0.05
    return {test: count / runs for test, count in hits.items()}


def page(runs: int) -> str:
    """The table as Markdown."""
    lines = [
        "# Permutation statistics where groups differ in size",
        "",
        f"Written by `benchmarks/permutation.py`; {runs:,} samples a row, seed {SEED}, 199 "
        "permutations each, within four blocks.",
        "Groups of 18 to 160 answers (642 in all). Share of samples in which the test rejects at "
        ".05; Rao-Scott's F also",
        "answers to dispersion, which is no difference in location.",
        "",
        "| | mass-weighted mid-ranks | studentised mid-ranks | Rao-Scott F |",
        "|---|---|---|---|",
    ]
    for scene in SCENES:
        shares = rejected(scene, runs)
        lines.append(f"| {scene} | " + " | ".join(f"{shares[t]:.3f}" for t in TESTS) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--page", type=Path)
    arguments = parser.parse_args()
    text = page(arguments.runs)
    print(text)
    if arguments.page:
        arguments.page.write_text(text, encoding="utf-8")
