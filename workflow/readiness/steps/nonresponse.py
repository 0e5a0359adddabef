"""Nonresponse: who answered, and what those who did not could do to the headline numbers."""

from __future__ import annotations

import argparse

from readiness.analysis.nonresponse import nonresponse_tables, unanswered
from readiness.analysis.selection import Selection
from readiness.analysis.weighted import read_weighted, replicates_beside
from readiness.config import Estimate, SelectionName, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins, read_sample
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.tables import read_text_table


class Nonresponse(Estimate):
    """The numbers of a wave, and how its respondents came in."""

    selection: SelectionName
    minimum_base: int


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "sample?", "weights", "margins?", "questionnaire")


def run(arguments: argparse.Namespace) -> int:
    """Write `bounds.csv`, `response.csv`, `balance.csv` and `missing.csv`."""
    settings = parse_json(Nonresponse, arguments.settings)
    selection = Selection(settings.selection)
    inputs = {name: getattr(arguments, name) for name in ("answers", "weights")}
    inputs |= {
        "replicates": replicates_beside(arguments.weights),
        "questionnaire": arguments.questionnaire,
    }
    questionnaire = load_questionnaire(arguments.questionnaire)
    margins = {}
    if arguments.margins:
        inputs["margins"] = arguments.margins
        margins = read_margins(arguments.margins, questionnaire)
    sample = None
    if arguments.sample:
        inputs["sample"] = arguments.sample
        sample = read_sample(arguments.sample, questionnaire)
    design, _ = read_weighted(arguments.answers, arguments.weights, questionnaire.apart)
    coded = read_text_table(arguments.answers, "the coded answers")
    respondents = coded[~coded["group"].isin(list(questionnaire.apart))]
    known = unanswered(design, margins, sample, questionnaire, selection)
    tables = nonresponse_tables(
        design, respondents, sample, questionnaire, settings, known, selection,
        settings.minimum_base,
    )  # fmt: skip
    outputs = Outputs("nonresponse", arguments.out)
    for name, table in tables.items():
        outputs.csv(f"{name}.csv", table)
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    log.info("nonresponse: bounds of %d numbers", len(tables["bounds"]))
    return 0
