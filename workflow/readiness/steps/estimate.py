"""Estimate: shares of every answer, overall and by group, with design-based precision."""

from __future__ import annotations

import argparse

from readiness.analysis.estimating import estimate
from readiness.analysis.weighted import read_weighted, replicates_beside
from readiness.config import Estimate, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Outputs, add_step_arguments, log


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "weights", "questionnaire")


def run(arguments: argparse.Namespace) -> int:
    """Write `estimates.csv`."""
    settings = parse_json(Estimate, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    columns = questionnaire.coded_columns({*settings.items, *settings.variables(())})
    design, apart = read_weighted(
        arguments.answers, arguments.weights, questionnaire.apart, columns
    )
    table = estimate(design, apart, questionnaire, settings)
    outputs = Outputs("estimate", arguments.out)
    outputs.csv("estimates.csv", table)
    outputs.finish(
        code=arguments.code,
        settings=settings.model_dump(),
        inputs={
            "answers": arguments.answers,
            "weights": arguments.weights,
            "replicates": replicates_beside(arguments.weights),
            "questionnaire": arguments.questionnaire,
        },
    )
    log.info("estimated: %d shares of %d items", len(table), len(settings.items))
    return 0
