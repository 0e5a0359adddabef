"""A finding in words: where it was made, and what it is."""

from __future__ import annotations

from readiness.facts import Fact
from readiness.language import Language, tell
from readiness.publications.outcomes import Finding


def place_text(finding: Finding, language: Language) -> str:
    """Where something was found, in words."""
    place = finding.place
    return tell(place, language) if isinstance(place, Fact) else place


def told(finding: Finding, language: Language) -> str:
    """A finding in one line: where, and what."""
    return f"{place_text(finding, language)}: {tell(finding.fact, language)}"
