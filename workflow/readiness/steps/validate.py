"""Validate: the raw export becomes coded answers, and every fault of every answer a row."""

from __future__ import annotations

import argparse
from datetime import date

from readiness.config import Validate, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_corrections, read_export, read_sample
from readiness.steps.common import Outputs, add_step_arguments, log
from readiness.validation import validate


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "sample", "questionnaire", "corrections")


def run(arguments: argparse.Namespace) -> int:
    """Write `answers.csv`, `issues.csv` and `counts.csv`."""
    settings = parse_json(Validate, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    result = validate(
        read_export(arguments.answers, questionnaire),
        questionnaire,
        read_sample(arguments.sample, questionnaire),
        read_corrections(arguments.corrections, questionnaire),
        opens=date.fromisoformat(settings.opens),
        closes=date.fromisoformat(settings.closes),
        duplicates=settings.duplicates,
    )
    outputs = Outputs("validate", arguments.out)
    outputs.csv("answers.csv", result.answers)
    outputs.csv("issues.csv", result.issues)
    outputs.csv("counts.csv", result.counts)
    outputs.finish(
        code=arguments.code,
        settings=settings.model_dump(),
        inputs={
            "answers": arguments.answers,
            "sample": arguments.sample,
            "questionnaire": arguments.questionnaire,
            "corrections": arguments.corrections,
        },
    )
    log.info("validated: %d kept, %d issues", len(result.answers), len(result.issues))
    return 0
