"""Draw: on how many people a study's published figures can rest, in one language."""

from __future__ import annotations

import argparse

from readiness.charts import bases_chart, files_of, grid_chart
from readiness.config import Section, parse_json, read_yaml
from readiness.forensics.judging.structure import parse_structure
from readiness.language import Language
from readiness.running.step import Outputs, add_step_arguments
from readiness.tables import read_text_table


class DrawStudy(Section):
    """What the charts need of the configuration."""

    language: Language


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "claims", "structure")


def run(arguments: argparse.Namespace) -> int:
    """Write each chart as SVG, wide and narrow, as PNG, its alternative text and its numbers."""
    settings = parse_json(DrawStudy, arguments.settings)
    claims = read_text_table(arguments.claims, "the register of claims")
    structure = parse_structure(read_yaml(arguments.structure))
    outputs = Outputs("draw-study", arguments.out)
    study = (claims, structure, settings.language)
    charts = {"bases": grid_chart(*study), "questions": bases_chart(*study)}
    for name, content in files_of(charts):
        outputs.file(name, content)
    outputs.finish(
        code=arguments.code,
        settings=settings.model_dump(),
        inputs={"claims": arguments.claims, "structure": arguments.structure},
    )
    return 0
