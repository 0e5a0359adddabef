"""Reproduce: a publication's figures compared with today's recomputation, one verdict a number."""

from readiness.ground.facts import to_json
from readiness.publications.log import read_errata
from readiness.publications.reproduce import compare
from readiness.register.figures import read_register
from readiness.running.step import Job, log

INPUTS = ("published", "recomputed", "errata*")
SETTINGS = None


def run(job: Job[None]) -> None:
    """Write `verdicts.csv`, each reason as a fact; never fails, since only the gate may."""
    verdicts = compare(
        read_register(job["published"]),
        read_register(job["recomputed"]),
        today=True,
        errata=read_errata(job.inputs["errata"]),
    )
    verdicts["fact"] = [to_json(fact) if fact else "" for fact in verdicts["fact"]]
    job.csv("verdicts.csv", verdicts)
    log.info("%s", verdicts["verdict"].value_counts().to_dict())
