"""Derive: variables that are computed of answers, as columns and as items of the questionnaire."""

from __future__ import annotations

import argparse

import yaml

from readiness.analysis.deriving import derive, with_derived
from readiness.config import Derived, Section, parse_json, read_yaml
from readiness.questionnaire import expand, questionnaire_of
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.tables import read_text_table

HEAD = "# What was asked, and behind it what is computed of the answers; made by the step derive.\n"


class DeriveWave(Section):
    """The derived variables of a wave."""

    derive: list[Derived]


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "questionnaire")


def run(arguments: argparse.Namespace) -> int:
    """Write `answers.csv` and `questionnaire.yaml`, what is derived behind what was asked."""
    settings = parse_json(DeriveWave, arguments.settings)
    where = str(arguments.questionnaire)
    document = with_derived(
        expand(read_yaml(arguments.questionnaire, as_text=True)), settings.derive, where
    )
    answers = read_text_table(arguments.answers, "the coded answers")
    table = derive(answers, questionnaire_of(document, where), settings.derive)
    outputs = Outputs("derive", arguments.out)
    outputs.csv("answers.csv", table)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    outputs.file("questionnaire.yaml", HEAD + text)
    outputs.finish(
        code=arguments.code,
        settings=settings.model_dump(),
        inputs={"answers": arguments.answers, "questionnaire": arguments.questionnaire},
    )
    log.info("derived: %s", ", ".join(one.id for one in settings.derive))
    return 0
