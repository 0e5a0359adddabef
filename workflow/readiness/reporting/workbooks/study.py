"""Workbook of a study: who printed which figure, and what arithmetic says about each."""

from collections.abc import Iterator, Sequence

from readiness.forensics.judging.summary import STATUS
from readiness.forensics.judging.verdict import Status, facts_of
from readiness.ground.figure_id import claim_id
from readiness.language import show
from readiness.register.display import show_row
from readiness.reporting.parts import StudyPart
from readiness.reporting.verdicts import render_verdict
from readiness.reporting.workbooks.wave import NOTHING, list_publisher, notes_sheet, tell_data
from readiness.reporting.workbooks.writing import Book, Cell, WorkbookSheet


def study_book(study: StudyPart, datasets: Sequence[str]) -> Book:
    """Return the workbook of a study: claims as printed, verdicts as sentences."""
    language, title = study.language, str(study.settings["title"])
    stated = study.settings.get("study", {})
    publisher = list_publisher(stated, language)
    cover = (*publisher, study.word("tables.cover.study"), tell_data(datasets, language))
    meanings = [(show(STATUS[status], language), study.word(_MEANING[status])) for status in Status]
    notes = notes_sheet("tables.head.status", meanings, language)
    sheets = (_make_claims(study), _make_verdicts(study))
    return Book(title, title, language, cover, notes, sheets)


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
    label = study.structure.answer(item, category)
    return show(label, study.language) if label else ""


def _make_claims(study: StudyPart) -> WorkbookSheet:
    """Return the sheet of claims as printed."""
    rows: list[tuple[Cell, ...]] = []
    for claim in study.claims.to_dict("records"):
        figure_row = study.register.by_id.get(claim_id(str(claim["claim_id"])))
        rows.append(
            (
                str(claim["claim_id"]),
                study.item(str(claim["item"])),
                _name_answer(study, str(claim["item"]), str(claim["category"])) or NOTHING,
                str(claim["value"]) if figure_row is None else show_row(figure_row, study.language),
                study.publisher(str(claim["attributed_to"])),
                str(claim["outlet"]),
                str(claim.get("date", "")) or NOTHING,
                str(claim["source"]),
            )
        )
    title, line = map(study.word, ("tables.title.claims", "tables.line.claims"))
    return WorkbookSheet(title, title, tuple(map(study.word, CLAIMS)), tuple(rows), (line,))


def _make_verdicts(study: StudyPart) -> WorkbookSheet:
    """Return the sheet of verdicts as sentences."""
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            show(STATUS[Status(verdict["status"])], study.language),
            render_verdict(facts_of(verdict), study.language),
            " ".join(verdict["claims"]) or NOTHING,
        )
        for name, verdict in study.verdicts.items()
    ]
    title, line = map(study.word, ("tables.title.verdicts", "tables.line.verdicts"))
    return WorkbookSheet(title, title, tuple(map(study.word, VERDICTS)), tuple(rows), (line,))


def label_figure(study: StudyPart, item: str, level: str, group: str) -> tuple[str, str, str, str]:
    """Return the labels of a study's item, of an answer, and of a publisher; see `Labels`."""
    if item not in study.structure.items:
        return "", "", "", ""
    answer = _name_answer(study, item, level)
    return study.item(item), answer, study.publisher(group) if group else "", ""


def study_codes(study: StudyPart) -> Iterator[list[str]]:
    """Yield codebook rows: the questions of a study, with the answers that have printed figures."""
    answers_by_item: dict[str, dict[str, str]] = {}
    for claim in study.claims.to_dict("records"):
        item, category = str(claim["item"]), str(claim["category"])
        answers_by_item.setdefault(item, {})[category] = _name_answer(study, item, category)
    for item, answers in answers_by_item.items():
        yield ["item", item, "", study.item(item), ""]
        yield from (["answer", code, item, label, ""] for code, label in answers.items())
