"""Facts of an audit in words: a finding and its place, a line of a terminal."""

from __future__ import annotations

from readiness.facts import Fact, Value
from readiness.language import Language, tell
from readiness.language.typography import unmarked
from readiness.publications.outcomes import Finding
from readiness.terminal import one_line


def place_text(finding: Finding, language: Language) -> str:
    """Where something was found, in words."""
    place = finding.place
    return tell(place, language) if isinstance(place, Fact) else place


def told(finding: Finding, language: Language) -> str:
    """A finding in one line: where, and what."""
    return f"{place_text(finding, language)}: {tell(finding.fact, language)}"


def plain(key: str, language: Language, **values: Value) -> str:
    """A text without marks of direction, which a terminal would show as signs."""
    return told_plainly(Fact(key, values), language)


def told_plainly(fact: Fact, language: Language) -> str:
    """A fact in one line, without marks of direction."""
    return one_line(unmarked(tell(fact, language)))
