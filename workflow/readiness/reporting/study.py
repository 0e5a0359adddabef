"""Report on published figures alone: the finding first, then the evidence.

The picture with the table behind it, what the finding means for a reader, who printed what, phrases
beside the figures that they describe, questions to the publisher, the method, and a table of all
verdicts that a reader can filter without a script.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from readiness.forensics.judging.context import whole
from readiness.forensics.judging.structure import ClaimSet
from readiness.forensics.judging.summary import STATUS
from readiness.forensics.judging.verdict import Status
from readiness.ground.facts import Fact, NamedNumber, Printed, TranslatedText
from readiness.ground.figure_id import claim_id
from readiness.language import join_texts, show, tell
from readiness.reporting import study_finding
from readiness.reporting.blocks import (
    ReportBlock,
    fold,
    glossary,
    heading,
    mark,
    paragraphs,
    plain,
    quote_exactly,
    three,
    write_filtered,
    write_list,
    write_numbered,
)
from readiness.reporting.blocks import block as look
from readiness.reporting.particulars import write_box
from readiness.reporting.parts import StudyPart
from readiness.reporting.sources import find_outlets, state_sources
from readiness.reporting.study_finding import JudgedClaim, every_of, find_verdict, joint_of

COLUMNS = tuple(f"study.column.{name}" for name in ("figures", "condition", "fits", "every"))


def picture(study: StudyPart, *, behind: bool = True) -> str:
    """Return the picture with caption, and a fold with the numbers `behind` the picture.

    "" where each set has its reported number of answers.
    """
    if study.lead is None and study.structure.reported:
        return ""
    every = every_of(study)
    caption = study.word("study.caption.bases")
    if every is not None:
        silent = every.has("silent")
        key = "study.caption.picture" if silent else "study.caption.picture_all"
        names = ("every", "least", "silent") if silent else ("every", "least")
        caption = study.write_value(Fact(key, every.take_values(*names)))
    table = _write_behind(study, every) if behind else ""
    return paragraphs([study.chart("bases", caption), table])


def _write_behind(study: StudyPart, every: JudgedClaim | None) -> str:
    """Return the table behind the picture, in a fold; "" without a verdict on the base."""
    if every is None or study.lead is None:
        return ""
    figures = join_texts(
        [
            study.register.span(claim_id(claim))
            for name in study.lead.sets
            for claim in study.structure.set_named(name).claims
        ],
        "comma",
        study.language,
    )
    rows = _make_rows(study, every, figures)
    if (everything := _find_whole(study)) is not None:
        rows += _make_rows(study, everything, study.word("study.whole.label"))
    caption = study.write_value(Fact("study.caption.fits", every.take_values("assumed")))
    body = study.table("fits", COLUMNS, rows, caption, words=(0, 1, 2), kind="stack")
    return _fold(study, "study.title.behind", body)


def _fold(study: StudyPart, key: str, body: str) -> str:
    return fold(study.word(key), body) if body else ""


def _make_rows(study: StudyPart, every: JudgedClaim, figures: str) -> list[list[str]]:
    """Return a row for each condition: figures, condition, and bases.

    Bases: the numbers of people that fit, and the number from which on every number fits.
    """
    missing = every.take_values("missing") if every.has("missing") else {}
    conditions = {
        "": Fact("study.condition.all"),
        "_missing": Fact("study.condition.missing", missing),
    }
    return [
        [
            figures,
            study.write_value(condition),
            _write_fits(study, every, suffix),
            study.register.span(every.number(f"every{suffix}")),
        ]
        for suffix, condition in conditions.items()
        if every.has(f"every{suffix}")
    ]


def _write_fits(study: StudyPart, every: JudgedClaim, suffix: str) -> str:
    """Return a text on the numbers of people that fit, below the one from which on all fit.

    The text is a list, or for a long list the smallest number, or says that there are none.
    `every`: the verdict on all figures together. `suffix`: "" if everybody answered every question,
    "_missing" if answers may be missing.
    """
    if every.has(f"fits{suffix}"):
        return study.register.span(every.number(f"fits{suffix}"))
    if every.has(f"first{suffix}"):
        return study.write_value(Fact("study.fits.from", every.take_values(first=f"first{suffix}")))
    return study.word("study.fits.none")


def _find_whole(study: StudyPart) -> JudgedClaim | None:
    """Return the verdict on all questions together, where these are more than the study's own."""
    shared = whole(study.structure.searched)
    if shared is None or study.lead is None or shared.id == study.lead.id:
        return None
    return find_verdict(study, f"every.{shared.id}")


