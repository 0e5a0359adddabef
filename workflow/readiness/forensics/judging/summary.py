"""Names of statuses and natures of verdicts, and the verdicts that a summary states."""

from collections.abc import Sequence

from readiness.forensics.judging.judgements import SOURCE
from readiness.forensics.judging.verdict import Nature, Status, Verdict
from readiness.ground.facts import Term

STATUS = {status: Term(f"forensics.status.{status}") for status in Status}
NATURE = {nature: Term(f"forensics.nature.{nature}") for nature in Nature}
KEYS = (*(term.key for term in STATUS.values()), *(term.key for term in NATURE.values()))


def summary_ids(verdicts: Sequence[Verdict], lead: str) -> list[str]:
    """Return the ids of the verdicts that make one fair paragraph, in reading order.

    They are the joint and the base verdict of the set `lead` and the open questions.
    """
    lead_ids = (f"joint.{lead}", f"bases.{lead}")
    return [v.id for v in verdicts if v.id in lead_ids or v.kind == "unknown"]


def leading_ids(verdicts: Sequence[Verdict], lead: str) -> list[str]:
    """Return the ids of verdicts on figures judged together: of each source, of the set `lead`."""
    lead_ids = (f"joint.{lead}", f"bases.{lead}")
    return [v.id for v in verdicts if v.id in lead_ids or v.id.startswith(SOURCE)]
