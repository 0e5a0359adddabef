"""Weight: rake the weighted groups to the frame's margins, within limits, replicate, report."""

from dataclasses import replace

from readiness.analysis import weighting
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import replicates_file
from readiness.config import SelectionName, StrictModel, Weight
from readiness.ground.tables import read_text_table
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins
from readiness.running.step import Job, log


class WeightWave(StrictModel):
    """Settings: the weighting of a wave (None for no weights), the selection of respondents."""

    weight: Weight | None
    selection: SelectionName


INPUTS = ("answers", "counts", "questionnaire", "margins?")
SETTINGS = WeightWave


def run(job: Job[WeightWave]) -> None:
    """Write `weights.csv`, `replicates.npz`, `margins.csv`, `summary.csv` and `steps.csv`.

    `steps.csv`: what was done, as facts.
    """
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    margins_file = job.get("margins")
    margins = read_margins(margins_file, questionnaire) if margins_file else {}
    counts = read_text_table(job["counts"], "the counts")
    closed = [c for i in questionnaire.items if i.kind.takes_options for c in i.columns]
    names = [column for item in questionnaire.items for column in item.columns]
    weights = settings.weight and settings.weight.given
    weight_columns = (
        (weights.weight, *weights.drawn_by, *weights.match_columns(names)) if weights else ()
    )
    column_names = dict.fromkeys((*weighting.OF_A_RESPONDENT, *margins, *weight_columns, *closed))
    answers = read_text_table(job["answers"], "the coded answers", columns=list(column_names))
    table = weighting.weighted_part(answers, counts, questionnaire.groups_apart)
    weighed = weighting.weigh_wave(
        table, weighting.people(counts), margins, settings.weight, Selection(settings.selection)
    )
    weighed = replace(weighed, steps=(*weighed.steps, *weighting.tell_move(weighed, table, closed)))
    weighting_result = weighed.weighting
    job.csv("weights.csv", weighting.weights_table(table, weighed), people=True)
    job.csv("margins.csv", weighting.margins_table(weighed))
    job.csv("summary.csv", weighting.summary_table(weighed))
    job.csv("steps.csv", weighting.steps_table(weighed))
    job.file("replicates.npz", replicates_file(weighed.replicates))
    log.info(
        "weighted: %s", "; ".join(weighting_result.report.method) if weighting_result else "nobody"
    )
