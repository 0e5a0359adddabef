"""Register: the figures of a judged study, claims as printed and the numbers of the verdicts."""

from __future__ import annotations

import argparse
import json

from readiness.config import Section, parse_json
from readiness.lineage import PROVENANCE, read_lineage
from readiness.register.figures import Origin, make_register
from readiness.register.study_rows import claim_rows, verdict_rows
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.tables import read_text_table


class StudyRegister(Section):
    """The settings of this step: the run's name."""

    run: str


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "claims", "verdicts")


def run(arguments: argparse.Namespace) -> int:
    """Write `figures.csv`."""
    settings = parse_json(StudyRegister, arguments.settings)
    claims = read_text_table(arguments.claims, "the register of claims")
    verdicts = json.loads(arguments.verdicts.read_text("utf-8"))
    printed, judged = (
        Origin.of(read_lineage(path.parent / PROVENANCE))
        for path in (arguments.claims, arguments.verdicts)
    )
    register = make_register(
        [*claim_rows(claims), *verdict_rows(verdicts)],
        run=settings.run,
        origin=lambda row: printed if row.kind == "claim" else judged,
        simulated=False,
    )
    outputs = Outputs("register-study", arguments.out)
    outputs.csv("figures.csv", register)
    outputs.finish(
        code=arguments.code,
        settings=settings.model_dump(),
        inputs={"claims": arguments.claims, "verdicts": arguments.verdicts},
    )
    log.info("registered: %d figures", len(register))
    return 0
