"""The same interviews as an SPSS file and as plain tables."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyreadstat

from readers.writers.files import Cell, Row, joined, one, rows_of, workbook, written
from readers.writers.interviews import SURVEY, Interview, Question, said


def spss(asked: Sequence[Interview]) -> bytes:
    """A .sav with labels: numbers for answers, 1 and 0 for boxes, 99 declared as missing."""
    data: dict[str, list[object]] = {"caseid": [float(i.number) for i in asked]}
    names = {"caseid": "Numéro"}
    labels: dict[str, dict[float | str, str]] = {}
    missing: dict[str, list[float | str]] = {}

    def answers(question: Question, key: str) -> list[object]:
        texts = [said(question, i.answers[key], True) for i in asked]
        return [float(text) if text else 99.0 for text in texts]

    for question in SURVEY:
        if question.kind == "text":
            data[question.id] = [said(question, i.answers[question.id], False) for i in asked]
            names[question.id] = question.text
        elif question.kind == "multi":
            for option in question.options:
                name = f"{question.id}_{option.value}"
                data[name] = [float(option.code in i.answers[question.id]) for i in asked]
                names[name] = f"{question.text} {option.text}"
                labels[name] = {0.0: "Non coché", 1.0: "Coché"}
        else:
            rows = question.rows or ((question.id, ""),)
            for key, text in rows:
                data[key] = answers(question, key)
                names[key] = f"{question.text} {text}".strip()
                missing[key] = [99.0]
                values: dict[float | str, str] = {float(o.value): o.text for o in question.answers}
                if values:
                    labels[key] = {**values, 99.0: "Sans réponse"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "simulated.sav"
        pyreadstat.write_sav(
            pd.DataFrame(data),
            path,
            column_labels={**names},
            variable_value_labels={key: {**told} for key, told in labels.items()},  # type: ignore[arg-type]
            missing_ranges={**missing},  # type: ignore[arg-type]
        )
        return path.read_bytes()


def plain(asked: Sequence[Interview], *, values: bool) -> list[Row]:
    """One header of ids, boxes joined by a semicolon."""
    columns: list[Cell] = []
    for question in SURVEY:
        if question.kind == "grid":
            columns += [(row, one(question, row, values)) for row, _ in question.rows]
        elif question.kind == "multi":
            columns.append((question.id, joined(question, ";", values)))
        else:
            columns.append((question.id, one(question, question.id, values)))
    return list(rows_of(columns, asked))


def plain_values(asked: Sequence[Interview]) -> bytes:
    """Codes, commas, UTF-8."""
    return written(plain(asked, values=True))


def plain_texts(asked: Sequence[Interview]) -> bytes:
    """Texts, tabs, UTF-16 as a spreadsheet saves "Unicode text"."""
    return written(plain(asked, values=False), encoding="utf-16", delimiter="\t")


def plain_workbook(asked: Sequence[Interview]) -> bytes:
    """Codes as numbers in a workbook."""
    header, *rows = plain(asked, values=True)
    cells = [[int(cell) if cell.isdigit() else cell for cell in row] for row in rows]
    return workbook([header, *cells], "Feuil1")
