"""Attack: what readers of a wave's numbers could prove of counts that are withheld.

What a reader may know is read beside the register: the frame cells and weights of the respondents,
and the earlier releases of the wave. Their answers are not used.
"""

import json

from readiness.analysis.domain import add_domain
from readiness.attack import attack, attack_table, first_given_away, summary
from readiness.config import Disclosure, StrictModel
from readiness.disclosure import Policy
from readiness.ground.tables import read_text_table
from readiness.questionnaire import load_questionnaire
from readiness.register.attacking import known_classes, read_target, read_varied
from readiness.register.disclosure_risk import ATTACK, VERDICT
from readiness.register.figures import read_register
from readiness.running.step import Job, log


class AttackWave(StrictModel):
    """Settings: the audience, the smallest published base, grouping variables, compared first.

    `where`: whom all figures describe.
    """

    disclosure: Disclosure
    minimum_base: int
    by: tuple[str, ...]
    where: dict[str, list[str]] | None


INPUTS = ("figures", "answers", "weights", "questionnaire", "earlier*", "varied?")
SETTINGS = AttackWave


def run(job: Job[AttackWave]) -> None:
    """Write `attack.csv`, one row per count, and `verdict.json`."""
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    policy = Policy.of(settings.disclosure.model_dump(exclude_none=True), settings.minimum_base)
    answers = read_text_table(job["answers"], "the coded answers")
    answers, questionnaire = add_domain(answers, questionnaire, settings.where)
    weights = read_text_table(job["weights"], "the weights", columns=("respondent", "weight"))
    # Respondents in groups apart have no weight.
    respondents = answers.merge(weights, on="respondent")
    varied = read_varied(job.get("varied"), respondents)
    classes = known_classes(respondents, questionnaire, settings.by, varied)
    figures = read_register(job["figures"])
    knowledge = (questionnaire, policy, varied, respondents)
    target = read_target(figures, job.inputs["earlier"], classes, *knowledge)
    attacked_counts = attack(target)
    table = attack_table(attacked_counts)
    verdict = {
        **summary(attacked_counts),
        "minimum": policy.minimum_cell,
        "width": policy.width,
        "first": first_given_away(table),
    }
    job.csv(ATTACK, table)
    job.file(VERDICT, json.dumps(verdict, indent=1, sort_keys=True) + "\n")
    log.info("attacked: %d counts, %d disclosed", len(attacked_counts), verdict["given_away"])
