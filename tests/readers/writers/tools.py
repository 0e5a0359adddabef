"""What each survey tool writes of the same interviews, as bytes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from readers.writers.files import Cell, Row, at, box, joined, one, rows_of, workbook, written
from readers.writers.interviews import SURVEY, Interview

# --- Google Forms -------------------------------------------------------------------------------


def google(asked: Sequence[Interview], stamp: Callable[[datetime], str]) -> list[Row]:
    """Question texts as headers, grids as `Question [row]`, ticked boxes joined by a comma."""
    columns: list[Cell] = [("Horodateur", lambda interview: stamp(interview.submitted))]
    for question in SURVEY:
        if question.kind == "grid":
            columns += [
                (f"{question.text} [{text}]", one(question, row, False))
                for row, text in question.rows
            ]
        elif question.kind == "multi":
            columns.append((question.text, joined(question, ", ", False)))
        else:
            columns.append((question.text, one(question, question.id, False)))
    return list(rows_of(columns, asked))


def google_french(asked: Sequence[Interview]) -> bytes:
    """The CSV of a form in French."""
    return written(google(asked, lambda moment: f"{moment:%d/%m/%Y %H:%M:%S}"))


def google_zone(asked: Sequence[Interview]) -> bytes:
    """The CSV as the form itself hands it out: morning or evening, and the zone."""

    def stamp(moment: datetime) -> str:
        hour = moment.hour % 12 or 12
        half = "AM" if moment.hour < 12 else "PM"
        return f"{moment:%Y/%m/%d} {hour}:{moment:%M:%S} {half} UTC+1"

    return written(google(asked, stamp), quoting=csv.QUOTE_ALL, end="\n")


def google_workbook(asked: Sequence[Interview]) -> bytes:
    """The workbook of the linked sheet: moments and numbers are cells of their kind."""
    header, *rows = google(asked, lambda moment: moment.isoformat())
    years = header.index("Depuis combien d'années ?")
    cells: list[list[object]] = []
    for row in rows:
        typed: list[object] = [datetime.fromisoformat(row[0]), *row[1:]]
        typed[years] = int(row[years]) if row[years] else ""
        cells.append(typed)
    return workbook([header, *cells], "Réponses au formulaire 1")


# --- KoboToolbox and ODK ------------------------------------------------------------------------

KOBO_AFTER = (
    "_id",
    "_uuid",
    "_submission_time",
    "_validation_status",
    "_notes",
    "_status",
    "_submitted_by",
    "__version__",
    "_tags",
    "_index",
)


def _kobo_after(interview: Interview) -> dict[str, str]:
    return {
        "_id": str(900000 + interview.number),
        "_uuid": f"00000000-0000-4000-8000-{interview.number:012d}",
        "_submission_time": f"{interview.submitted:%Y-%m-%dT%H:%M:%S}",
        "_status": "submitted_via_web",
        "__version__": "vSimulated",
        "_index": str(interview.number),
    }


def kobo(asked: Sequence[Interview], *, values: bool, group: str, spread: bool) -> list[Row]:
    """Names or labels; ticked boxes in one cell and, if `spread`, in a column each beside it."""
    zone = ".000+01:00"
    columns: list[Cell] = [
        ("start", lambda interview: f"{interview.started:%Y-%m-%dT%H:%M:%S}{zone}"),
        ("end", lambda interview: f"{interview.submitted:%Y-%m-%dT%H:%M:%S}{zone}"),
    ]
    for question in SURVEY:
        if question.kind == "grid":
            inside = f"{group}{question.id}/" if group else ""
            columns += [
                (f"{inside}{row if values else text}", one(question, row, values))
                for row, text in question.rows
            ]
            continue
        name = f"{group}{question.id}" if values else question.text
        if question.kind != "multi":
            columns.append((name, one(question, question.id, values)))
            continue
        columns.append((name, joined(question, " ", values)))
        if spread:
            columns += [
                (f"{name}/{o.value if values else o.text}", box(question, o.code, "1", "0"))
                for o in question.options
            ]
    columns += [
        (name, lambda interview, name=name: _kobo_after(interview).get(name, ""))  # type: ignore[misc]
        for name in KOBO_AFTER
    ]
    return list(rows_of(columns, asked))


def kobo_names(asked: Sequence[Interview]) -> bytes:
    """XML values and headers, groups before the names, semicolons."""
    rows = kobo(asked, values=True, group="main/", spread=True)
    return written(rows, delimiter=";", quoting=csv.QUOTE_ALL, end="\n", encoding="utf-8-sig")


def kobo_joined(asked: Sequence[Interview]) -> bytes:
    """XML values without groups, ticked boxes in one cell only."""
    rows = kobo(asked, values=True, group="", spread=False)
    return written(rows, delimiter=";", quoting=csv.QUOTE_ALL, end="\n")


def kobo_labels(asked: Sequence[Interview]) -> bytes:
    """Labels in a workbook, ticked boxes in one cell and spread."""
    return workbook(kobo(asked, values=False, group="", spread=True), "simulated")


def odk_central(asked: Sequence[Interview]) -> bytes:
    """ODK Central: groups with a hyphen, moments in UTC, `KEY` at the end, boxes split too."""
    columns: list[Cell] = [
        ("SubmissionDate", lambda i: f"{i.submitted:%Y-%m-%dT%H:%M:%S}.123Z"),
        ("start", lambda i: f"{i.started:%Y-%m-%dT%H:%M:%S}.000+00:00"),
        ("end", lambda i: f"{i.submitted:%Y-%m-%dT%H:%M:%S}.000+00:00"),
    ]
    for question in SURVEY:
        if question.kind == "grid":
            columns += [
                (f"main-{question.id}-{row}", one(question, row, True)) for row, _ in question.rows
            ]
            continue
        name = f"main-{question.id}"
        if question.kind == "multi":
            columns.append((name, joined(question, " ", True)))
            columns += [
                (f"{name}/{o.value}", box(question, o.code, "1", "0")) for o in question.options
            ]
        else:
            columns.append((name, one(question, question.id, True)))
    columns += [
        ("meta-instanceID", lambda i: f"uuid:00000000-0000-4000-8000-{i.number:012d}"),
        ("KEY", lambda i: f"uuid:00000000-0000-4000-8000-{i.number:012d}"),
        ("SubmitterID", lambda i: "5"),
        ("SubmitterName", lambda i: "simulated"),
        ("AttachmentsPresent", lambda i: "0"),
        ("AttachmentsExpected", lambda i: "0"),
        ("Status", lambda i: ""),
        ("ReviewState", lambda i: ""),
        ("DeviceID", lambda i: "simulated:1"),
        ("Edits", lambda i: "0"),
        ("FormVersion", lambda i: "1"),
    ]
    return written(list(rows_of(columns, asked)), end="\n")


# --- LimeSurvey ---------------------------------------------------------------------------------


def _limesurvey(
    asked: Sequence[Interview], header: Callable[[str, str, str, str], str], values: bool
) -> list[Row]:
    """`header(code, text, row code, row text)` is a column's name."""
    columns: list[Cell] = [
        (header("id", "Response ID", "", ""), lambda i: str(i.number)),
        (header("submitdate", "Date submitted", "", ""), lambda i: at(i.submitted)),
        (header("lastpage", "Last page", "", ""), lambda i: "3"),
        (header("startlanguage", "Start language", "", ""), lambda i: "fr"),
        (header("seed", "Seed", "", ""), lambda i: str(1000000 + i.number)),
        (header("startdate", "Date started", "", ""), lambda i: at(i.started)),
        (header("datestamp", "Date last action", "", ""), lambda i: at(i.submitted)),
    ]
    for question in SURVEY:
        if question.kind == "grid":
            columns += [
                (header(question.id, question.text, row, text), one(question, row, values))
                for row, text in question.rows
            ]
        elif question.kind == "multi":
            yes, no = ("Y", "") if values else ("Oui", "Non")
            columns += [
                (
                    header(question.id, question.text, o.value, o.text),
                    box(question, o.code, yes, no),
                )
                for o in question.options
            ]
        else:
            columns.append(
                (header(question.id, question.text, "", ""), one(question, question.id, values))
            )
    return list(rows_of(columns, asked))


