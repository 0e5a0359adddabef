"""Texts of an audit's facts: a finding with its place, a line of a terminal."""

from readiness.ground.facts import Fact, Value
from readiness.ground.printable import one_line
from readiness.language import Language, strip_marks, tell
from readiness.publications.outcomes import AuditFinding


def place_text(finding: AuditFinding, language: Language) -> str:
    """Where something was found, in words."""
    place = finding.place
    return tell(place, language) if isinstance(place, Fact) else place


def describe_finding(finding: AuditFinding, language: Language) -> str:
    """A finding in one line: where, and what."""
    return f"{place_text(finding, language)}: {tell(finding.fact, language)}"


def plain(key: str, language: Language, **values: Value) -> str:
    """A text without marks of direction, which a terminal would show as signs."""
    return told_plainly(Fact(key, values), language)


def told_plainly(fact: Fact, language: Language) -> str:
    """A fact in one line, without marks of direction."""
    return one_line(strip_marks(tell(fact, language)))
