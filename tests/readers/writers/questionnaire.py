"""The questionnaire of the simulated interviews, and the coded table that they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from readers.writers.interviews import BLANK, NOT_ASKED, SURVEY, Interview, Question


def document() -> dict[str, Any]:
    """The questionnaire as its file has it: one for all tools, with what each of them exports."""
    return {
        "name": "simulated-formats",
        "version": "1",
        "language": "fr",
        "title": {"fr": "Entretiens simulés"},
        "items": [_item(question) for question in SURVEY],
    }


def _item(question: Question) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind,
        "column": question.text,
        "variable": question.id,
    }
    if question.options:
        item["categories"] = [
            {"code": o.code, "value": o.value, "text": o.text} for o in question.options
        ]
    if question.kind == "grid":
        item["each"] = "ordinal"
        item["rows"] = [
            {"id": row, "value": row, "variable": row, "text": text} for row, text in question.rows
        ]
    if question.kind == "multi":
        item["blank_means"] = "none"
    if question.kind == "number":
        item["range"] = {"low": 0, "high": 60}
    if question.dont_know:
        item["dont_know"] = {"text": question.dont_know.text}
        item["missing"] = [{"value": question.dont_know.value, "means": "dont_know"}]
    if question.id == "trained":
        item["asked_if"] = [{"item": "role", "one_of": ["o1", "o2"]}]
    return item


def coded(asked: Sequence[Interview]) -> list[tuple[str, ...]]:
    """The coded table that any reading of the interviews must give, its rows sorted."""
    return sorted(_coded(interview) for interview in asked)


def columns() -> list[str]:
    """Its columns."""
    return [
        column
        for question in SURVEY
        for column in (
            [f"{question.id}.{o.code}" for o in question.options]
            if question.kind == "multi"
            else [row for row, _ in question.rows] or [question.id]
        )
    ]


def _coded(interview: Interview) -> tuple[str, ...]:
    cells: list[str] = []
    for question in SURVEY:
        if question.kind == "multi":
            ticked = interview.answers[question.id]
            cells += ["1" if o.code in ticked else "0" for o in question.options]
            continue
        for key in [row for row, _ in question.rows] or [question.id]:
            answer = interview.answers[key]
            assert isinstance(answer, str)
            known = answer in (BLANK, NOT_ASKED)
            cells.append(answer if known else " ".join(answer.split()))
    return tuple(cells)
