"""Who printed what: a row a question, and every printed figure with its sources in a fold."""

from __future__ import annotations

from readiness.facts import Fact, Named, Printed
from readiness.forensics.judging.structure import ClaimSet
from readiness.language import joined, show
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import fold, plain
from readiness.reporting.shown import ShownStudy
from readiness.reporting.study.judged import judged

COLUMNS = ("tables.head.question", "study.column.printed", "study.column.who")
SOURCES = (
    "report.column.question",
    *(f"study.column.{name}" for name in ("printed", "whose", "sources")),
)
KEYS = (*COLUMNS, *SOURCES)


def claims_block(study: ShownStudy) -> str:
    """The questions, what was printed of each and by whom, and what it allows on its own."""
    if study.printed.empty:
        return ""
    questions = _questions(study)
    everything = _sources(study)
    if not questions:
        return everything
    return paragraphs(
        [
            study.word("study.claims.note"),
            questions,
            fold(study.word("study.title.sources"), everything),
        ]
    )


def _questions(study: ShownStudy) -> str:
    sets = study.structure.sets
    alone = [judged(study, f"bases.{s.id}") for s in sets]
    bounded = next((verdict for verdict in alone if verdict and verdict.has("n_max")), None)
    rows = [[_item(study, s), _printed(study, s), _who(study, s)] for s in sets]
    more = []
    if bounded is not None:
        more = [study.told(Fact("study.column.alone", bounded.taken("n_max")))]
        rows = [[*row, _alone(study, s)] for row, s in zip(rows, sets, strict=True)]
    caption, words = study.word("study.caption.claims"), tuple(range(4))
    return study.table("claims", COLUMNS, rows, caption, more=more, words=words, kind="stack")


def _item(study: ShownStudy, claim_set: ClaimSet) -> str:
    return plain(study.item(claim_set.item))


def _printed(study: ShownStudy, claim_set: ClaimSet) -> str:
    """The figures with their answers: 67 % weak, 33 % none."""
    parts = [
        study.told(
            Fact(
                "study.printed",
                {
                    "figure": Named(f"claim.{claim}", Printed(str(study.claim(claim)["value"]))),
                    "answer": study.answer(claim_set.item, str(study.claim(claim)["category"])),
                },
            )
        )
        for claim in claim_set.claims
    ]
    return joined(parts, "comma", study.language)


def _who(study: ShownStudy, claim_set: ClaimSet) -> str:
    """Whose the figures are, and how many sources print them; one alone by its name."""
    first = study.claim(claim_set.claims[0])
    whose = study.structure.whose(str(first["attributed_to"]))
    printed = judged(study, f"outlets.{claim_set.id}")
    if printed is not None:
        taken = printed.taken(sources="outlets")
        return study.told(Fact("study.who.several", {"whose": whose, **taken}))
    if first["outlet"] == first["attributed_to"]:
        return plain(show(whose, study.language))
    return study.told(Fact("study.who.one", {"whose": whose, "outlet": str(first["outlet"])}))


def _alone(study: ShownStudy, claim_set: ClaimSet) -> str:
    """On which numbers of answers the figures of one question can rest."""
    found = judged(study, f"bases.{claim_set.id}")
    if found is None or found.kind == "forensics.weighted":
        return study.word("study.alone.weighted")
    if found.has("bases"):
        return study.register.span(found.number("bases"))
    if found.has("count"):
        return study.told(Fact("study.alone.many", found.taken("count", "smallest")))
    if found.has("smallest"):
        return study.told(Fact("study.alone.later", found.taken("smallest")))
    return study.word("study.alone.never")


def _sources(study: ShownStudy) -> str:
    """The published figures: each one once, whose it is, and every outlet that has it."""
    rows = []
    groups = study.printed.groupby(["item", "category", "value", "attributed_to"], sort=False)
    for key, same in groups:
        item, category, whose = str(key[0]), str(key[1]), str(key[3])
        outlets = dict(zip(same["outlet"], same["source"], strict=True))
        linked = [f"[[{plain(outlet)}]{{.prov}}]({url})" for outlet, url in outlets.items()]
        question: dict[str, str] = {
            "variable": study.item(item),
            "category": study.answer(item, category),
        }
        rows.append(
            [
                study.tell("report.margin", **question),
                study.register.span(f"claim.{same['claim_id'].iloc[0]}"),
                plain(study.publisher(whose)),
                joined(linked, "comma", study.language),
            ]
        )
    caption = study.word("study.caption.sources")
    return study.table("sources", SOURCES, rows, caption, words=(0, 2, 3), kind="stack")
