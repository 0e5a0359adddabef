"""What a document says of a study of which only figures were published."""

from __future__ import annotations

from collections.abc import Callable

from readiness.language import joined, text
from readiness.reporting.blocks import Block, paragraphs
from readiness.reporting.markdown import label, listed, plain, table
from readiness.reporting.shown import ShownStudy

SIMPLEST = "simplest"
JOINT = ("joint", "total")
QUESTIONS = ("bases", "sum")
INTERPRETED = ("conventions", "wording", "outlets", "groups", "group_difference")
PRECISION = "precision"
UNKNOWN = ("unknown", "unpublished", "base", "construct", "direction")
"""Which verdicts stand where, by their kinds."""


COLUMNS = tuple(f"report.column.{name}" for name in ("question", "printed", "whose", "sources"))
KEYS = COLUMNS


def study_blocks(study: ShownStudy) -> list[Block]:
    """The blocks of a study's chapter, in order."""

    def block(key: str, body: Callable[[], str]) -> Block:
        return Block(key.rpartition(".")[2], text(key, study.language), body)

    return [
        Block("opening", "", lambda: study.tell("report.study.opening")),
        Block("paragraph", "", lambda: _paragraph(study)),
        block("report.title.claims", lambda: _claims(study)),
        block("report.title.simplest", lambda: " ".join(study.sentences(SIMPLEST))),
        block("report.title.arithmetic", lambda: _arithmetic(study)),
        block("report.title.interpretation", lambda: listed(_interpreted(study))),
        block("report.title.unknown", lambda: listed(study.sentences(*UNKNOWN))),
    ]


def study_summary(study: ShownStudy) -> str:
    """The study in short: the simplest reading, or that none was found."""
    said = study.sentences(SIMPLEST) or study.summary()[:1] or [study.tell("report.study.opening")]
    return f"**{study.title}.** {' '.join(said)}"


def _paragraph(study: ShownStudy) -> str:
    told = study.summary()
    if not told:
        return ""
    return f"**{text('report.study.paragraph', study.language)}** {' '.join(told)}"


def _arithmetic(study: ShownStudy) -> str:
    joint, questions = study.sentences(*JOINT), study.sentences(*QUESTIONS)
    chart = study.chart("bases", study.caption("report.caption.bases"))
    return paragraphs(
        [
            chart,
            study.tell("report.study.bases") if chart else "",
            listed(joint),
            study.tell("report.study.questions") if questions else "",
            listed(questions),
        ]
    )


def _interpreted(study: ShownStudy) -> list[str]:
    """What is read between the lines; of precision, what concerns the publisher's own figures."""
    claims = study.claims
    own = set(claims.loc[claims["attributed_to"] == study.structure.publisher, "claim_id"])
    precise = [
        study.verdict(name)
        for name, verdict in study.verdicts.items()
        if verdict["kind"] == PRECISION and own & set(verdict["claims"])
    ]
    return [*study.sentences(*INTERPRETED), *precise]


def _claims(study: ShownStudy) -> str:
    """The published figures: each one once, whose it is, and every outlet that has it."""
    claims = study.claims
    printed = claims[claims["unit"] != "text"]
    rows = []
    for key, same in printed.groupby(["item", "category", "value", "attributed_to"], sort=False):
        item, category, whose = str(key[0]), str(key[1]), str(key[3])
        outlets = dict(zip(same["outlet"], same["source"], strict=True))
        linked = [f"[[{plain(outlet)}]{{.prov}}]({url})" for outlet, url in outlets.items()]
        named = study.structure.answer(item, category) or category.replace("_", " ")
        rows.append(
            [
                study.tell("report.margin", variable=study.item(item), category=named),
                study.register.span(f"claim.{same['claim_id'].iloc[0]}"),
                plain(study.publisher(whose)),
                joined(linked, "comma", study.language),
            ]
        )
    header = [text(name, study.language) for name in COLUMNS]
    name = label("tbl", study.run, "claims")
    return table(header, rows, name, study.caption("report.caption.claims"), (0, 2, 3))
