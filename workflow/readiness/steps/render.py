"""Render: the report as one HTML page and a PDF, with every digit held against the register."""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from pathlib import Path

import pandas as pd

from readiness.config import Report as ReportSettings
from readiness.config import parse_json, read_yaml
from readiness.errors import RenderError
from readiness.figures.register import read_register
from readiness.figures.report import Register
from readiness.files import write_atomically
from readiness.forensics.structure import parse_structure
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.model import Language
from readiness.rendering import check_numbers, check_self_contained, render
from readiness.rendering.checks import has_digit
from readiness.steps.common import Outputs, add_step_arguments, log
from readiness.tables import read_text_table

# The digits that a page may show without an entry in the register, and why.
ALLOWED = (
    re.compile(r"\b20\d\d\b"),  # years, and the names of datasets and waves that hold one
    re.compile(r"@\d+\b"),  # the version of a dataset, dataset@version
)
INPUTS = ("source", "questionnaire", "claims", "structure")


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, *INPUTS)
    parser.add_argument("--study", type=Path, required=True, help="folder of the study's run")
    parser.add_argument("--wave", type=Path, required=True, help="folder of the wave's run")
    parser.add_argument("--by", required=True, help="variable whose categories are the groups")
    parser.add_argument("--selection", required=True, help="how the wave's respondents came in")


def _resources(arguments: argparse.Namespace) -> dict[str, Path]:
    """What the cells read, by its name in the folder where they run."""
    return {
        "results/study/figures.csv": arguments.study / "register/figures.csv",
        "results/study/verdicts.json": arguments.study / "judge/verdicts.json",
        "results/study/claims.csv": arguments.claims,
        "results/wave/figures.csv": arguments.wave / "register/figures.csv",
        "results/wave/choices.csv": arguments.wave / "compare/choices.csv",
        f"results/wave/{arguments.questionnaire.name}": arguments.questionnaire,
        "charts/study": arguments.study / "draw",
        "charts/wave": arguments.wave / "draw",
    }


def provenance(registers: list[Register], claims: pd.DataFrame, engine: str) -> set[str]:
    """The whole texts that a `.prov` span may hold: names, hashes and outlets, no results."""
    texts = {engine, *claims["outlet"]}
    for register in registers:
        texts |= set(register.rows["dataset"])
        texts |= {value[:16] for cell in register.rows["lineage"] for value in cell.split()}
    return texts


def labels(questionnaire: Questionnaire, language: Language) -> set[str]:
    """The questionnaire's own words ("2 à 9 personnes"): its digits are not results."""
    words: set[str] = set()
    for variable in questionnaire.frame:
        words.update(variable.labels(language).values())
    for item in questionnaire.items:
        words.update(item.labels(language).values())
    return words


def run(arguments: argparse.Namespace) -> int:
    """Write `report.html` and `report.pdf`; RenderError when a number is not in the register."""
    settings = parse_json(ReportSettings, arguments.settings)
    resources = _resources(arguments)
    structure = parse_structure(read_yaml(arguments.structure))
    content = {
        "language": settings.language,
        "by": arguments.by,
        "questionnaire": arguments.questionnaire.name,
        "selection": arguments.selection,
        "items": {name: item.label[settings.language] for name, item in structure.items.items()},
    }
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        write_atomically(scratch / "report.json", json.dumps(content, ensure_ascii=False))
        made = render(
            arguments.source,
            scratch / "made",
            resources={**resources, "results/report.json": scratch / "report.json"},
            environment={"READINESS_RESULTS": "results"},
            language=settings.language,
        )
        assert made.html is not None and made.pdf is not None
        html, pdf = made.html.read_text("utf-8"), made.pdf.read_bytes()
    registers = [
        Register(read_register(resources[f"results/{name}/figures.csv"]), settings.language)
        for name in ("study", "wave")
    ]
    claims = read_text_table(arguments.claims, "the claims")
    displays = {key: text for register in registers for key, text in register.spans().items()}
    questionnaire = load_questionnaire(arguments.questionnaire)
    words = {*claims["outlet"], *labels(questionnaire, settings.language)}
    problems = check_numbers(
        html,
        displays,
        (*ALLOWED, *(re.compile(re.escape(word)) for word in sorted(words) if has_digit(word))),
        provenance(registers, claims, made.engine),
    )
    problems += check_self_contained(html)
    if problems:
        for problem in problems:
            log.error("%s", problem)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise RenderError(
            f"{arguments.source}: {problems[0]}{more}\nGive it an id of the register."
        )
    outputs = Outputs("render", arguments.out)
    outputs.file("report.html", html)
    outputs.file("report.pdf", pdf)
    inputs = {name: path for name, path in resources.items() if path.is_file()}
    inputs |= {name: path / "lineage.json" for name, path in resources.items() if path.is_dir()}
    outputs.finish(
        code=arguments.code,
        settings={**settings.model_dump(), "by": arguments.by, "selection": arguments.selection},
        inputs={**inputs, "source": arguments.source, "structure": arguments.structure},
    )
    log.info("rendered by %s", made.engine)
    return 0
