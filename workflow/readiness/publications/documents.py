"""Where charts and pages lie, in a run's results and in its publication: a place a language.

A publication that was made before there were several languages has one page, `report.html` at its
root, and its charts in `charts/`. Every other one has `report/<language>/` and
`charts/<language>/`, for the languages that its own configuration names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from readiness.bounded import read_yaml_text
from readiness.errors import DataError
from readiness.files import read_file
from readiness.publications.ledger import CONFIG

CHARTS, TABLES, REPORT = "charts", "tables", "report"
PAGES = tuple(
    f"{name}{ending}" for name in ("report", "report-simulated") for ending in (".html", ".pdf")
)
"""What a report's files may be called."""
SHOWN = (CHARTS, TABLES, REPORT)
"""The folders of a run that a publication keeps, one a language: `charts/fr`, ..."""
BEFORE = {"draw": "charts/", "report": ""}
"""The steps that made what a publication with one page kept, and where it lies."""
_SHOWN = (".svg", ".png", ".csv", ".txt", ".html", ".pdf", ".xlsx")
_LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
_STEP = re.compile(rf"({'|'.join(SHOWN)})-({_LANGUAGE})")


def languages_of(folder: Path) -> tuple[str, ...]:
    """The languages in which the publication in `folder` was made; none where it has one page.

    As its own configuration says; DataError where that cannot be read.
    """
    # Read as it stands: the configuration may be of another version of the program.
    try:
        report = read_yaml_text(read_file(folder / CONFIG)).get("report", {})
        names = [str(name) for name in report.get("languages", [])]
    except (ValueError, yaml.YAMLError, TypeError, AttributeError):
        raise DataError(f"{folder / CONFIG}: report.languages cannot be read") from None
    if wrong := [name for name in names if not re.fullmatch(_LANGUAGE, name)]:
        raise DataError(f"{folder / CONFIG}: report.languages: {wrong[0]!r} is no language")
    return tuple(sorted(set(names)))


def steps_shown(languages: Sequence[str]) -> list[str]:
    """The steps whose outputs readers see, in these languages: `charts-fr`, `report-fr`, ..."""
    return [f"{step}-{name}" for step in SHOWN for name in languages] or list(BEFORE)


def in_languages(folders: Mapping[str, Path], languages: Sequence[str]) -> dict[str, Path]:
    """The folders of a run's steps without those that made something in other languages."""
    wanted = steps_shown(languages)
    return {s: path for s, path in folders.items() if s in wanted or not _is_shown(s)}


def _is_shown(step: str) -> bool:
    return step in BEFORE or _STEP.fullmatch(step) is not None


def folder_of_step(step: str) -> str:
    """The folder of a step below that of its run: `charts-fr` is `charts/fr`."""
    match = _STEP.fullmatch(step)
    return f"{match[1]}/{match[2]}" if match else step


def kept_as(step: str, output: str) -> str:
    """The name under which a publication keeps what a step left; "" where it keeps nothing of it.

    `report-fr` keeps `report.html` as `report/fr/report.html`.
    """
    if step in BEFORE:
        return BEFORE[step] + output
    return f"{folder_of_step(step)}/{output}" if _STEP.fullmatch(step) else ""


def pages_of(folder: Path) -> list[str]:
    """The names of the pages of the publication in `folder`, one after the other language."""
    names = [kept_as(step, name) for step in steps_shown(languages_of(folder))
             if step.startswith(REPORT) for name in PAGES]  # fmt: skip
    return [name for name in names if (folder / name).is_file()]


def shown(folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Every chart, page and table of a finished run, by the name that it has in a publication.

    `folders` are those of its steps, by step.
    """
    for step, folder in folders.items():
        if _is_shown(step):
            for path in sorted(folder.iterdir()):
                if path.suffix in _SHOWN:
                    yield kept_as(step, path.name), path
