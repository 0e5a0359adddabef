"""What the steps of a run read, by role, from the project's root."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from readiness.config import WaveSettings
from readiness.plan.runs import PlannedRun, input_files

PROSE = Path("reports")
Files = dict[str, str | list[str]]


def restored_path(dataset: str) -> str:
    """Where the bytes of a dataset version (`name@version`) are placed."""
    return f"results/inputs/{dataset.replace('@', '/')}/data.csv"


def files_of(run: PlannedRun, earlier: Sequence[str]) -> Files:
    """The files of a run that follow from its configuration; a role that it lacks is not there.

    Of a wave, `export` and `listed` are what came from outside, and `asked` its questionnaire;
    `answers` are coded, and `questionnaire` goes with them, with what is derived; `sample` is what
    validation hands on. `earlier`: the registers of what was released of it before.
    """
    section = run.section
    files: Files = {role: path.as_posix() for role, path in input_files(section).items()}
    if not isinstance(section, WaveSettings):
        return {**files, "claims": restored_path(section.claims)}
    files["asked"] = files["questionnaire"]
    files |= {"questionnaire": run.questionnaire, "answers": run.answers, "earlier": [*earlier]}
    files["export"] = restored_path(section.answers)
    if section.sample:
        files["listed"] = restored_path(section.sample)
        files["sample"] = f"results/{run.folder}/validate/sample.csv"
    return files


def prose_of(root: Path, run: PlannedRun, language: str) -> list[str]:
    """The analyst's own words of a run in a language."""
    folder = root / PROSE / run.name / language
    return sorted(str(path.relative_to(root)) for path in folder.glob("*.md"))
