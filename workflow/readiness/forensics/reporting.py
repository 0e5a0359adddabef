"""Render verdicts as sentences, and choose those of a summary."""

import json
from collections.abc import Sequence

from readiness.forensics.judging.judgements import SOURCE
from readiness.forensics.judging.verdict import Nature, Status, Verdict, numbers_of, record
from readiness.ground.facts import Fact, Term
from readiness.language import Language, Markup, tell
from readiness.language.telling import Mark

STATUS = {status: Term(f"forensics.status.{status}") for status in Status}
NATURE = {nature: Term(f"forensics.nature.{nature}") for nature in Nature}
KEYS = (*(term.key for term in STATUS.values()), *(term.key for term in NATURE.values()))


def render_verdict(
    facts: Sequence[Fact],
    language: Language,
    mark: Mark | None = None,
    markup: Markup | None = None,
) -> str:
    """Return the sentences of a verdict; `mark(name, text)` may wrap each of its numbers."""
    number_names = numbers_of(facts)

    def only_numbers(name: str, text: str) -> str:
        return mark(name, text) if mark and name in number_names else text

    return " ".join(tell(fact, language, only_numbers, markup) for fact in facts)


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


def verdict_json(verdicts: Sequence[Verdict], language: str = "en") -> str:
    """Return the verdicts as JSON: facts, and their sentences in one language.

    Numbers are exact (a fraction as "a/b") and keys sorted: equal verdicts give equal bytes.
    """
    content = [
        {**record(v), "sentence": render_verdict(v.facts, language), "numbers": v.numbers}
        for v in verdicts
    ]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
