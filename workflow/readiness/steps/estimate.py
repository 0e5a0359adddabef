"""Estimate: shares of every answer, overall and by group, with design-based precision."""

from __future__ import annotations

from readiness.analysis.estimating import estimate
from readiness.analysis.weighted import read_weighted
from readiness.config import Estimate
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Job, log

INPUTS = ("answers", "weights", "replicates", "questionnaire")
SETTINGS = Estimate


def run(job: Job[Estimate]) -> None:
    """Write `estimates.csv`."""
    settings = job.settings
    questionnaire = load_questionnaire(job["questionnaire"])
    columns = questionnaire.coded_columns({*settings.items, *settings.variables(())})
    design, apart = read_weighted(job["answers"], job["weights"], questionnaire.apart, columns)
    table = estimate(design, apart, questionnaire, settings)
    job.csv("estimates.csv", table)
    log.info("estimated: %d shares of %d items", len(table), len(settings.items))
