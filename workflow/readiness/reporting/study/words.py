"""Words and the figures that they describe: the fair reading first, the letter then."""

from __future__ import annotations

from readiness.facts import Fact
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import listed
from readiness.reporting.shown import ShownStudy
from readiness.reporting.study.judged import judged

COLUMNS = tuple(
    f"study.column.{name}" for name in ("words", "said_by", "figure", "fair", "literal")
)
KEYS = COLUMNS
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
    rows = [_row(study, f"wording.{p.claim}") for p in study.structure.phrases]
    caption = study.word("study.caption.words")
    return study.table("words", COLUMNS, rows, caption, words=(0, 1, 3, 4), kind="stack")


def _row(study: ShownStudy, identity: str) -> list[str]:
    found = judged(study, identity)
    assert found is not None  # every phrase is judged
    values = found.told[0].values
    quoted = Fact("study.words.quoted", {"phrase": values["phrase"]})
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
