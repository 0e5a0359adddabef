"""Scale: how well the items of each derived scale measure the same, as Cronbach's alpha."""

from __future__ import annotations

import argparse

from readiness.analysis.scaling import scales_table
from readiness.analysis.selection import Selection
from readiness.analysis.weighted import complete, read_weighted, replicates_beside
from readiness.config import Derived, Section, SelectionName, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Outputs, add_step_arguments, log


class ScaleWave(Section):
    """The derived variables of a wave, and the confidence level of its intervals."""

    derive: list[Derived]
    level: float
    selection: SelectionName


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "weights", "questionnaire")


def run(arguments: argparse.Namespace) -> int:
    """Write `scales.csv`."""
    settings = parse_json(ScaleWave, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    scales = [one for one in settings.derive if one.scale]
    columns = questionnaire.coded_columns({name for one in scales for name in one.sources})
    design, _ = read_weighted(arguments.answers, arguments.weights, questionnaire.apart, columns)
    selection = Selection.of(settings.selection, complete=complete(design))
    table = scales_table(design, questionnaire, scales, settings.level, selection)
    outputs = Outputs("scale", arguments.out)
    outputs.csv("scales.csv", table)
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
    log.info("scales: %s", ", ".join(table["item"]))
    return 0
