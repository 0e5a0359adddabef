"""Read published figures from one small file, and a study from a folder, without a project.

A table (CSV, workbook) has a row for each figure. YAML is shorter to write by hand:

    publisher: The Journal
    base: 1500
    figures:
      Do you use AI?: {Yes: 67, No: 33}
      Is your team trained?: {base: 81, answers: {No: 64}}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from readiness.config import read_yaml
from readiness.drafting.study import ClaimSource, begin_study
from readiness.forensics.judging.structure import (
    Structure,
    parse_structure,
    read_register,
)
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import write_atomically
from readiness.ground.tables import read_text_table, to_csv
from readiness.readers import read_sheet

YAML = (".yaml", ".yml")
# Keys in a YAML of figures: about its source, and about one question.
OF_SOURCE = (
    *("publisher", "source", "date", "language", "base", "figures"),
    *("read_by", "weighted"),
)
OF_QUESTION = ("answers", "base", "kind", "place", "paired", "confirmed")
# Values of `read_by` and `paired` in a draft that a program wrote (`readiness.scanning`).
PROGRAM, CARRIED = "program", "carried"
# Files of a study outside a project.
REGISTER, STRUCTURE = "claims.csv", "structure.yaml"
NOT_SAID = "https://not.said/"


@dataclass(frozen=True)
class FigureTable:
    """Published figures as written in a file.

    `cells`: a row for each figure. `places`: the place of each row in the file, for messages.
    `source`: statements on the source; "" for what is not stated. `unconfirmed`: whether a program
    read the figure of each row and nobody confirmed it.
    """

    cells: pd.DataFrame
    places: tuple[str, ...]
    source: Mapping[str, str]
    unconfirmed: tuple[bool, ...] = ()


@dataclass(frozen=True)
class LooseStudy:
    """A study outside a project. `unconfirmed`: ids of claims that a program read and nobody
    confirmed; None where the file is no draft.
    """

    register: pd.DataFrame
    structure: Structure
    unconfirmed: frozenset[str] | None = None


def read_figures(path: Path) -> FigureTable:
    """Read a table or a YAML of figures.

    Raises DataError or ConfigError, naming the place, for a file that cannot be read as one.
    """
    if not path.is_file():
        raise DataError(
            f"{path}: file not found. Name a CSV file, a workbook or a YAML file of percentages."
        )
    if path.suffix.lower() in YAML:
        return _read_yaml_figures(path)
    sheet = read_sheet(path)
    cells = pd.DataFrame({name.strip(): sheet.texts(at) for at, name in enumerate(sheet.columns)})
    return FigureTable(cells, tuple(f"row {number}" for number in range(2, len(cells) + 2)), {})


def read_loose_study(path: Path, language: str) -> LooseStudy:
    """Read figures outside a project: one small file, or the folder that `claims add` wrote."""
    if path.is_dir():
        structure = parse_structure(read_yaml(path / STRUCTURE), str(path / STRUCTURE))
        return LooseStudy(read_text_table(path / REGISTER, "the register of claims"), structure)
    figures = read_figures(path)
    source = ClaimSource(
        figures.source.get("publisher") or path.stem,
        figures.source.get("source") or NOT_SAID,
        figures.source.get("date") or "unknown",
        figures.source.get("language") or language,
    )
    register, document = begin_study(
        figures.cells, "figures", source, None, str(path), figures.places
    )
    structure = parse_structure(document, str(path))
    if weighted := figures.source.get("weighted"):
        shares = register["unit"] == "percent"
        register.loc[shares, "weighted"] = weighted
    read_register(register, structure, str(path))
    if not figures.source.get("read_by"):
        return LooseStudy(register, structure)
    # The first rows of the register are those of the file, in its order.
    ids = register["claim_id"].tolist()
    unread = (claim for claim, waits in zip(ids, figures.unconfirmed, strict=False) if waits)
    return LooseStudy(register, structure, frozenset(unread))


def write_loose_study(folder: Path, table: Path, study: str, source: ClaimSource) -> int:
    """Write register and structure of a study into a new folder; return the number of claims.

    Raises ConfigError where the folder exists, and what `begin_study` raises.
    """
    if folder.exists():
        raise ConfigError(f"{folder} already exists. Choose another name.")
    figures = read_figures(table)
    register, document = begin_study(figures.cells, study, source, None, str(table), figures.places)
    read_register(register, parse_structure(document, str(table)), str(table))
    folder.mkdir()
    write_atomically(folder / REGISTER, to_csv(register))
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    write_atomically(folder / STRUCTURE, text)
    return len(register)


def _read_yaml_figures(path: Path) -> FigureTable:
    """Read a YAML of figures."""
    content = _check_mapping(read_yaml(path, as_text=True), OF_SOURCE, f"{path}")
    questions = content.get("figures")
    if not isinstance(questions, Mapping) or not questions:
        raise DataError(
            f"{path}: no percentages found. Expected `figures:` with questions and answers."
        )
    source = {name: _text(content.get(name)) for name in OF_SOURCE if name != "figures"}
    if source["read_by"] not in ("", PROGRAM):
        raise DataError(f"{path}: read_by: {source['read_by']!r}; expected {PROGRAM}, or no key.")
    rows, places, unconfirmed = [], [], []
    for question, answers in questions.items():
        waits = bool(source["read_by"]) and not _is_confirmed(path, str(question), answers)
        for row in _list_answers(path, str(question), answers):
            # A carried base is a guess until somebody confirms it.
            if row.pop("paired", "") == CARRIED and waits:
                row["base"] = ""
            rows.append({"base": _text(content.get("base")), **row})
            places.append(f"figures, {question}, {row['answer']}")
            unconfirmed.append(waits)
    cells = pd.DataFrame(rows, dtype=object).fillna("")
    return FigureTable(cells, tuple(places), source, tuple(unconfirmed))


def _is_confirmed(path: Path, question: str, answers: object) -> bool:
    """Return whether a person confirmed a question of a draft."""
    stated = answers.get("confirmed") if isinstance(answers, Mapping) else None
    if _text(stated) not in ("", "true", "false"):
        raise DataError(f"{path}, figures, {question}: confirmed: expected true or false.")
    return _text(stated) == "true"


def _list_answers(path: Path, question: str, answers: object) -> Iterator[dict[str, str]]:
    """Yield a row for each answer of a question in a YAML of figures."""
    place = f"{path}, figures, {question}"
    more: dict[str, str] = {}
    if isinstance(answers, Mapping) and "answers" in answers:
        stated = _check_mapping(answers, OF_QUESTION, place)
        more = {name: _text(stated[name]) for name in ("base", "kind", "paired") if name in stated}
        answers = stated["answers"]
    if not isinstance(answers, Mapping) or not answers:
        raise DataError(f"{place}: expected answers with their percentages: {{Yes: 67, No: 33}}.")
    for answer, value in answers.items():
        yield {"item": question, "answer": str(answer), "value": _text(value), **more}


def _check_mapping(content: object, allowed: tuple[str, ...], place: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise DataError(f"{place}: expected {', '.join(allowed)}.")
    if unknown := [str(name) for name in content if name not in allowed]:
        raise DataError(f"{place}: unknown key {unknown[0]!r}; expected {', '.join(allowed)}.")
    return content


def _text(value: object) -> str:
    return "" if value is None else str(value)
