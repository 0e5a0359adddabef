"""Validate: the raw export becomes coded answers, and every fault of every answer a row."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from readiness.config import Privacy, Validate, parse_json
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_corrections, read_export, read_ignored, read_sample
from readiness.running.personal import (
    Pseudonyms,
    detectors_of,
    frame_of,
    keep_apart,
    key_of,
)
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.validation import LARGEST_LOSS, loss_line, refuse_mass_loss, validate
from readiness.validation.quarantine import with_ineligible
from readiness.validation.separating import separate

INPUTS = ("answers", "sample", "questionnaire", "corrections")


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "sample?", "questionnaire", "corrections?")


JUDGING = {"simulated", "largest_loss", "privacy", "pseudonyms"}
"""Settings by which a run stops or goes on, or that are recorded in another way."""


class ValidateWave(Validate):
    """The section of the wave, with what else its data are compared with."""

    simulated: bool
    privacy: Privacy = Privacy()
    pseudonyms: Pseudonyms | None = None


def run(arguments: argparse.Namespace) -> int:
    """Write `answers.csv`, `issues.csv`, `quarantine.csv`, `counts.csv` and `sample.csv`."""
    settings = parse_json(ValidateWave, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    inputs = {name: getattr(arguments, name) for name in INPUTS if getattr(arguments, name)}
    raw = read_export(arguments.answers, questionnaire, simulated=settings.simulated)
    result = validate(
        raw,
        questionnaire,
        read_sample(arguments.sample, questionnaire) if arguments.sample else None,
        read_corrections(arguments.corrections, questionnaire) if arguments.corrections else None,
        opens=_day(settings.opens),
        closes=_day(settings.closes),
        duplicates=settings.duplicates,
    )
    key = key_of(settings.pseudonyms, questionnaire, arguments.answers)
    # From here on no message and no file quotes or names anybody.
    ignored = read_ignored(arguments.answers, questionnaire)
    detectors, looked_for = detectors_of(settings.privacy)
    result, apart = separate(result, raw, ignored, questionnaire, detectors, key.secret)
    keep_apart(arguments.out.parent, apart, key.name)
    largest = LARGEST_LOSS if settings.largest_loss is None else settings.largest_loss
    refuse_mass_loss(result, arguments.answers, largest)
    outputs = Outputs("validate", arguments.out)
    outputs.csv("answers.csv", result.answers)
    outputs.csv("issues.csv", result.issues.assign(file=arguments.answers.name))
    outputs.csv("quarantine.csv", result.quarantine)
    outputs.csv("counts.csv", result.counts)
    sample = frame_of(arguments.sample, questionnaire, key.secret)
    outputs.csv("sample.csv", with_ineligible(sample, result.quarantine))
    record = {**settings.model_dump(exclude=JUDGING), **looked_for}
    outputs.finish(code=arguments.code, settings=record, inputs=inputs)
    if line := loss_line(result):
        # `readiness run` says it again at its end, and where there is nothing to do.
        log.warning("%s Every fault: %s", line, arguments.out / "issues.csv")
        print(f"readiness validate: {line}", file=sys.stderr)
    log.info("validated: %d kept, %d issues", len(result.answers), len(result.issues))
    return 0


def _day(text: str | None) -> date | None:
    """A day of the settings, where they name one."""
    return date.fromisoformat(text) if text else None
