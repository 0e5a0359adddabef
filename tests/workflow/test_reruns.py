"""What runs again after a change, and what does not."""

import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from project_copy import Project
from tiny_project import RESULTS

LIVE, STUDY, PUBLISHED = "waves/canteen-2025", "studies/menus-2023", "publications/menus-r1"
ENDS = {"gate", "site"}
# What shows the live wave.
SHOWN = ENDS | {f"report_simulated {LIVE}@en"}
EVERY_PAGE = SHOWN | {f"report_study {STUDY}@en"}
FIGURES = ("register_wave", "attack", "dpo")
MODULES = "workflow/readiness"


def live(*rules: str) -> set[str]:
    """The jobs of the live wave's rules, and what shows it."""
    return {f"{rule} {LIVE}" for rule in rules} | SHOWN


# The jobs of the study, which the publication of it shares, and what hangs on it.
OF_STUDY = {f"judge {STUDY}", f"report_study {STUDY}@en", "reproduce menus-r1", *ENDS}


more = partial(pytest.param, marks=pytest.mark.thorough)


def test_comments_docstrings_touches_and_a_move_rerun_nothing(
    project: Project, tmp_path: Path
) -> None:
    for module in (project.root / MODULES).rglob("*.py"):
        text = module.read_text("utf-8")
        future = "from __future__ import annotations\n"
        text = text.replace(future, f"{future}\n# A remark.\n", 1)
        if text.startswith('"""'):
            text = text.replace('"""', '"""Said differently. ', 1)
        module.write_text(text + "\n\n# The end.\n", "utf-8")
    assert (project.root / RESULTS / "weight/replicates.npz").is_file()
    project.replace("config.yaml", "waves:\n", "# A remark.\nwaves:\n\n")
    parts = ("data", "publications", "workflow", "results", "report.qmd", "config.yaml")
    for part in parts:
        path = project.root / part
        for file in [path, *path.rglob("*")]:
            os.utime(file)
    moved = Project(tmp_path / "ailleurs, plus loin")
    project.root.rename(moved.root)
    try:
        assert moved.to_do() == set()
    finally:
        moved.root.rename(project.root)


def test_a_quarto_that_appears_makes_the_report_anew(finished: Project, tmp_path: Path) -> None:
    program = tmp_path / "quarto"
    program.write_text("#!/bin/sh\necho 1.9.1\n")
    program.chmod(0o755)
    with_quarto = Project(finished.root, {"QUARTO_PATH": str(program)})
    assert with_quarto.to_do() == EVERY_PAGE


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        more("seed: 1", "seed: 2", ("compare",)),
        more("level: 0.95", "level: 0.9", ("estimate", "compare")),
        more("reliable_base: 10", "reliable_base: 12", ()),
        ("trim: [0.2,", "trim: [0.25,", ("weight", "estimate", "compare")),
    ],
)
def test_a_section_of_the_config_reruns_its_step_of_the_live_wave_only(
    project: Project, old: str, new: str, first: tuple[str, ...]
) -> None:
    project.replace("config.yaml", old, new)
    assert project.to_do() == live(*first, *FIGURES)


def test_another_dataset_version_reruns_from_validate_on(project: Project) -> None:
    project.replace("config.yaml", "answers: canteen-2025@1", "answers: canteen-2025@2")
    steps = live("validate", "weight", "estimate", "compare", "faults", *FIGURES)
    assert project.to_do() == steps | {"restore canteen-2025@2"}


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        # Of a wave, of a study, and what no step reaches.
        (
            ("survey/comparisons/compare.py", "steps/judge.py", "config/documents.py"),
            live("compare", "faults", *FIGURES) | OF_STUDY,
        ),
        # One job makes charts, tables and page; the page of a study reads what the wave's does.
        more(
            ("survey/estimates/proportions.py",),
            live("estimate", "compare", "faults", *FIGURES)
            | {"report_study studies/menus-2023@en"},
        ),
        more(("steps/draw_wave.py",), SHOWN),
        more(("publications/reproduce.py",), ENDS | {"reproduce menus-r1"}),
    ],
)
def test_changed_code_reruns_the_steps_that_can_reach_it(
    project: Project, modules: tuple[str, ...], expected: set[str]
) -> None:
    for module in modules:
        path = f"{MODULES}/{module}"
        (project.root / path).write_text(project.read(path) + "\n\nADDED = 1\n", "utf-8")
    assert project.to_do() == expected


def test_changed_files_that_are_not_python_rerun_their_step(project: Project) -> None:
    for name in ("report.qmd", f"{MODULES}/rendering/page.css"):
        (project.root / name).write_text(project.read(name) + "\n", "utf-8")
    assert project.to_do() == EVERY_PAGE | live("dpo", "faults")


def test_a_colour_or_a_word_of_the_officer_s_page_reruns_no_attack(project: Project) -> None:
    """An attack takes minutes on a real survey, and tells nothing in words."""
    colours = f"{MODULES}/site/dpo.css"
    (project.root / colours).write_text(project.read(colours) + "\n", "utf-8")
    assert project.to_do() == {f"dpo {LIVE}", *ENDS}
    words = f"{MODULES}/language/catalogues/en/site.po"
    project.replace(words, 'msgstr "The release is for', 'msgstr "This release is for')
    assert project.to_do() == EVERY_PAGE | live("dpo", "faults") | OF_STUDY


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"{STUDY}/report/en/report.pdf", {f"report_study {STUDY}@en", *ENDS}),
        more(f"{PUBLISHED}/reproduce/verdicts.csv", {"reproduce menus-r1", *ENDS}),
        more("gate.txt", {"gate"}),
    ],
)
def test_a_result_that_was_deleted_is_made_again(
    project: Project, name: str, expected: set[str]
) -> None:
    (project.root / "results" / name).unlink()
    assert project.to_do() == expected


def test_a_new_publication_or_version_leaves_the_others_alone(project: Project) -> None:
    register = "data/versions.csv"
    row = project.read(register).splitlines()[-1].replace("claims,1", "claims,3")
    (project.root / register).write_text(project.read(register) + row + "\n", "utf-8")
    folder = project.root / PUBLISHED
    shutil.copytree(folder, folder.with_name("menus-r3"))
    assert project.to_do() == {"reproduce menus-r3", *ENDS}
    # The study runs for both, until it is configured otherwise.
    project.replace("config.yaml", "structure: menus-2023-1", "structure: menus-2023-2")
    path = project.root / "data/claims/menus-2023-1.yaml"
    shutil.copyfile(path, path.with_name("menus-2023-2.yaml"))
    jobs = project.to_do()
    assert f"judge {STUDY}" in jobs
    assert [job for job in jobs if job.startswith("judge publications/")]
