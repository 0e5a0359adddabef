"""Render: a report as one HTML page and a PDF, with every digit held against the register.

A report shows a study, a wave, or both; the document says which of them it needs.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from re import Pattern
from typing import Any

from readiness.config import Section, parse_json, read_yaml
from readiness.errors import RenderError
from readiness.files import write_atomically
from readiness.forensics.judging.structure import parse_structure
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.model import Language
from readiness.register.figures import read_register
from readiness.rendering.checks import check_numbers, check_self_contained, has_digit
from readiness.rendering.qmd import parse
from readiness.rendering.render import render
from readiness.reporting.shown import Register
from readiness.steps.common import Outputs, add_step_arguments, log
from readiness.tables import read_text_table

# The digits that a page may show without an entry in the register, and why.
ALLOWED = (
    re.compile(r"\b20\d\d\b"),  # years, and the names of datasets and waves that hold one
    re.compile(r"@\d+\b"),  # the version of a dataset, dataset@version
)
KICKER = {"fr": "La vague de ce rapport est simulée : aucune réponse n'y est réelle"}
"""What stands above the title of a report of simulated answers."""
DRAFT = {
    "fr": "Projet : ce qui est montré ici peut encore changer",
    "en": "Draft: what is shown here may still change",
    "ar": "مسودة: ما يُعرض هنا قد يتغير",
}
"""What stands there, and on every page of the paper, until a publication is released."""


class StudyTitle(Section):
    """What a report needs of a study's configuration."""

    title: str


class WaveTitle(Section):
    """What a report needs of a wave's configuration."""

    title: str
    by: str
    selection: str


class RenderSettings(Section):
    """The language, and what is shown."""

    language: Language
    study: StudyTitle | None
    wave: WaveTitle | None
    draft: bool = False


@dataclass(frozen=True)
class Part:
    """What one run adds to a report.

    `resources`: the files that the cells read, by their name in the folder where they run; `words`:
    texts from outside (outlets, the questionnaire's answers), the digits of which are no results;
    `content`: what the cells are told of it.
    """

    register: Register
    resources: dict[str, Path]
    words: set[str]
    provenance: set[str]
    content: dict[str, Any]


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "source", "questionnaire?", "claims?", "structure?")
    parser.add_argument("--study", type=Path, help="folder of the study's run, where one is shown")
    parser.add_argument("--wave", type=Path, help="folder of the wave's run, where one is shown")


def _run_of(folder: Path, name: str, others: dict[str, Path], language: Language) -> Part:
    """A run's figures, charts and other files."""
    figures = folder / "register/figures.csv"
    resources = {f"results/{name}/{other}": path for other, path in others.items()}
    resources |= {f"results/{name}/figures.csv": figures, f"charts/{name}": folder / "draw"}
    register = Register(read_register(figures), language)
    return Part(register, resources, set(), {*register.datasets, *register.lineage}, {})


def _study(arguments: argparse.Namespace, settings: RenderSettings) -> Part | None:
    if arguments.study is None or settings.study is None:
        return None
    structure = parse_structure(read_yaml(arguments.structure))
    outlets = set(read_text_table(arguments.claims, "the claims")["outlet"])
    others = {
        "verdicts.json": arguments.study / "judge/verdicts.json",
        "claims.csv": arguments.claims,
    }
    part = _run_of(arguments.study, "study", others, settings.language)
    items = {name: item.label[settings.language] for name, item in structure.items.items()}
    part.content.update(settings.study.model_dump(), items=items)
    part.words.update(outlets, {settings.study.title})
    part.provenance.update(outlets)
    return part


def _wave(arguments: argparse.Namespace, settings: RenderSettings) -> Part | None:
    if arguments.wave is None or settings.wave is None:
        return None
    others = {
        "choices.csv": arguments.wave / "compare/choices.csv",
        arguments.questionnaire.name: arguments.questionnaire,
    }
    part = _run_of(arguments.wave, "wave", others, settings.language)
    part.content.update(settings.wave.model_dump(), questionnaire=arguments.questionnaire.name)
    part.words.update(labels(load_questionnaire(arguments.questionnaire), settings.language))
    part.words.add(settings.wave.title)
    return part