def limesurvey_codes(asked: Sequence[Interview]) -> bytes:
    """Question codes as headers, answer codes in cells."""
    rows = _limesurvey(asked, lambda code, _, row, __: f"{code}[{row}]" if row else code, True)
    return written(rows, quoting=csv.QUOTE_ALL, encoding="utf-8-sig", end="\n")


def limesurvey_full(asked: Sequence[Interview]) -> bytes:
    """Full question texts as headers, full answers in cells, semicolons."""
    rows = _limesurvey(asked, lambda _, text, __, row: f"{text} [{row}]" if row else text, False)
    return written(rows, delimiter=";", quoting=csv.QUOTE_ALL, encoding="utf-8-sig", end="\n")


def limesurvey_both(asked: Sequence[Interview]) -> bytes:
    """Code and text in the header, full answers in cells."""
    rows = _limesurvey(
        asked,
        lambda code, text, row, words: (
            f"{code}[{row}]. {text} [{words}]" if row else f"{code}. {text}"
        ),
        False,
    )
    return written(rows, quoting=csv.QUOTE_ALL, encoding="utf-8-sig", end="\n")


# --- Qualtrics ----------------------------------------------------------------------------------


def _qualtrics(asked: Sequence[Interview], *, values: bool, split: bool) -> list[Row]:
    """Three rows of headers: export tags, texts, identifiers of the import."""
    heads: list[tuple[str, str, str]] = []
    cells: list[Callable[[Interview], str]] = []

    def add(tag: str, text: str, of: str, cell: Callable[[Interview], str]) -> None:
        heads.append((tag, text, json.dumps({"ImportId": of}, separators=(",", ":"))))
        cells.append(cell)

    add("StartDate", "Start Date", "startDate", lambda i: at(i.started))
    add("EndDate", "End Date", "endDate", lambda i: at(i.submitted))
    add("Status", "Response Type", "status", lambda _: "0" if values else "IP Address")
    add("Progress", "Progress", "progress", lambda _: "100")
    add(
        "Duration (in seconds)",
        "Duration (in seconds)",
        "duration",
        lambda i: str(int((i.submitted - i.started).total_seconds())),
    )
    add("Finished", "Finished", "finished", lambda _: "1" if values else "True")
    add("RecordedDate", "Recorded Date", "recordedDate", lambda i: at(i.submitted))
    add("ResponseId", "Response ID", "_recordId", lambda i: f"R_{i.number:015d}")
    add("DistributionChannel", "Distribution Channel", "distributionChannel", lambda _: "anonymous")
    add("UserLanguage", "User Language", "userLanguage", lambda _: "FR")
    for place, question in enumerate(SURVEY, 1):
        qid = f"QID{place}"
        if question.kind == "grid":
            for number, (row, text) in enumerate(question.rows, 1):
                add(
                    f"{question.id}_{number}",
                    f"{question.text} - {text}",
                    f"{qid}_{number}",
                    one(question, row, values),
                )
        elif question.kind == "multi" and split:
            for number, option in enumerate(question.options, 1):
                add(
                    f"{question.id}_{number}",
                    f"{question.text} - Selected Choice - {option.text}",
                    f"{qid}_{number}",
                    box(question, option.code, "1" if values else option.text, ""),
                )
        elif question.kind == "multi":
            add(question.id, question.text, qid, joined(question, ",", values))
        else:
            add(question.id, question.text, qid, one(question, question.id, values))
    header = [[head[level] for head in heads] for level in range(3)]
    return [*header, *([cell(interview) for cell in cells] for interview in asked)]


def qualtrics_texts(asked: Sequence[Interview]) -> bytes:
    """Choice texts, ticked boxes in one cell joined by a bare comma."""
    return written(_qualtrics(asked, values=False, split=False), encoding="utf-8-sig", end="\n")


def qualtrics_split(asked: Sequence[Interview]) -> bytes:
    """Choice texts, a column each ticked box."""
    return written(_qualtrics(asked, values=False, split=True), encoding="utf-8-sig", end="\n")


def qualtrics_values(asked: Sequence[Interview]) -> bytes:
    """Numeric values, a column each ticked box, as tab-separated UTF-16."""
    return written(
        _qualtrics(asked, values=True, split=True), encoding="utf-16", delimiter="\t", end="\n"
    )
