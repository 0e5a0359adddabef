"""Where charts, tables and pages lie, in results and publications: a place a language.

A publication keeps of them what readers take along, and nothing twice: of a chart the drawing and
not its copies for a phone and as pixels, and the tidy table, whose numbers are the same in all
languages, in one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from readiness.bounded import read_yaml_text
from readiness.errors import DataError
from readiness.files import read_file
from readiness.publications.ledger import CONFIG

CHARTS, TABLES, REPORT = "charts", "tables", "report"
# What a report's files may be called.
PAGES = tuple(
    f"{name}{ending}" for name in ("report", "report-simulated") for ending in (".html", ".pdf")
)
# The folders of a run that a publication keeps, one a language: `charts/fr`, ...
SHOWN = (CHARTS, TABLES, REPORT)
# The tidy table of all numbers, beside the workbook.
TIDY = "numbers.csv"
# The language of what there is once, where it is one of several: that of the templates of the AEA,
# CODECHECK and the citation format.
FIRST = "en"
_KEPT = (".svg", ".csv", ".txt", ".html", ".pdf", ".xlsx")
_NARROW = "-narrow.svg"
_LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
_STEP = re.compile(rf"({'|'.join(SHOWN)})-({_LANGUAGE})")


def in_order(languages: Iterable[str]) -> list[str]:
    """The languages as pages stand below each other; the first is that of what there is once."""
    return sorted(languages, key=lambda name: (name != FIRST, name))


def languages_of(folder: Path) -> tuple[str, ...]:
    """The languages in which the publication in `folder` was made.

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
    return [f"{step}-{name}" for step in SHOWN for name in languages]


def languages_among(steps: Iterable[str]) -> list[str]:
    """The languages in which these steps made something that readers see."""
    return [match[2] for step in steps if (match := _STEP.fullmatch(step))]


def in_languages(folders: Mapping[str, Path], languages: Sequence[str]) -> dict[str, Path]:
    """The folders of a run's steps without those that made something in other languages."""
    wanted = steps_shown(languages)
    return {s: path for s, path in folders.items() if s in wanted or not _STEP.fullmatch(s)}


def folder_of_step(step: str) -> str:
    """The folder of a step below that of its run: `charts-fr` is `charts/fr`."""
    match = _STEP.fullmatch(step)
    return f"{match[1]}/{match[2]}" if match else step


def kept_as(step: str, output: str, languages: Sequence[str]) -> str:
    """The name under which a publication in these languages keeps what a step left; "" where it
    keeps nothing of it.

    `report-fr` keeps `report.html` as `report/fr/report.html`.
    """
    match = _STEP.fullmatch(step)
    if not match or not output.endswith(_KEPT) or output.endswith(_NARROW):
        return ""
    if output == TIDY and match[2] != in_order(languages)[0]:
        return ""
    return f"{match[1]}/{match[2]}/{output}"


def pages_of(folder: Path) -> list[str]:
    """The names of the pages of the publication in `folder`, one after the other language."""
    names = [f"{REPORT}/{language}/{name}" for language in languages_of(folder) for name in PAGES]
    return [name for name in names if (folder / name).is_file()]


def iterate_documents(folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Every chart, page and table of a finished run that a publication keeps, by its name there.

    `folders` are those of its steps, by step.
    """
    languages = languages_among(folders)
    for step, folder in folders.items():
        for path in sorted(folder.iterdir()) if _STEP.fullmatch(step) else ():
            if name := kept_as(step, path.name, languages):
                yield name, path
