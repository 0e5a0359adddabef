"""Judge: what the published figures of a study can and cannot mean, in exact integers."""

import json

import pandas as pd

from readiness.config import read_yaml
from readiness.forensics.judging.context import lead
from readiness.forensics.judging.structure import parse_structure
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.summary import summary_ids
from readiness.forensics.judging.verdict import record
from readiness.ground.tables import read_text_table
from readiness.language import LANGUAGES
from readiness.reporting.verdicts import render_verdict
from readiness.running.step import Job, log

INPUTS = ("claims", "structure")
SETTINGS = None


def run(job: Job[None]) -> None:
    """Write `verdicts.json` (for the register) and `verdicts.csv`."""
    claims = read_text_table(job["claims"], "the register of claims")
    structure = parse_structure(read_yaml(job["structure"]))
    verdicts = judge(claims, structure)
    languages = [language for language in LANGUAGES if language in structure.languages]
    table = pd.DataFrame(
        {
            "id": v.id,
            "status": str(v.status),
            "nature": str(v.nature),
            **{language: render_verdict(v.facts, language) for language in languages},
        }
        for v in verdicts
    )
    lead_sets = lead(
        structure.searched, dict(zip(claims["claim_id"], claims["attributed_to"], strict=True))
    )
    summary = summary_ids(verdicts, lead_sets.id if lead_sets else "")
    records = [{**record(v), "summary": v.id in summary} for v in verdicts]
    job.file("verdicts.json", json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    job.csv("verdicts.csv", table)
    log.info("judged: %d claims, %d verdicts", len(claims), len(verdicts))
