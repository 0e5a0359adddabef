"""Firmness: in which defensible variants of its analysis each finding of a wave holds."""

from readiness.analysis.selection import Selection
from readiness.analysis.varying import MARKED, Wave
from readiness.config import Compare, Estimate, FigureRules, SelectionName, StrictModel, Weight
from readiness.ground.tables import read_text_table
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins
from readiness.register.precision import ShareDigits
from readiness.reporting.holding import Judge, claims_of, judge_all
from readiness.running.step import Job, log


class FirmnessOfWave(StrictModel):
    """Settings: what varies (`dimensions`), the report's items, the settings of other steps."""

    dimensions: list[str]
    items: list[str]
    by: str
    weight: Weight | None
    estimate: Estimate
    compare: Compare
    figures: FigureRules
    selection: SelectionName


INPUTS = (
    *("answers", "counts", "issues", "weights", "estimates", "contrasts", "questionnaire"),
    "margins?",
)
SETTINGS = FirmnessOfWave


def run(job: Job[FirmnessOfWave]) -> None:
    """Write `firmness.csv`, a row for each finding and variant, and `weights.csv`.

    `weights.csv` has the weights of people in the variants. The register needs these weights: a
    reader who compares two variants may learn a number, which the register then suppresses.
    """
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    margins_file = job.get("margins")
    issues = read_text_table(job["issues"], "the issues")
    wave = Wave(
        read_text_table(job["answers"], "the coded answers"),
        read_text_table(job["counts"], "the counts"),
        questionnaire,
        read_margins(margins_file, questionnaire) if margins_file else {},
        settings.weight,
        settings.estimate,
        settings.compare,
        Selection(settings.selection),
        settings.by,
        settings.figures.reliable_base,
        {
            choice: set(issues.loc[issues["rule"] == rule, "respondent"])
            for choice, rule in MARKED.items()
        },
    )
    judge = Judge(
        questionnaire,
        wave.selection,
        settings.figures,
        ShareDigits.of_wave(len(read_text_table(job["weights"], "the weights"))),
        settings.estimate.level,
        settings.by,
    )
    tables = [read_text_table(job[name], f"the {name}") for name in ("estimates", "contrasts")]
    claims = list(claims_of(wave, judge, settings.items, (tables[0], tables[1])))
    table, weights = judge_all(wave, judge, claims, wave.choices(settings.dimensions))
    job.csv("firmness.csv", table)
    job.csv("weights.csv", weights)
    for (item, finding), variants in table.groupby(["item", "finding"], sort=False):
        log.info("%s, %s: %s", item, finding, variants["state"].value_counts().to_dict())
