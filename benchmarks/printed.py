"""What every test and interval of a report is worth, one row each, by the functions of a wave.

Samples of four unequal groups within two strata, with unequal weights and nothing that differs
between groups: an ordinal item, a choice of three, five options, a number, a scale of four skewed
items; and a second sample of the same population, a wave later. A test's figure is the share of
samples in which its p (adjusted where it is printed so) is at most .05, an interval's the share
that hold the truth, a family's the share in which all do.

    .venv/bin/python benchmarks/printed.py --rounds 30 --counts printed.json --write
    .venv/bin/python benchmarks/printed.py --quick mean --rounds 500 --counts printed.json --write

`--quick` draws other samples for what takes no long draws, so that it stands on as many samples as
a warning needs.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

import numpy as np
import pandas as pd

from measurements import MEASUREMENTS, write_section
from readiness.analysis import comparing
from readiness.analysis.selection import Selection
from readiness.config import Compare
from readiness.ground.files import write_atomically
from readiness.questionnaire.load import questionnaire_of
from readiness.survey import Design, cronbach_alpha, design, means, proportions, quantiles
from readiness.survey.comparisons.compare import ComparedItem
from readiness.survey.comparisons.families import combine_limits
from readiness.survey.comparisons.multiple import multiple_marginal_independence

SIZES = (40, 150, 650)
# Samples of a round.
ROUND = {40: 8, 150: 8, 650: 4}
# Of each size: how many samples held, or rejected, and how many had a result, by row.
Counts = dict[str, dict[str, list[float]]]
SAMPLES, QUICK = "samples", "quick"
# Seeds of the quick samples: others than those of the whole run and of their second waves.
QUICK_FROM = 2_000_000
# Samples from which a miss is beyond doubt by DOUBT simulation errors; by CERTAIN it always is.
ENOUGH, DOUBT, CERTAIN = 2_000, 2.0, 4.0
OPTIONS = (0.1, 0.2, 0.3, 0.45, 0.6)
CUTS = (-0.7, 0.1, 0.9)
ALPHA, LEVEL = 0.05, 0.95


def _closed(name: str, kind: str, codes: str, **more: str) -> dict[str, object]:
    categories = [{"code": code, "text": code} for code in codes]
    return {"id": name, "kind": kind, "column": name, "categories": categories, **more}


ASKED = questionnaire_of(
    {
        "name": "printed",
        "version": "1",
        "language": "en",
        "title": {"en": "Printed"},
        "export": {},
        "items": [
            _closed("team", "single", "pqrs"),
            _closed("scale", "ordinal", "abcd"),
            _closed("choice", "single", "abc"),
            _closed("ticks", "multi", "abcde", blank_means="none"),
        ],
    },
    "printed-1.yaml",
)


def draw(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Answers of n people, and their levels on the four items of a scale, shape (n, 4)."""
    rng = np.random.default_rng([n, seed])
    common = rng.standard_normal(n)
    frame = pd.DataFrame({"stratum": np.arange(n) % 2, "weight": rng.uniform(1, 3, n)})
    frame["team"] = rng.choice(list("pqrs"), n, p=[0.4, 0.3, 0.2, 0.1])
    frame["scale"] = np.array(list("abcd"))[np.digitize(rng.standard_normal(n), CUTS)]
    frame["choice"] = rng.choice(list("abc"), n, p=[0.5, 0.35, 0.15])
    for code, share in zip("abcde", OPTIONS, strict=True):
        latent = np.sqrt(0.3) * common + np.sqrt(0.7) * rng.standard_normal(n)
        frame[f"ticks.{code}"] = (latent < NormalDist().inv_cdf(share)).astype(int).astype(str)
    frame["number"] = np.exp(rng.standard_normal(n))
    skewed = common[:, None] + rng.standard_normal((n, 4))
    return frame, np.digitize(skewed, [0.8, 1.6, 2.4, 3.2]).astype(float)


def population_alpha() -> float:
    """Cronbach's alpha of the scale, from two million people."""
    covariance = np.cov(draw(2_000_000, 1)[1].T)
    return 4 / 3 * (1 - np.trace(covariance) / covariance.sum())


