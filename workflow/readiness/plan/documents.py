"""The report of a run: its name, what it tells of, what it includes, in which languages it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from readiness.config import SHIPPED, WaveSettings
from readiness.patterns import WRITTEN_IN
from readiness.plan.asking import document_of
from readiness.plan.deriving import asked_of
from readiness.plan.runs import PlannedRun, input_files
from readiness.questionnaire.expansion import expand


def chapters_of(root: Path) -> list[str]:
    """The files that the report includes; RenderError, with file and line, where it cannot."""
    from readiness.rendering.qmd import parse

    return list(parse(root / SHIPPED).chapters)


def page_name(run: PlannedRun) -> str:
    """The name of the files of a run's report; one that is sent around says if it is simulated."""
    simulated = isinstance(run.section, WaveSettings) and run.section.simulated
    return "report-simulated" if simulated else "report"


def told_items(root: Path, run: PlannedRun) -> list[str]:
    """The items of which a wave's document tells, in its order.

    Without `show`: those that are estimated, in the order of the questionnaire, and
    behind them those that are derived.
    """
    wave = run.section
    assert isinstance(wave, WaveSettings)
    if wave.show:
        return list(wave.show)
    kinds = asked_of(root, run).kinds
    return [item for item in kinds if item in wave.estimate.items]


def missing_labels(root: Path, run: PlannedRun, language: str) -> list[str]:
    """What has no text in a language, each by its place; none where a run can be told in it."""
    missing = [] if language in run.section.title else [f"{run.key}.title"]
    if isinstance(run.section, WaveSettings):
        missing += [
            f"{run.key}.derive.{place}"
            for one in run.section.derive
            for place, labels in one.own_labels.items()
            if language not in labels
        ]
        path = input_files(run.section)["questionnaire"]
    else:
        path = input_files(run.section)["structure"]
    document = document_of(root, path)
    if isinstance(run.section, WaveSettings):
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
