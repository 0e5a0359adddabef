"""Sentences for an audit's facts, for pages and for the terminal."""

from readiness.ground.facts import Fact, Value
from readiness.ground.printable import one_line
from readiness.language import Language, strip_marks, tell
from readiness.publications.outcomes import AuditFinding


def place_text(finding: AuditFinding, language: Language) -> str:
    """Return the place of a finding as text."""
    place = finding.place
    return tell(place, language) if isinstance(place, Fact) else place


def describe_finding(finding: AuditFinding, language: Language) -> str:
    """Return the place and the reason of a finding as one sentence."""
    return f"{place_text(finding, language)}: {tell(finding.fact, language)}"


def name_fault(finding: AuditFinding) -> str:
    """Return a finding in English as the audit's line on it: "SEAL BROKEN figures.csv: changed"."""
    return f"{finding.outcome} {one_line(strip_marks(describe_finding(finding, 'en')))}".rstrip(".")


def plain(key: str, language: Language, **values: Value) -> str:
    """Return a catalogue text on one line without bidirectional marks, for a terminal."""
    return told_plainly(Fact(key, values), language)


def told_plainly(fact: Fact, language: Language) -> str:
    """Return the text of a fact on one line, without bidirectional marks."""
    return one_line(strip_marks(tell(fact, language)))
