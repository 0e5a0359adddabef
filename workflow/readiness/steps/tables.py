"""Tables: the workbook of a run in one language, all its numbers as a tidy table, the codebook."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field

from readiness.analysis.selection import Selection
from readiness.config import StrictModel, read_yaml
from readiness.disclosure import escape_words
from readiness.forensics.judging.structure import parse_structure
from readiness.ground.tables import read_text_table
from readiness.language import Language
from readiness.questionnaire import load_questionnaire
from readiness.register.figures import read_register
from readiness.register.published import round_register
from readiness.reporting.banners import Contrasts, TableMaterial
from readiness.reporting.blocks import Prose
from readiness.reporting.parts import Register, StudyPart
from readiness.reporting.standing import Standing
from readiness.reporting.workbooks import wave
from readiness.reporting.workbooks.study import label_figure, study_book, study_codes
from readiness.reporting.workbooks.writing import Book, write_workbook
from readiness.running.step import Job, log

NUMBERS, CODEBOOK = "numbers.csv", "codebook.csv"


class TableSettings(StrictModel):
    """Settings: language, title, name of the workbook, grouping variables.

    `items`: in their order; `study`: statements on the survey; `where`: whom all figures describe.
    """

    language: Language
    standing: Standing
    run: str
    title: str
    kind: str
    name: str
    variables: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    selection: str = ""
    where: dict[str, list[str]] | None = None
    study: dict[str, Any] = Field(default_factory=dict)


INPUTS = ("figures", "questionnaire?", "contrasts?", "claims?", "structure?", "verdicts?")
SETTINGS = TableSettings


def run(job: Job[TableSettings]) -> None:
    """Write the workbook, `numbers.csv` and `codebook.csv`."""
    job.public = True
    settings = job.settings
    register = Register(round_register(read_register(job["figures"])), settings.language)
    make = _make_wave if settings.kind == "wave" else _make_study
    book, labels, codes = make(register, job)
    numbers = wave.tidy(register.rows, labels, settings.language)
    codebook = wave.codebook(settings.language, codes)
    standing_line = settings.standing.line(settings.language, simulated=register.is_simulated)
    book = replace(book, cover=(standing_line, *book.cover))
    job.file(f"{settings.name}.xlsx", write_workbook(book))
    # Escaped, since people open these tables in a spreadsheet; machines read the register.
    job.csv(NUMBERS, escape_words(numbers))
    job.csv(CODEBOOK, escape_words(codebook))
    log.info("tables: %d sheets, %d numbers", len(book.sheets), len(numbers))


# Workbook, labels of numbers, and rows of the codebook.
Made = tuple[Book, wave.Labels, Iterator[list[str]]]


def _make_wave(register: Register, job: Job[TableSettings]) -> Made:
    """Return the workbook of a wave, its labels and its codes."""
    settings, questionnaire = job.settings, load_questionnaire(job["questionnaire"])
    contrasts = Contrasts.of(read_text_table(job["contrasts"], "the contrasts"))
    variables, selection = settings.variables, Selection(settings.selection)
    has_domain = bool(settings.where)
    material = TableMaterial(register, questionnaire, variables, selection, contrasts, has_domain)
    cover = wave.cover_lines(
        material,
        simulated=register.is_simulated,
        datasets=register.current_datasets,
        stated=settings.study,
        where=settings.where,
    )
    labels = wave.wave_labels(questionnaire, next(iter(variables), ""), settings.language)
    book = wave.wave_book(material, settings.title, settings.items, cover)
    return book, labels, wave.wave_codes(questionnaire, settings.language)


def _make_study(register: Register, job: Job[TableSettings]) -> Made:
    """Return the workbook of a study, its labels and its codes."""
    verdicts = json.loads(job["verdicts"].read_text("utf-8"))
    study = StudyPart(
        register,
        Path(),
        {"run": job.settings.run, "title": job.settings.title, "study": job.settings.study},
        Prose(Path()),
        verdicts={verdict["id"]: verdict for verdict in verdicts},
        claims=read_text_table(job["claims"], "the claims"),
        structure=parse_structure(read_yaml(job["structure"])),
    )
    book = study_book(study, register.datasets)
    return book, partial(label_figure, study), study_codes(study)
