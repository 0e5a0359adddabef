"""The smallest project that has everything: a wave of 60 answers and a study of three claims.

Its files lie in `tests/tiny/`: a configuration and `data/` as in a project, and `exports/`, whose
tables are registered as an analyst would. A run of it takes a few seconds. The shipped wave is run
by one test.
"""

import shutil
from pathlib import Path

from project_copy import ABROAD, ROOT, Project, add_environment, shipped_files
from readiness.datasets.add import add_version
from readiness.datasets.versions import COLUMNS, VERSIONS

TINY = ROOT / "tests/tiny"
WAVE, STUDY = "canteen-2025", "menus-2023"
RESULTS = f"results/waves/{WAVE}"
ERRATUM = "three stays were typed in quarters of an hour"
# Of the wave on its first and its second data, and of the study; the last one is a draft.
PUBLICATIONS = ("canteen-r1", "canteen-r2", "menus-r1", "menus-r2")
PROGRAM = (
    "workflow",
    "profiles",
    ".dvc",
    "Snakefile",
    "Makefile",
    "LICENSE",
    "CITATION.cff",
    "pyproject.toml",
    "requirements.lock",
    "report.qmd",
    "_quarto.yml",
    "_environment",
    ".gitignore",
    "data/raw/.gitignore",
)


def copy_program(target: Path) -> None:
    """The program alone, with no project and no environment."""
    for name in shipped_files():
        if name.parts[0] in PROGRAM or name.as_posix() in PROGRAM:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def make_tiny(target: Path, home: Path = TINY) -> Project:
    """The program with what lies in `home` at `target`, as after a checkout; nothing has run."""
    copy_program(target)
    shutil.copyfile(home / "config.yaml", target / "config.yaml")
    (target / VERSIONS).write_text(",".join(COLUMNS) + "\n", "utf-8")
    add_data(target, home)
    # Only the store is in a checkout: not DVC's cache, and no copy beside a pointer.
    shutil.rmtree(target / ".dvc/cache")
    for copy in (target / "data/raw").rglob("*.csv"):
        copy.unlink()
    add_environment(target)
    return Project(target)


def make_folder(target: Path, snakefile: str) -> Path:
    """A folder with the tiny wave and study and a Snakefile, and no program."""
    for name in (".dvc/config", ".dvcignore", "report.qmd"):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    shutil.copyfile(TINY / "config.yaml", target / "config.yaml")
    (target / VERSIONS).parent.mkdir()
    (target / VERSIONS).write_text(",".join(COLUMNS) + "\n", "utf-8")
    add_data(target, TINY)
    (target / "Snakefile").write_text(snakefile, "utf-8")
    return target


def add_data(target: Path, home: Path) -> None:
    """Put what was asked in `home` into a project, and register what was answered."""
    shutil.copytree(home / "data", target / "data", dirs_exist_ok=True)
    [questionnaire] = (home / "data/questionnaires").glob("*.yaml")
    for export in sorted((home / "exports").glob("*.csv")):
        dataset, version = export.stem.split("@")
        asked = "" if dataset.endswith("-claims") else questionnaire.stem
        add_version(target, export, dataset, version, questionnaire=asked, note="simulated")


def finish_tiny(project: Project) -> Project:
    """Release the figures of the study, then run all there is."""
    freeze(project, "menus-r1", "--study", STUDY, "--release", proven=False)
    result = project.run()
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    return project


def release_tiny(project: Project) -> Project:
    """Freeze what the finished project has: a first and a corrected edition of the wave, and a
    draft of the study. The second one as on another machine: it proves there what is run on this.
    """
    freeze(project, "canteen-r1", "--wave", WAVE, "--release", proven=False)
    first, second = (f"answers: {WAVE}@{version}" for version in (1, 2))
    project.replace("config.yaml", first, f"{second}\n    revises: canteen-r1")
    corrected = ("--supersedes", "canteen-r1", "--erratum", ERRATUM)
    freeze(Project(project.root, ABROAD), "canteen-r2", "--wave", WAVE, "--release", *corrected)
    freeze(project, "menus-r2", "--study", STUDY, "--supersedes", "menus-r1", proven=False)
    return project


# `readiness freeze` without its last step, in which the sealed code runs all of it once more, and
# with an archive that is packed quickly.
UNPROVEN = """
import importlib, lzma, sys
tight = lzma.compress
lzma.compress = lambda raw, *how, **_: tight(raw, *how, preset=0)
importlib.import_module("readiness.publications.freeze")._prove = lambda *given: None
sys.exit(importlib.import_module("readiness.cli").main(sys.argv[1:]))
"""


def freeze(project: Project, *arguments: str, proven: bool = True) -> None:
    """`readiness freeze`, which must succeed; `proven`, as it does by itself, or not, where another
    freeze proves as much.
    """
    program = (".venv/bin/readiness",)
    if not proven:
        program = (".venv/bin/python", "-I", "-X", "utf8", "-c", UNPROVEN)
    result = project.call(*program, "freeze", *arguments, "--cores", "2")
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
