"""Faults: what validation found, as pages for whoever prepares the data; they are internal."""

from __future__ import annotations

import argparse

from readiness.config import Section, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.site.faults import Found, faults_page
from readiness.tables import read_text_table

TABLES = ("answers", "issues", "counts", "quarantine")


class FaultPages(Section):
    """In which languages, and whether the answers are simulated."""

    languages: list[str]
    simulated: bool


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, *TABLES, "questionnaire")


def run(arguments: argparse.Namespace) -> int:
    """Write `faults-<language>.html` in each language."""
    settings = parse_json(FaultPages, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    inputs = {name: getattr(arguments, name) for name in (*TABLES, "questionnaire")}
    answers, issues, counts, quarantine = (
        read_text_table(inputs[name], f"the {name}") for name in TABLES
    )
    found = Found(answers, issues, counts, quarantine, settings.simulated)
    outputs = Outputs("faults", arguments.out)
    for language in settings.languages:
        outputs.file(f"faults-{language}.html", faults_page(questionnaire, found, language))
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    log.info("faults: %d, told in %s", len(issues), ", ".join(settings.languages))
    return 0
