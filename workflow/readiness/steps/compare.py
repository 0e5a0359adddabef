"""Compare: does an answer differ between the groups? Tests, contrasts, effect sizes."""

from __future__ import annotations

import argparse

from readiness.analysis.comparing import compare_items, without_tests
from readiness.analysis.contrasting import contrast_items
from readiness.analysis.selection import Selection
from readiness.analysis.weighted import complete, read_weighted, replicates_beside
from readiness.config import Compare, SelectionName, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.survey.intervals import Interval


class CompareWave(Compare):
    """The tests of a wave; from `estimate` the confidence level, kind of interval and items.

    `contrasted`: items of which all groups are contrasted, by every variable; with those that are
    compared.
    """

    level: float
    contrasted: tuple[str, ...]
    interval: Interval
    selection: SelectionName


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "weights", "questionnaire")
    parser.add_argument(
        "--by",
        required=True,
        nargs="*",
        help="variables that answers are told by, the compared one first",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write `comparisons.csv`, `choices.csv` (one row an item) and `contrasts.csv`."""
    settings = parse_json(CompareWave, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    columns = questionnaire.coded_columns({*settings.items, *settings.contrasted, *arguments.by})
    design, _ = read_weighted(arguments.answers, arguments.weights, questionnaire.apart, columns)
    compared = arguments.by[0] if arguments.by else ""
    selection = Selection.of(settings.selection, complete=complete(design))
    contrasts = contrast_items(
        design, questionnaire, arguments.by, settings.contrasted, settings,
        level=settings.level, interval=settings.interval, selection=selection,
    )  # fmt: skip
    comparisons, choices = compare_items(
        design, questionnaire, compared, settings, settings.level, contrasts
    )
    if not selection.p_values:
        comparisons = without_tests(comparisons)
    outputs = Outputs("compare", arguments.out)
    outputs.csv("comparisons.csv", comparisons)
    outputs.csv("choices.csv", choices)
    outputs.csv("contrasts.csv", contrasts)
    outputs.finish(
        code=arguments.code,
        settings={**settings.model_dump(), "by": " ".join(arguments.by)},
        inputs={
            "answers": arguments.answers,
            "weights": arguments.weights,
            "replicates": replicates_beside(arguments.weights),
            "questionnaire": arguments.questionnaire,
        },
    )
    pairs = zip(choices["item"], choices["lead"], strict=True)
    log.info("compared: %s", ", ".join(f"{item} by {lead or 'no test'}" for item, lead in pairs))
    return 0
