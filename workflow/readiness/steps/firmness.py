"""Firmness: in which defensible variants of its analysis each finding of a wave holds."""

from readiness.analysis.selection import Selection
from readiness.analysis.varying import MARKED, Wave
from readiness.config import (
    Compare,
    Estimate,
    FigureRules,
    SelectionName,
    StrictModel,
    Weight,
)
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins
from readiness.reporting.holding import FAILS, HOLDS, Judge, claims_of, judge_all, summarise
from readiness.running.step import Job, log
from readiness.tables import read_text_table


class FirmnessOfWave(StrictModel):
    """What varies (`dimensions`), of which items the report tells, the settings of the steps."""

    dimensions: list[str]
    items: list[str]
    by: str
    weight: Weight | None
    estimate: Estimate
    compare: Compare
    figures: FigureRules
    selection: SelectionName


INPUTS = ("answers", "counts", "issues", "estimates", "contrasts", "questionnaire", "margins?")
SETTINGS = FirmnessOfWave


def run(job: Job[FirmnessOfWave]) -> None:
    """Write `firmness.csv`, one row a finding and variant, and `findings.csv`, one a finding.

    For the analyst: what one variant tells beside another is no part of a release.
    """
    settings = job.settings
    questionnaire = load_questionnaire(job["questionnaire"])
    given = job.get("margins")
    issues = read_text_table(job["issues"], "the issues")
    wave = Wave(
        read_text_table(job["answers"], "the coded answers"),
        read_text_table(job["counts"], "the counts"),
        questionnaire,
        read_margins(given, questionnaire) if given else {},
        settings.weight,
        settings.estimate,
        settings.compare,
        Selection(settings.selection),
        settings.by,
        settings.figures.reliable_base,
        {of: set(issues.loc[issues["rule"] == rule, "respondent"]) for of, rule in MARKED.items()},
    )
    judge = Judge(questionnaire, wave.selection, settings.figures, settings.by)
    tables = [read_text_table(job[name], f"the {name}") for name in ("estimates", "contrasts")]
    claims = list(claims_of(wave, judge, settings.items, (tables[0], tables[1])))
    choices = wave.choices(settings.dimensions)
    table = judge_all(wave, judge, claims, choices)
    job.csv("firmness.csv", table)
    findings = summarise(table)
    job.csv("findings.csv", findings)
    for row in findings.to_dict("records"):
        told = f"{row['item']} ({row['finding']}, {row['kind']}): holds in {row[HOLDS]} of"
        where = f", fails only with {row['fails_with']}" if row["fails_with"] else ""
        log.info("%s %d variants%s", told, row[HOLDS] + row[FAILS], where)
