"""How firm the findings of the shipped wave are, and how long it takes to know.

    .venv/bin/python benchmarks/firmness.py       # after `make`, some minutes

Its findings as they are; then with some interviews that look doubtful and limits that bind, so that
every dimension has all its choices: the seconds of one core for 10 findings in up to 96 variants.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

# One BLAS thread: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from readiness.analysis.selection import Selection  # noqa: E402
from readiness.analysis.varying import CHOICES, LINES, REPEATS, Wave  # noqa: E402
from readiness.config import Weight, load_config  # noqa: E402
from readiness.questionnaire import load_questionnaire  # noqa: E402
from readiness.readers import read_margins  # noqa: E402
from readiness.reporting.holding import Judge, claims_of, judge_all, summarise  # noqa: E402
from readiness.tables import read_text_table  # noqa: E402

NAME = "simulated-2026"
RESULTS = ROOT / f"results/waves/{NAME}"


def main() -> None:
    """Print the findings, then the seconds."""
    settings = load_config(ROOT / "config.yaml").waves[NAME]
    asked = load_questionnaire(ROOT / f"data/questionnaires/{settings.questionnaire}.yaml")
    answers = read_text_table(RESULTS / "validate/answers.csv", "the answers")
    assert settings.weight is not None
    assert settings.show is not None
    margins = read_margins(ROOT / f"data/margins/{settings.weight.margins}.csv", asked)
    selection, by = Selection(settings.selection), settings.estimate.compared_variable
    wave = Wave(
        answers,
        read_text_table(RESULTS / "validate/counts.csv", "the counts"),
        asked,
        margins,
        settings.weight,
        settings.estimate,
        settings.compare,
        selection,
        by,
        settings.figures.reliable_base,
        {},
    )
    judge = Judge(asked, selection, settings.figures, by)
    tables = ("estimate/estimates.csv", "compare/contrasts.csv")
    known = [read_text_table(RESULTS / name, name) for name in tables]
    claims = list(claims_of(wave, judge, settings.show, (known[0], known[1])))
    table = judge_all(wave, judge, claims, wave.choices(CHOICES))
    print(summarise(table).to_string())
    people = answers["respondent"].tolist()
    doubtful = {LINES: people[3::20], REPEATS: people[5::20]}
    full = replace(wave, marked=doubtful, weight=Weight(margins="own", trim=[0.8, 1.4]))
    begun = time.process_time(), time.perf_counter()
    table = judge_all(full, judge, claims, full.choices(CHOICES))
    spent = time.process_time() - begun[0], time.perf_counter() - begun[1]
    most = table.groupby(["item", "finding"]).size().max()
    print(f"{len(claims)} findings, {len(answers)} answers, up to {most} variants each")
    print(f"{len(table)} judgements: {spent[0]:.1f} s of one core ({spent[1]:.1f} s passed)")


if __name__ == "__main__":
    main()