def _tests(sample: Design) -> Iterator[tuple[str, float]]:
    """Whether each printed test rejects, and each effect's interval holds that there is none."""
    settings = Compare(items=["scale", "choice", "ticks"])
    contrasts = comparing.contrast_items(
        sample,
        ASKED,
        ["team"],
        settings.items,
        level=LEVEL,
        interval="korn-graubard",
        selection=Selection.PROBABILITY,
    )
    made, _ = comparing.compare_items(sample, ASKED, "team", settings, LEVEL, contrasts)
    of_answer = made["test"].isin(["rao_scott_f", comparing.OF_ANSWER]) & made["b"].ne("")
    of_answer = of_answer.rename("of_answer")
    for (_, test, answer), rows in made.groupby(["item", "test", of_answer]):
        p = rows["p_adjusted"].where(rows["p_adjusted"].notna(), rows["p_value"]).min()
        name = str(test)
        if answer:
            name += ", options"
        elif rows["a"].ne("").any():
            name += ", any pair"  # of each pair by itself, adjusted for none
        if not np.isnan(p) and test != "contrast":
            yield f"test|{name}", float(p <= ALPHA)
        none = {"odds_ratio": 1.0, "probability_of_superiority": 0.5, "cramers_v": 0.0}
        known = rows[rows["lower"].notna()]
        if test in none and len(known):
            held = known["lower"].le(none[test]) & known["upper"].ge(none[test])
            yield f"interval|{test}", float(held.mean())
    for item, rows in contrasts.groupby("item"):
        known = rows[rows["lower"].notna()]
        held = known["lower"].le(0) & known["upper"].ge(0)
        together = known["lower_simultaneous"].le(0) & known["upper_simultaneous"].ge(0)
        yield f"interval|contrast, {item}, one pair", float(held.mean())
        yield f"interval|contrast, {item}, all pairs", float(together.all())


def _limits(sample: Design) -> dict[str, tuple[float, float, float]]:
    """Estimate and limits of what a wave tells of all: a box, options, the mean, the median."""
    low = sample.data["scale"].isin(["a", "b"]).astype(float)
    answers = {"share": low} | {c: sample.data[f"ticks.{c}"].astype(float) for c in "abcde"}
    found = {}
    for name, answer in answers.items():
        row = proportions(sample, answer, [1.0, 0.0], level=LEVEL).iloc[0]
        found[name] = (row["estimate"], row["lower"], row["upper"])
    row = means(sample, sample.data["number"].to_numpy()).to_frame(LEVEL).iloc[0]
    found["mean"] = (row["estimate"], row["lower"], row["upper"])
    row = quantiles(sample, "number", [0.5], rule="school", level=LEVEL).iloc[0]
    return {**found, "median": (row["estimate"], row["lower"], row["upper"])}


def judge(n: int, seed: int, alpha: float) -> Iterator[tuple[str, float]]:
    """Every test and interval of one sample: its row, and whether it rejects or holds."""
    frame, items = draw(n, seed)
    sample = design(frame, weights="weight", strata="stratum")
    yield from _tests(sample)
    truth = {"share": NormalDist().cdf(CUTS[1]), "mean": float(np.exp(0.5)), "median": 1.0}
    now = _limits(sample)
    for name, value in truth.items():
        yield f"interval|{name}", float(now[name][1] <= value <= now[name][2])
    made = cronbach_alpha(sample, items, LEVEL)
    if made.lower is not None and made.upper is not None:
        yield "interval|alpha", float(made.lower <= alpha <= made.upper)
    then = _limits(design(draw(n, seed + 1_000_000)[0], weights="weight", strata="stratum"))
    wider = NormalDist().inv_cdf(1 - 0.025 / 5) / NormalDist().inv_cdf(1 - 0.025)
    held = {}
    for name, ends in now.items():
        factor = wider if name in "abcde" else 1.0
        parts = [
            (sign, (p, p - factor * (p - low), p + factor * (high - p)))
            for sign, (p, low, high) in ((1.0, ends), (-1.0, then[name]))
        ]
        _, lower, upper = combine_limits(parts)
        held[name] = lower <= 0 <= upper
    yield "interval|change of a share", float(held["share"])
    yield "interval|change of a mean", float(held["mean"])
    yield "interval|change of a median", float(held["median"])
    yield "interval|change, all answers of a question", float(all(held[c] for c in "abcde"))


def measure(counts: Counts, n: int, samples: int, alpha: float) -> None:
    """Add to the counts what each row gave in so many further samples of n people."""
    # So few draws keep the size of a permutation test at .05 exactly.
    with mock.patch.object(comparing, "PERMUTATIONS", 199), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = counts.setdefault(str(n), {})
        first = own.get(SAMPLES, [0, 0])[0]
        for seed in range(first, first + samples):
            for name, value in judge(n, seed, alpha):
                held, tried = own.get(name, [0.0, 0])
                own[name] = [held + value, tried + 1]
        own[SAMPLES] = [first + samples, 0]


def _judge_mean(n: int, seed: int) -> Iterator[tuple[str, float]]:
    sample = design(draw(n, seed)[0], weights="weight", strata="stratum")
    row = means(sample, sample.data["number"].to_numpy()).to_frame(LEVEL).iloc[0]
    yield "interval|mean", float(row["lower"] <= np.exp(0.5) <= row["upper"])


