"""How long it takes to know how firm findings are, and whether that gives counts away.

    .venv/bin/python benchmarks/firmness.py       # after `make`, some minutes

The shipped wave with some interviews that look doubtful and limits that bind, so that every
dimension has all its choices: the seconds of one core for 10 findings in up to 96 variants. Then
random small surveys (`disclosure_surveys`) through the workflow's own steps: what the attack is
given by all variants, and by those that the register tells.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

# One BLAS thread: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(Path(__file__).parent)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from disclosure_surveys import compute, survey, take, write  # noqa: E402
from readiness.analysis.selection import Selection  # noqa: E402
from readiness.analysis.varying import CHOICES, LINES, OWN, REPEATS, Wave  # noqa: E402
from readiness.attack import given_away  # noqa: E402
from readiness.config import Weight, load_config  # noqa: E402
from readiness.ground.tables import read_text_table  # noqa: E402
from readiness.plan.runs import PlannedRun, input_files  # noqa: E402
from readiness.questionnaire import load_questionnaire  # noqa: E402
from readiness.readers import read_margins  # noqa: E402
from readiness.register.precision import ShareDigits  # noqa: E402
from readiness.reporting.holding import Judge, claims_of, judge_all  # noqa: E402
from readiness.steps import register_wave  # noqa: E402

NAME = "simulated-2026"
RESULTS = Path(os.environ.get("PROJECT", ROOT)) / f"results/waves/{NAME}"
SURVEYS = 50


def time_variants() -> None:
    """Print the seconds of the shipped wave."""
    settings = load_config(ROOT / "config.yaml").waves[NAME]
    asked = load_questionnaire(ROOT / f"data/questionnaires/{settings.questionnaire}.yaml")
    answers = read_text_table(RESULTS / "validate/answers.csv", "the answers")
    assert settings.weight is not None
    assert settings.show is not None
    margins = read_margins(ROOT / f"data/margins/{settings.weight.margins}.csv", asked)
    selection, by = Selection(settings.selection), settings.estimate.compared_variable
    people = answers["respondent"].tolist()
    wave = Wave(
        answers,
        read_text_table(RESULTS / "validate/counts.csv", "the counts"),
        asked,
        margins,
        Weight(margins="own", trim=[0.8, 1.4]),
        settings.estimate,
        settings.compare,
        selection,
        by,
        settings.figures.reliable_base,
        {LINES: people[3::20], REPEATS: people[5::20]},
    )
    judge = Judge(
        asked,
        selection,
        settings.figures,
        ShareDigits.of_wave(len(answers)),
        settings.estimate.level,
        by,
    )
    tables = ("estimate/estimates.csv", "compare/contrasts.csv")
    known = [read_text_table(RESULTS / name, name) for name in tables]
    claims = list(claims_of(wave, judge, settings.show, (known[0], known[1])))
    begun = time.process_time()
    table, _ = judge_all(wave, judge, claims, wave.choices(CHOICES))
    spent, most = time.process_time() - begun, table.groupby(["item", "finding"]).size().max()
    print(f"{len(claims)} findings, {len(answers)} answers, up to {most} variants each")
    print(f"{len(table)} judgements: {spent:.1f} s of one core")


@dataclass(frozen=True)
class Told:
    """What became of a survey: its variants, those that the register tells, and how many counts
    the attack is given by all of them and by those.
    """

    variants: int
    told: int
    given_by_all: int
    given: int


def attack_survey(seed: int) -> Told:
    """A random survey through the workflow's own steps, with its variants, and attacked."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        root, made = Path(folder), survey(seed)
        varied = made.run.section.model_copy(update={"firmness": [*CHOICES]})
        run = write(replace(made, run=replace(made.run, section=varied)), root)
        found = compute(made, run, root, 1, np.ones(len(made.persons), dtype=bool))
        asked = input_files(run.section).get("margins")
        given = {**found, "margins": [root / asked] if asked else []}
        out = take("firmness", run, root, given, root / "1")
        found |= {"firmness": [out / "firmness.csv"], "varied": [out / "weights.csv"]}
        hide, kept = register_wave.withhold_until_held, []

        def hide_once(*told: Any) -> Any:
            kept.extend([] if kept else [hide(*told)])
            return kept[0]

        whole = {
            "find_told": lambda table, *_: table[table["interviews"] == OWN],
            "tell_until_held": lambda items, _: items,
        }
        with mock.patch.object(register_wave, "withhold_until_held", hide_once):
            lost, told = attack_register(run, root, found, "told")
            with mock.patch.multiple(register_wave, **whole):
                every, _ = attack_register(run, root, found, "all")
        return Told(len(read_text_table(out / "firmness.csv", "it")), told, every, lost)


def attack_register(run: PlannedRun, root: Path, found: Any, name: str) -> tuple[int, int]:
    """How many counts a register gives away, and how many variants it tells."""
    figures = take("register-wave", run, root, found, root / name) / "figures.csv"
    out = take("attack", run, root, found | {"figures": [figures]}, root / name)
    told = read_text_table(figures, "the register")["statistic"].str.startswith("variant: ").sum()
    return len(given_away(read_text_table(out / "attack.csv", "the attack"))), int(told)


def main() -> None:
    """Print the seconds, then what the attack is given."""
    time_variants()
    begun = time.process_time()
    table = pd.DataFrame([vars(attack_survey(seed)) for seed in range(SURVEYS)])
    print(f"{SURVEYS} surveys, {time.process_time() - begun:.0f} s of one core")
    print(table.sum().to_string())
    print(f"surveys in which all variants give counts away: {(table['given_by_all'] > 0).sum()}")


if __name__ == "__main__":
    main()
