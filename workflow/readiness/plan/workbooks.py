"""The tables of a run as files: their names, what is read for them, their settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from readiness.config import Wave
from readiness.lineage import canonical_json
from readiness.plan.deriving import asked_of, variables_of
from readiness.plan.documents import page_name, told_items
from readiness.plan.runs import Run, input_files
from readiness.publications.documents import TIDY, in_order

WORKBOOK = "tables"
CODEBOOK = "codebook.csv"
"""What columns and codes of the tidy table mean, beside the workbook."""


def workbook_name(run: Run) -> str:
    """The name of a run's workbook, without ending: that of a simulated wave says so."""
    return page_name(run).replace("report", WORKBOOK)


def table_files(run: Run) -> dict[str, str]:
    """What is read for the tables of a run, by its role, from the project's root."""
    results = f"results/{run.folder}"
    files = {"figures": f"{results}/register/figures.csv"}
    if isinstance(run.section, Wave):
        files["questionnaire"] = run.questionnaire
        files["contrasts"] = f"{results}/compare/contrasts.csv"
        return files
    files["claims"] = f"results/inputs/{run.section.claims.replace('@', '/')}/data.csv"
    files["structure"] = input_files(run.section)["structure"].as_posix()
    files["verdicts"] = f"{results}/judge/verdicts.json"
    return files


def table_settings(root: Path, run: Run, language: str) -> str:
    """The settings of the step that writes the tables of a run, as canonical JSON."""
    section = run.section
    settings: dict[str, Any] = {
        "language": language, "run": run.name, "title": section.title[language], "kind": "study",
    }  # fmt: skip
    if isinstance(section, Wave):
        questionnaire = asked_of(root, run)
        told = told_items(root, run)
        settings |= {
            "kind": "wave",
            "selection": section.selection,
            "variables": variables_of(root, run),
            # All that is estimated: what the document tells of first, in its order.
            "items": [*told, *(item for item in questionnaire.kinds
                               if item in section.estimate.items and item not in told)],
        }  # fmt: skip
    return canonical_json(settings)


def downloads(run: Run, language: str, languages: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The files of a run's tables as its report reaches them: what each is, its address.

    The tidy table is that of one of the report's `languages`, the one that a publication keeps.
    """
    folder, first = f"../../{WORKBOOK}/{language}", in_order(languages)[0]
    return (
        ("workbook", f"{folder}/{workbook_name(run)}.xlsx"),
        ("tidy", f"../../{WORKBOOK}/{first}/{TIDY}"),
        ("codebook", f"{folder}/{CODEBOOK}"),
    )
