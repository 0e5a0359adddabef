"""What is stated of a survey, as documents tell it: the box of the brief, the note.

What the data know is the register's; what nobody stated is said to be not stated.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from readiness.config import why_not_known
from readiness.ground.facts import Fact, Term
from readiness.ground.figure_id import quality_id
from readiness.language import Language, join_texts, tell
from readiness.language.numbers import day
from readiness.questionnaire import TOTAL
from readiness.reporting.blocks import (
    EMPTY,
    ReportBlock,
    glossary,
    label,
    note,
    paragraphs,
    quote_exactly,
)
from readiness.reporting.parts import ReportPart, WavePart

# What the code of AAPOR (2021, III.A) has disclosed at once, beside what the report itself says of
# questions, precision, weights and checks.
ASKED = ("sponsor", "funding", "collector", "population", "frame")
ANSWERED = ("mode", "fieldwork", "incentive", "limits", "contact")
DISCLOSED = (*ASKED, "invited", *ANSWERED)
RIGHTS = ("rights", "licence", "access")
PERSONAL = ("controller", "purpose", "receipt", "keep_until")
NOTED = (*ASKED, "invited", "answered", *ANSWERED, *PERSONAL)
# What of it stands in the brief.
BOXED = tuple(
    key for key in NOTED if key not in ("frame", "incentive", *PERSONAL) or key == "receipt"
)
# What each is called.
CALLED = {key: f"report.study.{key}" for key in (*NOTED, *RIGHTS)}

# In the place of what nobody knows.
UNKNOWN = "report.study.unknown"

# The blocks where the rest of the method is told, by their titles.
OF_WAVE = ("report.title.answered", "report.title.weighting")
OF_STUDY = ("study.title.method",)


def list_statements(
    stated: Mapping[str, Any], language: Language, keys: Iterable[str] = (*NOTED, *RIGHTS)
) -> Iterator[tuple[str, str]]:
    """What is stated, by key, as text; what is not said in the language, in the one that it is.

    Of what nobody knows (`not known: why`) that it is not known, and why.
    """
    for key in keys:
        value = stated.get(key)
        if isinstance(value, Mapping):
            value = value.get(language) or next(iter(value.values()))
        elif isinstance(value, list):
            first, last = (day(one, language) if one else "" for one in value)
            value = f"{first} {EMPTY} {last}".strip()
        elif value and key == "keep_until":
            value = day(value, language)
        if isinstance(value, str) and (why := why_not_known(value)):
            untold = Fact("language.labelled", {"label": Term(UNKNOWN), "what": why})
            value = tell(untold, language)
        if value:
            yield key, str(value)


def name_author(name: str) -> str:
    """The name of an author as it is said: of a person the given name before the family's."""
    family, _, given = name.partition(", ")
    return f"{given} {family}".strip()


def list_rows(
    part: ReportPart, told: Iterable[str], asked: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """What is known of `told`, each with its name, and what of `asked` is not; as Markdown."""
    stated = list_statements(part.settings.get("study", {}), part.language)
    known = {key: quote_exactly(said) for key, said in stated}
    for key in ("invited", "answered"):
        identity = quality_id(key, TOTAL)
        if part.register.has(identity):
            known[key] = part.register.span(identity)
    yield from ((part.word(CALLED[key]), known[key]) for key in told if key in known)
    if missing := [part.word(CALLED[key]) for key in asked if key not in known]:
        yield part.word("report.study.missing"), join_texts(missing, "comma", part.language)


def write_box(part: ReportPart) -> str:
    """Write the box of the brief: who asked whom, how and when, and what of it nobody stated."""
    body = glossary(list_rows(part, BOXED, DISCLOSED))
    return note("note", part.word("report.study.title"), body)


def note_block(part: ReportPart) -> ReportBlock:
    """The methodological note: all that is stated but rights, and where the rest is told."""

    def body() -> str:
        links = [
            f"[{part.word(title)}](#{label('sec', part.run, title.rpartition('.')[2])})"
            for title in (OF_WAVE if isinstance(part, WavePart) else OF_STUDY)
        ]
        unplanned = isinstance(part, WavePart) and "plan" not in part.settings
        return paragraphs(
            [
                glossary(list_rows(part, NOTED, DISCLOSED)),
                part.word("plan.none") if unplanned else "",
                join_texts(links, "comma", part.language),
            ]
        )

    return ReportBlock("note", part.word("report.study.note"), body, later=True)
