"""Weight: rake the weighted groups to the frame's margins, trim, replicate, report."""

from __future__ import annotations

import argparse

from readiness.analysis.weighted import replicates_file
from readiness.analysis.weighting import (
    margins_met,
    margins_table,
    summary_table,
    weight,
    weighted_part,
    weights_table,
)
from readiness.config import Edition, Weight, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.tables import read_text_table


class WeightWave(Weight, Edition):
    """The weighting of a wave."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "counts", "questionnaire", "margins")


def run(arguments: argparse.Namespace) -> int:
    """Write `weights.csv`, `replicates.npz`, `margins.csv`, `summary.csv`, `iterations.csv`."""
    settings = parse_json(WeightWave, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    margins = read_margins(arguments.margins, questionnaire)
    table = weighted_part(
        read_text_table(arguments.answers, "the coded answers"),
        read_text_table(arguments.counts, "the counts"),
        questionnaire.apart,
    )
    margins_met(margins, table, arguments.margins)
    weighting, raked = weight(table, margins, settings)
    replicates = weighting.design.replicates
    assert replicates is not None  # weight() asks for them
    outputs = Outputs("weight", arguments.out)
    outputs.csv("weights.csv", weights_table(table, weighting, raked))
    outputs.csv("margins.csv", margins_table(table, weighting, raked))
    outputs.csv("summary.csv", summary_table(weighting))
    outputs.csv("iterations.csv", weighting.report.iterations)
    outputs.file("replicates.npz", replicates_file(replicates))
    outputs.finish(
        code=arguments.code,
        settings=settings.record(),
        inputs={
            "answers": arguments.answers,
            "counts": arguments.counts,
            "questionnaire": arguments.questionnaire,
            "margins": arguments.margins,
        },
    )
    log.info("weighted: %s", "; ".join(weighting.report.method))
    return 0
