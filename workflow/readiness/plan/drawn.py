"""Which charts a run has: they follow from what its document tells, by the kind of each item.

Names hold a hyphen after the item's id, which has none: no two charts of a run share a name.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from readiness.config import WaveSettings
from readiness.plan.deriving import asked_of
from readiness.plan.documents import told_items
from readiness.plan.runs import PlannedRun
from readiness.questionnaire.model import forms_of, one_number

BASES = "bases"
QUESTIONS = "questions"
WEIGHTS = "weights"
REVISION = "revision"
# Who answered, what they left out, and what that could do.
NONRESPONSE = ("participation", "missingness", "nonresponse")


class Planned(NamedTuple):
    """One chart: the name of its files, its form, and the item that it shows ("" for none)."""

    name: str
    form: str
    item: str = ""


# The charts of every study.
STUDY = (Planned(BASES, BASES), Planned(QUESTIONS, QUESTIONS))


def charts_of(root: Path, run: PlannedRun) -> tuple[Planned, ...]:
    """The charts of a run, in the order of its document."""
    wave = run.section
    if not isinstance(wave, WaveSettings):
        return STUDY
    questionnaire = asked_of(root, run)
    found: list[Planned] = []
    for item in told_items(root, run):
        kind = questionnaire.kinds[item]
        forms = forms_of(kind, len(questionnaire.codes[item]))
        if wave.estimate.compared_variable in ("", item):
            forms = forms[:1]  # without groups one picture says all
        # How one item moved is shown: the first of which one number says it.
        if wave.revises and one_number(kind) and not any(c.form == REVISION for c in found):
            forms = (*forms, REVISION)
        found += [Planned(f"{item}-{form}", form, item) for form in forms]
    # Where each answer counts once there are no weights to draw.
    weights = (WEIGHTS,) if wave.weight else ()
    return (*found, *(Planned(name, name) for name in (*NONRESPONSE, *weights)))
