"""The blocks of a study's document: its finding first, then the evidence, then how it was found."""

from __future__ import annotations

from collections.abc import Callable

from readiness.language import text
from readiness.reporting.blocks import Block, paragraphs
from readiness.reporting.markdown import headline, lead, three
from readiness.reporting.shown import ShownStudy
from readiness.reporting.study.claims import claims_block
from readiness.reporting.study.evidence import meaning_block, picture
from readiness.reporting.study.finding import Finding, finding
from readiness.reporting.study.questions import glossary_block, method_block, questions_block
from readiness.reporting.study.verdicts import verdicts_block
from readiness.reporting.study.words import words_block

TITLES = tuple(
    f"study.title.{name}"
    for name in ("meaning", "claims", "words", "ask", "method", "glossary", "verdicts")
)
KEYS = TITLES


def study_blocks(study: ShownStudy) -> list[Block]:
    """The blocks below the first screen, in order."""

    def block(name: str, body: Callable[[ShownStudy], str]) -> Block:
        return Block(name, text(f"study.title.{name}", study.language), lambda: body(study))

    return [
        block("meaning", meaning_block),
        block("claims", claims_block),
        block("words", words_block),
        block("ask", questions_block),
        block("method", method_block),
        block("glossary", glossary_block),
        block("verdicts", verdicts_block),
    ]


def study_summary(study: ShownStudy) -> str:
    """The first screen: the finding, the three cards, the picture."""
    found = finding(study)
    sentences = " ".join(study.told(fact) for fact in found.lead)
    return paragraphs(
        [
            headline(study.told(found.headline)),
            lead(sentences) if sentences else "",
            _cards(study, found),
            picture(study),
        ]
    )


def _cards(study: ShownStudy, found: Finding) -> str:
    """Always the three, in this order: the innocent reading stands before what is not known."""
    cards = (
        ("sure", "study.card.established", [study.told(found.established)]),
        ("plain", "study.card.simple", [study.told(fact) for fact in found.simple]),
        ("open", "study.card.unknown", [*(study.told(f) for f in found.unknown), *found.gaps]),
    )
    return three((kind, text(key, study.language), " ".join(said)) for kind, key, said in cards)
