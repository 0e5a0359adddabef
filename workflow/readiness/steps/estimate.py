"""Estimate: shares of every answer with design-based precision, overall and by group; how well the
items of scales measure the same; who answered, and what the others could do to the numbers.
"""

from readiness.analysis.domain import limit_answers, limit_design
from readiness.analysis.estimating import estimate, scales_table
from readiness.analysis.nonresponse import describe_nonresponse, nonresponse_tables
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import read_weighted
from readiness.config import DerivedVariable, Estimate, SelectionName
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins, read_sample
from readiness.running.step import Job, log


class EstimateWave(Estimate):
    """Settings: numbers of a wave, selection of respondents, derived scales."""

    selection: SelectionName
    minimum_base: int
    derive: list[DerivedVariable]


INPUTS = ("answers", "sample?", "weights", "replicates", "margins?", "questionnaire")
SETTINGS = EstimateWave


def run(job: Job[EstimateWave]) -> None:
    """Write the estimates, the reliability of scales, and the tables of nonresponse.

    Files: `estimates.csv`, `scales.csv`; on nonresponse `bounds.csv`, `response.csv`, `balance.csv`
    and `missing.csv`.
    """
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    margins_file, sample_file = job.get("margins"), job.get("sample")
    margins = read_margins(margins_file, questionnaire) if margins_file else {}
    sample = read_sample(sample_file, questionnaire) if sample_file else None
    design, coded = read_weighted(job["answers"], job["weights"])
    counted = limit_design(design, questionnaire, settings.where)
    apart = coded["group"].isin(questionnaire.groups_apart)
    answers_apart = limit_answers(coded[apart], questionnaire, settings.where)
    table = estimate(counted, answers_apart, questionnaire, settings)
    job.csv("estimates.csv", table)
    scales = [variable for variable in settings.derive if variable.scale]
    selection = Selection(settings.selection)
    job.csv("scales.csv", scales_table(counted, questionnaire, scales, settings.level, selection))
    tables = nonresponse_tables(
        design,
        coded[~apart],
        sample,
        questionnaire,
        settings,
        describe_nonresponse(design, margins, sample, questionnaire, selection),
        selection,
        settings.minimum_base,
    )
    for name, result in tables.items():
        job.csv(f"{name}.csv", result)
    log.info("estimated: %d shares of %d items", len(table), len(settings.items))
