"""Attack: what readers of a wave's numbers could prove of counts that are withheld.

What a reader may know is read beside the register: the frame cells and weights of the respondents,
and the earlier releases of the wave. Their answers are not used.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from readiness.analysis.names import group_name
from readiness.attack import (
    AttackRules,
    AttackTarget,
    Classes,
    attack,
    attack_table,
    classes_of,
    decode_shares,
    first_given_away,
    read_release,
    summary,
)
from readiness.config import Disclosure, StrictModel
from readiness.disclosure import Policy
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.register.disclosure_risk import ATTACK, VERDICT
from readiness.register.figures import read_register
from readiness.running.step import Job, log
from readiness.tables import read_text_table


class AttackWave(StrictModel):
    """Whom the numbers are for, what is too small for them, and the variables of the groups, the
    compared one first."""

    disclosure: Disclosure
    minimum_base: int
    by: tuple[str, ...]


INPUTS = ("figures", "answers", "weights", "questionnaire", "earlier*")
SETTINGS = AttackWave


def run(job: Job[AttackWave]) -> None:
    """Write `attack.csv`, one row a count, and `verdict.json`."""
    settings = job.settings
    questionnaire = load_questionnaire(job["questionnaire"])
    boxes = {item.id: item.levels_of for item in questionnaire.items if item.levels_of}
    policy = Policy.of(settings.disclosure.model_dump(exclude_none=True), settings.minimum_base)
    releases = [
        read_release(path.parent.name, read_register(path), boxes) for path in job.inputs["earlier"]
    ]
    release = read_release("", read_register(job["figures"]), boxes)
    classes = known_classes(job["answers"], job["weights"], questionnaire, settings.by)
    rules = AttackRules(policy.minimum_cell, policy.width)
    found = attack(AttackTarget(release, releases, classes, rules))
    known = decode_shares(release, classes) if classes is not None else {}
    table = attack_table(found)
    verdict = {
        **summary(found, known),
        "minimum": rules.minimum,
        "width": rules.width,
        "first": first_given_away(table),
        "decoded_first": min(known, default=""),
    }
    job.csv(ATTACK, table)
    job.file(VERDICT, json.dumps(verdict, indent=1, sort_keys=True) + "\n")
    log.info("attacked: %d counts, %d given away", len(found), verdict["given_away"])


def known_classes(
    answers: Path, weights: Path, questionnaire: Questionnaire, by: Sequence[str]
) -> Classes | None:
    """What a reader knows who knows every respondent's groups, of the frame or made of it; None
    where there is no frame."""
    groups = {}
    for place, name in enumerate(by):
        codes = questionnaire.grouping(name).codes
        named = {code: group_name(name, code) if place else code for code in codes}
        groups[name if place else ""] = (name, named)
    if not questionnaire.frame or not groups:
        return None
    columns = {"respondent", *(column for column, _ in groups.values())}
    coded = read_text_table(answers, "the coded answers", columns=columns)
    final = read_text_table(weights, "the weights", columns=("respondent", "weight"))
    both = coded.merge(final, on="respondent", validate="one_to_one")
    return classes_of(both, pd.to_numeric(both["weight"]), groups) if len(both) else None
