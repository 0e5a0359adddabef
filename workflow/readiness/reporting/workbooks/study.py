"""The workbook of a study: who printed which figure, and what arithmetic says of each."""

from collections.abc import Iterator, Sequence

from readiness.facts import Fact, Listed
from readiness.forensics.judging.verdict import Status, facts_of
from readiness.forensics.reporting import STATUS, render_verdict
from readiness.language import show, tell, text
from readiness.register.display import show_row
from readiness.reporting.parts import StudyPart
from readiness.reporting.workbooks.wave import NOTHING, Labels
from readiness.reporting.workbooks.writing import Book, Cell, WorkbookSheet


def study_book(study: StudyPart, datasets: Sequence[str]) -> Book:
    """The workbook of a study: its claims as printed, its verdicts as sentences."""
    language = study.language
    named = show(Listed(tuple(datasets), "comma"), language)
    cover = (
        text("tables.cover.study", language),
        tell(Fact("tables.cover.data", {"datasets": named}), language),
    )
    notes = text("tables.sheet.notes", language)
    meanings = [
        (show(STATUS[status], language), text(_MEANING[status], language)) for status in Status
    ]
    head = (text("tables.head.status", language), text("verdict.page.says", language))
    title = str(study.settings["title"])
    explained = WorkbookSheet(notes, notes, head, tuple(meanings))
    sheets = (_make_claims(study), _make_verdicts(study))
    return Book(title, title, language, cover, explained, sheets)


_MEANING = {
    Status.IMPOSSIBLE: "study.gloss.impossible",
    Status.INCOMPATIBLE: "study.gloss.incompatible",
    Status.UNDETERMINED: "study.gloss.undetermined",
    Status.POSSIBLE: "tables.status.possible",
    Status.NOT_APPLICABLE: "tables.status.not_applicable",
}
CLAIMS = tuple(
    f"tables.head.{name}"
    for name in ("claim", "question", "answer", "printed", "whose", "outlet", "date", "source")
)
VERDICTS = tuple(f"tables.head.{name}" for name in ("claim", "status", "sentence", "claims"))


def _name_answer(study: StudyPart, item: str, category: str) -> str:
    found = study.structure.answer(item, category)
    return show(found, study.language) if found else ""


def _make_claims(study: StudyPart) -> WorkbookSheet:
    rows: list[tuple[Cell, ...]] = []
    for claim in study.claims.to_dict("records"):
        identity = f"claim.{claim['claim_id']}"
        register = study.register
        printed = (
            show_row(register.row(identity), study.language)
            if register.has(identity)
            else str(claim["value"])
        )
        rows.append(
            (
                str(claim["claim_id"]),
                study.item(str(claim["item"])),
                _name_answer(study, str(claim["item"]), str(claim["category"])) or NOTHING,
                printed,
                study.publisher(str(claim["attributed_to"])),
                str(claim["outlet"]),
                str(claim.get("date", "")) or NOTHING,
                str(claim["source"]),
            )
        )
    title = text("tables.title.claims", study.language)
    line = text("tables.line.claims", study.language)
    return WorkbookSheet(title, title, tuple(map(study.word, CLAIMS)), tuple(rows), (line,))


def _make_verdicts(study: StudyPart) -> WorkbookSheet:
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            show(STATUS[Status(verdict["status"])], study.language),
            render_verdict(facts_of(verdict), study.language),
            " ".join(verdict["claims"]) or NOTHING,
        )
        for name, verdict in study.verdicts.items()
    ]
    title = text("tables.title.verdicts", study.language)
    line = text("tables.line.verdicts", study.language)
    return WorkbookSheet(title, title, tuple(map(study.word, VERDICTS)), tuple(rows), (line,))


def study_labels(study: StudyPart) -> Labels:
    """The labels of a study's items and of whose a figure is."""

    def labels(item: str, level: str, group: str) -> tuple[str, str, str, str]:
        if item not in study.structure.items:
            return "", "", "", ""
        answer = _name_answer(study, item, level)
        return study.item(item), answer, study.publisher(group) if group else "", ""

    return labels


def study_codes(study: StudyPart) -> Iterator[list[str]]:
    """The questions of a study, with the answers that figures were printed of."""
    found: dict[str, dict[str, str]] = {}
    for claim in study.claims.to_dict("records"):
        item, category = str(claim["item"]), str(claim["category"])
        found.setdefault(item, {})[category] = _name_answer(study, item, category)
    for item, answers in found.items():
        yield ["item", item, "", study.item(item), ""]
        yield from (["answer", code, item, label, ""] for code, label in answers.items())