def meaning_block(study: StudyPart) -> str:
    """Return the text on what it means that the base was reported, or was not.

    It adds an example, whether the figures for all questions are compatible, and one possible
    reading of them.
    """
    parts = [
        study.word("study.meaning" if study.structure.searched.sets else "study.meaning.based")
    ]
    first_set = study.lead.sets[0] if study.lead else ""
    if precision := find_verdict(study, f"precision.{first_set}"):
        parts.append(study.write_value(precision.sentences[0]))
    if every := _find_whole(study):
        together = Fact("study.whole.all", every.take_values("least", "every"))
        if every.has("silent", "missing"):
            values = every.take_values("least", "silent", "missing", "every")
            together = Fact("study.whole.silent", values)
        parts.append(study.write_value(together))
    simplest = "\n\n".join(study.sentences("simplest"))
    return paragraphs([*parts, _fold(study, "study.title.reading", simplest)])


# Placeholder for texts that count sources: their digits are no numbers of the register.
SOURCE = "\ue000"
CLAIM_COLUMNS = ("tables.head.question", "study.column.printed", "study.column.who")
SOURCES = (
    "report.column.question",
    *(f"study.column.{name}" for name in ("printed", "whose", "sources")),
)


def claims_block(study: StudyPart) -> str:
    """Return the table of questions: printed figures, sources, bases that the figures allow."""
    if study.printed_claims.empty:
        return ""
    everything = _write_sources(study)
    if not (questions := _list_claims(study)):
        return everything
    note, title = study.word("study.claims.note"), study.word("study.title.sources")
    return paragraphs([note, questions, fold(title, everything)])


def _list_claims(study: StudyPart) -> str:
    """Return the table of questions: printed figures, sources, bases that the figures allow."""
    sets = study.structure.sets
    base_verdicts = [find_verdict(study, f"bases.{s.id}") for s in sets]
    bounded = next((verdict for verdict in base_verdicts if verdict and verdict.has("n_max")), None)
    rows = [
        [plain(study.item(s.item)), _quote_figures(study, s), _name_who(study, s)] for s in sets
    ]
    base_column = []
    if bounded is not None:
        base_column = [study.write_value(Fact("study.column.alone", bounded.take_values("n_max")))]
        rows = [[*row, _write_alone(study, s)] for row, s in zip(rows, sets, strict=True)]
    caption, words = study.word("study.caption.claims"), tuple(range(4))
    return study.table(
        "claims", CLAIM_COLUMNS, rows, caption, more=base_column, words=words, kind="stack"
    )


def _quote_figures(study: StudyPart, claim_set: ClaimSet) -> str:
    parts = []
    for name in claim_set.claims:
        claim = study.claim(name)
        figure = NamedNumber(claim_id(name), Printed(str(claim["value"])))
        answer = study.answer(claim_set.item, str(claim["category"]))
        parts.append(study.write_value(Fact("study.printed", {"figure": figure, "answer": answer})))
    return join_texts(parts, "comma", study.language)


def _name_who(study: StudyPart, claim_set: ClaimSet) -> str:
    """Return whose figures a set has, and how many sources print each."""
    first = study.claim(claim_set.claims[0])
    whose = study.structure.whose(str(first["attributed_to"]))
    outlets = _list_outlets(study, claim_set)
    if len({*chain(*outlets)}) > 1:
        counted = tell(state_sources(study.claims, claim_set.claims), study.language)
        attribution = Fact("study.who.several", {"whose": whose, "sources": SOURCE})
        return study.write_value(attribution).replace(SOURCE, quote_exactly(counted))
    if first["outlet"] == first["attributed_to"]:
        return plain(show(whose, study.language))
    single_source = Fact("study.who.one", {"whose": whose, "outlet": str(first["outlet"])})
    return study.write_value(single_source)


def _list_outlets(study: StudyPart, claim_set: ClaimSet) -> list[list[str]]:
    return [find_outlets(study.claims, claim) for claim in claim_set.claims]