def labels(questionnaire: Questionnaire, language: Language) -> set[str]:
    """The questionnaire's own words ("2 à 9 personnes"): its digits are not results."""
    words: set[str] = set()
    for variable in questionnaire.frame:
        words.update(variable.labels(language).values())
    for item in questionnaire.items:
        words.update(item.labels(language).values())
    return words


def metadata_of(
    wave: Part | None, language: Language, *, draft: bool = False
) -> dict[str, str | bool]:
    """What holds of the wave, for the parts of the text that are there only then, and what stands
    above the title: that it is a draft, that the answers are simulated."""
    kickers = [DRAFT[language]] if draft else []
    found: dict[str, str | bool] = {}
    if wave is not None:
        found["revises"] = wave.register.revises
        if wave.register.simulated:
            found["simulated"] = True
            kickers.append(KICKER[language])
    return {**found, "kicker": " · ".join(kickers)} if kickers else found


def _checked(source: Path, html: str, parts: list[Part], engine: str) -> None:
    """Raise RenderError for a number that is in no register, or for what would be loaded."""
    displays = {key: text for part in parts for key, text in part.register.spans().items()}
    words = sorted({word for part in parts for word in part.words if has_digit(word)})
    allowed: list[Pattern[str]] = [*ALLOWED, *(re.compile(re.escape(word)) for word in words)]
    known = {engine}.union(*(part.provenance for part in parts))
    problems = check_numbers(html, displays, allowed, known) + check_self_contained(html)
    if problems:
        for problem in problems:
            log.error("%s", problem)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise RenderError(f"{source}: {problems[0]}{more}\nGive it an id of the register.")


def run(arguments: argparse.Namespace) -> int:
    """Write `report.html` and `report.pdf`; RenderError when a number is not in the register."""
    settings = parse_json(RenderSettings, arguments.settings)
    study, wave = _study(arguments, settings), _wave(arguments, settings)
    parts = [part for part in (study, wave) if part is not None]
    if not parts:
        raise RenderError(f"{arguments.source}: nothing to show; give --study, --wave or both.")
    resources = {name: path for part in parts for name, path in part.resources.items()}
    content = {
        "language": settings.language,
        "study": study.content if study else None,
        "wave": wave.content if wave else None,
    }
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        write_atomically(scratch / "report.json", json.dumps(content, ensure_ascii=False))
        made = render(
            arguments.source,
            scratch / "made",
            resources={**resources, "results/report.json": scratch / "report.json"},
            environment={"READINESS_RESULTS": "results"},
            metadata=metadata_of(wave, settings.language, draft=settings.draft),
            language=settings.language,
        )
        assert made.html is not None and made.pdf is not None
        html, pdf = made.html.read_text("utf-8"), made.pdf.read_bytes()
    _checked(arguments.source, html, parts, made.engine)
    outputs = Outputs("render", arguments.out)
    outputs.file("report.html", html)
    outputs.file("report.pdf", pdf)
    inputs = {name: path for name, path in resources.items() if path.is_file()}
    inputs |= {name: path / "lineage.json" for name, path in resources.items() if path.is_dir()}
    chapters = parse(arguments.source).chapters
    inputs |= {name: arguments.source.parent / name for name in chapters}
    inputs |= {"structure": arguments.structure} if study else {}
    outputs.finish(
        code=arguments.code,
        # Without a word of drafts where it is none, as in sidecars of before there were any.
        settings=settings.model_dump(exclude={} if settings.draft else {"draft"}),
        inputs={**inputs, "source": arguments.source},
    )
    log.info("rendered by %s", made.engine)
    return 0
