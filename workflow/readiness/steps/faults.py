"""Faults: what validation found, as pages for whoever prepares the data; they are internal."""

from readiness.config import StrictModel
from readiness.ground.tables import read_text_table
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Job, log
from readiness.site.faults import faults_page

TABLES = ("issues", "counts", "quarantine")


class FaultPages(StrictModel):
    """Settings: the languages of the pages."""

    languages: list[str]


INPUTS = (*TABLES, "questionnaire")
SETTINGS = FaultPages


def run(job: Job[FaultPages]) -> None:
    """Write `faults-<language>.html` in each language."""
    questionnaire = load_questionnaire(job["questionnaire"])
    issues, counts, quarantine = (read_text_table(job[name], f"the {name}") for name in TABLES)
    job.hide()
    for language in job.settings.languages:
        page = faults_page(questionnaire, issues, counts, quarantine, language)
        job.file(f"faults-{language}.html", page)
    log.info("faults: %d, pages in %s", len(issues), ", ".join(job.settings.languages))