def _write_alone(study: StudyPart, claim_set: ClaimSet) -> str:
    """Return which numbers of answers a set's figures allow by themselves."""
    if claim := study.structure.reported.get(claim_set.id):
        people = NamedNumber(claim_id(claim), int(study.claim(claim)["value"]))
        return study.write_value(Fact("study.alone.reported", {"total": people}))
    verdict = find_verdict(study, f"bases.{claim_set.id}")
    if verdict is None or verdict.kind == "forensics.weighted":
        return study.word("study.alone.weighted")
    if verdict.has("bases"):
        return study.register.span(verdict.number("bases"))
    if verdict.has("count"):
        return study.write_value(Fact("study.alone.many", verdict.take_values("count", "smallest")))
    if verdict.has("smallest"):
        return study.write_value(Fact("study.alone.later", verdict.take_values("smallest")))
    return study.word("study.alone.never")


def _write_sources(study: StudyPart) -> str:
    """Return the table of printed figures with links to their sources."""
    rows = []
    groups = study.printed_claims.groupby(
        ["item", "category", "value", "attributed_to"], sort=False
    )
    for key, same_claims in groups:
        item, category, whose = str(key[0]), str(key[1]), str(key[3])
        outlets = dict(zip(same_claims["outlet"], same_claims["source"], strict=True))
        linked = [f"[[{plain(outlet)}]{{.prov}}]({url})" for outlet, url in outlets.items()]
        question: dict[str, str] = {"label": study.item(item), "what": study.answer(item, category)}
        rows.append(
            [
                study.tell("language.labelled", **question),
                study.register.span(claim_id(same_claims["claim_id"].iloc[0])),
                plain(study.publisher(whose)),
                join_texts(linked, "comma", study.language),
            ]
        )
    caption = study.word("study.caption.sources")
    return study.table("sources", SOURCES, rows, caption, words=(0, 2, 3), kind="stack")


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
# Kinds of verdicts on differences in words, found by reading.
WORDING_KINDS = ("base", "construct", "direction")


def words_block(study: StudyPart) -> str:
    """Return the phrases with their figures, then differences between sources."""
    differences = [
        study.verdict(name)
        for name, verdict in study.verdicts.items()
        if verdict["kind"] == "outlets" and verdict["status"] != "possible"
    ]
    differences += study.sentences(*WORDING_KINDS)
    rows = [_make_phrase_row(study, f"wording.{p.claim}") for p in study.structure.phrases]
    caption = study.word("study.caption.words")
    return paragraphs(
        [
            study.table("words", PHRASE_COLUMNS, rows, caption, words=(0, 1, 3, 4), kind="stack"),
            study.word("study.words.differences") if differences else "",
            write_list(differences),
        ]
    )


def _make_phrase_row(study: StudyPart, verdict_name: str) -> list[str]:
    verdict = find_verdict(study, verdict_name)
    assert verdict is not None  # every phrase is judged
    values = verdict.sentences[0].values
    quoted = Fact("charts.quoted", {"label": values["phrase"]})
    figure = Fact("forensics.percent", {"figure": values["figure"]})
    fair, literal = Fact(FAIR[verdict.kind], values), Fact(LITERAL[verdict.kind], values)
    return [study.write_value(value) for value in (quoted, values["whose"], figure, fair, literal)]


METHOD = tuple(f"study.method.{name}" for name in ("search", "conditions", "strength"))
TERMS = ("base", "fits", "missing")
STATUSES = (Status.IMPOSSIBLE, Status.INCOMPATIBLE, Status.UNDETERMINED)
TERM_KEYS = tuple(f"study.term.{name}" for name in TERMS)
GLOSSES = tuple(f"study.gloss.{name}" for name in (*TERMS, *STATUSES))
STRENGTH = ("forensics.power", "forensics.power_all", "forensics.power_both")


def questions_block(study: StudyPart) -> str:
    """Return the questions to the publisher, the one that would settle most first."""
    questions = write_numbered("ask", _write_questions(study))
    return paragraphs([study.word("study.ask.intro"), questions])


def _write_questions(study: StudyPart) -> Iterator[str]:
    """Yield the questions to the publisher."""
    if study.structure.searched.sets:
        yield study.word("study.ask.answers")
    for total in study.structure.totals:
        if total.counts == "unknown":
            people = NamedNumber(claim_id(total.claim), int(study.claim(total.claim)["value"]))
            question = study.write_value(Fact("study.ask.total", {"total": people}))
            yield " ".join([question, *[study.word("study.ask.groups")] * bool(total.groups)])
    if (study.printed_claims["weighted"] == "unknown").any():
        yield study.word("study.ask.weights")
    questions = [c.ask for c in study.structure.contradictions]
    questions += [gap.ask for gap in study.structure.unknown]
    yield from (
        study.write_value(TranslatedText(question_text))
        for question_text in questions
        if question_text is not None
    )
    for crossed in study.structure.cross_tables:
        rows, columns = (
            TranslatedText(study.structure.items[study.structure.set_named(name).item].label)
            for name in (crossed.rows, crossed.columns)
        )
        yield study.write_value(Fact("study.ask.cross", {"rows": rows, "columns": columns}))


