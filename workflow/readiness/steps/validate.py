"""Validate: the raw export becomes coded answers, and every fault of every answer a row."""

import sys
from datetime import date
from logging import INFO, WARNING

from readiness.config import Privacy, Validate
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_corrections, read_export, read_ignored, read_sample
from readiness.running import personal
from readiness.running.step import Job, log
from readiness.validation import LARGEST_LOSS, refuse_mass_loss, validate, write_loss_line
from readiness.validation.rows import mark_ineligible
from readiness.validation.separating import separate

# Settings by which a run stops or goes on, or that are recorded in another way.
JUDGING = {"simulated", "largest_loss", "privacy", "pseudonyms"}


class ValidateWave(Validate):
    """The section of the wave, with what else its data are compared with."""

    simulated: bool
    privacy: Privacy = Privacy()
    pseudonyms: personal.Pseudonyms | None = None


INPUTS = ("answers", "sample?", "questionnaire", "corrections?")
SETTINGS = ValidateWave


def run(job: Job[ValidateWave]) -> None:
    """Write `answers.csv`, `issues.csv`, `quarantine.csv`, `counts.csv`, `reconciliation.csv` and
    `sample.csv`.
    """
    settings = job.settings
    questionnaire = load_questionnaire(job["questionnaire"])
    listed, corrections = job.get("sample"), job.get("corrections")
    raw = read_export(job["answers"], questionnaire, simulated=settings.simulated)
    result = validate(
        raw,
        questionnaire,
        read_sample(listed, questionnaire) if listed else None,
        read_corrections(corrections, questionnaire) if corrections else None,
        opens=_read_day(settings.opens),
        closes=_read_day(settings.closes),
        duplicates=settings.duplicates,
    )
    key, key_name = personal.key_of(settings.pseudonyms, questionnaire, job["answers"])
    # From here on no message and no file quotes or names anybody.
    ignored = read_ignored(job["answers"], questionnaire)
    detectors, looked_for = personal.detectors_of(settings.privacy)
    result, apart = separate(result, raw, ignored, questionnaire, detectors, key)
    personal.keep_apart(job.out.parent, apart, key_name)
    largest = LARGEST_LOSS if settings.largest_loss is None else settings.largest_loss
    refuse_mass_loss(result, job["answers"], largest)
    job.csv("answers.csv", result.answers, people=True)
    job.csv("issues.csv", result.issues.assign(file=job["answers"].name), people=True)
    job.csv("quarantine.csv", result.quarantine, people=True)
    job.csv("counts.csv", result.counts)
    job.csv("reconciliation.csv", result.reconciliation, people=True)
    sample = personal.frame_of(listed, questionnaire, key)
    job.csv("sample.csv", mark_ineligible(sample, result.quarantine), people=True)
    job.record = {**settings.model_dump(exclude=JUDGING), **looked_for}
    line = write_loss_line(result)
    # `readiness run` says it again at its end, and where there is nothing to do.
    lost = line.startswith("LOST")
    log.log(WARNING if lost else INFO, "%s Every fault: %s", line, job.out / "issues.csv")
    if lost:
        print(f"readiness validate: {line}", file=sys.stderr)
    log.info("validated: %d kept, %d issues", len(result.answers), len(result.issues))


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
