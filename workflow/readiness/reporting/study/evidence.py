"""The one picture with the table behind it, and what the finding changes for a reader."""

from __future__ import annotations

from readiness.facts import Fact, Value
from readiness.forensics.judging.every import whole
from readiness.language import joined
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import fold
from readiness.reporting.shown import ShownStudy
from readiness.reporting.study.finding import every_of
from readiness.reporting.study.judged import Judged, judged

SIMPLEST = "simplest"
COLUMNS = tuple(f"study.column.{name}" for name in ("figures", "condition", "fits", "every"))
KEYS = COLUMNS


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
