"""The one picture with the table behind it, and what the finding changes for a reader."""

from __future__ import annotations

from readiness.facts import Fact, Named, Printed, Value
from readiness.forensics.judging.every import whole
from readiness.forensics.judging.structure import ClaimSet
from readiness.language import joined, show
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import fold, plain
from readiness.reporting.shown import ShownStudy
from readiness.reporting.study.finding import Judged, every_of, judged

SIMPLEST = "simplest"
COLUMNS = tuple(f"study.column.{name}" for name in ("figures", "condition", "fits", "every"))


def picture(study: ShownStudy) -> str:
    """The picture, titled with what it shows, and the numbers behind it in a fold."""
    every = every_of(study)
    caption = study.word("study.caption.bases")
    if every is not None:
        silent = every.has("silent")
        key = "study.caption.picture" if silent else "study.caption.picture_all"
        names = ("every", "least", "silent") if silent else ("every", "least")
        caption = study.told(Fact(key, every.taken(*names)))
    chart = study.chart("bases", caption)
    return paragraphs([chart, _behind(study, every)])


def _behind(study: ShownStudy, every: Judged | None) -> str:
    if every is None or study.lead is None:
        return ""
    figures = joined(
        [study.register.span(f"claim.{claim}") for name in study.lead.sets
         for claim in study.structure.set_named(name).claims], "comma", study.language)  # fmt: skip
    rows = _rows(study, every, figures)
    everything = _whole(study)
    if everything is not None:
        rows += _rows(study, everything, study.word("study.whole.label"))
    caption = study.told(Fact("study.caption.fits", every.taken("assumed")))
    body = study.table("fits", COLUMNS, rows, caption, words=(0, 1, 2), kind="stack")
    return _fold(study, "study.title.behind", body)


def _fold(study: ShownStudy, key: str, body: str) -> str:
    return fold(study.word(key), body) if body else ""


def _rows(study: ShownStudy, every: Judged, figures: str) -> list[list[str]]:
    """Two rows of the table: if everyone answered, and with missing answers."""
    rows = []
    for suffix, condition in (
        ("", Fact("study.condition.all")),
        ("_missing", Fact("study.condition.missing", _if(every, "missing"))),
    ):
        if every.has(f"every{suffix}"):
            rows.append([figures, study.told(condition), _fits(study, every, suffix),
                         study.register.span(every.number(f"every{suffix}"))])  # fmt: skip
    return rows


def _if(every: Judged, name: str) -> dict[str, Value]:
    return dict(every.taken(name)) if every.has(name) else {}


def _fits(study: ShownStudy, every: Judged, suffix: str) -> str:
    if every.has(f"fits{suffix}"):
        return study.register.span(every.number(f"fits{suffix}"))
    if every.has(f"first{suffix}"):
        return study.told(Fact("study.fits.from", every.taken(first=f"first{suffix}")))
    return study.word("study.fits.none")


def _whole(study: ShownStudy) -> Judged | None:
    """The verdict on all questions together, where these are more than the study's own."""
    shared = whole(study.structure)
    if shared is None or study.lead is None or shared.id == study.lead.id:
        return None
    return judged(study, f"every.{shared.id}")


def meaning_block(study: ShownStudy) -> str:
    """What the missing base changes, in an example, and whether everything goes together."""
    own = study.lead.sets[0] if study.lead else ""
    precision = judged(study, f"precision.{own}")
    said = {"sentence": precision.told[0]} if precision else {}
    example = study.told(Fact("study.example", said)) if said else ""
    reading = study.sentences(SIMPLEST)
    chart = study.chart("questions", study.word("study.caption.bases"))
    return paragraphs(
        [
            study.word("study.meaning"),
            example,
            _together(study),
            _fold(study, "study.title.reading", "\n\n".join(reading)),
            _fold(study, "study.title.questions", chart),
        ]
    )


def _together(study: ShownStudy) -> str:
    every = _whole(study)
    if every is None:
        return ""
    if every.has("silent", "missing"):
        taken = every.taken("least", "silent", "missing", "every")
        return study.told(Fact("study.whole.silent", taken))
    return study.told(Fact("study.whole.all", every.taken("least", "every")))


CLAIM_COLUMNS = ("tables.head.question", "study.column.printed", "study.column.who")
SOURCES = (
    "report.column.question",
    *(f"study.column.{name}" for name in ("printed", "whose", "sources")),
)


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
    return study.table("claims", CLAIM_COLUMNS, rows, caption, more=more, words=words, kind="stack")


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
            "label": study.item(item),
            "what": study.answer(item, category),
        }
        rows.append(
            [
                study.tell("language.labelled", **question),
                study.register.span(f"claim.{same['claim_id'].iloc[0]}"),
                plain(study.publisher(whose)),
                joined(linked, "comma", study.language),
            ]
        )
    caption = study.word("study.caption.sources")
    return study.table("sources", SOURCES, rows, caption, words=(0, 2, 3), kind="stack")
