"""Register: the figures of a judged study, claims as printed and the numbers of the verdicts."""

import json

from readiness.config import StrictModel
from readiness.ground.tables import read_text_table
from readiness.provenance.records import read_lineage
from readiness.provenance.results_folder import PROVENANCE
from readiness.register.figures import Origin, make_register
from readiness.register.study_rows import claim_rows, verdict_rows
from readiness.running.step import Job, log


class StudyRegister(StrictModel):
    """Settings: the run's name."""

    run: str


INPUTS = ("claims", "verdicts")
SETTINGS = StudyRegister


def run(job: Job[StudyRegister]) -> None:
    """Write `figures.csv`."""
    claims = read_text_table(job["claims"], "the register of claims")
    verdicts = json.loads(job["verdicts"].read_text("utf-8"))
    printed, judged = (
        Origin.of(read_lineage(path.parent / PROVENANCE))
        for path in (job["claims"], job["verdicts"])
    )
    register = make_register(
        [*claim_rows(claims), *verdict_rows(verdicts)],
        run=job.settings.run,
        origin=lambda row: printed if row.kind == "claim" else judged,
        simulated=False,
    )
    job.csv("figures.csv", register)
    log.info("registered: %d figures", len(register))
