"""Draw: readiness by profession, intervals by profession, weights and margins."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import pandas as pd

from readiness.charts import (
    NARROW,
    WIDE,
    Chart,
    Intervals,
    ReadinessBars,
    WeightsPicture,
)
from readiness.config import Section, SelectionName, parse_json
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.model import Language
from readiness.register.figures import read_register
from readiness.register.published import published
from readiness.reporting.selection import CHART_NOTE
from readiness.steps.common import Outputs, add_step_arguments
from readiness.tables import read_text_table

LANGUAGE: Language = "fr"
TOTAL = ("all", "Ensemble")
EXPERTS = ("expert", "Experts (non pondéré)")
OUTSIDE = ("dont_know", "Ne sait pas")
GAP_DECIMALS = 4


class DrawWave(Section):
    """What the charts need of the configuration."""

    by: str
    bounds: list[float]
    simulated: bool
    selection: SelectionName


class Drawable(Protocol):
    """Anything of `figures.charts`."""

    def chart(self) -> Chart:
        """The finished chart."""
        ...


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "figures", "weights", "margins", "questionnaire")


def charts(
    rows: pd.DataFrame,
    weights: pd.DataFrame,
    margins: pd.DataFrame,
    questionnaire: Questionnaire,
    settings: DrawWave,
    width: int,
) -> Iterator[tuple[str, Drawable]]:
    """Every chart of the wave at one width, by file name."""
    item = questionnaire.item("preparation")
    groups = questionnaire.frame_variable(settings.by).labels(LANGUAGE)
    known = set(rows["id"])
    yield (
        "preparation",
        ReadinessBars(
            rows, item.id, item.labels(LANGUAGE), groups, LANGUAGE, dont_know=OUTSIDE,
            total=TOTAL, experts=EXPERTS if f"{item.id}.low.expert" in known else None,
            width=width,
        ),
    )  # fmt: skip
    for name, level, axis in (
        ("preparation", "low", "Préparation jugée inexistante ou faible"),
        ("team_trained", "yes", "Équipes formées à l'IA"),
        ("use_ai", "yes", "Utilise l'IA dans son travail"),
    ):
        experts = EXPERTS if f"{name}.{level}.expert" in known else None
        yield (
            f"{name}-intervals",
            Intervals(
                rows, name, level, groups, axis, LANGUAGE, total=TOTAL, experts=experts,
                note=CHART_NOTE[settings.selection], width=width,
            ),
        )  # fmt: skip
    yield "weights", _weights(weights, margins, questionnaire, settings, width)


def _weights(
    weights: pd.DataFrame,
    margins: pd.DataFrame,
    questionnaire: Questionnaire,
    settings: DrawWave,
    width: int,
) -> WeightsPicture:
    numbers = margins.astype(dict.fromkeys(("target", "raked", "final"), float))
    total = numbers.groupby("variable")["target"].transform("sum")
    # As the register shows them: what is drawn is released, and to no more digits than is said.
    gaps = numbers[["variable", "category"]].assign(
        before=((numbers["raked"] - numbers["target"]) / total).round(GAP_DECIMALS),
        after=((numbers["final"] - numbers["target"]) / total).round(GAP_DECIMALS),
    )
    variables = {v: questionnaire.frame_variable(v) for v in dict.fromkeys(gaps["variable"])}
    return WeightsPicture(
        weights["raked_weight"].to_numpy(dtype=np.float64),
        weights["weight"].to_numpy(dtype=np.float64),
        gaps,
        {name: variable.label.text(LANGUAGE) for name, variable in variables.items()},
        {
            (name, code): label
            for name, variable in variables.items()
            for code, label in variable.labels(LANGUAGE).items()
        },
        settings.simulated,
        LANGUAGE,
        tuple(settings.bounds),
        width,
    )


def run(arguments: argparse.Namespace) -> int:
    """Write each chart as SVG, wide and narrow, and its alternative text."""
    settings = parse_json(DrawWave, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    rows = published(read_register(arguments.figures))
    weights = read_text_table(arguments.weights, "the weights")
    margins = read_text_table(arguments.margins, "the margins")
    outputs = Outputs("draw-wave", arguments.out)
    for suffix, width in (("", WIDE), ("-narrow", NARROW)):
        for name, drawable in charts(rows, weights, margins, questionnaire, settings, width):
            chart = drawable.chart()
            outputs.file(f"{name}{suffix}.svg", chart.svg)
            if not suffix:
                outputs.file(f"{name}.txt", chart.alt + "\n")
    inputs = {name: getattr(arguments, name) for name in ("figures", "weights", "margins")}
    inputs["questionnaire"] = arguments.questionnaire
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    return 0
