"""Nonresponse: who answered, and what those who did not could do to the headline numbers."""

from __future__ import annotations

from readiness.analysis.nonresponse import nonresponse_tables, unanswered
from readiness.analysis.selection import Selection
from readiness.analysis.weighted import read_weighted
from readiness.config import Estimate, SelectionName
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins, read_sample
from readiness.running.step import Job, log
from readiness.tables import read_text_table


class Nonresponse(Estimate):
    """The numbers of a wave, and how its respondents came in."""

    selection: SelectionName
    minimum_base: int


INPUTS = ("answers", "sample?", "weights", "replicates", "margins?", "questionnaire")
SETTINGS = Nonresponse


def run(job: Job[Nonresponse]) -> None:
    """Write `bounds.csv`, `response.csv`, `balance.csv` and `missing.csv`."""
    settings = job.settings
    selection = Selection(settings.selection)
    questionnaire = load_questionnaire(job["questionnaire"])
    margins_file, sample_file = job.get("margins"), job.get("sample")
    margins = read_margins(margins_file, questionnaire) if margins_file else {}
    sample = read_sample(sample_file, questionnaire) if sample_file else None
    design, _ = read_weighted(job["answers"], job["weights"], questionnaire.apart)
    coded = read_text_table(job["answers"], "the coded answers")
    respondents = coded[~coded["group"].isin(list(questionnaire.apart))]
    known = unanswered(design, margins, sample, questionnaire, selection)
    tables = nonresponse_tables(
        design, respondents, sample, questionnaire, settings, known, selection,
        settings.minimum_base,
    )  # fmt: skip
    for name, table in tables.items():
        job.csv(f"{name}.csv", table)
    log.info("nonresponse: bounds of %d numbers", len(tables["bounds"]))
