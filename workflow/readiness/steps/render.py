"""Render: a report in one language, as an HTML page and a PDF; every digit is in a register.

A report shows one run or several, in order: studies, waves.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from readiness.config import Section, parse_json, read_yaml
from readiness.errors import RenderError
from readiness.facts import Fact, Listed
from readiness.files import write_atomically
from readiness.forensics.judging.structure import parse_structure
from readiness.language import tell, text
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.labels import Language
from readiness.register.figures import read_register
from readiness.rendering.checks import check_numbers, check_self_contained, has_digit
from readiness.rendering.qmd import parse
from readiness.rendering.render import render
from readiness.reporting.shown import Register
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.tables import read_text_table

# The digits that a page may show without an entry in the register, and why.
ALLOWED = (
    re.compile(r"\b20\d\d\b"),  # years, and the names of datasets and waves that hold one
    re.compile(r"@\d+\b"),  # the version of a dataset, dataset@version
)


class RenderSettings(Section):
    """The language, the title, and what is shown: a part for each run, as the cells are told."""

    language: Language
    title: str
    parts: list[dict[str, Any]]
    draft: bool = False


class Files(Section):
    """What is read of one run. `charts` is a folder; the rest depends on the kind of run."""

    figures: Path
    charts: Path
    prose: tuple[Path, ...] = ()
    verdicts: Path | None = None
    claims: Path | None = None
    structure: Path | None = None
    choices: Path | None = None
    questionnaire: Path | None = None

    @property
    def tables(self) -> list[Path]:
        """The files beside the figures and the texts, each in its place."""
        others = (self.verdicts, self.claims, self.structure, self.choices, self.questionnaire)
        return [path for path in others if path is not None]


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
    add_step_arguments(parser, "source")
    parser.add_argument(
        "--parts", type=json.loads, required=True, help="the files of each run, as JSON"
    )


def _part(told: dict[str, Any], files: Files, language: Language) -> Part:
    """What one run adds, from what the cells are told of it and its files."""
    register = Register(read_register(files.figures), language)
    home = f"results/{told['run']}"
    names = {path: path.name for path in (files.figures, *files.tables)}
    if files.claims:
        names[files.claims] = "claims.csv"
    resources = {f"{home}/{name}": path for path, name in names.items()}
    resources |= {f"{home}/prose/{path.name}": path for path in files.prose}
    resources[f"{home}/charts"] = files.charts
    words = {told["title"], *told.get("titles", {}).values()}
    part = Part(register, resources, words, {*register.datasets, *register.lineage}, told)
    if files.claims and files.structure:
        outlets = set(read_text_table(files.claims, "the claims")["outlet"])
        structure = parse_structure(read_yaml(files.structure))
        items = {name: item.label[language] for name, item in structure.items.items()}
        answers = [i.categories for i in structure.items.values() if isinstance(i.categories, dict)]
        named = [*structure.publishers.values(), *(t for each in answers for t in each.values())]
        part.words.update(outlets, items.values(), (label[language] for label in named))
        part.provenance.update(outlets)
        return replace(part, content={**told, "items": items, "structure": files.structure.name})
    if files.questionnaire:
        part.words.update(labels(load_questionnaire(files.questionnaire), language))
        return replace(part, content={**told, "questionnaire": files.questionnaire.name})
    return part


def labels(questionnaire: Questionnaire, language: Language) -> set[str]:
    """The questionnaire's own words ("2 à 9 personnes"): its digits are not results."""
    words: set[str] = set()
    for variable in questionnaire.frame:
        words.update({variable.label.text(language), *variable.labels(language).values()})
    for item in questionnaire.items:
        words.update({item.label.text(language), *item.labels(language).values()})
        if item.range is not None:
            words.add(item.range.unit.text(language))
    return words


def metadata_of(parts: Sequence[Part], settings: RenderSettings) -> dict[str, str | bool]:
    """The title; what holds of any part, for the texts that are there only then; and what stands
    above the title: that it is a draft, which answers are simulated."""
    language = settings.language
    kickers = [text("rendering.draft", language)] if settings.draft else []
    simulated = [part for part in parts if part.register.simulated]
    waves = [part for part in parts if part.content["kind"] == "wave"]
    if simulated and len(waves) == 1:
        kickers.append(text("rendering.simulated", language))
    elif simulated:
        titles = Listed(tuple(str(part.content["title"]) for part in simulated), "comma")
        said = Fact("rendering.simulated_among", {"n": len(simulated), "titles": titles})
        kickers.append(tell(said, language))
    return {
        "title": settings.title,
        "revises": any(part.register.revises for part in parts),
        "simulated": bool(simulated),
        **({"kicker": " · ".join(kickers)} if kickers else {}),
    }


def _checked(source: Path, html: str, title: str, parts: list[Part], engine: str) -> None:
    """Raise RenderError for a number that is in no register, or for what would be loaded."""
    displays = {key: text for part in parts for key, text in part.register.spans().items()}
    words = {word for part in parts for word in part.words if has_digit(word)}
    words |= {title} if has_digit(title) else set()
    allowed = [*ALLOWED, *(re.compile(re.escape(word)) for word in sorted(words))]
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
    given = [Files.model_validate(files, strict=False) for files in arguments.parts]
    if not given or len(given) != len(settings.parts):
        raise RenderError(f"{arguments.source}: expected the files of {len(settings.parts)} runs.")
    parts = [
        _part(told, files, settings.language)
        for told, files in zip(settings.parts, given, strict=True)
    ]
    resources = {name: path for part in parts for name, path in part.resources.items()}
    content = {**settings.model_dump(), "parts": [part.content for part in parts]}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        write_atomically(scratch / "report.json", json.dumps(content, ensure_ascii=False))
        made = render(
            arguments.source,
            scratch / "made",
            resources={**resources, "results/report.json": scratch / "report.json"},
            environment={"READINESS_RESULTS": "results"},
            metadata=metadata_of(parts, settings),
            language=settings.language,
        )
        assert made.html is not None and made.pdf is not None
        html, pdf = made.html.read_text("utf-8"), made.pdf.read_bytes()
    _checked(arguments.source, html, settings.title, parts, made.engine)
    outputs = Outputs("render", arguments.out)
    outputs.file("report.html", html)
    outputs.file("report.pdf", pdf)
    inputs = {name: path for name, path in resources.items() if path.is_file()}
    inputs |= {name: path / "lineage.json" for name, path in resources.items() if path.is_dir()}
    chapters = parse(arguments.source).chapters
    inputs |= {name: arguments.source.parent / name for name in chapters}
    outputs.finish(
        code=arguments.code,
        # Without a word of drafts where it is none, as in records of before there were any.
        settings=settings.model_dump(exclude={} if settings.draft else {"draft"}),
        inputs={**inputs, "source": arguments.source},
    )
    log.info("rendered by %s", made.engine)
    return 0
