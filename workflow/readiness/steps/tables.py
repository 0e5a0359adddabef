"""Tables: the workbook of a run in one language, all its numbers as a tidy table, the codebook."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.config import Section, parse_json, read_yaml
from readiness.disclosure import escape_words
from readiness.errors import RenderError
from readiness.forensics.judging.structure import parse_structure
from readiness.language import Language
from readiness.questionnaire import load_questionnaire
from readiness.register.figures import read_register, selection_of
from readiness.register.published import published
from readiness.reporting.banners.letters import Contrasts
from readiness.reporting.banners.model import Material
from readiness.reporting.prose import Prose
from readiness.reporting.shown import Register, ShownStudy
from readiness.reporting.workbooks.study import study_book, study_codes, study_labels
from readiness.reporting.workbooks.tidy import codebook, tidy, wave_codes, wave_labels
from readiness.reporting.workbooks.wave import cover_lines, wave_book
from readiness.reporting.workbooks.writing import Book, written
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.tables import read_text_table

NUMBERS, CODEBOOK = "numbers.csv", "codebook.csv"
WAVE, STUDY = ("questionnaire", "contrasts"), ("claims", "structure", "verdicts")
"""What is read of a run beside its register."""


class TableSettings(Section):
    """The language, the title, and what tables of a wave are by; `items` in their order."""

    language: Language
    run: str
    title: str
    kind: str
    variables: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    selection: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "figures", *(f"{name}?" for name in (*WAVE, *STUDY)))
    parser.add_argument("--name", required=True, help="name of the workbook, without ending")


def run(arguments: argparse.Namespace) -> int:
    """Write the workbook, `numbers.csv` and `codebook.csv`."""
    settings = parse_json(TableSettings, arguments.settings)
    roles = WAVE if settings.kind == "wave" else STUDY
    inputs: dict[str, Path] = {"figures": arguments.figures}
    for role in roles:
        if getattr(arguments, role) is None:
            raise RenderError(f"--{role}: needed for the tables of a {settings.kind}.")
        inputs[role] = getattr(arguments, role)
    register = Register(published(read_register(arguments.figures)), settings.language)
    made = _wave if settings.kind == "wave" else _study
    book, numbers, codes = made(register, settings, inputs)
    outputs = Outputs("tables", arguments.out)
    outputs.file(f"{arguments.name}.xlsx", written(book))
    # For people, who open them in a spreadsheet; the register is the copy for machines.
    outputs.csv(NUMBERS, escape_words(numbers))
    outputs.csv(CODEBOOK, escape_words(codes))
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    log.info("tables: %d sheets, %d numbers", len(book.sheets), len(numbers))
    return 0


Made = tuple[Book, pd.DataFrame, pd.DataFrame]


def _wave(register: Register, settings: TableSettings, inputs: dict[str, Path]) -> Made:
    questionnaire = load_questionnaire(inputs["questionnaire"])
    contrasts = Contrasts.of(read_text_table(inputs["contrasts"], "the contrasts"))
    material = Material(
        register,
        questionnaire,
        settings.variables,
        selection_of(settings.selection, register.rows),
        contrasts,
    )
    cover = cover_lines(material, simulated=register.simulated, datasets=register.current_datasets)
    book = wave_book(material, settings.title, settings.items, cover)
    labels = wave_labels(questionnaire, next(iter(settings.variables), ""), settings.language)
    return (
        book,
        tidy(register.rows, labels, settings.language),
        codebook(settings.language, wave_codes(questionnaire, settings.language)),
    )


def _study(register: Register, settings: TableSettings, inputs: dict[str, Path]) -> Made:
    verdicts = json.loads(inputs["verdicts"].read_text("utf-8"))
    told: dict[str, Any] = {"run": settings.run, "title": settings.title}
    study = ShownStudy(
        register, Path(), told, Prose(Path()),
        verdicts={verdict["id"]: verdict for verdict in verdicts},
        claims=read_text_table(inputs["claims"], "the claims"),
        structure=parse_structure(read_yaml(inputs["structure"])),
    )  # fmt: skip
    return (
        study_book(study, register.datasets),
        tidy(register.rows, study_labels(study), settings.language),
        codebook(settings.language, study_codes(study)),
    )
