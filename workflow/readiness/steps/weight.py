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
    """The weighting of a wave, and how its respondents came in; `weight` is None for no weights."""

    weight: Weight | None
    selection: SelectionName


INPUTS = ("answers", "counts", "questionnaire", "margins?")
SETTINGS = WeightWave


def run(job: Job[WeightWave]) -> None:
    """Write `weights.csv`, `replicates.npz`, `margins.csv`, `summary.csv` and `steps.csv` (what was
    done, as facts).
    """
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    given = job.get("margins")
    margins = read_margins(given, questionnaire) if given else {}
    counts = read_text_table(job["counts"], "the counts")
    closed = [c for i in questionnaire.items if i.kind.takes_options for c in i.columns]
    names = [column for item in questionnaire.items for column in item.columns]
    weights = settings.weight and settings.weight.given
    own = (weights.weight, *weights.drawn_by, *weights.match_columns(names)) if weights else ()
    wanted = dict.fromkeys((*weighting.OF_A_RESPONDENT, *margins, *own, *closed))
    answers = read_text_table(job["answers"], "the coded answers", columns=list(wanted))
    table = weighting.weighted_part(answers, counts, questionnaire.groups_apart)
    weighed = weighting.weigh_wave(
        table, weighting.people(counts), margins, settings.weight, Selection(settings.selection)
    )
    weighed = replace(weighed, steps=(*weighed.steps, *weighting.tell_move(weighed, table, closed)))
    made = weighed.weighting
    job.csv("weights.csv", weighting.weights_table(table, weighed), people=True)
    job.csv("margins.csv", weighting.margins_table(weighed))
    job.csv("summary.csv", weighting.summary_table(weighed))
    job.csv("steps.csv", weighting.steps_table(weighed))
    job.file("replicates.npz", replicates_file(weighed.replicates))
    log.info("weighted: %s", "; ".join(made.report.method) if made else "nobody")