def method_block(study: StudyPart) -> str:
    """Return how the figures were checked, under which conditions, and how strong the check is."""
    joint = joint_of(study)
    strong = [fact for fact in joint.sentences if fact.kind in STRENGTH] if joint else []
    search, conditions, fair = map(study.word, METHOD)
    return paragraphs([search, conditions, " ".join([*map(study.write_value, strong), fair])])


def glossary_block(study: StudyPart) -> str:
    """Return the glossary of the page."""
    words = [*map(study.word, TERM_KEYS), *(show(STATUS[s], study.language) for s in STATUSES)]
    return glossary(zip(words, map(study.word, GLOSSES), strict=True))


def verdicts_block(study: StudyPart) -> str:
    """Return the table of all verdicts with its filter; "" without verdicts."""
    if not study.verdicts:
        return ""
    status_of = {name: verdict["status"] for name, verdict in study.verdicts.items()}
    words = {
        str(status): show(STATUS[status], study.language)
        for status in Status
        if str(status) in status_of.values()
    }
    marks = {status: f"k{place}" for place, status in enumerate(words, 1)}
    rows = [
        [words[status], study.verdict(name), f"[{plain(name)}]{{.prov}}"]
        for name, status in status_of.items()
    ]
    columns = ("verdict.page.verdict", "study.column.sentence", "numbers.id")
    caption = study.word("study.caption.verdicts")
    kinds = [marks[status] for status in status_of.values()]
    look: dict[str, Any] = {"words": (0, 1, 2), "kind": "stack", "marks": kinds}
    table = study.table("verdicts", columns, rows, caption, **look)
    filtered = write_filtered([study.word("study.verdicts.all"), *words.values()], table)
    note, title = study.word("study.verdicts.note"), study.word("study.title.table")
    return paragraphs([note, fold(title, filtered)])


BLOCKS: dict[str, Callable[[StudyPart], str]] = {
    "meaning": meaning_block,
    "claims": claims_block,
    "words": words_block,
    "ask": questions_block,
    "method": method_block,
    "glossary": glossary_block,
    "verdicts": verdicts_block,
}
TITLES = {name: f"study.title.{name}" for name in BLOCKS}


def study_blocks(study: StudyPart) -> list[ReportBlock]:
    """Return the blocks below the first screen, in order."""
    return [
        ReportBlock(name, study.word(TITLES[name]), partial(body, study))
        for name, body in BLOCKS.items()
    ]


def study_summary(study: StudyPart, *, behind: bool = True) -> str:
    """Write the first screen: headline, lead, picture, three cards, conditions.

    `behind`: with the numbers behind the picture, in a fold.
    """
    joint = joint_of(study)
    headline = study_finding.headline(study, joint, every_of(study))
    about = study.settings.get("about", "")
    lead = [quote_exactly(about)] if about else []
    lead += map(study.write_value, study_finding.state_lead(study, joint))
    conditions = " ".join(map(study.write_value, study_finding.state_conditions(joint)))
    unknown = (
        *map(study.write_value, study_finding.state_unknown(study)),
        *study_finding.list_gaps(study),
    )
    established = map(study.write_value, study_finding.state_established(study, joint))
    simple = map(study.write_value, study_finding.state_simple(study, joint))
    cards = (
        ("sure", "study.card.established", established),
        ("plain", "study.card.simple", simple),
        ("open", "study.card.unknown", unknown),
    )
    return paragraphs(
        [
            look("headline", study.write_value(headline)),
            look("lead", " ".join(lead)) if lead else "",
            picture(study, behind=behind),
            three((kind, study.word(key), " ".join(sentences)) for kind, key, sentences in cards),
            mark("small", conditions) if conditions else "",
        ]
    )


def study_brief(study: StudyPart) -> str:
    """Write the brief: the first screen, questions to the publisher, the box of method."""
    title = study.word(TITLES["ask"])
    questions = [heading(1, title, "sec-ask"), questions_block(study)]
    return paragraphs([study_summary(study, behind=False), *questions, write_box(study)])
