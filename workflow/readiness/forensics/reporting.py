"""The sentences of verdicts, and which of them stand in a summary."""

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
    """The sentences of a verdict; `mark(name, text)` may wrap each of its numbers."""
    own = numbers_of(facts)

    def only_numbers(name: str, text: str) -> str:
        return mark(name, text) if mark and name in own else text

    return " ".join(tell(fact, language, only_numbers, markup) for fact in facts)


def summary_ids(verdicts: Sequence[Verdict], lead: str) -> list[str]:
    """The verdicts that make one fair paragraph, in the order to read them: what the figures that
    the study is about (`lead`) can share, and what is not known.
    """
    own = (f"joint.{lead}", f"bases.{lead}")
    return [v.id for v in verdicts if v.id in own or v.kind == "unknown"]


def leading_ids(verdicts: Sequence[Verdict], lead: str) -> list[str]:
    """The verdicts on figures judged together: of each source, and of what the study is about."""
    own = (f"joint.{lead}", f"bases.{lead}")
    return [v.id for v in verdicts if v.id in own or v.id.startswith(SOURCE)]


def verdict_json(verdicts: Sequence[Verdict], language: str = "en") -> str:
    """The verdicts as JSON: facts, and their sentences in one language.

    Numbers exact (a fraction as "a/b"), keys sorted, the same bytes.
    """
    content = [
        {**record(v), "sentence": render_verdict(v.facts, language), "numbers": v.numbers}
        for v in verdicts
    ]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
