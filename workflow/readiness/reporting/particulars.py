"""Statements on a survey in documents: the box of the brief, the methodological note.

Numbers come from the register; what nobody stated is listed as not stated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from readiness.config import why_not_known
from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.ground.figure_id import quality_id
from readiness.language import Language, join_texts, tell
from readiness.language.numbers import day
from readiness.questionnaire import TOTAL, Questionnaire
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

# Statements that AAPOR's code (2021, III.A) wants disclosed at once, beside those on questions,
# precision, weights and checks, which the report itself makes.
ASKED = ("sponsor", "funding", "collector", "population", "frame")
ANSWERED = ("mode", "fieldwork", "incentive", "limits", "contact")
DISCLOSED = (*ASKED, "invited", *ANSWERED)
RIGHTS = ("rights", "licence", "access")
PERSONAL = ("controller", "purpose", "receipt", "keep_until")
NOTED = (*ASKED, "invited", "answered", *ANSWERED, *PERSONAL)
# Statements in the brief.
BOXED = tuple(
    key for key in NOTED if key not in ("frame", "incentive", *PERSONAL) or key == "receipt"
)
# Catalogue keys of the labels.
CALLED = {key: f"report.study.{key}" for key in (*NOTED, *RIGHTS)}

# Catalogue key for an unknown fact.
UNKNOWN = "report.study.unknown"

# Titles of the blocks on the rest of the method.
OF_WAVE = ("report.title.answered", "report.title.weighting")
OF_STUDY = ("study.title.method",)


def list_statements(
    stated: Mapping[str, Any], language: Language, keys: Iterable[str] = (*NOTED, *RIGHTS)
) -> Iterator[tuple[str, str]]:
    """Yield the statements on a survey, by key, as text.

    Where the language has no text, in another language. For `not known: why` a text that it is not
    known, and why.
    """
    for key in keys:
        value = stated.get(key)
        if isinstance(value, Mapping):
            value = value.get(language) or next(iter(value.values()))
        elif isinstance(value, list):
            first, last = (day(date, language) if date else "" for date in value)
            value = f"{first} {EMPTY} {last}".strip()
        elif value and key == "keep_until":
            value = day(value, language)
        if isinstance(value, str) and (why := why_not_known(value)):
            unknown_fact = Fact("language.labelled", {"label": Term(UNKNOWN), "what": why})
            value = tell(unknown_fact, language)
        if value:
            yield key, str(value)


def name_domain(
    asked: Questionnaire, where: Mapping[str, Sequence[str]], language: Language
) -> Listed:
    """Return the items that choose the domain, each with its answers."""
    chosen = []
    for name, codes in where.items():
        item = asked.item(name)
        labels = item.labels(language)
        answers = Listed(tuple(labels[code] for code in codes), "or")
        values: dict[str, Value] = {"label": item.label.text(language), "what": answers}
        chosen.append(tell(Fact("language.labelled", values), language))
    return Listed(tuple(chosen), "and")


def name_author(name: str) -> str:
    """Return the name of an author as it is spoken: the given name before the family name."""
    family_name, _, given_name = name.partition(", ")
    return f"{given_name} {family_name}".strip()


def list_rows(
    part: ReportPart, shown_keys: Iterable[str], wanted_keys: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield the known statements of `shown_keys`, each after its label, as Markdown.

    A last row lists the labels of `wanted_keys` that are not known.
    """
    stated = list_statements(part.settings.get("study", {}), part.language)
    texts = {key: quote_exactly(statement) for key, statement in stated}
    for key in ("invited", "answered"):
        figure_id = quality_id(key, TOTAL)
        if part.register.has(figure_id):
            texts[key] = part.register.span(figure_id)
    yield from ((part.word(CALLED[key]), texts[key]) for key in shown_keys if key in texts)
    if missing := [part.word(CALLED[key]) for key in wanted_keys if key not in texts]:
        yield part.word("report.study.missing"), join_texts(missing, "comma", part.language)


def write_box(part: ReportPart) -> str:
    """Write the box of the brief: known statements, then the labels of missing ones."""
    body = glossary(list_rows(part, BOXED, DISCLOSED))
    return note("note", part.word("report.study.title"), body)


def note_block(part: ReportPart) -> ReportBlock:
    """Return the methodological note: statements without rights, links to the method."""

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
