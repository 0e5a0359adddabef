"""What one would ask whoever published the figures; how they were checked; what the words mean."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.facts import Fact, Label, Named
from readiness.forensics.judging.verdict import Status
from readiness.forensics.reporting import STATUS
from readiness.language import show, text
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import ask, glossary
from readiness.reporting.shown import ShownStudy
from readiness.reporting.study.finding import joint_of

METHOD = tuple(f"study.method.{name}" for name in ("search", "conditions", "strength"))
TERMS = ("base", "fits", "missing")
STATUSES = (Status.IMPOSSIBLE, Status.INCOMPATIBLE, Status.UNDETERMINED)
TERM_KEYS = tuple(f"study.term.{name}" for name in TERMS)
GLOSSES = tuple(f"study.gloss.{name}" for name in (*TERMS, *STATUSES))
KEYS = (*METHOD, *TERM_KEYS, *GLOSSES)
STRENGTH = ("forensics.power", "forensics.power_all", "forensics.power_both")


def questions_block(study: ShownStudy) -> str:
    """The questions, the one that would settle most first."""
    return paragraphs([text("study.ask.intro", study.language), ask(_questions(study))])


def _questions(study: ShownStudy) -> Iterator[str]:
    yield text("study.ask.answers", study.language)
    for total in study.structure.totals:
        if total.counts == "unknown":
            people = Named(f"claim.{total.claim}", int(study.claim(total.claim)["value"]))
            said = study.told(Fact("study.ask.total", {"total": people}))
            groups = text("study.ask.groups", study.language) if total.groups else ""
            yield " ".join(part for part in (said, groups) if part)
    if (study.printed["weighted"] == "unknown").any():
        yield text("study.ask.weights", study.language)
    asked = [c.ask for c in study.structure.contradictions]
    asked += [gap.ask for gap in study.structure.unknown]
    yield from (study.told(Label(question)) for question in asked if question is not None)
    for crossed in study.structure.cross_tables:
        rows, columns = (
            Label(study.structure.items[study.structure.set_named(name).item].label)
            for name in (crossed.rows, crossed.columns)
        )
        yield study.told(Fact("study.ask.cross", {"rows": rows, "columns": columns}))


def method_block(study: ShownStudy) -> str:
    """How the numbers were tried, under which conditions, and how strong the check is."""
    joint = joint_of(study)
    strong = [study.told(fact) for fact in joint.told if fact.kind in STRENGTH] if joint else []
    search, conditions, fair = (text(key, study.language) for key in METHOD)
    return paragraphs([search, conditions, " ".join([*strong, fair])])


def glossary_block(study: ShownStudy) -> str:
    """The words of the page."""
    words = [text(key, study.language) for key in TERM_KEYS]
    words += [show(STATUS[status], study.language) for status in STATUSES]
    glosses = [text(key, study.language) for key in GLOSSES]
    return glossary(zip(words, glosses, strict=True))
