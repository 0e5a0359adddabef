"""The page for the data protection officer: what a wave's release hides, and what it could tell."""

import json
from typing import Any

import pandas as pd

from readiness.config import StrictModel
from readiness.ground.tables import read_text_table
from readiness.language import Language
from readiness.privacy.detecting import names_people
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.register.figures import read_register
from readiness.running.step import Job, log
from readiness.site.dpo import REASONS, Protection, dpo_page
from readiness.validation.separating import PERSONAL_DATA, list_kept_apart

# Most groups in the table: a sheet has no room for more.
LONGEST = 10


class DpoPages(StrictModel):
    """Settings: the wave's title by language, privacy settings, statements on the survey."""

    languages: list[str]
    titles: dict[str, str]
    simulated: bool
    pseudonyms: bool
    reader: str
    study: dict[str, Any]
    signed_off_by: str


INPUTS = ("figures", "disclosure", "attack", "verdict", "issues", "questionnaire")
SETTINGS = DpoPages


def run(job: Job[DpoPages]) -> None:
    """Write `dpo-<language>.html` in each language."""
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    tables = {"figures": read_register(job["figures"])}
    tables |= {name: read_text_table(job[name], f"the {name}") for name in ("attack", "issues")}
    verdict, withheld = (json.loads(job[n].read_text("utf-8")) for n in ("verdict", "disclosure"))
    for language in settings.languages:
        content = protection(settings, questionnaire, tables, verdict, withheld, language)
        job.file(f"dpo-{language}.html", dpo_page(content, settings.titles[language], language))
    log.info("page for the data protection officer: %s", ", ".join(settings.languages))


def protection(
    settings: DpoPages,
    questionnaire: Questionnaire,
    tables: dict[str, pd.DataFrame],
    verdict: dict[str, Any],
    withheld: dict[str, Any],
    language: Language,
) -> Protection:
    """Return the content of the page.

    `withheld`: `disclosure.json`, without entries where the register decided nothing.
    """
    figures, attacked, export = tables["figures"], tables["attack"], questionnaire.export
    estimates = figures[figures["kind"] == "estimate"]
    suppressed_count = int((estimates["suppressed"] != "").sum())
    readers = attacked["reader"].unique().tolist() if len(attacked) else []
    groups = withheld.get("by_group", {})
    largest_groups = sorted(groups, key=lambda name: (-groups[name]["withheld"], name))[:LONGEST]
    # Suppressed figures are shares, means and bases.
    bases = len(estimates[["item", "group"]].drop_duplicates()) if withheld else 0
    return Protection(
        numbers=int(withheld.get("numbers", len(estimates))) + bases,
        withheld=sum(int(withheld.get(reason, 0)) for reason in REASONS) or suppressed_count,
        reasons={reason: int(withheld.get(reason, 0)) for reason in REASONS},
        by_group=tuple(
            (_label(questionnaire, name, language), groups[name]["withheld"], groups[name]["of"])
            for name in largest_groups
        ),
        reader=str(withheld.get("reader", settings.reader)),
        minimum=int(verdict["minimum"]),
        width=int(verdict["width"]),
        attack=verdict,
        readers=tuple(sorted(readers)),
        apart=len(list_kept_apart(questionnaire)),
        seen=int((tables["issues"]["rule"] == PERSONAL_DATA).sum()),
        pseudonyms=settings.pseudonyms and names_people(export.invitation, export.respondent),
        simulated=settings.simulated,
        datasets=" ".join(sorted({name for cell in figures["dataset"] for name in cell.split()})),
        study=settings.study,
        signed_off_by=settings.signed_off_by,
    )


def _label(questionnaire: Questionnaire, group: str, language: Language) -> str:
    """Return the label of a group; a group of a further variable is `variable:code`."""
    name, colon, code = group.rpartition(":")
    for variable in questionnaire.groupings:
        labels = {c.code: c.labels for c in variable.categories}
        if (not colon or variable.id == name) and code in labels:
            return labels[code].get(language, code)
    return group
