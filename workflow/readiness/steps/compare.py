"""Compare: does an answer differ between the groups? Tests, contrasts, effect sizes."""

from __future__ import annotations

import argparse
from typing import Any

from readiness.analysis.comparing import compare_items
from readiness.analysis.weighted import read_weighted, replicates_beside
from readiness.config import Compare, Edition, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Outputs, add_step_arguments, log

USUAL_LEVEL = 0.95
"""The confidence level where settings name none, as those of sealed publications do not."""


class CompareWave(Compare, Edition):
    """The tests of a wave, and the confidence level of its intervals, that of its estimates."""

    level: float = USUAL_LEVEL

    def record(self) -> dict[str, Any]:
        """Without the usual level: there was none before it could be another."""
        record = super().record()
        if self.level == USUAL_LEVEL:
            del record["level"]
        return record


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "weights", "questionnaire")
    parser.add_argument(
        "--by",
        required=True,
        nargs="+",
        help="variables that answers are told by, the compared one first",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write `comparisons.csv` (one row a test, contrast or effect) and `choices.csv`."""
    settings = parse_json(CompareWave, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    design, _ = read_weighted(arguments.answers, arguments.weights, questionnaire.apart)
    compared, *_ = arguments.by
    comparisons, choices = compare_items(design, questionnaire, compared, settings, settings.level)
    outputs = Outputs("compare", arguments.out)
    outputs.csv("comparisons.csv", comparisons)
    outputs.csv("choices.csv", choices)
    outputs.finish(
        code=arguments.code,
        settings={**settings.record(), "by": " ".join(arguments.by)},
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
