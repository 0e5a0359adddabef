"""Sentences of verdicts and of solved figures, made of their facts in a language."""

import json
from collections.abc import Sequence

from readiness.forensics.judging.verdict import Verdict, numbers_of, record
from readiness.forensics.solve import Solution
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.language import LANGUAGES, Language, Markup, tell
from readiness.language.telling import Mark


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


def render_solution(solution: Solution, language: Language) -> str:
    """Return what the figures allow as text for a terminal, one fact a line.

    Raises DataError for an unknown language.
    """
    if language not in LANGUAGES:
        raise DataError(f"language {language!r}: expected one of {', '.join(LANGUAGES)}.")
    return "\n".join(tell(fact, language) for fact in solution.facts) + "\n"


def verdict_json(verdicts: Sequence[Verdict], language: str = "en") -> str:
    """Return the verdicts as JSON: facts, and their sentences in one language.

    Numbers are exact (a fraction as "a/b") and keys sorted: equal verdicts give equal bytes.
    """
    content = [
        {**record(v), "sentence": render_verdict(v.facts, language), "numbers": v.numbers}
        for v in verdicts
    ]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
