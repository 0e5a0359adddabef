"""What the steps of a run read, by role, from the project's root."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from readiness.config import Wave
from readiness.plan.runs import Run, input_files

PROSE = Path("reports")
CITATION = "CITATION.cff"
"""How the project is cited: who wrote it, under which licence."""
Files = dict[str, str | list[str]]


def restored(dataset: str) -> str:
    """Where the bytes of a dataset version (`name@version`) are placed."""
    return f"results/inputs/{dataset.replace('@', '/')}/data.csv"


def files_of(run: Run, earlier: Sequence[str]) -> Files:
    """The files of a run that follow from its configuration; a role that it lacks is not there.

    Of a wave, `export` and `listed` are what came from outside, and `asked` its questionnaire;
    `answers` are coded, and `questionnaire` goes with them, with what is derived; `sample` is what
    validation hands on. `earlier`: the registers of what was released of it before.
    """
    section = run.section
    files: Files = {role: path.as_posix() for role, path in input_files(section).items()}
    if not isinstance(section, Wave):
        return {**files, "claims": restored(section.claims)}
    files["asked"] = files["questionnaire"]
    files |= {"questionnaire": run.questionnaire, "answers": run.answers, "earlier": [*earlier]}
    files["export"] = restored(section.answers)
    if section.sample:
        files["listed"] = restored(section.sample)
        files["sample"] = f"results/{run.folder}/validate/sample.csv"
    if run.scales:
        files["scales"] = f"results/{run.folder}/scale/scales.csv"
    return files


def read_by_tables(run: Run) -> Files:
    """What is read for the tables of a run."""
    results = f"results/{run.folder}"
    files: Files = {"figures": f"{results}/register/figures.csv"}
    if isinstance(run.section, Wave):
        contrasts = f"{results}/compare/contrasts.csv"
        return {**files, "questionnaire": run.questionnaire, "contrasts": contrasts}
    return {**files, "verdicts": f"{results}/judge/verdicts.json", **files_of(run, ())}


def read_by_report(root: Path, run: Run, language: str) -> Files:
    """What is read for the report of a run; its charts are found beside their record."""
    results, prose = f"results/{run.folder}", root / PROSE / run.name / language
    files = {**read_by_tables(run), "charts": f"{results}/charts/{language}/lineage.json"}
    files["prose"] = sorted(str(path.relative_to(root)) for path in prose.glob("*.md"))
    if (root / CITATION).is_file():
        files["citation"] = CITATION
    if isinstance(run.section, Wave):
        files["choices"] = f"{results}/compare/choices.csv"
        files["steps"] = f"{results}/weight/steps.csv"
    return files
