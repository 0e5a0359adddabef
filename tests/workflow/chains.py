"""The steps that tests interrupt: each once, in the order in which a run comes to them."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil
from holding import Moment, Step, hold, kill

import tiny_project
from project_copy import Project
from readiness.cli import STEPS
from readiness.provenance.records import read_lineage

STUDY = f"results/studies/{tiny_project.STUDY}"
WAVE = f"results/waves/{tiny_project.WAVE}"
FOLDERS = {
    "restore": f"results/inputs/{tiny_project.STUDY}-claims/1",
    "judge": f"{STUDY}/judge",
    "register-study": f"{STUDY}/register",
    "draw-study": f"{STUDY}/charts/en",
    "validate": f"{WAVE}/validate",
    "faults": f"{WAVE}/faults",
    "weight": f"{WAVE}/weight",
    "estimate": f"{WAVE}/estimate",
    "compare": f"{WAVE}/compare",
    "register-wave": f"{WAVE}/register",
    "attack": f"{WAVE}/attack",
    "dpo": f"{WAVE}/disclosure",
    "draw-wave": f"{WAVE}/charts/en",
    "tables": f"{WAVE}/tables/en",
    "reproduce": "results/publications/menus-r1/reproduce",
    "render": f"{STUDY}/report/en",
    "site": "results/site",
    "gate": "results",
}
# Of waves that compute variables, or ask how firm findings are: this one does neither.
OTHER_WAVES = {"derive", "firmness"}
# The study's and the wave's first results: without them all of it is made again.
FIRST = ("restore", "validate")


def steps(finished: Project, names: Sequence[str]) -> list[Step]:
    """The named steps, with the outputs that a finished run has of them."""
    return [
        Step(name, folder, frozenset(read_lineage(finished.root / folder / "lineage.json").outputs))
        for name, folder in FOLDERS.items()
        if name in names
    ]


def all_steps(finished: Project) -> list[Step]:
    """Every step there is."""
    assert set(FOLDERS) == set(STEPS) - OTHER_WAVES
    return steps(finished, tuple(FOLDERS))


def unmake(root: Path, name: str) -> None:
    """Remove what a step made; the next run makes it and all that follows again."""
    folder = root / FOLDERS[name]
    for path in folder.iterdir() if name == "gate" else []:
        if path.is_file() and not path.name.startswith("."):
            path.unlink()
    if name != "gate":
        shutil.rmtree(folder)


# Files of a run that are no results, whoever leaves them.
LOCKS = (".run.lock", ".jobs.lock", ".freeze.lock", ".failure", ".ballast")


def results(root: Path) -> dict[str, bytes]:
    """Every result by its path, without logs, times and locks; leftovers of a kill included."""
    folder = root / "results"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in ("logs", "benchmarks")
        and path.name not in LOCKS
    }


def different(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The names of the results that are not the same in both."""
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


def catch(
    project: Project,
    step: Step,
    moment: Moment,
    root: Path | None = None,
    *targets: str,
    starter: Sequence[str] = (),
) -> tuple[subprocess.Popen[str], psutil.Process]:
    """A run, of all or of `targets`, and its step, stopped at that moment; tried again where it was
    missed.

    `root` is where the project is seen from here; `starter` a command that becomes the run.
    """
    run_words = (".venv/bin/python", "-m", "readiness", "run", "--cores", "2", "--", *targets)
    command = (*starter, *run_words)
    place = root or project.root
    if (place / step.folder / "lineage.json").exists():
        unmake(place, step.name)  # it was made beside the one that was caught before
    for _ in range(8):
        run = project.start(*command)
        if job := hold(run, step, moment, place / step.folder):
            return run, job
        kill(run)
        unmake(place, step.name)
    raise AssertionError(f"{step.name} was never caught {moment}")
