"""Register: every publishable number of a wave, with its display text and its origin."""

from __future__ import annotations

import argparse
from pathlib import Path

from pydantic import Field

from readiness.config import Figures, Section, Selection, parse_json
from readiness.figures.register import make_register, read_register
from readiness.figures.selection import WITH_INTERVALS
from readiness.figures.wave_rows import (
    comparison_rows,
    quality_rows,
    revision_rows,
    settings_rows,
    share_rows,
    weighting_rows,
)
from readiness.lineage import SIDECAR, read_lineage
from readiness.steps.common import Outputs, add_step_arguments, log
from readiness.tables import read_text_table


class WaveRegister(Section):
    """The settings of this step: the run's name and the contract for its figures."""

    run: str
    simulated: bool
    answers: str
    figures: Figures = Field()
    level: float
    permutations: int
    selection: Selection


INPUTS = ("estimates", "comparisons", "summary", "margins", "counts", "issues")


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, *INPUTS, "published?")


def run(arguments: argparse.Namespace) -> int:
    """Write `figures.csv`."""
    settings = parse_json(WaveRegister, arguments.settings)
    inputs: dict[str, Path] = {name: getattr(arguments, name) for name in INPUTS}
    tables = {name: read_text_table(path, f"the {name}") for name, path in inputs.items()}
    intervals = settings.selection in WITH_INTERVALS
    rows = list(share_rows(tables["estimates"], settings.figures, intervals))
    if arguments.published:
        inputs["published"] = arguments.published
        published = read_register(arguments.published)
        rows += list(revision_rows(rows, published, settings.figures))
    rows += comparison_rows(tables["comparisons"], tables["estimates"], settings.figures, intervals)
    rows += weighting_rows(tables["summary"], tables["margins"])
    rows += settings_rows(settings.level, settings.permutations, settings.figures)
    rows += quality_rows(tables["counts"], tables["issues"])
    parents = [
        read_lineage(path.parent / SIDECAR).hash for name, path in inputs.items()
        if name in ("estimates", "comparisons")
    ]  # fmt: skip
    register = make_register(
        rows,
        run=settings.run,
        dataset=settings.answers,
        lineage=" ".join(dict.fromkeys(parents)),
        simulated=settings.simulated,
    )
    outputs = Outputs("register-wave", arguments.out)
    outputs.csv("figures.csv", register)
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    log.info("registered: %d figures", len(register))
    return 0
