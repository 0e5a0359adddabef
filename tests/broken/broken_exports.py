"""Broken exports, each in one way, as bytes; and the questionnaire that they are said to be of.

None is a file: what is wrong with each can be read here.
"""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

from made_questionnaire import document, question
from readiness.questionnaire import questionnaire_of

Rows = list[list[str]]

VISITS = [
    {"code": "often", "text": "Souvent", "value": "1"},
    {"code": "never", "text": "Jamais", "value": "2"},
]
USES = [
    {"code": "read", "text": "Lire, étudier", "value": "a"},
    {"code": "meet", "text": "Rencontrer", "value": "b"},
]
QUESTIONNAIRE = questionnaire_of(
    document(
        "library",
        question("visits", "single", "Venez-vous souvent ?", categories=VISITS),
        question("uses", "multi", "Pour quoi faire ?", categories=USES, blank_means="none"),
        question("age", "number", "Âge", range={"low": 10, "high": 99}),
        question("remark", "text", "Une remarque ?"),
        language="fr",
        export={
            "timestamp": "Horodateur",
            "invitation": "Code",
            "marker": "Simulé",
            "ignored": ["Adresse e-mail"],
        },
    ),
    "library-1",
)
HEADER = [
    "Horodateur",
    "Code",
    "Venez-vous souvent ?",
    "Pour quoi faire ?",
    "Âge",
    "Une remarque ?",
]
ROWS = [
    ["02/03/2026 08:00:00", "AAAA", "Souvent", "Lire, étudier, Rencontrer", "34", "Été"],
    ["02/03/2026 09:30:00", "BBBB", "Jamais", "", "51", ""],
    ["14/03/2026 10:00:00", "CCCC", "Jamais", "Rencontrer", "27", "Rien"],
]


