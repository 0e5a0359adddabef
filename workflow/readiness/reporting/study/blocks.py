"""The blocks of a study's document: its finding first, then the evidence, then how it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from readiness.facts import Fact, Label, Named
from readiness.forensics.judging.verdict import Status
from readiness.forensics.reporting import STATUS
from readiness.language import show, text
from readiness.reporting.blocks import Block, paragraphs
from readiness.reporting.markdown import (
    ask,
    filtered,
    fold,
    glossary,
    headline,
    lead,
    listed,
    plain,
    three,
)
from readiness.reporting.shown import ShownStudy
from readiness.reporting.study.evidence import claims_block, meaning_block, picture
from readiness.reporting.study.finding import Finding, finding, joint_of, judged

PHRASE_COLUMNS = tuple(
    f"study.column.{name}" for name in ("words", "said_by", "figure", "fair", "literal")
)
FAIR = {
    "forensics.wording.exact": "study.words.fair.exact",
    "forensics.wording.loose": "study.words.fair.loose",
    "forensics.wording.loose_only": "study.words.fair.loose",
    "forensics.wording.fits": "study.words.fair.fits",
    "forensics.wording.off": "study.words.fair.off",
}
LITERAL = {
    "forensics.wording.exact": "study.words.literal.below",
    "forensics.wording.loose": "study.words.literal.below",
    "forensics.wording.loose_only": "study.words.literal.limit",
    "forensics.wording.fits": "study.words.literal.fits",
    "forensics.wording.off": "study.words.literal.off",
}
APART = ("base", "construct", "direction")
"""Differences in words that were found by reading."""


def words_block(study: ShownStudy) -> str:
    """The phrases with their figures, then where sources differ from one another."""
    apart = [*_misprints(study), *study.sentences(*APART)]
    differences = study.word("study.words.differences") if apart else ""
    return paragraphs([_phrases(study), differences, listed(apart)])


def _phrases(study: ShownStudy) -> str:
    rows = [_phrase_row(study, f"wording.{p.claim}") for p in study.structure.phrases]
    caption = study.word("study.caption.words")
    return study.table("words", PHRASE_COLUMNS, rows, caption, words=(0, 1, 3, 4), kind="stack")


def _phrase_row(study: ShownStudy, identity: str) -> list[str]:
    found = judged(study, identity)
    assert found is not None  # every phrase is judged
    values = found.told[0].values
    quoted = Fact("charts.quoted", {"label": values["phrase"]})
    figure = Fact("forensics.percent", {"figure": values["figure"]})
    fair, literal = Fact(FAIR[found.kind], values), Fact(LITERAL[found.kind], values)
    return [study.told(value) for value in (quoted, values["whose"], figure, fair, literal)]


def _misprints(study: ShownStudy) -> list[str]:
    """Sources whose figure is another: a typo, or another base."""
    return [
        study.verdict(name)
        for name, verdict in study.verdicts.items()
        if verdict["kind"] == "outlets" and verdict["status"] != "possible"
    ]


METHOD = tuple(f"study.method.{name}" for name in ("search", "conditions", "strength"))
TERMS = ("base", "fits", "missing")
STATUSES = (Status.IMPOSSIBLE, Status.INCOMPATIBLE, Status.UNDETERMINED)
TERM_KEYS = tuple(f"study.term.{name}" for name in TERMS)
GLOSSES = tuple(f"study.gloss.{name}" for name in (*TERMS, *STATUSES))
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


CLAIM_COLUMNS = ("page.verdict", "study.column.sentence", "numbers.id")


def verdicts_block(study: ShownStudy) -> str:
    """The table of all verdicts with what chooses among them; nothing where there are none."""
    verdicts = study.verdicts
    if not verdicts:
        return ""
    there = {verdict["status"] for verdict in verdicts.values()}
    statuses = [status for status in Status if str(status) in there]
    words = {str(status): show(STATUS[status], study.language) for status in statuses}
    marks = {status: f"k{place}" for place, status in enumerate(words, 1)}
    rows = [
        [words[verdict["status"]], study.verdict(name), f"[{plain(name)}]{{.prov}}"]
        for name, verdict in verdicts.items()
    ]
    made = study.table(
        "verdicts",
        CLAIM_COLUMNS,
        rows,
        study.word("study.caption.verdicts"),
        words=(0, 1, 2),
        kind="stack",
        marks=[marks[verdict["status"]] for verdict in verdicts.values()],
    )
    chosen = filtered([study.word("study.verdicts.all"), *words.values()], made)
    note, title = study.word("study.verdicts.note"), study.word("study.title.table")
    return paragraphs([note, fold(title, chosen)])


TITLES = tuple(
    f"study.title.{name}"
    for name in ("meaning", "claims", "words", "ask", "method", "glossary", "verdicts")
)


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
