"""Scale: how well the items of each derived scale measure the same, as Cronbach's alpha."""

from __future__ import annotations

from readiness.analysis.estimating import scales_table
from readiness.analysis.selection import Selection
from readiness.analysis.weighted import complete, read_weighted
from readiness.config import Derived, Section, SelectionName
from readiness.questionnaire import load_questionnaire
from readiness.running.step import Job, log


class ScaleWave(Section):
    """The derived variables of a wave, and the confidence level of its intervals."""

    derive: list[Derived]
    level: float
    selection: SelectionName


INPUTS = ("answers", "weights", "replicates", "questionnaire")
SETTINGS = ScaleWave


def run(job: Job[ScaleWave]) -> None:
    """Write `scales.csv`."""
    settings = job.settings
    questionnaire = load_questionnaire(job["questionnaire"])
    scales = [one for one in settings.derive if one.scale]
    columns = questionnaire.coded_columns({name for one in scales for name in one.sources})
    design, _ = read_weighted(job["answers"], job["weights"], questionnaire.apart, columns)
    selection = Selection.of(settings.selection, complete=complete(design))
    table = scales_table(design, questionnaire, scales, settings.level, selection)
    job.csv("scales.csv", table)
    log.info("scales: %s", ", ".join(table["item"]))