def text(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\n") -> str:
    """Rows as delimited text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


def data(rows: Sequence[Sequence[str]] = (HEADER, *ROWS)) -> bytes:
    """Rows as CSV, UTF-8."""
    return text(rows).encode()


def with_header(*headers: str) -> bytes:
    """The table under other headers."""
    return data([list(headers), *([*row, *["x"] * 9][: len(headers)] for row in ROWS)])


def changed(old: str, new: str) -> bytes:
    """The whole table with one text in the place of another, the first time it occurs."""
    whole = text([HEADER, *ROWS])
    assert old in whole
    return whole.replace(old, new, 1).encode()


def book(*sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook."""
    made = openpyxl.Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    """A zip of these parts; `__` in a name is a slash, `_` a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def far_cell() -> bytes:
    """A workbook of two cells, at the two ends of a sheet."""
    whole = book([["a"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(
                    b"</sheetData>",
                    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
                )
            new.writestr(name, part)
    return out.getvalue()


def statistical_file(frame: pd.DataFrame, ending: str = "sav") -> bytes:
    """A file of SPSS (sav, por) or Stata (dta)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{ending}"
        getattr(pyreadstat, f"write_{ending}")(frame, path)
        return path.read_bytes()


WHOLE = data()
OPEN_SHEET = b"application/vnd.oasis.opendocument.spreadsheet"
BOOK = book([HEADER, *ROWS])
FRAME = pd.DataFrame({"visits": [1.0, 2.0], "age": [34.0, 51.0]})
SAV, POR, DTA = (statistical_file(FRAME, ending) for ending in ("sav", "por", "dta"))
KOBO = [
    "start",
    "end",
    "main/visits",
    "main/uses",
    "main/age",
    "main/remark",
    "_id",
    "_uuid",
    "_submission_time",
]
KOBO_ROW = [
    "2026-03-02T08:00:00",
    "2026-03-02T08:09:00",
    "1",
    "a b",
    "34",
    "x",
    "7",
    "u-7",
    "2026-03-02T08:09:01",
]
LIME = [
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "visits",
    "uses[a]",
    "uses[b]",
    "age",
    "remark",
]
LIME_ROW = ["1", "2026-03-02 08:00:00", "2", "fr", "1", "Y", "", "34.0000000000", "x"]
QUALTRICS = [
    "StartDate",
    "EndDate",
    "Status",
    "Finished",
    "RecordedDate",
    "ResponseId",
    "visits",
    "uses",
    "age",
    "remark",
]
QUALTRICS_ROW = [
    "2026-03-02 08:00:00",
    "2026-03-02 08:09:00",
    "IP Address",
    "True",
    "2026-03-02 08:09:01",
    "R_1",
    "Souvent",
    "Rencontrer",
    "34",
    "x",
]
IMPORT = [json.dumps({"ImportId": name}) for name in QUALTRICS]
MONKEY = [
    "Respondent ID",
    "Collector ID",
    "Start Date",
    "End Date",
    "Venez-vous souvent ?",
    "Pour quoi faire ?",
    "",
    "Âge",
    "Une remarque ?",
]
MONKEY_BELOW = [
    "",
    "",
    "",
    "",
    "Response",
    "Lire, étudier",
    "Rencontrer",
    "Open-Ended Response",
    "Open-Ended Response",
]
MICROSOFT = ["ID", "Start time", "Completion time", "Email", "Name", *HEADER[2:]]

ARABIC = (
    "طابع زمني,رمز,هل تأتي كثيرا,لماذا,العمر,ملاحظة\nالأول,الثاني,الثالث,الرابع,الخامس,السادس\n"
)

# What is wrong -> the bytes; all have one name, for that says nothing of what they are.
FILES: dict[str, bytes] = {
    # --- no table at all
    "nothing": b"",
    "line ends only": b"\r\n\r\n\r\n",
    "a mark of byte order and nothing": b"\xef\xbb\xbf",
    "separators only": b",,,,,\n,,,,,\n",
    "a header only": data([HEADER]),
    "a header and blank rows": data([HEADER]) + b",,,,,\n\n,,,,,\n",
    "a page of the web": b"<!DOCTYPE html>\n<html><body><p>Sign in, please</p></body></html>\n",
    "JSON": b'[{"Horodateur": "02/03/2026 08:00:00", "Code": "AAAA"}]\n',
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\xff\xfe\x00",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "zeros": b"\x00" * 64,
    # --- packed
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "an archive that holds the CSV": archive(answers_csv=WHOLE),
    "an archive of something else": archive(readme_txt=b"hello"),
    "an archive that is cut": archive(answers_csv=WHOLE)[:60],
    "an archive of three thousand parts": archive(**{f"part{k}_txt": b"" for k in range(3000)}),
    # --- workbooks
    "an old workbook of zeros": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504,
    "an OpenDocument sheet of no known kind": archive(mimetype=b"x", content_xml=b"<a/>"),
    "an OpenDocument sheet without cells": archive(
        mimetype=OPEN_SHEET, content_xml=b"<a/>", **{"META-INF__manifest_xml": b"<a/>"}
    ),
    "a binary workbook of noise": archive(xl__workbook_bin=b"x"),
    "a workbook without a cell": book([]),
    "a workbook that is cut": BOOK[:-200],
    "a workbook without its sheets": archive(xl__workbook_xml=b"<workbook/>"),
    "a workbook of broken XML": archive(xl__workbook_xml=b"<workbook"),
    "a workbook of two far cells": far_cell(),
    "a workbook with a header only": book([HEADER]),
    "a workbook of another form": book([["Name", "City"], ["A", "B"]]),
    "a workbook with a header missing": book([HEADER[:-1], *(row[:-1] for row in ROWS)]),
    # --- SPSS
    "an SPSS file that is cut in its header": SAV[:100],
    "an SPSS file that is cut": SAV[: len(SAV) // 2],
    "an SPSS file of noise": b"$FL2" + b"\xaa" * 400,
    "an SPSS file without a question": SAV,
    # --- letters
    "UTF-8 cut within a letter": text([HEADER, *ROWS]).encode()[:-9] + b"\xc3",
    "UTF-16 cut within a letter": text([HEADER, *ROWS]).encode("utf-16")[:-1],
    "UTF-32 with a letter that is none": b"\xff\xfe\x00\x00\xff\xff\xff\xff",
    "letters of two encodings": WHOLE + "04/03/2026 08:00:00,D,Jamais,,30,Ça\n".encode("cp1252"),
    "a lone byte that any encoding may hold": (
        WHOLE.decode().replace("É", "E").replace("é", "e").replace("Â", "A").encode()
        + b"x,\xd4,\xd0,,,\xc8\n"
    ),
    "Arabic letters of Windows under French headers": ARABIC.encode("cp1256"),
    # --- quotes, separators, rows
    "a quote left open": changed("Rien", '"Rien'),
    "a quote within a cell": changed("AAAA", '"AA"AA'),
    "a cell of a book": changed("Rien", "x" * 140_000),
    "cut within the last row": WHOLE[:-30],
    "cut after the second cell": WHOLE[: WHOLE.rindex(b"Jamais")],
    "seventeen thousand columns": data([[f"c{k}" for k in range(17_000)]]),
    "separators that nobody knows": text([HEADER, *ROWS]).replace(",", "~").encode(),
    "separators that are mixed": b"Horodateur;Code,Age|X\n1;2,3|4\n",
    # --- headers
    "no header": data(ROWS),
    "a question missing": data([HEADER[:-1], *(row[:-1] for row in ROWS)]),
    "a question in other words": changed("Venez-vous souvent", "Venez-vous très souvent"),
    "two questions missing": with_header(*HEADER[:4]),
    "the code missing": (
        data([[h for h in HEADER if h != "Code"], *([r[0], *r[2:]] for r in ROWS)])
    ),
    "the moment missing": data([HEADER[1:], *(row[1:] for row in ROWS)]),
    "a column too many": with_header(*HEADER, "Téléphone"),
    "four columns too many": with_header(*HEADER, "Nom", "Téléphone", "Rue", "Ville"),
    "a column too many without a header": with_header(*HEADER, ""),
    "a header with a line break too many": with_header(*HEADER, "Votre\nnom"),
    "a question given twice": with_header(*HEADER, "Âge"),
    "the moment given twice": with_header(*HEADER, "Horodateur"),
    "another form": data([["Timestamp", "Nom", "Ville"], ["x", "y", "z"]]),
    "a header below forty lines": b"\n".join(b"a,b" for _ in range(40)) + b"\n" + WHOLE,
    "mixed marks of simulated answers": (
        data([[*HEADER, "Simulé"], *([*row, "oui"] for row in ROWS[:2]), [*ROWS[2], "non"]])
    ),
    # --- of other programs
    "a Stata file that is cut in its header": b"<stata_dta><header><release>118</release></header>",
    "a Stata file that is cut": DTA[: len(DTA) // 2],
    "an old Stata file of zeros": b"\x72\x01\x01" + b"\x00" * 300,
    "a Stata file without a question": DTA,
    "a portable SPSS file that is cut in its letters": POR[: len(POR) // 2],
    "a portable SPSS file that is cut": POR[:500],
    "a portable SPSS file of noise": b"ASCII SPSS PORT FILE" + b"0" * 200,
    "a portable SPSS file without a question": POR,
    "a workbook of 2003 as XML": b"<?xml version='1.0'?>\n<Workbook><Worksheet/></Workbook>",
    "JSON, one object": b'{"responses": []}',
    # --- headers, again
    "every question missing": data([HEADER[:2], *(row[:2] for row in ROWS)]),
    "a question in words of another case and spaces, and one missing": (
        data(
            [
                ["HORODATEUR ", " code", "VENEZ-VOUS\u00a0SOUVENT ?", "Âge", "Une remarque ?"],
                *([*row[:3], *row[4:]] for row in ROWS),
            ]
        )
    ),
    "an unknown column of a line and a half": with_header(*HEADER, "Votre avis " + "long " * 40),
    "formulas in headers": with_header(*HEADER, '=HYPERLINK("http://example.org")'),
    "escape codes in headers": with_header(*HEADER, "\x1b[31mrouge"),
    "a grid without its row": with_header(*HEADER, "Que pensez-vous ? [Lieu]"),
    "two sheets, neither of the form": book([["a"], ["b"]], [["c"], ["d"]]),
    # --- tools
    "columns of two tools": data([[*KOBO, *LIME[1:4]], [*KOBO_ROW, *LIME_ROW[1:4]]]),
    "Kobo: the table of a repeat": data([["name", "_index", "_parent_index"], ["x", "1", "1"]]),
    "Kobo: a question missing": data([[*KOBO[:4], *KOBO[5:]], [*KOBO_ROW[:4], *KOBO_ROW[5:]]]),
    "Kobo: a question in two groups": data([[*KOBO, "other/age"], [*KOBO_ROW, "5"]]),
    "Kobo: a question too many": data([[*KOBO, "main/name"], [*KOBO_ROW, "Anna"]]),
    "LimeSurvey: an option missing": (
        data([[*LIME[:6], *LIME[7:]], [*LIME_ROW[:6], *LIME_ROW[7:]]])
    ),
    "LimeSurvey: a question missing": data([LIME[:-1], LIME_ROW[:-1]]),
    "LimeSurvey: a header only": data([LIME]),
    "LimeSurvey: a question too many": data([[*LIME, "name"], [*LIME_ROW, "Anna"]]),
    "Qualtrics: three headers and nothing": data([QUALTRICS, QUALTRICS, IMPORT]),
    "Qualtrics: identifiers without headers": data([IMPORT, QUALTRICS_ROW]),
    "Qualtrics: a question missing": (
        data([QUALTRICS[:-1], QUALTRICS[:-1], IMPORT[:-1], QUALTRICS_ROW[:-1]])
    ),
    "Qualtrics: a question too many": (
        data(
            [
                [*QUALTRICS, "name"],
                [*QUALTRICS, "Name"],
                [*IMPORT, '{"ImportId":"QID9"}'],
                [*QUALTRICS_ROW, "Anna"],
            ]
        )
    ),
    "SurveyMonkey: an option missing": (
        data(
            [
                [*MONKEY[:6], *MONKEY[7:]],
                [*MONKEY_BELOW[:6], *MONKEY_BELOW[7:]],
                ["1", "2", "03/02/2026", "03/02/2026", "Souvent", "", "34", "x"],
            ]
        )
    ),
    "SurveyMonkey: headers and nothing": data([MONKEY, MONKEY_BELOW]),
    "Microsoft Forms: a header only": book([MICROSOFT]),
    "Microsoft Forms: a question missing": (
        book([MICROSOFT[:-1], [1, "3/2/26 8:00", "3/2/26 8:09", "anonymous", "", *ROWS[0][2:5]]])
    ),
}