def _judge_odds(n: int, seed: int) -> Iterator[tuple[str, float]]:
    sample = comparing.prepare_tests(design(draw(n, seed)[0], weights="weight", strata="stratum"))
    scale, groups = ASKED.item("scale"), ASKED.item("team").codes
    answers = comparing.code_answers(sample, scale)
    _, ratios = ComparedItem.make(sample, answers, scale.codes, "team", groups).model()
    found = [row.p_value for row in ratios if row.p_value is not None]
    if found:
        yield "test|odds_ratio, any pair", float(min(found) <= ALPHA)


def _judge_options(n: int, seed: int) -> Iterator[tuple[str, float]]:
    sample = comparing.prepare_tests(design(draw(n, seed)[0], weights="weight", strata="stratum"))
    made = multiple_marginal_independence(
        sample,
        comparing.options_of(ASKED.item("ticks")),
        "team",
        base="answered",
        group_levels=ASKED.item("team").codes,
    )
    for row in (made.second_order(), made.first_order()):
        if row.p_value is not None:
            yield f"test|{row.test}", float(row.p_value <= ALPHA)


# Rows that take no long draws, by the name under which they are asked for.
QUICKLY = {"mean": _judge_mean, "odds_ratio": _judge_odds, "options": _judge_options}


def measure_quickly(counts: Counts, n: int, samples: int, part: str) -> None:
    """Add to the counts what the rows of a part gave in so many further samples of n people."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = counts.setdefault(str(n), {})
        first = own.get(f"{QUICK} {part}", [0, 0])[0]
        for seed in range(QUICK_FROM + int(first), QUICK_FROM + int(first) + samples):
            for name, value in QUICKLY[part](n, seed):
                held, tried = own.get(name, [0.0, 0])
                own[name] = [held + value, tried + 1]
        own[f"{QUICK} {part}"] = [first + samples, 0]


def document(counts: Counts) -> str:
    """The section of the page; what misses its aim beyond doubt is starred."""
    tried = ", ".join(f"{counts[str(n)][SAMPLES][0]:,.0f}" for n in SIZES)
    quick = [
        f"{part} {min(counts[str(n)].get(f'{QUICK} {part}', [0])[0] for n in SIZES):,.0f}"
        for part in QUICKLY
    ]
    lines = [
        "# Every test and interval that a report prints",
        "",
        "Written by `benchmarks/printed.py`. The samples have two strata, unequal weights and four",
        "groups of unequal size with the same population values. There are",
        f"{tried} samples per size, and more for statistics that are fast to compute",
        f"({', '.join(quick)}).",
        "For tests, the table gives the share of samples rejected at .05 (aim: .03 to .07); for",
        "95 % intervals it gives the coverage (aim: at least .93). A star marks a result that",
        f"misses the aim by more than {DOUBT:.0f} simulation errors in {ENOUGH:,} or more samples,",
        f"or by more than {CERTAIN:.0f} in fewer samples. Reports print a warning beside a starred",
        "test or interval (`analysis/measured.py`) if enough samples support it.",
        "",
        f"| what | at n {'/'.join(map(str, SIZES))} |",
        "|---|---|",
    ]
    for name in sorted({name for rows in counts.values() for name in rows} - {SAMPLES}):
        if name.startswith(QUICK):
            continue
        kind, _, what = name.partition("|")
        cells = [_cell(kind, *counts[str(n)].get(name, [0.0, 0])) for n in SIZES]
        lines.append(f"| {kind}: {what} | {'/'.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(kind: str, held: float, tried: float) -> str:
    if not tried:
        return "-"
    share = held / tried
    error = math.sqrt(max(share * (1 - share), 0.01) / tried)
    miss = share - 0.07 if kind == "test" else 0.93 - share
    missed = miss > (DOUBT if tried >= ENOUGH else CERTAIN) * error
    return f"{share:.3f}".removeprefix("0") + "*" * missed


def main() -> None:
    """Go on from the counts of an earlier run; print the section, or write it into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--quick", choices=[*QUICKLY], help="only these rows, in other samples")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    kept = arguments.counts
    counts: Counts = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    alpha = population_alpha() if arguments.rounds and not arguments.quick else 0.0
    for _ in range(arguments.rounds):
        for n in SIZES:
            if arguments.quick:
                measure_quickly(counts, n, 4, arguments.quick)
            else:
                measure(counts, n, ROUND[n], alpha)
        write_atomically(kept, json.dumps(counts))
    if arguments.write:
        write_section(MEASUREMENTS, document(counts))
    else:
        print(document(counts))


if __name__ == "__main__":
    main()
