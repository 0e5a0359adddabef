"""Which charts a run has: they follow from what its document tells, by the kind of each item.

Names hold a hyphen after the item's id, which has none: no two charts of a run share a name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from readiness.config import Wave
from readiness.lineage import canonical_json
from readiness.plan.deriving import asked_of
from readiness.plan.documents import told_items
from readiness.plan.runs import Run
from readiness.questionnaire.model import forms_of, one_number

BASES = "bases"
QUESTIONS = "questions"
WEIGHTS = "weights"
REVISION = "revision"
NONRESPONSE = ("participation", "missingness", "nonresponse")
"""Who answered, what they left out, and what that could do."""
FILES = (".svg", "-narrow.svg", ".txt", ".png", ".csv")
"""What there is of each chart: wide, narrow, its alternative text, a raster, its numbers."""


class Planned(NamedTuple):
    """One chart: the name of its files, its form, and the item that it shows ("" for none)."""

    name: str
    form: str
    item: str = ""


STUDY = (Planned(BASES, BASES), Planned(QUESTIONS, QUESTIONS))
"""The charts of every study."""


def charts_of(root: Path, run: Run) -> tuple[Planned, ...]:
    """The charts of a run, in the order of its document."""
    wave = run.section
    if not isinstance(wave, Wave):
        return STUDY
    questionnaire = asked_of(root, run)
    found: list[Planned] = []
    for item in told_items(root, run):
        kind = questionnaire.kinds[item]
        forms = forms_of(kind, len(questionnaire.codes[item]))
        if wave.estimate.compared in ("", item):
            forms = forms[:1]  # without groups one picture says all
        # How one item moved is shown: the first of which one number says it.
        if wave.revises and one_number(kind) and not any(c.form == REVISION for c in found):
            forms = (*forms, REVISION)
        found += [Planned(f"{item}-{form}", form, item) for form in forms]
    # Where each answer counts once there are no weights to draw.
    weights = (WEIGHTS,) if wave.weight else ()
    return (*found, *(Planned(name, name) for name in (*NONRESPONSE, *weights)))


def draw_settings(run: Run, charts: tuple[Planned, ...], language: str) -> str:
    """The settings of the step that draws a run's charts in a language, as canonical JSON."""
    settings: dict[str, Any] = {"language": language}
    if isinstance(run.section, Wave):
        settings |= {
            "by": run.section.estimate.compared,
            "bounds": run.section.weight.trim if run.section.weight else [],
            "simulated": run.section.simulated,
            "selection": run.section.selection,
            "reliable_base": run.section.figures.reliable_base,
            "charts": [chart._asdict() for chart in charts],
        }
    return canonical_json(settings)


def chart_files(charts: tuple[Planned, ...], folder: str) -> list[str]:
    """The files of charts in a folder, one by one: a folder would be compared by its time."""
    return [f"{folder}/{chart.name}{kind}" for chart in charts for kind in FILES]
