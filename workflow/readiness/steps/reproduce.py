"""Reproduce: a publication's figures against today's recomputation, one verdict a number."""

from __future__ import annotations

import argparse

from readiness.figures.register import read_register
from readiness.publications.reproduce import compare
from readiness.steps.common import Outputs, add_step_arguments, log


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "published", "recomputed", settings=False)


def run(arguments: argparse.Namespace) -> int:
    """Write `verdicts.csv`; always succeeds, for only the gate may fail."""
    verdicts = compare(read_register(arguments.published), read_register(arguments.recomputed))
    outputs = Outputs("reproduce", arguments.out)
    outputs.csv("verdicts.csv", verdicts)
    outputs.finish(
        code=arguments.code,
        settings={},
        inputs={"published": arguments.published, "recomputed": arguments.recomputed},
    )
    log.info("%s", verdicts["verdict"].value_counts().to_dict())
    return 0
