"""Weight: rake the weighted groups to the frame's margins, within limits, replicate, report."""

from __future__ import annotations

import argparse

import pandas as pd

from readiness.analysis.selection import Selection
from readiness.analysis.weighted import replicates_file
from readiness.analysis.weighting import (
    OF_A_RESPONDENT,
    margins_table,
    people,
    steps_table,
    summary_table,
    weigh_wave,
    weighted_part,
    weights_table,
)
from readiness.config import Section, SelectionName, Weight, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.survey.weighting.report import COURSE
from readiness.tables import read_text_table


class WeightWave(Section):
    """The weighting of a wave, and how its respondents came in; `weight` is None for no weights."""

    weight: Weight | None
    selection: SelectionName


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "counts", "questionnaire", "margins?")


def run(arguments: argparse.Namespace) -> int:
    """Write `weights.csv`, `replicates.npz`, `margins.csv`, `summary.csv`, `iterations.csv` and
    `steps.csv` (what was done, as facts)."""
    settings = parse_json(WeightWave, arguments.settings)
    inputs = {name: getattr(arguments, name) for name in ("answers", "counts", "questionnaire")}
    questionnaire = load_questionnaire(arguments.questionnaire)
    margins = {}
    if arguments.margins:
        inputs["margins"] = arguments.margins
        margins = read_margins(arguments.margins, questionnaire)
    counts = read_text_table(arguments.counts, "the counts")
    wanted = (*OF_A_RESPONDENT, *margins)
    answers = read_text_table(arguments.answers, "the coded answers", columns=wanted)
    table = weighted_part(answers, counts, questionnaire.apart)
    selection = Selection(settings.selection)
    weighed = weigh_wave(table, people(counts), margins, settings.weight, selection)
    made = weighed.weighting
    outputs = Outputs("weight", arguments.out)
    outputs.csv("weights.csv", weights_table(table, weighed))
    outputs.csv("margins.csv", margins_table(weighed))
    outputs.csv("summary.csv", summary_table(weighed))
    outputs.csv("steps.csv", steps_table(weighed))
    outputs.csv("iterations.csv", made.report.iterations if made else pd.DataFrame(columns=COURSE))
    outputs.file("replicates.npz", replicates_file(weighed.replicates))
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    log.info("weighted: %s", "; ".join(made.report.method) if made else "nobody")
    return 0
