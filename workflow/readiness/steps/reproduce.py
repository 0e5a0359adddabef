"""Reproduce: a publication's figures compared with today's recomputation, one verdict a number."""

from __future__ import annotations

import argparse
from pathlib import Path

from readiness.facts import to_json
from readiness.publications.erratum import read_errata
from readiness.publications.reproduce import compare
from readiness.register.figures import read_register
from readiness.running.step import Outputs, add_step_arguments, log


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "published", "recomputed", settings=False)
    parser.add_argument(
        "--errata", type=Path, nargs="*", default=[], help="what later publications correct"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write `verdicts.csv`; always succeeds, for only the gate may fail.

    Why a number is not as published stands there as a fact (`facts.to_json`).
    """
    verdicts = compare(
        read_register(arguments.published),
        read_register(arguments.recomputed),
        today=True,
        errata=read_errata(arguments.errata),
    )
    verdicts["fact"] = [to_json(fact) if fact else "" for fact in verdicts["fact"]]
    outputs = Outputs("reproduce", arguments.out)
    outputs.csv("verdicts.csv", verdicts)
    outputs.finish(
        code=arguments.code,
        settings={},
        inputs={
            "published": arguments.published,
            "recomputed": arguments.recomputed,
            **{f"erratum of {path.parent.name}": path for path in arguments.errata},
        },
    )
    log.info("%s", verdicts["verdict"].value_counts().to_dict())
    return 0
