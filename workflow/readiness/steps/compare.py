"""Compare: does an answer differ between the groups? Tests, contrasts, effect sizes."""

from readiness.analysis.comparing import (
    close_pairs,
    compare_items,
    contrast_items,
    without_tests,
)
from readiness.analysis.domain import limit_design
from readiness.analysis.lettering import add_letters
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import read_weighted
from readiness.config import SHARE_INTERVAL, Compare, SelectionName
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Job, log


class CompareWave(Compare):
    """Settings: the tests of a wave; from `estimate` the confidence level and the items.

    `contrasted`: items whose groups are all contrasted, by every variable, the compared items among
    them; `by`: grouping variables, the compared one first; `where`: whom all figures describe.
    """

    level: float
    contrasted: tuple[str, ...]
    selection: SelectionName
    by: tuple[str, ...]
    where: dict[str, list[str]] | None


INPUTS = ("answers", "weights", "replicates", "questionnaire")
SETTINGS = CompareWave


def run(job: Job[CompareWave]) -> None:
    """Write `comparisons.csv`, `choices.csv` (one row an item) and `contrasts.csv`.

    Contrasts are adjusted to the leading test (`close_pairs`).
    """
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    named = {*settings.items, *settings.contrasted, *settings.by, *(settings.where or ())}
    columns = questionnaire.coded_columns(named)
    design, _ = read_weighted(job["answers"], job["weights"], columns)
    design = limit_design(design, questionnaire, settings.where)
    compared, selection = settings.by[0] if settings.by else "", Selection(settings.selection)
    contrasts = contrast_items(
        design,
        questionnaire,
        settings.by,
        settings.contrasted,
        level=settings.level,
        interval=SHARE_INTERVAL,
        selection=selection,
    )
    contrasts = add_letters(
        contrasts, design, questionnaire, settings.by, settings.contrasted, settings.letters
    )
    comparisons, choices = compare_items(
        design, questionnaire, compared, settings, settings.level, contrasts
    )
    if not selection.inference:
        comparisons = without_tests(comparisons)
    job.csv("comparisons.csv", comparisons)
    job.csv("choices.csv", choices)
    job.csv("contrasts.csv", close_pairs(contrasts, settings.level))
    pairs = zip(choices["item"], choices["lead"], strict=True)
    log.info("compared: %s", ", ".join(f"{item} by {lead or 'no test'}" for item, lead in pairs))
