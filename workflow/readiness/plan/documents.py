"""A document: the report of one run in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from readiness.config import SHIPPED, Report, Wave
from readiness.lineage import canonical_json
from readiness.patterns import WRITTEN_IN
from readiness.plan.asking import document_of
from readiness.plan.deriving import asked_of, variables_of
from readiness.plan.runs import Run, input_files
from readiness.questionnaire.expansion import expand

PROSE = Path("reports")
CITATION = "CITATION.cff"
"""How the project is cited: who wrote it, under which licence."""


@dataclass(frozen=True)
class Document:
    """The report of a run in one language.

    A study and a wave never share one: what is published and what is simulated stay apart.
    `languages`: those in which there is this report too; `downloads`: the files that it leads to,
    what each is and where it lies from there.
    """

    root: Path
    report: Report
    language: str
    run: Run
    draft: bool = False
    languages: tuple[str, ...] = ()
    downloads: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The name of its files, without ending: that of a simulated wave says so."""
        return page_name(self.run)

    @cached_property
    def settings(self) -> str:
        """The settings of the step that renders it, as canonical JSON."""
        said: dict[str, Any] = {"draft": True} if self.draft else {}
        said |= {"languages": list(self.languages), "name": self.name}
        if self.downloads:
            said["downloads"] = [list(pair) for pair in self.downloads]
        return canonical_json({"language": self.language, "part": self._told, **said})

    @property
    def _told(self) -> dict[str, Any]:
        run, section = self.run, self.run.section
        shared = {"run": run.name, "title": section.title[self.language]}
        if not isinstance(section, Wave):
            return {"kind": "study", **shared}
        # Of answers that nobody gave nothing is said.
        stated = {} if section.simulated else run.privacy.stated
        return {
            "kind": "wave",
            **shared,
            "simulated": section.simulated,
            "selection": section.selection,
            "variables": variables_of(self.root, run),
            "adjust": section.compare.adjust,
            "items": told_items(self.root, run),
            **({"privacy": stated} if stated else {}),
        }

    @cached_property
    def chapters(self) -> list[str]:
        """The files that it includes; RenderError, with file and line, where it cannot."""
        from readiness.rendering.qmd import parse

        return list(parse(self.root / SHIPPED).chapters)

    @property
    def files(self) -> dict[str, Any]:
        """What is read of its run, by its role, from the project's root.

        `charts` is a folder, with the provenance record of who drew them; `prose` is a list.
        """
        run, results = self.run, f"results/{self.run.folder}"
        files: dict[str, Any] = {
            "figures": f"{results}/register/figures.csv",
            "charts": f"{results}/charts/{self.language}",
            "prose": self.prose,
            **({"citation": CITATION} if (self.root / CITATION).is_file() else {}),
        }
        if isinstance(run.section, Wave):
            files["choices"] = f"{results}/compare/choices.csv"
            files["steps"] = f"{results}/weight/steps.csv"
            files["contrasts"] = f"{results}/compare/contrasts.csv"
            files["questionnaire"] = run.questionnaire
        else:
            files["verdicts"] = f"{results}/judge/verdicts.json"
            files["claims"] = f"results/inputs/{run.section.claims.replace('@', '/')}/data.csv"
            files["structure"] = input_files(run.section)["structure"].as_posix()
        return files

    @property
    def prose(self) -> list[str]:
        """The author's own texts in this language, sorted."""
        folder = self.root / PROSE / self.run.name / self.language
        return sorted(str(path.relative_to(self.root)) for path in folder.glob("*.md"))


def page_name(run: Run) -> str:
    """The name of the files of a run's report; one that is sent around says if it is simulated."""
    simulated = isinstance(run.section, Wave) and run.section.simulated
    return "report-simulated" if simulated else "report"


def told_items(root: Path, run: Run) -> list[str]:
    """The items of which a wave's document tells, in its order.

    Without `show`: those that are estimated, in the order of the questionnaire, and
    behind them those that are derived.
    """
    wave = run.section
    assert isinstance(wave, Wave)
    if wave.show:
        return list(wave.show)
    kinds = asked_of(root, run).kinds
    return [item for item in kinds if item in wave.estimate.items]


def missing_labels(root: Path, run: Run, language: str) -> list[str]:
    """What has no text in a language, each by its place; none where a run can be told in it."""
    missing = [] if language in run.section.title else [f"{run.key}.title"]
    if isinstance(run.section, Wave):
        missing += [
            f"{run.key}.derive.{place}"
            for one in run.section.derive
            for place, labels in one.labelled.items()
            if language not in labels
        ]
        path = input_files(run.section)["questionnaire"]
    else:
        path = input_files(run.section)["structure"]
    document = document_of(root, path)
    if isinstance(run.section, Wave):
        document = expand(document)
    own = document.get("language", WRITTEN_IN) if isinstance(document, dict) else WRITTEN_IN
    return missing + [f"{path}: {place}" for place in _without(document, language, own, "")]


def _without(node: Any, language: str, own: str, place: str) -> Iterator[str]:
    """The places of a questionnaire or a structure of claims that have no text in a language.

    `own`: the language of the texts that a survey tool exports.
    """
    if isinstance(node, list):
        for number, child in enumerate(node, 1):
            name = child.get("id", child.get("code")) if isinstance(child, dict) else None
            yield from _without(child, language, own, f"{place}.{name or number}".strip("."))
    elif isinstance(node, dict):
        if "text" in node and language not in {own, *node, *node.get("labels", ())}:
            yield place
        for key, child in node.items():
            inner = f"{place}.{key}".strip(".")
            if key in ("categories", "publishers") and isinstance(child, dict):
                yield from (f"{inner}.{k}" for k, texts in child.items() if language not in texts)
            elif key == "missing":
                continue  # exported texts that are no answers: no reader sees them
            elif key in ("label", "statement", "unit", "title") and isinstance(child, dict):
                if language not in child:
                    yield inner
            else:
                yield from _without(child, language, own, inner)
