"""Validate: the raw export becomes coded answers, and every fault of every answer a row."""

import sys
from datetime import date
from logging import INFO, WARNING
from pathlib import Path

import pandas as pd

from readiness.config import Privacy, StrictModel, Validate
from readiness.ground.files import write_atomically
from readiness.ground.tables import read_text_table, to_csv
from readiness.privacy.detecting import Detectors, names_people
from readiness.privacy.pseudonyms import with_pseudonyms
from readiness.provenance.results_folder import KEY_NAME, PRIVATE
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.readers import (
    SAMPLE_COLUMNS,
    read_corrections,
    read_export,
    read_ignored,
    read_sample,
)
from readiness.running.pseudonym_key import key_for
from readiness.running.step import Job, log
from readiness.validation import (
    LARGEST_LOSS,
    refuse_large_answers,
    refuse_mass_loss,
    validate,
    write_loss_line,
)
from readiness.validation.rows import mark_ineligible
from readiness.validation.separating import Apart, separate


class Pseudonyms(StrictModel):
    """Settings of the key that makes the respondents' pseudonyms: see `key_for`."""

    dataset: str
    sealed: str


def _find_key(
    wanted: Pseudonyms | None, questionnaire: Questionnaire, export: Path
) -> tuple[bytes | None, str]:
    """Return the key of a wave's respondents and its name; None where nobody needs a pseudonym.

    Raises ConfigError where a key is needed and missing.
    """
    columns = questionnaire.export
    personal = [item.id for item in questionnaire.items if item.personal]
    if wanted is None or not names_people(columns.invitation, columns.respondent, personal):
        return None, ""
    return key_for(Path.cwd(), wanted.dataset, wanted.sealed, export)


def _keep_apart(run: Path, apart: Apart, key: str) -> None:
    """Write personal answers below `run`/private, readable by their owner alone.

    The name of the key is there, too: a provenance record is the same with any key.
    """
    folder = run / PRIVATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    write_atomically(folder / "answers.csv", to_csv(apart.answers), private=True)
    write_atomically(folder / "personal-data.csv", to_csv(apart.seen), private=True)
    write_atomically(folder / KEY_NAME, key, private=True)
    if n := len(apart.seen):
        log.warning("personal data in %d cells: %s", n, folder / "personal-data.csv")


def _read_frame(
    sample: Path | None, questionnaire: Questionnaire, key: bytes | None
) -> pd.DataFrame:
    """Return the sample for later steps: only the columns that they use, under pseudonyms."""
    if sample is None:
        return pd.DataFrame(columns=["token"])
    sample_table = read_text_table(sample, "sample")
    column_names = (*SAMPLE_COLUMNS, *(v.id for v in questionnaire.frame), "disposition")
    # Keep numbers as text: formatting a parsed number would lose digits.
    frame = sample_table[[name for name in column_names if name in sample_table.columns]].copy()
    frame["token"] = read_sample(sample, questionnaire)["token"].to_numpy()
    return frame if key is None else with_pseudonyms(frame, ["token"], key)


# Settings left out of the record: conditions to stop a run, or recorded in another form.
JUDGING = {"simulated", "largest_loss", "privacy", "pseudonyms"}


class ValidateWave(Validate):
    """Settings: the section of the wave, privacy, and the key of pseudonyms."""

    simulated: bool
    privacy: Privacy = Privacy()
    pseudonyms: Pseudonyms | None = None


INPUTS = ("answers", "sample?", "questionnaire", "corrections?")
SETTINGS = ValidateWave


def run(job: Job[ValidateWave]) -> None:
    """Write the answers, issues, quarantine, counts, reconciliation and sample, each as CSV."""
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    sample_file, corrections = job.get("sample"), job.get("corrections")
    raw = read_export(job["answers"], questionnaire, simulated=settings.simulated)
    result = validate(
        raw,
        questionnaire,
        read_sample(sample_file, questionnaire) if sample_file else None,
        read_corrections(corrections, questionnaire) if corrections else None,
        opens=_read_day(settings.opens),
        closes=_read_day(settings.closes),
        duplicates=settings.duplicates,
    )
    key, key_name = _find_key(settings.pseudonyms, questionnaire, job["answers"])
    # From here on no message and no file quotes or names anybody.
    ignored = read_ignored(job["answers"], questionnaire)
    detectors = Detectors(tuple(settings.privacy.telephone), tuple(settings.privacy.identity))
    result, apart = separate(result, raw, ignored, questionnaire, detectors, key)
    _keep_apart(job.out.parent, apart, key_name)
    largest = LARGEST_LOSS if settings.largest_loss is None else settings.largest_loss
    refuse_mass_loss(result, job["answers"], largest)
    refuse_large_answers(result.answers, job["answers"])
    job.csv("answers.csv", result.answers, people=True)
    job.csv("issues.csv", result.issues.assign(file=job["answers"].name), people=True)
    job.csv("quarantine.csv", result.quarantine, people=True)
    job.csv("counts.csv", result.counts)
    job.csv("reconciliation.csv", result.reconciliation, people=True)
    sample = _read_frame(sample_file, questionnaire, key)
    job.csv("sample.csv", mark_ineligible(sample, result.quarantine), people=True)
    looked_for = {name: pattern for name, pattern in settings.privacy.looked_for.items() if pattern}
    job.record = {**settings.model_dump(exclude=JUDGING), **looked_for}
    line = write_loss_line(result, raw.attrs)
    # `readiness run` repeats the line at the end, also when nothing is to be done.
    is_mass_loss = line.startswith("LOST")
    log.log(WARNING if is_mass_loss else INFO, "%s Every fault: %s", line, job.out / "issues.csv")
    if is_mass_loss:
        print(f"readiness validate: {line}", file=sys.stderr)
    log.info("validated: %d kept, %d issues", len(result.answers), len(result.issues))


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
