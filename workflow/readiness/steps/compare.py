"""Compare: does an answer differ between the groups? Tests, contrasts, effect sizes."""

from __future__ import annotations

import argparse

import pandas as pd

from readiness.analysis.comparing import compare_item
from readiness.analysis.weighted import read_weighted, replicates_beside
from readiness.config import Compare, parse_json
from readiness.facts import to_json
from readiness.questionnaire import load_questionnaire
from readiness.steps.common import Outputs, add_step_arguments, log


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "weights", "questionnaire")
    parser.add_argument("--by", required=True, help="variable whose categories are the groups")


def run(arguments: argparse.Namespace) -> int:
    """Write `comparisons.csv` (one row a test, contrast or effect) and `choices.csv`."""
    settings = parse_json(Compare, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    design, _ = read_weighted(arguments.answers, arguments.weights, questionnaire.apart)
    groups = list(questionnaire.frame_variable(arguments.by).codes)
    tables, choices = [], []
    for name in settings.items:
        result = compare_item(design, questionnaire.item(name), arguments.by, groups, settings)
        table = result.frame()
        table.insert(0, "item", name)
        tables.append(table)
        choice = result.choice
        choices.append({"item": name, "lead": choice.lead, "fact": to_json(choice.reason)})
    outputs = Outputs("compare", arguments.out)
    outputs.csv("comparisons.csv", pd.concat(tables, ignore_index=True))
    outputs.csv("choices.csv", pd.DataFrame(choices))
    outputs.finish(
        code=arguments.code,
        settings={**settings.model_dump(), "by": arguments.by},
        inputs={
            "answers": arguments.answers,
            "weights": arguments.weights,
            "replicates": replicates_beside(arguments.weights),
            "questionnaire": arguments.questionnaire,
        },
    )
    log.info("compared: %s", ", ".join(f"{row['item']} by {row['lead']}" for row in choices))
    return 0
