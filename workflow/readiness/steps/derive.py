"""Derive: variables that are computed of answers, as columns and as items of the questionnaire."""

import yaml

from readiness.analysis.derived_items import with_derived
from readiness.analysis.deriving import derive
from readiness.config import DerivedVariable, StrictModel, read_yaml
from readiness.ground.tables import read_text_table
from readiness.questionnaire import expand, questionnaire_of
from readiness.running.step import Job, log

HEAD = "# What was asked, and behind it what is computed of the answers; made by the step derive.\n"


class DeriveWave(StrictModel):
    """Settings: the derived variables of a wave."""

    derive: list[DerivedVariable]


INPUTS = ("answers", "questionnaire")
SETTINGS = DeriveWave


def run(job: Job[DeriveWave]) -> None:
    """Write `answers.csv` and `questionnaire.yaml`, derived items behind those that were asked."""
    settings, where = job.settings, str(job["questionnaire"])
    document = with_derived(
        expand(read_yaml(job["questionnaire"], as_text=True)), settings.derive, where
    )
    answers = read_text_table(job["answers"], "the coded answers")
    table = derive(answers, questionnaire_of(document, where), settings.derive)
    job.csv("answers.csv", table, people=True)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    job.file("questionnaire.yaml", HEAD + text)
    log.info("derived: %s", ", ".join(variable.id for variable in settings.derive))
