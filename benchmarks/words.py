"""Words of sentences against the truth, in waves where answers lack by the answer itself.

Each wave draws people from a frame that tells one variable. Who responds depends on what the frame
predicts (phi 0), on the answer itself (phi 1), or half on each; of those who respond up to 30 % of
one answer and up to 30 % of the other leave the question empty. What is judged are the sentence of
a report (`reporting.item_findings`) and its line on everybody without an answer
(`analysis.nonresponse`), from the functions that a wave runs.

    .venv/bin/python benchmarks/words.py --waves 1000 --counts words.csv
    .venv/bin/python benchmarks/words.py --waves 0 --counts words.csv --write

One row a wave is added to the file: the next call goes on from there.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

import numpy as np
import pandas as pd

from measurements import MEASUREMENTS, write_section
from readiness.analysis.estimating import estimate_item
from readiness.analysis.nonresponse import Unanswered, nonresponse_bounds
from readiness.analysis.selection import Selection
from readiness.config import Estimate, FigureRules
from readiness.disclosure import Policy
from readiness.ground.files import write_atomically
from readiness.questionnaire.load import questionnaire_of
from readiness.register.figures import Origin, Scheme, make_register
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.rows.respondents import bound_rows, settings_rows
from readiness.register.rows.shares import share_rows
from readiness.reporting.banners import Contrasts, TableMaterial
from readiness.reporting.item_findings import DEPENDS, SIDES, Findings
from readiness.reporting.parts import Register
from readiness.survey.weighting.adapting import Sampled, weigh_adapting

PEOPLE, INVITED, LEVEL = 4_000, 450, 0.95
PHI = (0.0, 0.5, 1.0)
# Largest share of the sentences without a condition that may be wrong, and least share without one
# where fewer than FEW lack.
WRONG, PLAIN, FEW, COVERED = 0.05, 0.80, 0.05, 0.90
SECTION = "Words, and those without an answer"
ASKED = questionnaire_of(
    {
        "name": "words",
        "version": "1",
        "language": "en",
        "title": {"en": "Words"},
        "export": {},
        "frame": [
            {
                "id": "kind",
                "label": {"en": "Kind"},
                "categories": [{"code": c, "text": c} for c in "uvw"],
            }
        ],
        "items": [
            {
                "id": "ready",
                "kind": "single",
                "column": "ready",
                "label": {"en": "Ready"},
                "categories": [{"code": c, "text": c} for c in ("yes", "no")],
            }
        ],
    },
    "words-1.yaml",
)
SIDE = {kind: side for side, kinds in SIDES.items() for kind in kinds if side}
CONDITIONED = {kind: side for side, kind in DEPENDS.items()}


def simulate(seed: int) -> dict[str, object]:
    """Return one wave: the truth, how many lack, what the sentence says, and the ranges."""
    rng = np.random.default_rng([53, seed])
    phi, share = PHI[seed % len(PHI)], rng.uniform(0.3, 0.7)
    kind = rng.choice(3, PEOPLE, p=[0.5, 0.3, 0.2])
    # What the frame tells of the answer: from nothing to a lot.
    tells = rng.uniform(0, 0.3)
    chance = np.clip(share + tells * np.array([-0.6, 0.2, 1.2])[kind], 0.02, 0.98)
    answer = (rng.random(PEOPLE) < chance).astype(int)
    # Who responds: 40 % on average, by the prediction and by the answer.
    pull = rng.uniform(-0.3, 0.3)
    lean = (1 - phi) * (chance - chance.mean()) / max(chance.std(), 0.01) * 0.4
    lean = lean + phi * (answer - answer.mean()) * 2
    responds = 0.4 * (1 + pull * np.clip(lean, -2, 2))
    drawn = rng.choice(PEOPLE, INVITED, replace=False)
    came = drawn[rng.random(INVITED) < responds[drawn]]
    # In a third of the waves few leave the question empty.
    blank = rng.uniform(0, rng.choice([0.06, 0.15, 0.3]), 2)[answer[came]]
    lacks = rng.random(len(came)) < blank
    data = pd.DataFrame(
        {
            "stratum": "all",
            "base_weight": PEOPLE / INVITED,
            "kind": np.array(list("uvw"))[kind[came]],
            "ready": np.where(lacks, "_blank", np.array(["no", "yes"])[answer[came]]),
        }
    )
    margins = {"kind": dict(zip("uvw", np.bincount(kind).astype(float), strict=True))}
    made = weigh_adapting(data, Sampled("base_weight", "stratum", {"all": float(PEOPLE)}), margins)
    assert made.weighting is not None
    sample = made.weighting.design
    settings = Estimate(by="kind", items=["ready"])
    estimates = estimate_item(sample, ASKED.item("ready"), "", (), settings)
    known = Unanswered(np.full(len(came), PEOPLE / INVITED), margins, weighted=True)
    bounds = nonresponse_bounds(sample, ASKED, settings, known)
    register = _register(estimates, bounds)
    material = TableMaterial(register, ASKED, (), Selection.PROBABILITY, Contrasts())
    said = Findings(material, ASKED.item("ready")).whole()
    name = "" if said is None else said.kind
    row, number = bounds.iloc[0], register.number
    # A sentence speaks of those who respond; unit nonresponse has a line of its own.
    of_respondents = float(np.average(answer[came], weights=sample.full_weights))
    return {
        "seed": seed,
        "phi": phi,
        "truth": float(answer.mean()),
        "respondents": of_respondents,
        "lacking": float(lacks.mean()),
        "share": number("ready.yes.all"),
        "side": SIDE.get(name) or CONDITIONED.get(name, ""),
        "depends": name in CONDITIONED,
        "lower": row["others_lower"],
        "upper": row["others_upper"],
        "worst_lower": row["others_worst_lower"],
        "worst_upper": row["others_worst_upper"],
    }


def _register(estimates: pd.DataFrame, bounds: pd.DataFrame) -> Register:
    """Return the register of the two tables, as the workflow makes it."""
    rules, digits = FigureRules(), ShareDigits()
    answers_of = {"ready": ASKED.item("ready").codes}
    printed = print_precision(estimates, answers_of, digits, LEVEL)
    shown = (rules, digits, Scheme.of(ASKED), Selection.PROBABILITY, frozenset[str]())
    rows = [
        *share_rows(printed, *shown, confidence=LEVEL),
        *bound_rows(bounds, {}, digits),
        *settings_rows(LEVEL, rules, Selection.PROBABILITY, Policy()),
    ]
    table = make_register(rows, run="words", origin=lambda row: Origin(), simulated=False)
    return Register(table, "en")


def judge_side(side: str, truth: float) -> bool:
    """Return whether a side of one half is the wrong one for a true share."""
    if side == "half":
        return not 0.45 <= truth <= 0.55
    return bool(side) and (side == "majority") != (truth > 0.5)


def document(waves: pd.DataFrame) -> str:
    """Return the section of docs/measurements.md."""
    plain = waves[waves["side"].ne("") & ~waves["depends"]]
    sided = waves[waves["side"].ne("")]
    few = sided[sided["lacking"] < FEW]
    of_frame = plain[plain["phi"].eq(0)]
    lines = [
        f"# {SECTION}",
        "",
        f"Written by `benchmarks/words.py`: {len(waves):,} waves of about 180 respondents, with",
        "0 to 30 % of each answer left blank. Response depends on the frame variables (phi 0), on",
        "the answer (phi 1), or on both. The first table is about sentences that place a share",
        "above, below or near one half; the second is about the range for everybody without an",
        "answer.",
        "",
        "| sentences that | number | share | target |",
        "|---|---:|---:|---:|",
        _row("name a side of one half", len(waves), len(sided)),
        _row("of these: without a condition", len(sided), len(plain)),
        _row(
            "of these: wrong about all who responded",
            len(plain),
            _count_wrong(plain, "respondents"),
            f"at most {WRONG:.2f}",
        ),
        _row(
            "of these with phi 0: wrong about the population",
            len(of_frame),
            _count_wrong(of_frame, "truth"),
            f"at most {WRONG:.2f}",
        ),
        _row(
            "without a condition, if under 5 % of the answers are missing",
            len(few),
            int((~few["depends"]).sum()),
            f"at least {PLAIN:.2f}",
        ),
        "",
        "| phi | waves | range computed | covers where computed | median width "
        "| line covers | bounds cover | median width |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for phi, own in waves.groupby("phi"):
        there = own[own["lower"].notna()]
        low, high = (own[end].fillna(own[f"worst_{end}"]) for end in ("lower", "upper"))
        covers = low.le(own["truth"]) & high.ge(own["truth"])
        bounds = own["worst_lower"].le(own["truth"]) & own["worst_upper"].ge(own["truth"])
        lines.append(
            f"| {phi:g} | {len(own)} | {len(there) / len(own):.2f} | "
            f"{covers[there.index].mean():.3f} | "
            f"{(there['upper'] - there['lower']).median():.2f} | "
            f"{covers.mean():.3f} | {bounds.mean():.3f} | "
            f"{(own['worst_upper'] - own['worst_lower']).median():.2f} |"
        )
    lines += ["", "If no range can be computed, the report gives only the bounds."]
    return "\n".join(lines) + "\n"


def _count_wrong(waves: pd.DataFrame, truth: str) -> int:
    return sum(judge_side(*each) for each in zip(waves["side"], waves[truth], strict=True))


def _row(what: str, tried: int, held: int, aim: str = "") -> str:
    share = f"{held / tried:.3f}" if tried else "-"
    return f"| {what} | {tried:,} | {share} | {aim} |"


def main() -> None:
    """Simulate waves, or print or write the section."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--waves", type=int, default=100, help="waves in all")
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    done = pd.read_csv(options.counts) if options.counts.exists() else pd.DataFrame()
    rows = done.to_dict("records")
    for seed in range(len(rows), max(options.waves, len(rows))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows.append(simulate(seed))
        if seed % 10 == 9:
            write_atomically(options.counts, pd.DataFrame(rows).to_csv(index=False))
    waves = pd.DataFrame(rows).assign(side=lambda d: d["side"].fillna(""))
    write_atomically(options.counts, waves.to_csv(index=False))
    text = document(waves)
    if options.write:
        write_section(MEASUREMENTS, text)
    else:
        print(text)


if __name__ == "__main__":
    main()
