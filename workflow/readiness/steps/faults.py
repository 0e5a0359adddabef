"""Faults: what validation found, as pages for whoever prepares the data; they are internal."""

from readiness.config import StrictModel
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Job, log
from readiness.site.faults import ValidationTables, faults_page
from readiness.tables import read_text_table

TABLES = ("answers", "issues", "counts", "quarantine")


class FaultPages(StrictModel):
    """In which languages, and whether the answers are simulated."""

    languages: list[str]
    simulated: bool


INPUTS = (*TABLES, "questionnaire")
SETTINGS = FaultPages


def run(job: Job[FaultPages]) -> None:
    """Write `faults-<language>.html` in each language."""
    settings = job.settings
    questionnaire = load_questionnaire(job["questionnaire"])
    answers, issues, counts, quarantine = (
        read_text_table(job[name], f"the {name}") for name in TABLES
    )
    found = ValidationTables(answers, issues, counts, quarantine, settings.simulated)
    job.hide()
    for language in settings.languages:
        job.file(f"faults-{language}.html", faults_page(questionnaire, found, language))
    log.info("faults: %d, told in %s", len(issues), ", ".join(settings.languages))
