"""What runs again after a change, and what does not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from project_copy import ROOT, Project
from readiness.config import load_config

LIVE = "waves/simulated-2026"
LANGUAGES = load_config(ROOT / "config.yaml").report.languages or ()
ENDS = {"gate", "site"}
SHOWN = ENDS | {f"render_simulated {LIVE}@{language}" for language in LANGUAGES}
"""What shows the live wave."""
EVERY_PAGE = SHOWN | {f"render studies/haca-2024@{language}" for language in LANGUAGES}
IN_LANGUAGES = ("draw_wave", "tables_simulated")
"""Rules of which there is a job a language."""
PUBLISHED_WAVES = ("publications/simulated-2026-r1", "publications/simulated-2026-r2")
MODULES = "workflow/readiness"


def live(*rules: str) -> set[str]:
    """The jobs of the live wave's rules; it is drawn and told in each language."""
    once = {f"{rule} {LIVE}" for rule in rules if rule not in IN_LANGUAGES}
    several = (rule for rule in rules if rule in IN_LANGUAGES)
    return once | {f"{rule} {LIVE}@{name}" for rule in several for name in LANGUAGES}


def of_all_waves(*rules: str) -> set[str]:
    """The rules for the live wave and the published ones, and what hangs on every wave."""
    runs = (LIVE, *PUBLISHED_WAVES)
    reproduced = {f"reproduce {run.partition('/')[2]}" for run in PUBLISHED_WAVES}
    told = live(*IN_LANGUAGES) | SHOWN
    return {f"{rule} {run}" for rule in rules for run in runs} | reproduced | told


def test_a_finished_project_has_nothing_to_do(finished: Project) -> None:
    assert finished.to_do() == set()


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
    replicates = project.root / f"results/{LIVE}/weight/replicates.npz"
    assert replicates.stat().st_size > 1_000_000
    parts = ("data", "publications", "workflow", "results", "reports", "report.qmd", "config.yaml")
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


def test_a_quarto_that_appears_or_goes_makes_the_report_anew(
    finished: Project, tmp_path: Path
) -> None:
    program = tmp_path / "quarto"
    program.write_text("#!/bin/sh\necho 1.9.1\n")
    program.chmod(0o755)
    with_quarto = Project(finished.root, {"QUARTO_PATH": str(program)})
    assert with_quarto.to_do() == EVERY_PAGE
    assert finished.to_do() == set()


def test_a_comment_in_config_reruns_nothing(project: Project) -> None:
    project.replace("config.yaml", "waves:\n", "# A remark.\nwaves:\n\n")
    assert project.to_do() == set()


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        ("seed: 20260301", "seed: 20260302",
         ("compare", "register_wave", "attack", "dpo", *IN_LANGUAGES)),
        ("level: 0.95", "level: 0.9",
         ("estimate", "compare", "nonresponse", "register_wave", "attack", "dpo", *IN_LANGUAGES)),
        ("digits: 1\n", "digits: 2\n", ("register_wave", "attack", "dpo", *IN_LANGUAGES)),
        ("lower: 0.2", "lower: 0.25",
         ("weight", "estimate", "compare", "nonresponse", "register_wave", "attack", "dpo",
          *IN_LANGUAGES)),
    ],
)  # fmt: skip
def test_a_section_of_the_config_reruns_its_step_of_the_live_wave_only(
    project: Project, old: str, new: str, first: tuple[str, ...]
) -> None:
    project.replace("config.yaml", old, new)
    assert project.to_do() == live(*first) | SHOWN


def test_another_dataset_version_reruns_from_validate_on(project: Project) -> None:
    project.replace(
        "config.yaml",
        'answers: {dataset: simulated-2026, version: "2"}',
        'answers: {dataset: simulated-2026, version: "1"}',
    )
    steps = ("validate", "weight", "estimate", "compare", "nonresponse", "register_wave", "attack",
             "dpo", "faults", *IN_LANGUAGES)  # fmt: skip
    assert project.to_do() == live(*steps) | SHOWN


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("survey/comparisons/compare.py",
         of_all_waves("compare", "register_wave") | live("attack", "dpo")),
        ("survey/estimates/proportions.py",
         of_all_waves("estimate", "compare", "register_wave")
         | live("nonresponse", "attack", "dpo", "faults")),
        ("steps/draw_wave.py", live("draw_wave") | SHOWN),
        ("publications/reproduce.py",
         ENDS | {f"reproduce {i}" for i in
                     ("haca-2024", "simulated-2026-r1", "simulated-2026-r2")}),
        ("commands/documents.py", set()),
    ],
)  # fmt: skip
def test_changed_code_reruns_the_steps_that_can_reach_it(
    project: Project, module: str, expected: set[str]
) -> None:
    path = f"{MODULES}/{module}"
    (project.root / path).write_text(project.read(path) + "\n\nADDED = 1\n", "utf-8")
    assert project.to_do() == expected


def test_changed_files_that_are_not_python_rerun_their_step(project: Project) -> None:
    for name in (
        "report.qmd",
        "reports/simulated-2026/fr/opening-after.md",
        f"{MODULES}/rendering/page.css",
    ):
        (project.root / name).write_text(project.read(name) + "\n", "utf-8")
    assert project.to_do() == EVERY_PAGE | live("dpo", "faults")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("studies/haca-2024/report/fr/report.pdf", {"render studies/haca-2024@fr", *ENDS}),
        ("publications/haca-2024/reproduce/verdicts.csv", {"reproduce haca-2024", *ENDS}),
        ("gate.txt", {"gate"}),
    ],
)
def test_a_result_that_was_deleted_is_made_again(
    project: Project, name: str, expected: set[str]
) -> None:
    (project.root / "results" / name).unlink()
    assert project.to_do() == expected


def test_a_new_publication_or_version_leaves_the_others_alone(project: Project) -> None:
    register = "data/versions.csv"
    row = project.read(register).splitlines()[-1].replace("simulated-2026,2", "simulated-2026,3")
    (project.root / register).write_text(project.read(register) + row + "\n", "utf-8")
    shutil.copytree(
        project.root / "publications/simulated-2026-r2",
        project.root / "publications/simulated-2026-r3",
    )
    run = "publications/simulated-2026-r3"
    steps = ("validate", "weight", "estimate", "compare", "register_wave")
    expected = {f"{step} {run}" for step in steps}
    assert project.to_do() == expected | {"reproduce simulated-2026-r3", *ENDS}
